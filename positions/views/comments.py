"""Comments on a paragraph at the desk: add and resolve."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consultations.permissions import SignedInRequest
from consultations.views.decorators import attempt, for_secretariat
from positions import workflow
from positions.forms.drafting import CommentForm, ResolveForm

from .papers import known_paper
from .paragraphs import _place, _place_in, _removed, _show, _was_removed


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_comment(request: SignedInRequest, slug: str, key: UUID) -> HttpResponse:
    """Add a comment to a paragraph."""
    paper = known_paper(request, slug)
    if _was_removed(paper, key):
        return _removed(request, paper, key)
    place = _place_in(paper, key)
    if request.method != "POST":
        return redirect("desk_paragraph", slug, key)
    form = CommentForm(request.POST, auto_id="comment_%s")
    if not form.is_valid():
        return _show(request, place, remark=form)
    text = form.cleaned_data["comment"]
    reasons = attempt(lambda: workflow.comment(place.paragraph, by=request.user, text=text)).reasons
    if reasons:
        return _show(request, place, remark=form, reasons=reasons)
    messages.success(request, _("Your comment is added to the paragraph."))
    return redirect(f"{reverse('desk_paragraph', args=[slug, key])}#comments")


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_comment_resolve(request: SignedInRequest, slug: str, key: UUID, pk: int) -> HttpResponse:
    """Resolve a comment, optionally with a note."""
    place = _place(request, slug, key)
    if request.method != "POST":
        return redirect("desk_paragraph", slug, key)
    comment = get_object_or_404(place.paragraph.comments, pk=pk)
    form = ResolveForm(request.POST, auto_id=f"settle_{pk}_%s")
    if not form.is_valid():
        return _show(request, place, remark=form)
    resolution = form.cleaned_data["resolution"]
    reasons = attempt(lambda: workflow.resolve_comment(comment, by=request.user, resolution=resolution)).reasons
    if reasons:
        return _show(request, place, reasons=reasons)
    messages.success(request, _("The comment is resolved."))
    return redirect(f"{reverse('desk_paragraph', args=[slug, key])}#comments")
