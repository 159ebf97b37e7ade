"""Proposals that need a second person: who may confirm one, and which wait for a reader."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from consultations.models import STAFF_OFFICES, Proposal, User
from consultations.permissions import is_staff, may_confirm_proposal


def staff() -> QuerySet[User]:
    """Everybody who holds an office of the staff and may log in."""
    return User.objects.filter(office__in=STAFF_OFFICES, is_active=True)


def confirmers_of(proposal: Proposal) -> list[User]:
    """Those who may confirm a proposal, or refuse it."""
    return [user for user in staff() if may_confirm_proposal(user, proposal)]


def proposals_to_confirm(user: Any) -> list[Proposal]:
    """The open proposals that `user` may confirm, those that lapse first in front."""
    if not is_staff(user):
        return []
    open_ones = Proposal.objects.visible_to(user).open().exclude(proposed_by=user).select_related("proposed_by")
    rows = with_records(open_ones.order_by("lapses_at", "pk"))
    return [each for each in rows if may_confirm_proposal(user, each)]


def with_records(proposals: Iterable[Proposal]) -> list[Proposal]:
    """The proposals with the records that they would change: one query for each kind of record."""
    rows = list(proposals)
    by_kind: dict[str, list[Proposal]] = {}
    for row in rows:
        by_kind.setdefault(row.record_kind, []).append(row)
    for same in by_kind.values():
        records = Proposal.records_of(same)
        for row in same:
            row.record = records[row.record_id]
    return rows
