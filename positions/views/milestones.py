"""Milestones of a consultation among its settings: added, named and dated. A day that moved stays, struck."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consultations import workflow
from consultations.forms.milestones import MilestoneForm, MilestoneNameForm, NewMilestoneForm
from consultations.models import Milestone
from consultations.permissions import SignedInRequest
from consultations.queries.milestones import milestones_of
from consultations.views.decorators import INVALID, NOTHING_DONE, Outcome, attempt, consultation_at, for_secretariat

from .consultation_settings import Frame, save, typed


def milestones(request: SignedInRequest, frame: Frame) -> HttpResponse:
    """List the milestones; POST adds one."""
    form, outcome = NewMilestoneForm(typed(request)), NOTHING_DONE
    if form.is_bound:
        outcome = save(form, lambda: _add(request, frame, form))
        if outcome.status == 303:
            messages.success(request, _("“%(title)s” is added.") % {"title": form.cleaned_data["title"]})
            return redirect(frame.url())
    return frame.show(request, "milestones", outcome, form=form, rows=milestones_of(frame.consultation))


def _add(request: SignedInRequest, frame: Frame, form: NewMilestoneForm) -> Milestone:
    words = {name: value for name, value in form.cleaned_data.items() if name != "seen"}
    return workflow.add_milestone(frame.consultation, by=request.user, **words)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_settings_milestone(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Show one milestone with its dates and names; POST saves the dates."""
    frame, milestone = _known(request, slug, pk)
    form, outcome = MilestoneForm(typed(request), milestone=milestone), NOTHING_DONE
    if form.is_bound:
        outcome = INVALID
        if form.is_valid():
            outcome = attempt(lambda: workflow.date_milestone(milestone, by=request.user, **form.cleaned_data))
    return _shown(request, frame, milestone, outcome, form, dates=form)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_settings_milestone_name(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Save what a milestone is called and where it takes place."""
    frame, milestone = _known(request, slug, pk)
    form, outcome = MilestoneNameForm(typed(request), milestone=milestone), NOTHING_DONE
    if form.is_bound:
        outcome = save(form, lambda: workflow.name_milestone(milestone, by=request.user, **form.cleaned_data))
    return _shown(request, frame, milestone, outcome, form, names=form)


def _known(request: SignedInRequest, slug: str, pk: int) -> tuple[Frame, Milestone]:
    consultation = consultation_at(request, slug)
    return Frame(consultation, "milestones", guided=False), get_object_or_404(consultation.milestones, pk=pk)


def _shown(
    request: SignedInRequest, frame: Frame, milestone: Milestone, outcome: Outcome, form: forms.Form, **given: Any
) -> HttpResponse:
    if outcome.status == 303:
        messages.success(request, _("Saved. The journal keeps what was there before."))
        return redirect(frame.url())
    both = {"dates": MilestoneForm(milestone=milestone), "names": MilestoneNameForm(milestone=milestone), **given}
    return frame.show(request, "milestone", outcome, form=form, milestone=milestone, **both)
