"""Public alignment of a published paper with the Compact and its milestones, as a page and as PDF."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consultations.models import Milestone
from consultations.queries.changes import PAPERS
from consultations.views.page_cache import kept_until
from consultations.views.ratelimit import limited
from positions.models import Edition, PositionPaper, ReflectionValue
from positions.queries import alignment
from positions.queries.papers import latest_official
from positions.render.aligned import laid_out
from positions.render.alignment import RENDERER_VERSION
from positions.render.pdf import RenderFailed
from positions.verification.printing import Printing, kept, name_of
from positions.views import public_papers

from .paper_intake import later

KINDS = [kind for kind in ReflectionValue if kind != ReflectionValue.STRUCK]


def _published(slug: str) -> tuple[PositionPaper, Edition]:
    """Return a public paper with its edition in force; raises 404 for others. Two queries."""
    paper = PositionPaper.objects.filter(slug=slug).select_related("consultation", "forum").first()
    edition = latest_official(paper) if paper else None
    if paper is None or edition is None:
        raise Http404
    return paper, edition


def _content(paper: PositionPaper, edition: Edition, way: list[Milestone]) -> dict[str, Any]:
    return alignment.content(paper, edition, public_papers.content(edition.sha256), way)


@login_not_required
@require_safe
@kept_until(PAPERS)
def paper_alignment(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the findings on a published paper by provision and milestone. Raises 404 for others."""
    paper, edition = _published(slug)
    way = alignment.milestones_of(paper)
    context = {
        "paper": paper,
        "edition": edition,
        "milestones": way,
        "aligned": laid_out(_content(paper, edition, way)),
        "kinds": KINDS,
    }
    return render(request, "positions/alignment/alignment.html", context)


@login_not_required
@limited("print")
@require_safe
def paper_alignment_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the printed annex, including the last journal entry it reflects. Raises 404 like the page.

    Corrections show at once, so caches must revalidate; while nothing has changed they get 304, and nothing is printed.
    """
    paper, edition = _published(slug)
    way = alignment.milestones_of(paper)
    content = _content(paper, edition, way) | alignment.as_of(paper, edition, way)
    requested = {"document": "alignment", "version": RENDERER_VERSION, "address": content["address"]}
    headers = {"Cache-Control": "public, no-cache", "ETag": f'"{name_of(content, **requested)}"'}
    known = HttpResponse(headers=headers)
    unchanged = get_conditional_response(request, etag=headers["ETag"], response=known)
    if unchanged is not None and unchanged is not known:
        return unchanged
    try:
        data = kept(content, **requested)
    except Printing:
        return later(_("The portal is printing another annex. Try again in a few seconds."))
    except RenderFailed:
        return later(_("The portal could not print the annex. Read it on its page."))
    headers["Content-Disposition"] = f'inline; filename="{slug}-{edition.number}-alignment.pdf"'
    return HttpResponse(data, content_type="application/pdf", headers=headers)
