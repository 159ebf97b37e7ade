"""Inputs at the secretariat's desk: the list, and each input from screening to its points."""

from collections.abc import Iterable
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.forms import InputFilterForm, NoteForm, SplitForm, passages
from consultations.forms.points import taken_parts
from consultations.forms.screening import AssignForm, ReturnForm, SetAsideForm
from consultations.models import (
    Point,
    PointState,
    Submission,
    SubmissionState,
)
from consultations.permissions import SignedInRequest
from consultations.queries import (
    RANKED,
    by_reference,
    counted,
    files_of,
    in_campaign,
    input_page,
    pair_of_input,
    with_each_word,
)
from consultations.queries.history import history
from consultations.queries.submissions import beyond
from consultations.workflow import SUBMISSION_MOVES
from ncm_portal.workflow import Move, moves_open_to, needs_of

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

SHOWN = (  # characters in a row of a table of inputs
    "key", "reference", "title", "state", "submitted_at", "stakeholder__name", "stakeholder__short_name",
    "theme__title", "theme__title_sw", "assigned_to__name",
)  # fmt: skip
SCREENING = {verb: getattr(workflow, verb) for verb in ("accept", "return_for_completion", "set_aside", "reopen")}
WORDED = {"return_for_completion": ReturnForm, "set_aside": SetAsideForm}


# --- The list ---------------------------------------------------------------------------------------------------------


def _ever_sent(request: HttpRequest) -> QuerySet[Submission]:
    """Return inputs that the user may see and that were ever sent, including withdrawn ones."""
    return Submission.objects.visible_to(request.user).filter(submitted_at__isnull=False)


def _for_list(inputs: QuerySet[Submission]) -> QuerySet[Submission]:
    rows = inputs.select_related("stakeholder", "theme", "assigned_to").only(*SHOWN)
    return rows.annotate(alike=in_campaign("merged", "open")).order_by("submitted_at", "pk")


@for_secretariat
@require_safe
def desk_inputs(request: HttpRequest, slug: str) -> HttpResponse:
    """List the inputs ever sent to a consultation, newest first, filtered by words, theme and state."""
    consultation = consultation_at(request, slug)
    form, ever_sent = InputFilterForm(request.GET), _ever_sent(request).filter(consultation=consultation)
    most = RANKED if form.filters.get("words") else 0  # counting is expensive, because each row is examined
    result = _narrowed(ever_sent, form.filters, request.user)
    edges = {name: request.GET[name] for name in ("before", "after") if request.GET.get(name)}
    edge = {row.reference: row for row in by_reference(ever_sent, edges.values())} if edges else {}
    shown = _for_list(result).order_by("-submitted_at", "-pk")
    page = input_page(shown, before=edge.get(edges.get("before")), after=edge.get(edges.get("after")))
    context = {
        "consultation": consultation,
        "form": form,
        "inputs": page.rows,
        "counted": counted(result.order_by("-submitted_at", "-pk"), most=most),
    }
    context["newer"] = neighbour(request, after=page.newer)
    context["older"] = neighbour(request, before=page.older)
    return render(request, "consultations/screening/inputs.html", context)


def neighbour(request: HttpRequest, **edge: str) -> str:
    """Return the URL of the neighbouring page of a list with its filters; empty if there is none."""
    if not any(edge.values()):
        return ""
    kept = {name: value for name, value in request.GET.items() if name not in ("before", "after")}
    match = request.resolver_match
    assert match is not None  # its view is running
    return reverse(match.view_name, args=match.args, kwargs=match.kwargs, query={**kept, **edge})


def _narrowed(inputs: QuerySet[Submission], filters: dict[str, Any], user: Any) -> QuerySet[Submission]:
    if filters.pop("mine", ""):
        inputs = inputs.filter(assigned_to=user)
    return with_each_word(inputs, filters.pop("words", "")).filter(**filters)


# --- One input ------------------------------------------------------------------------------------------------------


