"""Inputs at the secretariat's desk: the list, and each input from screening to its points."""

from collections.abc import Iterable
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.forms import InputFilterForm, NoteForm, SplitForm, passages
from consultations.forms.points import taken_parts
from consultations.forms.screening import AssignForm, ReturnForm, SetAsideForm
from consultations.models import (
    Audience,
    Consultation,
    FilteredPage,
    Point,
    PointState,
    Submission,
    SubmissionState,
)
from consultations.permissions import SignedInRequest, may_undo_at_once
from consultations.queries import (
    RANKED,
    by_reference,
    counted,
    files_of,
    in_campaign,
    pair_of_input,
)
from consultations.queries.history import history
from consultations.queries.saved_filters import saved_tabs
from consultations.queries.screening import TABS, in_order, list_page, narrowed, next_to_read, tab_numbers
from consultations.queries.submissions import beyond
from consultations.redaction import holds_back
from consultations.workflow import SUBMISSION_MOVES, written_hour
from ncm_portal.workflow import Condition, Move, either, moves_open_to, needs_of

from .bulk_screening import act_to_undo
from .decorators import (
    INVALID,
    NOTHING_DONE,
    Outcome,
    attempt,
    carry_out,
    consultation_at,
    for_secretariat,
    note_consultation,
)

SCREENING = {verb: getattr(workflow, verb) for verb in ("accept", "return_for_completion", "set_aside", "reopen")}
SCREENING["undo_at_once"] = lambda submission, *, by, reason: workflow.undo_at_once(submission, by=by)
WORDED = {"return_for_completion": ReturnForm, "set_aside": SetAsideForm}
FRAGMENT = "X-Fragment"  # header of a request by static/js/desk.js for a part of the page


# --- The list ---------------------------------------------------------------------------------------------------------


