"""Drafting room: a paper with its outline, and the text of each section."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations.models import Event
from consultations.permissions import SignedInRequest
from consultations.queries.history import with_refusals
from consultations.views.decorators import attempt, for_secretariat
from ncm_portal.workflow import moves_open_to, needs_of
from positions import workflow
from positions.edition.phrases import operative_words
from positions.forms.drafting import PaperForm, PaperNameForm
from positions.models import Amendment, AmendmentState, Paragraph, PositionPaper
from positions.queries.drafting import outline_at_a_glance
from positions.queries.grounding import number_unanswered, number_unplaced
from positions.queries.papers import carries, numbered_paragraphs, outline
from positions.queries.timeline import steps
from positions.workflow import PAPER_MOVES
from positions.workflow.drafting import OPEN_STATES

from .papers import home_of, known_paper

REFUSED = 422  # of a page whose form was refused: its fields or the reasons on top say why
EVENTS = 20


@dataclass
class Text:
    """Paper with its present text: numbered paragraphs in order, and sections."""

    paper: PositionPaper
    paragraphs: list[Any]
    sections: list[Any]

    @property
    def is_open(self) -> bool:
        """Return whether its text can change now."""
        return self.paper.state in OPEN_STATES


def text_of(paper: PositionPaper, *, sources_of: UUID | None = None) -> Text:
    """Load the text of `paper`, each paragraph with its `number` and the `verb` to set bold. A few queries.

    `sources_of` loads only the sources of the paragraph with that key.
    """
    paragraphs: list[Any] = numbered_paragraphs(paper, sources_of=sources_of)
    dress(paragraphs)
    return Text(paper, paragraphs, outline(paper, paragraphs))


def dress(paragraphs: list[Any]) -> None:
    """Set the `verb` to set bold, the `sources`, and `is_bare` on each of `paragraphs` (as numbered)."""
    for each in paragraphs:
        each.verb = operative_words(each.get_strength_display(), each.wording.text) if each.strength else ""
        each.sources = list(each.wording.groundings.all())
        each.is_bare = not each.is_secretariat_text and not carries(each)


# --- The paper ------------------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_paper_new(request: SignedInRequest) -> HttpResponse:
    """Create a paper: its outline comes from the reference data and the themes of the consultation."""
    named = {"consultation": request.GET.get("consultation", "")}
    form = PaperForm(request.POST if request.method == "POST" else None, initial=named)
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        reasons = attempt(lambda: workflow.create_paper(by=request.user, **form.cleaned_data)).reasons
        if not reasons:
            messages.success(request, _("The paper is created with the usual outline. Change what does not fit."))
            return redirect("desk_paper", form.cleaned_data["slug"])
    status = REFUSED if reasons or form.errors else 200
    return render(request, "positions/drafting/paper_new.html", {"form": form, "reasons": reasons}, status=status)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_paper_name(request: SignedInRequest, slug: str) -> HttpResponse:
    """Change the title or purpose of a paper; its address stays."""
    paper = known_paper(request, slug)
    now = {name: getattr(paper, name) for name in PaperNameForm.base_fields}
    form = PaperNameForm(request.POST if request.method == "POST" else None, initial=now)
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        reasons = attempt(lambda: workflow.rename_paper(paper, by=request.user, **form.cleaned_data)).reasons
        if not reasons:
            return redirect("desk_paper", slug)
    context = {"paper": paper, "form": form, "reasons": reasons}
    status = REFUSED if reasons or form.errors else 200
    return render(request, "positions/drafting/paper_name.html", context, status=status)


@dataclass
class Glance:
    """Overview of a paper without its text: counts of each section, and what is missing."""

    paper: PositionPaper
    sections: list[Any]
    unplaced: int  # points with neither a paragraph nor an answer
    unanswered: int

    def of(self, what: str) -> int:
        """Return how many paragraphs of all sections are `written`, `bare` or `doubtful`."""
        return sum(getattr(section, what) for section in self.sections)


def glance_at(paper: PositionPaper) -> Glance:
    """Return the overview of `paper`, as fast for a long one as for a short one. Six queries."""
    return Glance(paper, outline_at_a_glance(paper), number_unplaced(paper), number_unanswered(paper))


@for_secretariat
@require_safe
def desk_paper(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the paper's home page: sections, gaps, conditions of the next moves, and history."""
    glance = glance_at(known_paper(request, slug))
    paper = glance.paper
    ways = _next_pages(paper, request.user)
    events = list(Event.objects.about(paper).reverse())
    context = {
        "paper": paper,
        "is_open": paper.state in OPEN_STATES,
        "sections": glance.sections,
        "figures": _figures(glance),
        "ways": [way for way in ways if not way["grave"]],
        "grave": [way for way in ways if way["grave"]],
        "next": _next_step(glance),
        "needs": needs_of(PAPER_MOVES, paper),
        "removed": _removed(paper),
        "editions": paper.editions.defer("content"),
        "events": with_refusals(events[:EVENTS], paper, limit=EVENTS),
        "steps": steps(reversed(events))[::-1],
    }
    return render(request, "positions/drafting/paper.html", context)


def _removed(paper: PositionPaper) -> QuerySet[Paragraph]:
    """Return the removed paragraphs, the latest first."""
    gone = Paragraph.objects.filter(section__paper=paper, removed_at__isnull=False)
    return gone.select_related("wording").order_by("-removed_at", "-pk")


def _figures(glance: Glance) -> list[tuple[int, Any]]:
    return [
        (glance.of("written"), _("paragraphs")),
        (glance.of("bare"), _("of them cite no point")),
        (glance.unplaced, _("points with no paragraph and no answer")),
        (glance.unanswered, _("points with no answer")),
    ]


def _next_pages(paper: PositionPaper, user: Any) -> list[dict[str, Any]]:
    """Return the moves that `user` could make now, each page once: of several on one page, the first that is not
    serious.
    """
    ways: dict[str, dict[str, Any]] = {}
    for each in moves_open_to(PAPER_MOVES, paper, user):
        verb, home = each.move.verb, home_of(each.move.verb)
        if each.ready and not each.move.undoes:
            args = [paper.slug, verb] if home == "desk_paper" else [paper.slug]
            address = reverse("desk_paper_move" if home == "desk_paper" else home, args=args)
            way = {"label": each.move.label, "url": address, "grave": each.move.grave}
            if address not in ways or ways[address]["grave"]:
                ways[address] = way
    return list(ways.values())


def _next_step(glance: Glance) -> dict[str, Any] | None:
    """Return the next task of a drafter while the text can change; None if nothing is missing."""
    paper = glance.paper
    if paper.state not in OPEN_STATES:
        return None
    proposed = Amendment.objects.filter(round__paper=paper, state=AmendmentState.PROPOSED)
    if not glance.of("written") and glance.sections:
        address = reverse("desk_section", args=[paper.slug, glance.sections[0].pk])
        return {"label": _("Write the first paragraph"), "url": address}
    if glance.of("bare") or glance.of("doubtful") or glance.unplaced:
        return {"label": _("See what is missing"), "url": reverse("desk_coverage", args=[paper.slug])}
    if glance.unanswered:
        return {"label": _("Answer the points"), "url": reverse("desk_dispositions", args=[paper.slug])}
    if proposed.exists():
        return {"label": _("Decide on the amendments"), "url": reverse("desk_amendments", args=[paper.slug])}
    return None
