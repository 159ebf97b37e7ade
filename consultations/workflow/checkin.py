"""Check-in: queues from offline devices, and the signed register."""

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import (
    CheckIn,
    CheckInChannel,
    Delegate,
    DelegateState,
    Event,
    Forum,
    ForumSession,
    PointKind,
    QueuedKind,
    QueuedOutcome,
    QueuedRow,
    SessionState,
    Stakeholder,
    User,
    clean_text,
    copy_in,
)
from consultations.permissions import DOOR_KEEPERS, SECRETARIAT, is_secretariat, may_use_door, sessions_reported_by
from consultations.queries import checkin
from ncm_portal.workflow import Blocked, demand, journal, now, verb

from .checkin_conflicts import _void
from .checkin_queue import Book, Clock, Row, Verdict, check_in_of, hour_of, judge, read, refused, unknown_kind
from .points import write_point

MOST_ROWS, POINT_LIMIT, WHO_LIMIT, DEVICE_LIMIT = 2_000, 2_000, 200, 60


# --- What a device sends --------------------------------------------------------------------------------------------


@verb
def take_queue(forum: Forum, rows: Sequence[Any], *, device: str, device_now: datetime, by: User) -> list[QueuedRow]:
    """Import the queue of a device: check-ins and points, each row stored as received with its result.

    `device_now` is the device's present clock, used to convert the times of its rows. A known key is the same row,
    whoever sends it. Returns the rows in the order received. Raises NotAllowed, or Blocked if the queue as a whole
    cannot be imported; then nothing is changed.
    """
    demand(may_use_door(by, forum), who=DOOR_KEEPERS, to=gettext_lazy("Send the check-in queue"))
    if len(rows) > MOST_ROWS:
        numbers = {"rows": f"{len(rows):,}", "most": f"{MOST_ROWS:,}"}
        raise Blocked(_("%(rows)s rows are too many. Send up to %(most)s at a time.") % numbers)
    Forum.objects.select_for_update(no_key=True).get(pk=forum.pk)  # one queue at a time
    clock = Clock(device_now, now())
    parsed = [read(raw, clock, forum) for raw in rows]
    known = _known(forum, parsed)
    fresh = {row.key: row for row in parsed if row.key not in known}
    taking = _Taking(forum, by, _name_of(device), clock, sorted(fresh.values(), key=lambda row: row.device_at))
    known |= taking.carried_out()
    return [known[row.key] for row in parsed]


def _known(forum: Forum, rows: Iterable[Row]) -> dict[uuid.UUID, QueuedRow]:
    """Return the rows received before. Raises Blocked if one of them came for another forum."""
    queryset = QueuedRow.objects.filter(key__in=[row.key for row in rows]).select_related("delegate")
    if any(row.forum_id != forum.pk for row in queryset):
        raise Blocked(_("This queue belongs to another forum. Nothing was imported."))
    return {row.key: row for row in queryset}


def _name_of(device: str) -> str:
    try:
        return clean_text(" ".join(device.split()))[:DEVICE_LIMIT] or _("a device without a name")
    except ValidationError:
        return _("a device without a name")


