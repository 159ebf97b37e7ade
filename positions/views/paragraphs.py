"""Paragraph at the desk: text and history, marks, position and sources."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consultations.models import Framework, Point
from consultations.permissions import SignedInRequest
from consultations.queries.history import history
from consultations.views.decorators import attempt, for_secretariat
from ncm_portal.workflow import Blocked, Conflict
from positions import workflow
from positions.forms.clearance import NeededReasonForm
from positions.forms.drafting import (
    CommentForm,
    GroundForm,
    MarksForm,
    PlaceForm,
    ResolveForm,
    RewordForm,
    SoughtPointsForm,
)
from positions.models import PARAGRAPH_LIMIT, Grounding, Paragraph, PositionPaper, Strength, Wording
from positions.queries.drafting import preferred_words, sought_points
from positions.text.diff import merge, redline
from positions.text.style_advice import advise

from .drafting import EVENTS, REFUSED, Text, at_paragraph, text_of
from .papers import known_paper

PAGE = 20
TYPED = ("text", "rest", "comment", "resolution")  # fields with text about a paragraph in any of its forms
ADVISED = 4 * PARAGRAPH_LIMIT  # characters: a whole pasted book is refused, not read


@dataclass
class Place:
    """Paragraph within its paper's text."""

    text: Text
    paragraph: Any

    @property
    def section(self) -> Any:
        """Return its section in the outline."""
        return next(each for each in self.text.sections if each.pk == self.paragraph.section_id)


def _place(request: HttpRequest, slug: str, key: UUID) -> Place:
    """Return the paragraph with `key` of the paper; raises 404 if it is not part of its text."""
    return _place_in(known_paper(request, slug), key)


def _place_in(paper: PositionPaper, key: UUID) -> Place:
    text = text_of(paper, sources_of=key)
    paragraph = next((each for each in text.paragraphs if each.key == key), None)
    if paragraph is None:
        raise Http404
    return Place(text, paragraph)


def _reloaded(place: Place) -> Place:
    """Return the paragraph reloaded."""
    place.text.paper.refresh_from_db(fields=["state"])
    return _place_in(place.text.paper, place.paragraph.key)


# --- Words ----------------------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_paragraph(request: SignedInRequest, slug: str, key: UUID) -> HttpResponse:
    """Show a paragraph with its history; POST saves a new wording. If somebody else saved meanwhile, both are shown."""
    paper = known_paper(request, slug)
    if _was_removed(paper, key):
        return _removed(request, paper, key)
    place = _place_in(paper, key)
    if request.method != "POST":
        return _show(request, place)
    form = RewordForm(request.POST)
    if not form.is_valid():
        return _show(request, place, words=form)
    typed = form.cleaned_data
    try:
        workflow.reword(place.paragraph, by=request.user, text=typed["text"], why=typed["why"], base=typed["base"])
    except Conflict:
        return _both_texts(request, _reloaded(place), typed)
    except Blocked as refusal:
        return _show(request, place, words=form, reasons=refusal.reasons)
    messages.success(request, _("Saved. Check whether the paragraph still matches its sources."))
    return redirect("desk_paragraph", slug, key)


def _was_removed(paper: PositionPaper, key: UUID) -> bool:
    """Return whether the paragraph with `key` was removed from the text. One query."""
    return Paragraph.objects.filter(key=key, section__paper=paper, removed_at__isnull=False).exists()


def _removed(request: HttpRequest, paper: PositionPaper, key: UUID) -> HttpResponse:
    """Redirect to the history of a removed paragraph; text entered for it meanwhile is shown."""
    if request.method != "POST":
        return redirect("desk_paragraph_history", paper.slug, key)
    reasons = [_("This paragraph was removed from the text.")]
    typed = "\n\n".join(filter(None, (request.POST.get(name, "") for name in TYPED)))
    context = {"paper": paper, "key": key, "typed": typed, "reasons": reasons}
    return render(request, "positions/paragraphs/paragraph_gone.html", context, status=REFUSED)


def _show(
    request: HttpRequest,
    place: Place,
    *,
    words: RewordForm | None = None,
    marks: MarksForm | None = None,
    target: PlaceForm | None = None,
    remark: Form | None = None,
    reasons: list[str] | None = None,
) -> HttpResponse:
    paragraph, bad = (
        place.paragraph,
        next((form for form in (words, marks, target, remark) if form and form.errors), None),
    )
    start = {"text": paragraph.wording.text, "base": paragraph.wording_id}
    context = {
        "paper": place.text.paper,
        "text": place.text,
        "section": place.section,
        "paragraph": paragraph,
        "words": words or RewordForm(initial=start),
        "marks": marks or _marks(place),
        "target": target or PlaceForm(sections=place.text.sections, paragraph=paragraph, auto_id="place_%s"),
        "advice": _advice(paragraph, words),
        "form": bad,
        "reasons": reasons,
        "comments": _comments(paragraph, remark),
        "remark": remark if isinstance(remark, CommentForm) else CommentForm(auto_id="comment_%s"),
        "history": _history(paragraph),
        "events": history(paragraph, limit=EVENTS),
    }
    return render(request, "positions/paragraphs/paragraph.html", context, status=REFUSED if bad or reasons else 200)


