"""Bulk actions on inputs, with a confirmation page that shows the effect on each."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from consultations import workflow
from consultations.forms.screening import AssignForm, NothingMoreForm, SetAsideForm
from consultations.models import Submission
from consultations.workflow import SUBMISSION_MOVES
from ncm_portal.workflow import Blocked, check

from .decorators import attempt, for_secretariat

MOST = 100


class Act(NamedTuple):
    """Bulk action: its name, form, verb and effect."""

    label: Any
    form: type[AssignForm | NothingMoreForm | SetAsideForm]
    verb: Callable[..., Submission]
    effect: Any
    done: Callable[[int], str]


ACTS = {
    "accept": Act(
        gettext_lazy("Put on file"),
        NothingMoreForm,
        workflow.accept,
        gettext_lazy("It is put on file and the author gets an e-mail."),
        lambda number: ngettext("%(n)s input is on file.", "%(n)s inputs are on file.", number),
    ),
    "assign": Act(
        gettext_lazy("Assign"),
        AssignForm,
        workflow.assign,
        gettext_lazy("It is assigned to the officer you choose."),
        lambda number: ngettext("%(n)s input is assigned.", "%(n)s inputs are assigned.", number),
    ),
    "set_aside": Act(
        gettext_lazy("Set aside"),
        SetAsideForm,
        workflow.set_aside,
        gettext_lazy("It is set aside and the author gets an e-mail with the reason."),
        lambda number: ngettext("%(n)s input is set aside.", "%(n)s inputs are set aside.", number),
    ),
}


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_bulk(request: HttpRequest) -> HttpResponse:
    """Show the effect of a bulk action on each selected input, including refusals; with `confirm` in the form,
    run it.
    """
    if request.method != "POST":
        return redirect("desk")
    name = request.POST.get("do", "")
    if name not in ACTS:
        raise Http404
    act, marked = ACTS[name], _marked(request)
    if not marked:
        messages.error(request, _("Choose at least one input."))
        return redirect("desk")
    confirmed = "confirm" in request.POST
    form = act.form(request.POST) if confirmed else act.form()
    if confirmed and form.is_valid():
        return _do(request, act, marked, form.arguments)
    result = [(submission, _refusal(name, submission, request.user)) for submission in marked]
    context = {
        "act": act,
        "name": name,
        "form": form,
        "inputs": result,
        "ready": sum(not reasons for _submission, reasons in result),
    }
    return render(request, "consultations/bulk_screening/bulk.html", context, status=422 if confirmed else 200)


def _marked(request: HttpRequest) -> list[Submission]:
    """Return the selected inputs that the user may see, the oldest first."""
    keys = [key for key in map(_key, request.POST.getlist("inputs")[:MOST]) if key]
    sent = Submission.objects.visible_to(request.user).filter(submitted_at__isnull=False, key__in=keys)
    return list(sent.select_related("consultation", "stakeholder", "theme").order_by("submitted_at", "pk"))


def _key(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None


def _refusal(name: str, submission: Submission, user: Any) -> list[str]:
    """Return every reason why the action would be refused for this input; empty if it is possible."""
    if name == "assign":
        return workflow.why_not_assigned(submission, None)
    try:
        check(SUBMISSION_MOVES[name], submission, by=user)
    except Blocked as refusal:
        return refusal.reasons
    return []


def _do(request: HttpRequest, act: Act, marked: list[Submission], data: dict[str, Any]) -> HttpResponse:
    """Run the action on each input separately, so that one refusal does not stop the others."""
    outcomes = [(each, attempt(partial(act.verb, each, by=request.user, **data))) for each in marked]
    done = sum(not outcome.reasons for _each, outcome in outcomes)
    if done:
        messages.success(request, act.done(done) % {"n": done})
    for each, outcome in outcomes:
        if outcome.reasons:
            messages.warning(request, f"{each.reference}: {' '.join(outcome.reasons)}")
    return redirect("desk")
