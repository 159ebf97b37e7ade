"""Answers to points: provisional while the paper is drafted, fixed on adoption."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Point, PointState, User
from consultations.permissions import SECRETARIAT
from ncm_portal.workflow import Blocked, demand, journal, locked, now, verb
from positions.models import (
    BEFORE_ADOPTION,
    WITH_CODE,
    Disposition,
    Grounding,
    GroundingRelation,
    Outcome,
    PaperState,
    Paragraph,
    PositionPaper,
    ReasonCode,
)
from positions.permissions import may_draft


@verb
def decide(
    paper: PositionPaper,
    point: Point,
    *,
    by: User,
    outcome: str,
    reason_code: str = "",
    reason: str = "",
    paragraphs: Iterable[Paragraph] = (),
) -> Disposition:
    """Answer a point provisionally: only the secretariat sees it before publication.

    Raises NotAllowed, or Blocked with every reason: a reason is needed unless the point is accepted, and a reason code
    if it is not taken up; accepted points name at least one paragraph; joined points have the outcome joined and no
    other; the author of a paragraph does not answer a point against it. Adoption fixes all existing answers. Points
    without one, such as those validated after the meeting, can still be answered: publication requires it.
    """
    demand(may_draft(by, paper), who=SECRETARIAT, to=gettext_lazy("Answer a point"))
    row = locked(paper)
    named = list(paragraphs)
    reasons = [*_state_reasons(row, point), *_outcome_reasons(row, point, outcome, reason_code, reason, named)]
    if challenges_own_words(row, point, by):
        reasons.append(_("The point goes against a paragraph that you wrote: another officer must answer it."))
    if reasons:
        raise Blocked(reasons)
    kind = reason_code if outcome in WITH_CODE else ""
    values = {"outcome": outcome, "reason_code": kind, "reason": reason.strip(), "decided_by": by, "decided_at": now()}
    disposition, _made = Disposition.objects.update_or_create(paper=row, point=point, defaults=values)
    disposition.paragraphs.set(named)
    data = {"paper": row.slug, "kind": kind}
    journal("decide", point, by=by, after=outcome, reason=reason, data=data, commits=[disposition])
    return disposition


def _state_reasons(paper: PositionPaper, point: Point) -> list[str]:
    reasons = []
    is_open = paper.state in BEFORE_ADOPTION
    is_late = paper.state == PaperState.ADOPTED and not paper.dispositions.filter(point=point).exists()
    if not (is_open or is_late):
        reasons.append(_("The text is adopted, so the answers to points cannot change."))
    if point.consultation_id != paper.consultation_id:
        reasons.append(_("The point belongs to another consultation."))
    if point.state in {PointState.DRAFT, PointState.SUBMITTED}:
        reasons.append(_("%(point)s is not validated yet.") % {"point": point.reference})
    return reasons


def _outcome_reasons(
    paper: PositionPaper, point: Point, outcome: str, reason_code: str, reason: str, named: list[Paragraph]
) -> list[str]:
    reasons = []
    if (point.state == PointState.MERGED) != (outcome == Outcome.MERGED):
        reasons.append(_("The outcome “joined to another” is for joined points, and only for them."))
    if outcome != Outcome.ACCEPTED and not reason.strip():
        reasons.append(_("Enter a reason: the author will read it."))
    if outcome in WITH_CODE and reason_code not in ReasonCode.values:
        reasons.append(_("Choose the kind of reason."))
    if outcome in {Outcome.ACCEPTED, Outcome.IN_PART} and not named:
        reasons.append(_("Choose at least one paragraph that takes up the point."))
    if any(paragraph.section.paper_id != paper.pk for paragraph in named):
        reasons.append(_("Choose only paragraphs of this paper."))
    return reasons


def challenges_own_words(paper: PositionPaper, point: Point, by: User) -> bool:
    """Return whether `point` goes against a paragraph of `paper` that `by` wrote or reworded."""
    against = Grounding.objects.filter(point=point, relation=GroundingRelation.CONTRARY)
    return against.filter(wording__paragraph__section__paper=paper, wording__paragraph__wordings__by=by).exists()
