"""Bulk actions on inputs, with a confirmation page that shows the effect on each, and undo for ten minutes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from consultations import workflow
from consultations.forms import InputFilterForm
from consultations.forms.screening import AssignForm, NothingMoreForm, SetAsideForm
from consultations.models import Consultation, Submission
from consultations.permissions import UNDO_WITHIN, SignedInRequest
from consultations.queries.screening import in_order, narrowed
from consultations.workflow import SUBMISSION_MOVES, Together
from ncm_portal.workflow import Blocked, check, now

from .decorators import for_secretariat, note_consultation

MOST = 500
NAMED = 20  # refusals named after the act; the others are counted
LAST_ACT = "together"  # session key: the last bulk action, which its officer can undo


def _wait_again(number: int) -> str:
    return ngettext("%(n)s input waits at the desk again.", "%(n)s inputs wait at the desk again.", number)


class Act(NamedTuple):
    """Bulk action: its name, form, verb and effect, and the verb that undoes it."""

    label: Any
    form: type[AssignForm | NothingMoreForm | SetAsideForm]
    run: Callable[..., Together]
    effect: Any
    done: Callable[[int], str]
    undo: Callable[..., Together] = workflow.undo_together
    undone: Callable[[int], str] = _wait_again


ACTS = {
    "accept": Act(
        gettext_lazy("Put on file"),
        NothingMoreForm,
        lambda rows, **data: workflow.decide_together("accept", rows, **data),
        gettext_lazy("It is put on file and the author gets an e-mail."),
        lambda number: ngettext("%(n)s input is on file.", "%(n)s inputs are on file.", number),
    ),
    "assign": Act(
        gettext_lazy("Assign"),
        AssignForm,
        workflow.assign_together,
        gettext_lazy("It is assigned to the officer you choose."),
        lambda number: ngettext("%(n)s input is assigned.", "%(n)s inputs are assigned.", number),
        workflow.unassign_together,
        lambda number: ngettext("%(n)s input is assigned as before.", "%(n)s inputs are assigned as before.", number),
    ),
    "set_aside": Act(
        gettext_lazy("Set aside"),
        SetAsideForm,
        lambda rows, **data: workflow.decide_together("set_aside", rows, **data),
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
    consultation = get_object_or_404(Consultation, slug=request.POST.get("consultation", ""))
    note_consultation(request, consultation)
    act, marked = ACTS[name], _marked(request, consultation)
    if not marked:
        messages.error(request, _("Choose at least one input."))
        return redirect(_list(request, consultation))
    confirmed = "confirm" in request.POST
    form = act.form(request.POST) if confirmed else act.form()
    if confirmed and form.is_valid():
        return _do(request, consultation, name, marked, form.arguments)
    result = [(submission, _refusal(name, submission, request.user)) for submission in marked]
    context = {
        "act": act,
        "name": name,
        "form": form,
        "consultation": consultation,
        "list": request.POST.get("list", ""),
        "back": _list(request, consultation),
        "refused": [row for row in result if row[1]],
        "inputs": [submission for submission, reasons in result if not reasons],
        "most": MOST if len(marked) == MOST else 0,
    }
    return render(request, "consultations/bulk_screening/bulk.html", context, status=422 if confirmed else 200)


def _list(request: HttpRequest, consultation: Consultation) -> str:
    """Return the URL of the list from which the inputs were selected."""
    query = QueryDict(request.POST.get("list", "")).dict()
    return reverse("desk_inputs", args=[consultation.slug], query=query)


def _marked(request: HttpRequest, consultation: Consultation) -> list[Submission]:
    """Return the selected inputs that the user may see, or all of the list (`all`), up to MOST, the oldest first."""
    sent = Submission.objects.visible_to(request.user).filter(submitted_at__isnull=False, consultation=consultation)
    if "all" in request.POST:
        filters = InputFilterForm(QueryDict(request.POST.get("list", ""))).filters
        rows = narrowed(sent, filters, request.user)
        return list(_with_names(in_order(rows, filters["order"]))[:MOST])
    keys = [key for key in map(_key, request.POST.getlist("inputs")[:MOST]) if key]
    return list(_with_names(sent.filter(key__in=keys)).order_by("submitted_at", "pk"))


def _with_names(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    return rows.defer(None).select_related(None).select_related("consultation", "stakeholder")


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


def _do(
    request: HttpRequest, consultation: Consultation, name: str, marked: list[Submission], data: dict[str, Any]
) -> HttpResponse:
    """Run the action on all inputs; refused ones do not stop the others, and are named."""
    act = ACTS[name]
    try:
        result = act.run(marked, by=request.user, **data)
    except Blocked as refusal:
        messages.error(request, " ".join(refusal.reasons))
        return redirect(_list(request, consultation))
    if result.done or not result.refused:
        messages.success(request, act.done(len(result.done)) % {"n": len(result.done)})
    _name_refused(request, result)
    if result.done:
        done = [row.pk for row in result.done]
        request.session[LAST_ACT] = {"do": name, "at": result.at.isoformat(), "inputs": done}
    return redirect(_list(request, consultation))


def _name_refused(request: HttpRequest, result: Together) -> None:
    for row, reasons in result.refused[:NAMED]:
        messages.warning(request, f"{row.reference}: {' '.join(reasons)}")
    more = len(result.refused) - NAMED
    if more > 0:
        text = ngettext("%(n)s other was left as it is.", "%(n)s others were left as they are.", more)
        messages.warning(request, text % {"n": more})


def act_to_undo(request: HttpRequest) -> dict[str, Any] | None:
    """Return the last bulk action of this person while it can be undone at once: its name, moment and inputs."""
    act = request.session.get(LAST_ACT)
    return act if act and act.get("do") in ACTS and now() - datetime.fromisoformat(act["at"]) < UNDO_WITHIN else None


@for_secretariat
@require_POST
def desk_bulk_undo(request: SignedInRequest, slug: str) -> HttpResponse:
    """Undo the last bulk action of this person, within ten minutes."""
    consultation = get_object_or_404(Consultation, slug=slug)
    act = act_to_undo(request)
    if act is None:
        messages.error(request, _("Ten minutes have passed: change each input by itself."))
        return redirect(_list(request, consultation))
    undone = ACTS[act["do"]]
    rows = list(Submission.objects.filter(pk__in=act["inputs"]).only("pk"))
    try:
        result = undone.undo(rows, datetime.fromisoformat(act["at"]), by=request.user)
    except Blocked as refusal:
        messages.error(request, " ".join(refusal.reasons))
        return redirect(_list(request, consultation))
    del request.session[LAST_ACT]
    if result.done:
        messages.success(request, undone.undone(len(result.done)) % {"n": len(result.done)})
    _name_refused(request, result)
    return redirect(_list(request, consultation))
