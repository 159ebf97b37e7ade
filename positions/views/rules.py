"""Rules of a consultation at the desk: present rules, history, and proposals of changes."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consultations import workflow as consultation_workflow
from consultations.models import Consultation, Proposal
from consultations.permissions import SignedInRequest
from consultations.views.decorators import INVALID, NOTHING_DONE, attempt, consultation_at, for_secretariat
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
    if request.method == "POST":
        outcome = INVALID
        if form.is_valid():
            given = {"act": "change_rules", "values": form.values, "reason": form.cleaned_data["reason"]}
            outcome = attempt(lambda: consultation_workflow.propose(consultation, by=request.user, **given))
            if not outcome.reasons:
                messages.success(request, _("Proposed. A second officer must confirm it and gets an e-mail."))
                return redirect("desk_proposal", _open(consultation).key)
    context = {
        "consultation": consultation,
        "form": form,
        "reasons": outcome.reasons,
        "obstacles": in_session(consultation),
        "changes": consultation.rule_changes.select_related("proposed_by", "confirmed_by").order_by("-pk"),
    }
    return render(request, "positions/rules/rules.html", context, status=outcome.status)


def _open(consultation: Consultation) -> Proposal:
    return Proposal.objects.open().filter(act="change_rules", record_id=consultation.pk).latest("pk")
