"""Reading inputs at the secretariat's desk: the list with its pane, and what is decided about each."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.forms import InputFilterForm
from consultations.forms.screening import AssignForm
from consultations.models import Consultation, FilteredPage, Submission
from consultations.permissions import SignedInRequest, may_undo_at_once
from consultations.queries import RANKED, Counted, by_reference, counted
from consultations.queries.saved_filters import saved_tabs
from consultations.queries.screening import (
    IN_DUE_ORDER,
    OLDEST,
    TABS,
    in_order,
    list_page,
    narrowed,
    next_to_read,
    note_due,
    tab_numbers,
)
from consultations.queries.submissions import Page
from consultations.workflow import written_hour

from .bulk_screening import act_to_undo
from .decorators import INVALID, NOTHING_DONE, Outcome, attempt, carry_out, consultation_at, for_secretariat
from .splitting import (
    FRAGMENT,
    SCREENING,
    WORDED,
    ever_sent,
    input_at,
    page_of_list,
    reading,
    render_part,
    show_input,
    to_be_read,
    without,
)

# --- The list ---------------------------------------------------------------------------------------------------------


@for_secretariat
@require_safe
def desk_inputs(request: HttpRequest, slug: str) -> HttpResponse:
    """List the inputs ever sent to a consultation by tab and filters, with the opened one, or the first, beside it."""
    return _show_list(request, consultation_at(request, slug), request.GET)


def _show_list(
    request: HttpRequest,
    consultation: Consultation,
    query: QueryDict,
    outcome: Outcome = NOTHING_DONE,
    *,
    decided: Submission | None = None,
    worded: dict[str, Any] | None = None,
) -> HttpResponse:
    """Show the list that the query string `query` describes, with `open`, the reference of an input, in the pane and
    `done`, the one that was just decided, above it. `decided` is the opened one if a decision was refused.
    """
    sent = ever_sent(request).filter(consultation=consultation)
    edges = {name: str(query[name]) for name in ("before", "after", "open", "done") if query.get(name)}
    known = {row.reference: row for row in by_reference(sent, edges.values())} if edges else {}
    at = {name: known.get(reference) for name, reference in edges.items()}
    form = InputFilterForm(query)
    filters = form.filters
    order, result = filters["order"], narrowed(sent, filters, request.user)
    page = list_page(in_order(result, order), order, before=at.get("before"), after=at.get("after"))
    if filters["saved"] in IN_DUE_ORDER and order == OLDEST:
        note_due(page.rows)
    opened, done = at.get("open") or next(iter(page.rows), None), at.get("done")
    address, kept = reverse("desk_inputs", args=[consultation.slug]), without(query, "open", "done", "filter")
    own = saved_tabs(request.user, consultation, FilteredPage.INPUTS, kept.urlencode())
    here = "" if any(tab.is_current for tab in own.tabs[1:]) else filters["saved"]
    context: dict[str, Any] = {
        "consultation": consultation,
        "filters": form,
        "opens_filters": "filter" in query,
        "narrowed": bool(set(filters) - {"saved", "order"}),
        "tabs": _tabs(consultation, request.user, address, here),
        "saved": own,
        "inputs": page.rows,
        "counted": _counted(result, page, RANKED if filters.get("words") else 0),
        "list": kept.urlencode(),
        "address": f"{address}?{kept.urlencode()}{'&' if kept else ''}",
        "opens": at.get("open") is not None,
        "done": done,
        "may_undo": done is not None and may_undo_at_once(request.user, done),
        "act_to_undo": act_to_undo(request),
        "newer": _neighbour(address, kept, after=page.newer),
        "older": _neighbour(address, kept, before=page.older),
    }
    if opened:
        submission = decided or to_be_read(request).get(pk=opened.pk)
        context |= reading(request, submission, outcome, worded=worded)
    status = 200 if outcome.status == 303 else outcome.status
    return render_part(request, "consultations/screening/inputs.html", context, status)


def _counted(result: QuerySet[Submission], page: Page, most: int) -> Counted:
    """Count the inputs of a list, without a query if all of them are on the page."""
    if not (page.newer or page.older):
        return Counted(len(page.rows), False)
    return counted(result.order_by("submitted_at", "pk"), most=most)


def _tabs(consultation: Consultation, user: Any, address: str, here: str) -> list[dict[str, Any]]:
    numbers = tab_numbers(consultation, user)
    return [
        {"label": tab.label, "url": f"{address}?saved={code}", "number": numbers.get(code, 0), "here": code == here}
        for code, tab in TABS.items()
    ]


def _neighbour(address: str, kept: QueryDict, **edge: str) -> str:
    """Return the URL of the neighbouring page of the list; empty if there is none."""
    if not any(edge.values()):
        return ""
    query = without(kept, "before", "after")
    query.update(edge)
    return f"{address}?{query.urlencode()}"


def neighbour(request: HttpRequest, **edge: str) -> str:
    """Return the URL of the neighbouring page of a list with its filters; empty if there is none."""
    return _neighbour(request.path, without(request.GET), **edge)


# --- Deciding -------------------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_input_move(request: HttpRequest, key: UUID, verb: str) -> HttpResponse:
    """Put an input on file, return it with questions, set it aside or undo that, by the verb in the URL. Then the list
    it was decided from shows the next input to read, or a fragment of that list.
    """
    submission = input_at(request, key)
    if request.method != "POST":
        return redirect("desk_input", key)
    worded = {verb: WORDED[verb](request.POST, auto_id=f"%s-{verb}")} if verb in WORDED else {}
    if worded and not worded[verb].is_valid():
        return _refused(request, submission, INVALID, worded)
    if worded:
        arguments = worded[verb].arguments
        outcome = attempt(lambda: SCREENING[verb](submission, by=request.user, **arguments), submission)
    else:
        outcome = carry_out(request, submission, verb, SCREENING)
    if outcome.reasons:
        return _refused(request, submission, outcome, worded)
    if verb == "undo_at_once":
        query = QueryDict(request.POST.get("list", ""))
        return _to_list(request, submission, query, done=submission.reference, open=submission.reference)
    if verb == "reopen":
        messages.success(request, _("The decision is undone. The input is back at the desk."))
        return redirect("desk_input", key)
    if request.POST.get("then") == "split":
        return redirect(page_of_list(submission, request.POST.get("list", "")))
    return _go_on(request, submission)


def _refused(request: HttpRequest, submission: Submission, outcome: Outcome, worded: dict[str, Any]) -> HttpResponse:
    """Show a refusal where the decision was tried: in the list, or on the input's own page; with whoever was faster."""
    if submission.decided_at and submission.decided_by and submission.decided_by != request.user:
        name, hour = submission.decided_by.name, written_hour(submission.decided_at)
        faster = _("%(name)s decided on %(hour)s.") % {"name": name, "hour": hour}
        outcome = outcome._replace(reasons=[*outcome.reasons, faster])
    if "list" not in request.POST:
        return show_input(request, submission, outcome, worded=worded)
    query = without(QueryDict(request.POST["list"]))
    query["open"] = str(submission.reference)
    return _show_list(request, submission.consultation, query, outcome, decided=submission, worded=worded)


