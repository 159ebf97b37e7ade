"""After the deadline: authors ask to be let in, and the head of the secretariat decides, each with a reason."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import CharField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.forms.screening import WhyForm
from consultations.models import Event, Submission, SubmissionState
from consultations.permissions import is_head, may_submit
from consultations.workflow import SUBMISSION_MOVES
from ncm_portal.workflow import Blocked, check

from .decorators import INVALID, NOTHING_DONE, Outcome, attempt, carry_out, for_secretariat
from .pagination import further

DECISIONS = {"admit_late": workflow.admit_late, "refuse_late": workflow.refuse_late}
LATE = ("ask_late", *DECISIONS)
PAGE = 50


def late_standing(submission: Submission, user: Any) -> dict[str, Any]:
    """What a page says about a draft that is too late: whether its author may ask to be let in, and the last entry of
    the journal about that. Empty for one that is in time."""
    if submission.state != SubmissionState.DRAFT:
        return {}
    try:
        check(SUBMISSION_MOVES["ask_late"], submission, by=user)
    except Blocked:
        return {}
    return {"may_ask": True, "last": Event.objects.about(submission).filter(verb__in=LATE).last()}


@require_http_methods(["GET", "HEAD", "POST"])
def ask_late(request: HttpRequest, key: UUID) -> HttpResponse:
    """Ask the head of the secretariat to let one's draft in after the deadline, and say why."""
    readable = Submission.objects.visible_to(request.user).select_related("consultation", "stakeholder", "theme")
    submission = get_object_or_404(readable, key=key)
    if not may_submit(request.user, submission):
        raise Http404
    form = WhyForm(request.POST if request.method == "POST" else None)
    outcome = NOTHING_DONE
    if request.method == "POST":
        outcome = INVALID
        if form.is_valid():
            why = form.cleaned_data["reason"]
            outcome = attempt(lambda: workflow.ask_late(submission, by=request.user, reason=why), submission)
            if not outcome.reasons:
                messages.success(request, _("The head of the secretariat is asked. The answer comes by mail."))
                return redirect("my_input", key)
    context = {"submission": submission, "form": form, "reasons": outcome.reasons}
    return render(request, "consultations/stakeholder/ask_late.html", context, status=outcome.status)


# --- The head decides -------------------------------------------------------------------------------------------------


def asked_late() -> QuerySet[Submission]:
    """Drafts whose authors asked to be let in and wait for the answer, the first to ask first.

    Each carries `asked_at`, `asked_by` and `why`. Their texts are not read: they were not sent.
    """
    drafts = _last_said().filter(state=SubmissionState.DRAFT, late_at=None)
    shown = drafts.filter(last_verb="ask_late").select_related("consultation", "stakeholder", "theme")
    return shown.defer("body", "proposed_wording").order_by("asked_at", "pk")


def _last_said() -> QuerySet[Submission]:
    about = Event.objects.filter(
        kind=Submission._meta.label_lower, object_id=Cast(OuterRef("pk"), CharField()), verb__in=LATE
    ).order_by("-number")
    last = {name: Subquery(about.values(field)[:1]) for name, field in NAMES.items()}
    return Submission.objects.annotate(**last)


NAMES = {"last_verb": "verb", "asked_at": "at", "asked_by": "by_name", "why": "reason"}


@for_secretariat
@require_safe
def late_inputs(request: HttpRequest) -> HttpResponse:
    """Drafts whose authors ask to be let in after the deadline, and those that were let in."""
    return _show(request)


def _show(request: HttpRequest, outcome: Outcome = NOTHING_DONE) -> HttpResponse:
    let_in = Submission.objects.visible_to(request.user).filter(late_at__isnull=False, submitted_at__isnull=False)
    let_in = let_in.select_related("stakeholder", "late_by")
    asked = further(request, "late_inputs", "asked", asked_late(), order="asked_at", size=PAGE, among=_last_said())
    page = further(request, "late_inputs", "let_in", let_in, order="-late_at", size=PAGE)
    context = {
        "asked": asked.rows,
        "more_asked": asked,
        "let_in": page.rows,
        "more_let_in": page,
        "decides": is_head(request.user),
        "decisions": [(verb, SUBMISSION_MOVES[verb].label) for verb in DECISIONS],
        "reasons": outcome.reasons,
    }
    return render(request, "consultations/desk/late_inputs.html", context, status=outcome.status)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def late_input_move(request: HttpRequest, key: UUID, verb: str) -> HttpResponse:
    """Let a draft in after the deadline, or keep it out: the verb stands in the address, with the page of the list."""
    back = reverse("late_inputs", query=request.GET)
    if request.method != "POST":
        return redirect(back)
    submission = get_object_or_404(asked_late(), key=key)
    outcome = carry_out(request, submission, verb, DECISIONS)
    if outcome.reasons:
        return _show(request, outcome)
    messages.success(request, _("Done: %(move)s. The author is told by mail.") % {"move": SUBMISSION_MOVES[verb].label})
    return redirect(back)