def _ever_sent(request: HttpRequest) -> QuerySet[Submission]:
    """Return inputs that the user may see and that were ever sent, including withdrawn ones."""
    return Submission.objects.visible_to(request.user).filter(submitted_at__isnull=False)


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
    sent = _ever_sent(request).filter(consultation=consultation)
    edges = {name: str(query[name]) for name in ("before", "after", "open", "done") if query.get(name)}
    known = {row.reference: row for row in by_reference(sent, edges.values())} if edges else {}
    at = {name: known.get(reference) for name, reference in edges.items()}
    form = InputFilterForm(query)
    filters = form.filters
    order, result = filters["order"], narrowed(sent, filters, request.user)
    page = list_page(in_order(result, order), order, before=at.get("before"), after=at.get("after"))
    opened, done = at.get("open") or next(iter(page.rows), None), at.get("done")
    address, kept = reverse("desk_inputs", args=[consultation.slug]), _without(query, "open", "done")
    context: dict[str, Any] = {
        "consultation": consultation,
        "filters": form,
        "shows_filters": "filter" in query or bool(set(filters) - {"saved", "order"}),
        "tabs": _tabs(consultation, request.user, address, filters["saved"]),
        "saved": saved_tabs(request.user, consultation, FilteredPage.INPUTS, kept.urlencode()),
        "inputs": page.rows,
        "counted": counted(result.order_by("submitted_at", "pk"), most=RANKED if filters.get("words") else 0),
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
        submission = decided or _to_be_read(request).get(pk=opened.pk)
        context |= _reading(request, submission, outcome, worded=worded)
    part = request.headers.get(FRAGMENT, "")
    name = "consultations/screening/inputs.html" + (f"#{part}" if part in ("desk", "pane") else "")
    response = render(request, name, context, status=200 if outcome.status == 303 else outcome.status)
    patch_vary_headers(response, [FRAGMENT])
    return response


def _tabs(consultation: Consultation, user: Any, address: str, here: str) -> list[dict[str, Any]]:
    numbers = tab_numbers(consultation, user)
    return [
        {"label": tab.label, "url": f"{address}?saved={code}", "number": numbers.get(code, 0), "here": code == here}
        for code, tab in TABS.items()
    ]


def _without(query: QueryDict, *names: str) -> QueryDict:
    kept = QueryDict(mutable=True)
    for name, value in query.items():
        if value and name not in names:
            kept[name] = str(value)
    return kept


def _neighbour(address: str, kept: QueryDict, **edge: str) -> str:
    """Return the URL of the neighbouring page of the list; empty if there is none."""
    if not any(edge.values()):
        return ""
    query = _without(kept, "before", "after")
    query.update(edge)
    return f"{address}?{query.urlencode()}"


def neighbour(request: HttpRequest, **edge: str) -> str:
    """Return the URL of the neighbouring page of a list with its filters; empty if there is none."""
    return _neighbour(request.path, _without(request.GET), **edge)


# --- One input ------------------------------------------------------------------------------------------------------


@for_secretariat
@require_safe
def desk_input(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show an input with its points: read it, then extract its points."""
    return _show(request, _input(request, key))


def _input(request: HttpRequest, key: UUID) -> Submission:
    submission = get_object_or_404(_to_be_read(request), key=key)
    note_consultation(request, submission.consultation)
    return submission


def _to_be_read(request: HttpRequest) -> QuerySet[Submission]:
    """Return the inputs with what is shown of one."""
    rows = _ever_sent(request).select_related(
        "consultation", "stakeholder", "theme", "author", "decided_by", "assigned_to", "late_by"
    )
    return rows.annotate(
        open_pair=pair_of_input("open"), pair=pair_of_input("merged"), alike=in_campaign("merged", "open")
    )


def _reading(
    request: HttpRequest,
    submission: Submission,
    outcome: Outcome = NOTHING_DONE,
    *,
    worded: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what is shown of an input to whoever reads it and decides, in the pane and on its own page."""
    worded = {name: form(auto_id=f"%s-{name}") for name, form in WORDED.items()} | (worded or {})
    moves = moves_open_to({verb: SUBMISSION_MOVES[verb] for verb in SCREENING}, submission, request.user)
    undo = [open_ for open_ in moves if open_.move.undoes and open_.ready]
    return {
        "submission": submission,
        "reasons": outcome.reasons,
        "form": next((form for form in worded.values() if form.errors), None),
        "provisions": submission.provisions.all(),
        "files": files_of(request.user, submission),
        "checks": _checks(submission),
        "moves": [open_ for open_ in moves if open_.move.verb == "accept"],
        "undo": undo[-1:],  # at once rather than with a reason
        "worded": [(open_.move, worded[open_.move.verb]) for open_ in moves if open_.move.verb in WORDED],
        "assign_form": AssignForm(auto_id="%s-assign", initial={"to": submission.assigned_to_id}),
        "here": reverse("desk_input", args=[submission.key]),
    }


def _checks(submission: Submission) -> list[Condition]:
    """Return what an officer looks at before deciding."""
    is_verified = submission.stakeholder.state == submission.stakeholder.State.VERIFIED
    checks = [
        either(is_verified, _("Organisation verified"), _("Organisation not verified yet")),
        either(
            submission.audience == Audience.PUBLIC,
            _("Everyone may read it"),
            _("For: %(readers)s") % {"readers": submission.get_audience_display()},
        ),
        either(submission.late_at is None, _("Sent in time"), _("Allowed after the deadline")),
    ]
    if submission.entered_by_id:
        checks.append(
            either(
                submission.checked_at is not None,
                _("Checked against the original"),
                _("Not checked against the original"),
            )
        )
    if holds_back(f"{submission.body}\n{submission.proposed_wording}"):
        checks.append(Condition(_("Some passages are held back"), False))
    return checks


def _show(
    request: HttpRequest,
    submission: Submission,
    outcome: Outcome = NOTHING_DONE,
    *,
    split_form: SplitForm | None = None,
    note_form: NoteForm | None = None,
    worded: dict[str, Any] | None = None,
) -> HttpResponse:
    if split_form is None and submission.state == SubmissionState.ACCEPTED:
        split_form = SplitForm(submission=submission)
    points = list(submission.points.select_related("theme", "merged_into").order_by("number"))
    context = {
        **_reading(request, submission, outcome, worded=worded),
        "split_form": split_form,
        "note_form": note_form or NoteForm(prefix="note"),
        "lines": _lines(submission, split_form, points),
        "points": points,
        "questions": submission.questions.select_related("by", "answered_by"),
        "queue": _around(request, submission),
        "needs": needs_of(_moves_of(submission), submission),
        "events": history(submission),
        "notes": submission.notes.select_related("by"),
    }
    context["form"] = next((form for form in (split_form, note_form) if form and form.errors), context["form"])
    return render(request, "consultations/screening/input.html", context, status=outcome.status)


def _moves_of(submission: Submission) -> dict[str, Move]:
    """Return the moves of an input at the desk: only typed inputs are checked against an original."""
    typed = submission.entered_by_id is not None
    return {name: move for name, move in workflow.moves_of(submission).items() if typed or "original" not in name}


def _around(request: HttpRequest, submission: Submission) -> dict[str, Submission | None]:
    """Return the previous and next inputs to read in the consultation."""
    waiting = _ever_sent(request).filter(state=SubmissionState.SUBMITTED, consultation=submission.consultation_id)
    waiting = waiting.only("key", "reference", "submitted_at")
    before, after = waiting.filter(beyond(submission, "lt")), waiting.filter(beyond(submission, "gt"))
    near = before.order_by("-submitted_at", "-pk")[:1].union(after.order_by("submitted_at", "pk")[:1])
    place = (submission.submitted_at, submission.pk)
    rows = {(row.submitted_at, row.pk) > place: row for row in near}
    return {"previous": rows.get(False), "next": rows.get(True)}


class Passage(NamedTuple):
    """Sentence of a text: its number in the form, whether it is marked, and its parts, each with whether a point
    already covers it.
    """

    number: int
    text: str
    is_marked: bool
    parts: list[tuple[str, bool]]


def _lines(submission: Submission, form: SplitForm | None, points: Iterable[Point]) -> list[list[Passage]]:
    """Return the sentences of the text by line, numbered as in the form and marked as submitted."""
    marked = set(form["passages"].value() or []) if form else set()
    lines = [point.text for point in points if point.state != PointState.WITHDRAWN]
    numbers = count()
    return [
        [
            Passage(number := next(numbers), sentence, str(number) in marked, taken_parts(sentence, lines))
            for sentence in line
        ]
        for line in passages(submission.body)
    ]


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_input_move(request: HttpRequest, key: UUID, verb: str) -> HttpResponse:
    """Put an input on file, return it with questions, set it aside or undo that, by the verb in the URL. Then the list
    it was decided from shows the next input to read, or a fragment of that list.
    """
    submission = _input(request, key)
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
        return redirect("desk_input", key)
    return _go_on(request, submission)


def _refused(request: HttpRequest, submission: Submission, outcome: Outcome, worded: dict[str, Any]) -> HttpResponse:
    """Show a refusal where the decision was tried: in the list, or on the input's own page; with whoever was faster."""
    if submission.decided_at and submission.decided_by and submission.decided_by != request.user:
        name, hour = submission.decided_by.name, written_hour(submission.decided_at)
        faster = _("%(name)s decided on %(hour)s.") % {"name": name, "hour": hour}
        outcome = outcome._replace(reasons=[*outcome.reasons, faster])
    if "list" not in request.POST:
        return _show(request, submission, outcome, worded=worded)
    query = _without(QueryDict(request.POST["list"]))
    query["open"] = str(submission.reference)
    return _show_list(request, submission.consultation, query, outcome, decided=submission, worded=worded)


def _go_on(request: HttpRequest, submission: Submission) -> HttpResponse:
    """Lead to the list that the form named, with the next input to read in the pane."""
    query = QueryDict(request.POST.get("list", ""))
    filters = InputFilterForm(query).filters
    sent = _ever_sent(request).filter(consultation=submission.consultation_id)
    rows = in_order(narrowed(sent, filters, request.user), filters["order"])
    following = next_to_read(rows, filters["order"], submission)
    opened = {"open": following.reference} if following else {}
    return _to_list(request, submission, query, done=submission.reference, **opened)


def _to_list(request: HttpRequest, submission: Submission, query: QueryDict, **shown: str | None) -> HttpResponse:
    """Lead to the list that `query` describes, or answer with it if a script query for the fragment."""
    query = _without(query, "open", "done")
    query.update({name: str(reference) for name, reference in shown.items()})
    if FRAGMENT in request.headers:
        return _show_list(request, submission.consultation, query)
    return redirect(f"{reverse('desk_inputs', args=[submission.consultation.slug])}?{query.urlencode()}")


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_input_split(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Extract a point from an input on file."""
    submission = _input(request, key)
    if request.method != "POST":
        return redirect("desk_input", key)
    form = SplitForm(request.POST, submission=submission)
    if not form.is_valid():
        return _show(request, submission, INVALID, split_form=form)
    outcome = attempt(lambda: workflow.split(submission, by=request.user, **form.words), submission)
    if outcome.reasons:
        return _show(request, submission, outcome, split_form=form)
    messages.success(request, _("Point saved. Continue with the next one."))
    return redirect(reverse("desk_input", args=[key]) + "#points")


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_note(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Add an internal note to an input."""
    submission = _input(request, key)
    if request.method != "POST":
        return redirect("desk_input", key)
    form = NoteForm(request.POST, prefix="note")
    if not form.is_valid():
        return _show(request, submission, INVALID, note_form=form)
    workflow.add_note(submission, by=request.user, text=form.cleaned_data["text"])
    return redirect(reverse("desk_input", args=[key]) + "#notes")


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_assign(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Assign an input to an officer."""
    submission = _input(request, key)
    if request.method != "POST":
        return redirect("desk_input", key)
    form = AssignForm(request.POST)
    to = form.cleaned_data["to"] if form.is_valid() else None
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
