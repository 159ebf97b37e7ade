"""Screening: assignment, decisions and undoing them, answers to questions and misread points, and late inputs."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import (
    MailState,
    Misreading,
    Note,
    OutgoingMail,
    Question,
    SetAsideReason,
    Submission,
    SubmissionState,
    User,
)
from consultations.notifications import submissions
from consultations.permissions import AUTHORS, SECRETARIAT, is_secretariat, may_submit
from ncm_portal.workflow import Blocked, demand, journal, locked, make, now, verb

from .mail_limits import count_mail
from .submissions import SUBMISSION_MOVES

CARED_FOR = (SubmissionState.SUBMITTED, SubmissionState.RETURNED, SubmissionState.ACCEPTED)


@verb
def assign(submission: Submission, *, to: User | None, by: User) -> Submission:
    """Assign an input to an officer; None removes the assignment. Any officer may still act.

    Raises NotAllowed, or Blocked if `to` is not an officer or the input is finished.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Assign an input"))
    row = locked(submission)
    reasons = why_not_assigned(row, to)
    if reasons:
        raise Blocked(reasons)
    if row.assigned_to != to:
        row.assigned_to = to
        row.save(update_fields=["assigned_to"])
        name = to.name if to else ""
        journal(
            "assign", row, by=by, before=row.state, after=row.state, data={"to": to.pk if to else None, "name": name}
        )
    return row


def why_not_assigned(submission: Submission, to: User | None) -> list[str]:
    """Return the reasons against assigning an input to this person."""
    reasons = []
    if submission.state not in CARED_FOR:
        reasons.append(
            _("It is %(state)s, so it does not need to be assigned.") % {"state": submission.get_state_display()}
        )
    if to is not None and not is_secretariat(to):
        reasons.append(_("%(name)s does not work at the secretariat.") % {"name": to.name})
    return reasons


@verb
def answer_question(question: Question, *, by: User, answer: str) -> Question:
    """Answer a question about a returned input, as its authors; the answer can change until the input is sent again.

    Raises NotAllowed, or Blocked if the input was sent again or the answer is empty.
    """
    row = locked(question)
    submission = locked(row.submission)
    demand(may_submit(by, submission), who=AUTHORS, to=gettext_lazy("Answer a question"))
    if submission.state != SubmissionState.RETURNED:
        raise Blocked(_("The input is no longer with you: it was sent again or withdrawn."))
    _answer(row, by, answer)
    journal("answer_question", submission, by=by, data={"question": row.pk}, commits=[row])
    return row


def _answer(row: Question | Misreading, by: User, answer: str) -> None:
    if not answer.strip():
        raise Blocked(_("Enter the answer."))
    row.answer, row.answered_by, row.answered_at = answer.strip(), by, now()
    row.save()


