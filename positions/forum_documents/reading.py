"""Data of a forum for its printed documents, each part loaded once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Max, Prefetch, Q
from django.urls import reverse
from django.utils import timezone

from consultations.models import (
    ActionPoint,
    CheckIn,
    Communique,
    Delegate,
    DelegateState,
    Event,
    Forum,
    ForumSession,
    Point,
    SeatQuota,
    SessionKind,
    SessionRole,
)
from consultations.queries import checkin
from consultations.queries.checkin import HalfDay
from positions.models import Decision, FloorDecision, PositionPaper, QuorumCount

OF_PRINTING = ("print_paper", "print_badges")  # verbs that do not change anything printed
Content = dict[str, Any]


class Day:
    """Data of one forum."""

    def __init__(self, forum: Forum) -> None:
        self.forum = forum

    @cached_property
    def sessions(self) -> list[ForumSession]:
        """Return the programme in order of time, with roles."""
        roles = Prefetch("roles", SessionRole.objects.select_related("user").order_by("kind", "order", "pk"))
        return list(self.forum.sessions.select_related("theme").prefetch_related(roles).order_by("starts_at", "order"))

    @property
    def working_sessions(self) -> list[ForumSession]:
        """Return the programme without breaks."""
        return [session for session in self.sessions if session.kind != SessionKind.BREAK]

    @cached_property
    def delegates(self) -> list[Delegate]:
        """Return delegates who are confirmed, on the reserve list or undecided, by name."""
        gone = (DelegateState.REFUSED, DelegateState.WITHDRAWN)
        rows = self.forum.delegates.exclude(state__in=gone).select_related("stakeholder", "county", "sits_in_for")
        return sorted(rows, key=lambda item: (item.name.casefold(), item.pk))

    @property
    def confirmed(self) -> list[Delegate]:
        """Return delegates with a seat, by name."""
        return [item for item in self.delegates if item.state == DelegateState.CONFIRMED]

    @cached_property
    def check_ins(self) -> dict[int, list[CheckIn]]:
        """Return the valid check-ins by person, in order of time."""
        result: dict[int, list[CheckIn]] = defaultdict(list)
        along = ("delegate__stakeholder", "delegate__merged_into__stakeholder")
        for row in checkin.counting(self.forum).select_related(*along).order_by("at", "pk"):
            result[checkin.person_of(row.delegate).pk].append(row)
        return dict(result)

    @property
    def who_came(self) -> list[Delegate]:
        """Return everybody checked in, by name."""
        rows = [checkin.person_of(checks[0].delegate) for checks in self.check_ins.values()]
        return sorted(rows, key=lambda item: (item.name.casefold(), item.pk))

    @cached_property
    def half_days(self) -> list[HalfDay]:
        """Return the half-days of the forum."""
        return checkin.half_days(self.forum)

    @cached_property
    def quotas(self) -> dict[str, SeatQuota]:
        """Return the seats by group."""
        return {row.group: row for row in self.forum.quotas.all()}

    @cached_property
    def points(self) -> dict[int, list[Point]]:
        """Return the valid points of the sessions, by session, in order."""
        rows = Point.objects.standing().of_forum(self.forum).select_related("stakeholder")
        result: dict[int, list[Point]] = defaultdict(list)
        for row in rows.order_by("session", "number"):
            assert row.session_id is not None  # checked above
            result[row.session_id].append(row)
        return dict(result)

    @cached_property
    def known_points(self) -> dict[int, list[Point]]:
        """Return the public points of inputs by theme, for the rapporteurs."""
        themes = {row.theme_id for row in self.working_sessions if row.theme_id}
        seen: Any = Point.objects.visible_to(AnonymousUser())
        rows = seen.filter(consultation=self.forum.consultation_id, theme__in=themes, submission__isnull=False)
        result: dict[int, list[Point]] = defaultdict(list)
        counts = rows.filter(state__in=(Point.State.VALIDATED, Point.State.DISPOSED))
        for row in counts.select_related("stakeholder").order_by("reference"):
            result[row.theme_id].append(row)
        return dict(result)

    @cached_property
    def papers(self) -> list[PositionPaper]:
        """Return the papers before the forum."""
        return list(PositionPaper.objects.filter(forum=self.forum).order_by("pk"))

    @cached_property
    def floor(self) -> list[FloorDecision]:
        """Return the decisions of plenary on paragraphs in order of time."""
        along = ("paper", "paragraph", "wording", "decided", "moved_by", "quorum", "reservation__stakeholder")
        rows = FloorDecision.objects.filter(quorum__forum=self.forum).select_related(*along)
        return list(rows.order_by("at", "pk"))

    @cached_property
    def decisions(self) -> list[Decision]:
        """Return the decisions on whole texts."""
        rows = Decision.objects.filter(forum=self.forum).select_related("paper", "edition", "quorum", "chair")
        return list(rows.order_by("at", "pk"))

    @cached_property
    def counts(self) -> list[QuorumCount]:
        """Return the quorum counts in order of time."""
        return list(QuorumCount.objects.filter(forum=self.forum).select_related("paper").order_by("at", "pk"))

    @cached_property
    def actions(self) -> list[ActionPoint]:
        """Return the action points."""
        return list(self.forum.actions.select_related("stakeholder").order_by("due_on", "pk"))

    @cached_property
    def communique(self) -> Communique | None:
        """Return the communiqué, if there is one."""
        return Communique.objects.filter(forum=self.forum).first()

    @cached_property
    def as_of(self) -> datetime:
        """Return the time of the last journal entry about anything printed: documents change only with the next one."""
        entries = Event.objects.exclude(verb__in=OF_PRINTING).filter(self._about()).order_by()
        latest = entries.aggregate(latest=Max("at"))["latest"]
        return latest or datetime.combine(self.forum.starts_on, time(), timezone.get_default_timezone())

    def _about(self) -> Q:
        records: list[Sequence[Any]] = [[self.forum], self.sessions, self.delegates, self.papers, self.actions]
        records += [self.who_came, [self.communique] * (self.communique is not None)]
        records += list(self.points.values())
        result = Q(pk__in=[])
        for rows in filter(None, records):
            kind = rows[0]._meta.label_lower
            result |= Q(kind=kind, object_id__in=[str(row.pk) for row in rows])
        return result


def head(day: Day, paper: str) -> Content:
    """Return the header of every document of a forum."""
    forum = day.forum
    return {
        "schema": "ncm-forum-paper/1",
        "paper": paper,
        "language": "en",
        "sample": forum.consultation.is_sample,
        "as_of": day.as_of.isoformat(timespec="seconds"),
        "forum": {
            "code": forum.code,
            "title": forum.title,
            "place": forum.place,
            "venue": forum.venue,
            "first": forum.starts_on.isoformat(),
            "last": forum.ends_on.isoformat(),
            "convenors": forum.convenors,
            "consultation": forum.consultation.title,
            "state": forum.state,
        },
        "address": settings.PORTAL_ADDRESS + reverse("forum", args=[forum.slug]),
    }


def named(role: SessionRole) -> str:
    """Return the people with a role in a session, as entered."""
    return role.name or (role.user.name if role.user else "")
