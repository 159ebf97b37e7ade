"""Mail between the desk and organisations: requests, reminders, late inputs and replies to points."""

from collections.abc import Iterable

from ..models import Misreading, Office, Reminder, Submission, User
from ..permissions import acts_for
from .recipients import Recipient, address, one_line, people_of, recipient, send_all, typed


def input_asked_for(reminder: Reminder, recipients: Iterable[Recipient]) -> None:
    """Ask an organisation for its input, or remind it, as `reminder` says."""
    consultation = reminder.consultation
    send_all(
        "consultations/mail/input_asked_for.txt",
        recipients,
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
    _about_late("late_asked", submission, [recipient(head) for head in heads], reason, address("late_inputs"))


def late_decided(submission: Submission, reason: str) -> None:
    """Notify the author whether the draft may be sent after the deadline, and why."""
    author, body = submission.author, submission.stakeholder
    to = [recipient(author)] if acts_for(author, body) else people_of(body)
    _about_late("late_decided", submission, to, reason, address("draft", submission.key))


def _about_late(name: str, submission: Submission, to: list[Recipient], reason: str, link: str) -> None:
    send_all(
        f"consultations/mail/{name}.txt",
        to,
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
        misreading=misreading,
        point=point,
        organisation=typed(misreading.stakeholder.name),
        link=address("my_input", point.submission.key) if point.submission else address("my_organisation"),
    )
