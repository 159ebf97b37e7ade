"""Read Excel workbooks row by row: only the required parts, each with a size limit."""

import posixpath
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element, iterparse
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel, from_ISO8601
from openpyxl.xml.constants import ARC_STYLE, REL_NS, SHARED_STRINGS, SHEET_MAIN_NS

from .cells import MAX_COLUMNS, NotReadable, NotText, Numbered

MAX_UNPACKED = 64 * 1024 * 1024
MAX_ELEMENTS = 350_000  # bytes of XML in rows and texts: 5,000 rows of 14 columns have some 285,000
MAX_OTHERS = 20_000  # bytes of everything parsed as a whole: styles, names, the list of parts
BLOCK = 256 * 1024  # bytes counted at a time
MAIN = f"{{{SHEET_MAIN_NS}}}"
VALUE, FORMULA, INLINE, TEXT, RUN_TEXT = (MAIN + name for name in ("v", "f", "is", "t", f"r/{MAIN}t"))
# How a workbook escapes characters that XML lacks (ECMA-376, 22.9.2.19), such as "_x000D_" before a line end.
ESCAPED = re.compile("_x(00[01][0-9A-F]|FFF[EF])_", re.IGNORECASE)


def workbook_rows(data: bytes) -> Iterator[Numbered]:
    """Return the rows of the first sheet by number, as far as they exist: gaps may span a million rows, and the size
    that a workbook claims for its sheet may be wrong. Raises NotReadable.
    """
    try:
        yield from _rows(_Package(data))
    except NotReadable:
        raise
    except Exception as error:  # a broken workbook can fail in many ways, which all mean the same
        raise NotReadable(_("This is not an Excel workbook (.xlsx), or it is damaged.")) from error


class _Package(ZipFile):
    """The parts of a workbook, each with its size checked before it is parsed."""

    def __init__(self, data: bytes) -> None:
        super().__init__(BytesIO(data))
        self.elements, self.others = MAX_ELEMENTS, MAX_OTHERS
        members = self.infolist()
        if sum(member.file_size for member in members) > MAX_UNPACKED:
            raise NotReadable(_("The workbook is too large when unpacked. Split it."))
        if any(member.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for member in members):
            raise BadZipFile  # the unpacked size of the others is not limited

    def open(self, name: Any, *_mode: Any, **_options: Any) -> Any:
        """Open a part: measure it, then unpack it again while reading. Reading stops at the claimed size; if that is
        wrong, the checksum fails.
        """
        member = name if isinstance(name, ZipInfo) else self.getinfo(name)
        last = b""
        with super().open(member) as part:
            while block := part.read(BLOCK):
                self.elements -= block.count(b"<") - (last + block).count(b"</")
                last = block[-1:]
        if self.elements < 0:
            raise _too_large()
        return super().open(member)

    def root(self, name: str) -> Element:
        """Return the root element of a part that is parsed as a whole."""
        before = self.elements
        with self.open(name) as part:
            self.others -= before - self.elements
            if self.others < 0:
                raise _too_large()
            parsed: Any = iterparse(_Guarded(part))  # noqa: S314 - it refuses what defusedxml does
            for _event in parsed:
                pass
        return parsed.root


def _too_large() -> NotReadable:
    return NotReadable(
        _("The workbook contains more than the portal can read at once. Copy its rows into a new one, or split it.")
    )


