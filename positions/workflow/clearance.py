"""Clearance: each ministry clears the paragraphs of its mandate; silence is recorded as silence."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from consultations.models import Stakeholder, User
from consultations.permissions import SECRETARIAT
from consultations.queries import working_days_between
from consultations.workflow import written_hour
from ncm_portal.workflow import (
    Blocked,
    Condition,
    Conflict,
    Move,
    deadline_passed,
    demand,
    either,
    journal,
    locked,
    make,
    now,
    table,
    verb,
)
from positions import edition, notifications
from positions.models import (
    AnswerByLetter,
    Clearance,
    ClearanceState,
    Edition,
    EditionKind,
    LetterState,
    PaperState,
    Paragraph,
    PositionPaper,
    Stance,
    StanceValue,
)
from positions.permissions import CLEARANCE_RUNNERS, CLEARING_OFFICERS, may_answer, may_run_clearance
from positions.queries.clearance import REMIND_AGAIN
from positions.queries.papers import ministries_of, paragraph_numbers

from .clearance_steps import ask_steps
from .conditions import standing
from .papers import PAPER_MOVES

S = ClearanceState
SILENCE_HOURS = 72
CHOICES = tuple(value for value in StanceValue.values if value not in {StanceValue.PENDING, StanceValue.SILENT})


def all_answered(clearance: Clearance) -> list[Condition]:
    """Every paragraph of the clearance has an answer."""
    open_ones = clearance.stances.filter(replaced_at=None, value=StanceValue.PENDING).count()
    left = ngettext("%(count)s paragraph has no answer yet", "%(count)s paragraphs have no answer yet", open_ones)
    return [either(not open_ones, _("Every paragraph has an answer"), left % {"count": open_ones})]


def is_overdue(clearance: Clearance) -> list[Condition]:
    """The due time has passed."""
    was, still = _("The answer was due on %(day)s"), _("The answer is not due before %(day)s")
    day = {"day": written_hour(clearance.due_at)}
    return [either(deadline_passed(clearance.due_at), was % day, still % day)]


def can_be_reminded(clearance: Clearance) -> list[Condition]:
    """The paper is in clearance and a paragraph has no answer. Nobody was reminded of it in the last 24 hours. A
    clearing officer or the principal can be written to.
    """
    in_clearance = clearance.paper.state == PaperState.IN_CLEARANCE
    pending = clearance.stances.filter(replaced_at=None, value=StanceValue.PENDING).exists()
    last = clearance.reminders.order_by("at").last()
    free = last is None or last.at <= now() - REMIND_AGAIN
    already = _("The ministry was reminded on %(hour)s. Remind it again 24 hours later") % {
        "hour": written_hour(last.at) if last else ""
    }
    people = notifications.asked_to_clear(clearance)
    nobody = _("The ministry has no clearing officer with an account, and no address that takes mail of the portal")
    return [
        either(in_clearance, _("The paper is in clearance"), _("The paper is not in clearance")),
        either(pending, _("A paragraph has no answer yet"), _("Every paragraph has an answer")),
        either(free, _("Nobody was reminded in the last 24 hours"), already),
        either(bool(people), _("Somebody can be written to"), nobody),
    ]


CLEARANCE_MOVES = table(
    Move("answer", gettext_lazy("Answer"), (S.REQUESTED,), S.ANSWERED, CLEARING_OFFICERS, all_answered),
    Move(
        "record_silence",
        gettext_lazy("Record silence"),
        (S.REQUESTED,),
        S.SILENT,
        CLEARANCE_RUNNERS,
        is_overdue,
    ),
    Move(
        "answer_by_letter",
        gettext_lazy("Answer by letter"),
        (S.REQUESTED,),
        S.ANSWERED,
        CLEARANCE_RUNNERS,
        all_answered,
    ),
    Move(
        "remind_clearance",
        gettext_lazy("Remind"),
        (S.REQUESTED,),
        None,
        CLEARANCE_RUNNERS,
        can_be_reminded,
    ),
    Move("ask_again", gettext_lazy("Ask again"), (S.ANSWERED, S.SILENT), S.REQUESTED, CLEARANCE_RUNNERS),
)


@verb
def fix_clearance_text(paper: PositionPaper, *, by: User) -> PositionPaper:
    """Freeze the consolidated text as the edition for clearance."""
    row = make(PAPER_MOVES["fix_clearance_text"], paper, by=by)
    number = edition.next_number(row, EditionKind.CLEARANCE)
    edition.freeze(row, number=number, kind=EditionKind.CLEARANCE, status=gettext_lazy("Text for clearance"), by=by)
    return row


def days_to_give(paper: PositionPaper) -> int:
    """Return the working days that ministries need from now: the consultation's setting, then one day for changed
    texts.
    """
    return 1 if paper.clearances.exists() else paper.consultation.clearance_working_days


@verb
def request_clearance(paper: PositionPaper, *, by: User, due_at: datetime) -> PositionPaper:
    """Ask each ministry with a mandate to clear its paragraphs by `due_at`.

    The first request gives at least the consultation's number of working days. After a reopening only paragraphs with
    changed text are asked again, and only of their ministries; unanswered requests get the new due time too. Mails the
    clearing officers.
    """

    def check_due(row: PositionPaper) -> None:
        given = working_days_between(timezone.localdate(now()), timezone.localdate(due_at))
        needed = days_to_give(row)
        if given < needed:
            words = {"given": given, "needed": needed}
            raise Blocked(
                _("The due date leaves %(given)s working days, and %(needed)s are needed. Choose a later date.") % words
            )

    row = make(PAPER_MOVES["request_clearance"], paper, by=by, change=check_due, data={"due": due_at.isoformat()})
    text = row.editions.filter(kind=EditionKind.CLEARANCE).first()
    assert text is not None  # fixed by the move before
    mandated = ministries_of(standing(row).select_related("section", "wording"))
    earlier = set(row.clearances.values_list("pk", flat=True))
    ask_about(row, mandated, text, by, due_at)
    waiting = list(row.clearances.filter(ministry__in=mandated, state=S.REQUESTED).select_related("ministry", "paper"))
    notifications.clearance_requested(each for each in waiting if each.pk not in earlier)
    again = [each for each in waiting if each.pk in earlier]
    notifications.clearance_requested_again(again, _open_paragraphs(row, again))
    ask_steps(row)
    return row


def _open_paragraphs(paper: PositionPaper, clearances: list[Clearance]) -> dict[int, list[int]]:
    """Return the numbers of the paragraphs without an answer by clearance. Two queries; none without clearances."""
    if not clearances:
        return {}
    numbers, result = paragraph_numbers(paper), defaultdict[int, list[int]](list)
    left = Stance.objects.filter(clearance__in=clearances, replaced_at=None, value="")
    for clearance, paragraph in left.values_list("clearance", "paragraph"):
        result[clearance].append(numbers[paragraph])
    return {pk: sorted(each) for pk, each in result.items()}


def ask_about(
    paper: PositionPaper, mandated: dict[Stakeholder, list[Paragraph]], text: Edition, asker: User, due_at: datetime
) -> None:
    """Ask each ministry of `mandated` about those paragraphs whose text changed since its answer."""
    for clearance in _clearances(paper, mandated, text, asker, due_at):
        _ask(clearance, mandated[clearance.ministry], text, asker, due_at)


def _clearances(
    paper: PositionPaper, mandated: dict[Stakeholder, list[Paragraph]], text: Edition, by: User, due_at: datetime
) -> list[Clearance]:
    """Return the clearance of each mandated ministry, created if missing, with only its present stances loaded."""
    known = set(paper.clearances.values_list("ministry", flat=True))
    for ministry in [each for each in mandated if each.pk not in known]:
        made = Clearance.objects.create(paper=paper, ministry=ministry, edition=text, requested_at=now(), due_at=due_at)
        journal("ask", made, by=by, after=made.state)
    live = Prefetch("stances", queryset=Stance.objects.filter(replaced_at=None))
    rows = paper.clearances.filter(ministry__in=mandated).select_related("ministry")
    return list(rows.order_by("ministry__name").prefetch_related(live))


def _ask(clearance: Clearance, paragraphs: list[Paragraph], text: Edition, by: User, due_at: datetime) -> None:
    """Ask about the paragraphs with changed text; stances on other paragraphs are ended.

    A ministry without an answer gets the new due time too.
    """
    live = {stance.paragraph_id: stance for stance in clearance.stances.all()}
    moved = [one for one in paragraphs if one.pk not in live or live[one.pk].wording_id != one.wording_id]
    kept = {one.pk for one in paragraphs} - {one.pk for one in moved}
    over = [stance.pk for paragraph, stance in live.items() if paragraph not in kept]
    replace_stances(Stance.objects.filter(pk__in=over), clearance, by=by)
    Stance.objects.bulk_create(Stance(clearance=clearance, paragraph=one, wording=one.wording) for one in moved)
    if moved or clearance.state == S.REQUESTED:
        _reopen(clearance, text, by, due_at)


def replace_stances(stances: QuerySet[Stance], clearance: Clearance, *, by: User) -> None:
    """End stances on a clearance locked by the caller; they are kept."""
    over = list(stances.filter(replaced_at=None).select_for_update(of=("self",), no_key=True))
    for each in over:
        each.replaced_at = now()
        each.save(update_fields=["replaced_at"])
    if any(each.value for each in over):
        journal("replace_stances", clearance, by=by, before=clearance.state, after=clearance.state, commits=over)


def _reopen(clearance: Clearance, text: Edition, by: User, due_at: datetime) -> None:
    def renew(row: Clearance) -> None:
        row.edition, row.due_at, row.requested_at, row.answered_at = text, due_at, now(), None

    if clearance.state == S.REQUESTED:
        Clearance.objects.filter(pk=clearance.pk).update(edition=text, due_at=due_at)
    else:
        make(CLEARANCE_MOVES["ask_again"], clearance, by=by, change=renew)


@verb
def reopen_text(paper: PositionPaper, *, by: User, reason: str) -> PositionPaper:
    """Reopen the text because of an objection; cleared paragraphs that do not change stay cleared."""
    return make(PAPER_MOVES["reopen_text"], paper, by=by, reason=reason)


def stance_reasons(clearance: Clearance, value: str, reason: str = "", proposed_text: str = "") -> list[str]:
    """Return all reasons against a stance on a paragraph."""
    reasons = []
    if clearance.paper.state != PaperState.IN_CLEARANCE or clearance.state == S.SILENT:
        reasons.append(_("This clearance is closed."))
    if value not in CHOICES:
        reasons.append(_("Choose an answer."))
    needing = {StanceValue.OBJECT, StanceValue.RESERVATION, StanceValue.COMMENT}
    if value in needing and not reason.strip():
        reasons.append(_("Enter a reason: the drafters need it."))
    if value == StanceValue.OBJECT and not proposed_text.strip():
        reasons.append(_("An objection must propose wording: enter wording that your ministry could clear."))
    return reasons


@verb
def take_stance(
    clearance: Clearance,
    paragraph: Paragraph,
    *,
    by: User,
    value: str,
    reason: str = "",
    proposed_text: str = "",
    letter: AnswerByLetter | None = None,
    seen: str | None = None,
) -> Stance:
    """Take a stance on the text of one paragraph; the answer is complete once each paragraph has one.

    `letter` is the countersigned letter with the stance, if no officer of the ministry takes it. `seen` is the
    fingerprint of the stance that the officer read: raises Conflict if the text or the answer changed since; a resent
    form returns its earlier stance. Raises NotAllowed, or Blocked with every reason: an objection needs a reason and
    proposed wording, a reservation or comment its text.
    """
    paper, row = locked(clearance.paper), locked(clearance)  # locks the paper too, so that it is not cleared in between
    row.paper = paper
    by_letter = letter is not None and letter.state == LetterState.COUNTED and letter.clearance_id == row.pk
    demand(by_letter or may_answer(by, row), who=CLEARING_OFFICERS, to=gettext_lazy("Give an answer"))
    reasons = stance_reasons(row, value, reason, proposed_text)
    stance = row.stances.filter(paragraph=paragraph, replaced_at=None).first()
    if stance is None:
        reasons.append(_("This paragraph is outside your ministry's mandate."))
    if reasons or stance is None:
        raise Blocked(reasons)
    answer = (value, reason.strip(), proposed_text.strip())
    if seen is not None and seen != stance.mark:
        if stance.by_id == by.pk and (stance.value, stance.reason, stance.proposed_text) == answer:
            return stance
        raise Conflict(stance)
    before = stance.value
    stance.value, stance.reason, stance.proposed_text = answer
    stance.by, stance.at, stance.letter = by, now(), letter
    stance.clean_fields(exclude=["by", "letter"])
    stance.save()
    words = {"proposed_text": stance.proposed_text} if stance.proposed_text else None
    journal("take_stance", stance, by=by, before=before, after=value, reason=reason, data=words, commits=[stance])
    if letter is None:
        _complete(row, by)
    return stance


def _complete(clearance: Clearance, by: User, move: str = "answer") -> None:
    def stamp(row: Clearance) -> None:
        row.answered_at = now()

    if clearance.state == S.REQUESTED and all_answered(clearance)[0].met:
        make(CLEARANCE_MOVES[move], clearance, by=by, change=stamp)


@verb
def complete_by_letter(clearance: Clearance, *, by: User) -> Clearance:
    """Complete a ministry's answer once its letters cover every paragraph."""
    row = locked(clearance)
    demand(may_run_clearance(by, row), who=SECRETARIAT, to=gettext_lazy("Answer by letter"))
    _complete(row, by, "answer_by_letter")
    return row


