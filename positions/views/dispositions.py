"""Pages of the user's organisation: inputs, answers to points, and replies about misread points."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Case, Count, Q, QuerySet, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.forms.screening import AnswersForm
from consultations.models import (
    Consultation,
    ConsultationState,
    Event,
    ForumSession,
    Membership,
    Point,
    SessionRole,
    SessionRoleKind,
    Stakeholder,
    Submission,
    SubmissionState,
)
from consultations.permissions import SignedInRequest, may_manage_members, may_rule_on_sign_off, organisations_of
from consultations.queries import files_of, open_actions_of
from consultations.views.decorators import INVALID, NOTHING_DONE, Outcome, attempt, carry_out
from consultations.views.submissions import AUTHOR_MOVES, EDITABLE, history_of, late_standing, own_input, sign_offs
from consultations.workflow import STAKEHOLDER_MOVES
from ncm_portal.workflow import moves_open_to, needs_of, now
from positions.forms.dispositions import MisreadForm
from positions.models import Amendment, AmendmentState, PaperState, PositionPaper, ReviewRound
from positions.permissions import sponsors
from positions.queries.dispositions import outcomes_of_points
from positions.queries.plenary import screens_of


@require_http_methods(["GET", "HEAD", "POST"])
def misread(request: SignedInRequest, reference: str) -> HttpResponse:
    """Show a point of the user's own input with its answer, and a form for the one reply. Raises 404 for others' points
    and unanswered ones.
    """
    point = _own_point(request, reference)
    if request.method != "POST":
        return _show(request, point, MisreadForm())
    form = MisreadForm(request.POST)
    if not form.is_valid():
        return _show(request, point, form, INVALID)
    text = form.cleaned_data["text"]
    body, source = point.stakeholder, point.submission
    assert body is not None  # it is a point of an own input
    assert source is not None
    outcome = attempt(lambda: workflow.say_misread(point, body, by=request.user, text=text))
    if outcome.reasons:
        return _show(request, point, form, outcome)
    messages.success(
        request, _("Your reply is sent. The secretariat must answer it, and you can read the answer here.")
    )
    return redirect(reverse("my_input", args=[source.key]) + f"#{point.reference}")


def _own_point(request: HttpRequest, reference: str) -> Point:
    own = Point.objects.filter(submission__isnull=False, stakeholder__in=organisations_of(request.user))
    return get_object_or_404(own.select_related("submission__consultation", "stakeholder"), reference=reference)


def _show(request: HttpRequest, point: Point, form: MisreadForm, outcome: Outcome = NOTHING_DONE) -> HttpResponse:
    (row,) = outcomes_of_points([point], request.user)
    if not row.is_open_to_reply and row.misreading is None:
        raise Http404
    context = {"row": row, "submission": point.submission, "form": form, "reasons": outcome.reasons}
    return render(request, "positions/dispositions/misread.html", context, status=outcome.status)


# --- Outcomes of own inputs -------------------------------------------------------------------------------------------


# Order of work for a focal point: unfinished ones first.
ORDER = [
    SubmissionState.RETURNED,
    SubmissionState.DRAFT,
    SubmissionState.SUBMITTED,
    SubmissionState.ACCEPTED,
    SubmissionState.SET_ASIDE,
    SubmissionState.WITHDRAWN,
]
SHOWN_EVENTS = 20
VERBS: dict[str, Callable[..., Any]] = {
    "submit": lambda submission, *, by, reason: workflow.submit(submission, by=by),
    "withdraw": workflow.withdraw,
}


@require_safe
def my_organisation(request: SignedInRequest) -> HttpResponse:
    """Show the inputs of the user's organisation with their states, its people, and its to-do list.

    People with several organisations see one at a time (`?organisation=pk`). Raises 404 for one that is not theirs.
    """
    organisations = organisations_of(request.user)
    kinds = (SessionRoleKind.RAPPORTEUR, SessionRoleKind.CHAIR)
    reporting = ForumSession.objects.filter(
        roles__in=SessionRole.objects.filter(user=request.user, kind__in=kinds)
    ).select_related("forum")
    context = {
        "organisations": organisations,
        "sessions": reporting.distinct(),
        "screens": screens_of(request.user),
    }
    if organisations:
        context |= _about(request, chosen_organisation(request, organisations))
    return render(request, "positions/dispositions/my_organisation.html", context)


def chosen_organisation(request: HttpRequest, organisations: list[Stakeholder]) -> Stakeholder:
    """Return the one of `organisations` that `?organisation=pk` names, or the first. Raises 404 for another."""
    requested = request.GET.get("organisation")
    result = (
        next((body for body in organisations if str(body.pk) == requested), None) if requested else organisations[0]
    )
    if result is None:
        raise Http404
    return result


def _open_reviews(user: Any) -> list[ReviewRound]:
    """Return the review rounds in which the person can propose amendments, the first to close first."""
    rows = ReviewRound.objects.filter(paper__state=PaperState.REVIEW).select_related("paper").order_by("closes_at")
    return [each for each in rows if each.is_open and sponsors(user, each)]


def _silences(organisation: Stakeholder) -> QuerySet[PositionPaper]:
    """Return the texts on which the organisation, if a member, can break the silence, the first to end first."""
    result = PositionPaper.objects
    return result.under_silence() if organisation.is_verified_member else result.none()


def _asked_about(organisation: Stakeholder) -> QuerySet[Amendment]:
    """Return the organisation's amendments that need its answer: to confirm, or with an unanswered recommendation."""
    unanswered = Q(state=AmendmentState.PROPOSED, recommendations__replaced_at=None, recommendations__consent="")
    advised = unanswered & Q(recommendations__isnull=False)
    rows = Amendment.objects.filter(Q(state=AmendmentState.STALE) | advised, sponsor=organisation)
    return rows.select_related("round__paper").order_by("at").distinct()