def _go_on(request: HttpRequest, submission: Submission) -> HttpResponse:
    """Lead to the list that the form named, with the next input to read in the pane."""
    query = QueryDict(request.POST.get("list", ""))
    filters = InputFilterForm(query).filters
    sent = ever_sent(request).filter(consultation=submission.consultation_id)
    rows = in_order(narrowed(sent, filters, request.user), filters["order"])
    following = next_to_read(rows, filters["order"], submission)
    opened = {"open": following.reference} if following else {}
    return _to_list(request, submission, query, done=submission.reference, **opened)


def _to_list(request: HttpRequest, submission: Submission, query: QueryDict, **shown: str | None) -> HttpResponse:
    """Lead to the list that `query` describes, or answer with it if a script query for the fragment."""
    query = without(query, "open", "done")
    query.update({name: str(reference) for name, reference in shown.items()})
    if FRAGMENT in request.headers:
        return _show_list(request, submission.consultation, query)
    return redirect(f"{reverse('desk_inputs', args=[submission.consultation.slug])}?{query.urlencode()}")


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_assign(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Assign an input to an officer."""
    submission = input_at(request, key)
    if request.method != "POST":
        return redirect("desk_input", key)
    form = AssignForm(request.POST)
    if not form.is_valid():
        return _refused(request, submission, Outcome([_("Choose an officer from the list.")], 422), {})
    to = form.cleaned_data["to"]
    outcome = attempt(lambda: workflow.assign(submission, by=request.user, to=to), submission)
    if outcome.reasons:
        return _refused(request, submission, outcome, {})
    if "list" in request.POST:
        return _to_list(request, submission, QueryDict(request.POST["list"]), open=submission.reference)
    messages.success(
        request,
        _("It is now assigned to %(name)s.") % {"name": to.name} if to else _("It is no longer assigned to anyone."),
    )
    return redirect("desk_input", key)
