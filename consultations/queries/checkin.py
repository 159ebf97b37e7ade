"""What a device at the door takes along: the list of badges, the sessions and the organisations. A few queries."""

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
    """The sessions of which `user` takes down points: all for the secretariat, else those one reports on."""
    found = forum.sessions.exclude(kind=SessionKind.BREAK).select_related("theme").order_by("starts_at", "order")
    return list(found if is_secretariat(user) else found.filter(pk__in=sessions_reported_by(user, forum)))


def badges(forum: Forum) -> QuerySet[Delegate]:
    """All who were ever named for a forum, with what a card says of them."""
    along = ("stakeholder", "sits_in_for", "merged_into__stakeholder", "merged_into__sits_in_for")
    return forum.delegates.select_related(*along).order_by("name", "pk")


def came_now(forum: Forum) -> dict[int, str]:
    """Who came in this half-day (primary keys), each with the moment (ISO 8601)."""
    found = counting(forum).filter(at__range=half_day(now()).span).order_by("-at", "-pk")
    return {person_of(check.delegate).pk: check.at.isoformat() for check in found}


def remark(person: Delegate) -> str:
    """What a card says besides: that the badge does not count, or whose seat it is."""
    if person.state != DelegateState.CONFIRMED:
        return _("%(state)s: the badge is not valid, ask the desk") % {"state": capfirst(person.get_state_display())}
    if person.sits_in_for:
        return _("Sits in for %(name)s") % {"name": person.sits_in_for.name}
    return ""


def list_for_the_door(forum: Forum, user: Any) -> dict[str, Any]:
    """Everything a device keeps for the hours without a network. Lists of lists, since it travels on bad lines."""
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
    came, cards = came_now(forum), []
    for delegate in badges(forum):
        person = person_of(delegate)
        words = [person.name, person.stakeholder.name, person.get_group_display() if person.group else ""]
        counts = person.state == DelegateState.CONFIRMED
        ticket, badge = delegate.ticket.hex, delegate.badge_number
        cards.append([ticket, badge, *words, remark(person), counts, came.get(person.pk, ""), person.pk])
    return cards


# --- Presence ---------------------------------------------------------------------------------------------------------


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
