"""Whom a decision on a seat at a forum was not told yet, and where a mail about it goes."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from consultations.models import DECIDED, Delegate, Event, Forum, ForumState, StakeholderState

from .invitations import addresses_of

CURRENT = (ForumState.ANNOUNCED, ForumState.REGISTRATION_CLOSED, ForumState.IN_SESSION)
DECISIONS = ("confirm", "waitlist", "refuse_delegate", "withdraw_delegate")
KIND = Delegate._meta.label_lower


def untold() -> QuerySet[Delegate]:
    """The people of current forums whom the last decision of the secretariat was not told.

    What an institution answered itself, by its link or on paper, is none; but whoever was told something before, of a
    seat perhaps, is told of that change too. An entry that is another's hears nothing.
    """
    decided = Event.objects.filter(kind=KIND, object_id=Cast(OuterRef("pk"), CharField()), after=OuterRef("state"))
    by_desk = decided.filter(verb__in=DECISIONS, by__isnull=False).exclude(data__has_key="letter")
    found = Delegate.objects.filter(forum__state__in=CURRENT, state__in=DECIDED, merged_into=None)
    return found.exclude(told=F("state")).filter(Exists(by_desk) | ~Q(told=""))


def untold_of(forum: Forum) -> QuerySet[Delegate]:
    """Those of one forum, by institution and name, with what a mail says of each."""
    found = untold().filter(forum=forum).select_related("forum", "stakeholder", "user", "sits_in_for")
    return found.order_by("stakeholder__name", "stakeholder", "name", "pk")


def own_address(delegate: Delegate) -> str:
    """The person's own address: as typed, else that of the person's account; empty where there is none. What an
    organisation typed counts while it is verified, or where the person was told something before."""
    user, is_known = delegate.user, delegate.stakeholder.state == StakeholderState.VERIFIED or delegate.told
    return (delegate.email if is_known else "") or (user.email if user and user.is_active else "")


def institution_addresses(people: Iterable[Delegate]) -> dict[int, str]:
    """Where mail to each institution of these people of one forum goes: where its letter went, else its contact
    address or primary focal point; empty where there is none. Two queries."""
    rows = list(people)
    if not rows:
        return {}
    letters = rows[0].forum.invitations.exclude(email="").filter(stakeholder__in={row.stakeholder_id for row in rows})
    return addresses_of({row.stakeholder for row in rows}) | dict(letters.values_list("stakeholder", "email"))


def refusal_reasons(people: Iterable[Delegate]) -> dict[int, str]:
    """Why each of the refused among them was refused, as the journal keeps it."""
    refused = [str(row.pk) for row in people if row.state == Delegate.State.REFUSED]
    if not refused:
        return {}
    rows = Event.objects.filter(kind=KIND, object_id__in=refused, verb="refuse_delegate")
    return {int(pk): reason for pk, reason in rows.values_list("object_id", "reason")}
