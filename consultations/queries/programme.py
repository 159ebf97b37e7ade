"""Programme of a forum: conflicts, reordering and calendars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations, groupby
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signing import Signer
from django.db.models import Count, Max, Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from consultations.ical import Entry
from consultations.models import (
    Delegate,
    DelegateState,
    Event,
    Forum,
    ForumSession,
    ForumState,
    SessionKind,
    SessionRole,
    SessionRoleKind,
)


class Part(NamedTuple):
    """Role of a person in a session: the role, a key that identifies the person, and the name."""

    kind: str
    key: str
    name: str


class Planned(NamedTuple):
    """Session as used to check the programme."""

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
    """Conflict in a programme, in plain words, and the sessions concerned."""

    words: str
    sessions: tuple[int, ...]


def planned(forum: Forum) -> list[Planned]:
    """Return the programme of `forum` in order, with all roles. Two queries."""
    result = []
    roles = Prefetch("roles", SessionRole.objects.select_related("user"))
    for session in forum.sessions.prefetch_related(roles).order_by("starts_at", "order"):
        parts = [
            Part(role.kind, f"#{role.user_id}" if role.user_id else role.name.casefold(), str(role.user or role.name))
            for role in session.roles.all()
        ]
        when = (session.starts_at, session.ends_at)
        names = (session.title, session.kind, session.theme_id, session.room)
        result.append(Planned(session.pk, session.order, *names, *when, tuple(parts)))
    return result


def without(kind: str, sessions: Iterable[Planned]) -> list[Planned]:
    """Return breakouts in which nobody has this role."""
    breakouts = (each for each in sessions if each.kind == SessionKind.BREAKOUT)
    return [each for each in breakouts if all(part.kind != kind for part in each.parts)]


def clashes(sessions: Sequence[Planned], first: date, last: date) -> list[Clash]:
    """Return the conflicts in the programme of a forum from `first` to `last`: days, rooms, people, breaks and
    themes.
    """
    result = [clash for each in sessions for clash in _own_clashes(each, first, last)]
    for one, other in combinations(sessions, 2):
        if one.starts_at < other.ends_at and other.starts_at < one.ends_at:
            result += _pair_clashes(one, other)
    return result


def _own_clashes(each: Planned, first: date, last: date) -> Iterator[Clash]:
    begins, ends = timezone.localtime(each.starts_at), timezone.localtime(each.ends_at)
    if begins.date() < first or ends.date() > last:
        yield Clash(_("%(title)s is outside the days of the forum.") % {"title": each.title}, (each.pk,))
    if each.kind == SessionKind.BREAKOUT and each.theme is None:
        yield Clash(_("%(title)s is a breakout and has no theme.") % {"title": each.title}, (each.pk,))
    roles: dict[str, set[str]] = {}
    for part in each.parts:
        roles.setdefault(part.key, set()).add(part.kind)
    both = {SessionRoleKind.CHAIR, SessionRoleKind.RAPPORTEUR}
    for part in each.parts:
        if part.kind == SessionRoleKind.CHAIR and both <= roles[part.key]:
            words = {"name": part.name, "title": each.title}
            yield Clash(_("%(name)s is both chair and rapporteur of %(title)s.") % words, (each.pk,))


def _pair_clashes(one: Planned, other: Planned) -> Iterator[Clash]:
    """Return the conflicts of two sessions that run at the same time."""
    pks, words = (one.pk, other.pk), {"one": one.title, "other": other.title, "room": one.room}
    if one.room and one.room.casefold() == other.room.casefold():
        yield Clash(_("%(one)s and %(other)s are in %(room)s at the same time.") % words, pks)
    people = {part.key: part.name for part in one.parts}
    for key in dict.fromkeys(part.key for part in other.parts if part.key in people):
        words = {"one": one.title, "other": other.title, "name": people[key]}
        yield Clash(_("%(name)s has a role in %(one)s and %(other)s at the same time.") % words, pks)
    kinds = {one.kind, other.kind}
    if SessionKind.BREAK in kinds and len(kinds) > 1:
        words = {"one": one.title, "other": other.title}
        yield Clash(_("%(one)s and %(other)s overlap, and one of them is a break.") % words, pks)


# --- Up and down ----------------------------------------------------------------------------------------------------


class Place(NamedTuple):
    """New position of a session: its times, and its order among sessions that start at the same time."""

    order: int
    starts_at: datetime
    ends_at: datetime


def moved(sessions: Sequence[Planned], pk: int, *, up: bool) -> dict[int, Place]:
    """Return the new positions of the sessions that change when the session `pk` moves up or down; none at the edge of
    a day.

    Among sessions that start together only their order changes. At the edge of such a block, the whole block changes
    places with the previous or next one: each session keeps its length, and the pause in between stays the same.
    """
    me = next(each for each in sessions if each.pk == pk)
    day = timezone.localtime(me.starts_at).date()
    same_day = [each for each in sessions if timezone.localtime(each.starts_at).date() == day]
    ordered = sorted(same_day, key=lambda each: (each.starts_at, each.order))
    slots = [list(item) for _start, item in groupby(ordered, key=lambda each: each.starts_at)]
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


# --- The calendar -----------------------------------------------------------------------------------------------------


OF_PRINTING = "print_paper"  # verbs that do not change the programme
GONE = (DelegateState.REFUSED, DelegateState.WITHDRAWN)


def whole_calendar(forum: Forum) -> list[Entry]:
    """Return a calendar of all sessions; without sessions, of the forum's days. Three queries."""
    return _Calendar(forum, is_cancelled=False).everything()