@for_secretariat
@require_safe
def desk_input(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show an input with its points: read it, then extract its points."""
    return _show(request, _input(request, key))


def _input(request: HttpRequest, key: UUID) -> Submission:
    rows = _ever_sent(request).select_related(
        "consultation", "stakeholder", "theme", "author", "decided_by", "assigned_to", "late_by"
    )
    alike = {
        "open_pair": pair_of_input("open"),
        "pair": pair_of_input("merged"),
        "alike": in_campaign("merged", "open"),
    }
    submission = get_object_or_404(rows.annotate(**alike), key=key)
    note_consultation(request, submission.consultation)
    return submission


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
    worded = {name: form(auto_id=f"%s-{name}") for name, form in WORDED.items()} | (worded or {})
    bad = next((form for form in (split_form, note_form, *worded.values()) if form and form.errors), None)
    points = list(submission.points.select_related("theme", "merged_into").order_by("number"))
    moves = moves_open_to({verb: SUBMISSION_MOVES[verb] for verb in SCREENING}, submission, request.user)
    context = {
        "submission": submission,
        "reasons": outcome.reasons,
        "form": bad,
        "split_form": split_form,
        "note_form": note_form or NoteForm(prefix="note"),
        "lines": _lines(submission, split_form, points),
        "points": points,
        "provisions": submission.provisions.all(),
        "files": files_of(request.user, submission),
        "moves": [open_ for open_ in moves if open_.move.verb == "accept"],
        "undo": [open_ for open_ in moves if open_.move.undoes and open_.ready],
        "worded": [(open_.move, worded[open_.move.verb]) for open_ in moves if open_.move.verb in WORDED],
        "assign_form": AssignForm(auto_id="%s-assign", initial={"to": submission.assigned_to_id}),
        "questions": submission.questions.select_related("by", "answered_by"),
        "queue": _around(request, submission),
        "needs": needs_of(_moves_of(submission), submission),
        "events": history(submission),
        "notes": submission.notes.select_related("by"),
        "here": reverse("desk_input", args=[submission.key]),
    }
    return render(request, "consultations/screening/input.html", context, status=outcome.status)


def _moves_of(submission: Submission) -> dict[str, Move]:
    """Return the moves of an input at the desk: only typed inputs are checked against an original."""
    typed = submission.entered_by_id is not None
    return {name: move for name, move in workflow.moves_of(submission).items() if typed or "original" not in name}


def _around(request: HttpRequest, submission: Submission) -> dict[str, Submission | None]:
    """Return the previous and next inputs to read in the consultation."""
    waiting = _ever_sent(request).filter(state=SubmissionState.SUBMITTED, consultation=submission.consultation_id)
    waiting = waiting.only("key", "reference")
    before, after = waiting.filter(beyond(submission, "lt")), waiting.filter(beyond(submission, "gt"))
    return {
        "previous": before.order_by("-submitted_at", "-pk").first(),
        "next": after.order_by("submitted_at", "pk").first(),
    }


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
    """Put an input on file, return it with questions, set it aside or undo that, by the verb in the URL."""
    submission = _input(request, key)
    if request.method != "POST":
        return redirect("desk_input", key)
    worded = {verb: WORDED[verb](request.POST, auto_id=f"%s-{verb}")} if verb in WORDED else {}
    if worded and not worded[verb].is_valid():
        return _show(request, submission, INVALID, worded=worded)
    if worded:
        arguments = worded[verb].arguments
        outcome = attempt(lambda: SCREENING[verb](submission, by=request.user, **arguments), submission)
    else:
        outcome = carry_out(request, submission, verb, SCREENING)
    if outcome.reasons:
        return _show(request, submission, outcome, worded=worded)
    if verb == "reopen":
        messages.success(request, _("The decision is undone. The input is back at the desk."))
        return redirect("desk_input", key)
    messages.success(request, _("Done: %(move)s. The author gets an e-mail.") % {"move": SUBMISSION_MOVES[verb].label})
    return redirect("desk_input", key)


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
        return _show(request, submission, outcome)
    messages.success(
        request,
        _("It is now assigned to %(name)s.") % {"name": to.name} if to else _("It is no longer assigned to anyone."),
    )
    return redirect("desk_input", key)
