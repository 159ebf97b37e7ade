"""Tables of an edition: cells match the content, in CSV and in the workbook, with reproducible bytes."""

import csv
import io
import zipfile
from datetime import UTC, datetime

import pytest
import time_machine
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from consultations.csv_safety import FORMULA
from positions.render import tables, workbook
from tests.positions.render import editions

CSV_TABLES = [
    tables.PARAGRAPHS,
    tables.POINTS,
    tables.DISPOSITIONS,
    tables.CLEARANCES,
    tables.RESERVATIONS,
]
ROWS = {
    "Paragraphs": [
        [1, "1", "Introduction", None, "calls for", "Kenya calls for routes.", "en", "no", "GCM-01; SDG-10.7", "NCM-2017-0001.1; NCM-2017-0001.2 (in part); NCM-2017-0002.1 (says the contrary)", "Coast Centre\nLake Union", "k-1", "k-8; k-9"],
        [2, "2", "Drivers", "T1", "", "People leave.", "en", "yes", "", "", "", "k-2", ""],
        [3, "2", "Drivers", "T1", "notes", "Kenya notes.", "en", "no", "", "NCM-2017-0001.1; F17.S1.1", "Coast Centre", "k-3", ""],
    ],
    "Points": [
        ["NCM-2017-0001.1", "yes", "Good practice", "T1", "Coast Centre", 2, "=Routes", "1; 3", "", "", None],
        ["NCM-2017-0001.2", "yes", "Dissent", "T2", "Lake Union", 0, "Two\nlines", "", "1", "", "NCM-2017-0001.1"],
        ["NCM-2017-0002.1", "no", "Finding", "T1", None, None, None, "", "", "1", None],
        ["F17.S1.1", "no", "", None, None, None, None, "3", "", "", None],
    ],
    "Dispositions": [
        ["NCM-2017-0001.1", "yes", "T1", "Coast Centre", "=Routes", "Accepted in part", "A law or agreement in force stands in the way.", "Said.", "1; 3", None],
        ["NCM-2017-0001.2", "yes", "T2", "Lake Union", "Two\nlines", "Merged", "", "", "", "NCM-2017-0001.1"],
        ["NCM-2017-0002.1", "no", "T1", None, None, "Noted", "", "", "", None],
    ],
    "Clearances": [
        ["Office of Borders", "1; 2; 3", 1, 2, 3, 4, 5, 6, 7, "2017-10-06", "2"],
        ["Office of Work", "1", 0, 0, 0, 0, 0, 0, 1, None, ""],
    ],
    "Reservations": [
        ["Reservation", "Lake Union", 3, "-We reserve."],
        ["Explanation of position", "Coast Centre", None, "We explain."],
    ],
    "Objections answered": [["Office of Work", 1, "Not in force.", "Strike it.", "Struck."]],
}  # fmt: skip
SILENT = {"agree": 0, "agree_with_comment": 0, "reservation": 0, "object": 0, "abstain": 0, "recuse": 0, "silent": 1}
COAST, LAKE = ("NCM-2017-0001.1", "Coast Centre"), ("NCM-2017-0001.2", "Lake Union")


def source(point, organisation, relation, **more):
    return {"point": point, "relation": relation, "organisation": organisation, **more}


def text():
    """Return three paragraphs in two sections."""
    one, two, three = (editions.paragraph(number, "", "", "People leave.", points=0) for number in (1, 2, 3))
    one |= {
        "key": "k-1", "verb": "calls for", "text": "Kenya calls for routes.", "secretariat_text": False,
        "provisions": ["GCM-01", "SDG-10.7"], "came_from": ["k-8", "k-9"],
        "sources": [
            source(*COAST, "rests_on", others=2), source(*LAKE, "partly", into=COAST[0]), source("NCM-2017-0002.1", None, "contrary"),
        ],
    }  # fmt: skip
    two |= {"key": "k-2", "provisions": []}
    three |= {
        "key": "k-3", "verb": "notes", "text": "Kenya notes.", "secretariat_text": False, "provisions": [],
        "sources": [source(*COAST, "rests_on", others=2), source("F17.S1.1", None, "rests_on")],
    }  # fmt: skip
    first = {"number": "1", "part": "body", "heading": "Introduction", "heading_sw": "", "theme": None}
    drivers = {"number": "2", "part": "theme", "heading": "Drivers", "heading_sw": "Sababu", "theme": "T1"}
    return [{**first, "paragraphs": [one]}, {**drivers, "paragraphs": [two, three]}]


