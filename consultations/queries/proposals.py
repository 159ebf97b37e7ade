"""Proposals that need a second person: who may confirm them, and those waiting for a reader."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from consultations.models import STAFF_OFFICES, Proposal, User
from consultations.permissions import is_staff, may_confirm_proposal


def staff() -> QuerySet[User]:
    """Return all staff with an active account."""
    return User.objects.filter(office__in=STAFF_OFFICES, is_active=True)


def confirmers_of(proposal: Proposal) -> list[User]:
    """Return those who may confirm or refuse a proposal."""
    return [user for user in staff() if may_confirm_proposal(user, proposal)]


def proposals_to_confirm(user: Any) -> list[Proposal]:
    """Return the open proposals that `user` may confirm, the first to lapse first."""
    if not is_staff(user):
        return []
    open_ones = Proposal.objects.visible_to(user).open().exclude(proposed_by=user).select_related("proposed_by")
    rows = with_records(open_ones.order_by("lapses_at", "pk"))
    return [each for each in rows if may_confirm_proposal(user, each)]


def with_records(proposals: Iterable[Proposal]) -> list[Proposal]:
    """Return the proposals with their records: one query for each model."""
    rows = list(proposals)
    by_kind: dict[str, list[Proposal]] = {}
    for row in rows:
        by_kind.setdefault(row.record_kind, []).append(row)
    for same in by_kind.values():
        records = Proposal.records_of(same)
        for row in same:
            row.record = records[row.record_id]
    return rows
