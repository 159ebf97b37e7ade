"""Amendments and their table of moves: proposed, co-sponsored, recommended, confirmed after changes of the text,
withdrawn.
"""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Stakeholder, User
from consultations.permissions import SECRETARIAT
from ncm_portal.workflow import (
    Blocked,
    Condition,
    Conflict,
    Move,
    all_of,
    demand,
    either,
    journal,
    locked,
    make,
    now,
    table,
    verb,
)
from positions import notifications
from positions.models import (
    TOUCHES,
    WITH_TEXT,
    Advice,
    Amendment,
    AmendmentState,
    Consent,
    CoSponsor,
    Operation,
    PaperState,
    Paragraph,
    PositionPaper,
    Recommendation,
    ReviewRound,
    Section,
    Wording,
)
from positions.permissions import (
    DRAFTERS,
    INVITED,
    SPONSOR,
    may_draft,
    may_propose_amendment,
    may_sponsor,
    speaks_for,
    sponsors,
)
from positions.text.diff import is_unsettled, merge, parts

S = AmendmentState
TEXT_OPEN = (PaperState.DRAFTING, PaperState.CONSOLIDATION)
REVIEWED = (PaperState.REVIEW, *TEXT_OPEN)


def paragraph_stands(amendment: Amendment) -> list[Condition]:
    """The paragraph is part of the text."""
    gone = Paragraph.objects.filter(pk=amendment.paragraph_id, removed_at__isnull=False).exists()
    return [either(not gone, _("The paragraph is part of the text"), _("This paragraph was removed from the text."))]


def words_may_change(amendment: Amendment) -> list[Condition]:
    """The review round is closed, and the paper is being consolidated."""
    words = _("The text can change only while the paper is drafted or consolidated. Now it is %(state)s.")
    return [_paper_is_in(amendment, TEXT_OPEN, _("The round is closed"), words)]


def amendments_are_under_way(amendment: Amendment) -> list[Condition]:
    """The paper is in review or being consolidated."""
    words = _("Amendments are decided only while the paper is in review or being consolidated. Now it is %(state)s.")
    return [_paper_is_in(amendment, REVIEWED, _("The amendments are not all decided yet"), words)]


def _paper_is_in(amendment: Amendment, states: tuple[str, ...], yes: str, no: str) -> Condition:
    [state] = PositionPaper.objects.filter(rounds=amendment.round_id).values_list("state", flat=True)
    return either(state in states, yes, no % {"state": PaperState(state).label})


text_can_take = all_of(words_may_change, paragraph_stands)
can_be_confirmed = all_of(amendments_are_under_way, paragraph_stands)

AMENDMENT_MOVES = table(
    Move(
        "accept_amendment",
        gettext_lazy("Accept"),
        (S.PROPOSED,),
        S.ACCEPTED,
        DRAFTERS,
        text_can_take,
        needs_reason=True,
    ),
    Move(
        "accept_in_part",
        gettext_lazy("Accept in part"),
        (S.PROPOSED, S.STALE),
        S.IN_PART,
        DRAFTERS,
        text_can_take,
        needs_reason=True,
    ),
    Move(
        "decline_amendment",
        gettext_lazy("Do not accept"),
        (S.PROPOSED, S.STALE),
        S.NOT_ACCEPTED,
        DRAFTERS,
        needs_reason=True,
    ),
    Move("outdate", gettext_lazy("Ask the sponsor again"), (S.PROPOSED,), S.STALE, DRAFTERS, undoes=True),
    Move(
        "confirm_amendment",
        gettext_lazy("Confirm against the new text"),
        (S.STALE,),
        S.PROPOSED,
        SPONSOR,
        can_be_confirmed,
    ),
    Move(
        "withdraw_amendment",
        gettext_lazy("Withdraw"),
        (S.PROPOSED, S.STALE),
        S.WITHDRAWN,
        SPONSOR,
    ),
)


# --- Proposing ------------------------------------------------------------------------------------------------------


@verb
def propose_amendment(
    review: ReviewRound,
    paragraph: Paragraph,
    *,
    by: User,
    sponsor: Stakeholder,
    reason: str,
    text: str = "",
    operation: str = Operation.REPLACE,
    section: Section | None = None,
    after: Paragraph | None = None,
) -> Amendment:
    """Propose an amendment to a paragraph for an organisation invited to the round.

    `text` is the whole new text of the paragraph, of a new one after it, or its parts separated by empty lines;
    `section` and `after` are the new position. Raises NotAllowed, or Blocked with every reason.
    """
    allowed = may_propose_amendment(by, review) and sponsor in sponsors(by, review)
    demand(allowed, who=INVITED, to=gettext_lazy("Propose an amendment"))
    paper = locked(review.paper)
    text = text.strip() if operation in WITH_TEXT else ""
    section, after = (section, after) if operation == Operation.MOVE else (None, None)
    made = Amendment(
        round=review, paragraph=paragraph, operation=operation, text=text, section=section, after=after,
        sponsor=sponsor, by=by, at=now(), reason=reason.strip(), base=paragraph.wording,
    )  # fmt: skip
    reasons = [*_not_open(review, paper, paragraph), *_says_nothing(made), *_is_proposed(made)]
    if not reason.strip():
        reasons.append(_("Enter a reason: the drafters and the other members will read it."))
    if reasons:
        raise Blocked(reasons)
    made.clean_fields()
    made.save()
    journal("propose_amendment", made, by=by, after=made.state, data={"operation": operation}, commits=[made])
    return made


