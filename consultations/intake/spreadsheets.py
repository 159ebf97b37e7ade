"""Spreadsheets read and written: bounded, taken literally, whatever program made them."""

import codecs
import csv
import itertools
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator
from io import BytesIO, StringIO
from typing import Any, NamedTuple
from zipfile import BadZipFile, ZipFile

from charset_normalizer import from_bytes
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.formats.base_formats import CSV, XLSX
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from tablib import Dataset

MAX_BYTES = 4 * 1024 * 1024
MAX_UNPACKED = 64 * 1024 * 1024
MAX_ROWS = 5_000
MAX_COLUMNS = 40
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
# What a spreadsheet program would take for the beginning of a formula (OWASP, "CSV Injection").
FORMULA = tuple("=+-@\t\r")

SAMPLE = 100_000  # bytes by which an encoding is detected
ENCODINGS = {
    "utf-8-sig": gettext_lazy("UTF-8"),
    "utf-16": gettext_lazy("UTF-16 (“Unicode text” of Excel)"),
    "cp1252": gettext_lazy("Windows, Western Europe (1252)"),
    "mac_roman": gettext_lazy("Macintosh (Roman)"),
    "cp1256": gettext_lazy("Windows, Arabic (1256)"),
}
DETECTED = ("cp1252", "mac_roman", "cp1256")

Row = list[Any]


class NotReadable(ValueError):
    """A file that cannot be read as a spreadsheet; says why in plain words."""


class EncodingUnknown(NotReadable):
    """A CSV file of which nobody but its sender knows how its letters were saved."""


class NotText(NamedTuple):
    """A cell that holds no text but a formula or an error; says so in plain words."""

    why: str

    def __str__(self) -> str:
        return ""


def read(data: bytes, encoding: str = "") -> Dataset:
    """The first sheet of a workbook (.xlsx), or a CSV file, with the names of its columns as headers.

    Row n of the dataset is row n + 1 of the sheet. A formula stands as NotText. `encoding` is that of a CSV file, where
    somebody knows it. Raises NotReadable.
    """
    if data.startswith(OLD_EXCEL):
        raise NotReadable(_("This is an old Excel file (.xls). Save it as .xlsx and send it again."))
    if data.startswith(ZIP) and _unpacked_size(data) > MAX_UNPACKED:
        raise NotReadable(_("The workbook is too large once it is unpacked. Split it."))
    return _dataset(_workbook_rows(data) if data.startswith(ZIP) else _csv_rows(data, encoding or encoding_of(data)))


def encoding_of(data: bytes) -> str:
    """How the letters of a CSV file were saved, detected where it is not UTF-8; empty for a workbook.

    Raises EncodingUnknown where it must be asked for, NotReadable for what is no text at all.
    """
    if data.startswith(ZIP):
        return ""
    for encoding, mark in (("utf-8-sig", b""), ("utf-16", BOM_UTF16_LE), ("utf-16", BOM_UTF16_BE)):
        if data.startswith(mark) and _is_text(data, encoding):
            return encoding
    if b"\0" in data:
        raise NotReadable(_("The file is neither an Excel workbook (.xlsx) nor a CSV file. Save it as one of these."))
    guess = from_bytes(data[:SAMPLE], cp_isolation=list(DETECTED)).best()
    found = next((code for code in DETECTED if guess and codecs.lookup(code) == codecs.lookup(guess.encoding)), "")
    if not found or not _is_text(data, found):
        raise EncodingUnknown(_("The letters of this CSV file were saved in a way that is not known. Choose it below."))
    return found


def _is_text(data: bytes, encoding: str) -> bool:
    try:
        text = data.decode(encoding)
    except UnicodeError:
        return False
    return not any("\x80" <= letter <= "\x9f" for letter in text[:SAMPLE])


def _unpacked_size(data: bytes) -> int:
    """What a workbook unpacks to; a broken one to nothing."""
    try:
        with ZipFile(BytesIO(data)) as package:
            return sum(member.file_size for member in package.infolist())
    except BadZipFile:
        return 0


def _workbook_rows(data: bytes) -> Iterator[Row]:
    """Rows of the first sheet. The size that a workbook claims for its sheet may be false and is not asked for."""
    try:
        sheet = load_workbook(BytesIO(data), read_only=True).worksheets[0]
        sheet.reset_dimensions()
        yield from ([_value(cell) for cell in row] for row in sheet.iter_rows(max_col=MAX_COLUMNS))
    except Exception as error:  # a broken workbook fails in many ways, and all mean the same
        raise NotReadable(_("This is not an Excel workbook (.xlsx), or it is damaged.")) from error


