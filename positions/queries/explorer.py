"""Explore an edition: filter its paragraphs, count who raised points, and list the sources of a paragraph.

Pure functions on the content of frozen editions. Only public data has names; other data is counted. The group of an
organisation comes from the edition; editions without groups give it for participants.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal, NamedTuple
from unicodedata import combining, normalize

from positions.text.diff import Span, redline

Content = dict[str, Any]
Traits = dict[str, frozenset[str]]

OTHER = "other"  # a section without a theme; points of sessions, or an organisation without a recorded group
RESERVED = "yes"
ROW = 260  # bytes of markup around the text of a paragraph
SOURCE = 150  # bytes of a source with its name


# --- Which paragraphs -----------------------------------------------------------------------------------------------


def groups_of(content: Content) -> dict[str, str]:
    """Return the group of each organisation, as far as the edition records it, by name."""
    result: dict[str, str] = dict(content.get("organisations", {}))
    for person in content["participants"]:
        result.setdefault(person["organisation"], person["group"])
    return result


def traits(content: Content) -> dict[int, Traits]:
    """Return what each paragraph can be found by, by number: filter names and their values."""
    groups, reserved = groups_of(content), {each["paragraph"] for each in content["reservations"]}
    return {
        each["number"]: {
            "theme": frozenset([section["theme"] or OTHER]),
            "objective": frozenset(each["provisions"]),
            "group": frozenset(groups.get(name, OTHER) for name in _names(each)),
            "organisation": frozenset(_names(each)),
            "strength": frozenset(filter(None, [each["strength"]])),
            "reserved": frozenset([RESERVED] if each["number"] in reserved else []),
        }
        for section, each in _paragraphs(content)
    }


def values(traits_by_number: Mapping[int, Traits]) -> dict[str, set[str]]:
    """Return the values that occur in any paragraph, by filter."""
    every: dict[str, set[str]] = defaultdict(set)
    for each in traits_by_number.values():
        for name, having in each.items():
            every[name] |= having
    return dict(every)


def matching(traits_by_number: Mapping[int, Traits], requested: Mapping[str, str]) -> list[int]:
    """Return the numbers of the paragraphs that match all filters of `requested`, in order."""
    return [
        number
        for number, having in traits_by_number.items()
        if all(value in having[name] for name, value in requested.items())
    ]


def containing(content: Content, words: str) -> set[int]:
    """Return the numbers of the paragraphs whose text contains all `words`, in any order, case and accents."""
    requested = _plain(words).split()
    return {
        each["number"]
        for _section, each in _paragraphs(content)
        if all(word in text for text in [_plain(each["text"])] for word in requested)
    }


def _plain(text: str) -> str:
    """Return `text` without case and accents, and with one kind of apostrophe."""
    plain = "".join(each for each in normalize("NFKD", text.casefold()) if not combining(each))
    return plain.replace("’", "'")


def _names(paragraph: Content) -> set[str]:
    return {source["organisation"] for source in paragraph["sources"] if source["organisation"]}


def _paragraphs(content: Content) -> Iterator[tuple[Content, Content]]:
    return ((section, each) for section in content["sections"] for each in section["paragraphs"])


# --- In how many pages ----------------------------------------------------------------------------------------------


def sheets(content: Content, numbers: Iterable[int], most: int) -> list[list[int]]:
    """Return the paragraphs with these numbers in pages of about `most` bytes, at least one paragraph each.

    A section starts a new page rather than being split, unless it is longer than a page.
    """
    result: list[list[int]] = [[]]
    requested, room = set(numbers), most
    for section in content["sections"]:
        sizes = {each["number"]: _size(each) for each in section["paragraphs"] if each["number"] in requested}
        if sizes and result[-1] and sum(sizes.values()) > room:
            result.append([])
            room = most
        for number, size in sizes.items():
            if result[-1] and size > room:
                result.append([])
                room = most
            result[-1].append(number)
            room -= size
    return result


def _size(paragraph: Content) -> int:
    return ROW + len(escape(paragraph["text"]).encode()) + SOURCE * len(paragraph["sources"])


# --- Who was heard where --------------------------------------------------------------------------------------------


class Cell(NamedTuple):
    """Number of public points of a group cited by the text on a theme, and of their organisations."""

    group: str
    points: int
    organisations: int


@dataclass(frozen=True)
class Line:
    """Theme (or OTHER: sections without one) with its cells, their sum, and the number of non-public points."""

    theme: str
    cells: list[Cell]
    all: Cell
    hidden: int


def participation_by_theme(content: Content, groups: Sequence[str]) -> list[Line]:
    """Return who raised the points cited on each theme, in text order, OTHER last. Adds OTHER to `groups` if needed.

    A point counts once per theme, however many paragraphs cite it, in part or as contrary.
    """
    known = groups_of(content)
    points: dict[str, dict[str, set[tuple[str, str]]]] = {}
    hidden: dict[str, set[str]] = defaultdict(set)
    for section, each in _paragraphs(content):
        theme = section["theme"] or OTHER
        for source in each["sources"]:
            own = points.setdefault(theme, defaultdict(set))
            if source["organisation"]:
                own[known.get(source["organisation"], OTHER)].add((source["point"], source["organisation"]))
            else:
                hidden[theme].add(source["point"])
    shown = [*groups, *([OTHER] if any(OTHER in own for own in points.values()) else [])]
    return [
        Line(
            theme,
            [_cell(group, own[group]) for group in shown],
            _cell("", set().union(*own.values())),
            len(hidden[theme]),
        )
        for theme, own in sorted(points.items(), key=lambda each: each[0] == OTHER)
    ]


def _cell(group: str, points: set[tuple[str, str]]) -> Cell:
    return Cell(group, len({point for point, _name in points}), len({name for _point, name in points}))


# --- One paragraph --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Passage:
    """Paragraph with everything that the edition records about it. `before` and `after` are the numbers of its
    neighbours.

    `sources` are the public ones, each with its point (`content`) if the edition has the points; `answered` are other
    points answered by it. Non-public ones are in the two counts.
    """

    paragraph: Content
    section: Content
    sources: list[Content]
    hidden: int
    answered: list[Content]
    hidden_answers: int
    reservations: list[Content]
    objections: list[Content]
    offices: list[str]
    provisions: list[Content]
    targets: list[Content]
    before: int | None
    after: int | None

    @property
    def number(self) -> int:
        """Return its number."""
        return self.paragraph["number"]


def passage(content: Content, number: int) -> Passage | None:
    """Return the paragraph with this number, or None."""
    every = list(_paragraphs(content))
    place = next((place for place, (_section, each) in enumerate(every) if each["number"] == number), None)
    if place is None:
        return None
    section, paragraph = every[place]
    points, known = {each["reference"]: each for each in content["points"]}, groups_of(content)
    own = {source["point"] for source in paragraph["sources"]}
    answered = [each for each in content["points"] if number in each["paragraphs"] and each["reference"] not in own]
    public = [source for source in paragraph["sources"] if source["organisation"]]
    return Passage(
        paragraph=paragraph,
        section=section,
        sources=[
            {**each, "group": known.get(each["organisation"], ""), "content": points.get(each["point"])}
            for each in public
        ],
        hidden=len(paragraph["sources"]) - len(public),
        answered=[each for each in answered if each["organisation"]],
        hidden_answers=sum(not each["organisation"] for each in answered),
        reservations=[each for each in content["reservations"] if each["paragraph"] == number],
        objections=[each for each in content["objections_resolved"] if each["paragraph"] == number],
        offices=[each["ministry"] for each in content["clearances"] if number in each["paragraphs"]],
        provisions=[each for each in content["provisions"] if each["code"] in paragraph["provisions"]],
        targets=_targets(content, section, paragraph),
        before=every[place - 1][1]["number"] if place else None,
        after=every[place + 1][1]["number"] if place + 1 < len(every) else None,
    )


def _targets(content: Content, section: Content, paragraph: Content) -> list[Content]:
    """Return the targets of the Agenda 2030 of the paragraph's theme, without those that it names itself."""
    named = {f"SDG-{code}" for theme in content["themes"] if theme["code"] == section["theme"] for code in theme["sdg"]}
    return [each for each in content["provisions"] if each["code"] in named - set(paragraph["provisions"])]


