"""Possible duplicates at the desk, compared side by side."""

from collections import Counter
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations import redaction, similarity, workflow
from consultations.forms import AlikeForm
from consultations.forms.duplicates import MANY
from consultations.models import (
    TO_COMPARE,
    Consultation,
    ConsultationState,
    Event,
    Job,
    JobKind,
    JobState,
    Likeness,
    LikenessState,
    Point,
)
from consultations.permissions import SignedInRequest
from consultations.queries import Alike, Counted, counted, group_of, groups_alike, organisations_behind
from consultations.queries.duplicates import last_decisions
from consultations.workflow import LIKENESS_MOVES
from ncm_portal.workflow import moves_open_to

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

SHOWN = 25  # groups on the page; when they are decided, the next ones appear
BESIDE = 6  # texts side by side; the others of a campaign are listed
DECIDED = 10
UNDO = {"reopen_likeness": workflow.reopen_likeness}
UNDER_WAY = [JobState.WAITING, JobState.RUNNING]


class Beside(NamedTuple):
    """Text in a comparison: its parts, with the words highlighted that another text uses too."""

    text: Any
    pieces: list[similarity.Piece]
    organisations: int


@for_secretariat
@require_safe
def likenesses(request: HttpRequest, slug: str) -> HttpResponse:
    """List the groups of possible duplicates of a consultation, the pending comparisons and the last decisions."""
    consultation = consultation_at(request, slug)
    groups, number, is_more = groups_alike(SHOWN, consultation)
    jobs = Job.objects.filter(kind=JobKind.COMPARE, state__in=UNDER_WAY, consultation=consultation)
    context = {
        "consultation": consultation,
        "groups": groups,
        "number": Counted(number, is_more),
        "rounds": _rounds(consultation),
        "jobs": jobs.select_related("consultation"),
        "decided": last_decisions(consultation, DECIDED),
    }
    return render(request, "consultations/duplicates/duplicates.html", context)


def _rounds(consultation: Consultation) -> list[Consultation]:
    """Return the consultation, with the number of texts not compared yet, if points can be joined in it."""
    under_way = (ConsultationState.OPEN, ConsultationState.CLOSED)
    result: list[Any] = [consultation] if consultation.state in under_way else []
    for each in result:
        inputs = counted(workflow.inputs_to_compare(each).filter(TO_COMPARE).order_by())
        points = counted(workflow.points_to_compare(each).filter(workflow.NOT_COMPARED).order_by())
        each.to_compare = Counted(inputs.number + points.number, inputs.is_more or points.is_more)
    return result


@for_secretariat
@require_POST
def likenesses_compare(request: SignedInRequest, slug: str) -> HttpResponse:
    """Queue the comparison of new texts of a consultation."""
    consultation = consultation_at(request, slug)
    workflow.ask_to_compare(consultation, by=request.user)
    messages.success(request, _("The search starts in a moment. The results are listed here."))
    return redirect("likenesses", slug)


@for_secretariat
@require_safe
def likeness(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the group of a pair: the texts side by side with common words highlighted, and the possible decisions."""
    return _show(request, get_object_or_404(Likeness, pk=pk))


def _show(
    request: HttpRequest, pair: Likeness, outcome: Outcome = NOTHING_DONE, form: AlikeForm | None = None
) -> HttpResponse:
    group = group_of(pair)
    is_open = pair.state == LikenessState.OPEN
    note_consultation(request, _consultation_of(pair))
    ways_back = {verb: LIKENESS_MOVES[verb] for verb in UNDO}
    context = {
        "consultation": _consultation_of(pair),
        "pair": pair,
        "group": group,
        "is_open": is_open,
        "reasons": outcome.reasons,
        "form": form,
        "alike_form": form or AlikeForm(group=group, each="each" in request.GET),
        "shown": group.pairs[:MANY],
        "beside": _texts_side_by_side(group),
        "others": group.texts[BESIDE:],
        "words": list(dict.fromkeys(word for each in group.pairs for word in each.words)),
        "moves": LIKENESS_MOVES,
        "undo": [each for each in moves_open_to(ways_back, pair, request.user) if each.ready],
        "here": reverse("likeness", args=[pair.pk]),
        "events": Event.objects.about(pair).reverse(),
    }
    return render(request, "consultations/duplicates/duplicate.html", context, status=outcome.status)


def _texts_side_by_side(group: Alike) -> list[Beside]:
    """Return the first texts of the group, with words highlighted that at least two of them use."""
    texts = group.texts[:BESIDE]
    used = Counter(word for text in texts for word in similarity.words_of(_words(text)))
    common = {word for word, number in used.items() if number > 1}
    points = [text for text in texts if isinstance(text, Point)]
    counts = organisations_behind(points) if points else {}
    return [Beside(text, similarity.marked(_words(text), common), counts.get(text.pk, 0)) for text in texts]


def _words(text: Any) -> str:
    """Return the text as the secretariat reads it, in full."""
    return text.text if isinstance(text, Point) else redaction.in_full(text.body)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def likeness_merge(request: SignedInRequest, pk: int) -> HttpResponse:
    """Decide that the selected pairs are duplicates."""

    def act(form: AlikeForm) -> None:
        reason = form.cleaned_data["reason"]
        workflow.merge_group(form.chosen, by=request.user, reason=reason, into=form.kept)

    return _decide(request, pk, act, _said_the_same)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def likeness_dismiss(request: SignedInRequest, pk: int) -> HttpResponse:
    """Decide that the selected pairs are not duplicates."""

    def act(form: AlikeForm) -> None:
        workflow.dismiss_group(form.chosen, by=request.user, reason=form.cleaned_data["reason"])

    return _decide(request, pk, act, _said_something_else)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def likeness_move(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Undo the decision about a pair by the verb in the URL."""
    pair = get_object_or_404(Likeness, pk=pk)
    if request.method != "POST":
        return redirect("likeness", pk)
    outcome = carry_out(request, pair, verb, UNDO)
    if outcome.reasons:
        return _show(request, pair, outcome)
    messages.success(request, _("The decision is undone. The pair is back in the list to review."))
    return redirect("likeness", pk)


def _decide(request: HttpRequest, pk: int, act: Any, done: Any) -> HttpResponse:
    pair = get_object_or_404(Likeness, pk=pk)
    if request.method != "POST":
        return redirect("likeness", pk)
    form = AlikeForm(request.POST, group=group_of(pair), each="each" in request.POST)
    if not form.is_valid():
        return _show(request, pair, INVALID, form)
    outcome = attempt(lambda: act(form), pair)
    if outcome.reasons:
        return _show(request, pair, outcome, form)
    messages.success(request, done(form))
    return redirect("likenesses", _consultation_of(pair).slug)


def _consultation_of(pair: Likeness) -> Consultation:
    text = pair.first_point or pair.first_input
    assert text is not None  # a constraint of the database
    return text.consultation


def _said_the_same(form: AlikeForm) -> str:
    if form.kept is None:
        return _("These inputs are marked as one campaign. Each of them is kept and counted.")
    return _("They are now joined to %(point)s. None is lost.") % {"point": form.kept.reference}


def _said_something_else(form: AlikeForm) -> str:
    number = len(form.chosen)
    words = ngettext("%(n)s pair will not be suggested again.", "%(n)s pairs will not be suggested again.", number)
    return words % {"n": number}
