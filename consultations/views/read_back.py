"""Read back: the points of a session one after another in large type; its chair validates each or sends it back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consultations import workflow
from consultations.forms import SessionPointForm
from consultations.models import ForumSession, Point, PointState
from consultations.permissions import may_validate, may_write_point
from consultations.workflow import POINT_MOVES
from ncm_portal.workflow import moves_open_to

from .decorators import INVALID, NOTHING_DONE, Outcome, attempt, carry_out
from .sessions import notes_on, session_of

VERBS = {
    "validate": lambda point, *, by, reason: workflow.validate(point, by=by),
    "send_back": workflow.send_back,
}
MOVES = {verb: POINT_MOVES[verb] for verb in VERBS}


@require_http_methods(["GET", "HEAD"])
def session_read_back(request: HttpRequest, pk: int) -> HttpResponse:
    """One point of a session after another, as the room hears it: `point` in the address is its number."""
    return _show(request, session_of(request, pk), _number(request.GET.get("point", "")))


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else None


def _show(
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
    return render(request, "consultations/desk/read_back.html", context, status=outcome.status)


@require_http_methods(["GET", "HEAD", "POST"])
def session_read_back_move(request: HttpRequest, pk: int, number: int, verb: str) -> HttpResponse:
    """Validate a point that was read back, or send it back with a note; then comes the next one that waits."""
    session = session_of(request, pk)
    point = get_object_or_404(session.points.all(), number=number)
    if request.method != "POST":
        return redirect("session_read_back", pk)
    if not may_validate(request.user, point):
        raise Http404
    outcome = carry_out(request, point, verb, VERBS)
    if outcome.reasons:
        return _show(request, session, number, outcome)
    done = _("%(point)s is validated.") if verb == "validate" else _("%(point)s goes back to its rapporteur.")
    messages.success(request, done % {"point": point.reference})
    return redirect("session_read_back", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def session_point_correct(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Put a draft of a session right, as its rapporteur or for the secretariat."""
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
                messages.success(request, _("Corrected. Hand it in when it says what was said."))
                return redirect("session_points", pk)
    context = {"session": session, "point": point, "form": form, "note": notes_on([point]).get(point.pk, "")}
    return render(
        request, "consultations/desk/point_correct.html", {**context, "reasons": outcome.reasons}, status=outcome.status
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