class _Taking:
    """Import of one queue."""

    def __init__(self, forum: Forum, by: User, device: str, clock: Clock, rows: list[Row]) -> None:
        self.forum, self.by, self.device, self.clock, self.rows = forum, by, device, clock, rows
        self.is_secretariat = is_secretariat(by)
        self.checks: list[CheckIn] = []

    def carried_out(self) -> dict[uuid.UUID, QueuedRow]:
        """Judge every row, create its records, and return the stored rows."""
        if not self.rows:
            return {}
        known = [row for row in self.rows if row.is_known]
        verdicts = {row.key: unknown_kind() for row in self.rows if not row.is_known}
        verdicts |= self._check_ins([row for row in known if row.kind == QueuedKind.CHECK_IN])
        verdicts |= self._points([row for row in known if row.kind == QueuedKind.POINT])
        made = [self._kept(row, verdicts[row.key]) for row in self.rows]
        copy_in(self.checks)
        copy_in(made)
        if self.checks:
            attended = [check.delegate for check in self.checks]
            Event.objects.record_many("check_in", attended, by=self.by, data={"device": self.device})
        tally = Counter(row.outcome for row in made)
        journal("take_queue", self.forum, by=self.by, data={"device": self.device, **tally})
        return {row.key: row for row in made}

    def _kept(self, row: Row, verdict: Verdict) -> QueuedRow:
        return QueuedRow(
            key=row.key,
            forum=self.forum,
            kind=row.kind,
            device=self.device,
            payload=row.payload,
            device_at=row.device_at,
            received_at=self.clock.portal,
            by=self.by,
            outcome=verdict.outcome,
            reason=verdict.reason,
            delegate=verdict.delegate,
        )

    def _check_ins(self, rows: list[Row]) -> dict[uuid.UUID, Verdict]:
        if not rows:
            return {}
        if not self.is_secretariat:
            return {row.key: refused(_("Only the secretariat can check in delegates.")) for row in rows}
        book = Book.opened(self.forum, rows)
        there = set(CheckIn.objects.filter(key__in=[row.key for row in rows]).values_list("key", flat=True))
        return {row.key: self._check_in(row, book, there) for row in rows}

    def _check_in(self, row: Row, book: Book, there: set[uuid.UUID]) -> Verdict:
        if row.key in there:
            return Verdict(QueuedOutcome.TAKEN, _("It has already been entered."))
        verdict = judge(row, self.clock.at_the_door(row.device_at), book, self.device)
        if verdict.counts:
            self.checks.append(check_in_of(row, verdict, self.clock, by=self.by, device=self.device))
        return verdict

    # --- Points -----------------------------------------------------------------------------------------------------

    def _points(self, rows: list[Row]) -> dict[uuid.UUID, Verdict]:
        """Create the points. Locks all sessions first, so that nobody waits for one while holding the journal."""
        if not rows:
            return {}
        requested = {number for row in rows if (number := row.number("session")) is not None}
        locked_ones = self.forum.sessions.select_for_update(of=("self",), no_key=True).select_related("theme")
        sessions = {session.pk: session for session in locked_ones.filter(pk__in=requested).order_by("pk")}
        own = set(sessions) if self.is_secretariat else sessions_reported_by(self.by, self.forum)
        bodies = Stakeholder.objects.verified().in_bulk({row.number("organisation") or 0 for row in rows})
        themes = {theme.code: theme for theme in self.forum.consultation.themes.all()}
        closed = _closed(sessions.values())
        verdicts = {}
        for row in rows:
            session = sessions.get(row.number("session") or 0)
            if session is None or session.pk not in own:
                words = _("The session is not part of this forum, or you are not its rapporteur.")
                verdicts[row.key] = refused(words)
                continue
            body, theme = bodies.get(row.number("organisation") or 0), themes.get(row.word("theme"))
            reasons = _wrong_with(row, body, theme)
            verdicts[row.key] = (
                refused(" ".join(reasons)) if reasons else self._point(row, session, body, theme, closed)
            )
        return verdicts

    def _point(self, row: Row, session: ForumSession, body: Any, theme: Any, closed: dict[int, datetime]) -> Verdict:
        words = {"kind": row.word("sort"), "text": row.word("text"), "stakeholder": body, "theme": theme}
        words |= {"responsible": row.word("responsible"), "due_on": row.day("due_on")}
        try:
            point = write_point(session, by=self.by, **words)
        except Blocked as refusal:
            return refused(" ".join(refusal.reasons))
        ended, at = closed.get(session.pk), self.clock.at_the_door(row.device_at)
        if ended is None or at <= ended:
            return Verdict(QueuedOutcome.TAKEN)
        late = {"point": point.reference, "hour": hour_of(ended), "typed": hour_of(at)}
        reason = _("The session closed at %(hour)s and this was entered at %(typed)s, so point %(point)s is a draft.")
        return Verdict(QueuedOutcome.CONFLICT, reason % late)


