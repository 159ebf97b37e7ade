"""Text under review as a Word document to return: changes are tracked, paragraphs keep their keys."""

from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import RGBColor

COLUMNS = 5
INK, GREEN = "16191D", "0A5C35"  # of the pages


def docx(content: dict[str, Any], sections: list[dict[str, Any]], *, closes: str, organisation: str = "") -> bytes:
    """Return the text with the number of each paragraph, its key as a bookmark, and an empty comment table.

    Each page names the `organisation` that proposes the changes, if it is known.
    """
    document = Document()
    _colour(document)
    if organisation:
        words = _("Changes proposed by %(name)s") % {"name": organisation}
        document.sections[0].header.paragraphs[0].text = words
    about = document.core_properties
    about.title, about.language = content["paper"]["title"], content["language"]
    about.author = _("National Coordination Mechanism on Migration, Republic of Kenya")
    document.add_heading(content["paper"]["title"], 1)
    for words in _instructions(closes):
        document.add_paragraph(words)
    place = 0
    for section in sections:
        document.add_heading(section["heading"], 2)
        for each in section["paragraphs"]:
            place += 1
            _bookmark(document.add_paragraph(f"{each['number']}.\t{each['text']}"), place, each["key"])
    document.add_heading(_("Comments"), 2)
    document.add_paragraph(_("Instead of changing the text you can write here, a row for each paragraph."))
    _table(document)
    settings = document.settings.element  # children in a fixed order
    settings.find(qn("w:defaultTabStop")).addprevious(OxmlElement("w:trackRevisions"))
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _colour(document: Any) -> None:
    """Set headings in the ink and the green of the portal instead of the program's blue."""
    for level, colour in ((1, INK), (2, GREEN)):
        document.styles[f"Heading {level}"].font.color.rgb = RGBColor.from_string(colour)


def _instructions(closes: str) -> list[str]:
    return [
        _("DRAFT. This is not an official text. Do not quote it or pass it on."),
        _("Change the text as it should read: Word keeps track of what you change. A comment becomes the reason."),
        _("Then upload the file on the page of the review, before %(closes)s.") % {"closes": closes},
    ]


def _bookmark(paragraph: Any, number: int, key: str) -> None:
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    start.set(qn("w:id"), str(number))
    start.set(qn("w:name"), f"p_{key.replace('-', '')}")
    end.set(qn("w:id"), str(number))
    paragraph._p.insert(0, start)
    paragraph._p.append(end)


def _table(document: Any) -> None:
    table = document.add_table(rows=6, cols=COLUMNS, style="Table Grid")
    heads = [_("Organisation"), _("Paragraph"), _("Kind of comment"), _("Comment"), _("Proposed change")]
    for cell, words in zip(table.rows[0].cells, heads, strict=True):
        cell.text = words
