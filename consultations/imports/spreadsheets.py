"""Read and write spreadsheets: with size limits, and always as literal text."""

import codecs
import csv
import itertools
import json
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator
from datetime import datetime
from io import BytesIO, StringIO, TextIOWrapper
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.formats.base_formats import CSV, XLSX
from tablib import Dataset

from consultations.csv_safety import escaped, is_formula, text_cell

from .cells import MAX_COLUMNS, NotReadable, NotText, Numbered, Row
from .disk_buffer import Spool

MAX_BYTES = 4 * 1024 * 1024
MAX_ROWS = 5_000
MAX_TEXT = 16_000_000  # characters of all cells together: a shared string can occur in each of them
MAX_LINES = 1_048_576  # rows of a CSV file, including blank ones: Excel sheets have no more
PLAIN = (str, int, float)  # types of cells that JSON keeps as they are
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"

SAMPLE = 100_000  # bytes used to detect an encoding
ENCODINGS = {
    "utf-8-sig": gettext_lazy("UTF-8"),
    "utf-16": gettext_lazy("UTF-16 (“Unicode text” of Excel)"),
    "cp1252": gettext_lazy("Windows, Western Europe (1252)"),
    "mac_roman": gettext_lazy("Macintosh (Roman)"),
    "cp1256": gettext_lazy("Windows, Arabic (1256)"),
}
DETECTED = ("cp1252", "mac_roman", "cp1256")


class EncodingUnknown(NotReadable):
    """Raised for a CSV file whose encoding cannot be detected."""


