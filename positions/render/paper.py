"""Render the PDF of an edition: fill the templates, then print."""

import functools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.template import Context
from django.utils import translation

from positions.render import printable
from positions.render.environment import engine, set_up_alone
from positions.render.fonts import missing_glyphs
from positions.render.glyphs import legible, obstacles
from positions.render.plain import days
from positions.render.qr import code
from positions.text.canonical import sealed

WEASYPRINT = "70.0"
RENDERER_VERSION = f"ncm-pdf 1.5, WeasyPrint {WEASYPRINT}"
ATTACHMENT = "position-paper.json"


def attested(content: dict[str, Any], sha256: str) -> bytes:
    """Return the canonical bytes of `content` for printing.

    Raises ValueError if `sha256` does not match, or a bundled font lacks a character of the paper's own text, with its
    place.
    """
    attachment = sealed(content, sha256)
    set_up_alone()
    if result := obstacles(content):
        raise ValueError(" ".join(result))
    return attachment


def frozen_at(content: dict[str, Any]) -> datetime:
    """Return when the edition was frozen: the only timestamp in the file."""
    return datetime.fromisoformat(content["edition"]["frozen_at"]).astimezone(UTC)


def fill(template: str, content: dict[str, Any], book: Callable[[], dict[str, Any]], *, address: str) -> str:
    """Render a print template with `book()`, in the language of the edition. Values are always escaped; characters
    without a glyph become code points.
    """
    set_up_alone()
    with translation.override(content["language"]):
        values = book()
        forum = content.get("forum") or {}
        values |= {
            "qr": code(address),
            "attachment": ATTACHMENT,
            "renderer": f"NCM Portal, {RENDERER_VERSION}",
            "frozen": frozen_at(content).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "unprintable": bool(missing_glyphs(content)),
            "forum_days": days(forum["date"], forum.get("end_date", "")) if forum else "",
        }
        return legible(engine().get_template(template).render(Context(values, use_l10n=False, use_tz=False)))


def as_of(content: dict[str, Any]) -> datetime:
    """Return when the values of a content other than an edition were read: the only timestamp in its file."""
    return datetime.fromisoformat(content["as_of"]).astimezone(UTC)


def filled(template: str, values: dict[str, Any], *, moment: datetime, renderer: str = "") -> str:
    """Render one of our templates with `values`, the time of its content and the name of its renderer."""
    data = {"renderer": f"NCM Portal, {renderer or RENDERER_VERSION}", "moment": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}
    return engine().get_template(template).render(Context({**values, **data}, use_l10n=False, use_tz=False))


def html(content: dict[str, Any], *, sha256: str, address: str) -> str:
    """Return the paper as HTML, in the language of the edition."""
    book = functools.partial(printable.book, content, sha256=sha256, address=address)
    return fill("print/paper.html", content, book, address=address)


def render(content: dict[str, Any], *, sha256: str, address: str) -> bytes:
    """Render an edition as a file that is PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1), with its content attached
    in every machine-readable format.

    Takes the canonical content, its SHA-256 in hexadecimal and the public verification URL; the same arguments give the
    same bytes. Raises ValueError if the hash does not match or a character cannot be printed, KeyError for invalid
    content.
    """
    from positions.render.enclosed import enclosures

    attachment = attested(content, sha256)
    page = html(content, sha256=sha256, address=address)
    beside = enclosures(content, sha256=sha256, address=address)
    return pressed(content, attachment, page, sha256=sha256, beside=beside)


def pressed(
    content: dict[str, Any], attachment: bytes, page: str, *, sha256: str, also: str = "", beside: Sequence[Any] = ()
) -> bytes:
    """Return a page about an edition as PDF with the canonical content attached; `also` and `beside` as for `press`."""
    from positions.render.press import press

    return press(
        page,
        attachment=attachment,
        name=ATTACHMENT,
        description=f"Canonical content of the edition, SHA-256 {sha256}",
        moment=frozen_at(content),
        also=also,
        beside=beside,
    )
