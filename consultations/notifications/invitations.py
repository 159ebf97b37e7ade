"""Mails of the invitations to a forum. Each is written the same way for the page that shows it before it goes and for
the outbox."""

from collections.abc import Sequence

from ..models import ActionPoint, Delegate, ForumSession, Invitation, OutgoingMail
from ..tokens import token
from .recipients import Recipient, address, one_line, typed, written

PROGRAMME = 8  # sessions that a mail names; the page of the forum has them all


def link_of(invitation: Invitation) -> str:
    """The full address at which an institution answers, as its mails and its sheet of paper carry it."""
    return address("forum_answer", token(invitation.key, invitation.token_round))


def short_programme(invitation: Invitation) -> list[ForumSession]:
    """The first sessions of the programme."""
    return list(invitation.forum.sessions.all()[:PROGRAMME])


def invitation_mail(
    invitation: Invitation, sessions: Sequence[ForumSession], actions: Sequence[ActionPoint]
) -> OutgoingMail | None:
    """The letter of invitation as a mail, unsaved; None for an institution without an address."""
    return _mail("forum_invitation", invitation, sessions=sessions, actions=actions)


def reminder_mail(invitation: Invitation) -> OutgoingMail | None:
    """The reminder of a letter that has no answer yet, unsaved; None for an institution without an address."""
    return _mail("forum_reminder", invitation)


def answer_mail(invitation: Invitation, people: Sequence[Delegate]) -> OutgoingMail | None:
    """What an institution has answered, unsaved: whoever shares its mailbox sees who comes."""
    return _mail("forum_answer", invitation, people=people)


def _mail(name: str, invitation: Invitation, **context: object) -> OutgoingMail | None:
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
