"""Prints of editions that are made when somebody asks, kept for a while, and are no files of an edition."""

import hashlib
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consultations.views.limits import limited
from positions.render import redline
from positions.render.pdf import RenderFailed, canonical, render_apart

from . import reading
from .editions import compared
from .printed_forms import later
from .public_papers import is_official

KEPT = 60 * 60  # seconds: whoever's line broke asks again at no cost
PRINTING = 90
DAY = "public, max-age=86400"


class Printing(Exception):
    """Another one is being printed."""


def printed(content: dict[str, Any], *, document: str, version: str, address: str) -> bytes:
    """The PDF of `content`, from the cache where it lies ready. One of a kind is printed at a time.

    Raises Printing while another one is, RenderFailed where it can't be printed.
    """
    sha256 = hashlib.sha256(canonical(content)).hexdigest()
    name, lock = (
        f"print-{document}-{hashlib.sha256(f'{version} {sha256}'.encode()).hexdigest()}",
        f"printing-{document}",
    )
    data = cache.get(name)
    if data is not None:
        return data
    if not cache.add(lock, 1, PRINTING):
        raise Printing
    try:
        data = render_apart(content, sha256, address, document=document)
        cache.set(name, data, KEPT)
        return data
    finally:
        cache.delete(lock)


@login_not_required
@limited("print")
@require_safe
def paper_compare_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """What changed from one edition to another, to print: the editions, and who may read them, as on the page.

    One edition compared with itself leads to the page, which says so.
    """
    _all, before, after = compared(request, slug)
    asked = urlencode({"from": before.number, "to": after.number})
    page = f"{reverse('paper_compare', args=[slug])}?{asked}"
    if before == after:
        return redirect(page)
    order = redline.order(*reading.pair(before.sha256, after.sha256), hashes=(before.sha256, after.sha256))
    address = settings.PORTAL_ADDRESS + page
    try:
        data = printed(order, document="redline", version=f"{redline.RENDERER_VERSION} {address}", address=address)
    except Printing:
        return later(_("Another comparison is being printed. Try again in a few seconds."))
    except RenderFailed:
        return later(_("The comparison could not be printed. Read it on its page."))
    official = is_official(before) and is_official(after)
    headers = {
        "Content-Disposition": f'inline; filename="{slug}-{before.number}-{after.number}.pdf"',
        "Cache-Control": DAY if official else "private, no-store",
    }
    return HttpResponse(data, content_type="application/pdf", headers=headers)
