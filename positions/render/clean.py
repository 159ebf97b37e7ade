"""Render the text of an edition alone: the text and its adoption, without margin sources and annexes."""

import functools
from typing import Any

from django.utils.translation import gettext as _

from positions.render import annexes, printable
from positions.render.labels import with_values
from positions.render.paper import WEASYPRINT, attested, fill, pressed
from positions.render.plain import blocks
from positions.render.sections import sections

RENDERER_VERSION = f"ncm-clean 1.1, WeasyPrint {WEASYPRINT}"
Content = dict[str, Any]


def book(content: Content, *, sha256: str, address: str) -> Content:
    """Return the data for templates/print/clean.html. Raises KeyError for invalid content."""
    printed = [bare(section) for section in sections(content)]
    what = _("The text alone")
    return {
        **printable.frame(content, sha256=sha256, address=address),
        "numbers": {paragraph["number"] for section in printed for paragraph in section["paragraphs"]},
        "title": f"{printable.title(content)} – {what}",
        "short_title": f"{content['paper']['short_title']}: {what}",
        "facts": [*printable.cover_facts(content), *with_values((_("This copy"), scope()))],
        "sections": printed,
        "contents": contents(printed),
        "acronyms": content.get("acronyms", []),
        "reservations": content.get("reservations", []),
        "adoption": annexes.adoption_facts(content),
        "explanations": [{**each, "text": blocks(each["text"])} for each in content.get("explanations", [])],
    }


def scope() -> str:
    """Return what this file contains, and what is only in the whole paper."""
    return _(
        "The text, its reservations and the record of adoption. What each paragraph rests on and all annexes stand in"
        " the position paper itself, which has the same hash."
    )


def bare(section: Content) -> Content:
    """Return a section without margin notes."""
    return {
        **section,
        "paragraphs": [{**paragraph, "margin": None, "lines": ""} for paragraph in section["paragraphs"]],
    }


def contents(printed: list[Content]) -> list[Content]:
    """Return the entries of the table of contents."""
    named = [{"number": section["number"], **printable.entry(section)} for section in printed]
    record = [("reservations", _("Reservations")), ("record", _("Record of adoption"))]
    return [
        *named,
        *({"id": place, "number": "", "title": words, "part": "back"} for place, words in record),
        {"id": "verify", "number": "", "title": _("How to verify this copy"), "part": "back"},
    ]


def render(content: Content, *, sha256: str, address: str) -> bytes:
    """Render the text alone as PDF/A-3a and PDF/UA-1 with the canonical content of the edition attached; deterministic.
    Raises like `positions.render.paper.render`.
    """
    attachment = attested(content, sha256)
    values = functools.partial(book, content, sha256=sha256, address=address)
    page = fill("print/clean.html", content, values, address=address)
    return pressed(content, attachment, page, sha256=sha256, also="forms.css")
