"""Mails about invitations to a forum, rendered the same way for the preview and the outbox."""

from collections.abc import Sequence
from typing import Any

from ..models import ActionPoint, Delegate, ForumSession, Invitation, OutgoingMail
from ..tokens import token
from .recipients import Recipient, address, one_line, typed, written

PROGRAMME = 8  # sessions listed in a mail; the page of the forum has all


def link_of(invitation: Invitation) -> str:
    """Return the full URL at which an institution answers, for its mails and letters."""
    return address("forum_answer", token(invitation.key, invitation.token_round))


def short_programme(invitation: Invitation) -> list[ForumSession]:
    """Return the first sessions of the programme."""
    return list(invitation.forum.sessions.all()[:PROGRAMME])


def invitation_mail(
    invitation: Invitation, sessions: Sequence[ForumSession], actions: Sequence[ActionPoint]
) -> OutgoingMail | None:
    """Return the letter of invitation as an unsaved mail; None for an institution without an address."""
    return _mail("forum_invitation", invitation, sessions=sessions, actions=actions)


def reminder_mail(invitation: Invitation) -> OutgoingMail | None:
    """Return the reminder about an unanswered letter as an unsaved mail; None for an institution without an address."""
    return _mail("forum_reminder", invitation)


def answer_mail(invitation: Invitation, people: Sequence[Delegate]) -> OutgoingMail | None:
    """Return the mail that confirms an institution's answer, unsaved."""
    return _mail("forum_answer", invitation, people=people)


def _mail(name: str, invitation: Invitation, **context: Any) -> OutgoingMail | None:
    if not invitation.email:
        return None
    (mail,) = written(
        f"consultations/mail/{name}.txt",
        Recipient(invitation.email),
        always=True,
        invitation=invitation,
        forum=invitation.forum,
        title=one_line(invitation.forum.title),
        addressee=typed(invitation.addressee),
        organisation=typed(invitation.stakeholder.name),
        link=link_of(invitation),
        **context,
    )
    return mail
