"""Points at the desk: found by words, merged when they say the same, taken apart again."""

import re
from typing import Any

from django.contrib import messages
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.forms import MergeForm, TwinForm, WantedPointsForm
from consultations.models import Point, PointState
from consultations.queries import organisations_behind, page_between
from consultations.queries.access_log import history
from consultations.workflow import POINT_MOVES
from ncm_portal.workflow import moves_open_to, needs_of

from .decorators import INVALID, NOTHING_DONE, Outcome, attempt, carry_out, for_secretariat
from .screening import neighbour

TWINS = 8
POINT_VERBS = {
    "validate": lambda point, *, by, reason: workflow.validate(point, by=by),
    "unmerge": workflow.unmerge,
    "take_back": workflow.take_back,
}


@for_secretariat
@require_safe
def desk_points(request: HttpRequest) -> HttpResponse:
    """All points, the latest first, narrowed by words, theme, kind and state."""
    form = WantedPointsForm(request.GET)
    found = _narrowed(_points(), form.wanted)
    older, newer = _edge(request, "before"), _edge(request, "after")
    page = page_between(found.order_by("-pk"), "pk", older_than=older, newer_than=newer)
    context = {"form": form, "points": page.rows, "number": found.count()}
    context["newer"], context["older"] = neighbour(request, after=page.newer), neighbour(request, before=page.older)
    return render(request, "consultations/desk/points.html", context)


def _points() -> QuerySet[Point]:
    """Points with what a list shows of them, and those merged into each."""
    behind = Prefetch("merged", Point.objects.select_related("stakeholder").order_by("reference"))
    return Point.objects.select_related(
        "submission", "session", "stakeholder", "theme", "merged_into"
    ).prefetch_related(behind)


def _narrowed(points: QuerySet[Point], wanted: dict[str, Any]) -> QuerySet[Point]:
    for word in wanted.pop("words", "").split()[:10]:
        points = points.filter(text__icontains=word) | points.filter(reference__icontains=word)
    return points.filter(**wanted)


def _edge(request: HttpRequest, name: str) -> Q | None:
    """The points beyond the one whose key the address names; None where it names none."""
    key, side = request.GET.get(name, ""), {"before": "lt", "after": "gt"}[name]
    return Q(**{f"pk__{side}": int(key)}) if key.isdecimal() and len(key) < 19 else None


# --- One point ------------------------------------------------------------------------------------------------------


@for_secretariat
@require_safe
def desk_point(request: HttpRequest, reference: str) -> HttpResponse:
    """A point with what stands behind it, and beside it the points that may say the same."""
    return _show(request, _point(reference))


def _point(reference: str) -> Point:
    return get_object_or_404(_points().select_related("consultation"), reference=reference)


def _show(
    request: HttpRequest, point: Point, outcome: Outcome = NOTHING_DONE, *, form: MergeForm | None = None
) -> HttpResponse:
    twin_form = TwinForm(request.GET if "words" in request.GET else None)
    verbs = {verb: POINT_MOVES[verb] for verb in POINT_VERBS}
    context = {
        "point": point,
        "reasons": outcome.reasons,
        "merge_form": form or MergeForm(),
        "form": form,
        "twin_form": twin_form,
        "twins": _twins(point, twin_form.looks_for(point)) if point.state == PointState.VALIDATED else [],
        "organisations": organisations_behind([point])[point.pk],
        "provisions": point.provisions.all(),
        "moves": [each for each in moves_open_to(verbs, point, request.user) if each.ready or not each.move.undoes],
        "needs": needs_of(POINT_MOVES, point),
        "events": history(point),
        "here": reverse("desk_point", args=[point.reference]),
    }
    return render(request, "consultations/desk/point.html", context, status=outcome.status)


def _twins(point: Point, words: str) -> QuerySet[Point]:
    """Validated points of the consultation that share most with `words`, the closest first."""
    terms = " | ".join(dict.fromkeys(re.findall(r"\w{3,40}", words)[:60]))
    query = SearchQuery(terms, search_type="raw", config="english")
    candidates = _points().filter(consultation=point.consultation_id, state=PointState.VALIDATED).exclude(pk=point.pk)
    ranked = candidates.annotate(rank=SearchRank(SearchVector("text", config="english"), query))
    return ranked.filter(rank__gt=0).order_by("-rank", "reference")[:TWINS]


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_point_merge(request: HttpRequest, reference: str) -> HttpResponse:
    """Let a point stand behind another that says the same."""
    point = _point(reference)
    if request.method != "POST":
        return redirect("desk_point", reference)
    form = MergeForm(request.POST)
    if not form.is_valid():
        return _show(request, point, INVALID, form=form)
    into = Point.objects.filter(reference=form.cleaned_data["into"]).first()
    if into is None:
        return _show(request, point, Outcome([_("Choose the point that says the same.")], 422), form=form)
    reason = form.cleaned_data["reason"]
    outcome = attempt(lambda: workflow.merge(point, into=into, by=request.user, reason=reason), point)
    if outcome.reasons:
        return _show(request, point, outcome, form=form)
    messages.success(request, _("%(point)s stands behind %(into)s now. Neither is lost.") % _both(point, into))
    return redirect("desk_point", into.reference)


def _both(point: Point, into: Point) -> dict[str, str]:
    return {"point": point.reference, "into": into.reference}


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_point_move(request: HttpRequest, reference: str, verb: str) -> HttpResponse:
    """Validate a point, or take a merged one apart again: the verb stands in the address."""
    point = _point(reference)
    if request.method != "POST":
        return redirect("desk_point", reference)
    outcome = carry_out(request, point, verb, POINT_VERBS)
    if outcome.reasons:
        return _show(request, point, outcome)
    messages.success(request, _("Done: %(move)s.") % {"move": POINT_MOVES[verb].label})
    return redirect("desk_point", reference)
