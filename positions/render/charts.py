"""The chart of inputs by theme and by group: numbers and places, ready for templates/print/chart.svg.

Small multiples: one panel for each theme, one bar for each group, and a last panel that adds up all themes on its
own scale. Every bar carries its number, so that it reads the same in black and white.
"""

import textwrap
from collections import Counter
from dataclasses import dataclass
from typing import Any

# All lengths in tenths of a millimetre: the chart is 1700 wide, as wide as the text of a page.
WIDTH = 1700
LABELS = 400
ACROSS = 4
PANEL = (WIDTH - LABELS) // ACROSS
BAR = 230
ROW = 44
THICKNESS = 26
LINE = 34
TITLE_LETTERS = 23
TITLE_LINES = 3
HEAD = TITLE_LINES * LINE + 20
GAP = 40


@dataclass(frozen=True)
class Bar:
    """One bar: its number, where it starts from the top, and how long it is."""

    count: int
    top: int
    length: int

    @property
    def middle(self) -> int:
        return self.top + THICKNESS - 4

    @property
    def after(self) -> int:
        return self.length + 12


@dataclass(frozen=True)
class Panel:
    """The bars of one theme. `left` and `top` place it in the chart."""

    title: list[str]
    bars: list[Bar]
    left: int
    top: int
    sums: bool = False

    @property
    def lines(self) -> list[tuple[int, str]]:
        return [(24 + number * LINE, text) for number, text in enumerate(self.title)]

    @property
    def axis(self) -> tuple[int, int]:
        return HEAD - 8, HEAD + len(self.bars) * ROW - (ROW - THICKNESS) + 8


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


def bars(counts: list[int]) -> list[Bar]:
    """A bar for each number, the largest at full length; a number above zero is never invisible."""
    most = max(counts, default=0) or 1
    return [
        Bar(number, HEAD + row * ROW, max(round(BAR * number / most), 4 if number else 0))
        for row, number in enumerate(counts)
    ]


def scaled_bars(rows: list[list[int]]) -> list[list[Bar]]:
    """Bars for several panels on one scale."""
    flat = bars([number for row in rows for number in row])
    panels = []
    for row in rows:
        own, flat = flat[: len(row)], flat[len(row) :]
        panels.append([Bar(bar.count, HEAD + place * ROW, bar.length) for place, bar in enumerate(own)])
    return panels


def wrapped(title: str) -> list[str]:
    """A panel title in at most three lines; what does not fit ends in an ellipsis."""
    return textwrap.wrap(title, TITLE_LETTERS, max_lines=TITLE_LINES, placeholder=" …", break_on_hyphens=False) or [""]


def height(counts: Counts) -> int:
    """How high a row of panels is."""
    return HEAD + len(counts.groups) * ROW + GAP


def panels(counts: Counts, all_themes: str) -> list[Panel]:
    """The panels of the chart; `all_themes` is the title of the last one."""
    titles = [f"{theme['code']} {theme['title']}" for theme in counts.themes] + [all_themes]
    rows = [[counts.of(theme["code"], group) for group in counts.groups] for theme in counts.themes]
    drawn = [*scaled_bars(rows), bars([counts.of_group(group) for group in counts.groups])]
    return [
        Panel(
            wrapped(title),
            own,
            LABELS + place % ACROSS * PANEL,
            place // ACROSS * height(counts),
            sums=place == len(rows),
        )
        for place, (title, own) in enumerate(zip(titles, drawn, strict=True))
    ]


def chart(content: dict[str, Any], *, all_themes: str, words: str) -> dict[str, Any] | None:
    """Everything the SVG template needs, or None when no input has been counted. `words` is its text alternative."""
    counts = count(content)
    if not counts.groups or not counts.themes:
        return None
    drawn = panels(counts, all_themes)
    rows_of_panels = -(-len(drawn) // ACROSS)
    names = [content["groups"].get(group, group) for group in counts.groups]
    labels = [
        (down * height(counts) + HEAD + place * ROW + THICKNESS - 4, name)
        for down in range(rows_of_panels)
        for place, name in enumerate(names)
    ]
    return {
        "width": WIDTH,
        "height": rows_of_panels * height(counts) - GAP,
        "label_edge": LABELS - 24,
        "thickness": THICKNESS,
        "panels": drawn,
        "labels": labels,
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
