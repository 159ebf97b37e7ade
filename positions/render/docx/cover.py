"""Parts before the text: cover, contents, acronyms and figures."""

from io import BytesIO
from typing import Any

import segno
from django.utils.translation import gettext as _
from docx.shared import Cm

from positions.render.docx.frame import UPRIGHT, not_authentic, outside
from positions.render.docx.parts import (
    Cell,
    Element,
    closed,
    facts,
    heading,
    headline,
    link,
    link_outside,
    opened,
    paragraph,
    run,
    table,
    w,
)
from positions.render.plain import spans

Content = dict[str, Any]
LONG = 60  # characters of a title


def cover(document: Any, book: Content) -> list[Element]:
    """Return the cover: issuer, title, status, record of adoption and hash."""
    content, address = book["content"], book["address"]
    digest = [run(book["digest"][0]), *(part for each in book["digest"][1:] for part in (w("r", w("br")), run(each)))]
    return [
        paragraph("Republic", _("Republic of Kenya")),
        paragraph("Body", _("National Coordination Mechanism on Migration")),
        *(paragraph("Banner", words) for words in book["warnings"]),
        paragraph("LongTitle" if len(content["paper"]["title"]) > LONG else "Title", content["paper"]["title"]),
        paragraph("Status" if book["final"] else "StatusOfDraft", content["edition"]["status"]),
        *facts(book["facts"]),
        paragraph(
            "Notice",
            run(not_authentic(), look="Strong"),
            " ",
            _("This Word document is a copy to work with. Compare it with the PDF before you rely on it."),
        ),
        _code(document, address),
        paragraph("Digest", run(_("SHA-256 of the content"), look="Term"), w("r", w("br")), *digest),
        paragraph(
            "Digest", run(_("Verify this copy at"), look="Term"), w("r", w("br")),
            link_outside(outside(document, address), address),
        ),
    ]  # fmt: skip


def _code(document: Any, address: str) -> Element:
    """Return the QR code of the edition's URL, with a text alternative."""
    picture = BytesIO()
    segno.make(address, error="m", micro=False).save(picture, kind="png", scale=6, border=0)
    picture.seek(0)
    made = document.add_paragraph(style="Notice")
    shape = made.add_run().add_picture(picture, width=Cm(2))
    for side in ("distT", "distB", "distL", "distR"):
        shape._inline.set(side, "0")
    shape._inline.docPr.set("descr", _("QR code of the address %(address)s") % {"address": address})
    return made._p


# --- Contents -------------------------------------------------------------------------------------------------------


def contents(book: Content) -> list[Element]:
    """Return the table of contents: a field that Word can update, filled with the first-level headings.

    It refers to paragraphs instead of pages: their numbers are the same in every format, while page numbers depend on
    installed fonts and are unknown until a word processor computes them.
    """
    spoken = {section["id"]: [each["number"] for each in section["paragraphs"]] for section in book["sections"]}
    lines = [_entry(entry, spoken.get(entry["id"], [])) for entry in [*_front(book), *book["contents"]]]
    lines[0] = [*opened(r'TOC \o "1-1" \n \h \z \u'), *lines[0]]
    lines[-1].append(closed())
    gallery = w("docPartObj", w("docPartGallery", val="Table of Contents"), w("docPartUnique"))
    listed = [paragraph("TOCHeading", _("Contents")), *(paragraph("TOC1", *line) for line in lines)]
    return [w("sdt", w("sdtPr", gallery), w("sdtContent", *listed))]


def _front(book: Content) -> list[Content]:
    titles = {"acronyms": _("Acronyms") if book["acronyms"] else "", "basis": _("What this position rests on")}
    return [{"id": place, "number": "", "title": words, "part": "front"} for place, words in titles.items() if words]


def _entry(entry: Content, numbers: list[int]) -> list[Element]:
    words = heading(entry)
    content = words if "\t" in words else f"\t{words}"
    places = _("paragraphs %(numbers)s") if len(numbers) > 1 else _("paragraph %(numbers)s")
    lines = [run(f"\t{places % {'numbers': spans(numbers)}}", look="Term")] if numbers else []
    return [link(entry["id"], run(content, lang=entry.get("lang", ""))), *lines]


def acronyms(book: Content) -> list[Element]:
    """Return the acronyms of the text; nothing without any."""
    result = [(each["term"], each["meaning"]) for each in book["acronyms"]]
    head = headline("acronyms", _("Acronyms"))
    return [head, *facts(result, "Acronyms")] if result else []


def basis(book: Content) -> list[Element]:
    """Return the figures on inputs and groups by theme: every number of the PDF's chart."""
    counts = book["counts"]
    figures = " · ".join(f"{number} {words}" for number, words in book["figures"])
    head = headline("basis", _("What this position rests on"), fresh=bool(counts["rows"]))
    made = [head, paragraph("Figures", figures)]
    if not counts["rows"] or not counts["themes"]:
        return made
    codes = [theme["code"] for theme in counts["themes"]]
    narrow = min(1.3, 10 / (len(codes) + 1))
    rows: list[list[Cell]] = [[row["name"], *map(str, row["cells"]), str(row["sum"])] for row in counts["rows"]]
    rows.append(sums([_("All groups"), *map(str, counts["sums"]), str(counts["total"])]))
    widths = [UPRIGHT - narrow * (len(codes) + 1), *[narrow] * (len(codes) + 1)]
    heads = [_("Group"), *codes, _("All")]
    title = _("Inputs by group (rows) and theme (columns)")
    key = "; ".join(f"{theme['code']} {theme['title']}" for theme in counts["themes"])
    return [*made, *table(widths, heads, rows, title=title, numbers=len(heads) - 1), paragraph("Quiet", key)]


def sums(cells: list[str]) -> list[Cell]:
    """Return the totals row of a table."""
    looks = ["TableText", *["TableNumber"] * (len(cells) - 1)]
    return [[paragraph(look, run(words, look="Strong"))] for look, words in zip(looks, cells, strict=True)]
