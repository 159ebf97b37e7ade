"""Mail: written into the outbox together with what it tells of, and sent from there once, by a worker."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from .models import (
    Consultation,
    Endorsement,
    Language,
    MailState,
    Membership,
    MembershipInvitation,
    MembershipRole,
    OutgoingMail,
    Stakeholder,
    Submission,
    User,
)
from .permissions import acts_for

log = logging.getLogger(__name__)

TRIES = 5
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120)]


class Recipient(NamedTuple):
    """Where a mail goes, how it greets (empty: nobody by name) and in which language it speaks."""

    address: str
    name: str = ""
    language: str = Language.ENGLISH


# --- The outbox ---------------------------------------------------------------------------------------------------


def one_line(text: str) -> str:
    """Return `text` with every run of spaces and line ends as one space."""
    return " ".join(text.split())


def outgoing(to: str, subject: str, body: str) -> OutgoingMail:
    """Return an unsaved row of the outbox, with a subject that is one line and not too long."""
    return OutgoingMail(to=to, subject=one_line(subject)[:200], body=body)


def queue(to: str, subject: str, body: str) -> OutgoingMail:
    """Put a mail into the outbox. It leaves if the caller's transaction commits, and never if that rolls back."""
    mail = outgoing(to, subject, body)
    mail.save()
    return mail


def deliver(limit: int = 50) -> int:
    """Send up to `limit` mails that are due and return how many left.

    Each is sent once, however many workers run: a worker locks the row that it sends, the others pass over it.
    A mail that fails is tried again after a while, five times in all; then it stays as failed, with the error.
    """
    sent = 0
    for _turn in range(limit):
        mail = _deliver_next()
        if mail is None:
            break
        sent += mail.state == MailState.SENT
    return sent


def _deliver_next() -> OutgoingMail | None:
    with transaction.atomic():
        due = OutgoingMail.objects.filter(state=MailState.WAITING, due_at__lte=timezone.now())
        mail = due.select_for_update(skip_locked=True).order_by("due_at", "pk").first()
        if mail:
            _try_to_send(mail)
            mail.save()
    return mail


def _try_to_send(mail: OutgoingMail) -> None:
    mail.tries += 1
    try:
        _message(mail).send()
    except Exception as error:  # whatever the mail server says, the queue goes on and the reason is kept
        mail.error = f"{type(error).__name__}: {error}"
        log.warning("Mail %s was not sent, try %s of %s: %s", mail.pk, mail.tries, TRIES, mail.error)
        if mail.tries >= TRIES:
            mail.state = MailState.FAILED
        else:
            mail.due_at = timezone.now() + PAUSES[mail.tries - 1]
    else:
        mail.state, mail.sent_at, mail.error = MailState.SENT, timezone.now(), ""


def _message(mail: OutgoingMail) -> EmailMessage:
    """The mail as it travels; its identifier never changes, so that a mail server can tell a repeat."""
    host = urlsplit(settings.PORTAL_ADDRESS).hostname
    headers = {
        "Message-ID": f"<outbox-{mail.pk}-{mail.created_at:%Y%m%d%H%M%S%f}@{host}>",
        "Auto-Submitted": "auto-generated",
    }
    return EmailMessage(mail.subject, mail.body, to=[mail.to], headers=headers)


# --- Writing ------------------------------------------------------------------------------------------------------


def address(url_name: str, *args: object) -> str:
    """Return the full public address of a page."""
    return settings.PORTAL_ADDRESS + reverse(url_name, args=args)


def written(template: str, recipient: Recipient, **context: object) -> OutgoingMail:
    """Return the unsaved mail that a template gives, in the recipient's language; its first line is the subject."""
    with translation.override(recipient.language):
        text = render_to_string(template, {"name": recipient.name, "portal": settings.PORTAL_ADDRESS, **context})
    subject, _end, body = text.strip().partition("\n")
    return outgoing(recipient.address, subject, body.strip() + "\n")


def send_all(template: str, recipients: Iterable[Recipient], **context: object) -> None:
    """Put one mail for each recipient into the outbox, in the caller's transaction."""
    OutgoingMail.objects.bulk_create(
        [written(template, recipient, **context) for recipient in recipients], batch_size=500
    )


# --- Recipients ---------------------------------------------------------------------------------------------------


def recipient(user: User) -> Recipient:
    """Return how mail reaches a person."""
    return Recipient(user.email, one_line(user.name), user.language)


