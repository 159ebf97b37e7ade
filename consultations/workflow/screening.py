"""Around screening: assignment, answers to questions and misread points, and late inputs."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Misreading, Question, Submission, SubmissionState, User
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
