"""Bundled fonts: their CSS rules and character coverage."""

import functools
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "static" / "fonts" / "print"
NO_SYSTEM_FONTS = FOLDER / "fonts.conf"  # Fontconfig configuration without system fonts


@dataclass(frozen=True)
class Face:
    """Font file with the CSS family, weight and style under which the stylesheet uses it."""

    filename: str
    family: str
    weight: int = 400
    style: str = "normal"

    @property
    def rule(self) -> str:
        """Return the @font-face rule; `bundled:` URLs are only served from this folder."""
        return (
            f'@font-face {{ font-family: "{self.family}"; font-weight: {self.weight}; font-style: {self.style};'
            f" src: url(bundled:{self.filename}) }}"
        )


FACES = (
    Face("ncm-serif-400.ttf", "NCM Serif"),
    Face("ncm-serif-600.ttf", "NCM Serif", weight=600),
    Face("ncm-serif-400-italic.ttf", "NCM Serif", style="italic"),
    Face("ncm-sans-400.ttf", "NCM Sans"),
    Face("ncm-sans-600.ttf", "NCM Sans", weight=600),
    Face("ncm-mono-400.ttf", "NCM Mono"),
    Face("noto-sans-ethiopic-400.ttf", "Noto Sans Ethiopic"),
    Face("amiri-400.ttf", "Amiri"),
    Face("noto-sans-math-400.ttf", "Noto Sans Math"),
)


def rules() -> str:
    """Return the @font-face rules of all faces."""
    return "\n".join(face.rule for face in FACES)


@functools.cache
def face_bytes(filename: str) -> bytes:
    """Return a bundled font file. Raises KeyError for any other name."""
    known = {face.filename for face in FACES}
    if filename not in known:
        raise KeyError(filename)
    return (FOLDER / filename).read_bytes()


@functools.cache
def covered() -> frozenset[str]:
    """Return the characters covered by some bundled face in each weight: all families are fallbacks of each other."""
    from fontTools.ttLib import TTFont

    codes: set[int] = set()
    for face in FACES:
        with TTFont(FOLDER / face.filename, lazy=True) as font:
            codes.update(font.getBestCmap())
    return frozenset(map(chr, codes))


def strings(content: Any) -> Iterator[str]:
    """Yield every string inside a JSON value, without keys."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from strings(value)
    elif isinstance(content, list):
        for value in content:
            yield from strings(value)


def is_drawn(character: str) -> bool:
    """Return False for line breaks and invisible direction and joining controls, which need no glyph."""
    return unicodedata.category(character) not in ("Cc", "Cf", "Zl", "Zp")


def missing_glyphs(content: Any) -> set[str]:
    """Return the characters of an edition that no bundled font has; empty if all can be printed."""
    used = set().union(*(set(text) for text in strings(content)))
    return {character for character in used - covered() if is_drawn(character)}
