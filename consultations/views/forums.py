"""Home page of a forum at the desk: state, moves and links to all sections."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations import workflow
from consultations.forms.consequences import Confirmation
from consultations.forms.consultation_settings import AnnouncedForumForm, ForumForm
from consultations.forms.delegates import SeatsForm
from consultations.forms.programme import DocumentForm
from consultations.models import ActionState, Event, Forum, ForumFile, ForumState
from consultations.permissions import SignedInRequest
from consultations.queries.delegates import balance, seat_plan
from consultations.queries.followup import actions_of
from consultations.queries.forum_documents import documents, readable_document
from consultations.queries.forum_tasks import Counts, counts_of, figures, linked, next_actions
from consultations.queries.forums import (
    AFTER,
    BEFORE,
    DAY,
    checked_in_by_group,
    doors,
    earlier_days,
    forum_steps,
    now_and_next,
    phase_of,
    phases,
    seat_rows,
    sessions_of_day,
)
from consultations.workflow import FORUM_MOVES
from consultations.workflow.consequences import of_changing_forum
from ncm_portal.workflow import Conflict, moves_open_to, needs_of, now

from .consequences import move_page
from .decorators import INVALID, NOTHING_DONE, Outcome, attempt, for_secretariat
from .stored_files import hand_out

DUE_FIRST = 5  # action points
LARGE = 3  # sections of the day that have a large button


def desk_forum(slug: str) -> Forum:
    """Return the forum with this slug in any state; raises 404 if there is none."""
    return get_object_or_404(Forum.objects.select_related("consultation"), slug=slug)


@for_secretariat
@require_safe
def forum_home(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a phase of a forum (`?phase=`, by default the present one): what is next, its tools, its seats."""
    forum = desk_forum(slug)
    counts, today = counts_of(forum), timezone.localdate(now())
    shown, current = phases(forum), phase_of(forum, today)
    phase = next((each.code for each in shown if each.code == request.GET.get("phase")), current)
    rooms = doors(forum, phase)
    moves = {name: replace(move, conditions=cache(move.conditions)) for name, move in FORUM_MOVES.items()}  # cached
    context = {
        "forum": forum,
        "phases": shown,
        "phase": phase,
        "is_current": phase == current,
        "days_left": (forum.starts_on - today).days,
        "steps": forum_steps(forum),
        "actions": linked(forum, next_actions(counts)),
        "figures": figures(counts),
        "plan": counts.seats,
        "balance": balance(counts.seats),
        "doors": rooms,
        "tools": rooms[LARGE:] if phase == DAY else rooms,
        "moves": moves_open_to(moves, forum, request.user),
        "needs": needs_of(moves, forum),
        "events": Event.objects.about(forum).reverse()[:20],
        "moves_at": f"{reverse('forum_home', args=[forum.slug])}moves/",
        **_of_phase(forum, phase, counts),
    }
    return render(request, "consultations/forums/home.html", context)


def _of_phase(forum: Forum, phase: str, counts: Counts) -> dict[str, Any]:
    """Return what only this phase shows: seats as planned or as taken, sessions, action points."""
    if phase == BEFORE:
        return {"seats": seat_rows(counts.seats)}
    sessions = sessions_of_day(forum)
    current, following = now_and_next(sessions, now())
    return {
        "seats": seat_rows(counts.seats, checked_in_by_group(forum)),
        "sessions": sessions,
        "most_points": max((each.points for each in sessions), default=0),
        "session_now": current,
        "session_next": following,
        "checked_in": counts.attended,
        "due_first": actions_of(forum).filter(state=ActionState.OPEN)[:DUE_FIRST] if phase == AFTER else [],
    }


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_move(request: HttpRequest, slug: str, verb: str) -> HttpResponse:
    """Say what the move in the URL will do to a forum, and make it once that is confirmed."""
    forum = desk_forum(slug)
    if verb not in FORUM_MOVES:
        raise Http404
    back = (reverse("forum_home", args=[slug]), forum.title)
    return move_page(request, FORUM_MOVES, verb, forum, getattr(workflow, verb), back=back)


# --- Facts ------------------------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_facts(request: SignedInRequest, slug: str) -> HttpResponse:
    """Change name, days and place of a forum. Once it is announced, first say whom that reaches; `confirm` does it, and
    `again` returns to the form.
    """
    forum, data = desk_forum(slug), request.POST if request.method == "POST" else None
    if forum.state == ForumState.DRAFT:
        return _draft_facts(request, forum, ForumForm(data, forum=forum))
    form, outcome = AnnouncedForumForm(data, forum=forum), NOTHING_DONE
    if form.is_bound and "again" not in request.POST:
        outcome = INVALID
        if form.is_valid():
            reasons = workflow.problems_with_change(forum, form.facts)
            outcome = Outcome(reasons, 409) if reasons else NOTHING_DONE
        if outcome is NOTHING_DONE:
            return _confirm_facts(request, forum, form)
    return _show_facts(request, forum, form, outcome)


