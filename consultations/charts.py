"""Compute the geometry of charts for SVG templates. Pure functions on numbers.

A chart repeats the data of the table beside it. Shades are always combined with the number, written in the same square.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

SIDE, GAP = 44, 4
SHADES = ["#ffffff", "#dcebe2", "#9cc7ae", "#2f7552", "#0a5c35"]
INK, PAPER = "#16191d", "#ffffff"
WIDE, HIGH, HEAD, FOOT = 640, 180, 22, 26
BROADEST = 40


class Square(NamedTuple):
    """One square of a tile map."""

    x: int
    y: int
    code: str
    label: str
    number: int
    level: int

    @property
    def fill(self) -> str:
        """The shade of the square."""
        return SHADES[self.level]

    @property
    def ink(self) -> str:
        """The colour of the words on it."""
        return PAPER if self.level >= len(SHADES) - 2 else INK


class TileMap(NamedTuple):
    """Squares of a tile map on a grid, with its total size."""

    width: int
    height: int
    squares: list[Square]
    side: int = SIDE


def tile_map(places: Iterable[tuple[str, str, int, int, int]]) -> TileMap:
    """Lay out the squares from the code, label, column, row and number of each place."""
    rows = list(places)
    most = max((number for *_place, number in rows), default=0)
    step = SIDE + GAP
    squares = [
        Square(column * step + 2, row * step + 2, code, label, number, level(number, most))
        for code, label, column, row, number in rows
    ]
    width = max((square.x for square in squares), default=0) + SIDE + 2
    height = max((square.y for square in squares), default=0) + SIDE + 2
    return TileMap(width, height, squares)


def level(number: int, most: int) -> int:
    """Return the shade of a number: 0 for zero, then in equal steps up to the largest."""
    return -(-number * (len(SHADES) - 1) // most) if number else 0


class Column(NamedTuple):
    """One column of a time chart."""

    x: int
    y: int
    width: int
    height: int
    number: int

    @property
    def middle(self) -> float:
        """Return the x coordinate of its number."""
        return self.x + self.width / 2


class TimeLine(NamedTuple):
    """Columns of a time chart, with its total size."""

    columns: list[Column]
    width: int = WIDE
    height: int = HEAD + HIGH + FOOT
    base: int = HEAD + HIGH


def time_line(numbers: Sequence[int]) -> TimeLine:
    """Lay out a column for each number: the largest has full height, and every nonzero column is visible."""
    most, step = max(numbers, default=0) or 1, WIDE / max(len(numbers), 1)
    width = max(2, min(BROADEST, round(step * 0.8)))
    heights = [max(round(HIGH * number / most), 2 if number else 0) for number in numbers]
    return TimeLine(
        [
            Column(round(step * turn + (step - width) / 2), HEAD + HIGH - height, width, height, number)
            for turn, (number, height) in enumerate(zip(numbers, heights, strict=True))
        ]
    )


BAR, BETWEEN, LABELS = 16, 14, 250


class Pair(NamedTuple):
    """Two bars to compare, one above the other, with their label."""

    label: str
    y: int
    first: int
    second: int
    numbers: tuple[int, int]

    @property
    def below(self) -> int:
        """Return the y coordinate of the second bar."""
        return self.y + BAR


class PairedBars(NamedTuple):
    """Paired bars from top to bottom, with their total size."""

    pairs: list[Pair]
    height: int
    width: int = WIDE
    left: int = LABELS
    thickness: int = BAR


def paired_bars(rows: Sequence[tuple[str, int, int]]) -> PairedBars:
    """Lay out bars from the label and two numbers of each row on one scale; every nonzero bar is visible."""
    most = max((number for _label, *both in rows for number in both), default=0) or 1
    room, step = WIDE - LABELS - 60, 2 * BAR + BETWEEN
    pairs = []
    for turn, (label, *both) in enumerate(rows):
        first, second = (max(round(room * number / most), 2 if number else 0) for number in both)
        pairs.append(Pair(label, turn * step + BETWEEN // 2, first, second, (both[0], both[1])))
    return PairedBars(pairs, len(rows) * step)
