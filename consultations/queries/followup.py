"""What a forum leaves behind: who came, what they promised, and the text in which the forum tells of it."""

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
    """How many people came to a forum, each once, and of how many organisations."""

    people: int
    organisations: int


def _own() -> Coalesce:
    """The organisation of whoever checked in; of a person who was entered twice, that of the one who is kept."""
    return Coalesce("delegate__merged_into__stakeholder", "delegate__stakeholder")


def bodies_that_came(forum: Forum) -> QuerySet[Stakeholder]:
    """The organisations of which somebody came to `forum`, by name."""
    came = counting(forum).select_related(None).order_by().values_list(_own())
    return Stakeholder.objects.filter(pk__in=came).order_by("name", "pk")


def attendance(forum: Forum) -> Attendance:
    """How many came to `forum`. One query."""
    person = Coalesce("delegate__merged_into", "delegate")
    numbers = {"people": Count(person, distinct=True), "organisations": Count(_own(), distinct=True)}
    return Attendance(**counting(forum).select_related(None).order_by().aggregate(**numbers))


def overdue() -> Q:
    """Actions that are open although their day has passed in Nairobi."""
    return Q(state=ActionState.OPEN, due_on__lt=timezone.localdate(now()))


def in_order(actions: QuerySet[ActionPoint]) -> QuerySet[ActionPoint]:
    """Actions as somebody has to look after them: open ones first, the first to fall due before the others, those
    without a day behind them; then what has ended, the latest first."""
    is_open = Case(When(state=ActionState.OPEN, then=Value(0)), default=Value(1))
    first = F("due_on").asc(nulls_last=True)
    return actions.order_by(is_open, F("ended_on").desc(nulls_first=True), first, "pk")


def with_source(actions: QuerySet[ActionPoint]) -> QuerySet[ActionPoint]:
    """Actions with what a list says of them: organisation, forum, and the session of a commitment."""
    return actions.select_related("stakeholder", "forum", "point__session")


def actions_of(forum: Forum) -> QuerySet[ActionPoint]:
    """The action points of `forum` in order. One query."""
    return in_order(with_source(ActionPoint.objects.filter(forum=forum)))


def open_actions_of(stakeholder: Stakeholder) -> QuerySet[ActionPoint]:
    """What `stakeholder` has still to do, over all forums: the overdue first, then by day. One query.

    Also for the letter that invites it to the next forum.
    """
    mine = ActionPoint.objects.filter(stakeholder=stakeholder, state=ActionState.OPEN)
    return in_order(with_source(mine))


def open_before(forum: Forum) -> QuerySet[ActionPoint]:
    """What earlier forums left open, for `forum` to ask about: the overdue first, then by day. One query."""
    earlier = ActionPoint.objects.filter(state=ActionState.OPEN, forum__starts_on__lt=forum.starts_on)
    return in_order(with_source(earlier))


def commitments() -> QuerySet[ActionPoint]:
    """What was promised in the sessions of forums that are reported: for everybody, in order. One query."""
    return in_order(with_source(ActionPoint.objects.filter(point__isnull=False, forum__state=ForumState.REPORTED)))


def published_communique(sha256: str) -> Communique | None:
    """The published communiqué whose words have this hash, or None. One query."""
    found = Communique.objects.filter(state=CommuniqueState.PUBLISHED, sha256=sha256)
    return found.select_related("forum__consultation").first()


def reported_done() -> QuerySet[ActionPoint]:
    """Open actions of which the organisation says that they are done: they wait for the secretariat's word."""
    return ActionPoint.objects.filter(state=ActionState.OPEN).exclude(report="")
