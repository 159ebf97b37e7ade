"""Record of the meeting on a text: agreed paragraphs, roll call and explanations of position."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from consultations.permissions import SignedInRequest
from consultations.views.decorators import INVALID, NOTHING_DONE, attempt, for_secretariat
from positions import workflow
from positions.forms.clearance import NeededReasonForm
from positions.forms.meeting import AgreedForm, ExplanationForm, RollCallForm
from positions.models import PositionPaper
from positions.permissions import may_chair
from positions.queries.papers import numbered_paragraphs
from positions.workflow.conditions import decided_on
from positions.workflow.meeting import last_count

from .papers import known_paper


def _chaired(request: HttpRequest, slug: str) -> PositionPaper:
    """Return the paper for its chair; raises 404 for others."""
    paper = known_paper(request, slug)
    if not may_chair(request.user, paper):
        raise Http404
    return paper


def _page(
    request: HttpRequest,
    paper: PositionPaper,
    form: forms.Form,
    act: Callable[[], Any],
    done: Callable[[Any], str],
    template: str,
    **more: Any,
) -> HttpResponse:
    """Show a form of the meeting; on valid POST run `act`, show the message `done` and redirect back."""
    outcome, result = NOTHING_DONE, []
    if request.method == "POST":
        outcome = INVALID
        if form.is_valid():
            outcome = attempt(lambda: result.append(act()))
            if not outcome.reasons:
                messages.success(request, done(result[0]))
                return redirect("desk_adoption", paper.slug)
    context = {"paper": paper, "form": form, "reasons": outcome.reasons, **more}
    return render(request, f"positions/meeting/{template}.html", context, status=outcome.status)


def _submitted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_roll_call(request: SignedInRequest, slug: str) -> HttpResponse:
    """Record the vote of each member institution counted as present."""
    paper = _chaired(request, slug)
    count = last_count(paper)
    names = [each["name"] for each in count.electorate if each["present"]] if count else []
    form = RollCallForm(_submitted(request), names=names)
    return _page(
        request, paper, form,
        lambda: workflow.call_roll(paper, by=request.user, votes=form.words),
        lambda call: _("Roll call: %(yes)s yes, %(no)s no, %(abstain)s abstain") % vars(call),
        "roll_call", count=count,
    )  # fmt: skip


def _agreed(count: int) -> str:
    words = ngettext("Agreed to %(count)s paragraph.", "Agreed to %(count)s paragraphs.", count)
    return words % {"count": count}


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_agreed(request: SignedInRequest, slug: str) -> HttpResponse:
    """Record the paragraphs to which the meeting agrees."""
    paper = _chaired(request, slug)
    agreed = set(decided_on(paper).values_list("paragraph", "decided"))
    paragraphs = numbered_paragraphs(paper)
    left = [each for each in paragraphs if (each.pk, each.wording_id) not in agreed]
    form = AgreedForm(_submitted(request), paragraphs=left)
    return _page(
        request, paper, form,
        lambda: workflow.agree_paragraphs(paper, by=request.user, paragraphs=form.words),
        _agreed, "agreed", left=len(left), number=len(paragraphs),
    )  # fmt: skip


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_explanation(request: SignedInRequest, slug: str) -> HttpResponse:
    """Record an explanation of position as it will be printed."""
    paper = known_paper(request, slug)
    form = ExplanationForm(_submitted(request))
    return _page(
        request, paper, form,
        lambda: workflow.record_explanation(paper, by=request.user, **form.cleaned_data),
        lambda made: _("The explanation is on record."), "explanation",
    )  # fmt: skip


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_explanation_withdraw(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Record that an organisation withdrew its explanation before the decision."""
    paper = known_paper(request, slug)
    explanation = get_object_or_404(paper.explanations.select_related("stakeholder", "paper"), pk=pk)
    form = NeededReasonForm(_submitted(request))
    return _page(
        request, paper, form,
        lambda: workflow.withdraw_explanation(explanation, by=request.user, reason=form.cleaned_data["reason"]),
        lambda made: _("The explanation is withdrawn."), "explanation_withdraw", explanation=explanation,
    )  # fmt: skip
