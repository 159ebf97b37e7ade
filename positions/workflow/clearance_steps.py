"""Clearance steps beside the ministries: legal vetting, the concurrence of foreign affairs and others."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import User
from consultations.permissions import live_memberships
from ncm_portal.workflow import Blocked, Condition, demand, journal, locked, now, verb
from positions import notifications
from positions.models import ChainStep, Edition, EditionKind, PaperState, PositionPaper, StepAnswer
from positions.permissions import (
    STEP_COUNTERSIGNERS,
    STEP_OFFICE,
    may_answer_step,
    may_countersign_step,
    may_record_step,
)

from .conditions import met_on


def clearance_text(paper: PositionPaper) -> Edition | None:
    """Return the frozen text in clearance."""
    return paper.editions.filter(kind=EditionKind.CLEARANCE).defer("content").first()


def asked_steps(paper: PositionPaper) -> list[ChainStep]:
    """Return the steps of the paper, each with `answer`: the last valid one for the text in clearance, and `waiting`: a
    later letter without a countersignature.
    """
    rows = ChainStep.objects.filter(consultation=paper.consultation_id, is_asked=True)
    steps = list(rows.select_related("institution"))
    if not steps:
        return []
    given = StepAnswer.objects.filter(paper=paper, edition=clearance_text(paper))
    answers = list(given.select_related("by", "countersigned_by").order_by("at", "pk"))
    counting = {answer.step_id: answer for answer in answers if not answer.letter_reference or answer.countersigned_at}
    waiting = {answer.step_id: answer for answer in answers if answer.letter_reference and not answer.countersigned_at}
    for step in steps:
        step.answer, step.waiting = counting.get(step.pk), waiting.get(step.pk)
    return steps


def steps_for(user: Any) -> list[tuple[PositionPaper, ChainStep]]:
    """Return the steps waiting for an office for which `user` acts, each with its paper. Two queries, one if there are
    none.
    """
    bodies = [membership.stakeholder_id for membership in live_memberships(user)]
    rows = ChainStep.objects.filter(institution__in=bodies, is_asked=True).select_related("institution")
    steps = list(rows) if bodies else []
    if not steps:
        return []
    rounds = {step.consultation_id for step in steps}
    papers = PositionPaper.objects.filter(consultation__in=rounds, state=PaperState.IN_CLEARANCE).order_by("title")
    return [(paper, step) for paper in papers for step in steps if step.consultation_id == paper.consultation_id]


@met_on("desk_clearance")
def steps_are_done(paper: PositionPaper) -> list[Condition]:
    """Every clearance step, such as legal vetting, is done for the present text."""
    return [_condition(step) for step in asked_steps(paper)]


def _condition(step: ChainStep) -> Condition:
    words = {"step": str(step)}
    if step.answer is None:
        return Condition(_("%(step)s: not done yet") % words, False)
    if step.answer.concurs:
        return Condition(_("%(step)s: done") % words, True)
    return Condition(_("%(step)s: does not concur") % words, False)


@verb
def answer_step(
    paper: PositionPaper,
    step: ChainStep,
    *,
    by: User,
    concurs: bool,
    text: str = "",
    letter_reference: str = "",
    seen: str | None = None,
) -> StepAnswer:
    """Answer for an office whether it concurs with the text in clearance, with the reason if not.

    The secretariat can record a letter with its reference; a second officer then countersigns it. `seen` is the number
    of the edition that was read: other editions are refused. Raises NotAllowed, or Blocked with every reason.
    """
    own = may_answer_step(by, step)
    demand(own or may_record_step(by, step), who=STEP_OFFICE, to=gettext_lazy("Answer a clearance step"))
    row = locked(paper)
    edition = clearance_text(row)
    reasons = []
    if row.state != PaperState.IN_CLEARANCE or edition is None:
        reasons.append(_("The text is not in clearance."))
    elif seen is not None and seen != edition.number:
        words = _("The text was fixed again since you opened the page. Read edition %(number)s first.")
        reasons.append(words % {"number": edition.number})
    if step.consultation_id != row.consultation_id or not step.is_asked:
        reasons.append(_("This step is not required for the text."))
    if not concurs and not text.strip():
        reasons.append(_("Enter what the office objects to: the drafters need the reason."))
    if not own and not letter_reference.strip():
        reasons.append(_("Enter the reference of the letter with this answer."))
    if reasons or edition is None:
        raise Blocked(reasons)
    answer = StepAnswer.objects.create(
        paper=row, step=step, edition=edition, concurs=concurs, text=text.strip(),
        letter_reference="" if own else letter_reference.strip(), by=by, at=now(),
    )  # fmt: skip
    data = {"step": str(step.kind), "office": step.institution.name, "concurs": concurs, "edition": edition.number}
    journal("answer_step", row, by=by, reason=text, data=data, commits=[answer])
    return answer


@verb
def countersign_step(answer: StepAnswer, *, by: User) -> StepAnswer:
    """Confirm as a second officer that the recorded answer matches the office's letter. Raises NotAllowed or
    Blocked.
    """
    paper = locked(answer.paper)
    row = locked(answer)
    demand(may_countersign_step(by, row), who=STEP_COUNTERSIGNERS, to=gettext_lazy("Countersign"))
    reasons = []
    if not row.letter_reference or row.countersigned_at:
        reasons.append(_("There is no answer to countersign."))
    if paper.state != PaperState.IN_CLEARANCE:
        reasons.append(_("The text is not in clearance."))
    if reasons:
        raise Blocked(reasons)
    row.countersigned_by, row.countersigned_at = by, now()
    row.save(update_fields=["countersigned_by", "countersigned_at"])
    data = {"step": str(row.step.kind), "letter": row.letter_reference}
    journal("countersign_step", paper, by=by, data=data, commits=[row])
    return row


def ask_steps(paper: PositionPaper) -> None:
    """Mail the office of each open step that the text waits for it."""
    for step in asked_steps(paper):
        if step.answer is None:
            notifications.step_asked(paper, step)
