"""Hand over open work to a colleague, and take it back."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consultations import workflow
from consultations.forms.handover import HandoverForm
from consultations.forms.screening import officers_by_name
from consultations.models import User
from consultations.permissions import SignedInRequest

from .decorators import INVALID, NOTHING_DONE, Outcome, attempt, for_secretariat


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: SignedInRequest, pk: int | None = None) -> HttpResponse:
    """Show the open work of an officer (the user, without `pk`), and hand over what is ticked."""
    person = _officer(request, pk)
    if request.method != "POST":
        return _show(request, person)
    form = HandoverForm(request.POST, person=person, work=workflow.open_work(person))
    if not form.is_valid():
        return _show(request, person, INVALID, form=form)
    to, moved = form.cleaned_data["to"], []
    outcome = attempt(lambda: moved.append(workflow.hand_over(person, to=to, by=request.user, chosen=form.chosen)))
    if outcome.reasons:
        return _show(request, person, outcome, form=form)
    named = {kind: len(rows) for kind, rows in moved[0]._asdict().items()} | {"name": to.name}
    words = _("Handed over to %(name)s: %(inputs)s inputs, %(enquiries)s enquiries, %(roles)s roles in sessions.")
    messages.success(request, words % named)
    if len(moved[0].roles) < len(form.chosen.get("roles", [])):
        messages.warning(request, _("A role that %(name)s has already in the same session stays.") % named)
    return redirect(_address(person))


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def take_back_handover(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give an officer the work back that was handed over."""
    person = _officer(request, pk)
    if request.method != "POST":
        return redirect(_address(person))
    outcome = attempt(lambda: workflow.take_back_handover(person, by=request.user))
    if outcome.reasons:
        return _show(request, person, outcome)
    messages.success(request, _("The work that is not finished is back with %(name)s.") % {"name": person.name})
    return redirect(_address(person))


def _officer(request: SignedInRequest, pk: int | None) -> User:
    return get_object_or_404(officers_by_name(), pk=request.user.pk if pk is None else pk)


def _address(person: User) -> str:
    return reverse("hand_over_of", args=[person.pk])


def _show(
    request: SignedInRequest, person: User, outcome: Outcome = NOTHING_DONE, *, form: HandoverForm | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "person": person,
        "form": form or HandoverForm(person=person, work=workflow.open_work(person)),
        "stays": workflow.not_handed_over(person),
        "last": workflow.last_handover(person),
        "officers": [each for each in officers_by_name() if each != person],
        "reasons": outcome.reasons,
        "here": _address(person),
    }
    return render(request, "consultations/handover/handover.html", context, status=outcome.status)
