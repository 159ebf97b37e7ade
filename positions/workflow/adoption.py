"""Adoption by the meeting, publication by two officers, and answers to authors."""

from django.contrib.auth.models import AnonymousUser
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from consultations import workflow as consultation_workflow
from consultations.models import Point, PointState, Stakeholder, User
from consultations.permissions import SECRETARIAT
from ncm_portal.workflow import Blocked, demand, journal, locked, make, now, verb
from positions import edition, notifications
from positions.models import (
    BEFORE_ADOPTION,
    Artefact,
    Decision,
    Disposition,
    Edition,
    EditionKind,
    PaperState,
    Paragraph,
    PositionPaper,
    QuorumCount,
    Reservation,
    Rule,
    Stance,
    StanceValue,
)
from positions.permissions import (
    CHAIR,
    RESERVERS,
    may_chair,
    may_confirm_reservation,
    may_run,
    may_withdraw_reservation,
)
from positions.queries.papers import may_replace

from .conditions import decided_on, final_edition, left_out, live_stances, standing, unprintable
from .meeting import BEFORE_THE_MEETING, last_count, last_roll_call, withdraw_before
from .papers import PAPER_MOVES
from .quorum import counted

NO_SUCCESSOR = gettext_lazy(
    "“%(title)s” cannot replace this paper: it was not published later for the same "
    "consultation, and does not name this paper as its predecessor."
)
AFTER_CLEARANCE = (PaperState.CLEARED, PaperState.FORUM_TEXT, PaperState.IN_SESSION)
LEFT_OUT = "Left out by the meeting."  # in English, like all content of editions


@verb
def lay_before_forum(paper: PositionPaper, *, by: User) -> PositionPaper:
    """Freeze the cleared text as the edition for the forum's decision."""
    row = make(PAPER_MOVES["lay_before_forum"], paper, by=by)
    number = edition.next_number(row, EditionKind.FORUM)
    edition.freeze(row, number=number, kind=EditionKind.FORUM, status=gettext_lazy("Text before the forum"), by=by)
    return row


@verb
def count_quorum(paper: PositionPaper, *, by: User) -> QuorumCount:
    """Count the present member institutions and groups from the check-ins, and freeze the electorate.

    The quorum is a setting of the consultation. Raises NotAllowed, or Blocked without a forum and after the decision.
    """
    demand(may_chair(by, paper), who=CHAIR, to=gettext_lazy("Count the quorum"))
    reasons = [] if paper.forum else [_("Choose the forum that adopts the paper.")]
    if locked(paper).state not in BEFORE_ADOPTION:
        reasons.append(_("The decision is made, so the quorum cannot be counted again."))
    if reasons:
        raise Blocked(reasons)
    count = counted(paper, by)
    data = {"present": count.members_present, "of": count.members_total}
    journal("count_quorum", paper, by=by, data=data, commits=[count])
    return count


@verb
def begin_session(paper: PositionPaper, *, by: User) -> PositionPaper:
    """Start discussing the text in a session with a quorum."""
    return make(PAPER_MOVES["begin_session"], paper, by=by)


@verb
def record_reservation(
    paper: PositionPaper, *, stakeholder: Stakeholder, paragraph: Paragraph, text: str, by: User
) -> Reservation:
    """Record an organisation's reservation on a paragraph, without blocking it.

    Raises NotAllowed, or Blocked with every reason.
    """
    allowed = may_chair(by, paper) or may_run(by, paper)
    demand(allowed, who=SECRETARIAT, to=gettext_lazy("Record a reservation"))
    row = locked(paper)
    reasons = []
    if row.state not in BEFORE_THE_MEETING:
        reasons.append(_("Reservations are recorded from clearance until the decision."))
    return _reserve(row, stakeholder, paragraph, text, by, reasons)


