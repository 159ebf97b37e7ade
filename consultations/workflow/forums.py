"""Forums, sessions and check-ins: opening, closing, nominating."""

import uuid
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from consultations.models import (
    CheckIn,
    CheckInChannel,
    Communique,
    CommuniqueState,
    Delegate,
    DelegateState,
    Forum,
    ForumSession,
    ForumState,
    Point,
    PointState,
    QueuedOutcome,
    SessionState,
    Stakeholder,
    User,
)
from consultations.notifications import delegates
from consultations.permissions import (
    HEAD,
    SECRETARIAT,
    SENDERS,
    is_secretariat,
    may_nominate,
)
from consultations.queries.programme import clashes, planned
from ncm_portal.workflow import (
    Blocked,
    Condition,
    Move,
    demand,
    either,
    journal,
    make,
    now,
    table,
    verb,
)

from .consequences import (
    days_until,
    of_announcing,
    of_cancelling,
    of_cancelling_session,
    of_closing,
    of_closing_registration,
    of_opening,
    of_reopening_forum,
    of_reopening_registration,
    of_reopening_session,
    of_reporting,
    of_taking_back_opening,
)
from .speakers import end_speech

F, D, P = ForumState, DelegateState, SessionState


def ready_to_announce(forum: Forum) -> list[Condition]:
    """The forum has a programme, and no two sessions at the same time share a room or a person."""
    at, sessions = reverse("forum_programme", args=[forum.slug]), planned(forum)
    shared = [each for each in clashes(sessions, forum.starts_on, forum.ends_on) if len(each.sessions) > 1]
    return [
        either(bool(sessions), _("It has a programme"), _("It has no programme yet"), at),
        *(Condition(each.words, False, at) for each in shared),
    ]


def nothing_has_begun(forum: Forum) -> list[Condition]:
    """Nobody is checked in, and no session has opened."""
    has_arrivals = CheckIn.objects.filter(delegate__forum=forum, voids=None, voided_by=None).exists()
    begun = forum.sessions.filter(state__in=[P.OPEN, P.CLOSED]).exists()
    at = reverse("forum_door", args=[forum.slug])
    return [
        either(not has_arrivals, _("Nobody is checked in"), _("Somebody is checked in: that stays on record"), at),
        either(not begun, _("No session has opened"), _("A session has opened: that stays on record")),
    ]


def forum_is_not_over(session: ForumSession) -> list[Condition]:
    """The forum is not over."""
    forum = session.forum
    is_over = forum.state in (F.HELD, F.REPORTED, F.CANCELLED)
    over = _("The forum is %(state)s. Open it again first") % {"state": forum.get_state_display()}
    return [either(not is_over, _("The forum is not over"), over, reverse("forum_home", args=[forum.slug]))]


def ready_to_cancel(session: ForumSession) -> list[Condition]:
    """The session has no points."""
    has_points = session.points.exists()
    return [either(not has_points, _("It has no points yet"), _("It has points, which must be kept"))]


def ready_to_report(forum: Forum) -> list[Condition]:
    """The minutes and the attendance are complete, the communiqué is published and every check-in conflict is
    resolved.
    """
    points = Point.objects.of_forum(forum).filter(state__in=[PointState.DRAFT, PointState.SUBMITTED]).count()
    sitting = forum.sessions.filter(state=P.OPEN).count()
    is_published = Communique.objects.filter(forum=forum, state=CommuniqueState.PUBLISHED).exists()
    waits = forum.queued_rows.exclude(outcome=QueuedOutcome.TAKEN).filter(settled_at=None).count()
    return [
        either(
            not points,
            _("Every point of the sessions is validated, so the minutes are complete"),
            ngettext(
                "%(n)s point of the sessions is not validated yet: the minutes are not complete",
                "%(n)s points of the sessions are not validated yet: the minutes are not complete",
                points,
            )
            % {"n": points},
            reverse("desk_points", args=[forum.consultation.slug]),
        ),
        either(
            not sitting,
            _("The attendance is closed: no session is open"),
            ngettext(
                "%(n)s session is still open: the attendance is not closed",
                "%(n)s sessions are still open: the attendance is not closed",
                sitting,
            )
            % {"n": sitting},
            reverse("forum_programme", args=[forum.slug]),
        ),
        either(
            is_published,
            _("The communiqué is published"),
            _("The communiqué is not published yet"),
            reverse("forum_communique", args=[forum.slug]),
        ),
        either(
            not waits,
            _("Every check-in conflict is resolved"),
            ngettext(
                "%(n)s check-in conflict is not resolved",
                "%(n)s check-in conflicts are not resolved",
                waits,
            )
            % {"n": waits},
            reverse("forum_door", args=[forum.slug]),
        ),
    ]


