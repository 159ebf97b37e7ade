"""Speakers' list of a session: requests, current speaker and speaking times.

Every change is journalled about the session, so that its last entry shows whether anything changed.
"""

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import (
    Delegate,
    DelegateState,
    ForumSession,
    SessionKind,
    SessionState,
    Speech,
    Stakeholder,
    User,
)
from consultations.permissions import SECRETARIAT, is_secretariat
from ncm_portal.workflow import Blocked, demand, journal, locked, now, verb

LIST = gettext_lazy("Keep the list of speakers")


def waiting_speeches(session: ForumSession) -> QuerySet[Speech]:
    """Return the waiting speakers in order."""
    return session.speeches.filter(started_at=None, struck_at=None).order_by("order", "pk")


def _locked_session(session: ForumSession, by: User) -> ForumSession:
    """Return the session, locked, so that changes to its list are serialised."""
    demand(is_secretariat(by), who=SECRETARIAT, to=LIST)
    return locked(session)


def _speech(speech: Speech, by: User) -> tuple[ForumSession, Speech]:
    session = _locked_session(speech.session, by)
    return session, Speech.objects.select_related("stakeholder", "delegate").get(pk=speech.pk)


def _journalled(session: ForumSession, what: str, speech: Speech, by: User) -> Speech:
    data = {"speech": str(speech.key), "organisation": speech.stakeholder.name}
    journal(what, session, by=by, data=data)
    return speech


def _is_waiting(speech: Speech) -> list[str]:
    words = {"name": speech.stakeholder.label}
    if speech.struck_at:
        return [_("%(name)s was removed from the list.") % words]
    return [_("%(name)s has already had the floor.") % words] if speech.started_at else []


@verb
def ask_floor(
    session: ForumSession, *, by: User, stakeholder: Stakeholder | None = None, delegate: Delegate | None = None
) -> Speech:
    """Add an organisation, or one of its delegates, to the end of the list. Those already waiting keep their place.

    Raises NotAllowed, or Blocked with every reason.
    """
    row = _locked_session(session, by)
    body = delegate.stakeholder if delegate else stakeholder
    reasons = [] if body else [_("Choose an organisation or enter a badge number.")]
    if row.state == SessionState.CLOSED:
        reasons.append(_("The session is closed."))
    if row.kind == SessionKind.BREAK:
        reasons.append(_("There are no speakers in a break."))
    if delegate and (delegate.forum_id != row.forum_id or delegate.state != DelegateState.CONFIRMED):
        reasons.append(_("%(name)s has no seat at this forum.") % {"name": delegate.name})
    if delegate and stakeholder and delegate.stakeholder_id != stakeholder.pk:
        words = {"name": delegate.name, "organisation": delegate.stakeholder.label}
        reasons.append(_("%(name)s is a delegate of %(organisation)s.") % words)
    if reasons or body is None:
        raise Blocked(reasons)
    known = waiting_speeches(row).filter(stakeholder=body, delegate=delegate).first()
    if known:
        return known
    last = row.speeches.aggregate(last=Max("order"))["last"] or 0
    group = (delegate.group if delegate else "") or body.group
    made = Speech.objects.create(
        session=row, stakeholder=body, delegate=delegate, group=group, order=last + 1, asked_at=now(), by=by
    )
    return _journalled(row, "ask_floor", made, by)


@verb
def give_floor(speech: Speech, *, by: User) -> Speech:
    """Give somebody the floor, in or out of turn. One speaker at a time. Raises NotAllowed or Blocked."""
    session, row = _speech(speech, by)
    if row.started_at and not row.ended_at:
        return row
    reasons = _is_waiting(row)
    if session.state != SessionState.OPEN:
        reasons.append(
            _("Open the session first.") if session.state == SessionState.PLANNED else _("The session is closed.")
        )
    speaking = session.speeches.filter(started_at__isnull=False, ended_at=None).select_related("stakeholder").first()
    if speaking:
        reasons.append(_("%(name)s has the floor. End that speech first.") % {"name": speaking.stakeholder.label})
    if reasons:
        raise Blocked(reasons)
    row.started_at = now()
    row.save(update_fields=["started_at"])
    return _journalled(session, "give_floor", row, by)


@verb
def end_speech(speech: Speech, *, by: User) -> Speech:
    """End a speech; if it is ended twice, the first time counts. Raises NotAllowed or Blocked."""
    session, row = _speech(speech, by)
    if row.ended_at:
        return row
    if row.started_at is None:
        raise Blocked(_("%(name)s does not have the floor.") % {"name": row.stakeholder.label})
    row.ended_at = max(now(), row.started_at)
    row.save(update_fields=["ended_at"])
    return _journalled(session, "end_speech", row, by)


@verb
def strike_speech(speech: Speech, *, by: User) -> Speech:
    """Remove somebody from the list. Raises NotAllowed or Blocked."""
    session, row = _speech(speech, by)
    if row.struck_at:
        return row
    if reasons := _is_waiting(row):
        raise Blocked(reasons)
    row.struck_at = now()
    row.save(update_fields=["struck_at"])
    return _journalled(session, "strike_speech", row, by)


@verb
def move_speech(speech: Speech, *, by: User, up: bool) -> Speech:
    """Move somebody one place up or down the list; no effect at its ends. Raises NotAllowed or Blocked."""
    session, row = _speech(speech, by)
    if reasons := _is_waiting(row):
        raise Blocked(reasons)
    waiting = list(waiting_speeches(session).select_related("stakeholder"))
    at = next(place for place, each in enumerate(waiting) if each.pk == row.pk)
    other = at - 1 if up else at + 1
    if not 0 <= other < len(waiting):
        return row
    one, two = waiting[at], waiting[other]
    one.order, two.order = two.order, one.order
    Speech.objects.bulk_update([one, two], ["order"])
    return _journalled(session, "move_speech", one, by)
