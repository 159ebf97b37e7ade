"""Write cells that spreadsheet programs never interpret as formulas, and truncate texts that do not fit, with a note.
Pure functions.
"""

import re
from collections.abc import Iterable
from itertools import count, repeat
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _

if TYPE_CHECKING:
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
QUOTE, IN_QUOTES = '"', re.compile('[",\r\n]')  # a cell with one of these is in quotes (RFC 4180, 2)
SUSPECT = frozenset([*FORMULA, *UNSEEN, "'"])  # first characters of cells that `escaped` may change
NOT_PLAIN = re.compile(f"[&<>\r]|_x|{NOT_XML.pattern}|{DIRECTION.pattern}")  # a text that XML writes otherwise


def is_formula(text: str) -> bool:
    """Return whether the value would be read as a formula, also after leading apostrophes or invisible characters."""
    text = text.lstrip("'")
    return text.startswith(FORMULA) or text.lstrip(UNSEEN).startswith(FORMULA)


def escaped(value: Any) -> str:
    """Return a CSV cell with an apostrophe before anything that looks like a formula."""
    text = "" if value is None else DIRECTION.sub("", str(value))
    return f"'{text}" if is_formula(text) else text


def escaped_row(values: Iterable[Any]) -> list[str]:
    """Return the CSV cells of a row, each as `escaped` returns it.

    Nearly no row needs that, which the first characters of its cells tell: a quarter of the time of a look at each.
    """
    cells = [value if type(value) is str else "" if value is None else str(value) for value in values]
    row = "".join(cells)
    if SUSPECT.isdisjoint([cell[:1] for cell in cells]) and (row.isascii() or not DIRECTION.search(row)):
        return cells
    return [escaped(cell) for cell in cells]


def csv_row(values: Iterable[Any]) -> str:
    """Return a row of a CSV file, its cells as `escaped` returns them, with the bytes of `csv.writer` in a third of its
    time: that looks at each character of a text, where this one looks for the first that has to be in quotes.
    """
    cells = escaped_row(values)
    if cells == [""]:
        return '""\r\n'
    quoted = [f'"{cell.replace(QUOTE, QUOTE * 2)}"' if IN_QUOTES.search(cell) else cell for cell in cells]
    return f"{','.join(quoted)}\r\n"


def writable(text: str) -> str:
    """Return `text` with characters that XML cannot contain replaced by U+FFFD."""
    return NOT_XML.sub(REPLACEMENT, text)


def text_cell(sheet: Any, value: Any) -> "WriteOnlyCell":
    """Return a write-only cell that always contains text, truncated to fit."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet)
    cell._value, cell.data_type = _cell_text(value), "s"  # openpyxl would make "=1" a formula
    return cell


def xml_row(number: int, values: Iterable[Any]) -> str:
    """Return a row of a sheet in which every cell is text, as `text_cell` writes it (ECMA-376, 18.3.1.73)."""
    from openpyxl.utils import get_column_letter

    cells = (xml_text(value) for value in values)
    return f'<row r="{number}">{"".join(map(_xml_cell, map(get_column_letter, count(1)), repeat(number), cells))}</row>'


def xml_text(value: Any) -> str:
    """Return the text of a workbook cell in XML."""
    text = "" if value is None else str(value)
    if len(text) <= LONGEST // 2 and not NOT_PLAIN.search(text):
        return text
    return escape(_cell_text(text), {"\r": "&#13;"})  # a parser would turn the character itself into a line feed


def _xml_cell(column: str, row: int, text: str) -> str:
    begin = f'<c r="{column}{row}" t="inlineStr"'
    return f'{begin}><is><t xml:space="preserve">{text}</t></is></c>' if text else f"{begin}/>"


def _cell_text(value: Any) -> str:
    """Return a value as a text that fits and that XML can contain.

    Escapes "_x0041_", which programs would read as a character code, so that they show it literally (ECMA-376,
    22.9.2.19).
    """
    return LIKE_A_CODE.sub("_x005F_", fitting(writable("" if value is None else DIRECTION.sub("", str(value)))))


def fitting(text: str) -> str:
    """Truncate `text` to fit a workbook cell; a truncated cell says so at its end."""
    if len(text) <= LONGEST // 2 or _units(text) <= LONGEST:
        return text
    note = _(" … (cut here: a workbook cell cannot hold more. The CSV and JSON files have the whole text.)")
    room = LONGEST - len(note)
    return text.encode("utf-16-le", "surrogatepass")[: 2 * room].decode("utf-16-le", "ignore") + note


def _units(text: str) -> int:
    return len(text) + sum(letter > "\uffff" for letter in text)