def calendar_of(forum: Forum, *, user: Any = None, delegate: Delegate | None = None) -> list[Entry]:
    """Return the calendar of one person: of parallel sessions those in which the person has a role, otherwise all of
    them as one entry. For withdrawn people every entry is cancelled, so that calendars remove it.
    """
    is_gone = delegate is not None and delegate.state in GONE
    return _Calendar(forum, is_cancelled=is_gone).of_person(user or (delegate.user if delegate else None), delegate)


def calendar_address(delegate: Delegate) -> str:
    """Return the full URL of a delegate's calendar, which needs no account: anyone with the URL can read the
    programme.
    """
    args = [delegate.forum.slug, delegate.pk, signature(delegate)]
    return settings.PORTAL_ADDRESS + reverse("forum_ics_person", args=args)


def signature(delegate: Delegate) -> str:
    """Return the signature in the URL of a delegate's calendar; it reveals nothing about the badge code."""
    return Signer(salt="forum.calendar").signature(f"{delegate.pk}:{delegate.ticket.hex}")


def is_signed(delegate: Delegate, given: str) -> bool:
    """Return whether `given` is the signature of this delegate's calendar."""
    return constant_time_compare(signature(delegate), given)


class _Calendar:
    def __init__(self, forum: Forum, *, is_cancelled: bool) -> None:
        self.forum, self.is_cancelled = forum, is_cancelled or forum.state == ForumState.CANCELLED
        rows = forum.sessions.exclude(kind=SessionKind.BREAK).select_related("theme").prefetch_related("roles__user")
        self.sessions = list(rows.order_by("starts_at", "ends_at", "order"))
        self.changes = _changes(forum, self.sessions)

    def everything(self) -> list[Entry]:
        return [self._session(row) for row in self.sessions] or [self._days()]

    def of_person(self, user: Any, delegate: Delegate | None) -> list[Entry]:
        result: list[Entry] = []
        for _when, together in groupby(self.sessions, key=lambda row: (row.starts_at, row.ends_at)):
            rows = list(together)
            own = [(row, roles) for row in rows if (roles := _roles(row, user, delegate))]
            if own:
                result += [self._session(row, roles) for row, roles in own]
            elif len(rows) == 1:
                result.append(self._session(rows[0]))
            else:
                result.append(self._parallel(rows))
        return result or [self._days()]

    def _session(self, row: ForumSession, roles: Iterable[str] = ()) -> Entry:
        own = _("You are: %(roles)s.") % {"roles": ", ".join(roles)} if roles else ""
        theme = row.theme.title if row.theme and row.theme.title != row.title else ""
        return self._entry(
            f"session-{row.pk}",
            [row],
            row.title,
            location=", ".join(filter(None, [row.room, self.forum.venue, self.forum.place])),
            description="\n".join(filter(None, [own, self.forum.title, theme])),
        )

    def _parallel(self, rows: list[ForumSession]) -> Entry:
        listed = [" – ".join(filter(None, [row.title, row.room])) for row in rows]
        return self._entry(
            f"parallel-{rows[0].pk}",
            rows,
            _("Parallel sessions"),
            location=", ".join(filter(None, [self.forum.venue, self.forum.place])),
            description="\n".join([self.forum.title, *listed]),
        )

    def _entry(self, name: str, rows: list[ForumSession], summary: str, **words: str) -> Entry:
        number, moment = _latest_change(self.changes, rows)
        return Entry(
            uid=f"{name}@{_host()}",
            sequence=number,
            changed_at=moment or self.forum.consultation.opens_at,
            starts_at=rows[0].starts_at,
            ends_at=rows[0].ends_at,
            summary=summary,
            address=settings.PORTAL_ADDRESS + reverse("forum", args=[self.forum.slug]),
            is_cancelled=self.is_cancelled,
            **words,
        )

    def _days(self) -> Entry:
        """Return all-day entries for the forum, used before its programme is known."""
        forum, zone = self.forum, timezone.get_default_timezone()
        last = forum.ends_on + timedelta(days=1)
        start, end = (datetime.combine(each, time(), zone) for each in (forum.starts_on, last))
        days = ForumSession(forum=forum, starts_at=start, ends_at=end)
        place = ", ".join(filter(None, [forum.venue, forum.place]))
        return self._entry(f"forum-{forum.pk}", [days], forum.title, location=place)


