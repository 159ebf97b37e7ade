"""Pictures of numbers as places and lengths, ready for an SVG template. Pure: numbers in, geometry out.

A picture only repeats what a table says beside it. Shades go with numbers that are written in the same square.
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
    """Squares on a grid, and the size of the whole."""

    width: int
    height: int
    squares: list[Square]
    side: int = SIDE


def tile_map(places: Iterable[tuple[str, str, int, int, int]]) -> TileMap:
    """Lay out squares from code, label, column, row and number of each place."""
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
    """The shade of a number: 0 for nothing, then in equal steps up to the largest."""
    return -(-number * (len(SHADES) - 1) // most) if number else 0


class Column(NamedTuple):
    """One column of a time line."""

    x: int
    y: int
    width: int
    height: int
    number: int

    @property
    def middle(self) -> float:
        """Where its number stands from the left."""
        return self.x + self.width / 2


class TimeLine(NamedTuple):
    """Columns from left to right, and the size of the whole."""

    columns: list[Column]
    width: int = WIDE
    height: int = HEAD + HIGH + FOOT
    base: int = HEAD + HIGH


def time_line(numbers: Sequence[int]) -> TimeLine:
    """A column for each number, the largest at full height; what is not zero can be seen."""
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
    """Two bars below each other that are to be compared, with their label."""

    label: str
    y: int
    first: int
    second: int
    numbers: tuple[int, int]

    @property
    def below(self) -> int:
        """Where the second bar begins."""
        return self.y + BAR


class PairedBars(NamedTuple):
    """Pairs of bars from the top down, and the size of the whole."""

    pairs: list[Pair]
    height: int
    width: int = WIDE
    left: int = LABELS
    thickness: int = BAR


def paired_bars(rows: Sequence[tuple[str, int, int]]) -> PairedBars:
    """Bars from a label and two numbers of each row, all on one scale; what is not zero can be seen."""
    most = max((number for _label, *both in rows for number in both), default=0) or 1
    room, step = WIDE - LABELS - 60, 2 * BAR + BETWEEN
    pairs = []
    for turn, (label, *both) in enumerate(rows):
        first, second = (max(round(room * number / most), 2 if number else 0) for number in both)
        pairs.append(Pair(label, turn * step + BETWEEN // 2, first, second, (both[0], both[1])))
    return PairedBars(pairs, len(rows) * step)
