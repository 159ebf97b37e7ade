"""Frame of the Word document: page setup, headers and footers, properties and package."""

from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import nsmap, qn
from docx.shared import Cm

from positions.render.docx.parts import Element, field, language, paragraph, run, twips, w

Content = dict[str, Any]
SHORT, TALL, MARGIN = 21.0, 29.7, 2.5
UPRIGHT, ACROSS = SHORT - 2 * MARGIN, TALL - 2 * MARGIN  # width left for text
LONGEST_PROPERTY = 255  # characters, ECMA-376 part 2
EARLIEST = (1980, 1, 1, 0, 0, 0)  # of a package
TEMPLATE = Path(__file__).with_name("template.docx")  # our styles, editable in any word processor
INK, RED, GREEN = "16191D", "A3122A", "0A5C35"  # colours of the flag


def not_authentic() -> str:
    """Return the statement on every page that this format is not authentic."""
    return _("Not authentic: the PDF of this edition is.")


def begun(content: Content) -> Any:
    """Return an empty document with our styles in the language of the edition."""
    document, spoken = Document(str(TEMPLATE)), language(content["language"])
    words = document.styles.element.find(".//w:rPrDefault//w:lang", nsmap)
    for name in ("val", "eastAsia"):
        words.set(qn(f"w:{name}"), spoken)
    document.settings.element.find(qn("w:themeFontLang")).set(qn("w:val"), spoken)
    return document


def describe(document: Any, book: Content, moment: datetime) -> None:
    """Set the properties shown by catalogues and read by screen readers."""
    content, about = book["content"], document.core_properties
    body = _("National Coordination Mechanism on Migration, Republic of Kenya")
    about.title, about.subject = _short(book["title"]), _short(content["paper"]["purpose"])
    about.author = about.last_modified_by = body
    about.language, about.version = language(content["language"]), content["edition"]["number"]
    about.content_status, about.identifier = _short(content["edition"]["status"]), f"sha256:{book['sha256']}"
    about.keywords = _short(f"{content['paper']['short_title']}, {content['edition']['number']}, {book['sha256']}")
    about.comments, about.category, about.revision = not_authentic(), "", 1
    about.created = about.modified = moment.replace(tzinfo=None)


def _short(words: str) -> str:
    return words if len(words) <= LONGEST_PROPERTY else f"{words[: LONGEST_PROPERTY - 1]}…"


# --- Sheets ---------------------------------------------------------------------------------------------------------


def first_sheets(document: Any, book: Content) -> None:
    """Set up portrait pages; the first is the cover with the colours of the flag."""
    sheets = document.sections[0]
    sheets.different_first_page_header_footer = True
    flag = ((48, INK), (24, RED), (48, GREEN))  # line width in eighths of a point
    lines = [w("top", val="single", sz=wide, space=4, color=color) for wide, color in flag]
    stripes = [paragraph("Flag", properties=[w("pBdr", line)]) for line in lines]
    _fill(sheets.first_page_header, stripes)
    _fill(sheets.first_page_footer, [paragraph("Footer", run(not_authentic(), look="Strong"))])
    _add_section(sheets, book, UPRIGHT)


def next_sheets(document: Any, book: Content, width: float) -> None:
    """Start UPRIGHT or ACROSS pages."""
    sheets = document.add_section(WD_SECTION.NEW_PAGE)
    sheets.different_first_page_header_footer = False
    turned = document.element.body[-2]  # last paragraph of the previous section
    turned.pPr.insert(0, w("pStyle", val="Break"))
    for each in (sheets.header, sheets.footer):
        each.is_linked_to_previous = False
    _add_section(sheets, book, width)


def _add_section(sheets: Any, book: Content, width: float) -> None:
    across = width == ACROSS
    sheets.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
    sheets.page_width, sheets.page_height = (Cm(TALL), Cm(SHORT)) if across else (Cm(SHORT), Cm(TALL))
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(sheets, side, Cm(MARGIN))
    sheets.header_distance = sheets.footer_distance = Cm(1.1)
    _fill(sheets.header, _head(book, width))
    _fill(sheets.footer, _foot(book, width))


def _fill(place: Any, made: list[Element]) -> None:
    place.is_linked_to_previous = False
    for each in list(place._element):
        place._element.remove(each)
    place._element.extend(made)


def _to_the_right(width: float) -> list[Element]:
    return [w("tabs", w("tab", val="right", pos=twips(width)))]


def _head(book: Content, width: float) -> list[Element]:
    name = run(book["content"]["paper"]["short_title"], look="InMargin")
    running = paragraph("Header", name, run(f"\t{book['edition_line']}"), properties=_to_the_right(width))
    warned = " · ".join(book["warnings"])
    return [running, *([paragraph("Warning", warned)] if warned else [])]


def _foot(book: Content, width: float) -> list[Element]:
    pages = [run(f"\t{pgettext('page n of m', 'Page')} "), *field("PAGE", "1")]
    pages += [run(f" {pgettext('page n of m', 'of')} "), *field("NUMPAGES", "1")]
    content = run(not_authentic(), look="Strong")
    return [
        paragraph("Footer", content, *pages, properties=_to_the_right(width)),
        paragraph("Footer", f"SHA-256 {book['sha256']}"),
    ]


# --- The package ----------------------------------------------------------------------------------------------------


def outside(document: Any, address: str) -> str:
    """Return the relationship id of a link to `address`."""
    return document.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)


def packed(document: Any, moment: datetime) -> bytes:
    """Return the file. Its parts have the timestamp of the edition, so that the same document gives the same bytes."""
    written, out = BytesIO(), BytesIO()
    document.save(written)
    with ZipFile(written) as parts, ZipFile(out, "w") as package:
        for name in parts.namelist():
            about = ZipInfo(name, max(EARLIEST, moment.timetuple()[:6]))
            about.compress_type, about.external_attr = ZIP_DEFLATED, 0o600 << 16
            package.writestr(about, parts.read(name))
    return out.getvalue()