FORUM_MOVES = table(
    Move(
        "announce",
        gettext_lazy("Announce"),
        (F.DRAFT,),
        F.ANNOUNCED,
        SECRETARIAT,
        ready_to_announce,
        consequences=of_announcing,
    ),
    Move(
        "close_registration",
        gettext_lazy("Close registration"),
        (F.ANNOUNCED,),
        F.REGISTRATION_CLOSED,
        SECRETARIAT,
        consequences=of_closing_registration,
    ),
    Move(
        "open_forum",
        gettext_lazy("Open the forum"),
        (F.REGISTRATION_CLOSED,),
        F.IN_SESSION,
        SECRETARIAT,
        consequences=of_opening,
        is_early=lambda forum: days_until(forum.starts_on) > 0,
    ),
    Move(
        "close_forum",
        gettext_lazy("Close the forum"),
        (F.IN_SESSION,),
        F.HELD,
        SECRETARIAT,
        consequences=of_closing,
        is_early=lambda forum: days_until(forum.ends_on) > 0,
    ),
    Move(
        "report_forum",
        gettext_lazy("Mark as reported"),
        (F.HELD,),
        F.REPORTED,
        SECRETARIAT,
        ready_to_report,
        consequences=of_reporting,
    ),
    Move(
        "reopen_registration",
        gettext_lazy("Open registration again"),
        (F.REGISTRATION_CLOSED,),
        F.ANNOUNCED,
        SECRETARIAT,
        needs_reason=True,
        undoes=True,
        consequences=of_reopening_registration,
    ),
    Move(
        "take_back_opening",
        gettext_lazy("Take the opening back"),
        (F.IN_SESSION,),
        F.REGISTRATION_CLOSED,
        SECRETARIAT,
        nothing_has_begun,
        needs_reason=True,
        undoes=True,
        consequences=of_taking_back_opening,
    ),
    Move(
        "reopen_forum",
        gettext_lazy("Open the forum again"),
        (F.HELD,),
        F.IN_SESSION,
        SECRETARIAT,
        needs_reason=True,
        undoes=True,
        consequences=of_reopening_forum,
    ),
    Move(
        "cancel_forum",
        gettext_lazy("Cancel"),
        (F.DRAFT, F.ANNOUNCED, F.REGISTRATION_CLOSED),
        F.CANCELLED,
        HEAD,
        needs_reason=True,
        grave=True,
        consequences=of_cancelling,
    ),
)

SESSION_MOVES = table(
    Move("open_session", gettext_lazy("Open the session"), (P.PLANNED,), P.OPEN, SECRETARIAT),
    Move("close_session", gettext_lazy("Close the session"), (P.OPEN,), P.CLOSED, SECRETARIAT),
    Move(
        "reopen_session",
        gettext_lazy("Open the session again"),
        (P.CLOSED,),
        P.OPEN,
        SECRETARIAT,
        forum_is_not_over,
        needs_reason=True,
        undoes=True,
        consequences=of_reopening_session,
    ),
    Move(
        "cancel_session",
        gettext_lazy("Cancel the session"),
        (P.PLANNED,),
        P.CANCELLED,
        SECRETARIAT,
        ready_to_cancel,
        needs_reason=True,
        grave=True,
        undoes=True,
        consequences=of_cancelling_session,
    ),
)


@verb
def announce(forum: Forum, *, by: User) -> Forum:
    """Make the forum public."""
    return make(FORUM_MOVES["announce"], forum, by=by)


@verb
def close_registration(forum: Forum, *, by: User) -> Forum:
    """Stop accepting nominations."""
    return make(FORUM_MOVES["close_registration"], forum, by=by)


@verb
def open_forum(forum: Forum, *, by: User) -> Forum:
    """Start the forum."""
    return make(FORUM_MOVES["open_forum"], forum, by=by)


@verb
def close_forum(forum: Forum, *, by: User) -> Forum:
    """End the forum."""
    return make(FORUM_MOVES["close_forum"], forum, by=by)


