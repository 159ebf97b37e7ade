"""Coverage at the desk: points without a paragraph, paragraphs without a source, and the answers to points."""

from collections import defaultdict
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations.models import Point
from consultations.permissions import SignedInRequest
from consultations.queries import counted, organisations_behind, points_with_each_word
from consultations.redaction import in_full
from consultations.views.decorators import attempt, for_secretariat
from ncm_portal.workflow import needs_of
from positions import workflow
from positions.forms.dispositions import BEFORE, FREE, OPEN, DispositionFilterForm, DispositionForm, GroundOneForm
from positions.models import Disposition, Grounding, GroundingRelation, Outcome, Paragraph, PositionPaper
from positions.queries.grounding import (
    coverage,
    first_unanswered,
    number_unanswered,
    unanswered,
    unplaced_points,
    was_answered_before,
)
from positions.queries.papers import papers_that_answered
from positions.workflow import PAPER_MOVES
from positions.workflow.dispositions import challenges_own_words

from .drafting import REFUSED, Text, text_of
from .drafting_room import FRAGMENT
from .papers import known_paper

PAGE = 25
SHOWN = 15  # points of one theme on the gaps page; the list has the others


@for_secretariat
@require_safe
def desk_coverage(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the open gaps between points and text."""
    text = text_of(known_paper(request, slug))
    covered = coverage(text.paper, text.paragraphs)
    context = {
        "paper": text.paper,
        "text": text,
        "coverage": covered,
        "themes": _gaps(text.paper, covered.themes),
        "unconfirmed": _by_paragraph(covered.unconfirmed),
        "needs": needs_of(PAPER_MOVES, text.paper),
    }
    return render(request, "positions/grounding/coverage.html", context)


def _gaps(paper: PositionPaper, themes: list[tuple[Any, int]]) -> list[dict[str, Any]]:
    """Return the first points on each theme with neither a paragraph nor an answer."""
    points: list[Any] = unplaced_points(paper, [theme for theme, _number in themes], SHOWN)
    behind, shown = organisations_behind(points), defaultdict(list)
    for point in points:
        point.organisations = behind[point.pk]
        shown[point.theme_id].append(point)
    return [
        {"theme": theme, "points": shown[theme.pk], "number": number, "more": number > SHOWN}
        for theme, number in themes
    ]


def _by_paragraph(pairs: list[tuple[Any, Grounding]]) -> list[tuple[Any, list[Grounding]]]:
    grouped = groupby(pairs, key=lambda pair: pair[0])
    return [(paragraph, [grounding for _paragraph, grounding in item]) for paragraph, item in grouped]


# --- Dispositions ---------------------------------------------------------------------------------------------------


@for_secretariat
@require_safe
def desk_dispositions(request: HttpRequest, slug: str) -> HttpResponse:
    """List the answers to points, filtered by words, theme and answer."""
    text = text_of(known_paper(request, slug))
    requested = request.GET.dict()
    form = DispositionFilterForm(requested)
    result = _narrowed(_points(text.paper), text.paper, form.filters)
    rows = list(result.filter(reference__gt=requested.pop("after", ""))[: PAGE + 1])
    older = {**requested, "after": rows[PAGE - 1].reference} if len(rows) > PAGE else None
    context = {
        "paper": text.paper,
        "text": text,
        "form": form,
        "rows": [_answered(point, text) for point in rows[:PAGE]],
        "number": counted(result),
        "unanswered": number_unanswered(text.paper),
        "next": first_unanswered(text.paper),
        "older": reverse("desk_dispositions", args=[slug], query=older) if older else "",
        "needs": needs_of(PAPER_MOVES, text.paper),
    }
    return render(request, "positions/grounding/dispositions.html", context)


def _points(paper: PositionPaper) -> QuerySet[Point]:
    """Return the valid points of the paper's consultation, with `answers`: their disposition in this paper, if any;
    `answered_in`: the other papers that answered them; and `was_before`: whether this one need not.
    """
    here = Disposition.objects.filter(paper=paper).prefetch_related("paragraphs")
    points: Any = Point.objects.standing().filter(consultation=paper.consultation_id)
    points = points.annotate(answered_in=papers_that_answered(paper), was_before=was_answered_before(paper))
    shown = points.select_related("submission", "session", "stakeholder", "theme", "merged_into")
    return shown.prefetch_related(Prefetch("dispositions", here, to_attr="answers")).order_by("reference")


def _narrowed(points: QuerySet[Point], paper: PositionPaper, filters: dict[str, Any]) -> QuerySet[Point]:
    points = points_with_each_word(points, filters.pop("words", ""))
    outcome, rests = filters.pop("outcome", ""), filters.pop("rests", "")
    answers = Disposition.objects.filter(paper=paper, point=OuterRef("pk"))
    if outcome == OPEN:
        points = unanswered(points, paper)
    elif outcome == BEFORE:
        points = points.filter(Exists(Disposition.objects.of_other_papers(paper).filter(point=OuterRef("pk"))))
    elif outcome:
        points = points.filter(Exists(answers.filter(outcome=outcome)))
    if rests == FREE:
        today = Paragraph.objects.standing().filter(section__paper=paper).order_by().values("wording")
        grounded = Grounding.objects.filter(wording__in=today)
        points = points.filter(merged_into=None).exclude(pk__in=grounded.values("point"))
    return points.filter(**filters)


def _answered(point: Any, text: Text) -> dict[str, Any]:
    """Return a point with its disposition, and the numbers of the paragraphs named in it and of those that cite the
    point.
    """
    numbers = {each.pk: each.number for each in text.paragraphs}
    answer = point.answers[0] if point.answers else None
    named = [each.pk for each in answer.paragraphs.all()] if answer else []
    return {
        "point": point,
        "answer": answer,
        "numbers": sorted(numbers[pk] for pk in named if pk in numbers),
        "resting": [each.number for each, _source in _resting_on(point, text)],
    }


def _resting_on(point: Point, text: Text) -> list[tuple[Any, Grounding]]:
    """Return the paragraphs that cite a point, or the one it is joined to, with the relation."""
    own = point.merged_into_id or point.pk
    return [(each, source) for each in text.paragraphs for source in each.sources if source.point_id == own]


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_disposition(request: SignedInRequest, slug: str, reference: str) -> HttpResponse:
    """Show one point with its source and citing paragraphs; POST saves the answer and redirects to the next point."""
    text, point = _point(request, slug, reference)
    if request.method != "POST":
        return _show(request, text, point)
    form = DispositionForm(request.POST, point=point, sections=text.sections)
    if not form.is_valid():
        return _show(request, text, point, form=form)
    was_open = not point.answers
    outcome = attempt(lambda: workflow.decide(text.paper, point, by=request.user, **form.words))
    if outcome.reasons:
        return _show(request, text, point, form=form, reasons=outcome.reasons)
    messages.success(request, _("The answer to %(point)s is saved.") % {"point": point.reference})
    following = _next_open(text.paper, point) if was_open else None
    return redirect("desk_disposition", slug, following.reference) if following else redirect("desk_dispositions", slug)


def _point(request: HttpRequest, slug: str, reference: str) -> tuple[Text, Any]:
    paper = known_paper(request, slug)
    point = get_object_or_404(_points(paper).select_related("consultation"), reference=reference)
    return text_of(paper), point


def _next_open(paper: PositionPaper, point: Point) -> Point | None:
    """Return the next point without an answer, of the same theme first."""
    return first_unanswered(paper, point.theme_id)


def _show(
    request: SignedInRequest,
    text: Text,
    point: Any,
    *,
    form: DispositionForm | None = None,
    ground: GroundOneForm | None = None,
    reasons: list[str] | None = None,
) -> HttpResponse:
    resting = _resting_on(point, text)
    bad = next((each for each in (form, ground) if each and each.errors), None)
    context = {
        "paper": text.paper,
        "text": text,
        "point": point,
        "answer": point.answers[0] if point.answers else None,
        "before": Disposition.objects.of_other_papers(text.paper).filter(point=point).select_related("paper"),
        "passage": _in_context(point),
        "resting": resting,
        "own_words": challenges_own_words(text.paper, point, request.user),
        "decide": form or DispositionForm(point=point, sections=text.sections, initial=_start(point, resting)),
        "ground": ground or GroundOneForm(point=point, sections=text.sections, auto_id="ground_%s"),
        "form": bad,
        "reasons": reasons,
        "is_beside": FRAGMENT in request.headers,  # asked for by static/js/answering.js
    }
    status = REFUSED if bad or reasons else 200
    response = render(request, "positions/grounding/disposition.html", context, status=status)
    patch_vary_headers(response, [FRAGMENT])
    return response


def _start(point: Any, resting: list[tuple[Any, Grounding]]) -> dict[str, Any]:
    """Return the present answer as initial values; without one, the citing paragraphs are suggested."""
    if point.answers:
        answer = point.answers[0]
        named = [str(each.key) for each in answer.paragraphs.all()]
        given = {name: getattr(answer, name) for name in ("outcome", "reason_code", "reason")}
        return {**given, "paragraphs": named}
    suggested = [str(each.key) for each, source in resting if source.relation != GroundingRelation.CONTRARY]
    return {"outcome": Outcome.MERGED if point.merged_into_id else "", "paragraphs": suggested}


def _in_context(point: Point) -> tuple[str, str, str] | None:
    """Return the text of the input before, at and after the point; None if the point's text is not found in it."""
    content = in_full(point.submission.reveal().body) if point.submission else ""
    before, words, behind = content.partition(point.text)
    return (before, words, behind) if words else None


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_disposition_ground(request: SignedInRequest, slug: str, reference: str) -> HttpResponse:
    """Cite this point in a paragraph."""
    text, point = _point(request, slug, reference)
    if request.method != "POST":
        return redirect("desk_disposition", slug, reference)
    form = GroundOneForm(request.POST, point=point, sections=text.sections, auto_id="ground_%s")
    if not form.is_valid():
        return _show(request, text, point, ground=form)
    outcome = attempt(lambda: workflow.ground(point=point, by=request.user, **form.words))
    if outcome.reasons:
        return _show(request, text, point, ground=form, reasons=outcome.reasons)
    messages.success(request, _("The paragraph now cites this point."))
    return redirect("desk_disposition", slug, reference)