def _value(cell: Any) -> Any:
    if cell.data_type == "f":
        return NotText(_("This cell holds a formula. Put its result there as text."))
    if cell.data_type == "e":
        return NotText(_("This cell holds an error (%(error)s).") % {"error": cell.value})
    return cell.value


def _csv_rows(data: bytes, encoding: str) -> Iterator[Row]:
    try:
        text = data.decode(encoding)
    except UnicodeError as error:
        raise EncodingUnknown(_("The file was not saved in the way that was chosen. Choose another.")) from error
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    try:
        for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter):
            yield [_unescaped(cell) for cell in row[:MAX_COLUMNS]]
    except csv.Error as error:
        raise NotReadable(_("The CSV file cannot be read: %(why)s.") % {"why": error}) from error


def _dataset(rows: Iterable[Row]) -> Dataset:
    filled = ((number, row) for number, row in enumerate(rows, 1) if not is_blank(row))
    first, head = next(filled, (0, []))
    if first == 0:
        raise NotReadable(_("The sheet is empty."))
    if first > 1:
        raise NotReadable(_("The first row must hold the names of the columns."))
    columns = {place: _column(name) for place, name in enumerate(head) if _column(name)}
    if len(set(columns.values())) < len(columns):
        raise NotReadable(_("Two columns have the same name."))
    body: list[Row] = []
    for number, row in filled:
        if number > MAX_ROWS + 1:
            raise NotReadable(_("The sheet has more than %(rows)s rows. Split it.") % {"rows": f"{MAX_ROWS:,}"})
        body += itertools.repeat([None] * len(columns), number - 2 - len(body))
        body.append([row[place] if place < len(row) else None for place in columns])
    if not body:
        raise NotReadable(_("There is no row below the names of the columns."))
    return Dataset(*body, headers=list(columns.values()))


def is_blank(cells: Iterable[Any]) -> bool:
    """Whether nothing stands in any of these cells."""
    return not any(isinstance(cell, NotText) or (cell is not None and str(cell).strip()) for cell in cells)


def _column(name: Any) -> str:
    """A column's name as the resources spell it: "Proposed wording " is "proposed_wording"."""
    return "_".join(str(name or "").lower().split())


def _unescaped(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _is_formula(cell) else cell


def _is_formula(text: str) -> bool:
    """Whether a formula stands here, or one behind apostrophes."""
    return text.lstrip("'").startswith(FORMULA)


class Spreadsheet(XLSX):
    """What may come in: the file itself says whether it is a workbook or a CSV file."""

    def create_dataset(self, in_stream: bytes) -> Dataset:
        """Read the file. Raises NotReadable."""
        return read(in_stream)


class LiteralXLSX(XLSX):
    """A workbook in which every cell is text: nothing in it is ever a formula."""

    def get_title(self) -> str:
        """The name of the format in the form."""
        return _("Excel workbook (.xlsx)")

    def export_data(self, dataset: Dataset, **kwargs: Any) -> bytes:
        """Write the dataset as one sheet."""
        book = Workbook(write_only=True)
        sheet = book.create_sheet()
        for row in [dataset.headers, *dataset]:
            sheet.append([text_cell(sheet, value) for value in row])
        out = BytesIO()
        book.save(out)
        return out.getvalue()


def text_cell(sheet: Any, value: Any) -> WriteOnlyCell:
    """A cell of a sheet that is text, whatever stands in it."""
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", "" if value is None else str(value)))
    cell.data_type = "s"
    return cell


class LiteralCSV(CSV):
    """A CSV file in which an apostrophe keeps a cell from being taken for a formula. Reading takes it away again."""

    def get_title(self) -> str:
        """The name of the format in the form."""
        return _("CSV file (UTF-8)")

    def is_binary(self) -> bool:
        """The bytes are ready to be sent."""
        return True

    def export_data(self, dataset: Dataset, **kwargs: Any) -> bytes:
        """Write the dataset with the mark by which spreadsheet programs know UTF-8."""
        out = StringIO(newline="")
        csv.writer(out).writerows([escaped(value) for value in row] for row in [dataset.headers, *dataset])
        return out.getvalue().encode("utf-8-sig")


def escaped(value: Any) -> str:
    """A cell of a CSV file that no program takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if _is_formula(text) else text


FORMATS_OUT = [LiteralXLSX, LiteralCSV]
FORMATS_IN = [Spreadsheet]
