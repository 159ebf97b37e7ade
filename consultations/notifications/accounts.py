"""Mail about accounts: closed, reopened, corrected or restored, and about work that is handed over."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..models import Proposal, User
from .recipients import Recipient, address, recipient, send_all, typed


def account_changed(
    person: User,
    notified: Iterable[Recipient],
    effects: Sequence[object],
    *,
    by: User | None,
    reason: str,
    proposed_by: User | None = None,
) -> None:
    """Notify the person and others concerned what was done to an account and by whom."""
    send_all(
        "consultations/mail/account_changed.txt",
        notified,
        always=True,
        person=typed(person.name),
        effects=effects,
        proposer=typed(proposed_by.name) if proposed_by else "",
        confirmer=typed(by.name) if by else "",
        reason=reason,
    )


def access_restored(person: User, uid: str, token: str, *, by: User, proposed_by: User) -> None:
    """Send the link to choose a new password after access was restored by two people."""
    send_all(
        "consultations/mail/access_restored.txt",
        [recipient(person)],
        always=True,
        proposer=typed(proposed_by.name),
        confirmer=typed(by.name),
        link=address("account_reset_password_from_key", uid, token),
    )


def proposed_about(proposal: Proposal) -> None:
    """Warn the person whom a proposal concerns, so that they can object."""
    if proposal.concerns and proposal.concerns.is_active:
        send_all(
            "consultations/mail/proposed_about.txt",
            [recipient(proposal.concerns)],
            always=True,
            proposal=proposal,
            proposer=typed(proposal.proposed_by.name),
        )


def handed_over(person: User, to: User, by: User, moved: Mapping[str, Sequence[Any]]) -> None:
    """Tell a colleague in one mail which inputs, enquiries and roles of an officer are theirs now."""
    send_all(
        "consultations/mail/handed_over.txt",
        [recipient(to)],
        person=typed(person.name),
        actor=typed(by.name) if by.pk != person.pk else "",
        inputs=[(row.reference, typed(row.title)) for row in moved["inputs"]],
        enquiries=[(row.reference, typed(row.subject)) for row in moved["enquiries"]],
        roles=[(row.get_kind_display, typed(row.session.title), row.session.starts_at) for row in moved["roles"]],
        link=address("for_you"),
    )
