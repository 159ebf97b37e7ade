"""Replies of organisations about misread points, and their answers."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.forms.screening import AnswerForm
from consultations.models import Consultation, Misreading
from consultations.permissions import SignedInRequest

from .decorators import (
    INVALID,
    NOTHING_DONE,
    Outcome,
    attempt,
    consultation_at,
    for_secretariat,
    note_consultation,
)
from .pagination import ListPage, list_page

SHOWN = 50


@for_secretariat
@require_safe
def desk_replies(request: HttpRequest, slug: str) -> HttpResponse:
    """List the unanswered replies in a consultation, the oldest first, and answered ones below."""
    return _show(request, consultation_at(request, slug))


def _show(
    request: HttpRequest,
    consultation: Consultation,
    outcome: Outcome = NOTHING_DONE,
    *,
    of: int = 0,
    form: AnswerForm | None = None,
) -> HttpResponse:
    replies = Misreading.objects.filter(point__consultation=consultation)
    replies = replies.select_related("point__submission", "stakeholder", "by", "answered_by")
    slug = consultation.slug
    waiting = _page(request, "waiting", slug, replies.filter(answered_at=None), order="at")
    answered = _page(request, "answered", slug, replies.filter(answered_at__isnull=False), order="-answered_at")
    context = {
        "consultation": consultation,
        "waiting": [
            (each, form if form and each.pk == of else AnswerForm(prefix=f"r{each.pk}")) for each in waiting.rows
        ],
        "more_waiting": waiting,
        "answered": answered.rows,
        "more_answered": answered,
        "form": form,
        "reasons": outcome.reasons,
    }
    return render(request, "consultations/feedback/replies.html", context, status=outcome.status)


def _page(request: HttpRequest, name: str, slug: str, rows: QuerySet[Misreading], *, order: str) -> ListPage:
    return list_page(request, "desk_replies", name, rows, of=slug, order=order, size=SHOWN)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_reply(request: SignedInRequest, pk: int) -> HttpResponse:
    """Answer one reply; the organisation is notified by mail. The URL keeps the page of the list."""
    reply = get_object_or_404(Misreading.objects.select_related("point__consultation"), pk=pk)
    consultation = reply.point.consultation
    note_consultation(request, consultation)
    back = reverse("desk_replies", args=[consultation.slug], query=request.GET)
    if request.method != "POST":
        return redirect(back)
    form = AnswerForm(request.POST, prefix=f"r{pk}")
    if not form.is_valid():
        return _show(request, consultation, INVALID, of=pk, form=form)
    answer = form.cleaned_data["answer"]
    outcome = attempt(lambda: workflow.answer_misreading(reply, by=request.user, answer=answer))
    if outcome.reasons:
        return _show(request, consultation, outcome, of=pk, form=form)
    messages.success(request, _("Answered. The organisation gets an e-mail."))
    return redirect(back)