@verb
def confirm_reservation(stance: Stance, *, text: str, by: User, seen: int | None = None) -> Reservation:
    """Put a reservation on record that a ministry announced in clearance, as the ministry or the chair. `seen` is the
    key of the wording that was read.

    Raises NotAllowed, or Blocked with every reason.
    """
    clearance = stance.clearance
    demand(may_confirm_reservation(by, clearance), who=RESERVERS, to=gettext_lazy("Confirm a reservation"))
    row, paragraph = locked(clearance.paper), locked(stance.paragraph)
    reasons = []
    if row.state not in AFTER_CLEARANCE:
        reasons.append(_("Announced reservations are confirmed from the end of the clearance until the decision."))
    if not live_stances(row).filter(pk=stance.pk, value=StanceValue.RESERVATION).exists():
        reasons.append(_("The ministry does not announce this reservation any more."))
    if seen is not None and seen != paragraph.wording_id:
        reasons.append(_("The words of the paragraph changed meanwhile. Read them, then confirm again."))
    return _reserve(row, clearance.ministry, paragraph, text, by, reasons)


def _reserve(
    paper: PositionPaper, stakeholder: Stakeholder, paragraph: Paragraph, text: str, by: User, reasons: list[str]
) -> Reservation:
    if not text.strip():
        reasons.append(_("Enter the text of the reservation as it should be printed."))
    if not standing(paper).filter(pk=paragraph.pk).exists():
        reasons.append(_("The paragraph is not part of this text."))
    if paper.reservations.filter(stakeholder=stakeholder, paragraph=paragraph, withdrawn_at=None).exists():
        reasons.append(_("This organisation already has a reservation on this paragraph."))
    if reasons:
        raise Blocked(reasons)
    reservation = Reservation.objects.create(
        paper=paper, stakeholder=stakeholder, paragraph=paragraph, text=text.strip(), recorded_by=by, recorded_at=now()
    )
    data = {"organisation": stakeholder.name, "paragraph": str(paragraph.key)}
    journal("reserve", paper, by=by, data=data, commits=[reservation])
    return reservation


@verb
def withdraw_reservation(reservation: Reservation, *, by: User, reason: str) -> Reservation:
    """Withdraw a reservation before the decision. Raises NotAllowed, or Blocked with every reason."""
    demand(may_withdraw_reservation(by, reservation), who=CHAIR, to=gettext_lazy("Withdraw a reservation"))
    return withdraw_before(reservation, by=by, reason=reason, over=_("This reservation can no longer be withdrawn."))


def _rule_reasons(paper: PositionPaper, rule: str, reasons: str) -> list[str]:
    reserved = paper.reservations.filter(withdrawn_at=None).exists()
    result = []
    if rule not in {Rule.CONSENSUS, Rule.WITH_RESERVATIONS}:
        result.append(_("Choose the rule by which the text is adopted."))
    if rule == Rule.CONSENSUS and reserved:
        result.append(_("There are reservations: declare consensus with reservations."))
    if rule == Rule.WITH_RESERVATIONS and not reserved:
        result.append(_("There is no reservation: declare consensus."))
    if rule == Rule.WITH_RESERVATIONS and not reasons.strip():
        result.append(_("Enter the chair's reasons: they are printed in the record."))
    return result


@verb
def adopt(paper: PositionPaper, *, by: User, rule: str, reasons: str = "") -> PositionPaper:
    """Declare the text adopted by `rule`, and freeze edition 1.0 with the record of the decision.

    Raises NotAllowed or Blocked with every reason.
    """

    def check_rule(row: PositionPaper) -> None:
        result = _rule_reasons(row, rule, reasons) + unprintable(row)
        if result:
            raise Blocked(result)

    row = make(PAPER_MOVES["adopt"], paper, by=by, reason=reasons, change=check_rule, data={"rule": rule})
    _leave_out(row, by)
    decision = _decide(row, rule, reasons, by)
    edition.freeze(row, number="1.0", kind=EditionKind.ADOPTED, status=_adopted_as(row, rule), by=by, decision=decision)
    return row


def _leave_out(paper: PositionPaper, by: User) -> None:
    """Remove the paragraphs that the meeting left out from the adopted text."""
    for paragraph in left_out(paper):
        paragraph.removed_at = now()
        paragraph.save(update_fields=["removed_at"])
        journal("remove", paragraph, by=by, reason=LEFT_OUT, commits=[paragraph])


def _decide(paper: PositionPaper, rule: str, reasons: str, chair: User) -> Decision:
    text, count = paper.editions.filter(kind=EditionKind.FORUM).first(), last_count(paper)
    assert paper.forum is not None  # the move asks for it, as for the two others
    assert text is not None
    assert count is not None
    return Decision.objects.create(
        paper=paper,
        forum=paper.forum,
        edition=text,
        quorum=count,
        roll_call=last_roll_call(paper),
        is_by_paragraph=decided_on(paper).exists(),
        rule=rule,
        reasons=reasons.strip(),
        chair=chair,
        at=now(),
    )


