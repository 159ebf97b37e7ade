"""Render an edition as a Word document: the text of the PDF with styles, headings, bookmarks and tables to work with.
Never authentic, as every page says.
"""

from typing import Any

from django.utils import translation

from positions.render import printable
from positions.render.docx import annexes, cover, frame, text
from positions.render.docx.parts import Element, number_bookmarks
from positions.render.environment import set_up_alone
from positions.render.paper import frozen_at
from positions.render.plain import days
from positions.text.canonical import sealed

RENDERER_VERSION = "ncm-docx 1.2, python-docx 1.2.0"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
Content = dict[str, Any]


def render(content: Content, *, sha256: str, address: str) -> bytes:
    """Render an edition as an Office Open XML text (ECMA-376) in its language.

    Takes the canonical content, its SHA-256 in hexadecimal and the public verification URL; the same arguments give the
    same bytes. Raises ValueError if the hash does not match or XML cannot contain a character, KeyError for invalid
    content. Characters that our fonts lack are allowed: word processors substitute fonts.
    """
    sealed(content, sha256)
    set_up_alone()
    with translation.override(content["language"]):
        document = written(_book(content, sha256, address))
        return frame.packed(document, frozen_at(content))


def _book(content: Content, sha256: str, address: str) -> Content:
    forum = content.get("forum") or {}
    book = printable.book(content, sha256=sha256, address=address)
    return book | {"forum_days": days(forum["date"], forum.get("end_date", "")) if forum else ""}


def written(book: Content) -> Any:
    """Return the document: portrait pages, landscape ones for Annex D, and portrait again."""
    content = book["content"]
    document, named = frame.begun(content), text.places(content)
    frame.describe(document, book, frozen_at(content))
    frame.first_sheets(document, book)
    _add(document, cover.cover(document, book))
    _add(document, [*cover.contents(book), *cover.acronyms(book), *cover.basis(book)])
    main = [each for each in book["sections"] if each["part"] != "annex"]
    for number, section in enumerate(main):
        _add(document, text.section(section, named, fresh=not number))
    _add(document, [*annexes.matrix(book), *annexes.programme(book), *annexes.participants(book)])
    if book["dispositions"]:
        frame.next_sheets(document, book, frame.ACROSS)
    _add(document, annexes.dispositions(book, named))
    if book["dispositions"]:
        frame.next_sheets(document, book, frame.UPRIGHT)
    _add(document, [*annexes.reservations(book, named), *annexes.record(book, named)])
    for section in book["sections"]:
        _add(document, text.section(section, named) if section["part"] == "annex" else [])
    _add(document, annexes.verify(book, frame.outside(document, book["address"])))
    number_bookmarks(document.element.body)
    return document


def _add(document: Any, made: list[Element]) -> None:
    """Append elements before the last section properties."""
    last = document.element.body[-1]
    for each in made:
        last.addprevious(each)
