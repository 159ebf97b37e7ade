"""Organisations at the desk: verification, register and memberships; registration and notification settings."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.forms import InviteOfficerForm, NoticesForm, OrganisationFilterForm, OrganisationForm, ReasonForm
from consultations.forms.screening import TO_VERIFY
from consultations.models import Membership, Stakeholder, Submission
from consultations.permissions import (
    SignedInRequest,
    is_secretariat,
    may_manage_members,
    may_rule_on_sign_off,
    organisations_of,
)
from consultations.queries import lookalikes_of, open_actions_of, with_lookalikes
from consultations.queries.history import history
from consultations.workflow import STAKEHOLDER_MOVES
from ncm_portal.workflow import Blocked, moves_open_to, needs_of, now

from .decorators import INVALID, NOTHING_DONE, Outcome, attempt, carry_out, for_secretariat
from .pagination import list_page

PAGE = 50
VERBS = {verb: getattr(workflow, verb) for verb in STAKEHOLDER_MOVES}


@for_secretariat
@require_safe
def desk_organisations(request: HttpRequest) -> HttpResponse:
    """List organisations by name, those to verify under a tab of their own, filtered by words, group and state."""
    form = OrganisationFilterForm(request.GET)
    filters = form.filters
    tab = filters.pop("saved", "")
    narrowed = bool(filters)
    rows = with_lookalikes(_narrowed(filters.pop("words", ""))).filter(**filters)
    rows = rows.filter(pk__in=Stakeholder.objects.waiting()) if tab == TO_VERIFY else rows
    page = list_page(request, "desk_organisations", "after", rows, order="name", size=PAGE)
    context = {
        "form": form,
        "narrowed": narrowed,
        "tabs": [
            {"label": _("All"), "url": request.path, "here": not tab and not narrowed},
            {
                "label": _("To verify"),
                "url": f"{request.path}?saved={TO_VERIFY}",
                "here": tab == TO_VERIFY,
                "number": Stakeholder.objects.waiting().count(),
            },
        ],
        "organisations": page.rows,
        "number": rows.count(),
        "pagination": page,
    }
    return render(request, "consultations/organisations/organisations.html", context)


def _narrowed(words: str) -> QuerySet[Stakeholder]:
    acting = Q(memberships__in=Membership.objects.live())
    people = Count("memberships__user", filter=acting, distinct=True)
    rows = Stakeholder.objects.annotate(people=people)
    for word in words.split()[:10]:
        rows = rows.filter(Q(name__icontains=word) | Q(short_name__icontains=word))
    return rows


@for_secretariat
@require_safe
def desk_organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one organisation: details, people, inputs and next move."""
    return _show(request, _organisation(pk))


def _organisation(pk: int) -> Stakeholder:
    return get_object_or_404(Stakeholder.objects.select_related("county", "parent"), pk=pk)


