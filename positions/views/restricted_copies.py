"""Prints of editions on request, cached for a while, that are not files of an edition."""

import hashlib
from datetime import UTC

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations.permissions import SignedInRequest
from consultations.views.ratelimit import limited
from consultations.workflow import enter_reading
from positions import workflow
from positions.edition.files import address as address_of
from positions.models import FINAL_KINDS
from positions.queries.papers import readable_editions
from positions.render import delegation
from positions.render.pdf import RenderFailed
from positions.verification.printing import Printing, comparison, printed, redline_pdf

from . import public_papers
from .corrections import standing_annexes, trusted_paper
from .editions import compared
from .paper_intake import later
from .public_papers import enter_reading_of, is_official

DAY = "public, max-age=86400"


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@login_not_required
@limited("print")
@require_safe
def paper_compare_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the printed redline of two editions; selection and permission as on the page.

    One edition compared with itself redirects to the page, which explains that.
    """
    _all, before, after = compared(request, slug)
    if before == after:
        return redirect(comparison(before, after))
    enter_reading_of(request, before, after)
    try:
        data = redline_pdf(before, after, public_papers.pair(before.sha256, after.sha256))
    except Printing:
        return later(_("The portal is printing another comparison. Try again in a few seconds."))
    except RenderFailed:
        return later(_("The portal could not print the comparison. Read it on its page."))
    official = is_official(before) and is_official(after)
    headers = {
        "Content-Disposition": f'inline; filename="{slug}-{before.number}-{after.number}.pdf"',
        "Cache-Control": DAY if official else "private, no-store",
    }
    return HttpResponse(data, content_type="application/pdf", headers=headers)


@limited("print")
@require_http_methods(["GET", "HEAD", "POST"])
def delegation_pdf(request: SignedInRequest, slug: str) -> HttpResponse:
    """Return the edition in force with the restricted annexes, or the newest one that the reader may see: for
    officials, the secretariat and its head. Printed anew each time, never cached, and journalled; so GET redirects to
    the page with the button.
    """
    paper = trusted_paper(request, slug)
    if request.method != "POST":
        return redirect("annexes", slug)
    editions = readable_editions(request.user, slug)
    if not editions:
        raise Http404
    edition = next((each for each in editions if each.kind in FINAL_KINDS), editions[0])
    annexes = [
        {"number": each.number, "title": each.title, "text": each.text, "at": each.at.astimezone(UTC).isoformat()}
        for each in standing_annexes(request, paper)
    ]
    enter_reading(paper, by=request.user)
    order = delegation.order(public_papers.content(edition.sha256), edition.sha256, annexes)
    try:
        data = printed(order, document="delegation", address=address_of(edition))
    except Printing:
        return later(_("The portal is printing another copy. Try again in a few seconds."))
    except RenderFailed:
        return later(_("The portal could not print the copy. Read the annexes on their page."))
    workflow.print_restricted(edition, sha256=_hash(data), by=request.user)
    headers = {
        # as an attachment: browsers may request inline content again by GET
        "Content-Disposition": f'attachment; filename="RESTRICTED-{slug}-{edition.number}.pdf"',
        "Cache-Control": "no-store, private",
    }
    return HttpResponse(data, content_type="application/pdf", headers=headers)
