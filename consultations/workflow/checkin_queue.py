"""Parse and judge the rows of a device's queue. No input from a device can make parsing fail."""

import json
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from consultations.models import (
    CheckIn,
    CheckInChannel,
    Delegate,
    DelegateState,
    Forum,
    QueuedKind,
    QueuedOutcome,
    clean_text,
)
from consultations.queries import checkin

# A badge contains "NCM:<code of the forum>:<ticket>"; the ticket alone is accepted too.
CODE = re.compile(
    r"(?:NCM:(?P<forum>[^:]{1,40}):)?(?P<ticket>[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.I
)
YEARS = range(1970, 2101)  # an empty battery resets clocks to the first; nothing after the last is plausible
LONGEST_WAIT = timedelta(days=366)
NAMELESS = uuid.UUID("6f3a4d9e-52a7-4f0c-9a39-6a1d4a7c2f10")  # namespace of keys for rows without one


# --- Reading --------------------------------------------------------------------------------------------------------


def moment(value: Any, otherwise: datetime) -> datetime:
    """Parse an aware datetime (ISO 8601); `otherwise` if invalid."""
    try:
        result = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        result = None
    return result if result and result.tzinfo and result.year in YEARS else otherwise


@dataclass(frozen=True)
class Clock:
    """Clock of a device and of the portal when the queue was sent."""

    device: datetime
    portal: datetime

    def at_the_door(self, device_at: datetime) -> datetime:
        """Return the portal's time for the device time `device_at`, not later than the sending."""
        age = min(max(self.device - device_at, timedelta()), LONGEST_WAIT)
        return self.portal - age


@dataclass(frozen=True)
class Row:
    """One parsed row of a queue. `data` is the received object, or {} if it was not one."""

    key: uuid.UUID
    kind: str
    device_at: datetime
    data: dict[str, Any]
    payload: Any
    is_known: bool

    def word(self, name: str) -> str:
        """Return the value of `name` as text, if it is text or a whole number."""
        value = self.data.get(name)
        return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""

    def number(self, name: str) -> int | None:
        """Return the value of `name` as a whole number in primary key range."""
        word = self.word(name).strip()
        return int(word) if re.fullmatch(r"[0-9]{1,9}", word) else None

    def day(self, name: str) -> date | None:
        """Return the value of `name` as a date (ISO 8601); None if invalid."""
        try:
            return parse_date(self.word(name).strip())
        except ValueError:
            return None


def read(raw: Any, clock: Clock, forum: Forum) -> Row:
    """Parse one row. Without a key it gets one derived from its content, so that a resend is the same row."""
    data: dict[str, Any] = raw if isinstance(raw, dict) else {}
    kind = data.get("kind", "")
    is_known = kind in QueuedKind.values
    return Row(
        key=_key(data.get("key"), raw, forum),
        kind=kind if is_known else QueuedKind.POINT if "text" in data else QueuedKind.CHECK_IN,
        device_at=moment(data.get("at"), clock.device),
        data=data,
        payload=kept(raw),
        is_known=is_known,
    )


def _key(value: Any, raw: Any, forum: Forum) -> uuid.UUID:
    try:
        return uuid.UUID(value)
    except (TypeError, ValueError, AttributeError):
        return uuid.uuid5(NAMELESS, f"{forum.pk} {json.dumps(raw, sort_keys=True)}")


def kept(raw: Any) -> Any:
    """Return the received value as the database can store it; as ASCII text if it contains characters or numbers that
    it cannot.
    """
    try:
        clean_text(json.dumps(raw, ensure_ascii=False, allow_nan=False))
        readable = "\\u0000" not in json.dumps(raw)
    except (ValidationError, ValueError):
        readable = False
    return raw if readable else {"as_text": json.dumps(raw)}


# --- Judging check-ins ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """Result of a row: outcome, reason, delegate, and whether a check-in is created."""

    outcome: str
    reason: str = ""
    delegate: Delegate | None = None
    counts: bool = False


def refused(reason: str, delegate: Delegate | None = None) -> Verdict:
    """Return a refusal with its reason."""
    return Verdict(QueuedOutcome.REFUSED, reason, delegate)


@dataclass(frozen=True)
class Seen:
    """Existing valid check-in: who, where and when."""

    person: Delegate
    device: str
    channel: str
    at: datetime


def hour_of(at: datetime) -> str:
    """Format the hour in Kenya: "08:31"."""
    return f"{timezone.localtime(at, checkin.NAIROBI):%H:%M}"


