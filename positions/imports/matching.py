"""Match changed lines and rows of comment tables to paragraphs, and derive the proposals.

Pure: takes the paragraphs under review and the parsed file; returns proposals and what could not be matched.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from heapq import nlargest
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

LIKE_ENOUGH, HARDLY_LIKE = 0.75, 0.3
MOST_LOOKED_FOR = 500  # changed lines without a key: finding the most similar text takes about a millisecond
NUMBER = re.compile(r"(\d{1,4})(?:[.)]\s*|\t\s*)")  # "12." or "12" and a tab; "12 days" is text
# Column headings, including those of the standards bodies' form.
HEADS = {
    "who": r"who|organi[sz]ation|mb\b|mb/nc|nc|name|from|shirika",
    "paragraph": r"paragraph|para|par\.?|aya",
    "line": r"line",
    "clause": r"clause|no\.?|number",  # the paragraph, if no other column has it
    "kind": r"kind|type|aina",
    "comment": r"comment|reason|justification|rationale|why|maoni|sababu",
    "change": r"proposed|change|proposal|new text|wording|suggest|pendekezo",
}
ALL_OUT = re.compile(r"(delete|remove|strike)( (the|this))?( (whole|entire))?( paragraph)?\W*", re.IGNORECASE)
BEHIND = re.compile(r"(add|insert)( (a|as))?( new)? paragraph( (after|behind)( it| this)?)?\s*[:.]\s*", re.IGNORECASE)


class Target(NamedTuple):
    """Paragraph of the text under review."""

    key: str
    number: int
    text: str


class ProposedChange(NamedTuple):
    """Proposal read from a file, with remarks for its preview."""

    key: str
    number: int
    operation: str
    text: str
    reason: str
    note: str = ""


class Matched(NamedTuple):
    """Proposals, and texts that could not be matched, with the reason."""

    changes: list[ProposedChange]
    unmatched: list[tuple[str, str]]


def plain(text: str) -> str:
    """Collapse whitespace, which office programs change."""
    straight = text.translate({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0xA0: " "})
    return " ".join(straight.split())


def likeness(one: str, other: str) -> float:
    """Return the similarity of two texts from 0 to 1, by words."""
    return SequenceMatcher(None, plain(one).split(), plain(other).split(), autojunk=False).ratio()


# --- Tracked changes ------------------------------------------------------------------------------------------------


def match_lines(lines: Iterable[Mapping[str, Any]], targets: Iterable[Target]) -> Matched:
    """Return the proposals of a text with tracked changes."""
    known = _Known(targets)
    matched = Matched([], [])
    last: Target | None = None
    for line in lines:
        before, after = _without_number(line)
        target = known.find(line["key"], before, _number(line["before"]), is_changed=before not in after)
        if target is not None:
            ahead = next((place for place, is_new in enumerate(line["is_new"]) if not is_new), 0)
            if any(after[:ahead]):  # typed in front of it: behind the paragraph before
                _add_stray(matched, last, line, "", after[:ahead])
            rest = {**line, "is_new": line["is_new"][ahead:]}
            _add_line(matched, target, rest, before, after[ahead:])
            last = target
        elif [plain(before)] != [plain(text) for text in after if text]:
            _add_stray(matched, last, line, before, after)
    return matched


def _number(text: str) -> int | None:
    match = NUMBER.match(text)
    return int(match[1]) if match else None


def _without_number(line: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Return the line before and after, without our printed number."""
    after = [NUMBER.sub("", text, count=1).strip() if NUMBER.match(text) else text for text in line["after"]]
    return (NUMBER.sub("", line["before"], count=1).strip() if NUMBER.match(line["before"]) else line["before"]), after


