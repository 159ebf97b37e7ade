"""Who came to a forum, half-day by half-day, and which institutions and groups are in the room now.

A check-in counts while nobody voided it and its delegate has a seat. Nobody checks out, so that whoever came counts
until the end of that day. Whoever sits in for a delegate brings that delegate's institution; the two are one seat.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.dateformat import format as written
from django.utils.translation import gettext as _

from consultations.models import CheckIn, Delegate, DelegateState, Forum, SessionKind
from ncm_portal.workflow import now

NAIROBI = ZoneInfo("Africa/Nairobi")
MIDDAY = time(13)  # the forum's lunch: until then it is morning
BEGINS = {"am": time(9), "pm": time(14)}  # where no programme says more


class HalfDay(NamedTuple):
    """The morning ("am") or the afternoon ("pm") of a day in Kenya. They sort as they follow each other."""

    day: date
    part: str

    @property
    def code(self) -> str:
        """The half-day as it stands in an address: "2017-10-17-am"."""
        return f"{self.day.isoformat()}-{self.part}"

    @property
    def label(self) -> str:
        """The half-day in words: "17 October 2017, morning"."""
        return f"{written(self.day, 'j F Y')}, {_('morning') if self.part == 'am' else _('afternoon')}"

    @property
    def span(self) -> tuple[datetime, datetime]:
        """Its first and its last moment."""
        noon = datetime.combine(self.day, MIDDAY, NAIROBI)
        first, after = (noon - timedelta(hours=13), noon) if self.part == "am" else (noon, noon + timedelta(hours=11))
        return first, after - timedelta(microseconds=1)

    @property
    def begins(self) -> datetime:
        """When it usually begins."""
        return datetime.combine(self.day, BEGINS[self.part], NAIROBI)


def half_day(at: datetime) -> HalfDay:
    """The half-day in which an aware moment lies."""
    there = at.astimezone(NAIROBI)
    return HalfDay(there.date(), "am" if there.time() < MIDDAY else "pm")


def same_half_day(one: datetime, other: datetime) -> bool:
    """Whether two moments lie in one half-day: what counts as coming once."""
    return half_day(one) == half_day(other)


def half_called(code: str, among: Iterable[HalfDay]) -> HalfDay | None:
    """The one of `among` with this code; None where there is none."""
    return next((half for half in among if half.code == code), None)


def half_days(forum: Forum) -> list[HalfDay]:
    """The half-days of a forum with its programme's sessions; without a programme, both of each of its days."""
    times = forum.sessions.exclude(kind=SessionKind.BREAK).values_list("starts_at", flat=True)
    found = {half_day(at) for at in times}
    days = [date.fromordinal(number) for number in range(forum.starts_on.toordinal(), forum.ends_on.toordinal() + 1)]
    return sorted(found or {HalfDay(day, part) for day in days for part in BEGINS})


def counting(forum: Forum) -> QuerySet[CheckIn]:
    """The check-ins of a forum that count. A person who was entered twice comes as the one who is kept."""
    seated = Q(delegate__state=DelegateState.CONFIRMED) | Q(delegate__merged_into__state=DelegateState.CONFIRMED)
    found = CheckIn.objects.filter(seated, delegate__forum=forum, voids=None, voided_by=None)
    return found.select_related("delegate__merged_into__sits_in_for", "delegate__sits_in_for")


def person_of(delegate: Delegate) -> Delegate:
    """The delegate who is kept of a person who was entered twice."""
    return delegate.merged_into or delegate


def seat_of(delegate: Delegate) -> Delegate:
    """The delegate whose seat this one takes: the own one, or the one it sits in for."""
    person = person_of(delegate)
    return person.sits_in_for or person


def came_by_half_day(forum: Forum) -> dict[HalfDay, set[int]]:
    """For each half-day in which anybody came: the delegates (primary keys) who did, each once."""
    found: dict[HalfDay, set[int]] = {}
    person = Coalesce("delegate__merged_into", "delegate")
    for at, pk in counting(forum).select_related(None).order_by().values_list("at", person):
        found.setdefault(half_day(at), set()).add(pk)
    return dict(sorted(found.items()))


@dataclass(frozen=True)
class Present:
    """Who is in the room: institutions (primary keys), groups, and how many seats are taken."""

    institutions: frozenset[int]
    groups: frozenset[str]
    seats: int


def _of_the_seat(field: str) -> Coalesce:
    """A field of `seat_of` a check-in's delegate, in the database."""
    ways = ("merged_into__sits_in_for", "merged_into", "sits_in_for")
    return Coalesce(*(f"delegate__{way}__{field}" for way in ways), f"delegate__{field}")


def present(forum: Forum, at: datetime | None = None) -> Present:
    """Who is present at `at` (default: now): whoever came earlier on that day. One query."""
    moment = at or now()
    since = datetime.combine(moment.astimezone(NAIROBI).date(), time(), NAIROBI)
    came = counting(forum).filter(at__gte=since, at__lte=moment).order_by()
    fields = [_of_the_seat(name) for name in ("pk", "stakeholder", "group")]
    seats = set(came.select_related(None).values_list(*fields).distinct())
    institutions = frozenset(body for _seat, body, _group in seats)
    return Present(institutions, frozenset(group for _seat, _body, group in seats if group), len(seats))
