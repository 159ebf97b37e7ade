"""Programme of a forum at the desk: sessions, conflicts and roles; calendars."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations import workflow
from consultations.forms.programme import BreakoutsForm, CopyForm, PartForm, SessionForm
from consultations.ical import Entry, calendar
from consultations.models import Delegate, Event, Forum, ForumSession, ForumState, SessionRole
from consultations.permissions import SignedInRequest
from consultations.queries.programme import calendar_of, clashes, is_signed, planned, whole_calendar
from consultations.workflow import SESSION_MOVES
from ncm_portal.workflow import moves_open_to

from .consequences import move_page, note_done
from .decorators import INVALID, NOTHING_DONE, Outcome, attempt, for_secretariat
from .forums import desk_forum


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_programme(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the programme with its conflicts, and a form to add a session."""
    forum = desk_forum(slug)
    if request.method != "POST":
        return _show(request, forum)
    form = SessionForm(request.POST, forum=forum)
    if not form.is_valid():
        return _show(request, forum, INVALID, session_form=form)
    outcome = attempt(lambda: workflow.add_session(forum, by=request.user, **form.cleaned_data))
    if outcome.reasons:
        return _show(request, forum, outcome, session_form=form)
    messages.success(request, _("%(title)s is in the programme.") % {"title": form.cleaned_data["title"]})
    return redirect("forum_programme", slug)


def _show(request: HttpRequest, forum: Forum, outcome: Outcome = NOTHING_DONE, **given: forms.Form) -> HttpResponse:
    shown = planned(forum)
    result = clashes(shown, forum.starts_on, forum.ends_on)
    sessions = forum.sessions.select_related("theme").prefetch_related("roles__user").order_by("starts_at", "order")
    times = SessionForm.after_the_last(forum)
    bad = next((form for form in given.values() if form.errors), None)
    context = {
        "forum": forum,
        "sessions": [(each, [clash for clash in result if each.pk in clash.sessions]) for each in sessions],
        "clashes": result,
        "reasons": outcome.reasons,
        "form": bad,
        "session_form": given.get("session_form") or SessionForm(forum=forum, initial=times),
        "breakouts_form": given.get("breakouts_form") or BreakoutsForm(prefix="all", initial=times),
        "cancelled": ForumSession.everything.filter(forum=forum, state=ForumSession.State.CANCELLED),
    }
    return render(request, "consultations/programme/programme.html", context, status=outcome.status)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_breakouts(request: SignedInRequest, slug: str) -> HttpResponse:
    """Create one breakout for each theme without one."""
    forum = desk_forum(slug)
    if request.method != "POST":
        return redirect("forum_programme", slug)
    form = BreakoutsForm(request.POST, prefix="all")
    if not form.is_valid():
        return _show(request, forum, INVALID, breakouts_form=form)
    made: list[Any] = []
    outcome = attempt(lambda: made.extend(workflow.breakouts_for_themes(forum, by=request.user, **form.cleaned_data)))
    if outcome.reasons:
        return _show(request, forum, outcome, breakouts_form=form)
    words = ngettext("%(n)s breakout is in the programme.", "%(n)s breakouts are in the programme.", len(made))
    messages.success(request, words % {"n": len(made)})
    return redirect("forum_programme", slug)


# --- One session ----------------------------------------------------------------------------------------------------


