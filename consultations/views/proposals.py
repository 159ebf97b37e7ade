"""Proposals at the desk: confirm, refuse or withdraw, with consequences shown."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.models import Event, Proposal
from consultations.permissions import is_secretariat
from consultations.queries import confirmers_of, proposals_to_confirm
from consultations.workflow import PROPOSAL_MOVES
from ncm_portal.workflow import moves_open_to

from .decorators import NOTHING_DONE, Outcome, carry_out, for_staff
from .pagination import list_page

PAGE = 50
PROPOSAL_VERBS: dict[str, Callable[..., Any]] = {
    "confirm_proposal": lambda proposal, *, by, reason: workflow.confirm_proposal(proposal, by=by),
    "refuse_proposal": workflow.refuse_proposal,
    "withdraw_proposal": workflow.withdraw_proposal,
}
DONE = {
    "confirm_proposal": gettext_lazy("Confirmed. The change is made."),
    "refuse_proposal": gettext_lazy("Not confirmed. Nothing has changed."),
    "withdraw_proposal": gettext_lazy("Withdrawn. Nothing has changed."),
}


@for_staff
@require_safe
def desk_proposals(request: HttpRequest) -> HttpResponse:
    """List proposals that the user can confirm, and below them all proposals, the latest first."""
    rows = Proposal.objects.visible_to(request.user).select_related("proposed_by", "decided_by")
    page = list_page(request, "desk_proposals", "after", rows, order="-pk", size=PAGE)
    context = {
        "to_confirm": proposals_to_confirm(request.user),
        "proposals": page.rows,
        "pagination": page,
        "in_secretariat": is_secretariat(request.user),
    }
    return render(request, "consultations/proposals/proposals.html", context)


@for_staff
@require_safe
def desk_proposal(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show one proposal: the change, the reason, the proposer and the possible moves."""
    return _show(request, _proposal(request, key))


def _proposal(request: HttpRequest, key: UUID) -> Proposal:
    rows = Proposal.objects.visible_to(request.user).select_related("proposed_by", "decided_by", "concerns")
    return get_object_or_404(rows, key=key)


def _show(request: HttpRequest, proposal: Proposal, outcome: Outcome = NOTHING_DONE) -> HttpResponse:
    waits = proposal.state == Proposal.State.PROPOSED
    moves = {verb: PROPOSAL_MOVES[verb] for verb in PROPOSAL_VERBS}
    context = {
        "proposal": proposal,
        "reasons": outcome.reasons,
        "obstacles": workflow.why_not(proposal, request.user) if waits else [],
        "confirmers": confirmers_of(proposal) if waits else [],
        "moves": moves_open_to(moves, proposal, request.user),
        "events": Event.objects.about(proposal).reverse(),
        "here": reverse("desk_proposal", args=[proposal.key]),
        "in_secretariat": is_secretariat(request.user),
    }
    return render(request, "consultations/proposals/proposal.html", context, status=outcome.status)


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def desk_proposal_move(request: HttpRequest, key: UUID, verb: str) -> HttpResponse:
    """Confirm, refuse or withdraw a proposal by the verb in the URL."""
    proposal = _proposal(request, key)
    if request.method != "POST":
        return redirect("desk_proposal", key)
    outcome = carry_out(request, proposal, verb, PROPOSAL_VERBS)
    if outcome.reasons:
        return _show(request, proposal, outcome)
    messages.success(request, DONE[verb])
    return redirect("desk_proposal", key)
