"""What two people did for the tests: proposals and changes of rules, and an officer of an older database."""

from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from consultations.models import (
    RULES,
    Consultation,
    Membership,
    MembershipRole,
    Proposal,
    RuleChange,
    Stakeholder,
    User,
)
from ncm_portal import workflow
from tests.factories import bring, change, make_head, make_secretariat, make_user


def make_double(stakeholder: Stakeholder, user: User) -> User:
    """`user`, who holds an office, as one who acted for `stakeholder` too before that was ruled out: in memory, for the
    database takes no such membership any more. Where it is read again, it is over since today: see `replayed_at`."""
    made = Membership(user=user, stakeholder=stakeholder, role=MembershipRole.FOCAL_POINT)
    user.live_memberships = [made]
    today = timezone.localdate()
    Membership.objects.create(
        user=user, stakeholder=stakeholder, role=made.role, valid_from=today - timedelta(days=365), valid_until=today
    )
    return user


def make_proposal(
    record: models.Model | None = None,
    act: str = "appoint",
    *,
    by: User | None = None,
    decided_by: User | None = None,
    state: str = "proposed",
    **fields: Any,
) -> Proposal:
    """A proposal that a person without an office becomes an official, or of another act on `record`."""
    record, by, now = record or make_user(), by or make_head(), workflow.now()
    fields = {
        "values": {"office": "official"}, "reason": "It was agreed so.", "concerns": record if act == "appoint" else None,
        "proposed_by": by, "proposed_at": now, "lapses_at": now + timedelta(days=7), **fields,
    }  # fmt: skip
    named = {"record_kind": record._meta.label_lower, "record_id": record.pk, "record_label": str(record)}
    made = Proposal.objects.create(act=act, **named, **fields)
    deciders = {"confirmed": decided_by, "refused": decided_by, "withdrawn": by}
    decided = {} if state == "proposed" else {"decided_at": now, "decided_by": deciders.get(state)}
    return bring(made, state, **decided)


def change_rules(consultation: Consultation, **rules: Any) -> Consultation:
    """Give an opened consultation other rules, or `steps` of its chain, as two officers would: the change is written
    down first."""
    first, second = make_secretariat(), make_secretariat()
    proposal = make_proposal(consultation, "change_rules", by=first, decided_by=second, state="confirmed", values={})
    columns = {name: rules.get(name, getattr(consultation, name)) for name in RULES}
    RuleChange.objects.create(
        consultation=consultation, **columns, steps=rules.get("steps", []), reason=proposal.reason,
        proposed_by=first, confirmed_by=second, at=workflow.now(),
    )  # fmt: skip
    return change(consultation, **columns)
