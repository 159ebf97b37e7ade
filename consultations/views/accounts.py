"""Accounts and offices at the desk: search, appoint, close, reopen, correct and restore."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.forms.accounts import AccountActForm, AccountSearchForm, AppointForm
from consultations.models import Event, Membership, Office, Proposal, User
from consultations.permissions import (
    account_takes_two,
    is_secretariat,
    may_close_account,
    may_correct_address,
    may_propose_appointment,
    may_propose_for_account,
)
from consultations.queries.accounts import chairs_to_come, clearing_officers, office_holders
from consultations.workflow.appointments import APPOINT, effects_of_appointing
from ncm_portal.workflow import acts

from .decorators import INVALID, NOTHING_DONE, attempt, for_staff

MOST = 50
ALONE: dict[str, tuple[Callable[..., Any], Callable[[Any, User], bool]]] = {
    "close_account": (workflow.close_account, may_close_account),
    "reopen_account": (workflow.reopen_account, may_close_account),
    "correct_address": (workflow.correct_address, may_correct_address),
    "appoint": (workflow.appoint, may_propose_appointment),  # the first head
}
LABELS = {
    "close_account": workflow.accounts.CLOSE,
    "reopen_account": workflow.accounts.REOPEN,
    "correct_address": workflow.accounts.CORRECT,
    "restore_access": workflow.accounts.RESTORE,
    "appoint": APPOINT.label,
}


@for_staff
@require_safe
def desk_accounts(request: HttpRequest) -> HttpResponse:
    """List the accounts whose name or address contains the search text."""
    form = AccountSearchForm(request.GET)
    words = form.cleaned_data["words"] if form.is_valid() else ""
    rows = User.objects.filter(Q(name__icontains=words) | Q(email__icontains=words)) if words else User.objects.none()
    context = {"form": form, "accounts": rows[:MOST], "words": words, "in_secretariat": is_secretariat(request.user)}
    return render(request, "consultations/accounts/accounts.html", context)


@for_staff
@require_safe
def desk_account(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one account: its holder, offices and memberships, and what the user may do or propose."""
    person = get_object_or_404(User, pk=pk)
    context = {
        "person": person,
        "memberships": Membership.objects.not_over().filter(user=person).select_related("stakeholder"),
        "factors": Authenticator.objects.filter(user=person).exclude(type=Authenticator.Type.RECOVERY_CODES).count(),
        "acts": [(verb, LABELS[verb], _takes_two(verb, person)) for verb in _open_to(request.user, person)],
        "proposals": Proposal.objects.visible_to(request.user).open().filter(concerns=person),
        "events": Event.objects.about(person).reverse()[:20],
        "in_secretariat": is_secretariat(request.user),
    }
    return render(request, "consultations/accounts/account.html", context)


@for_staff
@require_safe
def desk_offices(request: HttpRequest) -> HttpResponse:
    """Show who holds which office since when, what waits for a second person, who clears for a ministry and who chairs
    a session to come.
    """
    context = {
        "offices": office_holders(),
        "proposals": Proposal.objects.visible_to(request.user).open().filter(act="appoint"),
        "clearing": clearing_officers(),
        "chairs": chairs_to_come(),
        "form": AccountSearchForm(),
        "appoints": may_propose_appointment(request.user, User()),
        "in_secretariat": is_secretariat(request.user),
    }
    return render(request, "consultations/accounts/offices.html", context)


def _takes_two(verb: str, person: User) -> bool:
    return verb in ("restore_access", "appoint") or (verb != "reopen_account" and account_takes_two(person))


def _open_to(user: Any, person: User) -> list[str]:
    """Return the verbs that the user may use or propose on the present account."""
    verbs = ["correct_address", "restore_access", "close_account"] if person.is_active else ["correct_address"]
    verbs += [] if person.is_active else ["reopen_account"]
    may = {verb: may_propose_for_account if _takes_two(verb, person) else ALONE[verb][1] for verb in verbs}
    appoints = ["appoint"] if person.is_active and may_propose_appointment(user, person) else []
    return [*appoints, *(verb for verb in verbs if may[verb](user, person))]


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def desk_account_act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Show the consequences of an act and ask for the reason; then carry it out or propose it to a second person."""
    person = get_object_or_404(User, pk=pk)
    if verb not in LABELS or verb not in _open_to(request.user, person):
        raise Http404
    is_first = verb == "appoint" and workflow.is_first_head(person, Office.HEAD, request.user)
    two, outcome, form = _takes_two(verb, person) and not is_first, NOTHING_DONE, _act_form(request, person, verb)
    if request.method == "POST" and form.is_valid():
        reason, values = form.cleaned_data["reason"], form.values
        two = two or (is_first and values["office"] != Office.HEAD)
        given = {"act": verb, "values": values} if two else values
        act: Callable[..., Any] = workflow.propose if two else ALONE[verb][0]
        outcome = attempt(lambda: act(person, by=request.user, reason=reason, **given))
        if not outcome.reasons:
            messages.success(
                request, _("Proposed. We have e-mailed the people who can confirm it.") if two else _("Done.")
            )
            return redirect("desk_account", pk)
    elif form.errors:
        outcome = INVALID
    context = {
        "person": person,
        "form": form,
        "reasons": outcome.reasons,
        "label": LABELS[verb],
        "effects": effects_of_appointing(person) if verb == "appoint" else workflow.effects_of(verb, person),
        "two": two,
        "warns": two and acts()[verb].warns,
        "lapses_at": timezone.now() + acts()[verb].open_for if two else None,
        "in_secretariat": is_secretariat(request.user),
    }
    return render(request, "consultations/accounts/account_act.html", context, status=outcome.status)


def _act_form(request: HttpRequest, person: User, verb: str) -> AccountActForm | AppointForm:
    if verb == "appoint":
        return AppointForm(request.POST or None, initial={"office": person.office})
    return AccountActForm(request.POST or None, verb=verb)
