"""Organisations without an input, and reminders to them."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.forms.screening import LettersForm, SilentForm
from consultations.models import Consultation
from consultations.queries.reminders import silent_organisations
from consultations.workflow import Letter

from .decorators import attempt, consultation_at, for_secretariat
from .pagination import list_page

PAGE = 100


@for_secretariat
@require_safe
def non_responses(request: HttpRequest, slug: str) -> HttpResponse:
    """List the organisations without an input to a consultation, with their last letter; none before it has opened."""
    consultation, form = consultation_at(request, slug), SilentForm(request.GET)
    context: dict[str, Any] = {"consultation": consultation, "form": form, "narrowed": bool(form.filters)}
    if consultation.state != Consultation.State.DRAFT:
        result = silent_organisations(consultation, **form.filters)
        page = list_page(request, "non_responses", "after", result, of=slug, order="name", size=PAGE)
        context |= {"organisations": page.rows, "number": result.count(), "pagination": page}
    return render(request, "consultations/reminders/non_responses.html", context)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def non_responses_letters(request: HttpRequest, slug: str) -> HttpResponse:
    """Preview the letters and the organisations that get none and why; with `confirm` in the form, create them.

    `bodies` are the selected ones; `do=all` means every organisation that was asked or has a draft, within the filters.
    """
    consultation = consultation_at(request, slug)
    if request.method != "POST" or consultation.state == Consultation.State.DRAFT:
        return redirect("non_responses", slug)
    form = LettersForm({"bodies": _everybody(request, consultation)} if "all" in request.POST else request.POST)
    back = reverse("non_responses", args=[slug])
    if not form.is_valid():
        messages.error(request, _("Choose at least one organisation."))
        return redirect(back)
    letters = workflow.next_letters(consultation, form.cleaned_data["bodies"].order_by("name", "pk"))
    if "confirm" in request.POST:
        _write(request, consultation, letters)
        return redirect(back)
    context = {
        "consultation": consultation,
        "letters": [letter for letter in letters if not letter.reasons],
        "refused": [letter for letter in letters if letter.reasons],
        "mails": sum(len(each.people) + bool(each.principal) for each in letters if not each.reasons),
        "back": back,
    }
    return render(request, "consultations/reminders/letters.html", context)


def _everybody(request: HttpRequest, consultation: Consultation) -> list[int]:
    filters = SilentForm(request.POST).filters
    result = silent_organisations(consultation, **filters)
    return [body.pk for body in result if body.has_draft or body.letter is not None]


def _write(request: HttpRequest, consultation: Consultation, letters: list[Letter]) -> None:
    """Create each letter separately, so that one refusal does not stop the others."""
    written = 0
    for letter in letters:
        body = letter.stakeholder
        act: Any = workflow.remind if letter.number else workflow.request_input
        outcome = attempt(partial(act, body, consultation=consultation, by=request.user))
        written += not outcome.reasons
        if outcome.reasons:
            messages.warning(request, f"{body.name}: {' '.join(outcome.reasons)}")
    if written:
        message = ngettext("%(n)s organisation is e-mailed.", "%(n)s organisations are e-mailed.", written)
        messages.success(request, message % {"n": written})
