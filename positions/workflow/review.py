"""Review rounds, and decisions on amendments, which are separate from their application to the text."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import User
from consultations.permissions import SECRETARIAT
from ncm_portal.workflow import Blocked, Conflict, deadline_passed, demand, journal, locked, make, now, verb
from positions import edition, notifications
from positions.models import (
    Amendment,
    Audience,
    EditionKind,
    Operation,
    PaperState,
    Paragraph,
    PositionPaper,
    ReviewRound,
    Wording,
    rivals,
)
from positions.permissions import may_draft
from positions.text.diff import parts

from .amendments import AMENDMENT_MOVES
from .drafting import add_paragraph, move_paragraph, remove_paragraph, reword
from .papers import PAPER_MOVES
from .split_merge import split_paragraph

REMIND_BEFORE = timedelta(days=2)


@verb
def open_review(
    paper: PositionPaper, *, by: User, closes_at: datetime, audience: str = Audience.MEMBERS
) -> PositionPaper:
    """Freeze the text as a review edition and let those invited propose amendments until `closes_at`. Mails them."""

    def check_window(row: PositionPaper) -> None:
        if deadline_passed(closes_at):
            raise Blocked(_("The review round must close after it opens. Choose a later time."))

    data = {"closes": closes_at.isoformat(), "audience": str(audience)}
    row = make(PAPER_MOVES["open_review"], paper, by=by, change=check_window, data=data)
    number = row.rounds.count() + 1
    with translation.override(row.language):
        status = _("Text for review, round %(number)s") % {"number": number}
    frozen = edition.freeze(
        row, number=edition.next_number(row, EditionKind.REVIEW), kind=EditionKind.REVIEW, status=status, by=by
    )
    review = ReviewRound.objects.create(
        paper=row, number=number, edition=frozen, opens_at=now(), closes_at=closes_at, audience=audience
    )
    notifications.review_opened(review)
    return row


@verb
def close_review(paper: PositionPaper, *, by: User) -> PositionPaper:
    """End a review round after its closing time."""
    return make(PAPER_MOVES["close_review"], paper, by=by)


@verb
def extend_review(paper: PositionPaper, *, by: User, closes_at: datetime, reason: str) -> PositionPaper:
    """Move the closing time of the round to a later one in the future. Mails those invited, and reminds them again."""
    data: dict[str, object] = {}

    def move_hour(row: PositionPaper) -> None:
        review = locked(row.rounds.latest("number"))
        if closes_at <= review.closes_at or deadline_passed(closes_at):
            raise Blocked(_("The new time must be in the future and later than the old one."))
        data.update(round=review.number, to=closes_at.isoformat(), **{"from": review.closes_at.isoformat()})
        review.closes_at, review.reminded_at = closes_at, None
        review.save(update_fields=["closes_at", "reminded_at"])
        notifications.review_extended(review)

    return make(PAPER_MOVES["extend_review"], paper, by=by, reason=reason, change=move_hour, data=data)


@verb
def reopen_review(paper: PositionPaper, *, by: User, closes_at: datetime, reason: str) -> PositionPaper:
    """Open the last round again until `closes_at`, while nothing was decided. Mails those invited."""
    data: dict[str, object] = {}

    def move_hour(row: PositionPaper) -> None:
        if deadline_passed(closes_at):
            raise Blocked(_("The review round must close after it opens. Choose a later time."))
        review = locked(row.rounds.latest("number"))
        data.update(round=review.number, to=closes_at.isoformat(), **{"from": review.closes_at.isoformat()})
        review.closes_at, review.reminded_at = closes_at, None
        review.save(update_fields=["closes_at", "reminded_at"])
        notifications.review_extended(review)

    return make(PAPER_MOVES["reopen_review"], paper, by=by, reason=reason, change=move_hour, data=data)


def remind_reviews() -> int:
    """Remind those invited without an amendment, once before a round closes; return how many rounds.

    Periodic task. Two days before, or halfway in a round shorter than four days.
    """
    waiting = ReviewRound.objects.filter(reminded_at=None, paper__state=PaperState.REVIEW)
    near = waiting.filter(opens_at__lte=now(), closes_at__range=(now(), now() + REMIND_BEFORE))
    return sum(_remind(pk) for pk in list(near.values_list("pk", flat=True)))


@transaction.atomic
def _remind(pk: int) -> bool:
    rows = ReviewRound.objects.select_for_update(skip_locked=True, of=("self",), no_key=True).select_related("paper")
    row = rows.filter(pk=pk, reminded_at=None).first()
    if row is None or now() < row.closes_at - min(REMIND_BEFORE, (row.closes_at - row.opens_at) / 2):
        return False
    row.reminded_at = now()
    row.save(update_fields=["reminded_at"])
    journal("remind", row.paper, by=None, data={"round": row.number})
    notifications.review_closes(row)
    return True


# --- Decisions ------------------------------------------------------------------------------------------------------


def _decided(by: User, reason: str) -> Callable[[Amendment], None]:
    def stamp(row: Amendment) -> None:
        row.decided_by, row.decided_at, row.decision_reason = by, now(), reason.strip()

    return stamp


@verb
def accept_amendment(amendment: Amendment, *, by: User, reason: str) -> Amendment:
    """Accept an amendment as proposed, and apply it to the text unless it conflicts with others.

    Raises NotAllowed or Blocked with every reason. Mails the sponsor.
    """
    locked(amendment.round.paper)  # before the amendment: all changes of text lock in this order
    row = make(AMENDMENT_MOVES["accept_amendment"], amendment, by=by, reason=reason, change=_decided(by, reason))
    return _decided_on(row, by)


@verb
def accept_in_part(
    amendment: Amendment, *, by: User, reason: str, text: str, base: Wording | int | None = None
) -> Amendment:
    """Accept an amendment with an adapted `text`, based on the wording `base`, with the reason.

    Raises Conflict if the paragraph has another wording than `base`, NotAllowed, or Blocked.
    """
    locked(amendment.round.paper)

    def stamp(row: Amendment) -> None:
        [paragraph] = Paragraph.objects.select_related("wording").filter(pk=row.paragraph_id)
        if base is not None and (base.pk if isinstance(base, Wording) else base) != paragraph.wording_id:
            raise Conflict(paragraph)
        reasons = []
        if row.operation == Operation.MOVE:
            reasons.append(_("A move cannot be accepted in part. Accept it, or do not accept it."))
        if not text.strip():
            reasons.append(_("Enter the text that you accept."))
        if reasons:
            raise Blocked(reasons)
        row.decided_text, row.base = text.strip(), paragraph.present_wording
        _decided(by, reason)(row)
        row.clean_fields()

    row = make(AMENDMENT_MOVES["accept_in_part"], amendment, by=by, reason=reason, change=stamp)
    return _decided_on(row, by)


@verb
def decline_amendment(amendment: Amendment, *, by: User, reason: str) -> Amendment:
    """Decline an amendment with the reason. Mails the sponsor."""
    locked(amendment.round.paper)
    row = make(AMENDMENT_MOVES["decline_amendment"], amendment, by=by, reason=reason, change=_decided(by, reason))
    return _decided_on(row, by)


def _decided_on(row: Amendment, by: User) -> Amendment:
    """Mail the sponsor, and apply accepted amendments of this paragraph without open conflicts."""
    notifications.amendment_decided(row)
    others = list(Amendment.objects.filter(paragraph=row.paragraph_id).select_related("sponsor", "base"))
    for each in others:
        if each.is_untaken and not rivals(each, others) and _fits(each):
            _carry_out(each, by)
            if each.pk == row.pk:
                row.taken_at = each.taken_at
    return row


def _fits(amendment: Amendment) -> bool:
    """Return whether it can be applied unchanged: to the very wording that it is based on."""
    paragraph = Paragraph.objects.get(pk=amendment.paragraph_id)
    if amendment.operation in (Operation.INSERT, Operation.MOVE):
        return paragraph.removed_at is None
    return paragraph.removed_at is None and paragraph.wording_id == amendment.base_id


def _carry_out(amendment: Amendment, by: User) -> None:
    why = _("Amendment of %(name)s: %(reason)s") % {"name": amendment.sponsor.label, "reason": amendment.reason}
    paragraph = Paragraph.objects.select_related("section", "wording").get(pk=amendment.paragraph_id)
    CARRY_OUT[amendment.operation](amendment, paragraph, by, why[:500])
    _mark_taken(amendment)


def _mark_taken(amendment: Amendment) -> None:
    amendment.taken_at = now()
    amendment.save(update_fields=["taken_at"])


def _replace(amendment: Amendment, paragraph: Paragraph, by: User, why: str) -> None:
    reword(paragraph, by=by, text=amendment.final_text, why=why, base=amendment.base)


def _insert(amendment: Amendment, paragraph: Paragraph, by: User, why: str) -> None:
    add_paragraph(paragraph.section, by=by, text=amendment.final_text, why=why, after=paragraph)


def _delete(amendment: Amendment, paragraph: Paragraph, by: User, why: str) -> None:
    if amendment.decided_text:  # in part: some of it is left out
        _replace(amendment, paragraph, by, why)
    else:
        remove_paragraph(paragraph, by=by, reason=why)


def _move(amendment: Amendment, paragraph: Paragraph, by: User, why: str) -> None:
    first = amendment.after is None
    move_paragraph(paragraph, by=by, section=amendment.section, after=amendment.after, first=first)


def _split(amendment: Amendment, paragraph: Paragraph, by: User, why: str) -> None:
    _divide(paragraph, amendment.final_text, by, why, amendment.base)


def _divide(paragraph: Paragraph, text: str, by: User, why: str, base: Wording | int | None) -> None:
    """Reword the paragraph; each further part becomes a new paragraph after it, as in a split."""
    texts = parts(text)
    if len(texts) > 1:
        split_paragraph(paragraph, by=by, texts=texts, why=why, base=base.pk if isinstance(base, Wording) else base)
    else:
        reword(paragraph, by=by, text=text, why=why, base=base)


CARRY_OUT: dict[str, Callable[[Amendment, Paragraph, User, str], None]] = {
    Operation.REPLACE: _replace,
    Operation.INSERT: _insert,
    Operation.DELETE: _delete,
    Operation.MOVE: _move,
    Operation.SPLIT: _split,
}


# --- One text of several --------------------------------------------------------------------------------------------


@verb
def choose_text(paragraph: Paragraph, *, by: User, text: str, why: str, base: Wording | int | None = None) -> Paragraph:
    """Choose the final text of a paragraph with accepted amendments that are not in the text yet.

    An empty line starts a new paragraph if one of them splits it. Raises Conflict if the text changed meanwhile,
    NotAllowed, or Blocked with every reason.
    """
    demand(may_draft(by, paragraph), who=SECRETARIAT, to=gettext_lazy("Choose one text"))
    locked(PositionPaper.objects.get(sections=paragraph.section_id))
    result = list(Amendment.objects.filter(paragraph=paragraph).select_related("sponsor", "section", "after"))
    waiting = [each for each in result if each.is_untaken and each.operation != Operation.INSERT]
    reasons = []
    if not waiting:
        reasons.append(_("This paragraph has no accepted amendment without a decided text."))
    if any(each.is_open for rival in waiting for each in rivals(rival, result)):
        reasons.append(_("Decide on the other amendments of this paragraph first."))
    if not text.strip():
        reasons.append(_("Enter the text of the paragraph."))
    if reasons:
        raise Blocked(reasons)
    for each in waiting:
        if each.operation == Operation.MOVE:
            _move(each, paragraph, by, why)
    fresh = Paragraph.objects.select_related("section", "wording").get(pk=paragraph.pk)
    if any(each.operation == Operation.SPLIT for each in waiting):
        _divide(fresh, text, by, why, base)
    else:
        reword(fresh, by=by, text=text, why=why, base=base)
    for each in waiting:
        _mark_taken(each)
    journal("choose_text", fresh, by=by, reason=why, data={"amendments": [each.pk for each in waiting]})
    return Paragraph.objects.select_related("section", "wording").get(pk=paragraph.pk)
