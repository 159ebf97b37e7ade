"""Excel workbooks read row by row: only the parts that rows need, and none that grows too large as it is built."""

import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, iterparse
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _
from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.worksheet._reader import INLINE_STRING, ROW_TAG, WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

MAX_UNPACKED = 64 * 1024 * 1024
MAX_ELEMENTS = 350_000  # of XML in rows and texts: 5,000 rows of 14 columns have some 285,000
MAX_OTHERS = 20_000  # in everything that is built as a whole: styles, names, the list of parts
MAX_COLUMNS = 40
BLOCK = 256 * 1024  # bytes of a part that are counted at a time
TEXT_TAG, ITEM_TAG = f"{{{SHEET_MAIN_NS}}}t", f"{{{SHEET_MAIN_NS}}}si"
# How a workbook writes characters that XML has not (ECMA-376, 22.9.2.19): "_x000D_" before a line's end, for one.
ESCAPED = re.compile("_x(00[01][0-9A-F]|FFF[EF])_", re.IGNORECASE)

Row = list[Any]
Numbered = tuple[int, Row]


class NotReadable(ValueError):
    """A file that cannot be read as a spreadsheet; says why in plain words."""


class NotText(NamedTuple):
    """A cell that holds no text but a formula or an error; says so in plain words."""

    why: str

    def __str__(self) -> str:
        return ""


def workbook_rows(data: bytes) -> Iterator[Numbered]:
    """Rows of the first sheet by their numbers, as far as they are there: gaps may be a million rows high, and the size
    that a workbook claims for its sheet may be false. Raises NotReadable."""
    try:
        yield from _rows(_Workbook(data))
    except NotReadable:
        raise
    except Exception as error:  # a broken workbook fails in many ways, and all mean the same
        raise NotReadable(_("This is not an Excel workbook (.xlsx), or it is damaged.")) from error


class _Package(ZipFile):
    """The parts of a workbook, each counted before anything is built from it."""

    def __init__(self, data: bytes) -> None:
        super().__init__(BytesIO(data))
        self.elements, self.others = MAX_ELEMENTS, MAX_OTHERS
        members = self.infolist()
        if sum(member.file_size for member in members) > MAX_UNPACKED:
            raise NotReadable(_("The workbook is too large once it is unpacked. Split it."))
        if any(member.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for member in members):
            raise BadZipFile  # what the others unpack to has no bound

    def open(self, name: Any, *_mode: Any, **_options: Any) -> Any:
        """A part with rows or texts, counted to its end and then unpacked again as it is read. It is unpacked as far as
        it claims to reach; where that is a lie, its checksum is wrong."""
        member = name if isinstance(name, ZipInfo) else self.getinfo(name)
        last = b""
        with super().open(member) as part:
            while block := part.read(BLOCK):
                self.elements -= block.count(b"<") - (last + block).count(b"</")
                last = block[-1:]
        if self.elements < 0:
            raise _too_much()
        return super().open(member)

    def read(self, name: Any, pwd: bytes | None = None) -> bytes:
        """A part that is built as a whole."""
        with self.open(name) as part:
            content = part.read()
        self.others = _elements_left(content, self.others)
        return content


def _too_much() -> NotReadable:
    return NotReadable(_("The workbook holds more than is read at once. Copy its rows into a new one, or split it."))


