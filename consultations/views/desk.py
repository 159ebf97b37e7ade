"""The desk of the secretariat: what waits, and each input from screening to its points."""

from itertools import count
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.forms import NoteForm, SplitForm, WantedInputsForm, passages
from consultations.models import (
    Event,
    Forum,
    ForumState,
    Point,
    PointState,
    Stakeholder,
    Submission,
    SubmissionState,
    Theme,
)
from consultations.queries import by_reference, input_page
from consultations.workflow import SUBMISSION_MOVES
from ncm_portal.workflow import moves_open_to, needs_of

from .access import INVALID, NOTHING_DONE, Outcome, attempt, carry_out, for_secretariat

QUEUE = 20
SCREENING = {verb: getattr(workflow, verb) for verb in ("accept", "return_for_completion", "set_aside")}


# --- What waits -----------------------------------------------------------------------------------------------------


def front(request: HttpRequest) -> dict[str, Any]:
    """What waits at the desk: inputs to screen, the oldest first, inputs to split, organisations, points of sessions.

    The page itself is put together in `positions`, which knows the papers too.
    """
    sent, organisations = _ever_sent(request), Stakeholder.objects.waiting()
    waiting = sent.filter(state=SubmissionState.SUBMITTED)
    unsplit = sent.filter(state=SubmissionState.ACCEPTED, points=None)
    return {
        "themes": _by_theme(waiting),
        "waiting": waiting.count(),
        "queue": _shown(waiting)[:QUEUE],
        "unsplit": unsplit.count(),
        "to_split": _shown(unsplit)[:QUEUE],
        "organisations": organisations.order_by("created_at", "pk")[:QUEUE],
        "to_verify": organisations.count(),
        "sessions": _sessions_with_points(),
        "forums": Forum.objects.exclude(state__in=[ForumState.REPORTED, ForumState.CANCELLED]).prefetch_related(
            "sessions"
        ),
    }


def _ever_sent(request: HttpRequest) -> QuerySet[Submission]:
    """Inputs that the reader may see and that were sent at some time, withdrawn ones too."""
    return Submission.objects.visible_to(request.user).filter(submitted_at__isnull=False)


def _by_theme(inputs: QuerySet[Submission]) -> QuerySet[Theme]:
    """Themes with the number of `inputs` on each and the moment of the oldest."""
    found = Theme.objects.filter(submissions__in=inputs)
    return found.annotate(waiting=Count("submissions"), oldest=Min("submissions__submitted_at")).order_by("order")


def _shown(inputs: QuerySet[Submission]) -> QuerySet[Submission]:
    found = inputs.select_related("stakeholder", "theme").defer("body", "proposed_wording", "state_reason")
    return found.order_by("submitted_at", "pk")


def _sessions_with_points() -> list[dict[str, Any]]:
    handed_in = Point.objects.filter(session__isnull=False, state=PointState.SUBMITTED)
    rows = handed_in.values("session", "session__title", "session__forum__title")
    return list(rows.annotate(number=Count("pk")).order_by("session__starts_at"))


@for_secretariat
@require_safe
def desk_inputs(request: HttpRequest) -> HttpResponse:
    """All inputs that were ever sent, newest first, narrowed by words, theme and state."""
    form, ever_sent = WantedInputsForm(request.GET), _ever_sent(request)
    found = _narrowed(ever_sent, form.wanted)
    edges = {name: request.GET[name] for name in ("before", "after") if request.GET.get(name)}
    edge = {row.reference: row for row in by_reference(ever_sent, edges.values())} if edges else {}
    shown = _shown(found).order_by("-submitted_at", "-pk")
    page = input_page(shown, before=edge.get(edges.get("before")), after=edge.get(edges.get("after")))
    context = {"form": form, "inputs": page.rows, "number": found.count()}
    context["newer"] = neighbour(request, after=page.newer)
    context["older"] = neighbour(request, before=page.older)
    return render(request, "consultations/desk/inputs.html", context)


def neighbour(request: HttpRequest, **edge: str) -> str:
    """The address of the neighbouring page of a list, with what the list is narrowed to; empty where there is none."""
    if not any(edge.values()):
        return ""
    kept = {name: value for name, value in request.GET.items() if name not in ("before", "after")}
    return reverse(request.resolver_match.view_name, query={**kept, **edge})


