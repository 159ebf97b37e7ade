"""Inputs that came on paper or by mail: typed, stored with the original, and checked by a second person."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import CharField, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.forms.paper_intake import IntakeForm, TypedForm
from consultations.models import Event, Submission, SubmissionState
from consultations.permissions import SignedInRequest
from consultations.queries import files_of
from consultations.workflow import SUBMISSION_MOVES
from ncm_portal.workflow import moves_open_to

from .decorators import (
    INVALID,
    NOTHING_DONE,
    Outcome,
    attempt,
    consultation_at,
    for_secretariat,
    note_consultation,
)

CHECKING = {"check_against_original": workflow.check_against_original}
SHOWN = 100


@for_secretariat
@require_safe
def intake(request: HttpRequest, slug: str) -> HttpResponse:
    """List the typed inputs of a consultation: those to check, the oldest first, then the last checked."""
    consultation = consultation_at(request, slug)
    typed = _typed(request).filter(consultation=consultation)
    waiting = typed.filter(state=SubmissionState.SUBMITTED, checked_at=None).order_by("submitted_at", "pk")
    checked = typed.filter(checked_at__isnull=False).order_by("-checked_at", "-pk")
    context = {"waiting": waiting[:SHOWN], "number": waiting.count(), "checked": checked[:SHOWN]}
    context |= {"consultation": consultation}
    return render(request, "consultations/paper_intake/intake.html", context)


def _typed(request: HttpRequest) -> QuerySet[Submission]:
    """Return inputs typed by staff, without imported rows."""
    entry = Event.objects.filter(
        kind="consultations.submission", object_id=Cast(OuterRef("pk"), CharField()), verb="take_in_many"
    )
    rows = Submission.objects.visible_to(request.user).filter(entered_by__isnull=False).exclude(Exists(entry))
    people = rows.select_related("stakeholder", "entered_by", "checked_by", "theme", "consultation")
    return people.defer("body", "proposed_wording")


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def intake_new(request: SignedInRequest, slug: str) -> HttpResponse:
    """Enter an input to a consultation that came on paper or by mail, of `?organisation=`; the next page takes its
    scan.
    """
    consultation, sender = consultation_at(request, slug), request.GET.get("organisation", "")
    form = IntakeForm(request.POST or None, by=request.user, consultation=consultation, sender=sender)
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        outcome = attempt(lambda: _take_in(request, form))
        if not outcome.reasons:
            messages.success(request, _("Registered. Add the scan or the mail now. Then someone else checks it."))
            return redirect("intake_check", form.cleaned_data["key"])
        reasons = outcome.reasons
    context = {"consultation": consultation, "form": form, "reasons": reasons}
    return render(
        request, "consultations/paper_intake/intake_new.html", context, status=422 if form.errors or reasons else 200
    )


def _take_in(request: SignedInRequest, form: IntakeForm) -> None:
    given = form.cleaned_data
    workflow.take_in(
        given["consultation"],
        given["organisation"],
        by=request.user,
        key=given["key"],
        channel=given["channel"],
        received_on=given["received_on"],
        late_reason=given.get("late_reason", ""),
        **form.words,
    )


# --- One input --------------------------------------------------------------------------------------------------------


@for_secretariat
@require_safe
def intake_check(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show the typed text beside the original: add the original, correct the text, or confirm that they match."""
    return _show(request, _one(request, key))


def _one(request: HttpRequest, key: UUID) -> Submission:
    people = ("consultation", "stakeholder", "theme", "entered_by", "checked_by")
    rows = Submission.objects.visible_to(request.user).filter(entered_by__isnull=False, submitted_at__isnull=False)
    submission = get_object_or_404(rows.select_related(*people), key=key)
    note_consultation(request, submission.consultation)
    return submission


def _show(request: HttpRequest, submission: Submission, outcome: Outcome = NOTHING_DONE, **more: Any) -> HttpResponse:
    moves = moves_open_to({verb: SUBMISSION_MOVES[verb] for verb in CHECKING}, submission, request.user)
    context = {
        "submission": submission,
        "reasons": outcome.reasons,
        "files": files_of(request.user, submission),
        "provisions": submission.provisions.all(),
        "unchecked": submission.state == SubmissionState.SUBMITTED and submission.checked_at is None,
        "moves": moves,
        "events": Event.objects.about(submission).reverse(),
        **more,
    }
    return render(request, "consultations/paper_intake/intake_check.html", context, status=outcome.status)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def intake_move(request: SignedInRequest, key: UUID, verb: str) -> HttpResponse:
    """Confirm that the typed text matches the original."""
    submission = _one(request, key)
    if verb not in CHECKING:
        raise Http404
    if request.method != "POST":
        return redirect("intake_check", key)
    outcome = attempt(lambda: CHECKING[verb](submission, by=request.user), submission)
    if outcome.reasons:
        return _show(request, submission, outcome)
    messages.success(request, _("Checked. You can now read and decide on the input."))
    return redirect("desk_input", key)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def intake_correct(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Correct the typed text until it is checked. Whoever corrects it cannot check it."""
    submission = _one(request, key)
    form, outcome = TypedForm(request.POST or None, typed=submission), NOTHING_DONE
    if request.method == "POST":
        outcome = INVALID
        if form.is_valid():
            outcome = attempt(lambda: workflow.retype(submission, by=request.user, **form.words))
            if not outcome.reasons:
                messages.success(request, _("Corrected. Someone else must check it against the original."))
                return redirect("intake_check", key)
    context = {"submission": submission, "form": form, "reasons": outcome.reasons}
    return render(request, "consultations/paper_intake/intake_correct.html", context, status=outcome.status)
