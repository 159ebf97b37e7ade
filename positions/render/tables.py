"""The tables of an edition as data: the text and its sources, what was said and what became of it, what offices and
organisations said to the text. Each as rows, and as a CSV file (RFC 4180).

Codes stand in words, numbers of paragraphs and references apart by semicolons. What its author did not open to everyone
is not in an edition: such a point is a reference without words and without a name, and the table says so.
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from io import StringIO
from typing import Any, NamedTuple

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.csv_safety import escaped
from positions.render.environment import set_up_alone
from positions.render.labels import kind_words, outcome_words, reason_words, relation_words
from positions.render.printable import is_final
from positions.text.canonical import sealed

RENDERER_VERSION = "ncm-tables 1.1"
LANGUAGE = "en"  # of heads and codes, whatever the edition is in: programs look for the same words in every edition
Content = dict[str, Any]


class Column(NamedTuple):
    """One column: its head, what stands in it, and how many letters wide a workbook shows it."""

    head: Promise
    cell: Callable[[Content], Any]
    width: int = 12


class Table(NamedTuple):
    """One table: its title, what its rows are made of, and its columns."""

    title: Promise
    records: Callable[[Content], Iterable[Content]]
    columns: tuple[Column, ...]

    def name(self) -> str:
        """What the table is called, whatever language is spoken."""
        with translation.override(LANGUAGE):
            return str(self.title)

    def heads(self) -> list[str]:
        """The names of the columns, in the language that is spoken."""
        return [str(column.head) for column in self.columns]

    def rows(self, content: Content) -> Iterator[list[Any]]:
        """The cells below them: texts, whole numbers, or None where there is nothing to say."""
        for record in self.records(content):
            yield [column.cell(record) for column in self.columns]


def _series(values: Iterable[Any]) -> str:
    return "; ".join(map(str, values))


def _yes_or_no(value: bool) -> str:
    return _("yes") if value else _("no")


# --- What stands in the rows ------------------------------------------------------------------------------------------


def _paragraphs(content: Content) -> Iterator[Content]:
    for section in content["sections"]:
        for paragraph in section["paragraphs"]:
            yield {**paragraph, "section": section}


def _rests_on(paragraph: Content) -> str:
    named = ((source["point"], relation_words(source["relation"])) for source in paragraph["sources"])
    return _series(f"{point} ({words})" if words else point for point, words in named)


def _organisations(paragraph: Content) -> str:
    return "\n".join(dict.fromkeys(source["organisation"] for source in paragraph["sources"] if source["organisation"]))


def _points(content: Content) -> Iterator[Content]:
    """Every point that the edition names, in its order: those with an answer, then those that only paragraphs name."""
    where: dict[str, Content] = {}
    for paragraph in _paragraphs(content):
        for source in paragraph["sources"]:
            known = where.setdefault(source["point"], {**source, "reference": source["point"], "on": defaultdict(list)})
            known["on"][source["relation"]].append(paragraph["number"])
    for point in content["points"]:
        yield {"on": {}, **where.pop(point["reference"], {}), **point}
    yield from where.values()


def _on(relation: str) -> Callable[[Content], str]:
    return lambda point: _series(point["on"].get(relation, []))


def _is_open(point: Content) -> str:
    return _yes_or_no(point["organisation"] is not None)


def _others(point: Content) -> int | None:
    """How many more say the same and are named nowhere: told of points that are open to everyone."""
    return None if point["organisation"] is None else point.get("others", 0)


def _stances(value: str) -> Callable[[Content], int]:
    return lambda row: row["stances"].get(value, 0)


def _remarks(content: Content) -> Iterator[Content]:
    for each in content["reservations"]:
        yield {**each, "kind": _("Reservation")}
    for each in content.get("explanations", []):
        yield {**each, "kind": _("Explanation of position")}


# --- The tables -------------------------------------------------------------------------------------------------------

_head = gettext_lazy

PARAGRAPHS = Table(
    _head("Paragraphs"),
    _paragraphs,
    (
        Column(_head("Paragraph"), lambda row: row["number"], 10),
        Column(_head("Section"), lambda row: row["section"]["number"], 9),
        Column(_head("Heading"), lambda row: row["section"]["heading"], 22),
        Column(_head("Theme"), lambda row: row["section"]["theme"], 8),
        Column(_head("Operative words"), lambda row: row["verb"], 14),
        Column(_head("Text"), lambda row: row["text"], 72),
        Column(_head("Language"), lambda row: row["lang"], 10),
        Column(_head("Text of the secretariat"), lambda row: _yes_or_no(row["secretariat_text"]), 12),
        Column(_head("Provisions"), lambda row: _series(row["provisions"]), 14),
        Column(_head("Points"), _rests_on, 22),
        Column(_head("Organisations"), _organisations, 30),
        Column(_head("Key"), lambda row: row["key"], 20),
        Column(_head("Keys of the paragraphs it came out of"), lambda row: _series(row.get("came_from", [])), 20),
    ),
)
POINTS = Table(
    _head("Points"),
    _points,
    (
        Column(_head("Point"), lambda row: row["reference"], 19),
        Column(_head("Open to everyone"), _is_open, 10),
        Column(_head("Kind"), lambda row: kind_words(row.get("kind", "")), 16),
        Column(_head("Theme"), lambda row: row.get("theme"), 8),
        Column(_head("Organisation"), lambda row: row["organisation"], 34),
        Column(_head("Other organisations that say the same and are not named"), _others, 14),
        Column(_head("Text"), lambda row: row.get("text"), 80),
        Column(_head("Paragraphs that rest on it"), _on("rests_on"), 16),
        Column(_head("Paragraphs that rest on it in part"), _on("partly"), 16),
        Column(_head("Paragraphs that say the contrary"), _on("contrary"), 16),
        Column(_head("Joined with"), lambda row: row.get("into"), 19),
    ),
)
DISPOSITIONS = Table(
    _head("Dispositions"),
    lambda content: content["points"],
    (
        Column(_head("Point"), lambda row: row["reference"], 19),
        Column(_head("Open to everyone"), _is_open, 10),
        Column(_head("Theme"), lambda row: row["theme"], 8),
        Column(_head("Organisation"), lambda row: row["organisation"], 34),
        Column(_head("Text of the point"), lambda row: row["text"], 60),
        Column(_head("Outcome"), lambda row: outcome_words(row["outcome"]), 16),
        Column(_head("Kind of reason"), lambda row: reason_words(row["reason_code"]), 26),
        Column(_head("Reason"), lambda row: row["reason"], 60),
        Column(_head("Paragraphs"), lambda row: _series(row["paragraphs"]), 14),
        Column(_head("Joined with"), lambda row: row.get("into"), 19),
    ),
)
CLEARANCES = Table(
    _head("Clearances"),
    lambda content: content["clearances"],
    (
        Column(_head("Office"), lambda row: row["ministry"], 44),
        Column(_head("Paragraphs"), lambda row: _series(row["paragraphs"]), 40),
        Column(_head("Agree"), _stances("agree"), 9),
        Column(_head("Agree with comment"), _stances("agree_with_comment"), 10),
        Column(_head("Reservation"), _stances("reservation"), 12),
        Column(_head("Object"), _stances("object"), 9),
        Column(_head("Abstain"), _stances("abstain"), 9),
        Column(_head("Recuse"), _stances("recuse"), 9),
        Column(_head("Silent"), _stances("silent"), 9),
        Column(_head("Answered on"), lambda row: row["answered_on"], 14),
        Column(
            _head("Paragraphs whose words moved after the answer"),
            lambda row: _series(row.get("on_older_words", [])),
            20,
        ),
    ),
)
RESERVATIONS = Table(
    _head("Reservations"),
    _remarks,
    (
        Column(_head("Kind"), lambda row: row["kind"], 22),
        Column(_head("Organisation"), lambda row: row["organisation"], 44),
        Column(_head("Paragraph"), lambda row: row.get("paragraph"), 11),
        Column(_head("Text"), lambda row: row["text"], 90),
    ),
)
OBJECTIONS = Table(
    _head("Objections answered"),
    lambda content: content["objections_resolved"],
    (
        Column(_head("Office"), lambda row: row["organisation"], 40),
        Column(_head("Paragraph"), lambda row: row["paragraph"], 11),
        Column(_head("Objection"), lambda row: row["objection"], 50),
        Column(_head("Proposed words"), lambda row: row["proposed"], 50),
        Column(_head("What was done"), lambda row: row["resolution"], 50),
    ),
)
TABLES = (PARAGRAPHS, POINTS, DISPOSITIONS, CLEARANCES, RESERVATIONS, OBJECTIONS)


# --- As CSV -----------------------------------------------------------------------------------------------------------


def render(content: Content, *, table: Table, sha256: str) -> bytes:
    """One table of an edition as a CSV file in UTF-8, with the mark by which spreadsheet programs know it.

    The last column names the edition in each row, so that rows of several editions can stand in one sheet. The same
    arguments give the same bytes. Raises ValueError when the hash is not the content's.
    """
    sealed(content, sha256)
    set_up_alone()
    out = StringIO(newline="")
    writer = csv.writer(out)
    with translation.override(LANGUAGE):
        edition = _edition(content)
        writer.writerow([*map(escaped, table.heads()), _("Edition")])
        for row in table.rows(content):
            writer.writerow([*map(escaped, row), edition])
    return out.getvalue().encode("utf-8-sig")


def _edition(content: Content) -> str:
    """The number, and what must be known about such a row wherever it goes."""
    marks = [_("SAMPLE")] * content["sample"] + [_("DRAFT")] * (not is_final(content))
    return " ".join([content["edition"]["number"], *marks])
