"""Lay out the alignment of a position with the Compact for pages and print: table, notes and chart. Pure.

Takes the JSON values of `positions.queries.alignment`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any, NamedTuple

from positions.render.labels import finding_words
from positions.render.plain import day

KINDS = ("reflected", "in_part", "not_reflected", "contrary")
OBJECTIVE, PRINCIPLE = "GCM", "GCM-P"
LETTERS = [*ascii_uppercase, *(first + second for first in ascii_uppercase for second in ascii_uppercase)]
WIDE, NAMES, HEAD, ROW, MARK, STEP = 680, 180, 44, 26, 14, 19
FEWEST = 2  # marks that fit into a column
Content = dict[str, Any]


class Earlier(NamedTuple):
    """Earlier version of a corrected finding."""

    label: str
    reference: str
    note: str
    day: str


class Finding(NamedTuple):
    """Finding for display: milestone, paragraph of the edition, and earlier versions."""

    anchor: str
    letter: str
    number: int
    value: str
    label: str
    reference: str
    note: str
    reason: str
    earlier: list[Earlier]


class Head(NamedTuple):
    """Milestone with findings, with its letter."""

    letter: str
    title: str


class Cell(NamedTuple):
    """Findings after one milestone on one provision."""

    head: Head
    findings: list[Finding]


class Line(NamedTuple):
    """Provision with its paragraphs, and a cell for each milestone."""

    provision: Content
    paragraphs: list[int]
    cells: list[Cell]

    @property
    def findings(self) -> list[Finding]:
        """Return all findings by paragraph, then time."""
        result = [finding for cell in self.cells for finding in cell.findings]
        return sorted(result, key=lambda finding: finding.number)


class Stop(NamedTuple):
    """Findings after one milestone on one paragraph, each with its provision."""

    head: Head
    findings: list[tuple[Content, Finding]]


class Journey(NamedTuple):
    """Paragraph over the milestones with findings."""

    number: int
    stops: list[Stop]


class Mark(NamedTuple):
    """One mark of the chart."""

    x: int
    y: int
    value: str


class Name(NamedTuple):
    """One label of the chart."""

    x: int
    y: int
    text: str


@dataclass(frozen=True)
class Picture:
    """Chart with a row for each objective and a column for each milestone; shapes alone distinguish findings.

    A dot means that the position has paragraphs on an objective without a finding.
    """

    columns: list[Name]
    rows: list[Name]
    marks: list[Mark]
    more: list[Name]
    dots: list[tuple[int, int]]
    lines: list[int]
    height: int
    width: int
    size: int = MARK


@dataclass(frozen=True)
class Aligned:
    """Objectives, guiding principles with findings, and the chart of the objectives."""

    heads: list[Head]
    lines: list[Line]
    principles: list[Line]
    picture: Picture

    @property
    def noted(self) -> list[Line]:
        """Return the provisions with findings."""
        return [line for line in [*self.lines, *self.principles] if line.findings]

    @property
    def journeys(self) -> list[Journey]:
        """Return the paragraphs with findings in order, each with a stop for every milestone."""
        by_stop: dict[tuple[int, str], list[tuple[Content, Finding]]] = defaultdict(list)
        for line in self.noted:
            for finding in line.findings:
                by_stop[finding.number, finding.letter].append((line.provision, finding))
        return [
            Journey(number, [Stop(head, by_stop.get((number, head.letter), [])) for head in self.heads])
            for number in sorted({number for number, _letter in by_stop})
        ]

    @property
    def unexamined(self) -> list[int]:
        """Return the paragraphs that speak to an objective and have no finding."""
        examined = {finding.number for line in self.noted for finding in line.findings}
        return sorted({number for line in self.lines for number in line.paragraphs} - examined)


def laid_out(content: Content, *, row: int = ROW, stretched: bool = False) -> Aligned:
    """Lay out findings by provision, with milestones in order.

    `row` is the row height of the chart; with `stretched` its columns fill a printed sheet. On phones they are as
    narrow as possible.
    """
    places = sorted({each["milestone"] for each in content["findings"]})
    heads = [Head(LETTERS[turn], content["milestones"][place]["title"]) for turn, place in enumerate(places)]
    by_cell: dict[tuple[str, int], list[Finding]] = defaultdict(list)
    for each in content["findings"]:
        turn = places.index(each["milestone"])
        by_cell[each["provision"], turn].append(_finding(each, LETTERS[turn]))
    lines = [
        Line(
            provision,
            provision["paragraphs"],
            [Cell(head, sorted(by_cell[provision["code"], turn], key=_number)) for turn, head in enumerate(heads)],
        )
        for provision in content["provisions"]
    ]
    objectives = [line for line in lines if line.provision["framework"] == OBJECTIVE]
    principles = [line for line in lines if line.provision["framework"] == PRINCIPLE and line.findings]
    return Aligned(
        heads, objectives, principles, _picture(heads, objectives, row, _breadth(objectives, len(heads), stretched))
    )


def _number(finding: Finding) -> int:
    return finding.number


def _finding(row: Content, letter: str) -> Finding:
    earlier = [
        Earlier(finding_words(old["value"]), old["reference"], old["note"], day(old["at"])) for old in row["earlier"]
    ]
    anchor = f"{letter}-{row['provision']}-{row['paragraph']}"
    value, number = row["value"], row["paragraph"]
    result = (row["reference"], row["note"], row["reason"])
    return Finding(anchor, letter, number, value, finding_words(value), *result, earlier)


def _breadth(lines: Sequence[Line], heads: int, stretched: bool) -> int:
    """Return the column width of the chart: for its fullest cell, within the available space."""
    most = (WIDE - NAMES) // max(heads, 1)
    fullest = max((len(cell.findings) for line in lines for cell in line.cells), default=0)
    return most if stretched else min(most, max(fullest, FEWEST) * STEP + 12)


def _picture(heads: Sequence[Head], lines: Sequence[Line], row: int, broad: int) -> Picture:
    fit = max((broad - 8) // STEP - 1, 1)
    base = (row + MARK) // 2 - 2
    marks, more, dots = [], [], []
    for turn, line in enumerate(lines):
        y = HEAD + turn * row
        for place, cell in enumerate(line.cells):
            x = NAMES + place * broad
            shown = cell.findings if len(cell.findings) <= fit + 1 else cell.findings[:fit]
            marks += [Mark(x + step * STEP, y + (row - MARK) // 2, each.value) for step, each in enumerate(shown)]
            if line.paragraphs and not cell.findings:
                dots.append((x + MARK // 2, y + row // 2))
            if len(shown) < len(cell.findings):
                more.append(Name(x + len(shown) * STEP, y + base, f"+{len(cell.findings) - len(shown)}"))
    columns = [Name(NAMES + place * broad, 18, head.letter) for place, head in enumerate(heads)]
    rows = [
        Name(0, HEAD + turn * row + base, f"{line.provision['numeral']} {line.provision['label']}")
        for turn, line in enumerate(lines)
    ]
    rules = [HEAD + turn * row for turn in range(len(lines) + 1)]
    return Picture(
        columns, rows, marks, more, dots, rules, HEAD + len(lines) * row + 2, NAMES + max(len(heads), 1) * broad
    )
