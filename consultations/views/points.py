"""Points at the desk: search, join and separate, and points of sessions."""

import re
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.forms import MergeForm, PointFilterForm, SessionPointForm, TwinForm
from consultations.forms.splitting import Part, passages, taken_parts
from consultations.models import Event, FilteredPage, ForumSession, Point, PointState
from consultations.permissions import SignedInRequest, is_secretariat, may_validate, may_write_point, works_in_session
from consultations.queries import counted, organisations_behind, page_between, points_with_each_word, twins_of
from consultations.queries.history import history
from consultations.queries.saved_filters import saved_tabs
from consultations.workflow import POINT_MOVES
from ncm_portal.workflow import OpenMove, moves_open_to, needs_of

from .decorators import (
    INVALID,
    NOTHING_DONE,
    Outcome,
    attempt,
    carry_out,
    consultation_at,
    for_secretariat,
    note_consultation,
)
from .screening import neighbour
from .splitting import FRAGMENT, without

TWINS, MOST_TWINS = 8, 2_000
POINT_VERBS = {
    "validate": lambda point, *, by, reason: workflow.validate(point, by=by),
    "unmerge": workflow.unmerge,
    "take_back": workflow.take_back,
}


@for_secretariat
@require_safe
def desk_points(request: HttpRequest, slug: str) -> HttpResponse:
    """List the points of a consultation, the latest first, filtered by words, theme, kind and state, with the opened
    one (`open`, its reference), or the first, beside it.
    """
    consultation, form = consultation_at(request, slug), PointFilterForm(request.GET)
    filters, kept = form.filters, without(request.GET, "open", "filter")
    all_points = Point.objects.filter(consultation=consultation)
    result = _narrowed(all_points.select_related("stakeholder"), dict(filters))
    older, newer = _edge(request, "before"), _edge(request, "after")
    page = page_between(result.order_by("-pk"), "pk", older_than=older, newer_than=newer)
    reference = request.GET.get("open", "")
    named = all_points.filter(reference=reference).values_list("pk", flat=True).first() if reference else None
    opened = named or next((point.pk for point in page.rows), None)
    context: dict[str, Any] = {
        "consultation": consultation,
        "form": form,
        "opens_filters": "filter" in request.GET,
        "narrowed": bool(filters or form.errors),
        "points": page.rows,
        "counted": counted(result.order_by("-pk")),
        "saved": saved_tabs(request.user, consultation, FilteredPage.POINTS, kept.urlencode()),
        "address": f"{request.path}?{kept.urlencode()}{'&' if kept else ''}",
        "opens": named is not None,
        "newer": neighbour(request, after=page.newer),
        "older": neighbour(request, before=page.older),
        **(_in_pane(_points().get(pk=opened)) if opened else {}),
    }
    part = "#pane" if request.headers.get(FRAGMENT) == "pane" else ""
    response = render(request, f"consultations/points/points.html{part}", context)
    patch_vary_headers(response, [FRAGMENT])
    return response


def _in_pane(point: Point) -> dict[str, Any]:
    """Return what the pane shows of a point: where it comes from, and what is nearly the same."""
    return {
        "point": point,
        "source": _source(point),
        "twins": twins_of([point])[point.pk],
        "organisations": organisations_behind([point])[point.pk],
    }


def _source(point: Point) -> list[list[Part]]:
    """Return the sentences of its input that have words of the point, each in parts."""
    if (sent := point.submission) is None:
        return []
    lines = passages(f"{sent.body}\n{sent.proposed_wording}")
    sentences = (taken_parts(sentence, [point]) for line in lines for sentence in line)
    return [parts for parts in sentences if any(number for _text, number in parts)]


def _points() -> QuerySet[Point]:
    """Return points with what is shown of one, and those joined to each."""
    behind = Prefetch("merged", Point.objects.select_related("stakeholder").order_by("reference"))
    return Point.objects.select_related(
        "submission", "session", "stakeholder", "theme", "merged_into"
    ).prefetch_related(behind)


def _narrowed(points: QuerySet[Point], filters: dict[str, Any]) -> QuerySet[Point]:
    return points_with_each_word(points, filters.pop("words", "")).filter(**filters)


def _edge(request: HttpRequest, name: str) -> Q | None:
    """Return the points beyond the one whose key the URL names; None without one."""
    key, side = request.GET.get(name, ""), {"before": "lt", "after": "gt"}[name]
    return Q(**{f"pk__{side}": int(key)}) if key.isdecimal() and len(key) < 19 else None


