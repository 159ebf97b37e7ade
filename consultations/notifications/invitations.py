"""Mails about invitations to a forum, rendered the same way for the preview and the outbox."""

from collections.abc import Sequence
from typing import Any

from ..models import ActionPoint, Delegate, ForumSession, Invitation, Language, LetterText, OutgoingMail
from ..tokens import token
from .letter_texts import own_texts, render
from .recipients import Recipient, address, one_line, typed, written

PROGRAMME = 8  # sessions listed in a mail; the page of the forum has all


def link_of(invitation: Invitation) -> str:
    """Return the full URL at which an institution answers, for its mails and letters."""
    return address("forum_answer", token(invitation.key, invitation.token_round))


def short_programme(invitation: Invitation) -> list[ForumSession]:
    """Return the first sessions of the programme."""
    return list(invitation.forum.sessions.all()[:PROGRAMME])


def printed_words(invitation: Invitation, versions: Sequence[LetterText] | None = None) -> tuple[str, str]:
    """Return the subject and text of a printed letter: as it was sent, or as it would be sent now. `versions` are those
    of its text, the last first; without them the one in force counts.
    """
    texts = own_texts(invitation.forum.consultation_id) if versions is None else {}
    for version in versions or ():
        if invitation.sent_at is None or version.at <= invitation.sent_at:
            texts = {(version.kind, version.language): version}
            break
    names = {"title": invitation.forum.title, "organisation": invitation.stakeholder.name}
    context = {**_context(invitation), **names, "addressee": invitation.addressee, "bare": True}
    template = "consultations/letter_texts/invitation_letter.txt"
    subject, body = render(template, "invitation_letter", Language.ENGLISH, context, texts)
    return subject, body.strip()


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
        about=invitation.forum.consultation_id,
        always=True,
        **_context(invitation),
        link=link_of(invitation),
        **context,
    )
    return mail


def _context(invitation: Invitation) -> dict[str, Any]:
    return {
        "invitation": invitation,
        "reference": invitation.reference,
        "forum": invitation.forum,
        "title": one_line(invitation.forum.title),
        "addressee": typed(invitation.addressee),
        "organisation": typed(invitation.stakeholder.name),
    }
