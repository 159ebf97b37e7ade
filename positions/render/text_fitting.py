"""Font sizes for names: as large as possible without truncation.

Pure: character widths come from the bundled fonts, so that measurements match the print.
"""

import functools
from collections.abc import Sequence

from positions.render.fonts import FOLDER

MILLIMETRES = 25.4 / 72  # em units per point
STACK = ("ncm-sans-600.ttf", "noto-sans-ethiopic-400.ttf", "amiri-400.ttf", "noto-sans-math-400.ttf")
SIZES = (
    72,
    64,
    56,
    48,
    42,
    36,
    32,
    28,
    24,
    21,
    18,
    16,
    14,
    12,
    11,
    10,
    9,
    8,
    7,
)  # points; day.css has a class for each
UNKNOWN = 1.0
SLACK = 1.04  # joined and kerned letters differ a little from their sum


@functools.cache
def advances() -> dict[str, float]:
    """Return the advance width of each character of the badge fonts, relative to the font size."""
    from fontTools.ttLib import TTFont

    result: dict[str, float] = {}
    for filename in STACK:
        with TTFont(FOLDER / filename, lazy=True) as font:
            widths, unit = font["hmtx"], font["head"].unitsPerEm
            for code, glyph in font.getBestCmap().items():
                result.setdefault(chr(code), widths[glyph][0] / unit)
    return result


def width(text: str, size: float) -> float:
    """Return the width of `text` on one line in millimetres."""
    known = advances()
    return sum(known.get(letter, UNKNOWN) for letter in text) * size * MILLIMETRES * SLACK


def lines(text: str, size: float, room: float) -> int:
    """Return how many lines `text` takes in a column of `room` millimetres; a wider word takes several."""
    taken, filled, gap = 1, 0.0, width(" ", size)
    for word in text.split():
        needed = width(word, size)
        if filled and filled + gap + needed > room:
            taken, filled = taken + 1, 0.0
        filled = filled + gap + needed if filled else needed
        while filled > room:
            taken, filled = taken + 1, filled - room
    return taken


def fits(text: str, size: float, room: float, height: float, leading: float) -> bool:
    """Return whether `text` fits into `room` times `height` millimetres without breaking a word."""
    unbroken = all(width(word, size) <= room for word in text.split())
    return unbroken and lines(text, size, room) * size * leading * MILLIMETRES <= height


def size_for(
    text: str, room: float, height: float, *, largest: int, leading: float = 1.15, sizes: Sequence[int] = SIZES
) -> int:
    """Return the largest font size, up to `largest`, at which `text` fits into `room` times `height` millimetres; the
    smallest one if none does.
    """
    usable = [size for size in sizes if size <= largest]
    return next((size for size in usable if fits(text, size, room, height, leading)), usable[-1])