def _narrowed(inputs: QuerySet[Submission], wanted: dict[str, Any]) -> QuerySet[Submission]:
    for word in wanted.pop("words", "").split()[:10]:
        places = ("title", "body", "proposed_wording", "reference", "stakeholder__name")
        inputs = inputs.filter(Q(*((f"{place}__icontains", word) for place in places), _connector=Q.OR))
    return inputs.filter(**wanted)


# --- One input ------------------------------------------------------------------------------------------------------


@for_secretariat
@require_safe
def desk_input(request: HttpRequest, key: UUID) -> HttpResponse:
    """An input as it came, with its points beside it: screen it, then take its points out one by one."""
    return _show(request, _input(request, key))


def _input(request: HttpRequest, key: UUID) -> Submission:
    found = _ever_sent(request).select_related("consultation", "stakeholder", "theme", "author", "decided_by")
    return get_object_or_404(found, key=key)


def _show(
    request: HttpRequest,
    submission: Submission,
    outcome: Outcome = NOTHING_DONE,
    *,
    split_form: SplitForm | None = None,
    note_form: NoteForm | None = None,
) -> HttpResponse:
    if split_form is None and submission.state == SubmissionState.ACCEPTED:
        split_form = SplitForm(submission=submission)
    bad = next((form for form in (split_form, note_form) if form and form.errors), None)
    context = {
        "submission": submission,
        "reasons": outcome.reasons,
        "form": bad,
        "split_form": split_form,
        "note_form": note_form or NoteForm(prefix="note"),
        "lines": _lines(submission, split_form),
        "points": submission.points.select_related("theme", "merged_into").order_by("number"),
        "provisions": submission.provisions.all(),
        "moves": moves_open_to({verb: SUBMISSION_MOVES[verb] for verb in SCREENING}, submission, request.user),
        "needs": needs_of(SUBMISSION_MOVES, submission),
        "events": Event.objects.about(submission).reverse(),
        "notes": submission.notes.select_related("by"),
        "here": reverse("desk_input", args=[submission.key]),
    }
    return render(request, "consultations/desk/input.html", context, status=outcome.status)


class Passage(NamedTuple):
    """A sentence of a text: its number in the form, and whether it is marked."""

    number: int
    text: str
    is_marked: bool


def _lines(submission: Submission, form: SplitForm | None) -> list[list[Passage]]:
    """The sentences of the text by line, numbered through as the form numbers them, and marked as they were sent."""
    marked = set(form["passages"].value() or []) if form else set()
    numbers = count()
    return [
        [Passage(number := next(numbers), sentence, str(number) in marked) for sentence in line]
        for line in passages(submission.body)
    ]


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_input_move(request: HttpRequest, key: UUID, verb: str) -> HttpResponse:
    """Accept an input, return it for completion or set it aside: the verb stands in the address."""
    submission = _input(request, key)
    if request.method != "POST":
        return redirect("desk_input", key)
    outcome = carry_out(request, submission, verb, SCREENING)
    if outcome.reasons:
        return _show(request, submission, outcome)
    messages.success(request, _("Done: %(move)s. The author is told by mail.") % {"move": SUBMISSION_MOVES[verb].label})
    return redirect("desk_input", key)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_input_split(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take a point out of an accepted input."""
    submission = _input(request, key)
    if request.method != "POST":
        return redirect("desk_input", key)
    form = SplitForm(request.POST, submission=submission)
    if not form.is_valid():
        return _show(request, submission, INVALID, split_form=form)
    outcome = attempt(lambda: workflow.split(submission, by=request.user, **form.words), submission)
    if outcome.reasons:
        return _show(request, submission, outcome, split_form=form)
    messages.success(request, _("The point is taken out. Go on with the next one."))
    return redirect(reverse("desk_input", args=[key]) + "#points")


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_input_note(request: HttpRequest, key: UUID) -> HttpResponse:
    """Write an internal note on an input."""
    submission = _input(request, key)
    if request.method != "POST":
        return redirect("desk_input", key)
    form = NoteForm(request.POST, prefix="note")
    if not form.is_valid():
        return _show(request, submission, INVALID, note_form=form)
    workflow.add_note(submission, by=request.user, text=form.cleaned_data["text"])
    return redirect(reverse("desk_input", args=[key]) + "#notes")