@verb
def agree_to_rest(clearance: Clearance, *, by: User, seen: Collection[int] | None = None) -> int:
    """Agree to every paragraph without a stance, which completes the answer. Returns how many there were.

    `seen` are the keys of the wordings shown to the officer: others are not agreed to. Raises NotAllowed or Blocked.
    """
    demand(may_answer(by, clearance), who=CLEARING_OFFICERS, to=gettext_lazy("Give an answer"))
    locked(clearance.paper)  # no colleague objects and no text changes in between
    locked(clearance)
    pending = clearance.stances.filter(replaced_at=None, value=StanceValue.PENDING).select_related("paragraph")
    rest = list(pending)
    if seen is not None and not {stance.wording_id for stance in rest} <= set(seen):
        raise Blocked(_("Paragraphs for your ministry have changed since you opened the page. Read them again first."))
    for stance in rest:
        take_stance(clearance, stance.paragraph, by=by, value=StanceValue.AGREE)
    _complete(locked(clearance), by)
    return len(rest)


@verb
def record_silence(clearance: Clearance, *, by: User) -> Clearance:
    """Record after the due time that a ministry did not answer: as silent, never as agreed."""
    silent: list[Stance] = []

    def be_silent(row: Clearance) -> None:
        pending = row.stances.filter(replaced_at=None, value=StanceValue.PENDING)
        for stance in pending.select_for_update(of=("self",), no_key=True):
            stance.value = StanceValue.SILENT
            stance.save(update_fields=["value"])
            silent.append(stance)

    return make(CLEARANCE_MOVES["record_silence"], clearance, by=by, change=be_silent, commits=silent)


