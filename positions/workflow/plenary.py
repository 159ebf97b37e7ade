"""Plenary: decisions on single paragraphs, and the screen of the room.

Each decision freezes the present electorate and quorum. The last decision on a paragraph counts; earlier ones are kept.
Changes by plenary become ordinary wordings, so that the adopted edition contains them; the text put before the forum is
not changed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Forum, ForumSession, Stakeholder, User
from consultations.permissions import SECRETARIAT, is_secretariat
from ncm_portal.workflow import Blocked, demand, journal, locked, now, verb
from positions.models import (
    NOT_ADOPTED,
    FloorDecision,
    FloorMode,
    FloorOutcome,
    PaperState,
    Paragraph,
    PositionPaper,
    QuorumCount,
    Reservation,
    Screen,
)
from positions.permissions import CHAIR, may_chair
from positions.queries.papers import paragraph_numbers

from .adoption import record_reservation
from .conditions import decided_on, standing
from .drafting import change_words
from .meeting import VOTES
from .quorum import count_of, figures


@dataclass(frozen=True)
class Ruling:
    """Decision on one paragraph as recorded by the chair.

    `amendment` is a wording proposed from the floor by `moved_by`: it becomes the text unless the paragraph is adopted
    `as_tabled` or not adopted. `tally` is a show of hands, `votes` a roll call by institution name: yes is for the
    decision. `reserving` makes a reservation with the text `reservation`.
    """

    outcome: str
    mode: str = FloorMode.CONSENSUS
    amendment: str = ""
    moved_by: Stakeholder | None = None
    as_tabled: bool = False
    tally: Mapping[str, int] = field(default_factory=dict)
    votes: Mapping[str, str] = field(default_factory=dict)
    reserving: Stakeholder | None = None
    reservation: str = ""
    note: str = ""

    @property
    def changes_words(self) -> bool:
        """Return whether the wording proposed from the floor becomes the text."""
        return bool(self.amendment.strip()) and not self.as_tabled and self.outcome not in NOT_ADOPTED

    @property
    def counts(self) -> dict[str, int]:
        """Return yes, no and abstain; empty for consensus."""
        if self.mode == FloorMode.CONSENSUS:
            return {}
        result = Counter(self.votes.values()) if self.mode == FloorMode.ROLL_CALL else self.tally
        return {vote: result.get(vote, 0) for vote in VOTES}

    def is_that_of(self, row: FloorDecision) -> bool:
        """Return whether a stored decision is the same: the form was sent twice."""
        counts = {vote: getattr(row, vote) for vote in VOTES} if row.yes is not None else {}
        mover = self.moved_by.pk if self.moved_by else None
        return (row.outcome, row.mode, row.amendment, row.moved_by_id, row.note, counts) == (
            self.outcome, self.mode, self.amendment.strip(), mover, self.note.strip(), self.counts,
        )  # fmt: skip


# --- What stands against a decision -----------------------------------------------------------------------------------


def _against_words(ruling: Ruling, paragraph: Paragraph) -> list[str]:
    amendment, result = ruling.amendment.strip(), []
    if ruling.outcome not in FloorOutcome.values or ruling.mode not in FloorMode.values:
        result.append(_("Choose what the meeting decides, and how."))
    if amendment and ruling.moved_by is None:
        result.append(_("Choose who proposed the wording."))
    if ruling.moved_by and not amendment:
        result.append(_("Enter the wording proposed from the floor."))
    if paragraph.wording and amendment == paragraph.wording.text:
        result.append(
            _("The proposed wording is the same as the current text. Change it, or choose the wording as it stands.")
        )
    is_reserved = ruling.outcome == FloorOutcome.WITH_RESERVATION
    if is_reserved and not (ruling.reserving and ruling.reservation.strip()):
        result.append(_("Choose who makes the reservation, and enter its text as it should be printed."))
    if not is_reserved and (ruling.reserving or ruling.reservation.strip()):
        result.append(_("You entered a reservation: choose “adopted with a reservation”."))
    return result


def _against_votes(ruling: Ruling, count: QuorumCount) -> list[str]:
    present = {each["name"]: each["group"] for each in count.electorate if each["present"]}
    result = []
    if ruling.mode == FloorMode.ROLL_CALL:
        missing = _("%(name)s: choose yes, no or abstain.")
        unknown = _("%(name)s was not counted as present.")
        result += [missing % {"name": name} for name in present if ruling.votes.get(name) not in VOTES]
        result += [unknown % {"name": name} for name in ruling.votes if name not in present]
    counts = ruling.counts
    if any(number < 0 for number in counts.values()) or sum(counts.values()) > count.members_present:
        words = {"votes": sum(counts.values()), "present": count.members_present}
        result.append(
            _("You entered %(votes)s votes, but %(present)s member institutions are present. Check the numbers.")
            % words
        )
    if counts and not result and counts["yes"] <= counts["no"]:
        words = {"yes": counts["yes"], "no": counts["no"]}
        result.append(_("%(yes)s voted for this decision and %(no)s against it, so it does not pass.") % words)
    return result


def _take_up(paper: PositionPaper, by: User) -> tuple[PositionPaper, QuorumCount | None, list[str]]:
    """Return the paper, locked, with the present quorum, unsaved, and the reasons against any decision now."""
    demand(may_chair(by, paper), who=CHAIR, to=gettext_lazy("Decide on a paragraph"))
    row = locked(paper)
    if row.state != PaperState.IN_SESSION or row.forum is None:
        return row, None, [_("The text is not in session.")]
    count = count_of(row, by)
    lost = _("There is no quorum now, so the meeting cannot decide. %(figures)s.") % {"figures": figures(count)}
    return row, count, [] if count.is_met else [lost]


# --- Verbs ------------------------------------------------------------------------------------------------------------


@verb
def decide_paragraph(
    paper: PositionPaper, paragraph: Paragraph, *, by: User, ruling: Ruling, seen: int | None = None
) -> FloorDecision:
    """Record the meeting's decision on a paragraph, with the present quorum.

    `seen` is the key of the last decision that the chair has read, 0 if there was none: a resent form returns its
    earlier decision, an outdated one is refused. Raises NotAllowed, or Blocked with every reason.
    """
    row, count, reasons = _take_up(paper, by)
    place = (
        standing(row)
        .filter(pk=paragraph.pk)
        .select_related("wording")
        .select_for_update(of=("self",), no_key=True)
        .first()
    )
    if place is None:
        raise Blocked([*reasons, _("The paragraph is not part of this text.")])
    last = decided_on(row).filter(paragraph=place).first()
    if seen is not None and last and last.pk != seen:
        if last.by_id == by.pk and ruling.is_that_of(last):
            return last
        words = _("The meeting has already decided on this paragraph: %(outcome)s. Read that decision first.")
        raise Blocked(words % {"outcome": last.get_outcome_display()})
    reasons += _against_words(ruling, place) + (_against_votes(ruling, count) if count else [])
    if reasons or count is None:
        raise Blocked(reasons)
    return _rule(row, place, count, ruling, by)


def _rule(row: PositionPaper, paragraph: Paragraph, count: QuorumCount, ruling: Ruling, by: User) -> FloorDecision:
    """Save a valid decision with its consequences."""
    count.save()
    tabled = paragraph.present_wording
    reservation = _reservation(row, paragraph, ruling, by) if ruling.outcome == FloorOutcome.WITH_RESERVATION else None
    if ruling.changes_words and ruling.moved_by:
        why = f"Amended from the floor on the proposal of {ruling.moved_by.name}."  # in English, like all editions
        change_words(paragraph, by, ruling.amendment, why)
    groups = {each["name"]: each["group"] for each in count.electorate}
    votes = [{"name": name, "group": groups[name], "vote": vote} for name, vote in ruling.votes.items()]
    made = FloorDecision.objects.create(
        paper=row,
        paragraph=paragraph,
        wording=tabled,
        decided=None if ruling.outcome in NOT_ADOPTED else paragraph.wording,
        amendment=ruling.amendment.strip(),
        moved_by=ruling.moved_by,
        outcome=ruling.outcome,
        mode=ruling.mode,
        quorum=count,
        votes=votes if ruling.mode == FloorMode.ROLL_CALL else None,
        reservation=reservation,
        note=ruling.note.strip(),
        by=by,
        at=now(),
        **ruling.counts,
    )
    number = paragraph_numbers(row)[paragraph.pk]
    facts = {"number": number, "outcome": ruling.outcome, "mode": ruling.mode, "counts": ruling.counts}
    data = {"paragraph": str(paragraph.key), **facts, "decision": made.pk}
    journal("decide_paragraph", row, by=by, data=data, commits=[made, count])
    decided = Screen.objects.filter(forum=row.forum, paragraph=paragraph).exclude(amendment="").exists()
    empty: dict[str, Any] = {"amendment": "", "moved_by": None} if decided else {}
    _renew(row.forum, by, **empty)
    return made


def _reservation(row: PositionPaper, paragraph: Paragraph, ruling: Ruling, by: User) -> Reservation:
    """Return the reservation made in the decision, or an existing one with the same text."""
    known = row.reservations.filter(
        stakeholder=ruling.reserving, paragraph=paragraph, withdrawn_at=None, text=ruling.reservation.strip()
    )
    body: Any = ruling.reserving
    return known.first() or record_reservation(
        row, stakeholder=body, paragraph=paragraph, text=ruling.reservation, by=by
    )


@verb
def agree_paragraphs(paper: PositionPaper, *, by: User, paragraphs: Iterable[Paragraph]) -> int:
    """Record that the meeting adopts these paragraphs by consensus. Returns how many were new.

    Raises NotAllowed, or Blocked with every reason.
    """
    requested = {each.pk for each in paragraphs}
    row, count, reasons = _take_up(paper, by)
    result = list(standing(row).filter(pk__in=requested).select_related("wording"))
    reasons = ([] if requested else [_("Choose the paragraphs to which the meeting agrees.")]) + reasons
    if len(result) < len(requested):
        reasons.append(_("The paragraph is not part of this text."))
    if reasons or count is None:
        raise Blocked(reasons)
    known = set(decided_on(row).values_list("paragraph", "decided"))
    new = [each for each in result if (each.pk, each.wording_id) not in known]
    count.save()
    made = FloorDecision.objects.bulk_create(
        FloorDecision(
            paper=row,
            paragraph=each,
            wording=each.wording,
            decided=each.wording,
            outcome=FloorOutcome.ADOPTED,
            quorum=count,
            by=by,
            at=now(),
        )
        for each in new
    )
    data = {"paragraphs": [str(each.key) for each in new]}
    journal("agree_paragraphs", row, by=by, data=data, commits=[*made, count])
    _renew(row.forum, by)
    return len(new)


@verb
def show_on_screen(
    forum: Forum,
    *,
    by: User,
    session: ForumSession | None = None,
    heading: str = "",
    paragraph: Paragraph | None = None,
    amendment: str = "",
    moved_by: Stakeholder | None = None,
) -> Screen:
    """Show an agenda item on the screen, with a paragraph and a wording proposed from the floor.

    Raises NotAllowed, or Blocked with every reason.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Choose what the screen shows"))
    reasons = []
    if session and session.forum_id != forum.pk:
        reasons.append(_("The session belongs to another forum."))
    if paragraph and (paragraph.removed_at or paragraph.section.paper.forum_id != forum.pk):
        reasons.append(_("The paragraph is not part of this text."))
    if amendment.strip() and paragraph is None:
        reasons.append(_("Choose the paragraph that this wording is for."))
    if reasons:
        raise Blocked(reasons)
    shown = {"session": session, "heading": heading.strip(), "paragraph": paragraph}
    proposed = {"amendment": amendment.strip(), "moved_by": moved_by if amendment.strip() else None}
    row = _renew(forum, by, first=True, **shown, **proposed)
    what = {"heading": row.heading, "paragraph": str(paragraph.key) if paragraph else ""}
    journal("show_on_screen", row, by=by, data={**what, "amendment": row.amendment})
    return row


def _renew(forum: Any, by: User, *, first: bool = False, **shown: Any) -> Any:
    """Change a screen and increase its version: the only place that does.

    The screen of a forum is created with its `first` content.
    """
    made = False
    if first:
        _screen, made = Screen.objects.get_or_create(
            forum=forum, defaults={**shown, "changed_by": by, "changed_at": now()}
        )
    row = Screen.objects.select_for_update(no_key=True).filter(forum=forum).first()
    if row is None:
        return None
    if not made:
        for name, value in shown.items():
            setattr(row, name, value)
        row.version, row.changed_by, row.changed_at = row.version + 1, by, now()
        row.save()
    return row
