"""Elements of a Word document (WordprocessingML, ECMA-376 part 1, clause 17): paragraphs, runs, links, tables.

Pure. Text is never interpreted as markup. Lengths are in centimetres.
"""

from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any

from django.utils.translation import gettext as _
from docx.oxml.ns import nsmap
from docx.oxml.parser import oxml_parser

from positions.render.plain import Piece

Element = Any
Block = list[list[Piece]]
Cell = str | list[Element]
Content = dict[str, Any]
W = nsmap["w"]
R = nsmap["r"]
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
LANGUAGES = {"en": "en-GB", "sw": "sw-KE"}


def twips(centimetres: float) -> int:
    """Convert a length to twentieths of a point."""
    return round(centimetres * 1440 / 2.54)


def w(tag: str, *kids: Element, **values: Any) -> Element:
    """Return an element in Word's namespace with attributes; children that are None are left out."""
    made = oxml_parser.makeelement(f"{{{W}}}{tag}")
    for name, value in values.items():
        made.set(f"{{{W}}}{name}", str(value))
    made.extend([kid for kid in kids if kid is not None])
    return made


def language(code: str) -> str:
    """Return the language code of an edition for spell checking and screen readers."""
    return LANGUAGES.get(code, code)


def run(words: str, *, look: str = "", lang: str = "") -> Element:
    """Return text in a character style and, if different from the document's, a language."""
    properties = [w("rStyle", val=look)] if look else []
    properties += [w("lang", val=language(lang))] if lang else []
    made = w("r", w("rPr", *properties) if properties else None)
    for number, part in enumerate(words.split("\t")):
        if number:
            made.append(w("tab"))
        if part:
            element = w("t")
            element.text = part
            element.set(SPACE, "preserve")
            made.append(element)
    return made


def line(block: Block, lang: str = "") -> list[Element]:
    """Return the runs of a text block: operative words bold, with line breaks."""
    runs: list[Element] = []
    for number, pieces in enumerate(block):
        if number:
            runs.append(w("r", w("br")))
        runs += [run(piece.text, look="Strong" if piece.strong else "", lang=lang) for piece in pieces]
    return runs


def paragraph(style: str, *pieces: str | Element, properties: Iterable[Element] = ()) -> Element:
    """Return a paragraph in a style, of text and inline elements. `properties` are added after the style."""
    runs = [run(each) if isinstance(each, str) else each for each in pieces]
    return w("p", w("pPr", w("pStyle", val=style), *properties), *runs)


def prose(style: str, text: Iterable[Block]) -> list[Element]:
    """Return a text as paragraphs of one style."""
    return [paragraph(style, *line(block)) for block in text]


def marked(name: str, *runs: Element) -> list[Element]:
    """Return runs enclosed in a bookmark."""
    return [w("bookmarkStart", id=0, name=anchor(name)), *runs, w("bookmarkEnd", id=0)]


def number_bookmarks(body: Element) -> None:
    """Number the bookmarks of a document: starts and ends come in pairs that do not overlap."""
    starts, ends = (body.iter(f"{{{W}}}bookmark{which}") for which in ("Start", "End"))
    for number, start, end in zip(count(1), starts, ends, strict=False):
        start.set(f"{{{W}}}id", str(number))
        end.set(f"{{{W}}}id", str(number))


def anchor(place: str) -> str:
    """Return a valid bookmark name: letters, digits and underscores."""
    return place.replace("-", "_")


def link(place: str, *runs: Element) -> Element:
    """Return a link to a bookmark of this document."""
    return w("hyperlink", *runs, anchor=anchor(place), history=1)


def link_outside(reference: str, words: str) -> Element:
    """Return a link to a URL; `reference` is its relationship id."""
    made = w("hyperlink", run(words, look="Hyperlink"), history=1)
    made.set(f"{{{R}}}id", reference)
    return made


def field(instruction: str, shown: str) -> list[Element]:
    """Return a field computed by the word processor, such as PAGE, with its initial value."""
    return [*opened(instruction), run(shown), closed()]


def opened(instruction: str) -> list[Element]:
    """Return the beginning of a field, before its value."""
    requested = w("instrText")
    requested.text = f" {instruction} "
    requested.set(SPACE, "preserve")
    begin, separate = (w("r", w("fldChar", fldCharType=kind)) for kind in ("begin", "separate"))
    return [begin, w("r", requested), separate]


