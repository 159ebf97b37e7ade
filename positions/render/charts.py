"""The chart of inputs by theme and by group: numbers and places, ready for templates/print/chart.svg.

A matrix of bars: a row for each group, a column for each theme, and a last column that adds up all themes on its own
scale. Every bar carries its number, so that it reads the same in black and white. A printed page takes every group and
every theme there is.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

# All lengths in tenths of a millimetre: the chart is 1700 wide, as wide as the text of a page.
WIDTH = 1700
LABELS = 430
BAR = 0.66  # the longest bar, as a share of its column; the rest is for its number
HEAD = 56
ROW = 46
THICKNESS = 28


@dataclass(frozen=True)
class Bar:
    """One bar: its number, its length, and where it starts from the top."""

    count: int
    length: int
    top: int

    @property
    def baseline(self) -> int:
        """Where its number stands."""
        return self.top + THICKNESS - 5

    @property
    def after(self) -> int:
        """Where its number begins."""
        return self.length + 12


@dataclass(frozen=True)
class Column:
    """The bars of one theme, and where the column begins from the left. `sums` marks the column of all themes."""

    title: str
    bars: list[Bar]
    left: int
    sums: bool = False


@dataclass(frozen=True)
class Counts:
    """How many inputs came from each group under each theme; groups with no input at all are left out."""

    themes: list[dict[str, Any]]
    groups: list[str]
    cells: dict[tuple[str, str], int]

    def of(self, theme: str, group: str) -> int:
        return self.cells.get((theme, group), 0)

    def of_theme(self, theme: str) -> int:
        return sum(self.of(theme, group) for group in self.groups)

    def of_group(self, group: str) -> int:
        return sum(self.of(theme["code"], group) for theme in self.themes)

    @property
    def total(self) -> int:
        return sum(self.of_group(group) for group in self.groups)


def count(content: dict[str, Any]) -> Counts:
    """The counts of an edition, themes in their order, the group with most inputs first."""
    cells: Counter[tuple[str, str]] = Counter()
    for row in content["tallies"]["theme_by_group"]:
        cells[row["theme"], row["group"]] += row["inputs"]
    sums: Counter[str] = Counter()
    for (_, group), number in cells.items():
        sums[group] += number
    groups = [group for group, number in sorted(sums.items(), key=lambda pair: (-pair[1], pair[0])) if number]
    return Counts(content["themes"], groups, dict(cells))


def lengths(counts: list[int], longest: int) -> list[int]:
    """A length for each number, the largest at full length; a number above zero is never invisible."""
    most = max(counts, default=0) or 1
    return [max(round(longest * number / most), 4 if number else 0) for number in counts]


def placed(counts: list[int], drawn: list[int]) -> list[Bar]:
    """The bars of one column, from the top down."""
    pairs = enumerate(zip(counts, drawn, strict=True))
    return [Bar(count, length, HEAD + row * ROW + (ROW - THICKNESS) // 2) for row, (count, length) in pairs]


def columns(counts: Counts, all_themes: str) -> list[Column]:
    """The columns of the chart, all themes on one scale; `all_themes` is the title of the last one."""
    wide = (WIDTH - LABELS) // (len(counts.themes) + 1)
    longest, many = round(wide * BAR), len(counts.groups)
    flat = [counts.of(theme["code"], group) for theme in counts.themes for group in counts.groups]
    drawn = lengths(flat, longest)
    made = [
        Column(theme["code"], placed(flat[at : at + many], drawn[at : at + many]), LABELS + number * wide)
        for number, theme in enumerate(counts.themes)
        for at in [number * many]
    ]
    sums = [counts.of_group(group) for group in counts.groups]
    return [*made, Column(all_themes, placed(sums, lengths(sums, longest)), WIDTH - wide, sums=True)]


def chart(content: dict[str, Any], *, all_themes: str, words: str) -> dict[str, Any] | None:
    """Everything the SVG template needs, or None when no input has been counted. `words` is its text alternative."""
    counts = count(content)
    if not counts.groups or not counts.themes:
        return None
    names = [content["groups"].get(group, group) for group in counts.groups]
    height = HEAD + len(names) * ROW
    return {
        "width": WIDTH,
        "height": height,
        "head": HEAD,
        "thickness": THICKNESS,
        "columns": columns(counts, all_themes),
        "rows": [(HEAD + row * ROW, HEAD + row * ROW + ROW - 14, name) for row, name in enumerate(names)],
        "words": words,
    }


def table(content: dict[str, Any]) -> dict[str, Any]:
    """The same numbers as rows: one for each group with a cell for each theme and the sum, and a last row of sums."""
    counts = count(content)
    codes = [theme["code"] for theme in counts.themes]
    rows = [
        {
            "name": content["groups"].get(group, group),
            "cells": [counts.of(code, group) for code in codes],
            "sum": counts.of_group(group),
        }
        for group in counts.groups
    ]
    return {
        "themes": counts.themes,
        "rows": rows,
        "sums": [counts.of_theme(code) for code in codes],
        "total": counts.total,
    }
