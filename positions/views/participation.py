"""Participation report of a consultation: as a page, and as a cached PDF."""

import hashlib

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consultations import queries
from consultations.views.consultations import which_round
from consultations.views.page_cache import kept_for_visitors
from positions.queries.participation import report
from positions.render.participation import readable
from positions.render.pdf import RenderFailed, render_apart
from positions.text.canonical import canonical

from .paper_intake import later

KEPT = 15 * 60  # seconds: the report states its time
PRINTING = 90


@login_not_required
@require_safe
@kept_for_visitors
def show(request: HttpRequest) -> HttpResponse:
    """Show the report of the consultation `?round=`, or else of the only open or the latest one.

    If several are open, ask for which.
    """
    rounds = queries.public_rounds()
    current = queries.round_named(request.GET.get("round", ""), rounds)
    if rounds and current is None:
        return which_round(request, rounds)
    context = readable(report(current)) if current else {}
    return render(request, "positions/participation/participation.html", {**context, "round": current})


@login_not_required
@require_safe
def pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the report as a tagged PDF. One is printed at a time; other requests get 503 with Retry-After."""
    current = next((item for item in queries.public_rounds() if item.slug == slug), None)
    if current is None:
        raise Http404
    name, lock = f"participation-{slug}", f"participation-{slug}-printing"
    data = cache.get(name)
    if data is None:
        if not cache.add(lock, 1, PRINTING):
            return later(_("The portal is printing the report. Try again in a few seconds."))
        try:
            with translation.override("en"):
                content = report(current)
            data = render_apart(
                content, hashlib.sha256(canonical(content)).hexdigest(), content["address"], document="participation"
            )
            cache.set(name, data, KEPT)
        except RenderFailed:
            return later(_("The portal could not print the report. Read it on its page."))
        finally:
            cache.delete(lock)
    headers = {"Content-Disposition": f'inline; filename="participation-{slug}.pdf"'}
    return HttpResponse(data, content_type="application/pdf", headers=headers)
