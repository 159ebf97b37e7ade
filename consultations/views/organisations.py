"""Organisations at the desk: who waits for verification, who takes part, and who acts for them."""

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.forms import WantedOrganisationsForm
from consultations.models import Membership, Stakeholder, Submission
from consultations.queries import lookalikes_of, open_actions_of, with_lookalikes
from consultations.queries.access_log import history
from consultations.workflow import STAKEHOLDER_MOVES
from ncm_portal.workflow import moves_open_to, needs_of, now

from .decorators import NOTHING_DONE, Outcome, carry_out, for_secretariat
from .pagination import further

PAGE = 50
VERBS = {verb: getattr(workflow, verb) for verb in STAKEHOLDER_MOVES}


@for_secretariat
@require_safe
def desk_organisations(request: HttpRequest) -> HttpResponse:
    """Organisations that wait, and below them the register by name, narrowed by words, group and state."""
    form = WantedOrganisationsForm(request.GET)
    wanted = form.wanted
    found = with_lookalikes(_narrowed(wanted.pop("words", ""))).filter(**wanted)
    page = further(request, "desk_organisations", "after", found, order="name", size=PAGE)
    context = {
        "form": form,
        "waiting": with_lookalikes(Stakeholder.objects.waiting()).order_by("created_at", "pk"),
        "organisations": page.rows,
        "number": found.count(),
        "further": page,
    }
    return render(request, "consultations/desk/organisations.html", context)


def _narrowed(words: str) -> QuerySet[Stakeholder]:
    acting = Q(memberships__in=Membership.objects.live())
    people = Count("memberships__user", filter=acting, distinct=True)
    found = Stakeholder.objects.annotate(people=people)
    for word in words.split()[:10]:
        found = found.filter(Q(name__icontains=word) | Q(short_name__icontains=word))
    return found


@for_secretariat
@require_safe
def desk_organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """One organisation: what it says of itself, its people, its inputs, and its next move."""
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
    return render(request, "consultations/desk/organisation.html", context, status=outcome.status)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_organisation_move(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Verify, refuse, suspend or reinstate an organisation: the verb stands in the address."""
    stakeholder = _organisation(pk)
    if request.method != "POST":
        return redirect("desk_organisation", pk)
    outcome = carry_out(request, stakeholder, verb, VERBS)
    if outcome.reasons:
        return _show(request, stakeholder, outcome)
    messages.success(request, _("Done: %(move)s.") % {"move": STAKEHOLDER_MOVES[verb].label})
    return redirect("desk_organisation", pk)