def _marks(place: Place, data: QueryDict | None = None) -> MarksForm:
    paragraph = place.paragraph
    start = {
        "strength": paragraph.strength,
        "is_secretariat_text": paragraph.is_secretariat_text,
        "language": paragraph.language,
        "objectives": [provision.code for provision in paragraph.provisions.all()],
    }
    return MarksForm(data, initial=start, theme=place.section.theme, auto_id="marks_%s")


def _history(paragraph: Paragraph) -> list[dict[str, Any]]:
    """Return its wordings, the latest first, each with a redline against the previous one."""
    wordings = list(paragraph.wordings.select_related("by").order_by("number"))
    before = ["", *(wording.text for wording in wordings)]
    rows = [
        {"wording": wording, "spans": redline(old, wording.text) if old else []}
        for old, wording in zip(before, wordings, strict=False)
    ]
    return rows[::-1]


def _advice(paragraph: Any, words: RewordForm | None) -> list[str]:
    """Return style advice on the entered text, or else on the present one."""
    text = str(words["text"].value() or "") if words else paragraph.wording.text
    ladder = {value: str(label) for value, label in Strength.choices if value}
    return advise(text[:ADVISED], paragraph.strength, ladder=ladder, preferred=preferred_words())


def _comments(paragraph: Paragraph, typed: Form | None) -> list[Any]:
    """Return its comments, open ones first, these with a form to resolve them."""
    result: list[Any] = list(paragraph.comments.select_related("by", "resolved_by", "wording"))
    for each in result:
        each.of_earlier_words = each.wording_id != paragraph.wording_id
        name = f"settle_{each.pk}_%s"
        each.settle = typed if typed and typed.auto_id == name else ResolveForm(auto_id=name)
    return sorted(result, key=lambda each: each.resolved_at is not None)


def _both_texts(request: HttpRequest, place: Place, typed: dict[str, Any]) -> HttpResponse:
    """Show both texts of a paragraph changed by two drafters, with their changes and a merged text."""
    theirs: Wording = Wording.objects.select_related("by").get(pk=place.paragraph.wording_id)
    started = place.paragraph.wordings.filter(pk=typed["base"]).first() or theirs
    merged = merge(started.text, typed["text"].strip(), theirs.text)
    start = {"text": merged.text, "why": typed["why"], "base": theirs.pk}
    context = {
        "paper": place.text.paper,
        "section": place.section,
        "paragraph": place.paragraph,
        "theirs": theirs,
        "their_changes": redline(started.text, theirs.text),
        "my_changes": redline(started.text, typed["text"].strip()),
        "merged": merged,
        "words": RewordForm(initial=start),
    }
    return render(request, "positions/paragraphs/both_texts.html", context, status=409)


# --- Marks, place, end ----------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_paragraph_marks(request: SignedInRequest, slug: str, key: UUID) -> HttpResponse:
    """Set the marks of a paragraph: strength, objectives, or secretariat text."""
    place = _place(request, slug, key)
    if request.method != "POST":
        return redirect("desk_paragraph", slug, key)
    form = _marks(place, request.POST)
    if not form.is_valid():
        return _show(request, place, marks=form)
    others = place.paragraph.provisions.exclude(framework=Framework.GCM_OBJECTIVE)
    words = {**form.words, "provisions": [*form.words["provisions"], *others]}
    outcome = attempt(lambda: workflow.mark_paragraph(place.paragraph, by=request.user, **words))
    if outcome.reasons:
        return _show(request, place, marks=form, reasons=outcome.reasons)
    messages.success(request, _("The paragraph is marked."))
    return redirect("desk_paragraph", slug, key)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_paragraph_place(request: SignedInRequest, slug: str, key: UUID) -> HttpResponse:
    """Move a paragraph after another one, or to the start of a section; its number changes, its key does not."""
    place = _place(request, slug, key)
    if request.method != "POST":
        return redirect("desk_paragraph", slug, key)
    form = PlaceForm(request.POST, sections=place.text.sections, paragraph=place.paragraph, auto_id="place_%s")
    if not form.is_valid():
        return _show(request, place, target=form)
    outcome = attempt(lambda: workflow.move_paragraph(place.paragraph, by=request.user, **form.words))
    if outcome.reasons:
        return _show(request, place, target=form, reasons=outcome.reasons)
    place = _reloaded(place)
    messages.success(request, _("It is paragraph %(number)s now.") % {"number": place.paragraph.number})
    return redirect(at_paragraph(slug, place.section, place.paragraph))


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_paragraph_remove(request: SignedInRequest, slug: str, key: UUID) -> HttpResponse:
    """Remove a paragraph from the text with a reason."""
    place = _place(request, slug, key)
    form = NeededReasonForm(request.POST if request.method == "POST" else None)
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        reasons = attempt(lambda: workflow.remove_paragraph(place.paragraph, by=request.user, reason=reason)).reasons
        if not reasons:
            messages.success(request, _("The paragraph is removed from the text. Its wordings stay on file."))
            return redirect("desk_section", slug, place.section.pk)
    context = {
        "paper": place.text.paper,
        "section": place.section,
        "paragraph": place.paragraph,
        "form": form,
        "reasons": reasons,
    }
    status = REFUSED if reasons or form.errors else 200
    return render(request, "positions/paragraphs/paragraph_remove.html", context, status=status)