def _show(request: HttpRequest, stakeholder: Stakeholder, outcome: Outcome = NOTHING_DONE) -> HttpResponse:
    inputs = Submission.objects.visible_to(request.user).filter(stakeholder=stakeholder, submitted_at__isnull=False)
    context = {
        "organisation": stakeholder,
        "reasons": outcome.reasons,
        "lookalikes": lookalikes_of(stakeholder),
        "memberships": Membership.objects.live().filter(stakeholder=stakeholder).select_related("user"),
        "invitations": stakeholder.invitations.filter(accepted_at=None, expires_at__gte=now()),
        "promised": open_actions_of(stakeholder),
        "mandates": stakeholder.mandates.select_related("theme"),
        "inputs": inputs.select_related("theme").defer("body", "proposed_wording").order_by("-submitted_at")[:PAGE],
        "moves": moves_open_to(STAKEHOLDER_MOVES, stakeholder, request.user),
        "needs": needs_of(STAKEHOLDER_MOVES, stakeholder),
        "events": history(stakeholder),
        "here": reverse("desk_organisation", args=[stakeholder.pk]),
    }
    return render(request, "consultations/organisations/organisation.html", context, status=outcome.status)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_organisation_move(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Verify, refuse, suspend or reinstate an organisation by the verb in the URL."""
    stakeholder = _organisation(pk)
    if request.method != "POST":
        return redirect("desk_organisation", pk)
    outcome = carry_out(request, stakeholder, verb, VERBS)
    if outcome.reasons:
        return _show(request, stakeholder, outcome)
    messages.success(request, _("Done: %(move)s.") % {"move": STAKEHOLDER_MOVES[verb].label})
    return redirect("desk_organisation", pk)


# --- Notices ----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: SignedInRequest) -> HttpResponse:
    """Choose how to get notices: at once, daily or not at all; and a number for text messages."""
    form = NoticesForm(request.POST or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        chosen = {"phone": request.user.phone, **form.cleaned_data}
        workflow.choose_notices(request.user, by=request.user, **chosen)
        messages.success(request, _("Saved. It applies to all future notices."))
        return redirect("notices")
    return render(request, "account/notices.html", {"form": form}, status=422 if form.errors else 200)


# --- Joining an organisation ------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def register_organisation(request: SignedInRequest) -> HttpResponse:
    """Register an organisation; the user becomes its primary focal point."""
    form = OrganisationForm(request.POST or None)
    context, status = {"form": form, "organisations": organisations_of(request.user)}, 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            made = workflow.register_organisation(by=request.user, **form.cleaned_data)
        except Blocked as refusal:
            context["reasons"], status = refusal.reasons, 409
        else:
            messages.success(request, _("Registered. The secretariat will verify it and e-mail you."))
            return redirect(_home_of(request, made))
    return render(request, "consultations/organisations/register.html", context, status=status)


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def join_organisation(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation: anyone with the link can open it, only the person with the invited address can
    accept it.
    """
    invitation = workflow.invited(token)
    context: dict[str, Any] = {"invitation": invitation, "next": request.path}
    if invitation is None:
        return render(request, "consultations/organisations/join.html", context, status=404)
    if request.method == "POST":
        try:
            person: Any = request.user  # perhaps nobody yet: the verb refuses
            membership = workflow.join(token, by=person)
        except Blocked as refusal:
            context["reasons"] = refusal.reasons
            return render(request, "consultations/organisations/join.html", context, status=409)
        messages.success(request, _("You now act for %(name)s.") % {"name": membership.stakeholder.name})
        return redirect("clearances" if membership.role == membership.Role.CLEARING_OFFICER else "my_organisation")
    return render(request, "consultations/organisations/join.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def sign_off_rule(request: SignedInRequest, pk: int) -> HttpResponse:
    """Set whether the inputs of an organisation need a sign-off; only its primary focal point may."""
    stakeholder = get_object_or_404(Stakeholder, pk=pk)
    if not may_rule_on_sign_off(request.user, stakeholder):
        raise Http404
    if request.method == "POST":
        needed = request.POST.get("needed") == "yes"
        workflow.rule_on_sign_off(stakeholder, by=request.user, needed=needed)
        message = _("From now on, inputs need your sign-off.") if needed else _("Inputs no longer need a sign-off.")
        messages.success(request, message)
    return redirect(_home_of(request, stakeholder))


@require_http_methods(["GET", "HEAD", "POST"])
def invite_officer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Invite somebody to act for an organisation: the secretariat, or its primary focal point."""
    stakeholder = _managed(request, pk)
    form = InviteOfficerForm(request.POST or None, person=request.user)
    home, outcome = _home_of(request, stakeholder), NOTHING_DONE
    if request.method == "POST" and form.is_valid():
        outcome = attempt(lambda: workflow.invite_officer(stakeholder, by=request.user, **form.cleaned_data))
        if not outcome.reasons:
            messages.success(request, _("The invitation is being sent to %(email)s.") % form.cleaned_data)
            return redirect(home)
    elif form.errors:
        outcome = INVALID
    context = {"form": form, "reasons": outcome.reasons, "stakeholder": stakeholder, "home": home}
    return render(request, "consultations/organisations/invite.html", context, status=outcome.status)


@require_http_methods(["GET", "HEAD", "POST"])
def end_membership(request: SignedInRequest, pk: int, membership: int) -> HttpResponse:
    """End a membership; earlier acts of the person are kept."""
    stakeholder = _managed(request, pk)
    live = Membership.objects.live().filter(stakeholder=stakeholder, valid_until=None)
    rows = get_object_or_404(live.select_related("stakeholder", "user"), pk=membership)
    form, outcome = ReasonForm(request.POST or None), NOTHING_DONE
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        outcome = attempt(lambda: workflow.end_membership(rows, by=request.user, reason=reason))
        if not outcome.reasons:
            messages.success(request, _("%(name)s no longer acts for the organisation.") % {"name": rows.user.name})
            return redirect(_home_of(request, stakeholder))
    elif form.errors:
        outcome = INVALID
    home = _home_of(request, stakeholder)
    context = {"form": form, "reasons": outcome.reasons, "membership": rows, "home": home}
    return render(request, "consultations/organisations/end_membership.html", context, status=outcome.status)


def _managed(request: HttpRequest, pk: int) -> Stakeholder:
    """Return the organisation if the user may manage its people; otherwise raises the same 404 as for none."""
    stakeholder = get_object_or_404(Stakeholder, pk=pk)
    if not may_manage_members(request.user, stakeholder):
        raise Http404
    return stakeholder


def _home_of(request: HttpRequest, stakeholder: Stakeholder) -> str:
    """Return the URL where the user manages an organisation: at the desk for the secretariat, else its own page."""
    if is_secretariat(request.user):
        return reverse("desk_organisation", args=[stakeholder.pk])
    return reverse("my_organisation", query={"organisation": stakeholder.pk})
