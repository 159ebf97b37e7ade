"""How an organisation and its people come to the portal."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from consultations import workflow
from consultations.forms import InviteOfficerForm, OrganisationForm, ReasonForm
from consultations.models import Membership, Stakeholder
from consultations.permissions import is_secretariat, may_manage_members, may_rule_on_sign_off, organisations_of
from ncm_portal.workflow import Blocked

from .decorators import INVALID, NOTHING_DONE, attempt


@require_http_methods(["GET", "HEAD", "POST"])
def register_organisation(request: HttpRequest) -> HttpResponse:
    """Register an organisation; the person who does it becomes its primary focal point."""
    form = OrganisationForm(request.POST or None)
    context, status = {"form": form, "organisations": organisations_of(request.user)}, 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            made = workflow.register_organisation(by=request.user, **form.cleaned_data)
        except Blocked as refusal:
            context["reasons"], status = refusal.reasons, 409
        else:
            messages.success(request, _("Registered. The secretariat verifies it and writes to you."))
            return redirect(_home_of(request, made))
    return render(request, "consultations/stakeholder/register.html", context, status=status)


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def join_organisation(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation: open to whoever holds its link, accepted by the person whose address it was sent to."""
    invitation = workflow.invited(token)
    context = {"invitation": invitation, "next": request.path}
    if invitation is None:
        return render(request, "consultations/stakeholder/join.html", context, status=404)
    if request.method == "POST":
        try:
            membership = workflow.join(token, by=request.user)
        except Blocked as refusal:
            context["reasons"] = refusal.reasons
            return render(request, "consultations/stakeholder/join.html", context, status=409)
        messages.success(request, _("You now act for %(name)s.") % {"name": membership.stakeholder.name})
        return redirect("clearances" if membership.role == membership.Role.CLEARING_OFFICER else "my_organisation")
    return render(request, "consultations/stakeholder/join.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def sign_off_rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whether the inputs of an organisation wait for its primary focal point, who alone may say so."""
    stakeholder = get_object_or_404(Stakeholder, pk=pk)
    if not may_rule_on_sign_off(request.user, stakeholder):
        raise Http404
    if request.method == "POST":
        needed = request.POST.get("needed") == "yes"
        workflow.rule_on_sign_off(stakeholder, by=request.user, needed=needed)
        said = _("Inputs wait for your sign-off from now on.") if needed else _("Inputs need no sign-off any more.")
        messages.success(request, said)
    return redirect(_home_of(request, stakeholder))


@require_http_methods(["GET", "HEAD", "POST"])
def invite_officer(request: HttpRequest, pk: int) -> HttpResponse:
    """Invite somebody to act for an organisation: the secretariat, or its primary focal point."""
    stakeholder = _managed(request, pk)
    form = InviteOfficerForm(request.POST or None, person=request.user)
    home, outcome = _home_of(request, stakeholder), NOTHING_DONE
    if request.method == "POST" and form.is_valid():
        outcome = attempt(lambda: workflow.invite_officer(stakeholder, by=request.user, **form.cleaned_data))
        if not outcome.reasons:
            messages.success(request, _("The invitation is on its way to %(email)s.") % form.cleaned_data)
            return redirect(home)
    elif form.errors:
        outcome = INVALID
    context = {"form": form, "reasons": outcome.reasons, "stakeholder": stakeholder, "home": home}
    return render(request, "consultations/stakeholder/invite.html", context, status=outcome.status)


@require_http_methods(["GET", "HEAD", "POST"])
def end_membership(request: HttpRequest, pk: int, membership: int) -> HttpResponse:
    """Let a person act for an organisation no longer; what was done until then stays."""
    stakeholder = _managed(request, pk)
    live = Membership.objects.live().filter(stakeholder=stakeholder, valid_until=None)
    found = get_object_or_404(live.select_related("stakeholder", "user"), pk=membership)
    form, outcome = ReasonForm(request.POST or None), NOTHING_DONE
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        outcome = attempt(lambda: workflow.end_membership(found, by=request.user, reason=reason))
        if not outcome.reasons:
            messages.success(request, _("%(name)s no longer acts for the organisation.") % {"name": found.user.name})
            return redirect(_home_of(request, stakeholder))
    elif form.errors:
        outcome = INVALID
    home = _home_of(request, stakeholder)
    context = {"form": form, "reasons": outcome.reasons, "membership": found, "home": home}
    return render(request, "consultations/stakeholder/end_membership.html", context, status=outcome.status)


def _managed(request: HttpRequest, pk: int) -> Stakeholder:
    """The organisation, where the reader may manage its people; otherwise the same 404 as for none."""
    stakeholder = get_object_or_404(Stakeholder, pk=pk)
    if not may_manage_members(request.user, stakeholder):
        raise Http404
    return stakeholder


def _home_of(request: HttpRequest, stakeholder: Stakeholder) -> str:
    """Where the reader manages an organisation: the secretariat at the desk, others at their own page."""
    if is_secretariat(request.user):
        return reverse("desk_organisation", args=[stakeholder.pk])
    return reverse("my_organisation", query={"organisation": stakeholder.pk})
