"""Follow-up of a forum: attendance, action points and the communiqué."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from consultations.models import (
    ActionPoint,
    ActionState,
    Communique,
    CommuniqueState,
    Forum,
    ForumState,
    Stakeholder,
)
from ncm_portal.workflow import now

from .checkin import counting


class Attendance(NamedTuple):
    """Number of people who attended a forum, each once, and of their organisations."""

    people: int
    organisations: int


def _own() -> Coalesce:
    """Return an expression for the organisation of a check-in; merged entries count as the kept one."""
    return Coalesce("delegate__merged_into__stakeholder", "delegate__stakeholder")


def bodies_that_came(forum: Forum) -> QuerySet[Stakeholder]:
    """Return the organisations that attended `forum`, by name."""
    rows = counting(forum).select_related(None).order_by().values_list(_own())
    return Stakeholder.objects.filter(pk__in=rows).order_by("name", "pk")


def attendance(forum: Forum) -> Attendance:
    """Return the attendance of `forum`. One query."""
    person = Coalesce("delegate__merged_into", "delegate")
    numbers = {"people": Count(person, distinct=True), "organisations": Count(_own(), distinct=True)}
    return Attendance(**counting(forum).select_related(None).order_by().aggregate(**numbers))


def overdue() -> Q:
    """Return open actions whose due date has passed in Nairobi."""
    return Q(state=ActionState.OPEN, due_on__lt=timezone.localdate(now()))


def in_order(actions: QuerySet[ActionPoint]) -> QuerySet[ActionPoint]:
    """Return actions in order of urgency: open ones by due date, then those without a date, then closed ones, the
    latest first.
    """
    is_open = Case(When(state=ActionState.OPEN, then=Value(0)), default=Value(1))
    first = F("due_on").asc(nulls_last=True)
    return actions.order_by(is_open, F("ended_on").desc(nulls_first=True), first, "pk")


def with_source(actions: QuerySet[ActionPoint]) -> QuerySet[ActionPoint]:
    """Select what a list shows of actions: organisation, forum, and the session of a commitment."""
    return actions.select_related("stakeholder", "forum", "point__session")


def actions_of(forum: Forum) -> QuerySet[ActionPoint]:
    """Return the action points of `forum` in order. One query."""
    return in_order(with_source(ActionPoint.objects.filter(forum=forum)))


def open_actions_of(stakeholder: Stakeholder) -> QuerySet[ActionPoint]:
    """Return the open actions of `stakeholder` from all forums, overdue first, then by date. One query.

    Also used in the letter of invitation to the next forum.
    """
    mine = ActionPoint.objects.filter(stakeholder=stakeholder, state=ActionState.OPEN)
    return in_order(with_source(mine))


def open_before(forum: Forum) -> QuerySet[ActionPoint]:
    """Return open actions of earlier forums for `forum` to follow up, overdue first, then by date. One query."""
    earlier = ActionPoint.objects.filter(state=ActionState.OPEN, forum__starts_on__lt=forum.starts_on)
    return in_order(with_source(earlier))


def commitments() -> QuerySet[ActionPoint]:
    """Return the commitments made in sessions of reported forums, which are public, in order. One query."""
    return in_order(with_source(ActionPoint.objects.filter(point__isnull=False, forum__state=ForumState.REPORTED)))


def published_communique(sha256: str) -> Communique | None:
    """Return the published communiqué whose text has this hash, or None. One query."""
    rows = Communique.objects.filter(state=CommuniqueState.PUBLISHED, sha256=sha256)
    return rows.select_related("forum__consultation").first()


def reported_done() -> QuerySet[ActionPoint]:
    """Return open actions that the organisation reported as done and the secretariat has to confirm."""
    return ActionPoint.objects.filter(state=ActionState.OPEN).exclude(report="")
