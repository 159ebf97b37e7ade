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
from consultations.models import Misreading
from consultations.permissions import SignedInRequest

from .decorators import INVALID, NOTHING_DONE, Outcome, attempt, for_secretariat
from .pagination import ListPage, list_page

SHOWN = 50


@for_secretariat
@require_safe
def desk_replies(request: HttpRequest) -> HttpResponse:
    """List unanswered replies, the oldest first, and answered ones below."""
    return _show(request)


def _show(
    request: HttpRequest, outcome: Outcome = NOTHING_DONE, *, of: int = 0, form: AnswerForm | None = None
) -> HttpResponse:
    replies = Misreading.objects.select_related("point__submission", "stakeholder", "by", "answered_by")
    waiting = _page(request, "waiting", replies.filter(answered_at=None), order="at")
    answered = _page(request, "answered", replies.filter(answered_at__isnull=False), order="-answered_at")
    context = {
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


def _page(request: HttpRequest, name: str, rows: QuerySet[Misreading], *, order: str) -> ListPage:
    return list_page(request, "desk_replies", name, rows, order=order, size=SHOWN)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_reply(request: SignedInRequest, pk: int) -> HttpResponse:
    """Answer one reply; the organisation is notified by mail. The URL keeps the page of the list."""
    back = reverse("desk_replies", query=request.GET)
    if request.method != "POST":
        return redirect(back)
    reply = get_object_or_404(Misreading, pk=pk)
    form = AnswerForm(request.POST, prefix=f"r{pk}")
    if not form.is_valid():
        return _show(request, INVALID, of=pk, form=form)
    answer = form.cleaned_data["answer"]
    outcome = attempt(lambda: workflow.answer_misreading(reply, by=request.user, answer=answer))
    if outcome.reasons:
        return _show(request, outcome, of=pk, form=form)
    messages.success(request, _("Answered. The organisation gets an e-mail."))
    return redirect(back)
