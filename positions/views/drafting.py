"""The drafting room: a paper with its outline, and the text of each section."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations.models import Event, PointState
from consultations.queries.access_log import with_refusals
from consultations.views.decorators import attempt, for_secretariat
from ncm_portal.workflow import moves_open_to, needs_of
from positions import workflow
from positions.edition.phrases import operative_words
from positions.forms.drafting import NewSectionForm, PaperForm, PaperNameForm, SectionForm
from positions.models import Amendment, AmendmentState, Grounding, Paragraph, PositionPaper, Section
from positions.queries.drafting import outline_at_a_glance
from positions.queries.papers import Coverage, carries, coverage, numbered_paragraphs, outline
from positions.queries.timeline import steps
from positions.workflow import PAPER_MOVES
from positions.workflow.conditions import open_points
from positions.workflow.drafting import OPEN_STATES

from .papers import home_of, known_paper

REFUSED = 422  # of a page whose form was not carried out: its fields or the reasons on top say why
EVENTS = 20


@dataclass
class Text:
    """A paper with its text as it stands: the paragraphs in order, numbered, and the sections that hold them."""

    paper: PositionPaper
    paragraphs: list[Any]
    sections: list[Any]

    @property
    def is_open(self) -> bool:
        """Whether its words may change now."""
        return self.paper.state in OPEN_STATES


def text_of(paper: PositionPaper, *, sources_of: UUID | None = None) -> Text:
    """Read the text of `paper`, each paragraph with its `number` and the `verb` to set bold. A few queries.

    `sources_of` reads what one paragraph rests on, by its key, and of no other.
    """
    paragraphs: list[Any] = numbered_paragraphs(paper, sources_of=sources_of)
    dress(paragraphs)
    return Text(paper, paragraphs, outline(paper, paragraphs))


def dress(paragraphs: list[Any]) -> None:
    """Give each of `paragraphs` (as numbered) the `verb` to set bold and its `sources`, and say if it `is_bare`."""
    for each in paragraphs:
        each.verb = operative_words(each.get_strength_display(), each.wording.text) if each.strength else ""
        each.sources = list(each.wording.groundings.all())
        each.is_bare = not each.is_secretariat_text and not carries(each)


@dataclass
class Missing:
    """What is still open between what was said and what is written."""

    covered: Coverage
    unanswered: int
    points: list[Any]


def missing_from(text: Text) -> Missing:
    """What `text` still lacks; its `points` have neither a paragraph nor an answer. At most seven queries."""
    covered = coverage(text.paper, text.paragraphs)
    unanswered = set(open_points(text.paper).values_list("pk", flat=True))
    points = [point for point in covered.points_without_paragraph if point.pk in unanswered]
    return Missing(covered, len(unanswered), points)


# --- The paper ------------------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_paper_new(request: HttpRequest) -> HttpResponse:
    """Begin a paper: its outline comes from the reference data and the themes of the consultation."""
    form = PaperForm(request.POST if request.method == "POST" else None)
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        reasons = attempt(lambda: workflow.create_paper(by=request.user, **form.cleaned_data)).reasons
        if not reasons:
            messages.success(request, _("The paper is begun. Its outline is the usual one: change what does not fit."))
            return redirect("desk_paper", form.cleaned_data["slug"])
    status = REFUSED if reasons or form.errors else 200
    return render(request, "positions/desk/paper_new.html", {"form": form, "reasons": reasons}, status=status)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_paper_name(request: HttpRequest, slug: str) -> HttpResponse:
    """Give a paper another title or purpose; its address stays."""
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
    return render(request, "positions/desk/paper_name.html", context, status=status)


@dataclass
class Glance:
    """A paper without its words, counted: what stands in each section, and what is missing."""

    paper: PositionPaper
    sections: list[Any]
    unplaced: int  # points with neither a paragraph nor an answer
    unanswered: int

    def of(self, what: str) -> int:
        """How many paragraphs of all sections are `written`, `bare` or `doubtful`."""
        return sum(getattr(section, what) for section in self.sections)


def glance_at(paper: PositionPaper) -> Glance:
    """Count what `paper` holds and lacks, as quickly in a long one as in a short one. Three queries."""
    today = Paragraph.objects.standing().filter(section__paper=paper).order_by().values("wording")
    resting = Grounding.objects.filter(wording__in=today, point=OuterRef("pk"))
    unplaced = Count("pk", filter=~Q(state=PointState.MERGED) & ~Exists(resting))
    counted = open_points(paper).order_by().aggregate(unplaced=unplaced, unanswered=Count("pk"))
    return Glance(paper, outline_at_a_glance(paper), **counted)


@for_secretariat
@require_safe
def desk_paper(request: HttpRequest, slug: str) -> HttpResponse:
    """The paper's home: what stands in each section, what is missing, what it needs to move, what was done."""
    glance = glance_at(known_paper(request, slug))
    paper = glance.paper
    ways = _ways(paper, request.user)
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
    return render(request, "positions/desk/paper.html", context)


def _removed(paper: PositionPaper) -> QuerySet[Paragraph]:
    """The paragraphs that are part of the text no longer, the last first."""
    gone = Paragraph.objects.filter(section__paper=paper, removed_at__isnull=False)
    return gone.select_related("wording").order_by("-removed_at", "-pk")


def _figures(glance: Glance) -> list[tuple[int, Any]]:
    return [
        (glance.of("written"), _("paragraphs")),
        (glance.of("bare"), _("of them rest on no point")),
        (glance.unplaced, _("points with neither a paragraph nor an answer")),
        (glance.unanswered, _("points without a disposition")),
    ]


def _ways(paper: PositionPaper, user: Any) -> list[dict[str, Any]]:
    """The moves that `user` could make now, each page once: where a page has several, the first that is not grave."""
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
    """What a drafter does next while the words may change; None when nothing is missing."""
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
        return {"label": _("Decide the amendments"), "url": reverse("desk_review", args=[paper.slug])}
    return None


# --- Sections -------------------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_section_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a section to the outline."""
    paper = known_paper(request, slug)
    form = NewSectionForm(
        request.POST if request.method == "POST" else None,
        sections=paper.sections.order_by("order"),
        themes=paper.consultation.themes.order_by("order"),
    )
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        reasons = attempt(lambda: workflow.add_section(paper, by=request.user, **form.words)).reasons
        if not reasons:
            return redirect("desk_paper", slug)
    return _section_form(request, paper, form, reasons)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_section_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Give a section another heading."""
    paper = known_paper(request, slug)
    section = get_object_or_404(paper.sections, pk=pk)
    form = SectionForm(request.POST if request.method == "POST" else None, initial={"heading": section.heading})
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        heading = form.cleaned_data["heading"]
        reasons = attempt(lambda: workflow.edit_section(section, by=request.user, heading=heading)).reasons
        if not reasons:
            return redirect("desk_section", slug, pk)
    return _section_form(request, paper, form, reasons, section)


def _section_form(
    request: HttpRequest,
    paper: PositionPaper,
    form: SectionForm,
    reasons: list[str],
    section: Section | None = None,
) -> HttpResponse:
    context = {"paper": paper, "section": section, "form": form, "reasons": reasons}
    status = REFUSED if reasons or form.errors else 200
    return render(request, "positions/desk/section_form.html", context, status=status)
