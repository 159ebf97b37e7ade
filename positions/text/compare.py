"""Compare two editions: which paragraphs are unchanged, changed, new, removed or moved.

Pure. Paragraphs are identified by key, never by number or text, so that a moved one does not appear as removed and new.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from positions.text.diff import Span, longest_rising, redline

Kind = Literal["same", "changed", "new", "removed", "moved", "moved and changed"]
Text = dict[str, Any]
NOWHERE = -1  # earlier index of a new section


@dataclass(frozen=True)
class Row:
    """Paragraph in two editions; `before` or `after` is None if it is not part of one."""

    before: Text | None
    after: Text | None
    is_moved: bool = False
    into: tuple[int, ...] = ()  # numbers of later paragraphs that took up the text of a removed one
    out_of: tuple[int, ...] = ()  # numbers of earlier paragraphs that a new one came from

    @property
    def kind(self) -> Kind:
        """Return the type of change."""
        if self.before is None or self.after is None:
            return "new" if self.before is None else "removed"
        changed = self.has_other_words or self.has_other_strength
        if self.is_moved:
            return "moved and changed" if changed else "moved"
        return "changed" if changed else "same"

    @property
    def has_other_words(self) -> bool:
        """Return whether the text differs."""
        return self._text(self.before) != self._text(self.after)

    @property
    def has_other_strength(self) -> bool:
        """Return whether the operative strength differs, for a paragraph in both."""
        if not self.before or not self.after:
            return False
        return bool(self.before["strength"] != self.after["strength"])

    @property
    def number(self) -> int:
        """Return its number, in the later edition if present."""
        return (self.after or self.before or {})["number"]

    @cached_property
    def spans(self) -> list[Span]:
        """Return its text with deletions and insertions."""
        return redline(self._text(self.before), self._text(self.after))

    @property
    def old(self) -> list[Span]:
        """Return the text of the earlier edition with deletions marked."""
        return [span for span in self.spans if span.kind != "added"]

    @property
    def new(self) -> list[Span]:
        """Return the text of the later edition with insertions marked."""
        return [span for span in self.spans if span.kind != "removed"]

    @staticmethod
    def _text(paragraph: Text | None) -> str:
        return paragraph["text"] if paragraph else ""


@dataclass
class Part:
    """Section of the later edition, or of the earlier one if it was removed entirely, with its rows."""

    heading: str
    old_heading: str
    number: str
    rows: list[Row] = field(default_factory=list)

    @property
    def changed(self) -> list[Row]:
        """Return the rows with changes."""
        return [row for row in self.rows if row.kind != "same"]

    @property
    def is_changed(self) -> bool:
        """Return whether it or its heading has changes."""
        return bool(self.changed) or self.heading != self.old_heading


def compare(before: Text, after: Text) -> list[Part]:
    """Return the sections of both editions in the order of the later one, with each paragraph once.

    Removed paragraphs follow their former predecessor.
    """
    return _Pair(before, after).parts()


def tally(parts: Iterable[Part]) -> Counter[str]:
    """Return the number of paragraphs by type of change."""
    return Counter(row.kind for part in parts for row in part.rows)


class _Pair:
    """Paragraphs of two editions by key, and the indexes of their sections."""

    def __init__(self, before: Text, after: Text) -> None:
        self.old_sections, self.new_sections = before["sections"], after["sections"]
        self.old = {each["key"]: each for each in _paragraphs(before)}
        self.new = {each["key"]: each for each in _paragraphs(after)}
        self.old_home = _homes(before)
        self.new_home = _homes(after)
        self.same_section = self.sections_that_stayed()
        self.moved = self.moved_keys()

    def sections_that_stayed(self) -> dict[int, int]:
        """Return the later index of each earlier section: with the same heading, or else where its paragraphs went."""
        headings = {(each["theme"], each["heading"]): place for place, each in enumerate(self.new_sections)}
        result = {
            place: headings[each["theme"], each["heading"]]
            for place, each in enumerate(self.old_sections)
            if (each["theme"], each["heading"]) in headings
        }
        for place, section in enumerate(self.old_sections):
            went = Counter(self.new_home[each["key"]] for each in section["paragraphs"] if each["key"] in self.new)
            if place not in result and went and went.most_common(1)[0][0] not in result.values():
                result[place] = went.most_common(1)[0][0]
        return result

    def moved_keys(self) -> set[str]:
        """Return the keys of moved paragraphs: in another section or order, as few as possible."""
        both = [key for key in self.old if key in self.new]
        away = {key for key in both if self.same_section.get(self.old_home[key]) != self.new_home[key]}
        places = {key: place for place, key in enumerate(self.new)}
        stayed = [key for key in both if key not in away]
        rising = longest_rising([places[key] for key in stayed])
        return set(both) - {stayed[index] for index in rising}

    def parts(self) -> list[Part]:
        """Return the later sections with their rows, then entirely removed sections."""
        came_from = {new: old for old, new in self.same_section.items()}
        removed = self.removed()
        result = []
        for place, section in enumerate(self.new_sections):
            before = came_from.get(place, NOWHERE)
            old = "" if before == NOWHERE else self.old_sections[before]["heading"]
            rows = list(removed.pop((before, ""), []))
            for paragraph in section["paragraphs"]:
                rows += [self.row(paragraph["key"]), *removed.pop((before, paragraph["key"]), [])]
            result.append(Part(section["heading"], old, section["number"], rows))
        for (gone, _key), rows in removed.items():
            section = self.old_sections[gone]
            result.append(Part("", section["heading"], "", rows))
        return result

    def removed(self) -> dict[tuple[int, str], list[Row]]:
        """Return the rows of removed paragraphs by section and by the paragraph they follow in the later edition."""
        result: dict[tuple[int, str], list[Row]] = defaultdict(list)
        for place, section in enumerate(self.old_sections):
            behind = ""
            for paragraph in section["paragraphs"]:
                key = paragraph["key"]
                if key not in self.new:
                    result[place, behind].append(self.row(key))
                elif key not in self.moved:
                    behind = key
        return dict(result)

    def row(self, key: str) -> Row:
        """Return the paragraph with this key in both editions."""
        before, after = self.old.get(key), self.new.get(key)
        into = () if after else tuple(sorted(each["number"] for each in self.new.values() if key in _came_from(each)))
        out_of = () if after is None else tuple(self.old[one]["number"] for one in _came_from(after) if one in self.old)
        return Row(before, after, key in self.moved, into, out_of)


def _came_from(paragraph: Text) -> list[str]:
    """Return the keys of the paragraphs it was split from or that were merged into it."""
    return paragraph.get("came_from", [])


def _paragraphs(content: Text) -> Iterator[Text]:
    return (each for section in content["sections"] for each in section["paragraphs"])


def _homes(content: Text) -> dict[str, int]:
    """Return the index of each paragraph's section."""
    return {each["key"]: place for place, section in enumerate(content["sections"]) for each in section["paragraphs"]}