def _draft_facts(request: SignedInRequest, forum: Forum, form: ForumForm) -> HttpResponse:
    outcome = NOTHING_DONE
    if form.is_bound:
        outcome = _changed(form, lambda: workflow.change_forum(forum, by=request.user, **form.cleaned_data))
        if outcome.status == 303:
            messages.success(request, _("Saved."))
            return redirect("forum_home", forum.slug)
    return _show_facts(request, forum, form, outcome)


def _confirm_facts(request: SignedInRequest, forum: Forum, form: AnnouncedForumForm) -> HttpResponse:
    """Say what the change will do; make it once that is confirmed."""
    effects = of_changing_forum(forum, form.facts)
    confirms, outcome = "confirm" in request.POST, NOTHING_DONE
    confirmation = Confirmation(request.POST if confirms else None, effects=effects)
    if confirms:
        values = form.cleaned_data
        outcome = INVALID
        if confirmation.is_valid():
            outcome = _changed(form, lambda: workflow.change_announced_forum(forum, by=request.user, **values))
        if outcome.status == 303:
            messages.success(request, _("The facts of the forum are changed."))
            return redirect("forum_home", forum.slug)
        if form.theirs:
            return _show_facts(request, forum, form, outcome)
    changes = form.changes(forum)
    return _show_facts(request, forum, form, outcome, effects=effects, confirmation=confirmation, changes=changes)


def _changed(form: ForumForm, act: Callable[[], Any]) -> Outcome:
    """Run a verb on a form; where somebody changed the values meanwhile, both are shown."""
    if not form.is_valid():
        return INVALID

    def run() -> None:
        try:
            act()
        except Conflict as conflict:
            form.set_beside(conflict.theirs)
            raise

    return attempt(run)


def _show_facts(request: HttpRequest, forum: Forum, form: ForumForm, outcome: Outcome, **more: Any) -> HttpResponse:
    context = {"forum": forum, "form": form, "reasons": outcome.reasons, "earlier": earlier_days(forum), **more}
    return render(request, "consultations/forums/facts.html", context, status=outcome.status)


# --- Seats ------------------------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_seats(request: SignedInRequest, slug: str) -> HttpResponse:
    """Edit the seats and reserve-list places of each group."""
    forum = desk_forum(slug)
    form = SeatsForm(request.POST if request.method == "POST" else None, forum=forum)
    outcome = INVALID if form.errors else NOTHING_DONE
    if form.is_valid():
        given = {"seats": form.cleaned_data["seats"], "groups": form.groups}
        outcome = attempt(lambda: workflow.set_seats(forum, by=request.user, **given))
        if not outcome.reasons:
            messages.success(request, _("Seats saved."))
            return redirect("forum_seats", slug)
    plan = seat_plan(forum)
    context = {"forum": forum, "form": form, "reasons": outcome.reasons, "plan": plan, "balance": balance(plan)}
    context["rows"] = [(label, fields, _now(plan, label)) for label, *fields in form.rows]
    return render(request, "consultations/forums/seats.html", context, status=outcome.status)


def _now(plan: Any, label: str) -> int:
    return sum(row.confirmed for row in plan.groups if row.label == str(label))


# --- Documents ------------------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_documents(request: SignedInRequest, slug: str) -> HttpResponse:
    """List the documents of a forum, with a form to add one."""
    forum = desk_forum(slug)
    if request.method != "POST":
        return _show_seats(request, forum, DocumentForm())
    form = DocumentForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show_seats(request, forum, form, INVALID)
    data = form.cleaned_data
    given = {"title": data["title"], "name": data["file"].name, "for_everybody": data["for_everybody"]}
    outcome = attempt(lambda: workflow.keep_forum_file(forum, by=request.user, data=data["file"].read(), **given))
    if outcome.reasons:
        form.add_error("file", " ".join(outcome.reasons))
        return _show_seats(request, forum, form, INVALID)
    messages.success(request, _("File added."))
    return redirect("forum_documents", slug)


def _show_seats(
    request: HttpRequest, forum: Forum, form: DocumentForm, outcome: Outcome = NOTHING_DONE
) -> HttpResponse:
    context = {"forum": forum, "form": form, "reasons": outcome.reasons, "documents": documents(forum)}
    return render(request, "consultations/forums/documents.html", context, status=outcome.status)


@for_secretariat
@require_POST
def forum_document_move(request: SignedInRequest, slug: str, key: uuid.UUID, verb: str) -> HttpResponse:
    """Make a document public or for participants only, or remove it."""
    forum = desk_forum(slug)
    file = get_object_or_404(ForumFile, forum=forum, key=key)
    acts = {
        "everybody": lambda: workflow.change_document(file, by=request.user, for_everybody=True),
        "participants": lambda: workflow.change_document(file, by=request.user, for_everybody=False),
        "remove": lambda: workflow.remove_document(file, by=request.user),
    }
    if verb not in acts:
        raise Http404
    outcome = attempt(acts[verb])
    if outcome.reasons:
        return _show_seats(request, forum, DocumentForm(), outcome)
    return redirect("forum_documents", slug)


@login_not_required
@require_safe
def forum_document(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """Download a document of a forum, for its readers: always as an attachment, never inline."""
    file = readable_document(request.user, key)
    if file is None:
        raise Http404
    return hand_out(request, file.stored_file, file.name, file.media_type, for_everybody=file.for_everybody)
