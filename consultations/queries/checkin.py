"""Data for check-in devices: badges, sessions and organisations."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.dateformat import format as written
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from consultations.models import (
    CheckIn,
    Delegate,
    DelegateState,
    Forum,
    ForumSession,
    SessionKind,
    SessionState,
    Stakeholder,
)
from consultations.permissions import is_secretariat, sessions_reported_by
from ncm_portal.workflow import now


def sessions_at_hand(forum: Forum, user: Any) -> list[ForumSession]:
    """Return the sessions for which `user` records points: all for the secretariat, otherwise the user's own."""
    rows = forum.sessions.exclude(kind=SessionKind.BREAK).select_related("theme").order_by("starts_at", "order")
    return list(rows if is_secretariat(user) else rows.filter(pk__in=sessions_reported_by(user, forum)))


def badges(forum: Forum) -> QuerySet[Delegate]:
    """Return everybody ever named for a forum, with what their card shows."""
    along = ("stakeholder", "sits_in_for", "merged_into__stakeholder", "merged_into__sits_in_for")
    return forum.delegates.select_related(*along).order_by("name", "pk")


def checked_in_now(forum: Forum) -> dict[int, str]:
    """Return who checked in this half-day (primary keys), with the time (ISO 8601)."""
    rows = counting(forum).filter(at__range=half_day(now()).span).order_by("-at", "-pk")
    return {person_of(check.delegate).pk: check.at.isoformat() for check in rows}


def remark(person: Delegate) -> str:
    """Return the remark on a card: that the badge is not valid, or whose seat it is."""
    if person.state != DelegateState.CONFIRMED:
        return _("%(state)s: the badge is not valid, ask the desk") % {"state": capfirst(person.get_state_display())}
    if person.sits_in_for:
        return _("Sits in for %(name)s") % {"name": person.sits_in_for.name}
    return ""


def list_for_the_door(forum: Forum, user: Any) -> dict[str, Any]:
    """Return everything a device needs while offline, as compact lists for slow connections."""
    sessions = sessions_at_hand(forum, user)
    bodies = Stakeholder.objects.verified().filter(delegates__forum=forum).distinct().order_by("name")
    return {
        "forum": forum.code,
        "now": now().isoformat(),
        "delegates": _cards(forum) if is_secretariat(user) else None,
        "sessions": [
            [s.pk, s.title, s.room, s.theme.code if s.theme else "", s.state == SessionState.CLOSED] for s in sessions
        ],
        "organisations": [[body.pk, body.name] for body in bodies],
        "themes": [[theme.code, str(theme)] for theme in forum.consultation.themes.all()],
    }


def _cards(forum: Forum) -> list[list[Any]]:
    attended, cards = checked_in_now(forum), []
    for delegate in badges(forum):
        person = person_of(delegate)
        words = [person.name, person.stakeholder.name, person.get_group_display() if person.group else ""]
        counts = person.state == DelegateState.CONFIRMED
        ticket, badge = delegate.ticket.hex, delegate.badge_number
        cards.append([ticket, badge, *words, remark(person), counts, attended.get(person.pk, ""), person.pk])
    return cards


# --- Presence ---------------------------------------------------------------------------------------------------------


NAIROBI = ZoneInfo("Africa/Nairobi")
MIDDAY = time(13)  # the forum's lunch: morning until then
BEGINS = {"am": time(9), "pm": time(14)}  # defaults without a programme


class HalfDay(NamedTuple):
    """Morning ("am") or afternoon ("pm") of a day in Kenya, in sortable order."""

    day: date
    part: str

    @property
    def code(self) -> str:
        """Return the code for URLs: "2017-10-17-am"."""
        return f"{self.day.isoformat()}-{self.part}"

    @property
    def label(self) -> str:
        """Return the label: "17 October 2017, morning"."""
        return f"{written(self.day, 'j F Y')}, {_('morning') if self.part == 'am' else _('afternoon')}"

    @property
    def span(self) -> tuple[datetime, datetime]:
        """Return its first and last moment."""
        noon = datetime.combine(self.day, MIDDAY, NAIROBI)
        first, after = (noon - timedelta(hours=13), noon) if self.part == "am" else (noon, noon + timedelta(hours=11))
        return first, after - timedelta(microseconds=1)

    @property
    def begins(self) -> datetime:
        """Return its usual start time."""
        return datetime.combine(self.day, BEGINS[self.part], NAIROBI)


