"""Clearance steps beside the ministries, such as legal vetting, for the office and the secretariat."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from consultations.models import ConsultationState
from consultations.permissions import SignedInRequest, is_secretariat
from consultations.views.decorators import INVALID, NOTHING_DONE, Outcome, attempt, for_secretariat
from positions import workflow
from positions.forms.clearance import StepForm
from positions.forms.rules import ChainForm, DraftChainForm
from positions.models import ChainStep, PaperState, PositionPaper, StepAnswer
from positions.permissions import may_answer_step, may_countersign_step
from positions.workflow.clearance_steps import clearance_text
from positions.workflow.rules import in_session

from .consultation_settings import Frame, save, typed
from .rules import propose_change


def chain(request: SignedInRequest, frame: Frame) -> HttpResponse:
    """The offices that clear the text beside the ministries; once the consultation has opened, two officers change
    them.
    """
    consultation, data, outcome = frame.consultation, typed(request), NOTHING_DONE
    if consultation.state == ConsultationState.DRAFT:
        form = DraftChainForm(data, consultation=consultation)
        if form.is_bound:
            outcome = save(
                form,
                lambda: workflow.set_rules(
                    consultation, by=request.user, seen=form.cleaned_data["seen"], values=form.values
                ),
            )
            if outcome.status == 303:
                return frame.saved(request)
        return frame.show(request, "chain", outcome, form=form)
    form = ChainForm(data, consultation=consultation)
    if form.is_bound:
        outcome, proposal = propose_change(request, consultation, form)
        if proposal:
            return redirect("desk_proposal", proposal.key)
    papers = consultation.papers.order_by("created_at", "pk")
    return frame.show(request, "chain", outcome, form=form, obstacles=in_session(consultation), papers=papers)


def _known(request: HttpRequest, slug: str, pk: int) -> tuple[PositionPaper, ChainStep]:
    """Return the paper and the step for its office and the secretariat; raises 404 for others."""
    paper = get_object_or_404(PositionPaper.objects.select_related("consultation"), slug=slug)
    steps = ChainStep.objects.filter(consultation=paper.consultation_id, is_asked=True).select_related("institution")
    step = get_object_or_404(steps, pk=pk)
    if not (may_answer_step(request.user, step) or is_secretariat(request.user)) or clearance_text(paper) is None:
        raise Http404
    return paper, step


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Show the text being cleared, the office's answer, and the form for it."""
    paper, requested = _known(request, slug, pk)
    by_letter = not may_answer_step(request.user, requested)
    form = StepForm(request.POST if request.method == "POST" else None, by_letter=by_letter)
    outcome = NOTHING_DONE
    if request.method == "POST":
        outcome = INVALID
        if form.is_valid():
            words: dict[str, Any] = form.words
            seen = request.POST.get("seen")
            outcome = attempt(lambda: workflow.answer_step(paper, requested, by=request.user, seen=seen, **words))
            if not outcome.reasons:
                message = (
                    _("Recorded. A second officer must countersign it.") if by_letter else _("The answer is recorded.")
                )
                messages.success(request, message)
                return redirect("step", slug, pk)
    return _show(request, paper, requested, form, outcome)


def _show(
    request: HttpRequest, paper: PositionPaper, chain_step: ChainStep, form: StepForm, outcome: Outcome
) -> HttpResponse:
    given = paper.step_answers.filter(step=chain_step).select_related("edition", "by", "countersigned_by")
    answers: list[Any] = list(given.defer("edition__content"))
    for answer in answers:
        answer.waits = bool(answer.letter_reference) and answer.countersigned_at is None
        answer.may_sign = answer.waits and may_countersign_step(request.user, answer)
    text: Any = clearance_text(paper)
    context = {
        "paper": paper,
        "step": chain_step,
        "text": text,
        "seen": request.POST.get("seen", text.number) if outcome == INVALID else text.number,
        "answers": answers,
        "form": form if paper.state == PaperState.IN_CLEARANCE else None,
        "reasons": outcome.reasons,
    }
    return render(request, "positions/clearance_steps/step.html", context, status=outcome.status)


@for_secretariat
@require_POST
def step_countersign(request: SignedInRequest, slug: str, pk: int, answer: int) -> HttpResponse:
    """Confirm as a second officer that the recorded answer matches the letter."""
    paper, requested = _known(request, slug, pk)
    row = get_object_or_404(StepAnswer.objects.filter(paper=paper, step=requested), pk=answer)
    outcome = attempt(lambda: workflow.countersign_step(row, by=request.user))
    if outcome.reasons:
        by_letter = not may_answer_step(request.user, requested)
        return _show(request, paper, requested, StepForm(by_letter=by_letter), outcome)
    messages.success(request, _("Countersigned: the answer counts."))
    return redirect("step", slug, pk)
