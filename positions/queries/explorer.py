"""An edition explored: which paragraphs answer a question, who was heard where, and all that one paragraph rests on.

Pure: the content of frozen editions in, plain values out. Only what everyone may know has a name in it; what is not
for everyone is counted. Which group an organisation is of, the edition tells; one that was frozen before it did so
tells it of those who took part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal, NamedTuple

from positions.text.diff import Span, redline

Content = dict[str, Any]
Traits = dict[str, frozenset[str]]

OTHER = "other"  # a section without a theme; words said in a session, or an organisation whose group is not told
RESERVED = "yes"
ROW = 260  # bytes of markup around the words of a paragraph
SOURCE = 150  # bytes of one of its sources, with the name


# --- Which paragraphs -----------------------------------------------------------------------------------------------


def groups_of(content: Content) -> dict[str, str]:
    """The group of each organisation whose group the edition tells, by its name."""
    found: dict[str, str] = dict(content.get("organisations", {}))
    for person in content["participants"]:
        found.setdefault(person["organisation"], person["group"])
    return found


def traits(content: Content) -> dict[int, Traits]:
    """What each paragraph can be found by, by its number: the names of the conditions and the values that it has."""
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


def values(found: Mapping[int, Traits]) -> dict[str, set[str]]:
    """The values that any paragraph has, by the names of the conditions."""
    every: dict[str, set[str]] = defaultdict(set)
    for each in found.values():
        for name, having in each.items():
            every[name] |= having
    return dict(every)


def matching(found: Mapping[int, Traits], wanted: Mapping[str, str]) -> list[int]:
    """The numbers of the paragraphs that meet every condition of `wanted`, in order."""
    return [number for number, having in found.items() if all(value in having[name] for name, value in wanted.items())]


def _names(paragraph: Content) -> set[str]:
    return {source["organisation"] for source in paragraph["sources"] if source["organisation"]}


def _paragraphs(content: Content) -> Iterator[tuple[Content, Content]]:
    return ((section, each) for section in content["sections"] for each in section["paragraphs"])


# --- In how many pages ----------------------------------------------------------------------------------------------


def sheets(content: Content, numbers: Iterable[int], most: int) -> list[list[int]]:
    """The paragraphs with these numbers in pages of at most about `most` bytes each, of at least one paragraph.

    A section begins a new page rather than being cut, unless it is longer than a page.
    """
    wanted, found, room = set(numbers), [[]], most
    for section in content["sections"]:
        sizes = {each["number"]: _size(each) for each in section["paragraphs"] if each["number"] in wanted}
        if sizes and found[-1] and sum(sizes.values()) > room:
            found.append([])
            room = most
        for number, size in sizes.items():
            if found[-1] and size > room:
                found.append([])
                room = most
            found[-1].append(number)
            room -= size
    return found


def _size(paragraph: Content) -> int:
    return ROW + len(escape(paragraph["text"]).encode()) + SOURCE * len(paragraph["sources"])


# --- Who was heard where --------------------------------------------------------------------------------------------


class Cell(NamedTuple):
    """How many public points a group has behind the words on a theme, and how many organisations raised them."""

    group: str
    points: int
    organisations: int


@dataclass(frozen=True)
class Line:
    """A theme (or OTHER: the sections without one) with its cells, their sum, and the points that are not public."""

    theme: str
    cells: list[Cell]
    all: Cell
    hidden: int


def heard(content: Content, groups: Sequence[str]) -> list[Line]:
    """Who stands behind the words on each theme, in the order of the text and OTHER behind them. OTHER joins
    `groups` too where it is needed.

    A point counts once on a theme, however many of its paragraphs rest on it, partly or by saying the contrary.
    """
    known = groups_of(content)
    said: dict[str, dict[str, set[tuple[str, str]]]] = {}
    hidden: dict[str, set[str]] = defaultdict(set)
    for section, each in _paragraphs(content):
        theme = section["theme"] or OTHER
        for source in each["sources"]:
            own = said.setdefault(theme, defaultdict(set))
            if source["organisation"]:
                own[known.get(source["organisation"], OTHER)].add((source["point"], source["organisation"]))
            else:
                hidden[theme].add(source["point"])
    shown = [*groups, *([OTHER] if any(OTHER in own for own in said.values()) else [])]
    return [
        Line(
            theme,
            [_cell(group, own[group]) for group in shown],
            _cell("", set().union(*own.values())),
            len(hidden[theme]),
        )
        for theme, own in sorted(said.items(), key=lambda each: each[0] == OTHER)
    ]


def _cell(group: str, said: set[tuple[str, str]]) -> Cell:
    return Cell(group, len({point for point, _name in said}), len({name for _point, name in said}))


# --- One paragraph --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Passage:
    """A paragraph with all that the edition says of it. `before` and `after` are the numbers of its neighbours.

    `sources` are those that everyone may know, each with its point (`said`) where the edition has the points;
    `answered` are the other points that were answered with it. What is not public is in the two counts.
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
        """Its number."""
        return self.paragraph["number"]


def passage(content: Content, number: int) -> Passage | None:
    """The paragraph with this number, or None where the edition has none."""
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
            {**each, "group": known.get(each["organisation"], ""), "said": points.get(each["point"])} for each in public
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
    """The targets of the Agenda 2030 that the theme of the paragraph serves, without those that it names itself."""
    named = {f"SDG-{code}" for theme in content["themes"] if theme["code"] == section["theme"] for code in theme["sdg"]}
    return [each for each in content["provisions"] if each["code"] in named - set(paragraph["provisions"])]


# --- Through the editions -------------------------------------------------------------------------------------------

Change = Literal["first", "same", "changed", "moved"]


class Step(NamedTuple):
    """A paragraph in one edition: its number there, what happened since the edition before, and the words as a redline.

    `out_of` are the numbers, in the edition before, of the paragraphs that it came out of.
    """

    edition: str
    number: int
    change: Change
    spans: list[Span]
    out_of: list[int]


def history(editions: Iterable[tuple[str, Content]], key: str) -> list[Step]:
    """The paragraph with this key through `editions` (their numbers and contents), which come the oldest first."""
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