class _Known:
    """Index of the paragraphs by everything that identifies a line."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self.targets = list(targets)
        self.keys = {each.key.replace("-", ""): each for each in self.targets}
        self.numbers = {each.number: each for each in self.targets}
        self.texts = {plain(each.text): each for each in self.targets}
        self.words = [(each, frozenset(plain(each.text).split())) for each in self.targets]
        self.looks = MOST_LOOKED_FOR

    def find(self, key: str, before: str, number: int | None, *, is_changed: bool) -> Target | None:
        """Return the paragraph of a line: by our key, its text, its number if the text agrees, or the most similar
        text.

        Only changed lines are matched by similarity, and a paper has few of those.
        """
        if key in self.keys:
            return self.keys[key]
        if same := self.texts.get(plain(before)):
            return same
        numbered = self.numbers.get(number) if number is not None else None
        if numbered and likeness(numbered.text, before) >= LIKE_ENOUGH:
            return numbered
        if not before or not is_changed or not self.looks:
            return None
        self.looks -= 1
        return self._closest(before)

    def _closest(self, text: str) -> Target | None:
        """Return a sufficiently similar one among those that share most words with the text."""
        own = frozenset(plain(text).split())
        few = nlargest(3, self.words, key=lambda each: len(own & each[1]) / (len(own) + len(each[1]) or 1))
        close = max((each for each, _words in few), key=lambda each: likeness(each.text, text), default=None)
        return close if close and likeness(close.text, text) >= LIKE_ENOUGH else None


def _add_line(matched: Matched, target: Target, line: Mapping[str, Any], before: str, after: list[str]) -> None:
    """Add the proposals of a line that was one of our paragraphs: new text, split, deletion; or new paragraphs after
    it.
    """
    if line["is_joined"]:
        matched.unmatched.append((before, _("Two paragraphs were merged: propose this on the page of the paragraph.")))
        return
    own = [text for text, is_new in zip(after, line["is_new"], strict=True) if not is_new and text]
    new = [text for text, is_new in zip(after, line["is_new"], strict=True) if is_new and text]
    reason = "\n".join(line["comments"])
    add = matched.changes.append
    if not own and not new:
        add(ProposedChange(target.key, target.number, "delete", "", reason))
        return
    if not own:
        own, new = new[:1], new[1:]
    if len(own) > 1:
        add(ProposedChange(target.key, target.number, "split", "\n\n".join(own), reason))
    elif plain(own[0]) != plain(target.text):
        note = (
            ""
            if plain(before) == plain(target.text)
            else _("Changed without tracked changes: compare it with the text.")
        )
        add(ProposedChange(target.key, target.number, "replace", own[0], reason, note))
    for text in new:
        add(ProposedChange(target.key, target.number, "insert", text, reason))


def _add_stray(matched: Matched, last: Target | None, line: Mapping[str, Any], before: str, after: list[str]) -> None:
    """Add a changed line that was not one of our paragraphs: a new one follows the last; anything else is reported."""
    new = [text for text in after if text]
    if before or last is None or not new:
        words = " ".join(new) or before
        matched.unmatched.append((words, _("No paragraph of the text matches these words.")))
        return
    for text in new:
        matched.changes.append(ProposedChange(last.key, last.number, "insert", text, "\n".join(line["comments"])))


# --- Tables of comments ---------------------------------------------------------------------------------------------


def columns(head: Iterable[Any]) -> dict[str, int]:
    """Return which column holds what, by its heading; the first match counts."""
    result: dict[str, int] = {}
    for place, words in enumerate(head):
        for name in ("change", "comment", "kind", "paragraph", "line", "clause", "who"):
            if name not in result and re.match(rf"\W*({HEADS[name]})", str(words or ""), re.IGNORECASE):
                result[name] = place
                break
    clause = result.pop("clause", None)
    if clause is not None and "paragraph" not in result:
        result["paragraph"] = clause
    return result


def match_table(
    rows: list[list[Any]], targets: Iterable[Target], lines: Mapping[int, int] | None = None
) -> Matched | None:
    """Return the proposals of a comment table; None if no row is a header with a place and a proposed change.

    A row names its paragraph by number, or by a line number: `lines` gives the paragraph of each line of the edition.
    """
    head = next((place for place, row in enumerate(rows[:10]) if _is_head(columns(row))), None)
    if head is None:
        return None
    names, known = columns(rows[head]), {each.number: each for each in targets}
    matched = Matched([], [])
    for row in rows[head + 1 :]:
        cells = {name: str(row[place] or "").strip() for name, place in names.items() if place < len(row)}
        if any(cells.get(name) for name in ("comment", "change", "kind")):
            _add_row(matched, cells, known, lines or {})
    return matched


def _is_head(names: Mapping[str, int]) -> bool:
    return "change" in names and ("paragraph" in names or "line" in names)


def _named(cells: Mapping[str, str], known: Mapping[int, Target], lines: Mapping[int, int]) -> Target | None:
    """Return the paragraph of a row: by its number, or by its first line number."""
    number = re.search(r"\d{1,4}", cells.get("paragraph", ""))
    if number:
        return known.get(int(number[0]))
    line = re.search(r"\d{1,5}", cells.get("line", ""))
    return known.get(lines.get(int(line[0]), 0)) if line else None


def _why(cells: Mapping[str, str]) -> str:
    """Return the reason of a row: author, type of comment and comment."""
    comment = cells.get("comment", "")
    source = ", ".join(filter(None, (cells.get("who", ""), cells.get("kind", ""))))
    return f"{source}: {comment}" if source and comment else comment


def _add_row(matched: Matched, cells: Mapping[str, str], known: Mapping[int, Target], lines: Mapping[int, int]) -> None:
    change, comment = cells.get("change", ""), cells.get("comment", "")
    target = _named(cells, known, lines)
    if target is None:
        matched.unmatched.append((change or comment, _("The row has no paragraph number of this text.")))
    elif not change:
        matched.unmatched.append(
            (comment, _("The row proposes no change. Send it as an input, or write the changed text."))
        )
    else:
        matched.changes.append(_proposed(target, change, _why(cells)))


def _proposed(target: Target, change: str, reason: str) -> ProposedChange:
    if ALL_OUT.fullmatch(change):
        return ProposedChange(target.key, target.number, "delete", "", reason)
    if behind := BEHIND.match(change):
        return ProposedChange(target.key, target.number, "insert", change[behind.end() :], reason)
    is_odd = likeness(change, target.text) < HARDLY_LIKE
    note = _("This looks like an instruction. Write the whole paragraph as it should read.") if is_odd else ""
    return ProposedChange(target.key, target.number, "replace", change, reason, note)