class Sheet:
    """Sheet with its rows on disk. Row n of the spreadsheet has the index n - 2."""

    def __init__(self, columns: list[str], rows: Iterable[Row]) -> None:
        self.headers, self._rows = columns, Spool()
        for row in rows:
            self._rows.append(row)

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the non-empty rows by number."""
        for number, row in enumerate(self._rows, 2):
            if not is_blank(row):
                yield number, dict(zip(self.headers, row, strict=True))

    def cells(self, number: int) -> dict[str, Any]:
        """Return the cells of a row by column name."""
        return dict(zip(self.headers, self._rows[number - 2], strict=True))


def kept_lines(sheet: Sheet) -> Iterator[bytes]:
    """Yield a sheet as lines of JSON, for `read_kept`. Raises TypeError if a cell is no text, number or date: such a
    sheet has to be read again, because the reason against a cell is in the language of its reader.
    """
    yield _line(sheet.headers)
    for number in range(2, len(sheet) + 2):
        yield _line(sheet.cells(number).values())


def read_kept(lines: Iterable[bytes]) -> Sheet:
    """Read the sheet of `kept_lines`, which takes a fifth of the time of reading the workbook again."""
    parsed = iter(json.loads(line) for line in lines)
    return Sheet(next(parsed), ([_from_kept(cell) for cell in row] for row in parsed))


def _line(cells: Iterable[Any]) -> bytes:
    row = [cell if cell is None or isinstance(cell, PLAIN) else _to_kept(cell) for cell in cells]
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _to_kept(cell: Any) -> dict[str, str]:
    if type(cell) is not datetime:
        raise TypeError(cell)
    return {"datetime": cell.isoformat()}


def _from_kept(cell: Any) -> Any:
    return datetime.fromisoformat(cell["datetime"]) if isinstance(cell, dict) else cell


def read(data: bytes, encoding: str = "") -> Dataset:
    """Read the first sheet of a workbook (.xlsx) or a CSV file, with the column names as headers.

    Row n of the dataset is row n + 1 of the sheet. A formula is returned as NotText. `encoding` is the encoding of a
    CSV file, if known. Raises NotReadable.
    """
    columns, rows = _table(data, encoding)
    return Dataset(*rows, headers=columns)


def read_sheet(data: bytes, encoding: str = "") -> Sheet:
    """Read a spreadsheet row by row onto disk. Raises NotReadable, or NoRoom if the disk is full."""
    return Sheet(*_table(data, encoding))


def encoding_of(data: bytes, chosen: str = "") -> str:
    """Return the encoding of a CSV file: as chosen, or detected if it is not UTF-8; empty for a workbook.

    Raises EncodingUnknown if the user must choose it, NotReadable if the file is not text.
    """
    if data.startswith(OLD_EXCEL):
        raise NotReadable(_("This is an old Excel file (.xls). Save it as .xlsx and send it again."))
    if chosen or data.startswith(ZIP):
        return chosen
    for encoding, mark in (("utf-8-sig", b""), ("utf-16", BOM_UTF16_LE), ("utf-16", BOM_UTF16_BE)):
        if data.startswith(mark) and _is_text(data, encoding):
            return encoding
    if b"\0" in data:
        raise NotReadable(_("The file is neither an Excel workbook (.xlsx) nor a CSV file. Save it as one of these."))
    from charset_normalizer import from_bytes

    guess = from_bytes(data[:SAMPLE], cp_isolation=list(DETECTED)).best()
    result = next((code for code in DETECTED if guess and codecs.lookup(code) == codecs.lookup(guess.encoding)), "")
    if not result or not _is_text(data, result):
        raise EncodingUnknown(_("The encoding of this CSV file was not recognised. Choose it below."))
    return result


def _is_text(data: bytes, encoding: str) -> bool:
    try:
        text = data.decode(encoding)
    except UnicodeError:
        return False
    return not any("\x80" <= letter <= "\x9f" for letter in text[:SAMPLE])


def _csv_rows(data: bytes, encoding: str) -> Iterator[Numbered]:
    try:
        text = data.decode(encoding)
    except UnicodeError as error:
        raise EncodingUnknown(_("The file does not have the encoding you chose. Choose another.")) from error
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    del text  # from here on it is decoded in chunks
    lines = TextIOWrapper(BytesIO(data), encoding, newline="")
    try:
        for number, row in enumerate(csv.reader(lines, delimiter=delimiter), 1):
            if number > MAX_LINES:
                raise _too_many_rows()
            yield number, [_unescaped(cell) for cell in row[:MAX_COLUMNS]]
    except csv.Error as error:
        raise NotReadable(_("The CSV file cannot be read: %(why)s.") % {"why": error}) from error


def _table(data: bytes, encoding: str) -> tuple[list[str], Iterator[Row]]:
    """Return the column names and an iterator over the rows below them, including blank rows."""
    encoding = encoding_of(data, encoding)
    from .workbooks import workbook_rows

    rows = workbook_rows(data) if data.startswith(ZIP) else _csv_rows(data, encoding)
    filled = ((number, row) for number, row in rows if not is_blank(row))
    first, head = next(filled, (0, []))
    if first == 0:
        raise NotReadable(_("The sheet is empty."))
    if first > 1:
        raise NotReadable(_("The first row must contain the column names."))
    columns = {place: _column(name) for place, name in enumerate(head) if _column(name)}
    if len(set(columns.values())) < len(columns):
        raise NotReadable(_("Two columns have the same name."))
    return list(columns.values()), _body(filled, list(columns))


def _body(filled: Iterable[Numbered], places: list[int]) -> Iterator[Row]:
    following = 2
    size = 0
    for number, row in filled:
        size += sum(len(cell) for cell in row if isinstance(cell, str))
        if number > MAX_ROWS + 1:
            raise _too_many_rows()
        if size > MAX_TEXT:
            raise NotReadable(_("The sheet contains more text than the portal can read at once. Split it."))
        yield from itertools.repeat([None] * len(places), number - following)
        yield [row[place] if place < len(row) else None for place in places]
        following = number + 1
    if following == 2:
        raise NotReadable(_("There are no rows below the column names."))


def _too_many_rows() -> NotReadable:
    return NotReadable(_("The sheet has more than %(rows)s rows. Split it.") % {"rows": f"{MAX_ROWS:,}"})


def is_blank(cells: Iterable[Any]) -> bool:
    """Return whether all of these cells are empty."""
    return not any(cell is not None and (isinstance(cell, NotText) or str(cell).strip()) for cell in cells)


def _column(name: Any) -> str:
    """Return a column name in the spelling of the resources: "Proposed wording " is "proposed_wording"."""
    return "_".join(str(name or "")[:100].lower().split())


def _unescaped(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and is_formula(cell) else cell


class LiteralXLSX(XLSX):
    """Workbook format in which every cell is text, never a formula."""

    def get_title(self) -> str:
        """Return the name of the format."""
        return _("Excel workbook (.xlsx)")

    def export_data(self, dataset: Dataset, **kwargs: Any) -> bytes:
        """Write the dataset as one sheet."""
        from openpyxl import Workbook

        book = Workbook(write_only=True)
        sheet = book.create_sheet()
        for row in [dataset.headers, *dataset]:
            sheet.append([text_cell(sheet, value) for value in row])
        out = BytesIO()
        book.save(out)
        return out.getvalue()


class LiteralCSV(CSV):
    """CSV format with an apostrophe before cells that look like formulas; reading removes it again."""

    def get_title(self) -> str:
        """Return the name of the format."""
        return _("CSV file (UTF-8)")

    def is_binary(self) -> bool:
        """Return whether the export is binary."""
        return True

    def export_data(self, dataset: Dataset, **kwargs: Any) -> bytes:
        """Write the dataset with the byte order mark by which spreadsheet programs recognise UTF-8."""
        out = StringIO(newline="")
        csv.writer(out).writerows([escaped(value) for value in row] for row in [dataset.headers, *dataset])
        return out.getvalue().encode("utf-8-sig")


FORMATS_OUT = [LiteralXLSX, LiteralCSV]
