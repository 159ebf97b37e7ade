"""The programme of a forum: what clashes in it, and what moving a session up or down makes of the times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import combinations, groupby
from typing import NamedTuple

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from consultations.models import Forum, SessionKind, SessionRole, SessionRoleKind


class Part(NamedTuple):
    """Somebody's part in a session: which, and who (a key that is the same for the same person, and the name)."""

    kind: str
    key: str
    name: str


class Planned(NamedTuple):
    """A session as the programme sees it."""

    pk: int
    order: int
    title: str
    kind: str
    theme: int | None
    room: str
    starts_at: datetime
    ends_at: datetime
    parts: tuple[Part, ...] = ()


class Clash(NamedTuple):
    """Something in a programme that cannot be, in plain words, and the sessions that it concerns."""

    words: str
    sessions: tuple[int, ...]


def planned(forum: Forum) -> list[Planned]:
    """The programme of `forum` in its order, with everybody's parts. Two queries."""
    found = []
    roles = Prefetch("roles", SessionRole.objects.select_related("user"))
    for session in forum.sessions.prefetch_related(roles).order_by("starts_at", "order"):
        parts = [
            Part(role.kind, f"#{role.user_id}" if role.user_id else role.name.casefold(), str(role.user or role.name))
            for role in session.roles.all()
        ]
        when = (session.starts_at, session.ends_at)
        names = (session.title, session.kind, session.theme_id, session.room)
        found.append(Planned(session.pk, session.order, *names, *when, tuple(parts)))
    return found


def without(kind: str, sessions: Iterable[Planned]) -> list[Planned]:
    """Breakouts in which nobody has this part."""
    breakouts = (each for each in sessions if each.kind == SessionKind.BREAKOUT)
    return [each for each in breakouts if all(part.kind != kind for part in each.parts)]


def clashes(sessions: Sequence[Planned], first: date, last: date) -> list[Clash]:
    """What cannot be in the programme of a forum from `first` to `last`: days, rooms, people, breaks, themes."""
    found = [clash for each in sessions for clash in _alone(each, first, last)]
    for one, other in combinations(sessions, 2):
        if one.starts_at < other.ends_at and other.starts_at < one.ends_at:
            found += _together(one, other)
    return found


def _alone(each: Planned, first: date, last: date) -> Iterator[Clash]:
    begins, ends = timezone.localtime(each.starts_at), timezone.localtime(each.ends_at)
    if begins.date() < first or ends.date() > last:
        yield Clash(_("%(title)s is outside the days of the forum.") % {"title": each.title}, (each.pk,))
    if each.kind == SessionKind.BREAKOUT and each.theme is None:
        yield Clash(_("%(title)s is a breakout without a theme.") % {"title": each.title}, (each.pk,))
    roles: dict[str, set[str]] = {}
    for part in each.parts:
        roles.setdefault(part.key, set()).add(part.kind)
    both = {SessionRoleKind.CHAIR, SessionRoleKind.RAPPORTEUR}
    for part in each.parts:
        if part.kind == SessionRoleKind.CHAIR and both <= roles[part.key]:
            words = {"name": part.name, "title": each.title}
            yield Clash(_("%(name)s both chairs and reports on %(title)s.") % words, (each.pk,))


def _together(one: Planned, other: Planned) -> Iterator[Clash]:
    """What is wrong with two sessions that run at the same time."""
    pks, words = (one.pk, other.pk), {"one": one.title, "other": other.title, "room": one.room}
    if one.room and one.room.casefold() == other.room.casefold():
        yield Clash(_("%(one)s and %(other)s are in %(room)s at the same time.") % words, pks)
    people = {part.key: part.name for part in one.parts}
    for key in dict.fromkeys(part.key for part in other.parts if part.key in people):
        words = {"one": one.title, "other": other.title, "name": people[key]}
        yield Clash(_("%(name)s has a part in %(one)s and in %(other)s at the same time.") % words, pks)
    kinds = {one.kind, other.kind}
    if SessionKind.BREAK in kinds and len(kinds) > 1:
        words = {"one": one.title, "other": other.title}
        yield Clash(_("%(one)s and %(other)s overlap, and one of them is a break.") % words, pks)


# --- Up and down ----------------------------------------------------------------------------------------------------


class Place(NamedTuple):
    """Where a session comes to stand: its times, and its order among those that begin with it."""

    order: int
    starts_at: datetime
    ends_at: datetime


def moved(sessions: Sequence[Planned], pk: int, *, up: bool) -> dict[int, Place]:
    """The new places of the sessions that change when the one called `pk` goes up or down; none at the edge of a day.

    Among sessions that begin together only their order changes. At the edge of these all of them change places with
    the sessions before or after: each keeps its length, and the pause between the two stays as long as it was.
    """
    me = next(each for each in sessions if each.pk == pk)
    day = timezone.localtime(me.starts_at).date()
    same_day = [each for each in sessions if timezone.localtime(each.starts_at).date() == day]
    ordered = sorted(same_day, key=lambda each: (each.starts_at, each.order))
    slots = [list(found) for _start, found in groupby(ordered, key=lambda each: each.starts_at)]
    here = next(number for number, slot in enumerate(slots) if me in slot)
    at, there = slots[here].index(me), here - 1 if up else here + 1
    beside = at - 1 if up else at + 1
    if 0 <= beside < len(slots[here]):
        other = slots[here][beside]
        return {
            me.pk: Place(other.order, me.starts_at, me.ends_at),
            other.pk: Place(me.order, other.starts_at, other.ends_at),
        }
    return _swapped(slots[min(here, there)], slots[max(here, there)]) if 0 <= there < len(slots) else {}


def _swapped(first: list[Planned], second: list[Planned]) -> dict[int, Place]:
    begins = first[0].starts_at
    pause = second[0].starts_at - max(each.ends_at for each in first)
    length = max(each.ends_at for each in second) - second[0].starts_at
    places = {each.pk: Place(each.order, begins, begins + (each.ends_at - each.starts_at)) for each in second}
    then = begins + length + pause
    return places | {each.pk: Place(each.order, then, then + (each.ends_at - each.starts_at)) for each in first}
