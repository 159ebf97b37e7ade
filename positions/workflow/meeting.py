"""Meeting: conditions of adoption, roll call and explanations of position."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from django.db.models import Exists, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Stakeholder, User
from consultations.permissions import SECRETARIAT
from ncm_portal.workflow import Blocked, Condition, demand, journal, locked, now, verb
from positions.models import (
    Explanation,
    FloorOutcome,
    PaperState,
    PositionPaper,
    QuorumCount,
    Reservation,
    RollCall,
)
from positions.permissions import CHAIR, may_chair, may_run
from positions.queries.papers import paragraph_numbers

from .conditions import decided_on, met_on, standing

VOTES = ("yes", "no", "abstain")
BEFORE_THE_MEETING = (PaperState.IN_CLEARANCE, PaperState.CLEARED, PaperState.FORUM_TEXT, PaperState.IN_SESSION)


def last_count(paper: PositionPaper) -> QuorumCount | None:
    """Return the last quorum count at the paper's forum."""
    return paper.quorum_counts.filter(forum=paper.forum).first()


def last_roll_call(paper: PositionPaper) -> RollCall | None:
    """Return the last roll call of the last counted electorate."""
    return paper.roll_calls.filter(quorum=last_count(paper)).first()


# --- What the adoption needs beside the quorum ------------------------------------------------------------------------


@met_on("desk_agreed")
def meeting_is_through(paper: PositionPaper) -> list[Condition]:
    """Every paragraph is decided, if the meeting decides paragraph by paragraph; the roll was called, if the rules
    require it, and whoever voted no has a reservation on record.
    """
    last = paper.roll_calls.filter(quorum=Subquery(paper.quorum_counts.filter(forum=paper.forum).values("pk")[:1]))
    here = PositionPaper.objects.filter(pk=paper.pk).order_by()
    rows = here.annotate(decided=Exists(decided_on(paper)), call=Subquery(last.values("pk")[:1]))
    by_paragraph, call = next(iter(rows.values_list("decided", "call")))
    return [*(_decided(paper) if by_paragraph else []), *_called(paper, call)]


def _decided(paper: PositionPaper) -> list[Condition]:
    """Return the undecided paragraphs, one per line."""
    decisions = {row[0]: row[1:] for row in decided_on(paper).values_list("paragraph", "outcome", "decided")}
    numbers, missing = paragraph_numbers(paper), []
    reserved: dict[int, list[str]] = defaultdict(list)
    for pk, name in paper.reservations.filter(withdrawn_at=None).values_list("paragraph", "stakeholder__name"):
        reserved[pk].append(name)
    for pk, wording in standing(paper).values_list("pk", "wording"):
        outcome, decided = decisions.get(pk, ("", None))
        missing += [each % {"number": numbers[pk]} for each in _open(outcome, decided == wording, reserved[pk])]
    missing += _unanswered(
        paper, [pk for pk, (outcome, _wording) in decisions.items() if outcome == FloorOutcome.LEFT_OUT]
    )
    return [Condition(text, False) for text in missing] or [Condition(_("Every paragraph is agreed"), True)]


def _unanswered(paper: PositionPaper, gone: list[int]) -> list[str]:
    """Return the points whose answers name only the paragraphs `gone` that are left out; adoption fixes answers."""
    if not gone:
        return []
    stays = standing(paper).exclude(pk__in=gone).order_by().values("pk")
    rows = paper.dispositions.filter(paragraphs__in=gone).exclude(paragraphs__in=stays)
    words = _("The answer to %(point)s names a paragraph that is left out: answer it again")
    queryset = rows.order_by("point__reference").values_list("point__reference", flat=True).distinct()
    return [words % {"point": reference} for reference in queryset]


def _open(outcome: str, is_current: bool, reserved: list[str]) -> list[str]:
    """Return what blocks one paragraph, with a placeholder for its number."""
    if outcome == FloorOutcome.SENT_BACK:
        return [_("Paragraph %(number)s was sent back: decide on it again, or leave it out")]
    if outcome == FloorOutcome.LEFT_OUT:
        words = _(
            "Paragraph %%(number)s is left out, and %(name)s has a reservation on it: withdraw the reservation first"
        )
        return [words % {"name": name.replace("%", "%%")} for name in reserved]
    return [] if is_current and outcome else [_("Paragraph %(number)s is not agreed yet")]


