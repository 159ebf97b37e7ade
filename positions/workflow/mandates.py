"""Which ministry clears which paragraph: mandates over themes, and changes for single paragraphs."""

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Membership, MembershipRole, Stakeholder, User
from consultations.permissions import SECRETARIAT
from ncm_portal.workflow import Blocked, deadline_passed, demand, journal, locked, now, verb
from positions import notifications
from positions.models import EditionKind, MandateChange, PaperState, Paragraph, PositionPaper, Stance
from positions.permissions import may_run
from positions.queries.papers import ministries_of

from .clearance import ask_about, replace_stances
from .conditions import standing

ADJUSTABLE = (
    PaperState.DRAFTING,
    PaperState.REVIEW,
    PaperState.CONSOLIDATION,
    PaperState.CLEARANCE_TEXT,
    PaperState.IN_CLEARANCE,
)


@verb
def adjust_mandate(paragraph: Paragraph, ministry: Stakeholder, *, by: User, adds: bool, reason: str) -> MandateChange:
    """Let a ministry clear one additional paragraph (`adds`), or remove one from what it clears.

    During clearance the ministry is asked at once, with the latest due time of the others, or its stance on the
    paragraph ends. Raises NotAllowed, or Blocked with every reason.
    """
    demand(may_run(by, paragraph.section.paper), who=SECRETARIAT, to=gettext_lazy("Change who clears a paragraph"))
    paper = locked(paragraph.section.paper)
    reasons = _objections(paper, paragraph, ministry, adds, reason)
    if reasons:
        raise Blocked(reasons)
    made = MandateChange.objects.create(
        paper=paper, paragraph=paragraph, ministry=ministry, adds=adds, reason=reason.strip(), by=by, at=now()
    )
    data = {"paragraph": str(paragraph.key), "ministry": ministry.name}
    journal("add_mandate" if adds else "take_mandate_out", paper, by=by, reason=reason, data=data)
    if paper.state == PaperState.IN_CLEARANCE:
        _ask_now(paper, paragraph, ministry, by, adds)
    return made


def _objections(
    paper: PositionPaper, paragraph: Paragraph, ministry: Stakeholder, adds: bool, reason: str
) -> list[str]:
    reasons = []
    if paper.state not in ADJUSTABLE:
        reasons.append(_("Mandates can change only until the text is cleared."))
    row = standing(paper).filter(pk=paragraph.pk).select_related("section").first()
    if row is None:
        reasons.append(_("The paragraph is not part of this text."))
    elif (ministry in ministries_of([row])) == adds:
        had = _("%(name)s already clears this paragraph.") if adds else _("%(name)s does not clear this paragraph.")
        reasons.append(had % {"name": ministry.name})
    officers = Membership.objects.live().filter(stakeholder=ministry, role=MembershipRole.CLEARING_OFFICER)
    if adds and not officers.exists():
        reasons.append(_("%(name)s has no clearing officer.") % {"name": ministry.name})
    if not reason.strip():
        reasons.append(_("Enter a reason. It is kept in the journal."))
    last = paper.clearances.aggregate(last=Max("due_at"))["last"]
    if adds and paper.state == PaperState.IN_CLEARANCE and (last is None or deadline_passed(last)):
        reasons.append(_("Every due time has passed: reopen the text to ask another ministry."))
    return reasons


def _ask_now(paper: PositionPaper, paragraph: Paragraph, ministry: Stakeholder, by: User, adds: bool) -> None:
    if not adds:
        rows = Stance.objects.filter(clearance__paper=paper, clearance__ministry=ministry, paragraph=paragraph)
        for clearance in paper.clearances.filter(ministry=ministry):
            replace_stances(rows, clearance, by=by)
        return
    due_at = paper.clearances.aggregate(last=Max("due_at"))["last"]
    text = paper.editions.filter(kind=EditionKind.CLEARANCE).first()
    assert text is not None  # it is being cleared
    mandated = ministries_of(standing(paper).select_related("section", "wording"))
    ask_about(paper, {ministry: mandated[ministry]}, text, by, due_at)
    notifications.clearance_requested(paper.clearances.filter(ministry=ministry).select_related("ministry", "paper"))