def _session(slug: str, pk: int) -> ForumSession:
    rows = ForumSession.objects.select_related("forum__consultation", "theme").prefetch_related("roles__user")
    return get_object_or_404(rows, forum__slug=slug, pk=pk)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_session(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Show one session: details, roles and moves."""
    session = _session(slug, pk)
    if request.method != "POST":
        return _show_session(request, session)
    form = SessionForm(request.POST, forum=session.forum)
    if not form.is_valid():
        return _show_session(request, session, INVALID, session_form=form)
    outcome = attempt(lambda: workflow.change_session(session, by=request.user, **form.cleaned_data))
    if outcome.reasons:
        return _show_session(request, session, outcome, session_form=form)
    messages.success(request, _("Saved."))
    return redirect("forum_programme", slug)


def _show_session(
    request: HttpRequest, session: ForumSession, outcome: Outcome = NOTHING_DONE, **given: forms.Form
) -> HttpResponse:
    bad = next((form for form in given.values() if form.errors), None)
    form = given.get("session_form") or SessionForm(forum=session.forum, initial=SessionForm.says(session))
    context = {
        "forum": session.forum,
        "session": session,
        "reasons": outcome.reasons,
        "form": bad,
        "session_form": form,
        "part_form": given.get("part_form") or PartForm(prefix="part"),
        "moves": moves_open_to(SESSION_MOVES, session, request.user),
        "moves_at": reverse("forum_session", args=[session.forum.slug, session.pk]),
        "events": Event.objects.about(session).reverse()[:20],
    }
    return render(request, "consultations/programme/session.html", context, status=outcome.status)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_session_move(request: SignedInRequest, slug: str, pk: int, verb: str) -> HttpResponse:
    """Move a session up or down, assign a role, open, close or cancel it, by the verb in the URL."""
    if verb in ASKING:
        return ASKING[verb](request, _session(slug, pk))
    if verb not in ACTS:
        raise Http404
    if request.method != "POST":
        return redirect("forum_session", slug, pk)
    return ACTS[verb](request, _session(slug, pk))


def _up_or_down(up: bool) -> Callable[[SignedInRequest, ForumSession], HttpResponse]:
    def act(request: SignedInRequest, session: ForumSession) -> HttpResponse:
        outcome = attempt(lambda: workflow.move_session(session, by=request.user, up=up))
        if outcome.reasons:
            return _show(request, session.forum, outcome)
        return redirect(f"{reverse('forum_programme', args=[session.forum.slug])}#s{session.pk}")

    return act


def _part(request: SignedInRequest, session: ForumSession) -> HttpResponse:
    form = PartForm(request.POST, prefix="part")
    if not form.is_valid():
        return _show_session(request, session, INVALID, part_form=form)
    data = form.cleaned_data
    who = {"user": data["email"]} if data["email"] else {"name": data["name"]}
    outcome = attempt(lambda: workflow.give_part(session, by=request.user, kind=data["kind"], **who))
    if outcome.reasons:
        return _show_session(request, session, outcome, part_form=form)
    return redirect("forum_session", session.forum.slug, session.pk)


def _state(name: str) -> Callable[[SignedInRequest, ForumSession], HttpResponse]:
    verb, move = getattr(workflow, name), SESSION_MOVES[name]

    def act(request: SignedInRequest, session: ForumSession) -> HttpResponse:
        before, outcome = session.state, attempt(lambda: verb(session, by=request.user), session)
        if outcome.reasons:
            return _show_session(request, session, outcome)
        note_done(request, SESSION_MOVES, move, session, before=before)
        return redirect("forum_programme", session.forum.slug)

    return act


def _asking(name: str) -> Callable[[SignedInRequest, ForumSession], HttpResponse]:
    """Return the page of a move that is made only after what it does was confirmed, or with a reason."""
    verb = getattr(workflow, name)

    def act(request: SignedInRequest, session: ForumSession) -> HttpResponse:
        back = (reverse("forum_session", args=[session.forum.slug, session.pk]), session.title)
        return move_page(request, SESSION_MOVES, name, session, verb, back=back)

    return act


ACTS = {
    "up": _up_or_down(True),
    "down": _up_or_down(False),
    "part": _part,
    **{name: _state(name) for name, move in SESSION_MOVES.items() if not move.needs_reason},
}
ASKING = {name: _asking(name) for name, move in SESSION_MOVES.items() if move.needs_reason}


@for_secretariat
@require_POST
def forum_part_away(request: SignedInRequest, slug: str, pk: int, role: int) -> HttpResponse:
    """Remove a role in a session."""
    rows = SessionRole.objects.select_related("session__forum", "user")
    row = get_object_or_404(rows, pk=role, session=pk, session__forum__slug=slug)
    outcome = attempt(lambda: workflow.take_part(row, by=request.user))
    if outcome.reasons:
        return _show_session(request, _session(slug, pk), outcome)
    return redirect("forum_session", slug, pk)


# --- The next forum -------------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_copy(request: SignedInRequest, slug: str) -> HttpResponse:
    """Create a new forum from this one."""
    forum = desk_forum(slug)
    form = CopyForm(request.POST if request.method == "POST" else None, initial={"title": forum.title})
    outcome = INVALID if form.errors else NOTHING_DONE
    if form.is_valid():
        made: list[Forum] = []
        outcome = attempt(lambda: made.append(workflow.copy_forum(forum, by=request.user, **form.cleaned_data)))
        if made:
            messages.success(request, _("The forum has been copied. Check its programme, seats and letter."))
            return redirect("forum_home", made[0].slug)
    context = {"forum": forum, "form": form, "reasons": outcome.reasons}
    return render(request, "consultations/programme/copy.html", context, status=outcome.status)


# --- The calendar -----------------------------------------------------------------------------------------------------


def _announced(slug: str) -> Forum:
    known = Forum.objects.exclude(state=ForumState.DRAFT).select_related("consultation")
    return get_object_or_404(known, slug=slug)


def _file(forum: Forum, entries: Iterable[Entry]) -> HttpResponse:
    name = f"{slugify(forum.slug)}.ics"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(calendar(forum.title, entries), content_type="text/calendar; charset=utf-8", headers=headers)


@login_not_required
@require_safe
def forum_ics(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the programme of an announced forum as a calendar."""
    forum = _announced(slug)
    return _file(forum, whole_calendar(forum))


@require_safe
def forum_ics_mine(request: SignedInRequest, slug: str) -> HttpResponse:
    """Return the calendar of the signed-in person, with their roles."""
    forum = _announced(slug)
    own = forum.delegates.filter(user=request.user).exclude(state__in=("refused", "withdrawn")).first()
    return _file(forum, calendar_of(forum, user=request.user, delegate=own))


@login_not_required
@require_safe
def forum_ics_person(request: HttpRequest, slug: str, pk: int, signature: str) -> HttpResponse:
    """Return the calendar of the delegate named by the signed URL; raises 404 for an invalid signature."""
    forum = _announced(slug)
    delegate = Delegate.objects.filter(forum=forum, pk=pk, merged_into=None).select_related("user").first()
    if delegate is None or not is_signed(delegate, signature):
        raise Http404
    with translation.override(delegate.user.language if delegate.user else translation.get_language()):
        return _file(forum, calendar_of(forum, delegate=delegate))