# --- What it rests on -----------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_sources(request: SignedInRequest, slug: str, key: UUID) -> HttpResponse:
    """Show the sources of a paragraph and points that it could cite; POST cites one of them."""
    place = _place(request, slug, key)
    if request.method != "POST":
        return _show_sources(request, place)
    form = GroundForm(request.POST)
    point = _sources(request, place).filter(reference=form.data.get("point")).first() if form.is_valid() else None
    if point is None:
        return _show_sources(request, place, [_("There is no such point.")])
    relation = form.cleaned_data["relation"]
    return _then_sources(
        request, place, lambda: workflow.ground(place.paragraph, point, by=request.user, relation=relation)
    )


def _sources(request: HttpRequest, place: Place) -> QuerySet[Point]:
    points: Any = Point.objects
    return points.visible_to(request.user).filter(consultation=place.text.paper.consultation_id)


def _then_sources(request: HttpRequest, place: Place, act: Callable[[], Any]) -> HttpResponse:
    """Run an act and redirect to the sources with the same points beside them."""
    slug, key = place.text.paper.slug, place.paragraph.key
    reasons = attempt(act).reasons
    if reasons:
        return _show_sources(request, _reloaded(place), reasons)
    return redirect(reverse("desk_sources", args=[slug, key], query=request.GET))


def _show_sources(request: HttpRequest, place: Place, reasons: list[str] | None = None) -> HttpResponse:
    context = {
        "paper": place.text.paper,
        "text": place.text,
        "section": place.section,
        "paragraph": place.paragraph,
        "doubtful": [source for source in place.paragraph.sources if not source.is_confirmed],
        "reasons": reasons,
        **_search(request, place),
    }
    return render(request, "positions/paragraphs/sources.html", context, status=REFUSED if reasons else 200)


def _search(request: HttpRequest, place: Place) -> dict[str, Any]:
    """Return the points matching the URL's filters, by reference; by default those of the section's theme."""
    theme = place.section.theme
    requested = request.GET.dict() or ({"theme": theme.code} if theme else {})
    form = SoughtPointsForm(requested, paper=place.text.paper)
    under = [source.point_id for source in place.paragraph.sources]
    queryset = sought_points(place.text.paper, request.user, form.filters).exclude(pk__in=under)
    rows = list(queryset.filter(reference__gt=requested.pop("after", ""))[: PAGE + 1])
    older = {**requested, "after": rows[PAGE - 1].reference} if len(rows) > PAGE else None
    here = reverse("desk_sources", args=[place.text.paper.slug, place.paragraph.key], query=older)
    return {"search": form, "number": queryset.count(), "points": rows[:PAGE], "older": here if older else ""}


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_source_confirm(request: HttpRequest, slug: str, key: UUID, pk: int) -> HttpResponse:
    """Confirm that a source still supports the text after an edit."""
    return _with_source(request, slug, key, pk, workflow.confirm_grounding)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_sources_confirm(request: SignedInRequest, slug: str, key: UUID) -> HttpResponse:
    """Confirm every source of the wording that the drafter saw."""
    place = _place(request, slug, key)
    seen = request.POST.get("wording", "")
    if not (seen.isascii() and seen.isdecimal() and len(seen) < 19):
        return redirect("desk_sources", slug, key)
    doubtful = Grounding.objects.filter(wording=int(seen), wording__paragraph=place.paragraph, is_confirmed=False)

    def confirm() -> None:
        for source in doubtful:
            workflow.confirm_grounding(source, by=request.user)

    return _then_sources(request, place, confirm)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_source_remove(request: HttpRequest, slug: str, key: UUID, pk: int) -> HttpResponse:
    """Remove a source of a paragraph."""
    return _with_source(request, slug, key, pk, workflow.unground)


def _with_source(request: HttpRequest, slug: str, key: UUID, pk: int, act: Callable[..., Any]) -> HttpResponse:
    place = _place(request, slug, key)
    if request.method != "POST":
        return redirect("desk_sources", slug, key)
    source = get_object_or_404(Grounding, pk=pk, wording__paragraph=place.paragraph)
    return _then_sources(request, place, lambda: act(source, by=request.user))
