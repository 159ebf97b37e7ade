"""Tables of an edition as data: the text and its sources, points and answers, answers of offices and organisations.
Each as rows, and as a CSV file (RFC 4180).

Codes are shown as labels, paragraph numbers and references are separated by semicolons. Non-public data is not in an
edition: such a point is a reference without text and name, and the table says so.
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
LANGUAGE = "en"  # language of headers and codes, whatever the edition's: programs need stable words
Content = dict[str, Any]


class Column(NamedTuple):
    """Column: header, value, and its width in characters in a workbook."""

    head: Promise
    cell: Callable[[Content], Any]
    width: int = 12


class Table(NamedTuple):
    """Table: title, source of rows, and columns."""

    title: Promise
    records: Callable[[Content], Iterable[Content]]
    columns: tuple[Column, ...]

    def name(self) -> str:
        """Return the name of the table, independent of language."""
        with translation.override(LANGUAGE):
            return str(self.title)

    def heads(self) -> list[str]:
        """Return the column headers in the current language."""
        return [str(column.head) for column in self.columns]

    def rows(self, content: Content) -> Iterator[list[Any]]:
        """Return the cells: texts, whole numbers, or None if empty."""
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
    """Return every point of the edition in order: those with an answer, then those cited only."""
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
    """Return how many unnamed others make the same point; for public points only."""
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
    """Render one table of an edition as a CSV file in UTF-8 with a byte order mark for spreadsheet programs;
    deterministic.

    The last column names the edition in each row, so that rows of several editions can be combined. Raises ValueError
    if the hash does not match.
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
    """Return the number of the edition with its warnings, for each row."""
    marks = [_("SAMPLE")] * content["sample"] + [_("DRAFT")] * (not is_final(content))
    return " ".join([content["edition"]["number"], *marks])
