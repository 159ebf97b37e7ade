"""Workbooks are read cell by cell like openpyxl reads them."""

from datetime import datetime, time, timedelta
from io import BytesIO
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.reader.strings import read_string_table
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.xml.constants import SHEET_MAIN_NS

from consultations.imports.workbooks import CellReader, NotText, shared_texts, workbook_rows

PLACES = ["", 's="2"', 'r="C7"', 'r="c7"', 'r="AB12" s="0"', 's="3"']
TEXTS = [
    "<is><t>Wages</t></is>",
    '<is><t xml:space="preserve">  Wages  </t></is>',
    "<is>between<t>Wages</t></is>",
    "<is><t/></is>",
    "<is/>",
    "",
    "<v>7</v>",
    "<v>1.5E3</v>",
    "<v>-1</v>",
    "<v>2017-10-17</v>",
    "<is><r><rPr><b/></rPr><t>Wa</t></r><r><t>ges</t></r></is>",
    "<is><t>Wa</t><r><t>ges</t></r></is>",
    '<is><t>Wages</t><rPh sb="0" eb="1"><t>we</t></rPh></is>',
    "<is><t>Wages</t></is><f>A1</f>",
    "<v>7</v><is><t>Wages</t></is>",
    "<is><t>Wa<b>g</b>es</t></is>",
]
cells = st.tuples(
    st.sampled_from(["inlineStr", "s", "str", "n", "b", "e", "d"]), st.sampled_from(PLACES), st.sampled_from(TEXTS)
)


SHARED = ["none", *"abcdefg", "shared"]
FORMATS = ["General", "0", "yyyy-mm-dd", "0.00"]


def element(cells):
    parts = "".join(f'<c t="{name}" {place}>{text}</c>' for name, place, text in cells)
    return fromstring(f'<row xmlns="{SHEET_MAIN_NS}" r="7">{parts}</row>')


def ours(cells):
    """Return the cells of a row, or what is wrong with them."""
    try:
        found = list(CellReader(SHARED, FORMATS).cells(element(cells)))
    except (ValueError, TypeError, IndexError) as error:
        return type(error)
    return [(column, "formula or error" if isinstance(value, NotText) else value) for column, value in found]


def theirs(cells):
    sheet = WorkSheetParser(None, SHARED, date_formats={2})
    try:
        found = sheet.parse_row(element(cells))[1]
    except (ValueError, TypeError, IndexError) as error:
        return type(error)
    return [(cell["column"], "formula or error" if cell["data_type"] in "fe" else cell["value"]) for cell in found]


@given(st.lists(cells, min_size=1, max_size=4))
def test_cells_match_openpyxl(row):
    assert ours(row) == theirs(row)


ITEMS = [text.replace("is>", "si>").replace("<is", "<si") for text in TEXTS if text.startswith("<is")]
ITEMS += ["<si><t>_x005F_x000D_</t></si>", "<si>&amp;<t>&lt;b&gt;</t></si>"]


@given(st.lists(st.sampled_from(ITEMS)))
def test_shared_strings_match_openpyxl(items):
    table = f'<sst xmlns="{SHEET_MAIN_NS}">{"".join(items)}</sst>'.encode()
    assert list(shared_texts(BytesIO(table))) == read_string_table(BytesIO(table))


def test_shared_strings_are_read_literally():
    table = f'<!DOCTYPE sst [<!ENTITY a "b">]><sst xmlns="{SHEET_MAIN_NS}"><si><t>&a;</t></si></sst>'
    with pytest.raises(ValueError, match=r"^$"):
        list(shared_texts(BytesIO(table.encode())))


@pytest.mark.parametrize("wrong", ['r="7"', 'r="C"', 's="x"', 'r="ABCD7"'])
def test_cell_unreadable_by_openpyxl_is_refused(wrong):
    cell = ("inlineStr", wrong, TEXTS[0])
    assert isinstance(theirs([cell]), type)
    assert ours([cell]) == theirs([cell])


@pytest.mark.parametrize("epoch", [WINDOWS_EPOCH, MAC_EPOCH])
def test_dates_and_durations_match_openpyxl(epoch):
    book = Workbook()
    book.epoch = epoch
    values = [datetime(2017, 10, 17), timedelta(hours=30), time(8, 30), 43_025, 0.5, True]  # noqa: DTZ001 - as openpyxl
    book.active.append(values)
    for cell, code in zip(book.active[1][3:5], ['dd"/"mm"/"yyyy', "[h]:mm"], strict=True):
        cell.number_format = code
    out = BytesIO()
    book.save(out)
    found = list(load_workbook(out).active.iter_rows(values_only=True))
    assert [tuple(row) for _number, row in workbook_rows(out.getvalue())] == found
    assert [type(value) for value in found[0][:2]] == [datetime, timedelta]
