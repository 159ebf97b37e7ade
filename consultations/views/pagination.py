"""Lists that go on, page behind page, each page found by the key of the last row before it."""

import csv
import tempfile
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from openpyxl import Workbook

from consultations.csv_safety import escaped, text_cell
from consultations.queries import page_behind


class Further(NamedTuple):
    """A page of a list that goes on: its rows, and the addresses of the next one and of the first, empty where there is
    no next one or this is the first."""

    rows: list[Any]
    next: str
    first: str


def further(request: HttpRequest, page: str, name: str, rows: QuerySet[Any], **options: Any) -> Further:
    """The page of `rows` that `request` asks for by `name`; `page` is the view of the list. Options: of page_behind.

    What else the address asks for, of another list on the same page too, is kept.
    """
    found, last = page_behind(rows, request.GET.get(name, ""), **options)
    kept = {other: value for other, value in request.GET.items() if other != name}
    next_, first = (reverse(page, query={**kept, **edge}) for edge in ({name: last}, {}))
    return Further(found, next_ if last else "", first if name in request.GET else "")


# --- Spreadsheets -----------------------------------------------------------------------------------------------------


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
