"""Create proposals and rule changes made by two officers, and an officer of an older database."""

from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from consultations.models import (
    RULES,
    Consultation,
    Enquiry,
    Hiding,
    Membership,
    MembershipRole,
    Proposal,
    RuleChange,
    Stakeholder,
    Submission,
    User,
)
from ncm_portal import workflow
from tests.factories import bring, change, make_head, make_secretariat, make_user


def make_double(stakeholder: Stakeholder, user: User) -> User:
    """Make `user`, who holds a role, a former member of `stakeholder` as well, in memory.

    The database no longer accepts such a membership. When it is read again, it ended today: see `replayed_at`.
    """
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
    """Create a proposal by a user without a role to become an official, or for another action on `record`."""
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
    """Change the rules or the clearance `steps` of an opened consultation as two officers would: the change is recorded
    first.
    """
    first, second = make_secretariat(), make_secretariat()
    proposal = make_proposal(consultation, "change_rules", by=first, decided_by=second, state="confirmed", values={})
    columns = {name: rules.get(name, getattr(consultation, name)) for name in RULES}
    RuleChange.objects.create(
        consultation=consultation, **columns, steps=rules.get("steps", []), reason=proposal.reason,
        proposed_by=first, confirmed_by=second, at=workflow.now(),
    )  # fmt: skip
    return change(consultation, **columns)


def make_hiding(submission: Submission, first: User, second: User, state: str = "hidden") -> Hiding:
    """Words of an input that two officers hid, with the author's objection and its answer as the state needs them."""
    made = Hiding.objects.create(
        submission=submission, ground="danger", words=["Words"], note="Why", proposed_by=first, confirmed_by=second,
        at=workflow.now(),
    )  # fmt: skip
    objected = {"objection": "No.", "objected_by": submission.author, "objected_at": workflow.now()}
    answered = {"answer": "Yes.", "answered_by": first, "answered_at": workflow.now()}
    for step in {"hidden": (), "upheld": ("objected", "upheld")}.get(state, (state,)):
        change(made, state=step, **(objected if step == "objected" else answered))
    return made


def make_enquiry(consultation: Any = None, *, state: str = "received", **fields: Any) -> Enquiry:
    """Create a question from the form on the website, answered or closed as spam if the state says so."""
    by = fields.pop("answered_by", None)
    facts: dict[str, Any] = {
        "name": "Amina Yusuf", "email": "amina@example.org", "subject": "Venue", "text": "Where is the forum held?",
        "received_at": workflow.now(), "due_at": workflow.now() + timedelta(days=7), **fields,
    }  # fmt: skip
    made = Enquiry.objects.create(consultation=consultation, **facts)
    ended = {"ended_at": workflow.now()}
    if state == "answered":
        answer = {"answer": "In Nairobi.", "answered_by": by or make_secretariat(), "answered_at": workflow.now()}
        change(made, state="answered", **answer, **ended)
    elif state == "closed":
        change(made, state="closed", unanswered_because="spam", **ended)
    return made


def ready_enquiry(_world: Any, state: str) -> Enquiry:
    """Create an enquiry that is ready for every move out of its state."""
    return make_enquiry(state=state)


def erased_enquiry(_world: Any, state: str) -> Enquiry:
    """Create an enquiry of which what was personal is erased."""
    made = make_enquiry(state=state)
    return change(made, erased_at=workflow.now(), name="", email="", subject="", text="", answer="")