def _wrong_with(row: Row, body: Stakeholder | None, theme: Any) -> list[str]:
    """Return the reasons against a point."""
    text, reasons = row.word("text"), []
    if row.word("sort") not in PointKind.values:
        reasons.append(_("Its kind is not recognised."))
    if row.word("organisation") and body is None:
        reasons.append(_("The organisation that raised it is not on the register or not verified."))
    if row.word("theme") and theme is None:
        reasons.append(_("Its theme is not a theme of this consultation."))
    if len(text) > POINT_LIMIT:
        numbers = {"length": f"{len(text):,}", "most": f"{POINT_LIMIT:,}"}
        reasons.append(_("The point is %(length)s characters long. It must be %(most)s characters or fewer.") % numbers)
    if len(row.word("responsible")) > WHO_LIMIT:
        reasons.append(_("“Who will do it” must be %(most)s characters or fewer.") % {"most": WHO_LIMIT})
    if row.word("due_on") and row.day("due_on") is None:
        reasons.append(_("The date in “By when” is not valid."))
    try:
        clean_text(f"{text}{row.word('responsible')}")
    except ValidationError as problem:
        reasons += [str(words) for words in problem.messages]
    return reasons


def _closed(sessions: Iterable[ForumSession]) -> dict[int, datetime]:
    """Return when closed sessions were closed, from the journal."""
    ended = {str(session.pk): session for session in sessions if session.state == SessionState.CLOSED}
    entries = Event.objects.filter(kind=ForumSession._meta.label_lower, object_id__in=ended, verb="close_session")
    result = {entry.object_id: entry.at for entry in entries} if ended else {}
    return {session.pk: result.get(pk, session.ends_at) for pk, session in ended.items()}


# --- The signed register --------------------------------------------------------------------------------------------


@verb
def enter_register(
    forum: Forum, half: checkin.HalfDay, *, by: User, signed: Collection[int], unsigned: Collection[int] = ()
) -> tuple[int, int]:
    """Enter who signed the register of a half-day, by delegate primary key, as paper check-ins.

    Existing entries are kept; `unsigned` were entered by mistake and are voided. Returns how many were entered and
    voided. Raises NotAllowed, or Blocked with every reason.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Enter the signed register"))
    Forum.objects.select_for_update(no_key=True).get(pk=forum.pk)
    at = begins(forum, half)
    people = {row.pk: row for row in seated(forum).filter(pk__in=[*signed, *unsigned])}
    reasons = []
    if at > now():
        reasons.append(_("This half-day has not started, so nobody can have signed for it."))
    if set(signed) - set(people):
        reasons.append(_("Someone you ticked no longer has a seat. Reload the register."))
    if reasons:
        raise Blocked(reasons)
    entered = entered_on_paper(forum, half)
    missing = [people[pk] for pk in sorted(set(signed) - set(entered))]
    wrong = [entered[pk] for pk in sorted(set(unsigned) & set(entered) - set(signed))]
    checks = [_signature(delegate, at, by) for delegate in missing]
    copy_in(checks)
    if checks:
        data = {"channel": str(CheckInChannel.PAPER), "half_day": half.code}
        Event.objects.record_many("check_in", missing, by=by, data=data)
    _void(wrong, by=by, reason=_("Removed from the register: entered by mistake."))
    return len(missing), len(wrong)


def _signature(delegate: Delegate, at: datetime, by: User) -> CheckIn:
    return CheckIn(delegate=delegate, channel=CheckInChannel.PAPER, at=at, received_at=timezone.now(), by=by)


def seated(forum: Forum) -> QuerySet[Delegate]:
    """Return the delegates with a seat, in the order of the register."""
    rows = forum.delegates.filter(state=DelegateState.CONFIRMED).select_related("stakeholder", "sits_in_for")
    return rows.order_by("badge_number", "name", "pk")


def entered_on_paper(forum: Forum, half: checkin.HalfDay) -> dict[int, CheckIn]:
    """Return the valid paper signatures of a half-day, by delegate primary key."""
    rows = checkin.counting(forum).filter(channel=CheckInChannel.PAPER, at__range=half.span)
    return {checkin.person_of(check.delegate).pk: check for check in rows}


def begins(forum: Forum, half: checkin.HalfDay) -> datetime:
    """Return the start of a half-day: of its first session, or the usual hour."""
    times = sorted(session.starts_at for session in forum.sessions.all())
    return next((at for at in times if checkin.half_day(at) == half), half.begins)
