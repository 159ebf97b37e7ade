"""Mail about inputs: receipts, decisions and sign-off, and requests, reminders, late inputs and replies to points."""

from collections.abc import Iterable
from typing import Any

from ..models import (
    AttachmentKind,
    AttachmentState,
    Endorsement,
    Hiding,
    Membership,
    Misreading,
    Office,
    Reminder,
    Submission,
    User,
)
from ..permissions import acts_for
from .recipients import Recipient, address, one_line, people_of, recipient, send_all, typed


def _author(submission: Submission) -> list[Recipient]:
    """Return the author while acting for the organisation, otherwise its current focal points.

    Former members get no mail about it, and an officer who typed a letter is not its author.
    """
    author, body = submission.author, submission.stakeholder
    return [recipient(author)] if acts_for(author, body) else people_of(body)


# --- To the author ---------------------------------------------------------------------------------------------------


def receipt(submission: Submission) -> None:
    """Send the author a receipt: reference, time and SHA-256 of the content, and files that were refused."""
    link = address("receipt", submission.reference)
    own = [file for file in submission.attachments.all() if file.kind == AttachmentKind.EVIDENCE]
    refused = [file for file in own if file.state == AttachmentState.REFUSED]
    files = [(one_line(file.name), one_line(file.state_reason)) for file in refused]
    _about_input("receipt", submission, link=link, always=True, sms=True, refused=files)


def returned(submission: Submission) -> None:
    """Notify the author of a returned input: what is missing, the questions, and where to answer."""
    questions = [one_line(question.text) for question in submission.questions.filter(answered_at=None)]
    link = address("my_input" if questions else "draft", submission.key)
    _about_input("returned", submission, link=link, questions=questions, decision_on=submission)


def set_aside(submission: Submission) -> None:
    """Notify the author that the input is set aside, and why."""
    _about_input("set_aside", submission, link=address("my_input", submission.key), decision_on=submission)


def accepted(submission: Submission) -> None:
    """Notify the author that the input is on file, and what happens next."""
    _about_input("accepted", submission, link=address("my_input", submission.key), decision_on=submission)


def sign_off_asked(submission: Submission, by: User) -> None:
    """Ask the organisation's primary focal point to read and sign off a draft."""
    primary = Membership.objects.live().filter(stakeholder=submission.stakeholder_id, is_primary=True)
    heads = [each.user for each in primary.select_related("user") if each.user.is_active and each.user_id != by.pk]
    send_all(
        "consultations/mail/sign_off_asked.txt",
        map(recipient, heads),
        about=submission.consultation_id,
        asker=typed(by.name),
        title=typed(submission.title),
        consultation=submission.consultation,
        link=address("draft_preview", submission.key),
    )


def signed_off(submission: Submission) -> None:
    """Notify the author that the draft can be sent."""
    _about_input("signed_off", submission, link=address("draft", submission.key))


def words_hidden(hiding: Hiding) -> None:
    """Notify the author that words of the input are hidden from readers, on which ground, and where to object."""
    submission = hiding.submission
    link = address("my_hidden_words", submission.key)
    _about_input("words_hidden", submission, link=link, ground=hiding.get_ground_display)


def objection_answered(hiding: Hiding) -> None:
    """Notify the author that hidden words stay hidden or are shown again, and why."""
    submission = hiding.submission
    link = address("my_hidden_words", submission.key)
    _about_input("objection_answered", submission, link=link, hiding=hiding, answer=typed(hiding.answer))


def endorsed(endorsement: Endorsement) -> None:
    """Notify the author that another organisation co-signed the input."""
    submission = endorsement.submission
    signer = typed(endorsement.stakeholder.name)
    _about_input("endorsed", submission, link=address("input", submission.reference), signer=signer)


def _about_input(name: str, submission: Submission, *, link: str, **context: Any) -> None:
    send_all(
        f"consultations/mail/{name}.txt",
        _author(submission),
        about=submission.consultation_id,
        submission=submission,
        reference=submission.reference,
        reason=submission.state_reason,
        title=typed(submission.title),
        organisation=typed(submission.stakeholder.name),
        consultation=submission.consultation,
        link=link,
        **context,
    )


# --- Between the desk and organisations -----------------------------------------------------------------------------


def input_asked_for(reminder: Reminder, recipients: Iterable[Recipient]) -> None:
    """Ask an organisation for its input, or remind it, as `reminder` says."""
    consultation = reminder.consultation
    send_all(
        "consultations/mail/input_asked_for.txt",
        recipients,
        about=consultation.pk,
        kind="input_reminder" if reminder.number else "input_asked_for",
        reminder=reminder,
        consultation=consultation,
        title=one_line(consultation.title),
        organisation=typed(reminder.stakeholder.name),
        link=f"{address('submit')}?consultation={consultation.slug}",
        sms=True,
    )


def late_asked(submission: Submission, reason: str) -> None:
    """Notify the head of the secretariat of a request to send an input after the deadline."""
    heads = User.objects.filter(office=Office.HEAD, is_active=True).order_by("pk")
    link = address("late_inputs", submission.consultation.slug)
    _about_late("late_asked", submission, [recipient(head) for head in heads], reason, link)


def late_decided(submission: Submission, reason: str) -> None:
    """Notify the author whether the draft may be sent after the deadline, and why."""
    _about_late("late_decided", submission, _author(submission), reason, address("draft", submission.key))


def _about_late(name: str, submission: Submission, to: list[Recipient], reason: str, link: str) -> None:
    send_all(
        f"consultations/mail/{name}.txt",
        to,
        about=submission.consultation_id,
        submission=submission,
        title=typed(submission.title),
        organisation=typed(submission.stakeholder.name),
        consultation=submission.consultation,
        reason=reason,
        link=link,
    )


def misreading_answered(misreading: Misreading) -> None:
    """Notify an organisation of the desk's answer about a misread point."""
    point = misreading.point
    send_all(
        "consultations/mail/misreading_answered.txt",
        people_of(misreading.stakeholder),
        about=point.consultation_id,
        misreading=misreading,
        point=point,
        organisation=typed(misreading.stakeholder.name),
        link=address("my_input", point.submission.key) if point.submission else address("my_organisation"),
    )