def half_day(at: datetime) -> HalfDay:
    """Return the half-day of an aware datetime."""
    there = at.astimezone(NAIROBI)
    return HalfDay(there.date(), "am" if there.time() < MIDDAY else "pm")


def half_called(code: str, among: Iterable[HalfDay]) -> HalfDay | None:
    """Return the half-day in `among` with this code, or None."""
    return next((half for half in among if half.code == code), None)


def half_days(forum: Forum) -> list[HalfDay]:
    """Return the half-days with sessions of a forum; without a programme, both halves of each day."""
    times = forum.sessions.exclude(kind=SessionKind.BREAK).values_list("starts_at", flat=True)
    result = {half_day(at) for at in times}
    days = [date.fromordinal(number) for number in range(forum.starts_on.toordinal(), forum.ends_on.toordinal() + 1)]
    return sorted(result or {HalfDay(day, part) for day in days for part in BEGINS})


def counting(forum: Forum | int) -> QuerySet[CheckIn]:
    """Return the valid check-ins of a forum. Merged entries of a person count as the kept one."""
    seated = Q(delegate__state=DelegateState.CONFIRMED) | Q(delegate__merged_into__state=DelegateState.CONFIRMED)
    rows = CheckIn.objects.filter(seated, delegate__forum=forum, voids=None, voided_by=None)
    return rows.select_related("delegate__merged_into__sits_in_for", "delegate__sits_in_for")


def person_of(delegate: Delegate) -> Delegate:
    """Return the kept entry of a merged delegate."""
    return delegate.merged_into or delegate


def seat_of(delegate: Delegate) -> Delegate:
    """Return the delegate whose seat is used: the own one, or that of the person sat in for."""
    person = person_of(delegate)
    return person.sits_in_for or person


def attendance_by_half_day(forum: Forum) -> dict[HalfDay, set[int]]:
    """Return for each half-day with check-ins the delegates who attended (primary keys), each once."""
    result: dict[HalfDay, set[int]] = {}
    person = Coalesce("delegate__merged_into", "delegate")
    for at, pk in counting(forum).select_related(None).order_by().values_list("at", person):
        result.setdefault(half_day(at), set()).add(pk)
    return dict(sorted(result.items()))


def start_of_day(at: datetime) -> datetime:
    """Return the first moment of the day in Kenya of an aware datetime."""
    return datetime.combine(at.astimezone(NAIROBI).date(), time(), NAIROBI)


@dataclass(frozen=True)
class Present:
    """Who is present: institutions (primary keys), groups and the number of taken seats."""

    institutions: frozenset[int]
    groups: frozenset[str]
    seats: int


def _of_the_seat(field: str) -> Coalesce:
    """Return an expression for a field of the `seat_of` a check-in's delegate."""
    ways = ("merged_into__sits_in_for", "merged_into", "sits_in_for")
    return Coalesce(*(f"delegate__{way}__{field}" for way in ways), f"delegate__{field}")


def present(forum: Forum, at: datetime | None = None) -> Present:
    """Return who is present at `at` (default: now): everybody checked in earlier that day. One query."""
    moment = at or now()
    rows = counting(forum).filter(at__gte=start_of_day(moment), at__lte=moment).order_by()
    fields = [_of_the_seat(name) for name in ("pk", "stakeholder", "group")]
    seats = set(rows.select_related(None).values_list(*fields).distinct())
    institutions = frozenset(body for _seat, body, _group in seats)
    return Present(institutions, frozenset(group for _seat, _body, group in seats if group), len(seats))
