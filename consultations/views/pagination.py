"""Keyset pagination of lists, and streamed CSV and XLSX exports."""

import csv
import tempfile
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any, NamedTuple

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from openpyxl import Workbook

from consultations.csv_safety import escaped, text_cell
from consultations.queries import page_behind


class ListPage(NamedTuple):
    """Page of a list: its rows, and the URLs of the next and first pages, empty if there are none."""

    rows: list[Any]
    next: str
    first: str


def list_page(request: HttpRequest, page: str, name: str, rows: QuerySet[Model], **options: Any) -> ListPage:
    """Return the page of `rows` that `request` asks for by the parameter `name`; `page` is the view of the list. Other
    options are those of page_behind.

    Other parameters of the URL, also of another list on the page, are kept.
    """
    result, last = page_behind(rows, request.GET.get(name, ""), **options)
    kept = {other: value for other, value in request.GET.items() if other != name}
    next_, first = (reverse(page, query={**kept, **edge}) for edge in ({name: last}, {}))
    return ListPage(result, next_ if last else "", first if name in request.GET else "")


# --- Spreadsheets -----------------------------------------------------------------------------------------------------


BLOCK = 64 * 1024
Rows = Iterable[list[Any]]


def csv_blocks(rows: Rows) -> Iterator[bytes]:
    """Yield a CSV file with a byte order mark for spreadsheet programs; no cell is ever read as a formula."""
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
    """Yield a workbook in which every cell is text. It is written to a temporary file first, because its parts are
    known only at the end.
    """
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
