"""Number the lines of a frozen text, so that people can refer to a place: "edition 0.3, line 212".

Pure: lines depend on the text only, so that numbers are the same on every screen and sheet, permanently.
"""

from dataclasses import dataclass
from textwrap import TextWrapper
from typing import Any, NamedTuple

WIDTH = 76  # characters per line. Never change it: every quoted line number depends on it
_WRAPPER = TextWrapper(width=WIDTH, break_on_hyphens=False, expand_tabs=False)


class Line(NamedTuple):
    """Line with its number in the whole edition, from 1."""

    number: int
    text: str


@dataclass(frozen=True)
class Passage:
    """Lines of a heading (without a number) or of a paragraph."""

    paragraph: int | None
    lang: str
    lines: list[Line]


@dataclass(frozen=True)
class Block:
    """Section; its heading is the first passage."""

    number: str
    heading: str
    passages: list[Passage]

    @property
    def first(self) -> int:
        """Return the number of its first line."""
        return self.passages[0].lines[0].number

    @property
    def last(self) -> int:
        """Return the number of its last line."""
        return self.passages[-1].lines[-1].number


def numbered(content: dict[str, Any]) -> list[Block]:
    """Return the sections of an edition in lines, headings and paragraphs numbered consecutively."""
    blocks, last = [], 0
    for section in content["sections"]:
        heading = f"{section['number']}. {section['heading']}" if section["number"] else section["heading"]
        passages = []
        texts = [
            (None, "en", heading),
            *((each["number"], each["lang"], each["text"]) for each in section["paragraphs"]),
        ]
        for paragraph, lang, text in texts:
            lines = [Line(number, line) for number, line in enumerate(wrapped(text), start=last + 1)]
            last = lines[-1].number
            passages.append(Passage(paragraph, lang, lines))
        blocks.append(Block(section["number"], section["heading"], passages))
    return blocks


def wrapped(text: str) -> list[str]:
    """Wrap `text` into lines of at most WIDTH characters, at least one; keeps line breaks, without empty lines."""
    return [line for own in text.splitlines() for line in _WRAPPER.wrap(own)] or [""]
