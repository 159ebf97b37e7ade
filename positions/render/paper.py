"""From the content of an edition to the PDF: fill the templates, then print."""

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
    """The canonical bytes of `content`, which is about to be printed.

    Raises ValueError when `sha256` is not their hash, or when our typefaces lack a letter of the paper's own words;
    where it stands is told.
    """
    attachment = sealed(content, sha256)
    set_up_alone()
    if found := obstacles(content):
        raise ValueError(" ".join(found))
    return attachment


def frozen_at(content: dict[str, Any]) -> datetime:
    """When the edition was frozen: the only moment that stands in the file."""
    return datetime.fromisoformat(content["edition"]["frozen_at"]).astimezone(UTC)


def fill(template: str, content: dict[str, Any], book: Callable[[], dict[str, Any]], *, address: str) -> str:
    """A print template filled with `book()`, in the language of the edition. What the edition says comes out
    literally, whatever it is; a letter that can't be drawn as its number in Unicode."""
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
    """When the values of a content were read that is no edition: the only moment that stands in its file."""
    return datetime.fromisoformat(content["as_of"]).astimezone(UTC)


def filled(template: str, values: dict[str, Any], *, moment: datetime, renderer: str = "") -> str:
    """A template of ours filled with `values`, the moment of its content and the name of what prints it."""
    said = {"renderer": f"NCM Portal, {renderer or RENDERER_VERSION}", "moment": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}
    return engine().get_template(template).render(Context({**values, **said}, use_l10n=False, use_tz=False))


def html(content: dict[str, Any], *, sha256: str, address: str) -> str:
    """The paper as HTML, in the language of the edition."""
    book = functools.partial(printable.book, content, sha256=sha256, address=address)
    return fill("print/paper.html", content, book, address=address)


def render(content: dict[str, Any], *, sha256: str, address: str) -> bytes:
    """Print an edition as one file that is PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1), its content attached
    in every form that programs read.

    In: the canonical content, its SHA-256 in hexadecimal, and the public address at which a copy is verified.
    Out: the bytes, always the same for the same arguments. Raises ValueError when the hash is not the content's or when
    a character can't be printed, KeyError when the content is not that of an edition.
    """
    from positions.render.enclosed import enclosures

    attachment = attested(content, sha256)
    page = html(content, sha256=sha256, address=address)
    beside = enclosures(content, sha256=sha256, address=address)
    return pressed(content, attachment, page, sha256=sha256, beside=beside)


def pressed(
    content: dict[str, Any], attachment: bytes, page: str, *, sha256: str, also: str = "", beside: Sequence[Any] = ()
) -> bytes:
    """A page about an edition as PDF, the canonical content attached; `also` and `beside` as `press` takes them."""
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