# --- One point ------------------------------------------------------------------------------------------------------


@for_secretariat
@require_safe
def desk_point(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a point with the points joined to it, and possible duplicates."""
    return _show(request, _point(reference))


def _point(reference: str) -> Point:
    return get_object_or_404(_points().select_related("consultation"), reference=reference)


def _show(
    request: HttpRequest, point: Point, outcome: Outcome = NOTHING_DONE, *, form: MergeForm | None = None
) -> HttpResponse:
    twin_form = TwinForm(request.GET if "words" in request.GET else None)
    verbs = {verb: POINT_MOVES[verb] for verb in POINT_VERBS}
    note_consultation(request, point.consultation)
    context = {
        "point": point,
        "reasons": outcome.reasons,
        "merge_form": form or MergeForm(),
        "form": form,
        "twin_form": twin_form,
        "twins": _twins(point, twin_form) if point.state == PointState.VALIDATED else [],
        "organisations": organisations_behind([point])[point.pk],
        "provisions": point.provisions.all(),
        "moves": [each for each in moves_open_to(verbs, point, request.user) if each.ready or not each.move.undoes],
        "needs": needs_of(POINT_MOVES, point),
        "events": history(point),
        "here": reverse("desk_point", args=[point.reference]),
    }
    return render(request, "consultations/points/point.html", context, status=outcome.status)


def _twins(point: Point, form: TwinForm) -> QuerySet[Point]:
    """Return validated points of the consultation that share words with the point, or with the words that were entered,
    the closest first. Texts are read of the newest and of those with each entered word; the search for duplicates
    compares all.
    """
    words = form.looks_for(point)
    validated = Point.objects.filter(consultation=point.consultation_id, state=PointState.VALIDATED).exclude(
        pk=point.pk
    )
    keys = list(validated.order_by("-pk").values_list("pk", flat=True)[:MOST_TWINS])
    if words != point.text:
        keys += points_with_each_word(validated, words).order_by("-pk").values_list("pk", flat=True)[:MOST_TWINS]
    terms = " | ".join(dict.fromkeys(re.findall(r"\w{3,40}", words)[:60]))
    query = SearchQuery(terms, search_type="raw", config="english")
    ranked = _points().filter(pk__in=keys).annotate(rank=SearchRank(SearchVector("text", config="english"), query))
    return ranked.filter(rank__gt=0).order_by("-rank", "reference")[:TWINS]


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_point_merge(request: SignedInRequest, reference: str) -> HttpResponse:
    """Join a point to its duplicate."""
    point = _point(reference)
    if request.method != "POST":
        return redirect("desk_point", reference)
    form = MergeForm(request.POST)
    if not form.is_valid():
        return _show(request, point, INVALID, form=form)
    into = Point.objects.filter(reference=form.cleaned_data["into"]).first()
    if into is None:
        return _show(request, point, Outcome([_("Choose the point that this one duplicates.")], 422), form=form)
    reason = form.cleaned_data["reason"]
    outcome = attempt(lambda: workflow.merge(point, into=into, by=request.user, reason=reason), point)
    if outcome.reasons:
        return _show(request, point, outcome, form=form)
    messages.success(request, _("%(point)s is now joined to %(into)s. Neither is lost.") % _both(point, into))
    return redirect("desk_point", into.reference)


def _both(point: Point, into: Point) -> dict[str, str]:
    return {"point": point.reference, "into": into.reference}


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_point_move(request: HttpRequest, reference: str, verb: str) -> HttpResponse:
    """Validate a point or separate a joined one, by the verb in the URL."""
    point = _point(reference)
    if request.method != "POST":
        return redirect("desk_point", reference)
    outcome = carry_out(request, point, verb, POINT_VERBS)
    if outcome.reasons:
        return _show(request, point, outcome)
    messages.success(request, _("Done: %(move)s.") % {"move": POINT_MOVES[verb].label})
    return redirect("desk_point", reference)


# --- Reading back the points of a session -----------------------------------------------------------------------------


VERBS = {
    "validate": lambda point, *, by, reason: workflow.validate(point, by=by),
    "send_back": workflow.send_back,
}
MOVES = {verb: POINT_MOVES[verb] for verb in VERBS}


@require_http_methods(["GET", "HEAD"])
def session_read_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the points of a session one by one, for reading back in the room: `point` in the URL is its number."""
    return _show_read_back(request, session_of(request, pk), _number(request.GET.get("point", "")))


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else None


def _show_read_back(
    request: HttpRequest, session: ForumSession, number: int | None, outcome: Outcome = NOTHING_DONE
) -> HttpResponse:
    points = list(session.points.select_related("stakeholder", "theme").exclude(state=PointState.WITHDRAWN))
    points.sort(key=lambda point: point.number)
    waiting = [point for point in points if point.state == PointState.SUBMITTED]
    first = waiting[0] if waiting else points[0] if points else None
    point = next((each for each in points if each.number == number), first)
    place = points.index(point) if point else 0
    context = {
        "session": session,
        "point": point,
        "place": place + 1,
        "total": len(points),
        "waiting": len(waiting),
        "before": points[place - 1] if place else None,
        "behind": points[place + 1] if place + 1 < len(points) else None,
        "note": notes_on([point]).get(point.pk, "") if point else "",
        "moves": moves_open_to(MOVES, point, request.user) if point else [],
        "moves_at": f"{reverse('session_read_back', args=[session.pk])}{point.number}/" if point else "",
        "reasons": outcome.reasons,
    }
    return render(request, "consultations/points/read_back.html", context, status=outcome.status)


@require_http_methods(["GET", "HEAD", "POST"])
def session_read_back_move(request: HttpRequest, pk: int, number: int, verb: str) -> HttpResponse:
    """Validate a point that was read back, or send it back with a note; then show the next one."""
    session = session_of(request, pk)
    point = get_object_or_404(session.points.all(), number=number)
    if request.method != "POST":
        return redirect("session_read_back", pk)
    if not may_validate(request.user, point):
        raise Http404
    outcome = carry_out(request, point, verb, VERBS)
    if outcome.reasons:
        return _show_read_back(request, session, number, outcome)
    done = _("%(point)s is validated.") if verb == "validate" else _("%(point)s has been sent back to its rapporteur.")
    messages.success(request, done % {"point": point.reference})
    return redirect("session_read_back", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def session_point_correct(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Correct a draft point of a session, as its rapporteur or the secretariat."""
    session = session_of(request, pk)
    point = get_object_or_404(session.points.select_related("theme", "stakeholder"), number=number)
    if not may_write_point(request.user, point):
        raise Http404
    form, outcome = _correction(request, session, point), NOTHING_DONE
    if request.method == "POST":
        outcome = INVALID
        if form.is_valid():
            words: dict[str, Any] = form.words
            outcome = attempt(lambda: workflow.correct_point(point, by=request.user, **words))
            if not outcome.reasons:
                messages.success(request, _("Corrected. Hand it in when the text is right."))
                return redirect("session_points", pk)
    context = {"session": session, "point": point, "form": form, "note": notes_on([point]).get(point.pk, "")}
    return render(
        request,
        "consultations/points/point_correct.html",
        {**context, "reasons": outcome.reasons},
        status=outcome.status,
    )


def _correction(request: HttpRequest, session: ForumSession, point: Point) -> SessionPointForm:
    given = {
        "text": point.text,
        "kind": point.kind,
        "theme": point.theme.code,
        "organisation": point.stakeholder_id,
        "responsible": point.responsible,
        "due_on": point.due_on,
        "objectives": [each.code for each in point.provisions.all()],
    }
    sent = request.POST if request.method == "POST" else None
    themes = session.forum.consultation.themes.all()
    return SessionPointForm(sent, themes=themes, theme=point.theme, initial=given)


# --- Points of a session ----------------------------------------------------------------------------------------------


SESSION_VERBS = {
    "hand_in": lambda point, *, by, reason: workflow.hand_in(point, by=by),
    "validate": lambda point, *, by, reason: workflow.validate(point, by=by),
}
SESSION_MOVES = {verb: POINT_MOVES[verb] for verb in SESSION_VERBS}
SHOWN_EVENTS = 20


@require_http_methods(["GET", "HEAD", "POST"])
def session_points(request: SignedInRequest, pk: int) -> HttpResponse:
    """List the points of a session: its rapporteur records and hands them in, the secretariat validates them."""
    session = session_of(request, pk)
    if request.method != "POST":
        return _show_session(request, session)
    form = _form(session, request.POST)
    if not form.is_valid():
        return _show_session(request, session, INVALID, form)
    outcome = attempt(lambda: workflow.write_point(session, by=request.user, **form.words))
    if outcome.reasons:
        return _show_session(request, session, outcome, form)
    messages.success(request, _("Saved. Hand it in when the text is right."))
    return redirect("session_points", pk)


def session_of(request: HttpRequest, pk: int) -> ForumSession:
    """Return the session for its rapporteur, its chair and the secretariat; raises 404 for others."""
    session = get_object_or_404(ForumSession.objects.select_related("forum__consultation", "theme"), pk=pk)
    if not (is_secretariat(request.user) or works_in_session(request.user, session.pk)):
        raise Http404
    note_consultation(request, session.forum.consultation)
    return session


def _form(session: ForumSession, data: object = None) -> SessionPointForm:
    return SessionPointForm(data, themes=session.forum.consultation.themes.all(), theme=session.theme)


def _show_session(
    request: HttpRequest, session: ForumSession, outcome: Outcome = NOTHING_DONE, form: SessionPointForm | None = None
) -> HttpResponse:
    points: list[Any] = list(session.points.select_related("stakeholder", "theme").order_by("-number"))
    drafts = [point for point in points if point.state == PointState.DRAFT]
    about = Event.objects.filter(kind=Point._meta.label_lower, object_id__in=[str(point.pk) for point in points])
    one_of_each = {point.state: point for point in points}
    notes = notes_on(points)
    for point in points:
        point.sent_back = notes.get(point.pk, "")
    context = {
        "session": session,
        "reasons": outcome.reasons,
        "form": form or _form(session),
        "points": _with_moves(request, points, one_of_each),
        "drafts": len(drafts),
        "needs": list(dict.fromkeys(need for point in one_of_each.values() for need in needs_of(SESSION_MOVES, point))),
        "events": about.order_by("-number")[:SHOWN_EVENTS],
        "is_secretariat": is_secretariat(request.user),
        "may_write": may_write_point(request.user, Point(session=session)),
        "here": reverse("session_points", args=[session.pk]),
    }
    return render(request, "consultations/points/session_points.html", context, status=outcome.status)


def notes_on(points: list[Point]) -> dict[int, str]:
    """Return the last reason why each draft among `points` was sent back, by primary key. At most one query."""
    drafts = [str(point.pk) for point in points if point.state == PointState.DRAFT]
    if not drafts:
        return {}
    about = Event.objects.filter(kind=Point._meta.label_lower, object_id__in=drafts, verb="send_back")
    return {int(pk): reason for pk, reason in about.order_by("number").values_list("object_id", "reason")}


def _with_moves(
    request: HttpRequest, points: list[Point], one_of_each: dict[str, Point]
) -> list[tuple[Point, list[OpenMove]]]:
    """Return each point with its moves; in one session, points in the same state have the same moves."""
    moves = {state: moves_open_to(SESSION_MOVES, point, request.user) for state, point in one_of_each.items()}
    return [(point, moves[point.state]) for point in points]


@require_http_methods(["GET", "HEAD", "POST"])
def session_point_move(request: HttpRequest, pk: int, number: int, verb: str) -> HttpResponse:
    """Hand in or validate one point of a session by the verb in the URL."""
    session = session_of(request, pk)
    point = get_object_or_404(session.points.all(), number=number)
    if request.method != "POST":
        return redirect("session_points", pk)
    outcome = carry_out(request, point, verb, SESSION_VERBS)
    if outcome.reasons:
        return _show_session(request, session, outcome)
    messages.success(request, _("Done: %(move)s.") % {"move": POINT_MOVES[verb].label})
    return redirect("session_points", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def session_hand_in(request: SignedInRequest, pk: int) -> HttpResponse:
    """Hand in every draft of a session one by one; refused ones stay drafts, with the reason."""
    session = session_of(request, pk)
    if request.method != "POST":
        return redirect("session_points", pk)
    drafts = session.points.filter(state=PointState.DRAFT).order_by("number")
    outcomes = [attempt(partial(workflow.hand_in, point, by=request.user)) for point in drafts]
    reasons = [reason for outcome in outcomes for reason in outcome.reasons]
    if reasons:
        return _show_session(request, session, Outcome(reasons, 409))
    messages.success(request, _("Handed in. The secretariat will validate the points."))
    return redirect("session_points", pk)
