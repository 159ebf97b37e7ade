"""Changes by two people: one proposes, another confirms, and only then the change is made."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Proposal, ProposalState, User
from consultations.models.commitments import subject_of
from consultations.notifications import accounts, recipients
from consultations.permissions import (
    PROPOSER,
    SECOND_PERSON,
    SECRETARIAT_OR_PORTAL,
    is_signed_in,
)
from consultations.queries import confirmers_of
from ncm_portal.workflow import (
    Act,
    Blocked,
    Condition,
    Move,
    acts,
    demand,
    either,
    journal,
    locked,
    make,
    now,
    table,
    verb,
)

P = ProposalState


def time_is_over(proposal: Proposal) -> list[Condition]:
    """The time to confirm it is over."""
    return [either(proposal.is_over, _("It has expired"), _("It can still be confirmed"))]


PROPOSAL_MOVES = table(
    Move(
        "confirm_proposal",
        gettext_lazy("Confirm"),
        (P.PROPOSED,),
        P.CONFIRMED,
        SECOND_PERSON,
        grave=True,
    ),
    Move(
        "refuse_proposal",
        gettext_lazy("Do not confirm"),
        (P.PROPOSED,),
        P.REFUSED,
        SECOND_PERSON,
        needs_reason=True,
    ),
    Move(
        "withdraw_proposal",
        gettext_lazy("Withdraw the proposal"),
        (P.PROPOSED,),
        P.WITHDRAWN,
        PROPOSER,
    ),
    Move(
        "lapse_proposal",
        gettext_lazy("Let it lapse"),
        (P.PROPOSED,),
        P.LAPSED,
        SECRETARIAT_OR_PORTAL,
        time_is_over,
    ),
)


@verb
def propose(record: Model, *, act: str, by: User, reason: str, values: Mapping[str, Any] | None = None) -> Proposal:
    """Propose, as the first of two people, the act with this code on `record`; those who may confirm it get a mail.

    `values` are the arguments of the act as JSON. Raises NotAllowed, or Blocked with every reason.
    """
    row, what, given = locked(record), acts()[act], dict(values or {})
    concerns = what.concerns(row)
    own = concerns is not None and concerns.pk == by.pk
    demand(is_signed_in(by) and what.proposers.may(by, row) and not own, who=what.proposers, to=what.label)
    reasons = [] if reason.strip() else [_("Enter a reason. It is kept in the journal.")]
    reasons += _open_already(act, row)
    try:
        what.check(row, given, by)
    except Blocked as refusal:
        reasons += refusal.reasons
    if reasons:
        raise Blocked(reasons)
    at = now()
    made = Proposal.objects.create(
        act=act, record_kind=_kind(row), record_id=row.pk, record_label=str(row)[:200], values=given,
        told=what.consequences(row, given),
        reason=reason.strip(), concerns=concerns, proposed_by=by, proposed_at=at, lapses_at=at + what.open_for,
    )  # fmt: skip
    journal("propose", made, by=by, after=made.state, reason=reason, data={"act": act, "record": made.record_label})
    recipients.proposal_made(made, confirmers_of(made))
    if what.warns:
        accounts.proposed_about(made)
    return made


def _kind(record: Model) -> str:
    return subject_of(record)[0]


def _open_already(act: str, record: Model) -> list[str]:
    """Return why nothing more can be proposed now; lapses an expired proposal first."""
    result = Proposal.objects.filter(act=act, record_kind=_kind(record), record_id=record.pk, state=P.PROPOSED).first()
    if result is None:
        return []
    if result.is_over:
        lapse_proposal(result, by=None)
        return []
    return [_("The same change is already waiting for a second person. Withdraw that proposal first.")]


@verb
def confirm_proposal(proposal: Proposal, *, by: User) -> Proposal:
    """Confirm a proposal as the second person: the change is made at once, or nothing is changed.

    Raises NotAllowed, or Blocked with every reason.
    """
    record = locked(proposal.record)  # before the journal's end, like every change
    row = _decide("confirm_proposal", proposal, by, in_time=True)
    act = row.definition
    if not act.proposers.may(row.proposed_by, record):
        raise Blocked(_("%(name)s is no longer allowed to propose this.") % {"name": row.proposed_by.name})
    act.check(record, row.values, by)
    act.carry_out(record, row.values, by, row)
    return row


@verb
def refuse_proposal(proposal: Proposal, *, by: User, reason: str) -> Proposal:
    """Refuse a proposal as the second person; nothing changes. Mails the proposer."""
    row = _decide("refuse_proposal", proposal, by, reason)
    recipients.proposal_ended(row, reason)
    return row


@verb
def withdraw_proposal(proposal: Proposal, *, by: User, reason: str = "") -> Proposal:
    """Withdraw one's own proposal; nothing changes."""
    return _decide("withdraw_proposal", proposal, by, reason)


@verb
def lapse_proposal(proposal: Proposal, *, by: User | None) -> Proposal:
    """Mark a proposal as lapsed. Mails the proposer."""
    row = _decide("lapse_proposal", proposal, by)
    recipients.proposal_ended(row)
    return row


def _decide(verb: str, proposal: Proposal, by: User | None, reason: str = "", *, in_time: bool = False) -> Proposal:
    """Make a move of a proposal; its journal entry names both people."""

    def stamp(row: Proposal) -> None:
        if in_time and row.is_over:
            raise Blocked(_("Nobody confirmed this in time. Propose it again."))
        row.decided_at = now()
        row.decided_by = by if verb != "lapse_proposal" else None

    named = {"act": proposal.act, "record": proposal.record_label, "proposed_by": proposal.proposed_by.name}
    named |= {"decided_by": by.name} if isinstance(by, User) else {}
    return make(PROPOSAL_MOVES[verb], proposal, by=by, reason=reason, change=stamp, data=named)


def why_not(proposal: Proposal, user: Any) -> list[str]:
    """Return why the change cannot be made now, in plain words; empty if it can."""
    act: Act = proposal.definition
    try:
        act.check(proposal.record, proposal.values, user)
    except Blocked as refusal:
        return refusal.reasons
    except KeyError:
        return [_("The record no longer exists.")]
    return []


# --- What the worker does -------------------------------------------------------------------------------------------


def lapse_proposals() -> int:
    """Lapse expired proposals; return how many. Periodic task."""
    over = Proposal.objects.filter(state=P.PROPOSED, lapses_at__lt=now()).values_list("pk", flat=True)
    return sum(_lapse(pk) for pk in list(over))


@transaction.atomic
def _lapse(pk: int) -> bool:
    rows = Proposal.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
    row = rows.filter(pk=pk, state=P.PROPOSED, lapses_at__lt=now()).first()
    if row is None:
        return False
    lapse_proposal(row, by=None)
    return True
