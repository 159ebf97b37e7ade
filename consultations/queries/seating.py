"""The seats of a forum: by group against what was planned, by county, and what a decision would make of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consultations.models import Delegate, DelegateState, Forum, Group

D = DelegateState
COUNTED = (D.NOMINATED, D.CONFIRMED, D.WAITLISTED)
CROWD, SHARE = (
    4,
    4,
)  # a county is told of when it has at least four people, and more than one in four of those from counties


class GroupSeats(NamedTuple):
    """The seats of one group. `seats` and `reserve` are None where nothing was planned for it."""

    group: str
    label: str
    seats: int | None
    reserve: int | None
    nominated: int
    confirmed: int
    waitlisted: int

    @property
    def over(self) -> int:
        """Confirmed beyond the seats of the group."""
        return max(0, self.confirmed - self.seats) if self.seats is not None else 0

    @property
    def over_reserve(self) -> int:
        """On the reserve list beyond its places."""
        return max(0, self.waitlisted - self.reserve) if self.reserve is not None else 0

    @property
    def free(self) -> int | None:
        """Seats of the group that nobody has; None where none were planned."""
        return None if self.seats is None else max(0, self.seats - self.confirmed)


class SeatPlan(NamedTuple):
    """All groups with a seat planned or a person named, the counties of those confirmed, and the seats of the forum."""

    seats: int
    groups: list[GroupSeats]
    counties: dict[str, int]

    @property
    def confirmed(self) -> int:
        """Seats that are taken."""
        return sum(row.confirmed for row in self.groups)

    @property
    def planned(self) -> int:
        """Seats that were given to groups."""
        return sum(row.seats or 0 for row in self.groups)

    @property
    def free(self) -> int:
        """Seats that nobody has."""
        return max(0, self.seats - self.confirmed)


class Seated(NamedTuple):
    """What the plan counts of a person: group, county (its name, or nothing), state."""

    group: str
    county: str
    state: str


def seat_plan(forum: Forum) -> SeatPlan:
    """The seats of `forum` as they stand. A substitute sits on the seat of the principal. Two queries."""
    quotas = {row.group: (row.seats, row.reserve) for row in forum.quotas.all()}
    people = Delegate.objects.filter(forum=forum, state__in=COUNTED, sits_in_for=None).order_by()
    rows = people.values_list("group", "county__name", "state").annotate(Count("pk"))
    counted = Counter({Seated(group, county or "", state): number for group, county, state, number in rows})
    return plan(forum.seats, quotas, counted)


def plan(seats: int, quotas: Mapping[str, tuple[int, int]], people: Mapping[Seated, int]) -> SeatPlan:
    """The plan for `people`, each kind with its number. Groups keep the order of the register."""
    numbers: Counter[tuple[str, str]] = Counter()
    counties: Counter[str] = Counter()
    for kind, number in people.items():
        numbers[kind.group, kind.state] += number
        if kind.county and number and kind.state == D.CONFIRMED:
            counties[kind.county] += number
    named = {group for (group, _state), number in numbers.items() if number}
    groups = []
    for code, label in [*Group.choices, ("", _("Without a group"))]:
        if code in quotas or code in named:
            planned = quotas.get(code, (None, None))
            groups.append(GroupSeats(code, str(label), *planned, *(numbers[code, state] for state in COUNTED)))
    return SeatPlan(seats, groups, dict(sorted(counties.items(), key=lambda found: (-found[1], found[0]))))


def after(before: SeatPlan, chosen: Iterable[Seated], state: str) -> SeatPlan:
    """The plan once all `chosen` are in `state`; the others stay where they are."""
    chosen = list(chosen)
    quotas = {row.group: (row.seats, row.reserve) for row in before.groups if row.seats is not None}
    people: Counter[Seated] = Counter()
    for row in before.groups:
        for name in COUNTED:
            people[Seated(row.group, "", name)] += getattr(row, name.value)
    for kind in chosen:
        people[Seated(kind.group, "", kind.state)] -= 1
        people[Seated(kind.group, "", state)] += 1
    moved = Counter(before.counties)
    for kind in chosen:
        moved[kind.county] += (state == D.CONFIRMED) - (kind.state == D.CONFIRMED)
    made = plan(before.seats, quotas, {kind: number for kind, number in people.items() if kind.state in COUNTED})
    counties = {name: number for name, number in moved.items() if name and number > 0}
    return made._replace(counties=dict(sorted(counties.items(), key=lambda found: (-found[1], found[0]))))


def balance(seats: SeatPlan) -> list[str]:
    """What is out of balance in a plan, in plain words: too many first, then who is missing, then one county only."""
    found = []
    if seats.confirmed > seats.seats:
        words = {"taken": seats.confirmed, "seats": seats.seats}
        found.append(_("%(taken)s are confirmed, and the forum has %(seats)s seats.") % words)
    for row in seats.groups:
        words = {"group": row.label, "taken": row.confirmed, "seats": row.seats}
        if row.over:
            found.append(_("%(group)s: %(taken)s confirmed; seats planned: %(seats)s.") % words)
        if row.over_reserve:
            words = {"group": row.label, "taken": row.waitlisted, "seats": row.reserve}
            found.append(_("%(group)s: %(taken)s on the reserve list; places planned: %(seats)s.") % words)
    for row in seats.groups:
        if row.seats and row.confirmed * 2 < row.seats:
            words = {"group": row.label, "taken": row.confirmed, "seats": row.seats}
            found.append(_("%(group)s: only %(taken)s of %(seats)s seats are taken.") % words)
    return found + _crowded(seats.counties)


def _crowded(counties: Mapping[str, int]) -> list[str]:
    total = sum(counties.values())
    crowded = [(name, number) for name, number in counties.items() if number >= CROWD and number * SHARE > total]
    words = ngettext(
        "%(county)s: %(number)s of the %(total)s person who come from a county.",
        "%(county)s: %(number)s of the %(total)s people who come from a county.",
        total,
    )
    return [words % {"county": name, "number": number, "total": total} for name, number in crowded]


def free_in_group(forum: Forum, group: str) -> int | None:
    """Seats of `group` that nobody has (below zero when there are too many); None where none were planned for it."""
    quota = forum.quotas.filter(group=group).first()
    if quota is None:
        return None
    taken = Delegate.objects.filter(forum=forum, group=group, state=D.CONFIRMED, sits_in_for=None).count()
    return quota.seats - taken
