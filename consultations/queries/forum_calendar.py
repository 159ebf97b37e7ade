"""The programme of a forum as entries of a calendar: for everybody, and for one person with that person's roles."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signing import Signer
from django.db.models import Count, Max, Q
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
)

OF_PRINTING = "print_paper"  # an entry of the journal that changes nothing of the programme
GONE = (DelegateState.REFUSED, DelegateState.WITHDRAWN)


def whole_calendar(forum: Forum) -> list[Entry]:
    """Each session of the programme; while there is none, the forum's days. Three queries."""
    return _Calendar(forum, is_cancelled=False).everything()


def calendar_of(forum: Forum, *, user: Any = None, delegate: Delegate | None = None) -> list[Entry]:
    """The sessions of one person: where several run at the same time, those in which the person has a role, else all
    of them as one entry. Who has withdrawn finds every entry cancelled, so that a calendar lets go of it."""
    is_gone = delegate is not None and delegate.state in GONE
    return _Calendar(forum, is_cancelled=is_gone).of_person(user or (delegate.user if delegate else None), delegate)


def calendar_address(delegate: Delegate) -> str:
    """The full address of a delegate's own calendar, which needs no account: whoever has it may read the programme."""
    args = [delegate.forum.slug, delegate.pk, signature(delegate)]
    return settings.PORTAL_ADDRESS + reverse("forum_ics_person", args=args)


def signature(delegate: Delegate) -> str:
    """What stands in the address of a delegate's calendar: it tells nothing of the code on the badge."""
    return Signer(salt="forum.calendar").signature(f"{delegate.pk}:{delegate.ticket.hex}")


def is_signed(delegate: Delegate, given: str) -> bool:
    """Whether `given` is the signature of this delegate's calendar."""
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
        found: list[Entry] = []
        for _when, together in groupby(self.sessions, key=lambda row: (row.starts_at, row.ends_at)):
            rows = list(together)
            own = [(row, roles) for row in rows if (roles := _roles(row, user, delegate))]
            if own:
                found += [self._session(row, roles) for row, roles in own]
            elif len(rows) == 1:
                found.append(self._session(rows[0]))
            else:
                found.append(self._parallel(rows))
        return found or [self._days()]

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
            _("Sessions side by side"),
            location=", ".join(filter(None, [self.forum.venue, self.forum.place])),
            description="\n".join([self.forum.title, *listed]),
        )

    def _entry(self, name: str, rows: list[ForumSession], summary: str, **words: str) -> Entry:
        number, moment = _together(self.changes, rows)
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
        """The days of the forum from midnight to midnight, before its programme is known."""
        forum, zone = self.forum, timezone.get_default_timezone()
        last = forum.ends_on + timedelta(days=1)
        start, end = (datetime.combine(each, time(), zone) for each in (forum.starts_on, last))
        days = ForumSession(forum=forum, starts_at=start, ends_at=end)
        place = ", ".join(filter(None, [forum.venue, forum.place]))
        return self._entry(f"forum-{forum.pk}", [days], forum.title, location=place)


def _host() -> str:
    return urlsplit(settings.PORTAL_ADDRESS).hostname or "localhost"


def _roles(row: ForumSession, user: Any, delegate: Delegate | None) -> list[str]:
    """The roles of a person in a session, in words: by account, or by the name as typed where a role has no account."""
    name = delegate.name if delegate else getattr(user, "name", "")
    mine = [role for role in row.roles.all() if _is_of(role, user, name)]
    return [str(role.get_kind_display()) for role in mine]


def _is_of(role: SessionRole, user: Any, name: str) -> bool:
    if role.user_id:
        return bool(user) and role.user_id == user.pk
    return bool(name) and role.name == name


Changes = dict[str, tuple[int, datetime | None]]


def _changes(forum: Forum, sessions: list[ForumSession]) -> Changes:
    """How often, and when last, the journal tells of the forum ("") and of each session (its key). One query."""
    about_forum = Q(kind=forum._meta.label_lower, object_id=str(forum.pk))
    about_sessions = Q(kind=ForumSession._meta.label_lower, object_id__in=[str(row.pk) for row in sessions])
    entries = Event.objects.filter(about_forum | about_sessions).exclude(verb=OF_PRINTING).order_by()
    rows = entries.values_list("kind", "object_id").annotate(Count("pk"), Max("at"))
    return {"" if kind == forum._meta.label_lower else pk: (number, moment) for kind, pk, number, moment in rows}


def _together(changes: Changes, rows: list[ForumSession]) -> tuple[int, datetime | None]:
    """The number of changes of the forum and of `rows` together, and the moment of the last one."""
    found = [changes.get(key, (0, None)) for key in ("", *(str(row.pk) for row in rows))]
    moments = [moment.astimezone(UTC) for _number, moment in found if moment]
    return sum(number for number, _moment in found), max(moments, default=None)
