"""Review rounds: members read a frozen edition and propose other words."""

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Stakeholder, User
from ncm_portal.workflow import Blocked, Move, deadline_passed, demand, journal, locked, make, now, table, verb
from positions import edition, emails
from positions.models import (
    Amendment,
    AmendmentState,
    EditionKind,
    PaperState,
    Paragraph,
    PositionPaper,
    ReviewRound,
    Wording,
)
from positions.permissions import may_draft, may_propose_amendment, may_sponsor, sponsors

from .drafting import reword
from .moves import PAPER_MOVES

S = AmendmentState
SECRETARIAT = gettext_lazy("the secretariat")
MEMBERS = gettext_lazy("members of the NCM")
SPONSOR = gettext_lazy("the sponsor")

AMENDMENT_MOVES = table(
    Move("accept_amendment", gettext_lazy("Accept"), (S.PROPOSED,), S.ACCEPTED, may_draft, SECRETARIAT),
    Move(
        "decline_amendment",
        gettext_lazy("Do not accept"),
        (S.PROPOSED,),
        S.NOT_ACCEPTED,
        may_draft,
        SECRETARIAT,
        needs_reason=True,
    ),
    Move("withdraw_amendment", gettext_lazy("Withdraw"), (S.PROPOSED,), S.WITHDRAWN, may_sponsor, SPONSOR),
)


@verb
def open_review(paper: PositionPaper, *, by: User, closes_at: datetime) -> PositionPaper:
    """Freeze the text as a review edition and let members propose amendments until `closes_at`. Mails the members."""

    def check_window(row: PositionPaper) -> None:
        if deadline_passed(closes_at):
            raise Blocked(_("The review round must close after it opens: choose a later moment."))

    row = make(PAPER_MOVES["open_review"], paper, by=by, change=check_window, data={"closes": closes_at.isoformat()})
    number = row.rounds.count() + 1
    frozen = edition.freeze(
        row,
        number=edition.next_number(row, EditionKind.REVIEW),
        kind=EditionKind.REVIEW,
        status=f"Text for review, round {number}",
        by=by,
    )
    review = ReviewRound.objects.create(paper=row, number=number, edition=frozen, opens_at=now(), closes_at=closes_at)
    emails.review_opened(review)
    return row


@verb
def close_review(paper: PositionPaper, *, by: User) -> PositionPaper:
    """End a review round whose window is over."""
    return make(PAPER_MOVES["close_review"], paper, by=by)


@verb
def propose_amendment(
    review: ReviewRound, paragraph: Paragraph, *, by: User, sponsor: Stakeholder, text: str, reason: str
) -> Amendment:
    """Propose other words for a paragraph in the name of a verified member organisation.

    Raises NotAllowed, or Blocked with every reason.
    """
    allowed = may_propose_amendment(by, review) and sponsor in sponsors(by)
    demand(allowed, who=MEMBERS, to=gettext_lazy("Propose an amendment"))
    paper = locked(review.paper)
    reasons = []
    if not review.is_open or paper.state != PaperState.REVIEW:
        reasons.append(_("The review round is not open."))
    if paragraph.section.paper_id != review.paper_id or paragraph.removed_at:
        reasons.append(_("The paragraph is not part of this text."))
    if not text.strip() or text.strip() == paragraph.wording.text:
        reasons.append(_("Write what the paragraph should say instead."))
    if not reason.strip():
        reasons.append(_("Say why: the drafters and the other members will read it."))
    if _is_proposed(review, paragraph, sponsor, text):
        reasons.append(_("Your organisation has proposed these words already."))
    if reasons:
        raise Blocked(reasons)
    amendment = Amendment(
        round=review,
        paragraph=paragraph,
        base=paragraph.wording,
        text=text.strip(),
        reason=reason.strip(),
        sponsor=sponsor,
        by=by,
        at=now(),
    )
    amendment.clean_fields()
    amendment.save()
    journal("propose_amendment", amendment, by=by, after=amendment.state)
    return amendment


def _is_proposed(review: ReviewRound, paragraph: Paragraph, sponsor: Stakeholder, text: str) -> bool:
    waiting = review.amendments.filter(paragraph=paragraph, sponsor=sponsor, state=AmendmentState.PROPOSED)
    return waiting.filter(text=text.strip()).exists()


def _decided(by: User, reason: str) -> Callable[[Amendment], None]:
    def stamp(row: Amendment) -> None:
        row.decided_by, row.decided_at, row.decision_reason = by, now(), reason.strip()

    return stamp


@verb
def accept_amendment(
    amendment: Amendment, *, by: User, reason: str = "", text: str = "", base: Wording | int | None = None
) -> Amendment:
    """Take the proposed words into the text. Raises Conflict when the paragraph has changed since it was proposed.

    Then they can be fitted in: `text` is what the paragraph shall say, `base` the wording that it was fitted to.
    Words other than those proposed need a reason, which the sponsor reads. Raises NotAllowed or Blocked.
    """
    fitted = text.strip() or amendment.text
    if fitted != amendment.text and not reason.strip():
        raise Blocked(_("Say how the proposed words were fitted in: the sponsor will read it."))
    row = make(AMENDMENT_MOVES["accept_amendment"], amendment, by=by, reason=reason, change=_decided(by, reason))
    why = _("Amendment of %(name)s: %(reason)s") % {"name": row.sponsor.label, "reason": row.reason}
    reword(row.paragraph, by=by, text=fitted, why=why[:500], base=row.base if base is None else base)
    emails.amendment_decided(row)
    return row


@verb
def decline_amendment(amendment: Amendment, *, by: User, reason: str) -> Amendment:
    """Leave the text as it is and say why. Mails the sponsor."""
    row = make(AMENDMENT_MOVES["decline_amendment"], amendment, by=by, reason=reason, change=_decided(by, reason))
    emails.amendment_decided(row)
    return row


@verb
def withdraw_amendment(amendment: Amendment, *, by: User) -> Amendment:
    """Take back one's own amendment."""
    return make(AMENDMENT_MOVES["withdraw_amendment"], amendment, by=by)
