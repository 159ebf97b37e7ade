"""Rules of a consultation at the desk: present rules, history, and proposals of changes."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consultations import workflow as consultation_workflow
from consultations.models import Consultation, Proposal
from consultations.permissions import SignedInRequest
from consultations.views.decorators import INVALID, NOTHING_DONE, Outcome, attempt, consultation_at, for_secretariat
from positions.forms.rules import RulesForm
from positions.workflow.rules import in_session


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_rules(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the rules of an opened consultation, and propose changes to a second officer."""
    consultation = consultation_at(request, slug)
    if consultation.state == Consultation.State.DRAFT:
        return redirect("desk_settings_page", slug, "rules")
    form = RulesForm(request.POST if request.method == "POST" else None, consultation=consultation)
    outcome = NOTHING_DONE
    if form.is_bound:
        outcome, proposal = propose_change(request, consultation, form)
        if proposal:
            return redirect("desk_proposal", proposal.key)
    context = {
        "consultation": consultation,
        "form": form,
        "reasons": outcome.reasons,
        "obstacles": in_session(consultation),
        "changes": consultation.rule_changes.select_related("proposed_by", "confirmed_by").order_by("-pk"),
    }
    return render(request, "positions/rules/rules.html", context, status=outcome.status)


def propose_change(request: SignedInRequest, consultation: Consultation, form: Any) -> tuple[Outcome, Proposal | None]:
    """Propose what a form changes about the rules; return the outcome and the proposal made."""
    if not form.is_valid():
        return INVALID, None
    given = {"act": "change_rules", "values": form.values, "reason": form.cleaned_data["reason"]}
    outcome = attempt(lambda: consultation_workflow.propose(consultation, by=request.user, **given))
    if outcome.reasons:
        return outcome, None
    messages.success(request, _("Proposed. A second officer must confirm it and gets an e-mail."))
    return outcome, _open(consultation)


def _open(consultation: Consultation) -> Proposal:
    return Proposal.objects.open().filter(act="change_rules", record_id=consultation.pk).latest("pk")
