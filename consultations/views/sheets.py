"""Tables as files that spreadsheet programs open: written while they are read, and never taken for a formula."""

import csv
import tempfile
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook

from consultations.intake import escaped, text_cell

CELL = 32_767  # characters that fit a cell of a workbook
BLOCK = 64 * 1024
Rows = Iterable[list[Any]]


def csv_blocks(rows: Rows) -> Iterator[bytes]:
    """A CSV file with the mark by which spreadsheet programs know UTF-8; no cell is ever taken for a formula."""
    out = StringIO(newline="")
    writer = csv.writer(out)
    out.write("\ufeff")
    for row in rows:
        writer.writerow([escaped(value) for value in row])
        if out.tell() > BLOCK:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def fitting(text: str) -> str:
    """`text` as far as it fits a cell of a workbook; where it does not, the cell says so at its end."""
    if len(text) <= CELL:
        return text
    note = _(" … (cut here: a cell of a workbook holds no more. The CSV and JSON files have the whole text.)")
    return text[: CELL - len(note)] + note


def xlsx_blocks(rows: Rows) -> Iterator[bytes]:
    """A workbook in which every cell is text. It is written to a file first: its parts are known only at the end."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append([text_cell(sheet, fitting("" if value is None else str(value))) for value in row])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while block := file.read(BLOCK):
            yield block


SHEETS = {
    "csv": (csv_blocks, "text/csv; charset=utf-8"),
    "xlsx": (xlsx_blocks, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
