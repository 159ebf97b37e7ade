"""The position beside the Compact: 23 objectives, the paragraphs that speak to each, what each milestone left of them.

`laid_out` is pure: the content of an edition, findings and milestones go in; a table, its notes and a picture come out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from consultations.models import Framework, Milestone, Provision
from positions.models import Brief, PositionPaper, Reflection, ReflectionValue, Release

CONTENT = dict[str, Any]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
WIDE, NAMES, HEAD, ROW, MARK, STEP = 680, 210, 44, 26, 14, 19


# --- What is known ----------------------------------------------------------------------------------------------------


def objectives() -> list[Provision]:
    """The objectives of the Compact in order. One query."""
    return list(Provision.objects.filter(framework=Framework.GCM_OBJECTIVE).order_by("order"))


def public_findings(paper: PositionPaper) -> list[Reflection]:
    """What everyone may read of what was found. One query."""
    return with_names(Reflection.objects.public().filter(edition__paper=paper))


def with_names(findings: Any) -> list[Reflection]:
    """Findings in order of time and objective, each with its paragraph, objective and milestone."""
    named = findings.select_related("paragraph", "provision", "milestone").defer("edition__content")
    return list(named.order_by(_day("milestone__"), "milestone", "provision__order", "paragraph__section__order",
                               "paragraph__order", "pk"))  # fmt: skip


def _day(prefix: str = "") -> Any:
    return Coalesce(F(f"{prefix}actual_start"), F(f"{prefix}planned_start"))


def earlier_words(findings: Iterable[Reflection]) -> dict[int, list[Reflection]]:
    """What stood before each of `findings`, the latest first, by the key of the finding. One query, if any was put
    right."""
    corrected = [each for each in findings if each.replaces_id]
    if not corrected:
        return {}
    about = {(each.milestone_id, each.paragraph_id, each.provision_id): each.pk for each in corrected}
    asked = Q(paragraph__in={each.paragraph_id for each in corrected}, replaced_by__isnull=False)
    found: dict[int, list[Reflection]] = defaultdict(list)
    for row in Reflection.objects.filter(asked).select_related("by").order_by("-pk"):
        last = about.get((row.milestone_id, row.paragraph_id, row.provision_id))
        if last and row.pk < last:
            found[last].append(row)
    return found


def milestones_of(paper: PositionPaper, *, all_written: bool = False) -> list[Milestone]:
    """The way of the position: milestones on the line of the home page from the day of adoption on, and those whose
    findings everyone reads; with `all_written` also those for which anything was written. Each knows whether it
    `is_released`. One query."""
    released = Exists(Release.objects.filter(paper=paper, milestone=OuterRef("pk")))
    shown: Any = Q(released)
    if all_written:
        shown |= Q(Exists(Reflection.objects.filter(edition__paper=paper, milestone=OuterRef("pk"))))
        shown |= Q(Exists(Brief.objects.filter(edition__paper=paper, milestone=OuterRef("pk"))))
    own = Q(consultation=paper.consultation_id) | Q(consultation=None)
    key = own & Q(is_key=True) & since(adopted_on(paper))
    found = Milestone.objects.annotate(day=_day(), is_released=released)
    return list(found.filter(key | shown).order_by("day", "pk"))


def since(day: date) -> Q:
    """Condition that a milestone took place, or is planned, on `day` or later."""
    return Q(actual_start__gte=day) | Q(actual_start=None, planned_start__gte=day)


def adopted_on(paper: PositionPaper) -> date:
    """The day of the forum that adopts the paper; without one, that on which the round closes."""
    return paper.forum.starts_on if paper.forum else timezone.localdate(paper.consultation.closes_at)


# --- The table and the picture ----------------------------------------------------------------------------------------


class Finding(NamedTuple):
    """One finding as a page shows it: the number of the paragraph in the edition, and what stood there before."""

    pk: int
    number: int
    value: str
    label: str
    reference: str
    note: str
    reason: str
    earlier: list[Reflection]


class Cell(NamedTuple):
    """What one milestone left of one objective."""

    milestone: Milestone
    findings: list[Finding]


class Line(NamedTuple):
    """One objective: the paragraphs that speak to it, and a cell for each milestone."""

    objective: Provision
    paragraphs: list[int]
    cells: list[Cell]


class Mark(NamedTuple):
    """One mark of the picture."""

    x: int
    y: int
    value: str


class Name(NamedTuple):
    """Words of the picture."""

    x: int
    y: int
    text: str


@dataclass(frozen=True)
class Picture:
    """Marks for findings in a row for each objective and a column for each milestone; shapes alone tell them apart.

    A dot stands where the position speaks to an objective and nothing was looked at.
    """

    columns: list[Name]
    rows: list[Name]
    marks: list[Mark]
    more: list[Name]
    dots: list[tuple[int, int]]
    lines: list[int]
    height: int
    width: int = WIDE
    size: int = MARK


@dataclass(frozen=True)
class Alignment:
    """The table, with a letter for each milestone, and the picture of it."""

    heads: list[tuple[str, Milestone]]
    lines: list[Line]
    picture: Picture
    counts: list[tuple[str, list[int]]]

    @property
    def notes(self) -> list[tuple[str, Milestone, list[tuple[Line, list[Finding]]]]]:
        """The findings of each milestone in full, by objective."""
        return [
            (letter, milestone, [(line, line.cells[turn].findings) for line in self.lines if line.cells[turn].findings])
            for turn, (letter, milestone) in enumerate(self.heads)
        ]


def laid_out(
    content: CONTENT,
    known: Sequence[Provision],
    findings: Sequence[Reflection],
    earlier: dict[int, list[Reflection]] | None = None,
) -> Alignment:
    """Lay findings out beside the paragraphs of an edition's `content`, milestones in the order in which they come."""
    places = numbers(content)
    heads = list(zip(LETTERS, dict.fromkeys(each.milestone for each in findings), strict=False))
    by_cell: dict[tuple[int, int], list[Finding]] = defaultdict(list)
    for each in findings:
        number = places.get(str(each.paragraph.key))
        if number:
            by_cell[each.provision_id, each.milestone_id].append(_finding(each, number, earlier or {}))
    named = naming(content)
    lines = [
        Line(
            each,
            named.get(each.code, []),
            [Cell(milestone, sorted(by_cell[each.pk, milestone.pk], key=_number)) for _letter, milestone in heads],
        )
        for each in known
    ]
    return Alignment(heads, lines, _picture(heads, lines), _counts(lines, len(heads)))