@verb
def clear_paper(paper: PositionPaper, *, by: User, note: str) -> PositionPaper:
    """Clear the text with a note that is printed in the record."""

    def keep_note(row: PositionPaper) -> None:
        row.clearance_note = note.strip()

    return make(PAPER_MOVES["clear_paper"], paper, by=by, reason=note, change=keep_note)


@verb
def open_silence(paper: PositionPaper, *, by: User, until: datetime) -> PositionPaper:
    """Start a silence procedure on a cleared text, of at least 72 hours. Mails every member."""

    def set_hour(row: PositionPaper) -> None:
        if until < now() + timedelta(hours=SILENCE_HOURS):
            raise Blocked(
                _("The silence procedure must last at least %(hours)s hours. Choose a later time.")
                % {"hours": SILENCE_HOURS}
            )
        row.silence_until = until

    row = make(PAPER_MOVES["open_silence"], paper, by=by, change=set_hour, data={"until": until.isoformat()})
    notifications.silence_opened(row)
    return row


@verb
def end_silence(paper: PositionPaper, *, by: User) -> PositionPaper:
    """End a silence procedure that was not broken: the text stays cleared."""
    return make(PAPER_MOVES["end_silence"], paper, by=by)


@verb
def break_silence(paper: PositionPaper, *, by: User, reason: str) -> PositionPaper:
    """Break the silence with a reason: the text goes back to consolidation. Raises Blocked after its end."""

    def in_time(row: PositionPaper) -> None:
        if deadline_passed(row.silence_until):
            raise Blocked(_("The silence procedure has ended and the text is cleared."))

    return make(PAPER_MOVES["break_silence"], paper, by=by, reason=reason, change=in_time)