def people_of(*stakeholders: Stakeholder) -> list[Recipient]:
    """Return who gets the mail of these organisations: each focal point and alternate of today once.

    An organisation for which nobody can log in is reached at its contact address, if it gave one.
    """
    speaking = (MembershipRole.FOCAL_POINT, MembershipRole.ALTERNATE)
    live = Membership.objects.live().filter(stakeholder__in=stakeholders, role__in=speaking, user__is_active=True)
    memberships = list(live.select_related("user").order_by("pk"))
    reached = {membership.stakeholder_id for membership in memberships}
    unstaffed = [body for body in stakeholders if body.pk not in reached and body.contact_email]
    found = [recipient(membership.user) for membership in memberships]
    found += [Recipient(body.contact_email) for body in unstaffed]
    return list({each.address.lower(): each for each in reversed(found)}.values())[::-1]


def _author(submission: Submission) -> list[Recipient]:
    """The author, while acting for the organisation; otherwise those who speak for it now.

    Whoever has left reads no more of it, and an officer who typed a letter did not write it.
    """
    author, body = submission.author, submission.stakeholder
    return [recipient(author)] if acts_for(author, body) else people_of(body)


def _invited(invitation: MembershipInvitation) -> list[Recipient]:
    known = User.objects.filter(email=invitation.email.lower()).first()
    if known is None:
        return [Recipient(invitation.email)]
    return [recipient(known)] if known.is_active else []


# --- Messages about inputs ----------------------------------------------------------------------------------------


def receipt(submission: Submission) -> None:
    """Tell the author that the input arrived: reference, time and SHA-256 of the content."""
    link = address("receipt", submission.reference)
    _about_input("receipt", submission, link=link)


def returned(submission: Submission) -> None:
    """Tell the author what is missing, what the desk asks, and where to answer."""
    questions = [one_line(question.text) for question in submission.questions.filter(answered_at=None)]
    link = address("my_input" if questions else "draft", submission.key)
    _about_input("returned", submission, link=link, questions=questions)


def set_aside(submission: Submission) -> None:
    """Tell the author that the input will not be used, and why."""
    _about_input("set_aside", submission, link=address("my_input", submission.key))


def accepted(submission: Submission) -> None:
    """Tell the author that the input was accepted, and what happens to it now."""
    _about_input("accepted", submission, link=address("my_input", submission.key))


def sign_off_asked(submission: Submission, by: User) -> None:
    """Ask the primary focal point of the organisation to read a draft and to sign it off."""
    primary = Membership.objects.live().filter(stakeholder=submission.stakeholder_id, is_primary=True)
    heads = [each.user for each in primary.select_related("user") if each.user.is_active and each.user_id != by.pk]
    send_all(
        "consultations/mail/sign_off_asked.txt",
        map(recipient, heads),
        asker=one_line(by.name),
        title=one_line(submission.title),
        consultation=submission.consultation,
        link=address("draft_preview", submission.key),
    )


def signed_off(submission: Submission) -> None:
    """Tell the author that the draft may be sent now."""
    _about_input("signed_off", submission, link=address("draft", submission.key))


def endorsed(endorsement: Endorsement) -> None:
    """Tell the author that another organisation co-signs the input."""
    submission = endorsement.submission
    signer = one_line(endorsement.stakeholder.name)
    _about_input("endorsed", submission, link=address("input", submission.reference), signer=signer)


def _about_input(name: str, submission: Submission, *, link: str, **context: object) -> None:
    send_all(
        f"consultations/mail/{name}.txt",
        _author(submission),
        submission=submission,
        title=one_line(submission.title),
        organisation=one_line(submission.stakeholder.name),
        consultation=submission.consultation,
        link=link,
        **context,
    )


# --- Messages about organisations ---------------------------------------------------------------------------------


def organisation_verified(stakeholder: Stakeholder) -> None:
    """Tell an organisation that it may take part from now on."""
    _about_organisation("organisation_verified", stakeholder, link=address("my_organisation"))


def organisation_refused(stakeholder: Stakeholder) -> None:
    """Tell an organisation that it was not verified, and why."""
    _about_organisation("organisation_refused", stakeholder, link=address("register_organisation"))


def _about_organisation(name: str, stakeholder: Stakeholder, *, link: str) -> None:
    send_all(
        f"consultations/mail/{name}.txt",
        people_of(stakeholder),
        organisation=one_line(stakeholder.name),
        reason=stakeholder.state_reason,
        link=link,
    )


def membership_invitation(invitation: MembershipInvitation, token: str) -> None:
    """Invite somebody to act for an organisation, by a link that holds the secret `token`."""
    send_all(
        "consultations/mail/membership_invitation.txt",
        _invited(invitation),
        invitation=invitation,
        organisation=one_line(invitation.stakeholder.name),
        inviter=one_line(invitation.invited_by.name),
        link=address("join_organisation", token),
    )


def deadline_extended(consultation: Consultation) -> None:
    """Tell every verified organisation that inputs are taken until a later moment."""
    send_all(
        "consultations/mail/deadline_extended.txt",
        people_of(*Stakeholder.objects.verified()),
        consultation=consultation,
        title=one_line(consultation.title),
        link=address("submit"),
    )
