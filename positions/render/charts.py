"""Lay out the chart of inputs by theme and group for templates/print/chart.svg.

A matrix of bars: a row for each group, a column for each theme, and a last column with totals on its own scale. Every
bar has its number, so that it is readable in black and white. A printed page fits every group and theme.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

# Lengths in tenths of a millimetre: the chart is 1700 wide, the text width of a page.
WIDTH = 1700
LABELS = 430
BAR = 0.66  # longest bar as a share of its column; the rest is for its number
HEAD = 56
ROW = 46
THICKNESS = 28


@dataclass(frozen=True)
class Bar:
    """Bar: its number, its length and y coordinate."""

    count: int
    length: int
    top: int

    @property
    def baseline(self) -> int:
        """Return the baseline of its number."""
        return self.top + THICKNESS - 5

    @property
    def after(self) -> int:
        """Return the x coordinate of its number."""
        return self.length + 12


@dataclass(frozen=True)
class Column:
    """Bars of one theme and the x coordinate of the column. `sums` marks the totals."""

    title: str
    bars: list[Bar]
    left: int
    sums: bool = False


@dataclass(frozen=True)
class Counts:
    """Number of inputs of each group by theme, without groups that have none."""

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
    """Return the counts of an edition, themes in order, the group with most inputs first."""
    cells: Counter[tuple[str, str]] = Counter()
    for row in content["tallies"]["theme_by_group"]:
        cells[row["theme"], row["group"]] += row["inputs"]
    sums: Counter[str] = Counter()
    for (_, group), number in cells.items():
        sums[group] += number
    groups = [group for group, number in sorted(sums.items(), key=lambda pair: (-pair[1], pair[0])) if number]
    return Counts(content["themes"], groups, dict(cells))


def lengths(counts: list[int], longest: int) -> list[int]:
    """Return a length for each number, the largest at full length; a nonzero length is always visible."""
    most = max(counts, default=0) or 1
    return [max(round(longest * number / most), 4 if number else 0) for number in counts]


def placed(counts: list[int], drawn: list[int]) -> list[Bar]:
    """Return the bars of one column from top to bottom."""
    pairs = enumerate(zip(counts, drawn, strict=True))
    return [Bar(count, length, HEAD + row * ROW + (ROW - THICKNESS) // 2) for row, (count, length) in pairs]


def columns(counts: Counts, all_themes: str) -> list[Column]:
    """Return the columns of the chart, all themes on one scale; `all_themes` is the title of the last one."""
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
    """Return the data for the SVG template, or None without inputs. `words` is its text alternative."""
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
    """Return the same numbers as table rows: one for each group with a cell for each theme and the sum, and a row of
    totals.
    """
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