@verb
def report_forum(forum: Forum, *, by: User) -> Forum:
    """Publish the report of the forum."""
    return make(FORUM_MOVES["report_forum"], forum, by=by)


@verb
def reopen_registration(forum: Forum, *, by: User, reason: str) -> Forum:
    """Accept nominations and answers by link again, and let letters be sent."""
    return make(FORUM_MOVES["reopen_registration"], forum, by=by, reason=reason)


@verb
def take_back_opening(forum: Forum, *, by: User, reason: str) -> Forum:
    """Return a forum that was opened by mistake, before anybody has come, to the state before."""
    return make(FORUM_MOVES["take_back_opening"], forum, by=by, reason=reason)


@verb
def reopen_forum(forum: Forum, *, by: User, reason: str) -> Forum:
    """Continue a forum that was closed."""
    return make(FORUM_MOVES["reopen_forum"], forum, by=by, reason=reason)


@verb
def cancel_forum(forum: Forum, *, by: User, reason: str) -> Forum:
    """Cancel the forum. Mails everybody invited, named or with a role, unless it was not announced yet."""
    known = forum.state != ForumState.DRAFT
    row = make(FORUM_MOVES["cancel_forum"], forum, by=by, reason=reason)
    if known:
        delegates.forum_cancelled(row, reason)
    return row


@verb
def open_session(session: ForumSession, *, by: User) -> ForumSession:
    """Start a session."""
    return make(SESSION_MOVES["open_session"], session, by=by)


@verb
def reopen_session(session: ForumSession, *, by: User, reason: str) -> ForumSession:
    """Continue a session that was closed."""
    return make(SESSION_MOVES["reopen_session"], session, by=by, reason=reason)


@verb
def cancel_session(session: ForumSession, *, by: User, reason: str) -> ForumSession:
    """Cancel a session, which stays on record."""
    return make(SESSION_MOVES["cancel_session"], session, by=by, reason=reason)


@verb
def close_session(session: ForumSession, *, by: User) -> ForumSession:
    """End a session, and the current speech, so that its time counts."""
    row = make(SESSION_MOVES["close_session"], session, by=by)
    for speech in row.speeches.filter(started_at__isnull=False, ended_at=None):
        end_speech(speech, by=by)
    return row


@verb
def nominate(forum: Forum, stakeholder: Stakeholder, *, by: User, name: str, **fields: object) -> Delegate:
    """Nominate a person for an organisation. Stores today's group and county.

    `fields`: title, email, role, user, county. Raises NotAllowed, or Blocked if nominations are closed.
    """
    fields.setdefault("county", stakeholder.county)
    delegate = Delegate(forum=forum, stakeholder=stakeholder, name=name, group=stakeholder.group, **fields)
    demand(may_nominate(by, delegate), who=SENDERS, to=gettext_lazy("Nominate a delegate"))
    if forum.state not in {F.DRAFT, F.ANNOUNCED} and not is_secretariat(by):
        raise Blocked(_("Nominations for this forum are closed. Contact the secretariat."))
    delegate.save()
    journal("nominate", delegate, by=by, after=delegate.state)
    return delegate


@verb
def check_in(
    delegate: Delegate,
    *,
    by: User,
    channel: str = CheckInChannel.MANUAL,
    at: datetime | None = None,
    key: uuid.UUID | None = None,
    device: str = "",
    device_at: datetime | None = None,
) -> CheckIn:
    """Check in a confirmed delegate. The same `key` (made by the device) is one row, however often it is sent.

    `at` is the time of check-in (default: now), `device_at` the same by the clock of the `device`. Raises NotAllowed,
    or Blocked if the delegate has no seat.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Check in a delegate"))
    row = Delegate.objects.select_for_update(of=("self",), no_key=True).get(pk=delegate.pk)
    if row.state != D.CONFIRMED:
        raise Blocked(_("%(name)s is %(state)s, not confirmed.") % {"name": row.name, "state": row.get_state_display()})
    moment = at or now()
    values = {"delegate": row, "channel": channel, "at": moment, "received_at": timezone.now(), "by": by}
    values |= {"device": device, "device_at": device_at}
    check, made = CheckIn.objects.get_or_create(key=key or uuid.uuid4(), defaults=values)
    if made:
        journal("check_in", row, by=by, data={"channel": channel, "at": moment.isoformat()})
    return check
