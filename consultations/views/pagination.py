"""Keyset pagination of lists, and streamed CSV and XLSX exports."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from functools import cache
from io import BytesIO, StringIO
from typing import Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from consultations.csv_safety import csv_row, xml_row
from consultations.queries import page_behind


class ListPage(NamedTuple):
    """Page of a list: its rows, and the URLs of the next and first pages, empty if there are none."""

    rows: list[Any]
    next: str
    first: str


def list_page(
    request: HttpRequest, page: str, name: str, rows: QuerySet[Model], *, of: str = "", **options: Any
) -> ListPage:
    """Return the page of `rows` that `request` asks for by the parameter `name`; `page` is the view of the list, `of`
    the slug of its consultation if it has one. Other options are those of page_behind.

    Other parameters of the URL, also of another list on the page, are kept.
    """
    result, last = page_behind(rows, request.GET.get(name, ""), **options)
    kept = {other: value for other, value in request.GET.items() if other != name}
    slug = [of] if of else []
    next_, first = (reverse(page, args=slug, query={**kept, **edge}) for edge in ({name: last}, {}))
    return ListPage(result, next_ if last else "", first if name in request.GET else "")


# --- Spreadsheets -----------------------------------------------------------------------------------------------------


BLOCK = 64 * 1024
SHEET = "xl/worksheets/sheet1.xml"
SHEET_BEGIN = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
SHEET_END = "</sheetData></worksheet>"
Rows = Iterable[list[Any]]


def csv_blocks(rows: Rows) -> Iterator[bytes]:
    """Yield a CSV file with a byte order mark for spreadsheet programs; no cell is ever read as a formula."""
    out = StringIO(newline="")
    out.write("\ufeff")
    for row in rows:
        out.write(csv_row(row))
        if out.tell() > BLOCK:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def xlsx_blocks(rows: Rows) -> Iterator[bytes]:
    """Yield a workbook in which every cell is text. It is written to temporary files first, because its parts and their
    sizes are known only at the end.
    """
    with tempfile.TemporaryFile() as sheet, tempfile.TemporaryFile() as file:
        sheet.write(SHEET_BEGIN.encode())
        sheet.writelines(xml_row(number, row).encode() for number, row in enumerate(rows, 1))
        sheet.write(SHEET_END.encode())
        with ZipFile(BytesIO(_empty_book())) as empty, ZipFile(file, "w", ZIP_DEFLATED) as book:
            for part in empty.infolist():
                if part.filename != SHEET:
                    book.writestr(part, empty.read(part))
                    continue
                part.file_size = sheet.tell()  # from 2 GB on, it is stored in the longer form
                sheet.seek(0)
                with book.open(part, "w") as target:
                    shutil.copyfileobj(sheet, target, BLOCK)
        file.seek(0)
        while block := file.read(BLOCK):
            yield block


@cache
def _empty_book() -> bytes:
    """Return a workbook with an empty sheet: what openpyxl writes around the rows.

    It would take ten times as long for the rows, of which it writes each cell as an element of its own.
    """
    from openpyxl import Workbook

    book = BytesIO()
    Workbook().save(book)
    return book.getvalue()


SHEETS = {
    "csv": (csv_blocks, "text/csv; charset=utf-8"),
    "xlsx": (xlsx_blocks, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