def _host() -> str:
    return urlsplit(settings.PORTAL_ADDRESS).hostname or "localhost"


def _roles(row: ForumSession, user: Any, delegate: Delegate | None) -> list[str]:
    """Return the labels of a person's roles in a session: by account, or by name for roles without an account."""
    name = delegate.name if delegate else getattr(user, "name", "")
    mine = [role for role in row.roles.all() if _is_of(role, user, name)]
    return [str(role.get_kind_display()) for role in mine]


def _is_of(role: SessionRole, user: Any, name: str) -> bool:
    if role.user_id:
        return bool(user) and role.user_id == user.pk
    return bool(name) and role.name == name


Changes = dict[str, tuple[int, datetime | None]]


def _changes(forum: Forum, sessions: list[ForumSession]) -> Changes:
    """Return the number and time of the last journal entry about the forum ("") and each session (its key). One
    query.
    """
    about_forum = Q(kind=forum._meta.label_lower, object_id=str(forum.pk))
    about_sessions = Q(kind=ForumSession._meta.label_lower, object_id__in=[str(row.pk) for row in sessions])
    entries = Event.objects.filter(about_forum | about_sessions).exclude(verb=OF_PRINTING).order_by()
    rows = entries.values_list("kind", "object_id").annotate(Count("pk"), Max("at"))
    return {"" if kind == forum._meta.label_lower else pk: (number, moment) for kind, pk, number, moment in rows}


def _latest_change(changes: Changes, rows: list[ForumSession]) -> tuple[int, datetime | None]:
    """Return the number of changes of the forum and of `rows` together, and the time of the last one."""
    result = [changes.get(key, (0, None)) for key in ("", *(str(row.pk) for row in rows))]
    moments = [moment.astimezone(UTC) for _number, moment in result if moment]
    return sum(number for number, _moment in result), max(moments, default=None)
