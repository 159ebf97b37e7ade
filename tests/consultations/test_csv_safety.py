"""Table cells in files: text round-trips, is never a formula, and is marked when truncated."""

import csv
from io import BytesIO, StringIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils.escape import unescape

from consultations.csv_safety import (
    DIRECTION,
    FORMULA,
    LONGEST,
    UNSEEN,
    csv_row,
    escaped,
    escaped_row,
    fitting,
    text_cell,
)
from consultations.imports.spreadsheets import _unescaped
from consultations.views.pagination import xlsx_blocks

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
BEGINNINGS = ["=", "+", "-", "@", "\t", "\r", "'=", "''+", "_x003D_", "\n=", " @", "\ufeff+", "\u200b-", "＝"]
LIKE_FORMULAS = st.builds(str.__add__, st.sampled_from(BEGINNINGS), TEXT)
HIDDEN = [
    "\n=",
    "\r\n=",
    "\n\n  +",
    " =",
    "\u00a0-",
    "\ufeff@",
    "\u200b=",
    "\u2060\u202e=",
    "\v=",
    "\x85=",
    "'\n=",
    "＝",
    " ＠",
]


def read_back(*texts):
    """Return the cells of one row as read back from a workbook."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append([text_cell(sheet, each) for each in texts])
    out = BytesIO()
    book.save(out)
    return load_workbook(out).active[1]


@given(TEXT | LIKE_FORMULAS)
@example("_x000D_ and _x005F_x0041_")
@example(" two lines \r\n and a tab\t ")
@settings(max_examples=40)
def test_csv_text_round_trips_and_is_no_formula(text):
    (cell,) = read_back(text)
    unwritable = {*map(chr, range(32)), "\ufffe", "\uffff"} - set("\t\n\r")
    shown = "".join("\ufffd" if letter in unwritable else letter for letter in text)
    assert unescape(cell.value or "") == shown
    assert cell.data_type != "f"


@given(TEXT | LIKE_FORMULAS)
def test_csv_cell_never_begins_like_formula(text):
    out = StringIO(newline="")
    csv.writer(out).writerow([escaped(text), "behind"])
    ((found, behind),) = csv.reader(StringIO(out.getvalue(), newline=""))
    assert behind == "behind"
    assert not found.lstrip(UNSEEN).startswith(FORMULA)
    assert found in ((shown := DIRECTION.sub("", text)), f"'{shown}")


@given(st.lists(TEXT | LIKE_FORMULAS | st.sampled_from([None, 0, -1, "a\u202eb", "'plain", "''"]), max_size=4))
@example(["plain", "\u202e=1"])
@example(["ũ", "a\u200fb"])
def test_row_is_escaped_as_each_of_its_cells(values):
    assert escaped_row(values) == [escaped(value) for value in values]


CELLS = TEXT | LIKE_FORMULAS | st.text(" \",;\t\r\n'=aũ", max_size=6) | st.sampled_from([None, 7])


@given(st.lists(CELLS, max_size=4))
@example([])
@example([""])
@example(["", None])
@example(['"', 'a"b', "a,b", "a\rb", "a\nb", " a", "a ", ";"])
def test_csv_row_has_the_bytes_of_the_standard_writer(values):
    out = StringIO(newline="")
    csv.writer(out).writerow(map(escaped, values))
    assert csv_row(values) == out.getvalue()


@given(st.lists(TEXT | LIKE_FORMULAS, min_size=1, max_size=3))
@example(["", None, 7, "a\rb\r\nc", "<&>]]>", "_x0041_", "\x00", " x ", "\u202ea", "-1"])
@example(["ũ" * (LONGEST + 1), "😀" * LONGEST])
@settings(max_examples=40)
def test_row_of_a_sheet_reads_as_its_text_cells(values):
    rows = xlsx_blocks([["above"], values])
    read = [(cell.value, cell.data_type) for cell in load_workbook(BytesIO(b"".join(rows))).active[2]]
    assert read == [(cell.value, cell.data_type) for cell in read_back(*values)]


@pytest.mark.parametrize("beginning", HIDDEN)
def test_formula_after_invisible_characters_is_escaped(beginning):
    text = DIRECTION.sub("", f"{beginning}HYPERLINK(1)")
    assert escaped(f"{beginning}HYPERLINK(1)") == f"'{text}"
    assert _unescaped(escaped(text)) == text


@pytest.mark.parametrize("text", ["\nplain", " two words", "\u200bplain", "'plain", "a\n=1", "\n'=1", "1 + 1", ""])
def test_other_cells_are_unchanged(text):
    assert escaped(text) == text
    assert _unescaped(text) == text


@pytest.mark.parametrize("letter", ["x", "ũ", "😀"])
def test_overlong_cell_is_marked_as_cut(letter):
    size = len(letter.encode("utf-16-le")) // 2
    fits = letter * (LONGEST // size)
    cut = fitting(fits + letter)
    assert fitting(fits) == fits
    begun, told, rest = cut.partition(" … (cut here: a workbook cell cannot hold more.")
    assert (begun.strip(letter), bool(told), rest) == ("", True, " The CSV and JSON files have the whole text.)")
    assert LONGEST - size < len(cut.encode("utf-16-le")) // 2 <= LONGEST
    assert read_back(fits + letter)[0].value == cut


def test_cell_holds_what_excel_takes_and_no_more():
    assert fitting("x" * 32_767) == "x" * 32_767
    assert len(fitting("x" * 32_768)) == 32_767


def test_typed_apostrophe_survives_unescaping():
    assert [escaped(each) for each in ("'=1", "''-1", "'a", "''", None, 3)] == ["''=1", "'''-1", "'a", "''", "", "3"]
