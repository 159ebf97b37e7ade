"""Briefs for milestones: read by officials, the secretariat and its head; written by the secretariat."""

import hashlib

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations.permissions import SignedInRequest, is_secretariat
from consultations.views.decorators import INVALID, NOTHING_DONE, attempt, for_secretariat
from consultations.workflow import enter_reading
from positions import workflow
from positions.forms.findings import BriefForm
from positions.models import Brief, PositionPaper
from positions.queries import briefs
from positions.render.brief import text_blocks
from positions.render.pdf import RenderFailed
from positions.workflow.briefs import printed
from positions.workflow.conditions import final_edition

from .corrections import trusted_paper
from .findings import known_milestone, printed_with_words
from .paper_intake import later

PRINTING = 60


def _closed(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store, private"
    return response


def _brief(request: HttpRequest, paper: PositionPaper, pk: int) -> Brief:
    """Return the latest brief for a milestone; raises 404 if there is none for this reader."""
    result = next((each for each in briefs.briefs_of(paper, request.user) if each.milestone_id == pk), None)
    if result is None:
        raise Http404
    return result


@require_safe
def brief(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Show the brief for a milestone. Raises 404 for everybody but officials, the secretariat and its head."""
    paper = trusted_paper(request, slug)
    row = _brief(request, paper, pk)
    enter_reading(row, by=request.user)
    content = briefs.content(row)
    parts = [(label, text_blocks(content[name])) for name, label in BriefForm.labels() if content[name]]
    context = {"paper": paper, "brief": row, "content": content, "parts": parts}
    context["may_write"] = is_secretariat(request.user)
    return _closed(render(request, "positions/briefs/brief.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
def brief_pdf(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Return the brief as a tagged PDF, rendered for this reader and not stored; printing is journalled, so GET
    redirects to the page with the button. One is printed at a time (503).
    """
    paper = trusted_paper(request, slug)
    row = _brief(request, paper, pk)
    if request.method != "POST":
        return redirect("brief", slug, pk)
    enter_reading(row, by=request.user)
    if not cache.add("brief-printing", 1, PRINTING):
        return later(_("The portal is printing another brief. Try again in a few seconds."))
    try:
        data = printed(row)
    except RenderFailed:
        return later(_("The portal could not print the brief. Read it on its page."))
    finally:
        cache.delete("brief-printing")
    workflow.print_restricted(row, sha256=hashlib.sha256(data).hexdigest(), by=request.user)
    name = f"brief-{paper.slug}-{row.milestone_id}-{row.number}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return _closed(HttpResponse(data, content_type="application/pdf", headers=headers))


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def brief_write(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Write or rewrite the brief for a milestone."""
    paper, milestone = trusted_paper(request, slug), known_milestone(pk)
    last = next((each for each in briefs.briefs_of(paper, request.user) if each.milestone_id == pk), None)
    if last:
        enter_reading(last, by=request.user)
    data = request.POST if request.method == "POST" else None
    form = BriefForm(data, printed=printed_with_words(final_edition(paper)), last=last)
    outcome = NOTHING_DONE
    if request.method == "POST":
        outcome = INVALID
        if form.is_valid():
            words = form.words
            outcome = attempt(lambda: workflow.write_brief(paper, by=request.user, milestone=milestone, **words))
            if not outcome.reasons:
                messages.success(
                    request, _("The brief is saved. Only officials, the secretariat and its head can read it.")
                )
                return redirect("brief", slug, pk)
    context = {"paper": paper, "milestone": milestone, "brief": last, "form": form, "reasons": outcome.reasons}
    return _closed(render(request, "positions/briefs/desk_brief.html", context, status=outcome.status))
