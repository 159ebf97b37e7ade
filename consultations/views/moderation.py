"""Words of inputs that are hidden from readers: at the desk, and for their authors."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consultations import workflow
from consultations.forms.moderation import HideForm
from consultations.models import Hiding, Proposal, Submission, SubmissionState
from consultations.models.commitments import subject_of
from consultations.permissions import SignedInRequest
from consultations.workflow import HIDE_WORDS, HIDING_MOVES
from ncm_portal.workflow import OpenMove, moves_open_to

from .decorators import INVALID, NOTHING_DONE, Outcome, attempt, carry_out, for_secretariat, note_consultation
from .submissions import own_input

DESK_VERBS = {"uphold_hiding": workflow.uphold_hiding, "lift_hiding": workflow.lift_hiding}
AUTHOR_VERBS = {"object_to_hiding": workflow.object_to_hiding}


def _hidings(submission: Submission, user: Any, verbs: dict[str, Any]) -> list[tuple[Hiding, list[OpenMove]]]:
    """Return what was hidden of an input, the latest first, each with the moves that `user` can make."""
    moves = {verb: HIDING_MOVES[verb] for verb in verbs}
    rows = submission.hidings.select_related(
        *Hiding.READ_WITH, "proposed_by", "confirmed_by", "objected_by", "answered_by"
    )
    return [(row, moves_open_to(moves, row, user)) for row in rows.order_by("-at", "-pk")]


# --- At the desk ------------------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_hiding(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Show what is hidden of an input, and propose to hide more words of it."""
    submission = _sent(request, key)
    if request.method != "POST":
        return _show(request, submission)
    form = HideForm(request.POST, submission=submission)
    if not form.is_valid():
        return _show(request, submission, INVALID, form=form)
    made: list[Proposal] = []
    outcome = attempt(
        lambda: made.append(
            workflow.propose(
                submission, act=HIDE_WORDS.code, by=request.user, reason=form.cleaned_data["reason"], values=form.values
            )
        )
    )
    if outcome.reasons:
        return _show(request, submission, outcome, form=form)
    messages.success(request, _("Proposed. Nothing is hidden until another officer confirms it."))
    return redirect("desk_proposal", made[0].key)


def _sent(request: HttpRequest, key: UUID) -> Submission:
    rows: QuerySet[Submission] = Submission.objects.visible_to(request.user).filter(submitted_at__isnull=False)
    submission = get_object_or_404(rows.select_related("consultation", "stakeholder", "theme"), key=key)
    note_consultation(request, submission.consultation)
    return submission


def _show(
    request: HttpRequest, submission: Submission, outcome: Outcome = NOTHING_DONE, *, form: HideForm | None = None
) -> HttpResponse:
    if form is None and submission.state == SubmissionState.ACCEPTED:
        form = HideForm(submission=submission)
    kind, key = subject_of(submission)
    waiting = Proposal.objects.open().filter(act=HIDE_WORDS.code, record_kind=kind, record_id=key).first()
    context = {
        "submission": submission,
        "form": form,
        "marked": set(form["passages"].value() or []) if form else set(),
        "waiting": waiting,
        "reasons": outcome.reasons,
        "hidings": _hidings(submission, request.user, DESK_VERBS),
        "here": reverse("desk_hiding", args=[submission.key]),
    }
    return render(request, "consultations/moderation/hide_words.html", context, status=outcome.status)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_hiding_move(request: SignedInRequest, key: UUID, pk: int, verb: str) -> HttpResponse:
    """Keep words hidden, or show them again, by the verb in the URL."""
    submission = _sent(request, key)
    hiding = get_object_or_404(Hiding, submission=submission, pk=pk)
    if request.method != "POST":
        return redirect("desk_hiding", key)
    outcome = carry_out(request, hiding, verb, DESK_VERBS)
    if outcome.reasons:
        return _show(request, submission, outcome)
    messages.success(
        request,
        _("The words are shown again. Its author gets an e-mail.")
        if verb == "lift_hiding"
        else _("The words stay hidden. Its author gets an e-mail."),
    )
    return redirect("desk_hiding", key)


# --- For the author ---------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD"])
def my_hidden_words(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show the authors of an input which words are hidden from readers, on which ground, and how to object."""
    return _show_own(request, own_input(request, key))


def _show_own(request: HttpRequest, submission: Submission, outcome: Outcome = NOTHING_DONE) -> HttpResponse:
    context = {
        "submission": submission,
        "title": submission.texts["title"],
        "reasons": outcome.reasons,
        "hidings": _hidings(submission, request.user, AUTHOR_VERBS),
        "here": reverse("my_hidden_words", args=[submission.key]),
    }
    return render(request, "consultations/moderation/my_hidden_words.html", context, status=outcome.status)


@require_http_methods(["GET", "HEAD", "POST"])
def my_hidden_words_move(request: HttpRequest, key: UUID, pk: int, verb: str) -> HttpResponse:
    """Object to hidden words of the own input."""
    submission = own_input(request, key)
    hiding = get_object_or_404(Hiding, submission=submission, pk=pk)
    if request.method != "POST":
        return redirect("my_hidden_words", key)
    outcome = carry_out(request, hiding, verb, AUTHOR_VERBS)
    if outcome.reasons:
        return _show_own(request, submission, outcome)
    messages.success(request, _("The secretariat has your objection and will answer it by e-mail."))
    return redirect("my_hidden_words", key)
