"""Answers of the ministries to a text: a matrix of paragraphs and ministries, the story of one answer, and what the
officer of a ministry needs in order to answer.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import OuterRef, Prefetch, Subquery
from django.db.models.functions import Left
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from consultations.models import Point
from ncm_portal.workflow import deadline_passed, now
from positions.models import (
    AnswerByLetter,
    Clearance,
    ClearanceReminder,
    ClearanceState,
    Grounding,
    GroundingRelation,
    LetterState,
    Paragraph,
    PositionPaper,
    Stance,
    StanceValue,
)
from positions.text.diff import Span, redline

from .papers import paragraph_numbers

REMIND_AGAIN = timedelta(hours=24)  # between two reminders of which one is by hand
MOVED, NOT_ASKED, NO_ANSWER = "moved", "not_asked", "no_answer"
LOOKS = {  # a sign (a shape in static/css/review.css) and its words, in the order of the key below the matrix
    StanceValue.OBJECT: ("stop", _("objection")),
    NO_ANSWER: ("none", _("no answer yet")),
    MOVED: ("since", _("moved since")),
    StanceValue.RESERVATION: ("two", _("reservation")),
    StanceValue.COMMENT: ("half", _("comment")),
    StanceValue.SILENT: ("quiet", _("silent")),
    StanceValue.ABSTAIN: ("gone", _("abstains")),
    StanceValue.RECUSE: ("gone", _("recused")),
    StanceValue.AGREE: ("ok", _("agree")),
}
OPEN = {StanceValue.OBJECT, NO_ANSWER, MOVED}  # what stands between the text and its clearance
NOT_GIVEN = (StanceValue.PENDING, StanceValue.SILENT)
SETTLED = {StanceValue.AGREE, NOT_ASKED}  # rows of nothing else are shown together
OPENING = 60  # characters of a paragraph that its row shows


class Cell(NamedTuple):
    """Answer of one ministry on one paragraph, or on several that have the same: its look, sign and words."""

    clearance: Any
    look: str
    sign: str = ""
    words: Any = ""


@dataclass
class Row:
    """Paragraphs of a section with the same answers: their numbers, and a cell for each ministry."""

    section: int
    heading: str
    opening: str
    numbers: list[int]
    cells: list[Cell]

    @property
    def looks(self) -> list[str]:
        """Return the looks of its cells."""
        return [cell.look for cell in self.cells]

    @property
    def is_asked(self) -> bool:
        """Return whether any ministry was asked about it."""
        return set(self.looks) != {NOT_ASKED}

    def continues(self, row: "Row") -> bool:
        """Return whether it follows `row` in the same section with the same settled answers."""
        follows = row.section == self.section and row.numbers[-1] == self.numbers[0] - 1
        return follows and row.looks == self.looks and SETTLED.issuperset(self.looks)

    @property
    def is_open(self) -> bool:
        """Return whether an answer of it stands between the text and its clearance."""
        return not OPEN.isdisjoint(self.looks)


@dataclass
class Matrix:
    """Ministries that were asked, with the answers to each paragraph."""

    columns: list[Any]
    rows: list[Row] = field(default_factory=list)

    def where(self, *looks: str) -> list[tuple[int, Any]]:
        """Return the paragraph number and the clearance of each answer with one of these looks; of paragraphs shown
        together, the first.
        """
        return [(row.numbers[0], cell.clearance) for row in self.rows for cell in row.cells if cell.look in looks]

    @property
    def key(self) -> list[tuple[str, Any, int]]:
        """Return sign, words and number of paragraphs of each look that occurs."""
        held = Counter(cell.look for row in self.rows for cell in row.cells for _number in row.numbers)
        return [(*LOOKS[look], held[look]) for look in LOOKS if held[look]]


def matrix_of(paper: PositionPaper, *, reader: Any) -> Matrix:
    """Return the answers of the ministries to the present text of `paper`. Four queries, whatever their number.

    A column is a clearance with its `ministry`, `is_overdue`, the `total` of its paragraphs and how many are
    `unanswered`, its `standing` in words, `first_objection`, `letter`: a typed one that `reader` can countersign, and
    `reminded_at`, if that was in the last 24 hours.
    """
    typed = AnswerByLetter.objects.filter(state=LetterState.TYPED).exclude(scan_sha256="").exclude(typed_by=reader)
    queryset = paper.clearances.select_related("ministry").defer("edition").order_by("ministry__name")
    recent = ClearanceReminder.objects.filter(clearance=OuterRef("pk"), at__gt=now() - REMIND_AGAIN).order_by("-at")
    queryset = queryset.annotate(reminded_at=Subquery(recent.values("at")[:1]))
    columns: list[Any] = list(queryset.prefetch_related(Prefetch("letters", typed, to_attr="to_countersign")))
    if not columns:
        return Matrix([])
    texts = Paragraph.objects.standing().filter(section__paper=paper).annotate(opening=Left("wording__text", OPENING))
    paragraphs = list(texts.values_list("pk", "wording", "section", "section__heading", "opening"))
    looks = _looks(paper, {pk: wording for pk, wording, *_rest in paragraphs})
    rows: list[Row] = []
    for number, (pk, _wording, section, heading, opening) in enumerate(paragraphs, start=1):
        cells = [_cell(each, looks.get((each.pk, pk), NOT_ASKED)) for each in columns]
        row = Row(section, heading, opening if len(opening) < OPENING else f"{opening}…", [number], cells)
        if rows and row.continues(rows[-1]):
            rows[-1].numbers.append(number)
        elif row.is_asked:
            rows.append(row)
    matrix = Matrix(columns, rows)
    for place, column in enumerate(columns):
        _sum_up(column, [row.cells[place].look for row in rows for _number in row.numbers])
        column.first_objection = next((n for n, at in matrix.where(StanceValue.OBJECT) if at is column), None)
    return matrix


def _looks(paper: PositionPaper, wordings: dict[int, int]) -> dict[tuple[int, int], str]:
    """Return the look of each answer by clearance and paragraph: the value, or that the words have moved since."""
    stances = Stance.objects.filter(clearance__paper=paper, paragraph__removed_at=None).order_by("pk")
    result, answered = {}, set()
    for clearance, paragraph, wording, value, replaced_at in stances.values_list(
        "clearance", "paragraph", "wording", "value", "replaced_at"
    ):
        at = (clearance, paragraph)
        if replaced_at:
            answered |= {at} if value not in ("", StanceValue.SILENT) else set()
        elif not value:
            result[at] = MOVED if at in answered else NO_ANSWER
        else:
            result[at] = value if wording == wordings.get(paragraph) else MOVED
    return result


def _cell(clearance: Any, look: str) -> Cell:
    return Cell(clearance, look, *LOOKS.get(look, ()))


def _sum_up(column: Any, looks: list[str]) -> None:
    """Note on a column what its head says."""
    column.total = sum(look != NOT_ASKED for look in looks)
    column.unanswered = sum(look in (NO_ANSWER, MOVED) for look in looks)
    column.is_overdue = column.state == ClearanceState.REQUESTED and deadline_passed(column.due_at)
    words = _("%(open)s of %(all)s open") if column.unanswered else _("all %(all)s answered")
    is_silent = column.state == ClearanceState.SILENT
    column.standing = _("silent") if is_silent else words % {"open": column.unanswered, "all": column.total}
    waits = column.state == ClearanceState.REQUESTED and column.unanswered
    column.can_be_reminded = bool(waits and not column.reminded_at)
    column.reminded_words = _hour(column.reminded_at) if column.reminded_at else ""
    column.letter = next(iter(column.to_countersign), None)


def _hour(moment: datetime) -> str:
    """Return a moment of the last 24 hours: "today 14:05", "yesterday 16:20"."""
    local = timezone.localtime(moment)
    words = _("today %(hour)s") if local.date() == timezone.localdate(now()) else _("yesterday %(hour)s")
    return words % {"hour": date_format(local, "H:i")}


@dataclass
class AnswerAt:
    """Story of one answer: the present stance, earlier ones, letters, and the words then and now."""

    number: int
    clearance: Any
    paragraph: Any
    look: str
    stance: Any
    earlier: list[Any]
    letters: list[Any]
    reminders: list[Any]

    @property
    def answered(self) -> Any:
        """Return the last stance with an answer; None if there was none."""
        return next((each for each in [self.stance, *reversed(self.earlier)] if each.value), None)

    @property
    def spans(self) -> list[Span]:
        """Return the redline from the words that were answered to the present ones."""
        before = (self.answered or self.stance).wording.text
        return redline(before, self.paragraph.wording.text)

    @property
    def history(self) -> list[tuple[Any, Any, str]]:
        """Return what happened to it in order of time: when, what, and by whom."""
        rows: list[tuple[Any, Any, str]] = [(self.clearance.requested_at, _("asked"), "")]
        for each in [*self.earlier, self.stance]:
            if each.at:
                rows.append((each.at, each.get_value_display(), each.letter.reference if each.letter else each.by.name))
            if each.replaced_at:
                rows.append((each.replaced_at, _("asked again: the words moved"), ""))
        if self.look == MOVED and self.stance.value:
            rows.append((self.paragraph.wording.at, _("the words moved"), self.paragraph.wording.by.name))
        rows += [(each.at, _("reminded"), str(each.get_step_display())) for each in self.reminders]
        return sorted(rows, key=lambda row: row[0])

    @property
    def sign(self) -> tuple[str, Any]:
        """Return its sign and words."""
        return LOOKS[self.look]


def answer_at(paper: PositionPaper, number: int, clearance: Clearance) -> AnswerAt | None:
    """Return the story of the answer of `clearance` to the paragraph with this number; None if it was not asked.
    Four queries.
    """
    standing = Paragraph.objects.standing().filter(section__paper=paper)
    paragraph = standing.select_related("section", "wording__by")[max(number - 1, 0) : number].first()
    if paragraph is None:
        return None
    stances = clearance.stances.filter(paragraph=paragraph).select_related("wording", "by", "letter").order_by("pk")
    held = list(stances)
    stance = next((each for each in held if each.replaced_at is None), None)
    if stance is None:
        return None
    earlier = [each for each in held if each.replaced_at]
    letters = clearance.letters.filter(lines__paragraph=paragraph).select_related("typed_by").distinct()
    reminders = clearance.reminders.filter(due_at=clearance.due_at).order_by("at")
    look = _look_of(stance, earlier, paragraph)
    return AnswerAt(number, clearance, paragraph, look, stance, earlier, list(letters), list(reminders))


def _look_of(stance: Any, earlier: list[Any], paragraph: Any) -> str:
    if stance.value:
        return str(stance.value) if stance.wording_id == paragraph.wording_id else MOVED
    return MOVED if any(each.value not in ("", StanceValue.SILENT) for each in earlier) else NO_ANSWER


# --- For the officers of a ministry -----------------------------------------------------------------------------------


class Source(NamedTuple):
    """Point that a wording cites: how, and the point."""

    relation: str
    point: Point

    @property
    def is_contrary(self) -> bool:
        """Return whether the wording goes against it."""
        return self.relation == GroundingRelation.CONTRARY


def live_stances(clearance: Clearance) -> list[Any]:
    """Return the ministry's stances on its present paragraphs in order, each with its number."""
    numbers = paragraph_numbers(clearance.paper)
    stances = clearance.stances.filter(replaced_at=None, paragraph__removed_at=None)
    rows: list[Any] = list(stances.select_related("paragraph__section", "wording", "by", "letter"))
    for stance in rows:
        stance.number = numbers.get(stance.paragraph_id)
    return sorted(rows, key=lambda stance: stance.number or 0)


