"""Compute the geometry of charts for SVG templates. Pure functions on numbers and days.

A chart repeats the data of the table beside it. Shades are always combined with the number, written in the same square.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from django.utils.formats import date_format

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


NARROW, LOW = 330, 120


class WeekColumns(NamedTuple):
    """Columns of weeks, and the points of the line of the weeks to compare with, with their total size."""

    columns: list[Column]
    line: str
    width: int = NARROW
    height: int = HEAD + LOW + FOOT
    base: int = HEAD + LOW


def week_columns(weeks: Sequence[tuple[int, int]]) -> WeekColumns:
    """Lay out a column for the first number of each week and a line through the second ones, on one scale."""
    most, step = max((number for week in weeks for number in week), default=0) or 1, NARROW / max(len(weeks), 1)
    width, base = max(2, min(BROADEST, round(step * 0.7))), HEAD + LOW
    columns, points = [], []
    for turn, (number, other) in enumerate(weeks):
        height = max(round(LOW * number / most), 2 if number else 0)
        columns.append(Column(round(step * turn + (step - width) / 2), base - height, width, height, number))
        points.append(f"{round(step * (turn + 0.5))},{base - round(LOW * other / most)}")
    return WeekColumns(columns, " ".join(points) if any(other for _number, other in weeks) else "")


# --- Bars on a line of time -------------------------------------------------------------------------------------------

ROW, THICK, AXIS = 24, 13, 26


class Stretch(NamedTuple):
    """What lasts: its label, its first day, the day up to which it is done, and the day on which it ends or is due.

    `follow_up` is a later day to which a dotted line leads.
    """

    label: str
    start: date
    done: date
    end: date
    follow_up: date | None = None


class Bar(NamedTuple):
    """One bar: what is done is filled, the rest is an outline, with a mark where it ends or is due."""

    label: str
    y: int
    x: int
    done: int
    width: int
    dotted: int

    @property
    def middle(self) -> float:
        """Return the y coordinate of its middle."""
        return self.y + THICK / 2

    @property
    def due(self) -> int:
        """Return the x coordinate of its end."""
        return self.x + self.width

    @property
    def below(self) -> int:
        """Return the y coordinate of its lower edge."""
        return self.y + THICK


class TimeBars(NamedTuple):
    """Bars from top to bottom on a line of time, with its ticks, today, and the total size."""

    bars: list[Bar]
    ticks: list[tuple[int, str]]
    today: int | None
    width: int
    height: int
    left: int
    thickness: int = THICK


def time_bars(rows: Sequence[Stretch], today: date | None, *, width: int, left: int) -> TimeBars:
    """Lay out bars on one line of time `width` wide, behind labels `left` wide; every bar is visible.

    Without `today` the line ends with the last bar. There is at least one row, or today.
    """
    named = [today] if today else []
    first = min([*named, *(row.start for row in rows)])
    last = max([*named, *(max(row.end, row.done, row.follow_up or row.end) for row in rows)])
    room, days = width - left - 8, max((last - first).days, 1)

    def at(day: date) -> int:
        return left + round(room * (day - first).days / days)

    bars = []
    for turn, row in enumerate(rows):
        x, y = at(row.start), AXIS + turn * ROW + (ROW - THICK) // 2
        done, until = max(at(row.done) - x, 0), max(at(row.end) - x, 3)
        bars.append(Bar(row.label, y, x, done, until, at(row.follow_up) if row.follow_up else 0))
    ticks = [(at(day), label) for day, label in days_to_name(first, last)]
    return TimeBars(bars, ticks, at(today) if today else None, width, AXIS + len(rows) * ROW + FOOT, left)


MOST_TICKS = 8


def days_to_name(first: date, last: date) -> list[tuple[date, str]]:
    """Return the days to name on a line of time, with their labels: first days of years or months, or Mondays."""
    years = [date(year, 1, 1) for year in range(first.year + 1, last.year + 1)]
    months = [date(year, month, 1) for year in range(first.year, last.year + 1) for month in range(1, 13)]
    mondays = [date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1) if day % 7 == 1]
    months = [day for day in months if first <= day <= last]
    if len(months) > 2 * MOST_TICKS:
        return [(day, str(day.year)) for day in thinned(years)]
    if len(mondays) > MOST_TICKS:
        return [(day, date_format(day, "M Y" if day.month == 1 else "M")) for day in thinned(months)]
    return [(day, date_format(day, "j M")) for day in mondays]


def thinned(days: list[date]) -> list[date]:
    """Return every second, third … of the days, so that they are not more than MOST_TICKS."""
    return days[:: -(-len(days) // (MOST_TICKS + 4)) or 1]
