"""The bundled typefaces: their CSS rules, and which characters they can print."""

import functools
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont

FOLDER = Path(__file__).resolve().parents[2] / "static" / "fonts" / "print"
NO_SYSTEM_FONTS = FOLDER / "fonts.conf"  # a Fontconfig set-up without any font of the machine


@dataclass(frozen=True)
class Face:
    """One file of a typeface and the CSS family, weight and style under which the stylesheet asks for it."""

    filename: str
    family: str
    weight: int = 400
    style: str = "normal"

    @property
    def rule(self) -> str:
        """The @font-face rule; `bundled:` addresses are answered from this folder only."""
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
    """The @font-face rules of all faces."""
    return "\n".join(face.rule for face in FACES)


@functools.cache
def face_bytes(filename: str) -> bytes:
    """The file of a bundled face. Raises KeyError for any other name."""
    known = {face.filename for face in FACES}
    if filename not in known:
        raise KeyError(filename)
    return (FOLDER / filename).read_bytes()


@functools.cache
def covered() -> frozenset[str]:
    """Every character that some bundled face draws in each weight: all families stand behind each other."""
    codes: set[int] = set()
    for face in FACES:
        with TTFont(FOLDER / face.filename, lazy=True) as font:
            codes.update(font.getBestCmap())
    return frozenset(map(chr, codes))


def strings(content: Any) -> Iterator[str]:
    """Every string inside a JSON value, keys left out."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from strings(value)
    elif isinstance(content, list):
        for value in content:
            yield from strings(value)


def is_drawn(character: str) -> bool:
    """False for line breaks and the invisible marks of writing direction and joining, which need no glyph."""
    return unicodedata.category(character) not in ("Cc", "Cf", "Zl", "Zp")


def missing_glyphs(content: Any) -> set[str]:
    """The characters of an edition that no bundled typeface can print; empty when all can be printed."""
    used = set().union(*(set(text) for text in strings(content)))
    return {character for character in used - covered() if is_drawn(character)}