@dataclass
class Book:
    """Delegates and check-ins of a forum while a queue is imported; updated by every row."""

    forum: Forum
    by_ticket: dict[uuid.UUID, Delegate] = field(default_factory=dict)
    by_badge: dict[int, Delegate] = field(default_factory=dict)
    elsewhere: set[uuid.UUID] = field(default_factory=set)
    check_ins: dict[tuple[int, checkin.HalfDay], list[Seen]] = field(default_factory=dict)

    @classmethod
    def opened(cls, forum: Forum, rows: Iterable[Row]) -> "Book":
        """Load the forum's delegates, locked, and check-ins; and which codes in `rows` belong to other forums."""
        book = cls(forum)
        along, people = ("sits_in_for", "merged_into__sits_in_for"), {}
        for delegate in (
            forum.delegates.select_for_update(of=("self",), no_key=True).select_related(*along).order_by("pk")
        ):
            book.by_ticket[delegate.ticket], people[delegate.pk] = delegate, checkin.person_of(delegate)
            if delegate.badge_number is not None:
                book.by_badge[delegate.badge_number] = delegate
        checks = checkin.counting(forum).select_related(None).order_by("at", "pk")
        for pk, device, channel, at in checks.values_list("delegate", "device", "channel", "at"):
            book.note(Seen(people[pk], device, channel, at))
        codes = filter(None, (CODE.fullmatch(row.word("code").strip()) for row in rows))
        unknown = {uuid.UUID(code["ticket"]) for code in codes} - set(book.by_ticket)
        if unknown:
            book.elsewhere = set(Delegate.objects.filter(ticket__in=unknown).values_list("ticket", flat=True))
        return book

    def note(self, seen: Seen) -> None:
        """Record a check-in."""
        place = (checkin.seat_of(seen.person).pk, checkin.half_day(seen.at))
        self.check_ins.setdefault(place, []).append(seen)

    def find(self, row: Row) -> Delegate | str:
        """Return the delegate of a row's badge, or the reason why there is none."""
        code = row.word("code").strip()
        if not code:
            number = row.number("badge")
            none = _("There is no badge with the number %(number)s at this forum.") % {"number": number}
            return self.by_badge.get(number or 0) or (none if number else _("The badge number is missing."))
        match = CODE.fullmatch(code)
        if match is None:
            return _("This is not a badge code, or it was altered.")
        ticket, named = uuid.UUID(match["ticket"]), match["forum"]
        if ticket in self.elsewhere or (named and named != self.forum.code):
            return _("The badge belongs to another forum.")
        return self.by_ticket.get(ticket) or _("There is no badge with this code.")


def unknown_kind() -> Verdict:
    """Return the result for a row of unknown kind."""
    return refused(_("This is not a check-in or a point of a session."))


def judge(row: Row, at: datetime, book: Book, device: str) -> Verdict:
    """Return the result of a check-in from a device made at `at`, and record it if it is accepted."""
    result = book.find(row)
    if isinstance(result, str):
        return refused(result)
    person = checkin.person_of(result)
    if person.state != DelegateState.CONFIRMED:
        words = {"name": person.name, "state": person.get_state_display()}
        return refused(_("%(name)s is %(state)s, not confirmed, so the badge is not valid.") % words, person)
    others = book.check_ins.get((checkin.seat_of(person).pk, checkin.half_day(at)), [])
    own = [seen for seen in others if _is_own(seen, person, device)]
    if own:
        again = _("Already checked in on this device at %(hour)s.") % {"hour": hour_of(own[0].at)}
        return Verdict(QueuedOutcome.TAKEN, again, person)
    reasons = [_rivalry(seen, person) for seen in others if not _agrees(seen, person)]
    book.note(Seen(person, device, channel_of(row), at))
    outcome = QueuedOutcome.CONFLICT if reasons else QueuedOutcome.TAKEN
    return Verdict(outcome, "\n".join(dict.fromkeys(reasons)), person, counts=True)


def channel_of(row: Row) -> str:
    """Return how the badge was read: by camera, or typed."""
    return CheckInChannel.QR if row.data.get("how") == "qr" else CheckInChannel.MANUAL


def _is_own(seen: Seen, person: Delegate, device: str) -> bool:
    return seen.person.pk == person.pk and seen.device == device and seen.channel != CheckInChannel.PAPER


def _agrees(seen: Seen, person: Delegate) -> bool:
    """Return whether a paper signature and a check-in belong to the same person."""
    return seen.person.pk == person.pk and seen.channel == CheckInChannel.PAPER


def _rivalry(seen: Seen, person: Delegate) -> str:
    words = {"name": seen.person.name, "hour": hour_of(seen.at), "device": seen.device or _("the desk")}
    if seen.person.pk == person.pk:
        return _("%(name)s was also checked in by %(device)s with the same badge at %(hour)s.") % words
    return _("%(name)s has the same seat and was checked in at %(hour)s. One of them sits in for the other.") % words


def check_in_of(row: Row, verdict: Verdict, clock: Clock, **fields: Any) -> CheckIn:
    """Return the unsaved check-in of a row."""
    at = clock.at_the_door(row.device_at)
    return CheckIn(
        key=row.key,
        delegate=verdict.delegate,
        channel=channel_of(row),
        at=at,
        received_at=clock.portal,
        device_at=row.device_at,
        **fields,
    )
