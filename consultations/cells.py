"""Cells of tables that spreadsheet programs open: text stays text and is never a formula, and fits or says that it
does not. Pure: values in, cells out."""

import re
from typing import Any

from django.utils.translation import gettext as _
from openpyxl.cell import WriteOnlyCell

# What a spreadsheet program would take for the beginning of a formula (OWASP, "CSV Injection").
FORMULA = tuple("=+-@\t\r")
LONGEST = 32_767  # characters that fit a cell of a workbook, as Excel counts them: one beyond U+FFFF is two
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, 2.2
LIKE_A_CODE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
REPLACEMENT = "\ufffd"


def is_formula(text: str) -> bool:
    """Whether a formula stands here, or one behind apostrophes."""
    return text.lstrip("'").startswith(FORMULA)


def escaped(value: Any) -> str:
    """A cell of a CSV file that no program takes for a formula: an apostrophe stands before what looks like one."""
    text = "" if value is None else str(value)
    return f"'{text}" if is_formula(text) else text


def writable(text: str) -> str:
    """`text` as XML can hold it: a character that it cannot hold is shown as U+FFFD."""
    return NOT_XML.sub(REPLACEMENT, text)


def text_cell(sheet: Any, value: Any) -> WriteOnlyCell:
    """A cell of a write-only sheet that is text, whatever stands in it, as far as it fits.

    "_x0041_", which programs would read as the code of a letter, is written so that they show it as it stands
    (ECMA-376, 22.9.2.19).
    """
    text = fitting(writable("" if value is None else str(value)))
    cell = WriteOnlyCell(sheet)
    cell._value, cell.data_type = LIKE_A_CODE.sub("_x005F_", text), "s"  # openpyxl would make "=1" a formula
    return cell


def fitting(text: str) -> str:
    """`text` as far as it fits a cell of a workbook; where it does not, the cell says so at its end."""
    if len(text) <= LONGEST // 2 or _units(text) <= LONGEST:
        return text
    note = _(" … (cut here: a cell of a workbook holds no more. The CSV and JSON files have the whole text.)")
    room = LONGEST - len(note)
    return text.encode("utf-16-le", "surrogatepass")[: 2 * room].decode("utf-16-le", "ignore") + note


def _units(text: str) -> int:
    return len(text) + sum(letter > "\uffff" for letter in text)
