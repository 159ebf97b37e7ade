"""The page of one input at the desk: its text, what can be done with it, and its points beside the text."""

from collections.abc import Iterable
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.forms import Textarea
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.forms import InputFilterForm, NoteForm, SplitForm
from consultations.forms.screening import AssignForm, ReturnForm, SetAsideForm
from consultations.forms.splitting import Part, passages, taken_parts
from consultations.models import Audience, Point, PointState, Submission, SubmissionState
from consultations.permissions import SignedInRequest
from consultations.queries import files_of, in_campaign, pair_of_input, twins_of
from consultations.queries.duplicates import Twin
from consultations.queries.history import history
from consultations.queries.screening import in_order, narrowed, next_in, next_to_read
from consultations.queries.submissions import beyond
from consultations.redaction import holds_back, without_brackets
from consultations.workflow import SUBMISSION_MOVES
from ncm_portal.workflow import Condition, Move, either, moves_open_to, needs_of

from .decorators import INVALID, NOTHING_DONE, Outcome, attempt, carry_out, for_secretariat, note_consultation

SCREENING = {verb: getattr(workflow, verb) for verb in ("accept", "return_for_completion", "set_aside", "reopen")}
SCREENING["undo_at_once"] = lambda submission, *, by, reason: workflow.undo_at_once(submission, by=by)
WORDED = {"return_for_completion": ReturnForm, "set_aside": SetAsideForm}
FRAGMENT = "X-Fragment"  # header of a request by static/js/desk.js for a part of the page
TO_SPLIT = "to-split"


def render_part(request: HttpRequest, name: str, context: dict[str, Any], status: int) -> HttpResponse:
    """Render a page with a list and a pane, or the part that a script asks for: `desk`, or `pane` alone."""
    part = request.headers.get(FRAGMENT, "")
    response = render(request, f"{name}#{part}" if part in ("desk", "pane") else name, context, status=status)
    patch_vary_headers(response, [FRAGMENT])
    return response


# --- Reading it -------------------------------------------------------------------------------------------------------


def ever_sent(request: HttpRequest) -> QuerySet[Submission]:
    """Return inputs that the user may see and that were ever sent, including withdrawn ones."""
    return Submission.objects.visible_to(request.user).filter(submitted_at__isnull=False)


def to_be_read(request: HttpRequest) -> QuerySet[Submission]:
    """Return the inputs with what is shown of one."""
    rows = ever_sent(request).select_related(
        "consultation", "stakeholder", "theme", "author", "decided_by", "assigned_to", "late_by"
    )
    return rows.annotate(
        open_pair=pair_of_input("open"), pair=pair_of_input("merged"), alike=in_campaign("merged", "open")
    )


def input_at(request: HttpRequest, key: UUID) -> Submission:
    """Return the input that the URL names, and note its consultation. Raises 404."""
    submission = get_object_or_404(to_be_read(request), key=key)
    note_consultation(request, submission.consultation)
    return submission.reveal()