def _elements_left(content: bytes, left: int) -> int:
    """How many more elements may be built after those of this part. Raises NotReadable beyond, and ValueError for a
    part that defines words of its own (a few of them may stand for millions)."""

    def start(*_given: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise _too_much()

    def doctype(*_given: Any) -> None:
        raise ValueError

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.StartDoctypeDeclHandler = start, doctype
    parser.Parse(content, True)
    return left


class _Workbook(ExcelReader):
    """A workbook as far as its first sheet needs it: its texts, the formats of its dates, where the sheet lies."""

    def __init__(self, data: bytes) -> None:
        super().__init__(BytesIO(data), read_only=True, keep_links=False)
        self.archive = _Package(data)
        self.read_manifest()
        self.read_strings()
        self.read_workbook()
        apply_stylesheet(self.archive, self.wb)

    def read_strings(self) -> None:
        """The texts to which cells refer by number."""
        table = self.package.find(SHARED_STRINGS)
        if table is not None:
            with self.archive.open(table.PartName[1:]) as part:
                self.shared_strings = list(shared_texts(part))

    def first_sheet(self) -> Any:
        """The part with the rows."""
        sheets = (related for _sheet, related in self.parser.find_sheets() if "chartsheet" not in related.Type)
        return self.archive.open(next(sheets).target)


def _rows(workbook: _Workbook) -> Iterator[Numbered]:
    book, last = workbook.wb, 0
    known = {"date_formats": book._date_formats, "timedelta_formats": book._timedelta_formats, "epoch": book.epoch}
    sheet = _Sheet(workbook.first_sheet(), workbook.shared_strings, **known)
    for number, cells in sheet.parse():
        if number <= last:
            raise ValueError(number)
        last = number
        yield number, _row(cells)


class _Guarded:
    """A part that is read as far as it defines no words of its own: what builds it from here need not ask again."""

    def __init__(self, part: Any) -> None:
        self._part, self._guard = part, expat.ParserCreate()
        self._guard.EntityDeclHandler = self._refused

    def read(self, size: int) -> bytes:
        """The next bytes. Raises ValueError, or ExpatError for what is no XML."""
        block = self._part.read(size)
        self._guard.Parse(block, not block)
        return block

    def _refused(self, *_given: Any) -> None:
        raise ValueError


def shared_texts(part: Any) -> Iterator[str]:
    """The texts of a table of shared strings, as openpyxl reads them; "x005F_" is how a workbook escapes an escape."""
    for _event, element in iterparse(_Guarded(part)):  # noqa: S314 - it refuses what defusedxml does
        if element.tag == ITEM_TAG:
            bare = _bare(element)
            yield (Text.from_tree(element).content if bare is None else bare).replace("x005F_", "")
            element.clear()


class _Sheet(WorkSheetParser):
    """The rows of a sheet, and nothing else that stands in it."""

    def parse(self) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """The cells that are there, by the number of their row."""
        for _event, element in iterparse(_Guarded(self.source)):  # noqa: S314 - it refuses what defusedxml does
            if element.tag == ROW_TAG:
                number, cells = self.parse_row(element)
                element.clear()
                if cells:
                    yield number, cells

    def parse_cell(self, element: Element) -> dict[str, Any]:
        """One cell. A bare text is taken as it stands: what openpyxl builds around it costs more than all else."""
        text = _bare_text(element)
        if text is None:
            return super().parse_cell(element)
        place = element.get("r")
        self.col_counter = coordinate_to_tuple(place)[1] if place else self.col_counter + 1
        return {"column": self.col_counter, "value": text, "data_type": "s", "style_id": int(element.get("s") or 0)}

    def parse_formula(self, _element: Any) -> str:
        """That there is one: working it out costs much, and nobody reads it."""
        return "="


def _bare_text(element: Element) -> str | None:
    """What stands in a cell that holds a text of its own and nothing else: no formats, no formula."""
    if element.get("t") != "inlineStr" or len(element) != 1 or element[0].tag != INLINE_STRING:
        return None
    return _bare(element[0])


def _bare(item: Element) -> str | None:
    """The text of an item that is nothing else: no runs with formats of their own, no hints how to say it."""
    if item.attrib or len(item) != 1 or item[0].tag != TEXT_TAG:
        return None
    return item[0].text or ""


def _row(cells: Iterable[dict[str, Any]]) -> Row:
    found = {cell["column"]: _value(cell) for cell in cells if cell["column"] <= MAX_COLUMNS}
    return [found.get(place) for place in range(1, max(found, default=0) + 1)]


def _value(cell: dict[str, Any]) -> Any:
    if cell["data_type"] == "f":
        return NotText(_("This cell holds a formula. Put its result there as text."))
    if cell["data_type"] == "e":
        return NotText(_("This cell holds an error (%(error)s).") % {"error": cell["value"]})
    return ESCAPED.sub(_unescaped, cell["value"]) if isinstance(cell["value"], str) else cell["value"]


def _unescaped(code: re.Match[str]) -> str:
    return chr(int(code[1], 16))