def note_changes(clearance: Clearance, stances: Sequence[Any]) -> None:
    """Note on each stance what the ministry last answered to earlier words (`earlier`, None if it has answered the
    present ones), and the redline since then (`spans`). One query.
    """
    answered = clearance.stances.filter(replaced_at__isnull=False).exclude(value__in=NOT_GIVEN)
    last = {each.paragraph_id: each for each in answered.select_related("wording").order_by("pk")}
    for stance in stances:
        earlier = None if stance.value else last.get(stance.paragraph_id)
        moved = earlier is not None and earlier.wording_id != stance.wording_id
        stance.earlier = earlier if moved else None
        stance.spans = redline(earlier.wording.text, stance.wording.text) if earlier and moved else []


def note_sources(stances: Sequence[Any], user: Any) -> None:
    """Note on each stance the points that its words cite and that `user` may read (`sources`), and how many others
    there are (`unread`). Two queries.
    """
    cited = defaultdict(list)
    rows = Grounding.objects.filter(wording__in=[stance.wording_id for stance in stances])
    for wording, point, relation in rows.values_list("wording", "point", "relation"):
        cited[wording].append((point, relation))
    keys = {point for each in cited.values() for point, _relation in each}
    readable = Point.objects.visible_to(user).filter(pk__in=keys).select_related("submission", "stakeholder")
    points = {each.pk: each for each in readable.defer("submission__body", "submission__proposed_wording")}
    for stance in stances:
        here = cited[stance.wording_id]
        stance.sources = [Source(relation, points[point]) for point, relation in here if point in points]
        stance.unread = len(here) - len(stance.sources)