# --- Through the editions -------------------------------------------------------------------------------------------

Change = Literal["first", "same", "changed", "moved"]


class Step(NamedTuple):
    """Paragraph in one edition: its number there, the change since the previous edition, and the redline.

    `out_of` are the numbers, in the previous edition, of the paragraphs that it descends from.
    """

    edition: str
    number: int
    change: Change
    spans: list[Span]
    out_of: list[int]


def history(editions: Iterable[tuple[str, Content]], key: str) -> list[Step]:
    """Return the paragraph with this key in each of `editions` (numbers and contents), the oldest first."""
    steps: list[Step] = []
    before: dict[str, Content] = {}
    for number, content in editions:
        now = {each["key"]: each for _section, each in _paragraphs(content)}
        if key in now:
            steps.append(_step(number, now[key], before))
        before = now
    return steps


def _step(edition: str, paragraph: Content, before: Mapping[str, Content]) -> Step:
    old, number = before.get(paragraph["key"]), paragraph["number"]
    if old is None:
        origins = [before[key] for key in paragraph.get("came_from", []) if key in before]
        origins.sort(key=lambda each: each["number"])
        text = " ".join(each["text"] for each in origins)
        spans = redline(text, paragraph["text"]) if origins else [Span("same", paragraph["text"])]
        return Step(edition, number, "first", spans, [each["number"] for each in origins])
    if old["text"] != paragraph["text"]:
        return Step(edition, number, "changed", redline(old["text"], paragraph["text"]), [])
    return Step(edition, number, "same" if old["number"] == number else "moved", [], [])