@verb
def answer_misreading(misreading: Misreading, *, by: User, answer: str) -> Misreading:
    """Answer an organisation that reported a misread point, once, by mail.

    Raises NotAllowed, or Blocked if it was answered before or the answer is empty.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Answer a reply to a point"))
    row = locked(misreading)
    if row.answered_at:
        raise Blocked(_("A colleague has already answered it."))
    _answer(row, by, answer)
    data = {"organisation": row.stakeholder.name}
    journal("answer_misreading", row.point, by=by, data=data, commits=[row])
    submissions.misreading_answered(row)
    return row


# --- Decisions --------------------------------------------------------------------------------------------------------


def _decide(
    verb: str, submission: Submission, by: User, reason: str, set_aside_for: str = "", questions: Iterable[str] = ()
) -> Submission:
    created: list[Question] = []

    def stamp(row: Submission) -> None:
        row.decided_by, row.decided_at, row.state_reason = by, now(), reason.strip()
        row.set_aside_for = set_aside_for
        created.extend(
            Question.objects.create(submission=row, text=question.strip(), by=by, at=now()) for question in questions
        )

    return make(SUBMISSION_MOVES[verb], submission, by=by, reason=reason, change=stamp, commits=created)


@verb
def accept(submission: Submission, *, by: User, reason: str = "") -> Submission:
    """Put an input on file; its audience can then read it. Mails the author."""
    row = _decide("accept", submission, by, reason)
    submissions.accepted(row)
    return row


@verb
def return_for_completion(
    submission: Submission, *, by: User, reason: str, questions: Iterable[str] = ()
) -> Submission:
    """Return an input with what is missing; the author can complete and send it again. Mails the author.

    Each of `questions` must be answered before it can be sent again.
    """
    row = _decide("return_for_completion", submission, by, reason, questions=questions)
    submissions.returned(row)
    return row


@verb
def set_aside(
    submission: Submission, *, by: User, reason: str, set_aside_for: str = SetAsideReason.OTHER
) -> Submission:
    """Set an input aside, not to be used in the paper, with a reason from the list and an explanation.

    Mails the author. Raises NotAllowed, or Blocked for an unknown reason.
    """
    if set_aside_for not in SetAsideReason.values:
        raise Blocked(_("Choose a reason from the list."))
    row = _decide("set_aside", submission, by, reason, set_aside_for)
    submissions.set_aside(row)
    return row


@verb
def reopen(submission: Submission, *, by: User, reason: str) -> Submission:
    """Undo the decision about an input, which then waits at the desk again. Mails nobody: the next decision does."""

    return make(SUBMISSION_MOVES["reopen"], submission, by=by, reason=reason, change=undecide)


@verb
def undo_at_once(submission: Submission, *, by: User) -> Submission:
    """Undo one's own decision about an input within ten minutes, before its author hears of it: the mails are
    cancelled. Raises NotAllowed or Blocked.
    """

    def change(row: Submission) -> None:
        cancel_mails([row])
        undecide(row)

    return make(SUBMISSION_MOVES["undo_at_once"], submission, by=by, change=change)


def undecide(row: Submission) -> None:
    """Remove the decision from an input."""
    row.decided_by = row.decided_at = None
    row.state_reason = row.set_aside_for = ""


def cancel_mails(rows: Iterable[Submission]) -> None:
    """Cancel the mails about the present decisions on these inputs. Raises Blocked if one has left."""
    decided: dict[int | None, datetime | None] = {row.pk: row.decided_at for row in rows}
    mails = OutgoingMail.objects.filter(submission__in=decided).select_for_update(of=("self",), no_key=True)
    waiting = []
    for mail in mails.order_by("pk"):
        if mail.state == MailState.WAITING:
            waiting.append(mail.pk)
        elif mail.state == MailState.SENT and mail.created_at >= (decided[mail.submission_id] or mail.created_at):
            raise Blocked(_("Its author has the e-mail already: undo it with a reason."))
    OutgoingMail.objects.filter(pk__in=waiting).update(state=MailState.CANCELLED, body="")


@verb
def add_note(submission: Submission, *, by: User, text: str) -> Note:
    """Add an internal note of the secretariat to an input."""
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Write a note"))
    note = Note.objects.create(submission=submission, text=text, by=by, at=now())
    journal("note", submission, by=by)
    return note


# --- After the deadline ---------------------------------------------------------------------------------------------


@verb
def ask_late(submission: Submission, *, by: User, reason: str) -> Submission:
    """Ask the head of the secretariat to allow sending a draft after the deadline. Mails the head.

    Raises NotAllowed or Blocked.
    """

    def count(row: Submission) -> None:
        count_mail(caused_by=by, stakeholder=row.stakeholder)

    row = make(SUBMISSION_MOVES["ask_late"], submission, by=by, reason=reason, change=count)
    submissions.late_asked(row, reason)
    return row


@verb
def admit_late(submission: Submission, *, by: User, reason: str) -> Submission:
    """Allow sending a draft after the deadline, with a reason that everybody can read. Mails the author.

    Raises NotAllowed or Blocked.
    """

    def let_in(row: Submission) -> None:
        row.late_at, row.late_by, row.late_reason = now(), by, reason.strip()

    row = make(SUBMISSION_MOVES["admit_late"], submission, by=by, reason=reason, change=let_in)
    submissions.late_decided(row, reason)
    return row


@verb
def refuse_late(submission: Submission, *, by: User, reason: str) -> Submission:
    """Refuse to let a draft be sent after the deadline, with the reason. Mails the author. Raises NotAllowed or
    Blocked.
    """
    row = make(SUBMISSION_MOVES["refuse_late"], submission, by=by, reason=reason)
    submissions.late_decided(row, reason)
    return row