class _Guarded:
    """Stream of a part that is checked for entity definitions while it is read."""

    def __init__(self, part: Any) -> None:
        self._part, self._guard = part, expat.ParserCreate()
        self._guard.EntityDeclHandler = self._refused

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes. Raises ValueError, or ExpatError if it is not XML."""
        block: bytes = self._part.read(size)
        self._guard.Parse(block, not block)
        return block

    def _refused(self, *_given: Any) -> None:
        raise ValueError


# --- The parts --------------------------------------------------------------------------------------------------------


def _rows(package: _Package) -> Iterator[Numbered]:
    named = [
        (each.get("ContentType", ""), each.get("PartName", "")[1:]) for each in package.root("[Content_Types].xml")
    ]
    book = next((name for kind, name in named if kind.endswith(".main+xml") and name), "xl/workbook.xml")
    texts = next((name for kind, name in named if kind == SHARED_STRINGS), "")
    root = package.root(book)
    properties = root.find(f"{MAIN}workbookPr")
    is_mac = properties is not None and properties.get("date1904") in ("1", "true")
    shared = list(shared_texts(package.open(texts))) if texts else []
    reader = CellReader(shared, _formats(package), epoch=MAC_EPOCH if is_mac else WINDOWS_EPOCH)
    last = 0
    for number, row in _numbered(package.open(_first_sheet(package, book, root)), reader):
        if number <= last:
            raise ValueError(number)
        last = number
        yield number, row


def _first_sheet(package: _Package, book: str, root: Element) -> str:
    folder, name = posixpath.split(book)
    related = {each.get("Id"): each for each in package.root(f"{folder}/_rels/{name}.rels")}
    sheets = (related[sheet.get(f"{{{REL_NS}}}id")] for sheet in root.iterfind(f"{MAIN}sheets/{MAIN}sheet"))
    target = next(each.attrib["Target"] for each in sheets if "chartsheet" not in each.get("Type", ""))
    return posixpath.normpath(posixpath.join("/", folder, target))[1:]


def _formats(package: _Package) -> list[str | None]:
    """Return the number format of each cell style."""
    if ARC_STYLE not in package.namelist():
        return []
    root = package.root(ARC_STYLE)
    own = {each.get("numFmtId"): each.get("formatCode") for each in root.iterfind(f"{MAIN}numFmts/{MAIN}numFmt")}
    used = [each.get("numFmtId", "0") for each in root.iterfind(f"{MAIN}cellXfs/{MAIN}xf")]
    return [own.get(number) or BUILTIN_FORMATS.get(int(number)) for number in used]


def shared_texts(part: Any) -> Iterator[str]:
    """Return the texts of the shared strings table, as openpyxl reads them; "x005F_" escapes an escape."""
    for _event, element in iterparse(_Guarded(part)):  # noqa: S314 - it refuses what defusedxml does
        if element.tag == f"{MAIN}si":
            yield _text(element).replace("x005F_", "")
            element.clear()


def _numbered(part: Any, reader: "CellReader") -> Iterator[Numbered]:
    number = 0
    for _event, element in iterparse(_Guarded(part)):  # noqa: S314 - it refuses what defusedxml does
        if element.tag == f"{MAIN}row":
            number = int(element.get("r", number + 1))
            cells = dict(reader.cells(element))
            element.clear()
            if cells:
                places = [place for place in cells if place <= MAX_COLUMNS]
                yield number, [cells.get(place) for place in range(1, max(places, default=0) + 1)]


# --- Cells ------------------------------------------------------------------------------------------------------------


class CellReader:
    """Reads the cells of a row like openpyxl, but does not evaluate formulas."""

    def __init__(self, shared: list[str], formats: list[str | None], *, epoch: Any = WINDOWS_EPOCH) -> None:
        self.shared, self.epoch = shared, epoch
        self._columns: dict[str, int] = {}  # numbers by letters
        self.dates = {place for place, code in enumerate(formats) if is_date_format(code)}
        self.spans = {place for place, code in enumerate(formats) if is_timedelta_format(code)}

    def cells(self, row: Element) -> Iterator[tuple[int, Any]]:
        """Return the cell values by column number."""
        column = 0
        for cell in row:
            place = cell.get("r")
            column = self._column(place) if place else column + 1
            value = self._value(cell)
            yield column, ESCAPED.sub(_unescaped, value) if isinstance(value, str) else value

    def _column(self, place: str) -> int:
        letters = place.rstrip("0123456789")
        if letters == place or letters not in self._columns:
            self._columns[letters] = coordinate_to_tuple(place)[1]
        return self._columns[letters]

    def _value(self, cell: Element) -> Any:
        kind, style = cell.get("t", "n"), int(cell.get("s") or 0)
        parts = {part.tag: part for part in reversed(cell)}
        if FORMULA in parts:
            return NotText(_("This cell contains a formula. Replace it with its result as text."))
        if kind == "inlineStr":
            return _text(parts[INLINE]) if INLINE in parts else None
        text = parts[VALUE].text if VALUE in parts else None
        if kind == "e":
            return _error(text)
        if not text:
            return None
        if kind == "n":
            return self._number(text, style)
        if kind == "s":
            return self.shared[int(text)]
        if kind == "b":
            return bool(int(text))
        return from_ISO8601(text) if kind == "d" else text

    def _number(self, text: str, style: int) -> Any:
        value = float(text) if "." in text or "e" in text.lower() else int(text)
        if style not in self.dates:
            return value
        try:
            return from_excel(value, self.epoch, timedelta=style in self.spans)
        except (OverflowError, ValueError):
            return _error("#VALUE!")


def _error(name: str | None) -> NotText:
    return NotText(_("This cell contains an error (%(error)s).") % {"error": name})


def _text(item: Element) -> str:
    """Return a text, or the joined runs of a rich text, without phonetic hints."""
    if len(item) == 1 and item[0].tag == TEXT:
        return item[0].text or ""
    return "".join(part.text or "" for part in (*item.findall(TEXT), *item.findall(RUN_TEXT)))


def _unescaped(code: re.Match[str]) -> str:
    return chr(int(code[1], 16))