def point(reference, organisation, kind, theme, words, **answer):
    known = {"reference": reference, "organisation": organisation, "kind": kind, "theme": theme, "text": words}
    return {**known, "outcome": "", "reason_code": "", "reason": "", "paragraphs": [], **answer}


def small():
    """Return an edition of three paragraphs and three points in which every kind of cell occurs."""
    content = editions.edition(paragraphs=0, themes=0, points=0, participants=0, ministries=0)
    answer = {"outcome": "accepted_in_part", "reason_code": "law", "reason": "Said.", "paragraphs": [1, 3]}
    borders = {"stances": dict(zip(SILENT, range(1, 8), strict=True)), "on_older_words": [2]}
    objection = {"objection": "Not in force.", "proposed": "Strike it.", "resolution": "Struck."}
    return content | {
        "sections": text(),
        "points": [
            point(*COAST, "good_practice", "T1", "=Routes", others=2, **answer),
            point(*LAKE, "dissent", "T2", "Two\nlines", outcome="merged", into=COAST[0]),
            point("NCM-2017-0002.1", None, "finding", "T1", None, outcome="noted"),
        ],
        "clearances": [
            {"ministry": "Office of Borders", "paragraphs": [1, 2, 3], "answered_on": "2017-10-06", **borders},
            {"ministry": "Office of Work", "paragraphs": [1], "answered_on": None, "stances": SILENT},
        ],
        "reservations": [{"organisation": "Lake Union", "paragraph": 3, "text": "-We reserve."}],
        "explanations": [{"organisation": "Coast Centre", "text": "We explain."}],
        "objections_resolved": [{"organisation": "Office of Work", "paragraph": 1, **objection}],
    }


def as_csv(content, table):
    """Return the rows of a table as a CSV reader sees them, header first."""
    data = tables.render(content, table=table, sha256=editions.digest(content))
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def as_workbook(content):
    """Return the bytes of the workbook and its rows as read by openpyxl."""
    data = workbook.render(content, sha256=editions.digest(content), address=editions.address(content))
    return data, load_workbook(io.BytesIO(data))