def reading(
    request: HttpRequest,
    submission: Submission,
    outcome: Outcome = NOTHING_DONE,
    *,
    worded: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what is shown of an input to whoever reads it and decides, in the pane and on its own page."""
    submission.reveal()
    worded = {name: form(auto_id=f"%s-{name}") for name, form in WORDED.items()} | (worded or {})
    moves = moves_open_to({verb: SUBMISSION_MOVES[verb] for verb in SCREENING}, submission, request.user)
    offered = {open_.move.verb for open_ in moves}
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
        "unsent": [text for verb, form in worded.items() if verb not in offered for text in _typed(form)],
        "assign_form": AssignForm(auto_id="%s-assign", initial={"to": submission.assigned_to_id}),
        "here": reverse("desk_input", args=[submission.key]),
    }


def _typed(form: Any) -> list[str]:
    """Return the texts that somebody typed into a form."""
    texts = [form[name].data for name in form.fields if isinstance(form.fields[name].widget, Textarea)]
    return [text for text in texts if text and text.strip()]


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
    if submission.original:
        checks.append(Condition(_("Some words are hidden from readers"), False))
    return checks


# --- The page ---------------------------------------------------------------------------------------------------------


@for_secretariat
@require_safe
def desk_input(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show an input with its points: read it, extract its points, or word one of them (`edit`, its number) again."""
    submission = input_at(request, key)
    return show_input(request, submission, edited=_point_in_other_words(submission, request.GET.get("edit", "")))


def show_input(
    request: HttpRequest,
    submission: Submission,
    outcome: Outcome = NOTHING_DONE,
    *,
    split_form: SplitForm | None = None,
    note_form: NoteForm | None = None,
    worded: dict[str, Any] | None = None,
    edited: Point | None = None,
) -> HttpResponse:
    """Show the page of an input, or its main part to static/js/desk.js. `edited` is the point that the form words
    again.
    """
    submission.reveal()
    if split_form is None and submission.state == SubmissionState.ACCEPTED:
        split_form = SplitForm(submission=submission, initial=_words_of(edited) if edited else {})
    points = list(submission.points.select_related("theme", "merged_into").order_by("number"))
    standing = [point for point in points if point.state != PointState.WITHDRAWN]
    queue, lines = _around(request, submission), _lines(submission, split_form, standing)
    wording = without_brackets(submission.proposed_wording).strip()
    context = {
        **reading(request, submission, outcome, worded=worded),
        "split_form": split_form,
        "edited": edited,
        "takes_wording": split_form and wording and not edited and wording not in {point.text for point in standing},
        "note_form": note_form or NoteForm(prefix="note"),
        "lines": lines,
        "left": sum(passage.is_left for line in lines for passage in line),
        "points": _beside(points, standing),
        "number": len(standing),
        "questions": submission.questions.select_related("by", "answered_by"),
        "queue": queue,
        "of_list": _of_list(request),
        "after": _after(request, submission, queue) if split_form else "",
        "needs": needs_of(_moves_of(submission), submission),
        "events": history(submission),
        "notes": submission.notes.select_related("by"),
    }
    context["form"] = next((form for form in (split_form, note_form) if form and form.errors), context["form"])
    part = "#desk" if FRAGMENT in request.headers else ""
    response = render(request, f"consultations/splitting/input.html{part}", context, status=outcome.status)
    patch_vary_headers(response, [FRAGMENT])
    return response


def _moves_of(submission: Submission) -> dict[str, Move]:
    """Return the moves of an input at the desk: only typed inputs are checked against an original."""
    typed = submission.entered_by_id is not None
    return {name: move for name, move in workflow.moves_of(submission).items() if typed or "original" not in name}


class Passage(NamedTuple):
    """Sentence of a text: its number in the form, whether it is marked, and its parts with the numbers of the points
    that have them.
    """

    number: int
    text: str
    is_marked: bool
    parts: list[Part]

    @property
    def points(self) -> list[int]:
        """Return the numbers of its points."""
        return sorted({number for _text, number in self.parts if number})

    @property
    def is_left(self) -> bool:
        """Return whether it has words that are in no point."""
        return any(character.isalnum() for text, number in self.parts if not number for character in text)


def _lines(submission: Submission, form: SplitForm | None, points: Iterable[Point]) -> list[list[Passage]]:
    """Return the sentences of the text by line, numbered as in the form and marked as submitted."""
    marked = set(form["passages"].value() or []) if form else set()
    numbers = count()
    return [
        [
            Passage(number := next(numbers), sentence, str(number) in marked, taken_parts(sentence, points))
            for sentence in line
        ]
        for line in passages(submission.body)
    ]


class Beside(NamedTuple):
    """Point beside the text: its undecided duplicates, and whether it was taken back and its words are free again."""

    point: Point
    twins: list[Twin]
    is_free: bool


def _beside(points: list[Point], standing: list[Point]) -> list[Beside]:
    twins = twins_of(standing) if standing else {}
    texts = {(point.kind, point.text) for point in standing}
    return [
        Beside(point, twins.get(point.pk, []), point.pk not in twins and (point.kind, point.text) not in texts)
        for point in points
    ]


# --- What comes next --------------------------------------------------------------------------------------------------


def _around(request: HttpRequest, submission: Submission) -> dict[str, Submission | None]:
    """Return the previous and next inputs to read in the consultation."""
    waiting = ever_sent(request).filter(state=SubmissionState.SUBMITTED, consultation=submission.consultation_id)
    waiting = waiting.only("key", "reference", "submitted_at")
    before, after = waiting.filter(beyond(submission, "lt")), waiting.filter(beyond(submission, "gt"))
    near = before.order_by("-submitted_at", "-pk")[:1].union(after.order_by("submitted_at", "pk")[:1])
    place = (submission.submitted_at, submission.pk)
    rows = {(row.submitted_at, row.pk) > place: row for row in near}
    return {"previous": rows.get(False), "next": rows.get(True)}


def without(query: QueryDict, *names: str) -> QueryDict:
    """Return a query string without these names and without empty values."""
    kept = QueryDict(mutable=True)
    for name, value in query.items():
        if value and name not in names:
            kept[name] = str(value)
    return kept


def _of_list(request: HttpRequest) -> str:
    """Return the query string that keeps the list from which the page was opened."""
    query = request.GET.get("list", "")
    return f"?{urlencode({'list': query})}" if query else ""


def page_of_list(submission: Submission, query: str) -> str:
    """Return the URL of the page of an input that was opened from the list with this query string."""
    address = reverse("desk_input", args=[submission.key])
    return f"{address}?{urlencode({'list': query})}" if query else address


def _after(request: HttpRequest, submission: Submission, queue: dict[str, Submission | None]) -> str:
    """Return the URL of what follows when an input is split: in a list of inputs to split the next of them, else the
    list with the next input to read, and what is to split if there is none.
    """
    query = without(QueryDict(request.GET.get("list", "")), "open", "done", "before", "after")
    filters = InputFilterForm(query).filters
    following = queue["next"] or queue["previous"]
    if query:
        sent = ever_sent(request).filter(consultation=submission.consultation_id)
        rows = in_order(narrowed(sent, filters, request.user), filters["order"])
        if filters["saved"] == TO_SPLIT and (unsplit := next_in(rows, filters["order"], submission)):
            return page_of_list(unsplit, query.urlencode())
        following = next_to_read(rows, filters["order"], submission)
    if following:
        query["open"] = str(following.reference)
    elif not query:
        query["saved"] = TO_SPLIT
    return reverse("desk_inputs", args=[submission.consultation.slug], query=query)


# --- Its points -------------------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_input_split(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Extract a point from an input on file, or word one of its points (`point-instead`) again. The page stays at the
    same sentence.
    """
    submission = input_at(request, key)
    if request.method != "POST":
        return redirect("desk_input", key)
    edited = _point_in_other_words(submission, request.POST.get("point-instead", ""))
    form = SplitForm(request.POST, submission=submission)
    if not form.is_valid():
        return show_input(request, submission, INVALID, split_form=form, edited=edited)
    outcome = attempt(
        lambda: (
            workflow.word_again(edited, by=request.user, **form.words)
            if edited
            else workflow.split(submission, by=request.user, **form.words)
        ),
        submission,
    )
    if outcome.reasons:
        return show_input(request, submission, outcome, split_form=form, edited=edited)
    marked = form.cleaned_data["passages"]
    return _stay(request, submission, f"at{marked[-1]}" if marked else "points")


def _point_in_other_words(submission: Submission, number: str) -> Point | None:
    """Return the point of the input that is worded again, by its number in the address or the form."""
    if not (number.isascii() and number.isdecimal() and len(number) < 5):
        return None
    return submission.points.filter(number=number, state=PointState.VALIDATED).select_related("theme").first()


def _words_of(point: Point) -> dict[str, Any]:
    codes = [provision.code for provision in point.provisions.all()]
    words = {"text": point.text, "kind": point.kind, "held_back": point.held_back}
    return {**words, "theme": point.theme.code, "objectives": codes}


def _stay(request: HttpRequest, submission: Submission, at: str) -> HttpResponse:
    """Answer with the page at the same place: its main part for a script, or a redirect."""
    if FRAGMENT in request.headers:
        return show_input(request, submission)
    return redirect(f"{reverse('desk_input', args=[submission.key])}{_of_list(request)}#{at}")


def _take_its_words_again(point: Point, *, by: Any, reason: str) -> Point:
    assert point.submission is not None  # it was looked up among the points of an input
    names = ("kind", "text", "theme", "held_back")
    words: dict[str, Any] = {name: getattr(point, name) for name in names}
    return workflow.split(point.submission, by=by, provisions=list(point.provisions.all()), **words)


POINT_BESIDE = {"remove": workflow.take_back, "again": _take_its_words_again}


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_input_point(request: SignedInRequest, key: UUID, number: int, verb: str) -> HttpResponse:
    """Remove a point of an input beside its text, or take its words again, by the verb in the URL."""
    submission = input_at(request, key)
    point = get_object_or_404(submission.points.select_related("theme", "submission"), number=number)
    if request.method != "POST":
        return redirect("desk_input", key)
    outcome = carry_out(request, point, verb, POINT_BESIDE)
    if outcome.reasons:
        return show_input(request, submission, outcome)
    return _stay(request, submission, "points")


# --- Notes ------------------------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_note(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Add an internal note to an input."""
    submission = input_at(request, key)
    if request.method != "POST":
        return redirect("desk_input", key)
    form = NoteForm(request.POST, prefix="note")
    if not form.is_valid():
        return show_input(request, submission, INVALID, note_form=form)
    workflow.add_note(submission, by=request.user, text=form.cleaned_data["text"])
    return redirect(reverse("desk_input", args=[key]) + "#notes")
