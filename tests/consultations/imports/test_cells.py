"""Cells of a workbook: a bare text, which is read in a short way, is what openpyxl reads."""

from io import BytesIO
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.reader.strings import read_string_table
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.xml.constants import SHEET_MAIN_NS

from consultations.imports.workbooks import _Sheet, shared_texts

PLACES = ["", 'r="C7"', 'r="c7"', 'r="AB12" s="0"', 's="3"']
TEXTS = [
    "<is><t>Wages</t></is>",
    '<is><t xml:space="preserve">  Wages  </t></is>',
    "<is>between<t>Wages</t></is>",
    "<is><t/></is>",
    "<is/>",
    "",
    "<v>7</v>",
    "<is><r><rPr><b/></rPr><t>Wa</t></r><r><t>ges</t></r></is>",
    "<is><t>Wa</t><r><t>ges</t></r></is>",
    '<is><t>Wages</t><rPh sb="0" eb="1"><t>we</t></rPh></is>',
    "<is><t>Wages</t></is><f>A1</f>",
    "<v>7</v><is><t>Wages</t></is>",
    "<is><t>Wa<b>g</b>es</t></is>",
]
cells = st.tuples(st.sampled_from(["inlineStr", "s", "str"]), st.sampled_from(PLACES), st.sampled_from(TEXTS))


def read(kind, cells):
    """What the cells of a row hold, and where; or what is wrong with them."""
    parts = "".join(f'<c t="{name}" {place}>{text}</c>' for name, place, text in cells)
    sheet = kind(None, ["none", *"abcdefg", "shared"])
    try:
        found = sheet.parse_row(fromstring(f'<row xmlns="{SHEET_MAIN_NS}" r="7">{parts}</row>'))[1]
    except (ValueError, TypeError) as error:
        return type(error)
    return [(cell["column"], "=" if cell["data_type"] == "f" else cell["value"], cell["data_type"]) for cell in found]


@given(st.lists(cells, min_size=1, max_size=4))
def test_cells_are_what_openpyxl_reads(row):
    assert read(_Sheet, row) == read(WorkSheetParser, row)


ITEMS = [text.replace("is>", "si>").replace("<is", "<si") for text in TEXTS if text.startswith("<is")]
ITEMS += ["<si><t>_x005F_x000D_</t></si>", "<si>&amp;<t>&lt;b&gt;</t></si>"]


@given(st.lists(st.sampled_from(ITEMS)))
def test_shared_texts_are_what_openpyxl_reads(items):
    table = f'<sst xmlns="{SHEET_MAIN_NS}">{"".join(items)}</sst>'.encode()
    assert list(shared_texts(BytesIO(table))) == read_string_table(BytesIO(table))


def test_shared_texts_stand_for_nothing_else():
    table = f'<!DOCTYPE sst [<!ENTITY a "b">]><sst xmlns="{SHEET_MAIN_NS}"><si><t>&a;</t></si></sst>'
    with pytest.raises(ValueError, match=r"^$"):
        list(shared_texts(BytesIO(table.encode())))


@pytest.mark.parametrize("wrong", ['r="7"', 'r="C"', 's="x"', 'r="ABCD7"'])
def test_a_cell_that_openpyxl_cannot_read_is_not_read_in_the_short_way(wrong):
    cell = ("inlineStr", wrong, TEXTS[0])
    assert isinstance(read(WorkSheetParser, [cell]), type)
    assert read(_Sheet, [cell]) == read(WorkSheetParser, [cell])