def closed() -> Element:
    """Return the end of a field."""
    return w("r", w("fldChar", fldCharType="end"))


def facts(rows: list[tuple[str, str]], style: str = "Facts") -> list[Element]:
    """Return terms and definitions, one per line."""
    return [paragraph(style, run(term, look="Term"), run(f"\t{value}")) for term, value in rows]


def heading(entry: Content) -> str:
    """Return a first-level heading as in the text and the contents, its number followed by a tab."""
    if entry["part"] == "annex" and entry["number"]:
        number = _("Annex %(letter)s") % {"letter": entry["number"]}
    else:
        number = entry["number"]
    return f"{number}\t{entry['title']}" if number else entry["title"]


def headline(place: str, words: str, *, fresh: bool = False, hanging: float = 0, lang: str = "") -> Element:
    """Return a first-level heading with a bookmark; with `fresh` it starts a page. Its text hangs on its number."""
    properties = [w("pageBreakBefore")] if fresh else []
    if hanging or "\t" not in words:
        properties.append(w("ind", left=twips(hanging), hanging=twips(hanging)))
    return paragraph("Heading1", *marked(place, run(words, lang=lang)), properties=properties)


# --- Tables ---------------------------------------------------------------------------------------------------------


def table(
    widths: Sequence[float],
    heads: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    title: str,
    numbers: int = 0,
    is_titled: bool = True,
) -> list[Element]:
    """Return a table with a title and a repeated header row; the last `numbers` columns are right-aligned.

    A cell is text or paragraphs. A row with a single cell spans all columns and names a group. If a heading already
    says enough, the title is only for screen readers.
    """
    looks = ["TableText"] * (len(widths) - numbers) + ["TableNumber"] * numbers
    head = [[paragraph(look, words)] for look, words in zip(looks, heads, strict=True)]
    properties = w(
        "tblPr",
        w("tblStyle", val="PortalTable"),
        w("tblW", w=twips(sum(widths)), type="dxa"),
        w("tblLayout", type="fixed"),
        w("tblLook", val="04A0", firstRow=1, lastRow=0, firstColumn=1, lastColumn=0, noHBand=0, noVBand=1),
        w("tblCaption", val=title),
    )
    grid = w("tblGrid", *(w("gridCol", w=twips(width)) for width in widths))
    made = [row(widths, looks, each) for each in rows]
    return [
        *([paragraph("Caption", title)] if is_titled else []),
        w("tbl", properties, grid, row(widths, looks, head, is_head=True), *made),
        paragraph("AfterTable"),
    ]


def row(widths: Sequence[float], looks: Sequence[str], cells: Sequence[Cell], *, is_head: bool = False) -> Element:
    """Return one row. Short rows are not split across pages; header rows repeat."""
    if len(cells) == 1 < len(widths):
        through = w("tcPr", w("tcW", w=twips(sum(widths)), type="dxa"), w("gridSpan", val=len(widths)))
        return w("tr", w("trPr", w("cantSplit")), w("tc", through, *content("TableGroup", cells[0])))
    properties = [w("cantSplit")] if is_head or not is_long(cells) else []
    properties += [w("tblHeader")] if is_head else []
    made = [
        w("tc", w("tcPr", w("tcW", w=twips(width), type="dxa")), *content(look, cell))
        for width, look, cell in zip(widths, looks, cells, strict=True)
    ]
    return w("tr", w("trPr", *properties) if properties else None, *made)


def content(look: str, cell: Cell) -> list[Element]:
    """Return the content of a cell: at least one paragraph, even if empty."""
    if isinstance(cell, str):
        return [paragraph(look, *([cell] if cell else []))]
    return cell or [paragraph(look)]


LONG = 1200  # characters in one cell: half a page of a narrow column


def is_long(cells: Sequence[Cell]) -> bool:
    """Return whether a row is too tall to be kept on one page."""
    return any((len(cell) if isinstance(cell, str) else sum(map(letters, cell))) > LONG for cell in cells)


def letters(element: Element) -> int:
    """Return the number of characters that an element shows."""
    return sum(len(each.text or "") for each in element.iter(f"{{{W}}}t"))