def _not_open(review: ReviewRound, paper: PositionPaper, paragraph: Paragraph) -> list[str]:
    reasons = []
    if not review.is_open or paper.state != PaperState.REVIEW:
        reasons.append(_("The review round is not open."))
    if paragraph.section.paper_id != review.paper_id or paragraph.removed_at:
        reasons.append(_("The paragraph is not part of this text."))
    return reasons


def _says_nothing(made: Amendment) -> list[str]:
    """Return why an amendment would change nothing."""
    paragraph, operation = made.paragraph, made.operation
    if operation == Operation.MOVE:
        return _changes_nothing(made)
    if operation == Operation.SPLIT and len(parts(made.text)) < 2:
        return [_("Add an empty line where the new paragraph begins.")]
    if operation == Operation.INSERT and not made.text:
        return [_("Enter what the new paragraph should say.")]
    if operation == Operation.REPLACE and made.text in ("", paragraph.present_wording.text):
        return [_("Enter what the paragraph should say instead.")]
    return []


def _changes_nothing(made: Amendment) -> list[str]:
    target, after, paragraph = made.section, made.after, made.paragraph
    if target is None or (after and after.pk == paragraph.pk):
        return [_("Choose where to put the paragraph.")]
    if target.paper_id != paragraph.section.paper_id or (after and after.section_id != target.pk):
        return [_("Choose a place in the same paper.")]
    return []


def _is_proposed(made: Amendment) -> list[str]:
    """Return whether the same organisation has already proposed the same: resending has no effect."""
    same = {field: getattr(made, field) for field in ("paragraph", "sponsor", "operation", "text", "section", "after")}
    if made.round.amendments.open().filter(**same).exists():
        return [_("Your organisation has already proposed this text.")]
    return []


# --- Standing behind it ---------------------------------------------------------------------------------------------


@verb
def join_amendment(amendment: Amendment, *, by: User, body: Stakeholder) -> CoSponsor:
    """Co-sponsor an amendment as another invited organisation. Raises NotAllowed or Blocked."""
    demand(body in sponsors(by, amendment.round), who=INVITED, to=gettext_lazy("Co-sponsor an amendment"))
    row = locked(amendment)
    reasons = []
    if not row.is_open:
        reasons.append(_("The amendment is %(state)s.") % {"state": row.get_state_display()})
    if body.pk == row.sponsor_id:
        reasons.append(_("Your organisation is the sponsor."))
    if row.cosponsors.live().filter(stakeholder=body).exists():
        reasons.append(_("Your organisation is already a co-sponsor."))
    if reasons:
        raise Blocked(reasons)
    made = CoSponsor.objects.create(amendment=row, stakeholder=body, by=by, at=now())
    journal("join_amendment", row, by=by, data={"organisation": body.name})
    return made


@verb
def leave_amendment(cosponsor: CoSponsor, *, by: User) -> CoSponsor:
    """Stop co-sponsoring an amendment. Raises NotAllowed or Blocked."""
    demand(
        speaks_for(by, cosponsor.stakeholder_id),
        who=gettext_lazy("the co-sponsor"),
        to=gettext_lazy("Stop co-sponsoring an amendment"),
    )
    amendment, row = locked(cosponsor.amendment), locked(cosponsor)
    reasons = [_("Your organisation has already stopped co-sponsoring.")] if row.left_at else []
    if not amendment.is_open:
        reasons.append(_("The amendment is %(state)s.") % {"state": amendment.get_state_display()})
    if reasons:
        raise Blocked(reasons)
    row.left_by, row.left_at = by, now()
    row.save(update_fields=["left_by", "left_at"])
    journal("leave_amendment", amendment, by=by, data={"organisation": row.stakeholder.name})
    return row


@verb
def withdraw_amendment(amendment: Amendment, *, by: User) -> Amendment:
    """Withdraw one's own amendment."""
    return make(AMENDMENT_MOVES["withdraw_amendment"], amendment, by=by)


# --- When the text moves --------------------------------------------------------------------------------------------