def _adopted_as(paper: PositionPaper, rule: str) -> str:
    """Return the status for the cover in the language of the paper, like all canonical content."""
    with translation.override(paper.language):
        if rule == Rule.CONSENSUS:
            return _("Adopted by consensus")
        count = paper.reservations.filter(withdrawn_at=None).count()
        words = ngettext(
            "Adopted by consensus, %(count)s reservation", "Adopted by consensus, %(count)s reservations", count
        )
        return words % {"count": count}


@verb
def not_adopt(paper: PositionPaper, *, by: User, reason: str) -> PositionPaper:
    """Record that the meeting did not adopt the text, with the reason; it goes back to consolidation."""
    decided: list[Decision] = []

    def write_down(row: PositionPaper) -> None:
        decided.append(_decide(row, Rule.NOT_ADOPTED, reason, by))

    return make(PAPER_MOVES["not_adopt"], paper, by=by, reason=reason, change=write_down, commits=decided)


@verb
def make_files(frozen: Edition, *, by: User) -> Edition:
    """Render the files of an edition, once; a file that fails its checks is not stored. Raises NotAllowed or
    Blocked.
    """
    demand(may_run(by, frozen.paper), who=SECRETARIAT, to=gettext_lazy("Make the files of an edition"))
    edition.render_artefacts(frozen)
    journal("make_files", frozen, by=by, commits=frozen.artefacts.all())
    return frozen


@verb
def make_form(frozen: Edition, form: str, *, by: User | AnonymousUser) -> Artefact:
    """Render an edition in another format on first request by a permitted reader. Raises Blocked."""
    made = edition.render_artefact(frozen, form)
    journal("make_form", frozen, by=by, data={"form": form}, commits=[made])
    return made


@verb
def propose_publication(paper: PositionPaper, *, by: User) -> PositionPaper:
    """Propose publication as the first of two officers."""

    def sign(row: PositionPaper) -> None:
        row.publication_proposed_by, row.publication_proposed_at = by, now()

    return make(PAPER_MOVES["propose_publication"], paper, by=by, change=sign)


@verb
def publish(paper: PositionPaper, *, by: User) -> PositionPaper:
    """Publish as the second officer: the adopted edition becomes public, and every point is answered at once.

    Mails each author the answers to their points. Raises NotAllowed or Blocked.
    """

    def sign(row: PositionPaper) -> None:
        adopted = final_edition(row)
        assert adopted is not None  # its state says so
        result = edition.problems(adopted)  # the files may have changed since rendering
        if result:
            raise Blocked(result)
        row.published_by, row.published_at = by, now()
        answered.extend(row.dispositions.filter(answered_at=None).select_for_update(of=("self",), no_key=True))
        row.dispositions.filter(answered_at=None).update(answered_at=row.published_at)
        for each in answered:
            each.answered_at = row.published_at

    answered: list[Disposition] = []
    row = make(PAPER_MOVES["publish"], paper, by=by, change=sign, commits=answered)
    for point in Point.objects.filter(dispositions__paper=row, state=PointState.VALIDATED):
        consultation_workflow.dispose(point, by=by)
    notifications.answered(row)
    return row


@verb
def supersede(paper: PositionPaper, *, by: User, newer: PositionPaper, reason: str) -> PositionPaper:
    """Mark a published paper as superseded by a newer one, of the same consultation or with it as its predecessor; it
    stays readable at its URL. Raises NotAllowed or Blocked.
    """

    def check_newer(row: PositionPaper) -> None:
        if newer.state != PaperState.PUBLISHED:
            raise Blocked(_("The newer paper must be published first."))
        if not may_replace(row).filter(pk=newer.pk).exists():
            raise Blocked(NO_SUCCESSOR % {"title": newer.title})

    data = {"newer": newer.slug}
    return make(PAPER_MOVES["supersede"], paper, by=by, reason=reason, change=check_newer, data=data)


@verb
def take_back_supersession(paper: PositionPaper, *, by: User, reason: str) -> PositionPaper:
    """Put a superseded paper in force again."""
    return make(PAPER_MOVES["take_back_supersession"], paper, by=by, reason=reason)
