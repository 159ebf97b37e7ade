"""Print editions on request: one of a kind at a time, cached for a while if nothing is restricted."""

import hashlib
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache
from django.urls import reverse

from positions.models import Edition
from positions.render import redline
from positions.render.pdf import render_apart
from positions.text.canonical import canonical

KEPT = 60 * 60  # seconds: a retry after a broken connection costs nothing
PRINTING = 90


class Printing(Exception):
    """Raised while another one is being printed."""


def printed(content: dict[str, Any], *, document: str, address: str) -> bytes:
    """Return the PDF of `content`. One of a kind is printed at a time.

    Raises Printing while another one is, RenderFailed if it cannot be printed.
    """
    if not cache.add(lock := f"printing-{document}", 1, PRINTING):
        raise Printing
    try:
        return render_apart(content, _hash(canonical(content)), address, document=document)
    finally:
        cache.delete(lock)


def kept(content: dict[str, Any], *, document: str, version: str, address: str) -> bytes:
    """Return the result of `printed`, cached for a while: for unrestricted content only."""
    name = f"print-{name_of(content, document=document, version=version, address=address)}"
    data = cache.get(name)
    if data is None:
        data = printed(content, document=document, address=address)
        cache.set(name, data, KEPT)
    return data


def name_of(content: dict[str, Any], *, document: str, version: str, address: str) -> str:
    """Return the cache key of a print, a hash."""
    return _hash(canonical([document, version, address, content]))


def redline_pdf(before: Edition, after: Edition, contents: tuple[dict[str, Any], dict[str, Any]]) -> bytes:
    """Return the redline between two editions, whose `contents` are loaded, as PDF. Raises like `printed`."""
    order = redline.order(*contents, hashes=(before.sha256, after.sha256))
    address = settings.PORTAL_ADDRESS + comparison(before, after)
    return kept(order, document="redline", version=redline.RENDERER_VERSION, address=address)


def comparison(before: Edition, after: Edition) -> str:
    """Return the URL of the page that compares two editions."""
    requested = urlencode({"from": before.number, "to": after.number})
    return f"{reverse('paper_compare', args=[after.paper.slug])}?{requested}"


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
