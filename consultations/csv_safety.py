"""Cells of tables that spreadsheet programs open: text stays text and is never a formula, and fits or says that it
does not. Pure: values in, cells out."""

import re
from typing import Any

from django.utils.translation import gettext as _
from openpyxl.cell import WriteOnlyCell

# What a spreadsheet program would take for the beginning of a formula (OWASP, "CSV Injection").
FORMULA = tuple("=+-@\t\r＝＋－＠")  # the last four are their full-width forms
# Line ends, spaces and characters without width, in the order of their codes.
UNSEEN = (
    "\t\n\v\f\r \u0085\u00a0\u00ad\u034f\u061c\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
    "\u2009\u200a\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u202f\u205f\u2060\u2061"
    "\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u3000\ufeff"
)
DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # they would turn round what follows in a line
LONGEST = 32_767  # characters that fit a cell of a workbook, as Excel counts them: one beyond U+FFFF is two
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, 2.2
LIKE_A_CODE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
REPLACEMENT = "\ufffd"


def is_formula(text: str) -> bool:
    """Whether a formula stands here, or one behind apostrophes. Programs pass over what nobody sees before it."""
    text = text.lstrip("'")
    return text.startswith(FORMULA) or text.lstrip(UNSEEN).startswith(FORMULA)


def escaped(value: Any) -> str:
    """A cell of a CSV file that no program takes for a formula: an apostrophe stands before what looks like one."""
    text = "" if value is None else DIRECTION.sub("", str(value))
    return f"'{text}" if is_formula(text) else text


def writable(text: str) -> str:
    """`text` as XML can hold it: a character that it cannot hold is shown as U+FFFD."""
    return NOT_XML.sub(REPLACEMENT, text)


def text_cell(sheet: Any, value: Any) -> WriteOnlyCell:
    """A cell of a write-only sheet that is text, whatever stands in it, as far as it fits.

    "_x0041_", which programs would read as the code of a letter, is written so that they show it as it stands
    (ECMA-376, 22.9.2.19).
    """
    text = fitting(writable("" if value is None else DIRECTION.sub("", str(value))))
    cell = WriteOnlyCell(sheet)
    cell._value, cell.data_type = LIKE_A_CODE.sub("_x005F_", text), "s"  # openpyxl would make "=1" a formula
    return cell


def fitting(text: str) -> str:
    """`text` as far as it fits a cell of a workbook; where it does not, the cell says so at its end."""
    if len(text) <= LONGEST // 2 or _units(text) <= LONGEST:
        return text
    note = _(" … (cut here: a workbook cell cannot hold more. The CSV and JSON files have the whole text.)")
    room = LONGEST - len(note)
    return text.encode("utf-16-le", "surrogatepass")[: 2 * room].decode("utf-16-le", "ignore") + note


def _units(text: str) -> int:
    return len(text) + sum(letter > "\uffff" for letter in text)