def literal(value):
    """Return a cell as a CSV file writes it."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def test_csv_cells_equal_content():
    content = small()
    for table in CSV_TABLES:
        heads, *rows = as_csv(content, table)
        assert (heads, len(set(heads))) == ([*table.heads(), "Edition"], len(table.columns) + 1)
        assert rows == [[*map(literal, row), "1.0 SAMPLE"] for row in ROWS[str(table.title)]]


def test_workbook_cells_equal_content_without_formulas():
    _data, book = as_workbook(small())
    assert book.sheetnames == ["Edition", *ROWS]
    for sheet, table in zip(book.worksheets[1:], tables.TABLES, strict=True):
        heads, *rows = ([cell.value for cell in row] for row in sheet.iter_rows())
        expected = [[value if value != "" else None for value in row] for row in ROWS[sheet.title]]
        assert (heads, rows) == (table.heads(), expected)
        kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)}
        assert kinds == {"s"}
        assert (sheet.freeze_panes, sheet.print_title_rows) == ("B2", "$1:$1")
        assert sheet.auto_filter.ref == f"A1:{sheet.cell(1, len(heads)).column_letter}{len(rows) + 1}"


def test_draft_without_answers_has_points_cited_by_paragraphs():
    content = small()
    content["points"], content["edition"]["kind"], content["sample"] = [], "review", False
    _heads, *rows = as_csv(content, tables.POINTS)
    begun = ["NCM-2017-0001.1", "yes", "", "", "Coast Centre", "2", "", "1; 3", "", "", ""]
    assert rows[0] == [*begun, "1.0 DRAFT"]
    assert [row[0] for row in rows] == ["NCM-2017-0001.1", "NCM-2017-0001.2", "NCM-2017-0002.1", "F17.S1.1"]
    assert as_csv(content, tables.DISPOSITIONS)[1:] == []


@pytest.mark.parametrize(("kind", "sample"), [("adopted", True), ("review", False)])
def test_first_sheet_names_edition_and_verification_url(kind, sample):
    content = editions.edition(kind=kind, sample=sample, paragraphs=20, points=4)
    content["paper"] |= {"short_title": "R&D", "title": "=Ours & theirs"}
    _data, book = as_workbook(content)
    about = {row[0]: row[1] for row in book["Edition"].iter_rows(min_row=2, values_only=True)}
    mark = "SAMPLE: not a position of the Government of Kenya" if sample else "DRAFT, edition 0.3"
    assert (book["Edition"]["A1"].value, about["Note"], about["Status"]) == (
        "=Ours & theirs", mark, content["edition"]["status"],
    )  # fmt: skip
    assert (about["SHA-256 of the content"], about["Verify a copy"]) == (
        editions.digest(content), editions.address(content),
    )  # fmt: skip
    assert (about["Paragraphs"], about["Dispositions"], about["Frozen"]) == (
        "20 rows", "4 rows", "17 October 2017, 16:40 EAT (UTC+3)",
    )  # fmt: skip
    foot = book["Points"].oddFooter
    assert (foot.left.text.startswith("R&&D. Edition "), foot.center.text, foot.right.text) == (True, mark, "&P / &N")


CONTROL = {*map(chr, range(32)), "\ufffe", "\uffff"} - set("\t\n\r")
HOSTILE = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
STARTS = st.sampled_from(["", "=", "+", "-", "@", "\t=", "\r=", "'=", "=HYPERLINK(", "_x000B_", "\x0b", "\ufffe"])


@given(st.builds(str.__add__, STARTS, HOSTILE))
@hypothesis(max_examples=12)
def test_user_text_is_never_a_formula(text):
    content = small()
    content["points"][0] |= {"text": text, "reason": text, "organisation": text}
    content["paper"]["title"] = content["paper"]["short_title"] = text
    _data, book = as_workbook(content)
    shown = "".join("\ufffd" if letter in CONTROL else letter for letter in text)
    cells = [book["Dispositions"].cell(2, column) for column in (4, 5, 8)]
    assert [unescape(cell.value) for cell in cells] == [shown] * 3
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    in_csv = as_csv(content, tables.DISPOSITIONS)[1]
    assert {in_csv[3], in_csv[4], in_csv[7]} <= {text, f"'{text}"}
    assert not any(cell.startswith(FORMULA) for cell in in_csv)


def test_overlong_text_is_marked_in_workbook_and_complete_in_csv():
    content = small()
    content["points"][0]["reason"] = "=" + "x" * 40_000
    _data, book = as_workbook(content)
    cell = book["Dispositions"]["H2"].value
    assert (len(cell), cell.endswith("The CSV and JSON files have the whole text.)")) == (32_767, True)
    assert as_csv(content, tables.DISPOSITIONS)[1][7] == "'=" + "x" * 40_000


def test_same_edition_gives_same_bytes_on_any_day():
    content = editions.edition(paragraphs=20, points=10)
    made = []
    for moment in (datetime(2017, 11, 1, tzinfo=UTC), datetime(2031, 7, 5, 23, 59, 58, tzinfo=UTC)):
        with time_machine.travel(moment):
            made.append([as_workbook(content)[0], *(as_csv(content, table) for table in CSV_TABLES)])
    assert made[0] == made[1]
    with zipfile.ZipFile(io.BytesIO(made[0][0])) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2017, 10, 17, 13, 40, 0)}
        assert archive.testzip() is None
    about = as_workbook(content)[1].properties
    assert (about.created, about.modified) == (datetime(2017, 10, 17, 13, 40), datetime(2017, 10, 17, 13, 40))  # noqa: DTZ001
    assert (about.creator, about.identifier) == ("NCM Portal", editions.digest(content))


def test_csv_file_conforms_to_rfc_4180():
    data = tables.render(small(), table=tables.RESERVATIONS, sha256=editions.digest(small()))
    heads, first, _second, nothing = data.split(b"\r\n")
    assert heads == b"\xef\xbb\xbfKind,Organisation,Paragraph,Text,Edition"
    assert (first, nothing) == (b"Reservation,Lake Union,3,'-We reserve.,1.0 SAMPLE", b"")
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_mismatched_hash_is_refused():
    with pytest.raises(ValueError, match="not the SHA-256"):
        tables.render(small(), table=tables.POINTS, sha256="0" * 64)
    with pytest.raises(ValueError, match="not the SHA-256"):
        workbook.render(small(), sha256="0" * 64, address="https://x.example/")