def _number(finding: Finding) -> int:
    return finding.number


def _finding(row: Reflection, number: int, earlier: dict[int, list[Reflection]]) -> Finding:
    label = str(row.get_value_display())
    return Finding(row.pk, number, row.value, label, row.reference, row.note, row.reason, earlier.get(row.pk, []))


def numbers(content: CONTENT) -> dict[str, int]:
    """The number of each paragraph of an edition by its key."""
    return {each["key"]: each["number"] for section in content["sections"] for each in section["paragraphs"]}


def naming(content: CONTENT) -> dict[str, list[int]]:
    """The numbers of the paragraphs that name each provision, by its code."""
    found: dict[str, list[int]] = defaultdict(list)
    for section in content["sections"]:
        for each in section["paragraphs"]:
            for code in each.get("provisions", []):
                found[code].append(each["number"])
    return found


def _counts(lines: Sequence[Line], milestones: int) -> list[tuple[str, list[int]]]:
    """How many findings of each kind there are after each milestone."""
    kinds = [kind for kind in ReflectionValue if kind != ReflectionValue.STRUCK]
    values = [[finding.value for line in lines for finding in line.cells[turn].findings] for turn in range(milestones)]
    return [(kind.value, [found.count(kind) for found in values]) for kind in kinds]


def _picture(heads: Sequence[tuple[str, Milestone]], lines: Sequence[Line]) -> Picture:
    broad = (WIDE - NAMES) // max(len(heads), 1)
    fit = max((broad - 8) // STEP - 1, 1)
    marks, more, dots = [], [], []
    for turn, line in enumerate(lines):
        y = HEAD + turn * ROW
        for place, cell in enumerate(line.cells):
            x = NAMES + place * broad
            shown = cell.findings if len(cell.findings) <= fit + 1 else cell.findings[:fit]
            marks += [Mark(x + step * STEP, y + 6, each.value) for step, each in enumerate(shown)]
            if line.paragraphs and not cell.findings:
                dots.append((x + MARK // 2, y + ROW // 2))
            if len(shown) < len(cell.findings):
                more.append(Name(x + len(shown) * STEP, y + 18, f"+{len(cell.findings) - len(shown)}"))
    columns = [Name(NAMES + place * broad, 18, letter) for place, (letter, _milestone) in enumerate(heads)]
    rows = [
        Name(0, HEAD + turn * ROW + 18, f"{line.objective.order}. {line.objective.label}")
        for turn, line in enumerate(lines)
    ]
    rules = [HEAD + turn * ROW for turn in range(len(lines) + 1)]
    return Picture(columns, rows, marks, more, dots, rules, HEAD + len(lines) * ROW + 2)
