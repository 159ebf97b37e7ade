"""In the meeting: paragraphs agreed one by one, the roll call, explanations of position."""

from collections import Counter
from collections.abc import Iterable, Mapping

from django.db.models import Exists, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Stakeholder, User
from ncm_portal.workflow import Blocked, Condition, demand, journal, locked, now, verb
from positions.models import (
    Explanation,
    PaperState,
    Paragraph,
    ParagraphAgreement,
    PositionPaper,
    QuorumCount,
    Reservation,
    RollCall,
)
from positions.permissions import may_chair, may_run
from positions.queries import paragraph_numbers

from .conditions import standing

CHAIR = gettext_lazy("the chair")
SECRETARIAT = gettext_lazy("the secretariat")
VOTES = ("yes", "no", "abstain")
BEFORE_THE_MEETING = (PaperState.IN_CLEARANCE, PaperState.CLEARED, PaperState.FORUM_TEXT, PaperState.IN_SESSION)


def last_count(paper: PositionPaper) -> QuorumCount | None:
    """The last count of the quorum at the paper's forum."""
    return paper.quorum_counts.filter(forum=paper.forum).first()


def last_roll_call(paper: PositionPaper) -> RollCall | None:
    """The last roll call of those who were counted last."""
    return paper.roll_calls.filter(quorum=last_count(paper)).first()


# --- What the adoption needs beside the quorum ------------------------------------------------------------------------


def meeting_is_through(paper: PositionPaper) -> list[Condition]:
    """Every paragraph is agreed, where the meeting agrees paragraph by paragraph; the roll is called, where the rules
    ask for it, and whoever votes no has a reservation on record."""
    agreed = ParagraphAgreement.objects.filter(paper=paper, forum=paper.forum)
    last = paper.roll_calls.filter(quorum=Subquery(paper.quorum_counts.filter(forum=paper.forum).values("pk")[:1]))
    here = PositionPaper.objects.filter(pk=paper.pk).order_by()
    rows = here.annotate(agreed=Exists(agreed), call=Subquery(last.values("pk")[:1])).values_list("agreed", "call")
    by_paragraph, call = next(iter(rows))
    return [*(_agreed(paper) if by_paragraph else []), *_called(paper, call)]


def _agreed(paper: PositionPaper) -> list[Condition]:
    agreed = set(paper.agreements.filter(forum=paper.forum).values_list("paragraph", "wording"))
    numbers = paragraph_numbers(paper)
    words = _("Paragraph %(number)s is not agreed yet")
    left = [numbers[pk] for pk, wording in standing(paper).values_list("pk", "wording") if (pk, wording) not in agreed]
    missing = [Condition(words % {"number": number}, False) for number in left]
    return missing or [Condition(_("Every paragraph is agreed"), True)]


def _called(paper: PositionPaper, last: int | None) -> list[Condition]:
    if last is None:
        unmet = Condition(_("The roll was not called since the quorum was counted"), False)
        return [unmet] if paper.consultation.needs_roll_call else []
    call = paper.roll_calls.get(pk=last)
    words = {"yes": call.yes, "no": call.no, "abstain": call.abstain}
    told = Condition(_("Roll call: %(yes)s yes, %(no)s no, %(abstain)s abstain") % words, True)
    reserved = set(paper.reservations.filter(withdrawn_at=None).values_list("stakeholder__name", flat=True))
    open_ones = [vote["name"] for vote in call.votes if vote["vote"] == "no" and vote["name"] not in reserved]
    text = _("%(name)s votes no and has no reservation on record")
    return [told, *(Condition(text % {"name": name}, False) for name in open_ones)]


# --- Verbs ------------------------------------------------------------------------------------------------------------


@verb
def agree_paragraphs(paper: PositionPaper, *, by: User, paragraphs: Iterable[Paragraph]) -> int:
    """Note that the meeting agrees to the words of these paragraphs, before it decides on the whole. Returns how many
    were new. Raises NotAllowed, or Blocked with every reason."""
    demand(may_chair(by, paper), who=CHAIR, to=gettext_lazy("Agree to paragraphs"))
    row = locked(paper)
    asked = {each.pk for each in paragraphs}
    found = list(standing(row).filter(pk__in=asked))
    reasons = [] if asked else [_("Choose the paragraphs to which the meeting agrees.")]
    if row.state != PaperState.IN_SESSION:
        reasons.append(_("The text is not in session."))
    if len(found) < len(asked):
        reasons.append(_("The paragraph is not part of this text."))
    if reasons:
        raise Blocked(reasons)
    known = set(row.agreements.filter(forum=row.forum).values_list("paragraph", "wording"))
    new = [each for each in found if (each.pk, each.wording_id) not in known]
    ParagraphAgreement.objects.bulk_create(
        ParagraphAgreement(paper=row, forum=row.forum, paragraph=each, wording_id=each.wording_id, by=by, at=now())
        for each in new
    )
    journal("agree_paragraphs", row, by=by, data={"paragraphs": [str(each.key) for each in new]})
    return len(new)


@verb
def call_roll(paper: PositionPaper, *, by: User, votes: Mapping[str, str]) -> RollCall:
    """Take down yes, no or abstain of each member institution that was counted as present, by its name.

    A second roll call takes the place of the first for the decision; both stay on file. Raises NotAllowed, or Blocked
    with every reason.
    """
    demand(may_chair(by, paper), who=CHAIR, to=gettext_lazy("Call the roll"))
    row = locked(paper)
    count = last_count(row)
    present = {each["name"]: each["group"] for each in count.electorate if each["present"]} if count else {}
    reasons = []
    if row.state != PaperState.IN_SESSION:
        reasons.append(_("The text is not in session."))
    if not present:
        reasons.append(_("Count the quorum first: the roll is that of the member institutions that are present."))
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
    journal("call_roll", row, by=by, data=dict(tally))
    return made


@verb
def record_explanation(paper: PositionPaper, *, stakeholder: Stakeholder, text: str, by: User) -> Explanation:
    """Record an organisation's explanation of its position on the whole, as it will be printed in the record.

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
        reasons.append(_("This organisation has an explanation on record already."))
    if reasons:
        raise Blocked(reasons)
    made = Explanation.objects.create(
        paper=row, stakeholder=stakeholder, text=text.strip(), recorded_by=by, recorded_at=now()
    )
    journal("explain", row, by=by, data={"organisation": stakeholder.name})
    return made


@verb
def withdraw_explanation(explanation: Explanation, *, by: User, reason: str) -> Explanation:
    """Note that an explanation was withdrawn before the decision. Raises NotAllowed, or Blocked with every reason."""
    demand(may_run(by, explanation.paper), who=SECRETARIAT, to=gettext_lazy("Withdraw an explanation of position"))
    return withdraw_before(explanation, by=by, reason=reason, over=_("This explanation cannot be withdrawn any more."))


@verb
def withdraw_before[Row: (Explanation, Reservation)](record: Row, *, by: User, reason: str, over: str) -> Row:
    """Mark what an organisation had put on record as withdrawn; only before the meeting has decided, with a reason.

    Raises Blocked with every reason; `over` is that for which it is too late.
    """
    paper, row = locked(record.paper), locked(record)
    reasons = [over] if row.withdrawn_at or paper.state not in BEFORE_THE_MEETING else []
    if not reason.strip():
        reasons.append(_("Give a reason: it is kept in the journal."))
    if reasons:
        raise Blocked(reasons)
    row.withdrawn_at, row.withdrawn_reason = now(), reason.strip()
    row.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    journal(f"withdraw_{row._meta.model_name}", paper, by=by, reason=reason)
    return row
