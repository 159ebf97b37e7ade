"""Write cells that spreadsheet programs never interpret as formulas, and truncate texts that do not fit, with a note.
Pure functions.
"""

import re
from typing import Any

from django.utils.translation import gettext as _
from openpyxl.cell import WriteOnlyCell

# What a spreadsheet program would read as the start of a formula (OWASP, "CSV Injection").
FORMULA = tuple("=+-@\t\r＝＋－＠")  # the last four are full-width forms
# Line ends, spaces and zero-width characters in the order of their codes.
UNSEEN = (
    "\t\n\v\f\r \u0085\u00a0\u00ad\u034f\u061c\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
    "\u2009\u200a\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u202f\u205f\u2060\u2061"
    "\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u3000\ufeff"
)
DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # they would reverse what follows on the line
LONGEST = 32_767  # characters that fit into a workbook cell as Excel counts them: one beyond U+FFFF counts as two
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, 2.2
LIKE_A_CODE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
REPLACEMENT = "\ufffd"


def is_formula(text: str) -> bool:
    """Return whether the value would be read as a formula, also after leading apostrophes or invisible characters."""
    text = text.lstrip("'")
    return text.startswith(FORMULA) or text.lstrip(UNSEEN).startswith(FORMULA)


def escaped(value: Any) -> str:
    """Return a CSV cell with an apostrophe before anything that looks like a formula."""
    text = "" if value is None else DIRECTION.sub("", str(value))
    return f"'{text}" if is_formula(text) else text


def writable(text: str) -> str:
    """Return `text` with characters that XML cannot contain replaced by U+FFFD."""
    return NOT_XML.sub(REPLACEMENT, text)


def text_cell(sheet: Any, value: Any) -> WriteOnlyCell:
    """Return a write-only cell that always contains text, truncated to fit.

    Escapes "_x0041_", which programs would read as a character code, so that they show it literally (ECMA-376,
    22.9.2.19).
    """
    text = fitting(writable("" if value is None else DIRECTION.sub("", str(value))))
    cell = WriteOnlyCell(sheet)
    cell._value, cell.data_type = LIKE_A_CODE.sub("_x005F_", text), "s"  # openpyxl would make "=1" a formula
    return cell


def fitting(text: str) -> str:
    """Truncate `text` to fit a workbook cell; a truncated cell says so at its end."""
    if len(text) <= LONGEST // 2 or _units(text) <= LONGEST:
        return text
    note = _(" … (cut here: a workbook cell cannot hold more. The CSV and JSON files have the whole text.)")
    room = LONGEST - len(note)
    return text.encode("utf-16-le", "surrogatepass")[: 2 * room].decode("utf-16-le", "ignore") + note


def _units(text: str) -> int:
    return len(text) + sum(letter > "\uffff" for letter in text)
