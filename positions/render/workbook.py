"""Render all tables of an edition as one Excel workbook (ECMA-376): a sheet about the edition, then one for
each table.
"""

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import openpyxl
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins
from openpyxl.writer.excel import ExcelWriter

from consultations.csv_safety import text_cell, writable
from positions.render import tables
from positions.render.environment import set_up_alone
from positions.render.paper import frozen_at
from positions.render.plain import minute
from positions.render.printable import edition_line, title, warnings
from positions.text.canonical import sealed

RENDERER_VERSION = f"{tables.RENDERER_VERSION}, openpyxl {openpyxl.__version__}"
TYPEFACE = "Calibri"
PLAIN, STRONG, LARGE = Font(name=TYPEFACE), Font(name=TYPEFACE, bold=True), Font(name=TYPEFACE, bold=True, size=14)
LINK = Font(name=TYPEFACE, color="0B5394", underline="single")
ON_GREEN, GREEN = Font(name=TYPEFACE, bold=True, color="FFFFFF"), PatternFill("solid", "1A4D2E")
HEAD, TEXT = Alignment(wrap_text=True, vertical="center"), Alignment(wrap_text=True, vertical="top")
NUMBER, ONE_LINE = Alignment(horizontal="center", vertical="top"), Alignment(vertical="top")
NO_RULE, RULE = Border(), Border(bottom=Side("thin", "BFBFBF"))
LONGEST_LINE = 90  # characters of the title in a page footer: Excel keeps 255 for all three parts
A4 = 9
Content = dict[str, Any]


def render(content: Content, *, sha256: str, address: str) -> bytes:
    """Render an edition's tables as a workbook with literal texts, ready to filter and print.

    Takes the canonical content, its SHA-256 in hexadecimal and the public verification URL; the same arguments give the
    same bytes. Raises ValueError if the hash does not match.
    """
    sealed(content, sha256)
    set_up_alone()
    with translation.override(content["language"]):
        book = Workbook(write_only=True)
        moment = frozen_at(content).replace(tzinfo=None)
        about = book.properties
        about.title, about.creator, about.language = writable(title(content)), "NCM Portal", content["language"]
        about.identifier, about.created, about.modified = sha256, moment, moment
        _about(book, content, sha256=sha256, address=address)
    with translation.override(tables.LANGUAGE):
        for table in tables.TABLES:
            _sheet(book, content, table)
        return _saved(book, moment)


def _about(book: Workbook, content: Content, *, sha256: str, address: str) -> None:
    """Add the sheet about the edition, its tables and its verification."""
    sheet = _laid_out(book, content, _("Edition"), [28, 100])
    sheet.append([_styled(text_cell(sheet, content["paper"]["title"]), LARGE, ONE_LINE)])
    for name, value in _facts(content, sha256=sha256, address=address):
        cell_content = _styled(text_cell(sheet, value), LINK if value == address else PLAIN, TEXT)
        if value == address:
            cell_content.hyperlink = address
        sheet.append([_styled(text_cell(sheet, name), STRONG, TEXT), cell_content])


def _facts(content: Content, *, sha256: str, address: str) -> Iterator[tuple[str, str]]:
    for warning in warnings(content):
        yield _("Note"), warning
    yield _("Edition"), edition_line(content)
    yield _("Status"), content["edition"]["status"]
    yield _("Consultation"), content["paper"]["consultation"]
    yield _("Frozen"), minute(content["edition"]["frozen_at"])
    yield _("SHA-256 of the content"), sha256
    yield _("Verify a copy"), address
    yield (
        _("Authentic text"),
        _("The PDF. These sheets are made of the same content, for reading, filtering and counting."),
    )
    yield (
        _("What is not here"),
        _("The words and the name behind a point that its author did not open to everyone: only its reference stands."),
    )
    for table in tables.TABLES:
        rows = sum(1 for _record in table.records(content))
        yield table.name(), ngettext("%(n)s row", "%(n)s rows", rows) % {"n": f"{rows:,}"}


def _sheet(book: Workbook, content: Content, table: tables.Table) -> None:
    sheet = _laid_out(book, content, str(table.title), [column.width for column in table.columns])
    sheet.freeze_panes, sheet.print_title_rows = "B2", "1:1"
    sheet.append([_head(sheet, name) for name in table.heads()])
    rows = list(table.rows(content))
    of_text, of_numbers = (_styled(WriteOnlyCell(sheet), PLAIN, place, RULE) for place in (TEXT, NUMBER))
    for row in rows:
        sheet.append([_cell(sheet, value, of_numbers if isinstance(value, int) else of_text) for value in row])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(rows) + 1}"


def _laid_out(book: Workbook, content: Content, name: str, widths: list[int]) -> Any:
    """Return an empty sheet fitted to the width of A4, with the edition and warnings in its footer."""
    sheet: Any = book.create_sheet(name[:31])
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A4
    sheet.page_margins = PageMargins(0.4, 0.4, 0.4, 0.6, 0.3, 0.3)
    sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage = 0, True
    foot = sheet.oddFooter
    foot.left.text = _foot(f"{content['paper']['short_title'][:LONGEST_LINE]}. {edition_line(content)}")
    foot.center.text = _foot("; ".join(warnings(content)))
    foot.right.text = "&P / &N"
    return sheet


def _foot(text: str) -> str:
    """Escape a text for a footer, where "&" begins a code."""
    return writable(text).replace("&", "&&")


def _head(sheet: Any, name: str) -> WriteOnlyCell:
    cell = _styled(text_cell(sheet, name), ON_GREEN, HEAD)
    cell.fill = GREEN
    return cell


def _cell(sheet: Any, value: Any, pattern: WriteOnlyCell) -> WriteOnlyCell:
    """Write a number as a number, so that it can be summed; anything else as text, None as an empty cell."""
    is_number = isinstance(value, int)
    cell = text_cell(sheet, value) if value and not is_number else WriteOnlyCell(sheet, value if is_number else None)
    cell._style = pattern._style  # setting each part of the style takes twice as long
    return cell


def _styled(cell: WriteOnlyCell, font: Font, place: Alignment, border: Border = NO_RULE) -> WriteOnlyCell:
    cell.font, cell.alignment, cell.border = font, place, border
    return cell


class _Dated(ZipFile):
    """ZIP archive whose entries all have the same fixed date."""

    def __init__(self, out: BytesIO, moment: datetime) -> None:
        super().__init__(out, "w", ZIP_DEFLATED)
        self._moment = moment.timetuple()[:6]

    def writestr(self, name: Any, data: Any, *_more: Any) -> None:
        entry = ZipInfo(name, self._moment)
        entry.create_system, entry.compress_type, entry.external_attr = 3, ZIP_DEFLATED, 0o600 << 16
        super().writestr(entry, data)

    def write(self, filename: Any, arcname: Any = None, *_more: Any) -> None:
        self.writestr(arcname, Path(filename).read_bytes())


def _saved(book: Workbook, moment: datetime) -> bytes:
    out = BytesIO()
    with _Dated(out, moment) as archive:
        ExcelWriter(book, archive).write_data()  # `save` would write the present time
    return out.getvalue()
