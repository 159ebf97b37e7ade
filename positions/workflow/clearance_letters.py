"""Answers by letter: typed by one officer with the scan, countersigned by another before they count."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import User
from consultations.permissions import SECRETARIAT
from consultations.uploads.disk_space import room_to_write
from consultations.uploads.single_file import whole_file
from ncm_portal.workflow import (
    Blocked,
    Condition,
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
from positions.models import AnswerByLetter, Clearance, LetterLine, LetterState, PaperState, Paragraph
from positions.permissions import (
    LETTER_COUNTERSIGNERS,
    LETTER_HANDLERS,
    may_handle_letter,
    may_run_clearance,
)
from positions.queries.papers import paragraph_numbers

from .clearance import complete_by_letter, stance_reasons, take_stance

L = LetterState
MEGABYTE = 1024 * 1024


def scan_is_here(letter: AnswerByLetter) -> list[Condition]:
    """The scan of the letter has been added."""
    return [either(bool(letter.scan_sha256), _("The scan is added"), _("The scan of the letter is missing"))]


def clearance_is_open(letter: AnswerByLetter) -> list[Condition]:
    """The ministry's clearance is still open."""
    row = Clearance.objects.select_related("paper").get(pk=letter.clearance_id)
    is_open = row.paper.state == PaperState.IN_CLEARANCE and row.state != row.State.SILENT
    return [either(is_open, _("The clearance is open"), _("This clearance is closed."))]


def words_still_stand(letter: AnswerByLetter) -> list[Condition]:
    """The paragraphs have the texts that the letter answers, and are asked of the ministry."""
    rows = letter.clearance.stances.filter(replaced_at=None).values_list("paragraph", "wording")
    now_asked = dict(rows)
    moved = [line for line in letter.lines.all() if now_asked.get(line.paragraph_id) != line.wording_id]
    if not moved:
        return [Condition(_("The letter answers the current text"), True)]
    numbers = paragraph_numbers(letter.clearance.paper)
    words = _("Paragraph %(number)s has changed since: strike the letter out and type it again.")
    return [Condition(words % {"number": numbers.get(line.paragraph_id, "–")}, False) for line in moved]


def nobody_answered_since(letter: AnswerByLetter) -> list[Condition]:
    """The ministry has not given another answer since the letter was typed."""
    lines = letter.lines.values("paragraph")
    since = letter.clearance.stances.filter(replaced_at=None, at__gt=letter.typed_at, paragraph__in=lines)
    answered = list(since.values_list("paragraph", flat=True))
    if not answered:
        return [Condition(_("The ministry has not given another answer since"), True)]
    numbers = paragraph_numbers(letter.clearance.paper)
    words = _(
        "The ministry answered paragraph %(number)s after this letter was typed: strike the "
        "letter out, or type it again."
    )
    return [Condition(words % {"number": numbers.get(pk, "–")}, False) for pk in answered]


LETTER_MOVES = table(
    Move(
        "countersign_answer",
        gettext_lazy("Countersign: it matches the letter"),
        (L.TYPED,),
        L.COUNTED,
        LETTER_COUNTERSIGNERS,
        all_of(scan_is_here, clearance_is_open, words_still_stand, nobody_answered_since),
    ),
    Move(
        "strike_answer",
        gettext_lazy("Strike out"),
        (L.TYPED,),
        L.STRUCK,
        LETTER_HANDLERS,
        needs_reason=True,
        grave=True,
    ),
)


@verb
def type_answer(
    clearance: Clearance,
    *,
    by: User,
    reference: str,
    received_on: date,
    signed_by: str,
    lines: Mapping[Paragraph, Mapping[str, str]],
) -> AnswerByLetter:
    """Type a ministry's answer on paper. It counts only after another officer has countersigned it.

    `lines` holds value, reason and proposed_text for each paragraph in the letter. Raises NotAllowed, or Blocked with
    every reason.
    """
    demand(may_run_clearance(by, clearance), who=SECRETARIAT, to=gettext_lazy("Type an answer that came by letter"))
    row = locked(clearance)
    requested = {each.paragraph_id: each for each in row.stances.filter(replaced_at=None)}
    reasons = [] if lines else [_("Enter what the letter says about at least one paragraph.")]
    if received_on > timezone.localdate(now()):
        reasons.append(_("The date must be today or in the past."))
    for paragraph, answer in lines.items():
        reasons += stance_reasons(row, **answer)
        if paragraph.pk not in requested:
            reasons.append(_("This paragraph is outside your ministry's mandate."))
    if reasons:
        raise Blocked(list(dict.fromkeys(reasons)))
    letter = AnswerByLetter.objects.create(
        clearance=row, reference=reference, received_on=received_on, signed_by=signed_by, typed_by=by, typed_at=now()
    )
    made = LetterLine.objects.bulk_create(
        LetterLine(letter=letter, paragraph=paragraph, wording_id=requested[paragraph.pk].wording_id, **answer)
        for paragraph, answer in lines.items()
    )
    data = {"reference": reference, "lines": len(lines)}
    journal("type_answer", letter, by=by, after=letter.state, data=data, commits=[letter, *made])
    return letter


@verb
@room_to_write()
def add_scan(letter: AnswerByLetter, *, by: User, name: str, data: bytes) -> AnswerByLetter:
    """Store the scan of a letter after inspection. A later scan replaces it until the letter counts. Raises NotAllowed
    or Blocked, NoRoom if the disk is full.
    """
    demand(may_handle_letter(by, letter), who=SECRETARIAT, to=gettext_lazy("Add the scan of a letter"))
    with whole_file(letter.path, name=name, data=data) as upload:
        row = locked(letter)
        if row.state != L.TYPED:
            raise Blocked(_("This letter is already countersigned or struck out, so its scan cannot change."))
        row.scan_name, row.scan_type, row.scan_sha256 = upload.name, upload.media_type, upload.sha256
        upload.keep()
    row.save(update_fields=["scan_name", "scan_type", "scan_sha256"])
    journal("add_scan", row, by=by, before=row.state, after=row.state, data={"sha256": row.scan_sha256})
    return row


@verb
def countersign_answer(letter: AnswerByLetter, *, by: User) -> AnswerByLetter:
    """Confirm as a second officer that the typed answer matches the letter: it then counts as the ministry's answer.
    Raises NotAllowed, or Blocked with every reason.
    """
    row = make(LETTER_MOVES["countersign_answer"], letter, by=by, change=_decided(by))
    for line in row.lines.select_related("paragraph"):
        words = {name: getattr(line, name) for name in ("value", "reason", "proposed_text")}
        take_stance(row.clearance, line.paragraph, by=by, letter=row, **words)
    complete_by_letter(row.clearance, by=by)
    return row


@verb
def strike_answer(letter: AnswerByLetter, *, by: User, reason: str) -> AnswerByLetter:
    """Strike out a typed answer before it counts; it is kept with the reason."""
    return make(LETTER_MOVES["strike_answer"], letter, by=by, reason=reason, change=_decided(by))


def _decided(by: User) -> Any:
    def stamp(row: AnswerByLetter) -> None:
        row.decided_by, row.decided_at = by, now()

    return stamp