@verb
def outdate(amendment: Amendment, *, by: User) -> Amendment:
    """Mark an amendment as stale after a change of its paragraph, and ask its sponsor to confirm it. Raises
    NotAllowed.
    """
    row = make(AMENDMENT_MOVES["outdate"], amendment, by=by)
    notifications.amendment_stale(row)
    return row


@verb
def outdate_all(paragraph: Paragraph, *, by: User, also_places: bool = False) -> int:
    """Mark the amendments to the text of a changed paragraph as stale; return how many.

    `also_places`: also those that would move it or add a paragraph after it, because it was removed.
    """
    waiting = Amendment.objects.filter(paragraph=paragraph, state=S.PROPOSED).order_by("pk")
    if not also_places:
        touching = [each for each, touched in TOUCHES.items() if "words" in touched]
        waiting = waiting.filter(operation__in=touching).exclude(base=paragraph.wording_id)
    stale = list(waiting)
    for amendment in stale:
        outdate(amendment, by=by)
    return len(stale)


def merged(amendment: Amendment) -> Any:
    """Return the proposed text merged into the present one, as offered to the sponsor of a stale amendment."""
    return merge(amendment.base.text, amendment.text, amendment.paragraph.present_wording.text)


@verb
def confirm_amendment(amendment: Amendment, *, by: User, text: str, base: Wording | int | None = None) -> Amendment:
    """Confirm a stale amendment with `text`, adapted to the wording `base` (default: the present one).

    Raises Conflict if the text changed again, NotAllowed, or Blocked with every reason.
    """
    locked(amendment.round.paper)

    def fit(row: Amendment) -> None:
        paragraph = Paragraph.objects.select_related("wording").get(pk=row.paragraph_id)
        if base is not None and (base.pk if isinstance(base, Wording) else base) != paragraph.wording_id:
            raise Conflict(paragraph)
        known = (row.text, row.base.text, paragraph.present_wording.text)
        row.text = text.strip() if row.operation in WITH_TEXT else ""
        row.paragraph = paragraph
        reasons = _says_nothing(row)
        if is_unsettled(row.text, *known):
            reasons.append(_("Keep the text that you want and delete the square brackets."))
        if reasons:
            raise Blocked(reasons)
        row.base = paragraph.present_wording
        row.clean_fields()

    return make(AMENDMENT_MOVES["confirm_amendment"], amendment, by=by, change=fit)


# --- Advice ---------------------------------------------------------------------------------------------------------


@verb
def recommend(amendment: Amendment, *, by: User, advice: str, reason: str, text: str = "") -> Recommendation:
    """Record the drafters' recommendation, and ask the sponsor to consent. It replaces an earlier one.

    Raises NotAllowed, or Blocked with every reason.
    """
    demand(may_draft(by, amendment), who=SECRETARIAT, to=gettext_lazy("Recommend a decision"))
    row = locked(amendment)
    text = text.strip() if advice == Advice.IN_PART else ""
    reasons = []
    if not row.is_open:
        reasons.append(_("The amendment is %(state)s.") % {"state": row.get_state_display()})
    if not reason.strip():
        reasons.append(_("Enter a reason: the sponsor will read it."))
    if advice == Advice.IN_PART and not text:
        reasons.append(_("Enter the text that you would accept."))
    if reasons:
        raise Blocked(reasons)
    before = list(row.recommendations.filter(replaced_at=None))
    for each in before:
        each.replaced_at = now()
        each.save(update_fields=["replaced_at"])
    made = Recommendation(amendment=row, advice=advice, text=text, reason=reason.strip(), by=by, at=now())
    made.clean_fields()
    made.save()
    journal("recommend", row, by=by, reason=reason, data={"advice": advice}, commits=[made, *before])
    notifications.amendment_advised(made)
    return made


@verb
def answer_recommendation(
    recommendation: Recommendation, *, by: User, consent: str, reason: str = ""
) -> Recommendation:
    """Consent to the drafters' recommendation, or insist on the amendment with a reason. Raises NotAllowed or
    Blocked.
    """
    amendment = locked(recommendation.amendment)
    demand(may_sponsor(by, amendment), who=SPONSOR, to=gettext_lazy("Answer a recommendation"))
    row = locked(recommendation)
    reasons = []
    if not amendment.is_open:
        reasons.append(_("The amendment is %(state)s.") % {"state": amendment.get_state_display()})
    if row.replaced_at:
        reasons.append(_("The drafters have changed their recommendation. Read the new one first."))
    if consent == Consent.INSISTS and not reason.strip():
        reasons.append(_("Enter why your organisation insists: the drafters will read it."))
    if reasons:
        raise Blocked(reasons)
    row.consent, row.consent_reason, row.consent_by, row.consent_at = consent, reason.strip(), by, now()
    row.clean_fields()
    row.save(update_fields=["consent", "consent_reason", "consent_by", "consent_at"])
    journal("answer_recommendation", amendment, by=by, reason=reason, data={"consent": consent}, commits=[row])
    return row