def _called(paper: PositionPaper, last: int | None) -> list[Condition]:
    if last is None:
        unmet = Condition(_("No roll call has been taken since the quorum was counted"), False)
        return [unmet] if paper.consultation.needs_roll_call else []
    call = paper.roll_calls.get(pk=last)
    words = {"yes": call.yes, "no": call.no, "abstain": call.abstain}
    result = Condition(_("Roll call: %(yes)s yes, %(no)s no, %(abstain)s abstain") % words, True)
    reserved = set(paper.reservations.filter(withdrawn_at=None).values_list("stakeholder__name", flat=True))
    open_ones = [vote["name"] for vote in call.votes if vote["vote"] == "no" and vote["name"] not in reserved]
    text = _("%(name)s voted no and has no reservation on record")
    return [result, *(Condition(text % {"name": name}, False) for name in open_ones)]


# --- Verbs ------------------------------------------------------------------------------------------------------------


@verb
def call_roll(paper: PositionPaper, *, by: User, votes: Mapping[str, str]) -> RollCall:
    """Record yes, no or abstain of each member institution counted as present, by name.

    A second roll call replaces the first for the decision; both are kept. Raises NotAllowed, or Blocked with every
    reason.
    """
    demand(may_chair(by, paper), who=CHAIR, to=gettext_lazy("Record a roll call"))
    row = locked(paper)
    count = last_count(row)
    present = {each["name"]: each["group"] for each in count.electorate if each["present"]} if count else {}
    reasons = []
    if row.state != PaperState.IN_SESSION:
        reasons.append(_("The text is not in session."))
    if not present:
        reasons.append(_("Count the quorum first: only the member institutions that are present vote."))
    text = _("%(name)s: choose yes, no or abstain.")
    reasons += [text % {"name": name} for name in present if votes.get(name) not in VOTES]
    unknown = _("%(name)s was not counted as present.")
    reasons += [unknown % {"name": name} for name in votes if name not in present]
    if reasons or count is None:
        raise Blocked(reasons)
    tally = Counter(votes.values())
    called = [{"name": name, "group": group, "vote": votes[name]} for name, group in present.items()]
    made = RollCall.objects.create(
        paper=row, quorum=count, votes=called, **{vote: tally[vote] for vote in VOTES}, by=by, at=now()
    )
    journal("call_roll", row, by=by, data=dict(tally), commits=[made])
    return made


@verb
def record_explanation(paper: PositionPaper, *, stakeholder: Stakeholder, text: str, by: User) -> Explanation:
    """Record an organisation's explanation of position on the whole text, to be printed in the record.

    Raises NotAllowed, or Blocked with every reason.
    """
    allowed = may_chair(by, paper) or may_run(by, paper)
    demand(allowed, who=SECRETARIAT, to=gettext_lazy("Record an explanation of position"))
    row = locked(paper)
    reasons = []
    if row.state not in BEFORE_THE_MEETING:
        reasons.append(_("Explanations are recorded from clearance until the decision."))
    if not text.strip():
        reasons.append(_("Enter the explanation as it will be printed."))
    if row.explanations.filter(stakeholder=stakeholder, withdrawn_at=None).exists():
        reasons.append(_("This organisation already has an explanation on record."))
    if reasons:
        raise Blocked(reasons)
    made = Explanation.objects.create(
        paper=row, stakeholder=stakeholder, text=text.strip(), recorded_by=by, recorded_at=now()
    )
    journal("explain", row, by=by, data={"organisation": stakeholder.name}, commits=[made])
    return made


@verb
def withdraw_explanation(explanation: Explanation, *, by: User, reason: str) -> Explanation:
    """Withdraw an explanation before the decision. Raises NotAllowed, or Blocked with every reason."""
    demand(may_run(by, explanation.paper), who=SECRETARIAT, to=gettext_lazy("Withdraw an explanation of position"))
    return withdraw_before(explanation, by=by, reason=reason, over=_("This explanation can no longer be withdrawn."))


@verb
def withdraw_before[Row: (Explanation, Reservation)](record: Row, *, by: User, reason: str, over: str) -> Row:
    """Mark a remark of an organisation as withdrawn, before the decision and with a reason.

    Raises Blocked with every reason; `over` is the message if it is too late.
    """
    paper, row = locked(record.paper), locked(record)
    reasons = [over] if row.withdrawn_at or paper.state not in BEFORE_THE_MEETING else []
    if not reason.strip():
        reasons.append(_("Enter a reason. It is kept in the journal."))
    if reasons:
        raise Blocked(reasons)
    row.withdrawn_at, row.withdrawn_reason = now(), reason.strip()
    row.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    journal(f"withdraw_{row._meta.model_name}", paper, by=by, reason=reason, commits=[row])
    return row
