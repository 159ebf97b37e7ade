"""Tables as files that spreadsheet programs open: written while they are read, and never taken for a formula."""

import csv
import tempfile
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any

from openpyxl import Workbook

from consultations.csv_safety import escaped, text_cell

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


def xlsx_blocks(rows: Rows) -> Iterator[bytes]:
    """A workbook in which every cell is text. It is written to a file first: its parts are known only at the end."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append([text_cell(sheet, value) for value in row])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while block := file.read(BLOCK):
            yield block


SHEETS = {
    "csv": (csv_blocks, "text/csv; charset=utf-8"),
    "xlsx": (xlsx_blocks, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
