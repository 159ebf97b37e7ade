"""What the rapporteur of a session writes down, and what the secretariat validates of it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consultations import workflow
from consultations.forms import SessionPointForm
from consultations.models import Event, ForumSession, Point, PointState
from consultations.permissions import is_secretariat, may_write_point, works_in_session
from consultations.workflow import POINT_MOVES
from ncm_portal.workflow import OpenMove, moves_open_to, needs_of

from .decorators import INVALID, NOTHING_DONE, Outcome, attempt, carry_out

VERBS = {
    "hand_in": lambda point, *, by, reason: workflow.hand_in(point, by=by),
    "validate": lambda point, *, by, reason: workflow.validate(point, by=by),
}
MOVES = {verb: POINT_MOVES[verb] for verb in VERBS}
SHOWN_EVENTS = 20


@require_http_methods(["GET", "HEAD", "POST"])
def session_points(request: HttpRequest, pk: int) -> HttpResponse:
    """The points of a session: its rapporteur writes them down and hands them in, the secretariat validates them."""
    session = session_of(request, pk)
    if request.method != "POST":
        return _show(request, session)
    form = _form(session, request.POST)
    if not form.is_valid():
        return _show(request, session, INVALID, form)
    outcome = attempt(lambda: workflow.write_point(session, by=request.user, **form.words))
    if outcome.reasons:
        return _show(request, session, outcome, form)
    messages.success(request, _("Written down. Hand it in when it says what was said."))
    return redirect("session_points", pk)


def session_of(request: HttpRequest, pk: int) -> ForumSession:
    """The session, for its rapporteur, its chair and the secretariat; a 404 for everybody else."""
    session = get_object_or_404(ForumSession.objects.select_related("forum__consultation", "theme"), pk=pk)
    if not (is_secretariat(request.user) or works_in_session(request.user, session.pk)):
        raise Http404
    return session


def _form(session: ForumSession, data: object = None) -> SessionPointForm:
    return SessionPointForm(data, themes=session.forum.consultation.themes.all(), theme=session.theme)


def _show(
    request: HttpRequest, session: ForumSession, outcome: Outcome = NOTHING_DONE, form: SessionPointForm | None = None
) -> HttpResponse:
    points = list(session.points.select_related("stakeholder", "theme").order_by("-number"))
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
        "needs": list(dict.fromkeys(need for point in one_of_each.values() for need in needs_of(MOVES, point))),
        "events": about.order_by("-number")[:SHOWN_EVENTS],
        "is_secretariat": is_secretariat(request.user),
        "may_write": may_write_point(request.user, Point(session=session)),
        "here": reverse("session_points", args=[session.pk]),
    }
    return render(request, "consultations/desk/session_points.html", context, status=outcome.status)


def notes_on(points: list[Point]) -> dict[int, str]:
    """Why each of `points` that are drafts was sent back the last time, by primary key. At most one query."""
    drafts = [str(point.pk) for point in points if point.state == PointState.DRAFT]
    if not drafts:
        return {}
    about = Event.objects.filter(kind=Point._meta.label_lower, object_id__in=drafts, verb="send_back")
    return {int(pk): reason for pk, reason in about.order_by("number").values_list("object_id", "reason")}


def _with_moves(
    request: HttpRequest, points: list[Point], one_of_each: dict[str, Point]
) -> list[tuple[Point, list[OpenMove]]]:
    """Each point with its moves; within one session the same moves are open in the same state."""
    moves = {state: moves_open_to(MOVES, point, request.user) for state, point in one_of_each.items()}
    return [(point, moves[point.state]) for point in points]


@require_http_methods(["GET", "HEAD", "POST"])
def session_point_move(request: HttpRequest, pk: int, number: int, verb: str) -> HttpResponse:
    """Hand in or validate one point of a session: the verb stands in the address."""
    session = session_of(request, pk)
    point = get_object_or_404(session.points.all(), number=number)
    if request.method != "POST":
        return redirect("session_points", pk)
    outcome = carry_out(request, point, verb, VERBS)
    if outcome.reasons:
        return _show(request, session, outcome)
    messages.success(request, _("Done: %(move)s.") % {"move": POINT_MOVES[verb].label})
    return redirect("session_points", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def session_hand_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand in every draft of a session, one after the other; what is refused stays a draft and says why."""
    session = session_of(request, pk)
    if request.method != "POST":
        return redirect("session_points", pk)
    drafts = session.points.filter(state=PointState.DRAFT).order_by("number")
    outcomes = [attempt(lambda point=point: workflow.hand_in(point, by=request.user)) for point in drafts]
    reasons = [reason for outcome in outcomes for reason in outcome.reasons]
    if reasons:
        return _show(request, session, Outcome(reasons, 409))
    messages.success(request, _("Handed in. The secretariat validates the points."))
    return redirect("session_points", pk)