def _about(request: HttpRequest, organisation: Stakeholder) -> dict[str, Any]:
    open_rounds = Consultation.objects.filter(state=ConsultationState.OPEN).order_by("closes_at")
    return {
        "organisation": organisation,
        "reviews": _open_reviews(request.user),
        "silences": _silences(organisation),
        "asked_about": _asked_about(organisation),
        "promised": open_actions_of(organisation),
        "inputs": _inputs(request, organisation),
        "memberships": Membership.objects.live().filter(stakeholder=organisation).select_related("user"),
        "invitations": organisation.invitations.filter(accepted_at=None, expires_at__gte=now()),
        "manages": may_manage_members(request.user, organisation),
        "rules": may_rule_on_sign_off(request.user, organisation),
        "needs": needs_of(STAKEHOLDER_MOVES, organisation) if organisation.state == "registered" else [],
        "events": Event.objects.about(organisation).exclude(verb__endswith=":refused").reverse()[:SHOWN_EVENTS],
        "rounds": [item for item in open_rounds if item.takes_inputs],
    }


def _inputs(request: HttpRequest, organisation: Stakeholder) -> QuerySet[Submission]:
    """Return the organisation's inputs, unfinished ones first, each with its points and how many were answered."""
    own = Submission.objects.visible_to(request.user).filter(stakeholder=organisation)
    answered = Q(points__dispositions__answered_at__isnull=False)
    turn = Case(*(When(state=state, then=place) for place, state in enumerate(ORDER)))
    counted = own.annotate(
        turn=turn,
        point_count=Count("points", distinct=True),
        answered=Count("points", filter=answered, distinct=True),
    )
    shown = counted.select_related("theme", "consultation").defer("body", "proposed_wording")
    return shown.order_by("turn", "-edited_at", "-pk")


@require_safe
def my_input(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show one input of the user's organisation: its text, its state with the reason, and what became of its points."""
    return _show_disposition(request, own_input(request, key))


def _show_disposition(
    request: HttpRequest,
    submission: Submission,
    outcome: Outcome = NOTHING_DONE,
    *,
    answering: AnswersForm | None = None,
) -> HttpResponse:
    questions = list(submission.questions.select_related("answered_by"))
    if answering is None and submission.state == SubmissionState.RETURNED and questions:
        answering = AnswersForm(questions=questions)
    points = list(submission.points.standing().order_by("number"))
    submission.reveal()
    context = {
        "submission": submission,
        "reasons": outcome.reasons,
        "questions": questions,
        "answering": answering,
        "form": answering,
        "late": late_standing(submission, request.user),
        "is_editable": submission.state in EDITABLE,
        "points": outcomes_of_points(points, request.user),
        "files": files_of(request.user, submission),
        "provisions": submission.provisions.all(),
        "moves": moves_open_to(AUTHOR_MOVES, submission, request.user),
        "inside": sign_offs(request, submission) if submission.state in EDITABLE else [],
        "needs": needs_of(AUTHOR_MOVES, submission) if submission.state in EDITABLE else [],
        "events": history_of(submission),
        "here": reverse("my_input", args=[submission.key]),
    }
    return render(request, "positions/dispositions/my_input.html", context, status=outcome.status)


@require_http_methods(["GET", "HEAD", "POST"])
def my_input_move(request: HttpRequest, key: UUID, verb: str) -> HttpResponse:
    """Send or withdraw one's own input by the verb in the URL."""
    submission = own_input(request, key)
    if request.method != "POST":
        return redirect("my_input", key)
    outcome = carry_out(request, submission, verb, VERBS)
    if outcome.reasons:
        return _show_disposition(request, submission, outcome)
    if verb == "submit":
        submission.refresh_from_db()
        return redirect("receipt", submission.reference)
    messages.success(request, _("Withdrawn. The input stays on file and is not used."))
    return redirect("my_input", key)


@require_http_methods(["GET", "HEAD", "POST"])
def my_input_answers(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Answer the desk's questions about a returned input; empty ones stay open."""
    submission = own_input(request, key)
    if request.method != "POST":
        return redirect("my_input", key)
    form = AnswersForm(request.POST, questions=submission.questions.all())
    if not form.is_valid():
        return _show_disposition(request, submission, INVALID, answering=form)
    for question, answer in form.given:
        outcome = attempt(partial(workflow.answer_question, question, by=request.user, answer=answer), submission)
        if outcome.reasons:
            return _show_disposition(request, submission, outcome, answering=form)
    messages.success(request, _("Saved. Send the input again once you have answered everything."))
    return redirect("my_input", key)
