"""Moves of a consultation at the desk; and pages whose address names none, where there are several."""

from collections.abc import Iterable

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.forms.consultations import ExtendForm
from consultations.models import Consultation, ConsultationState
from consultations.workflow import CONSULTATION_MOVES

from .consequences import move_page
from .decorators import consultation_at, for_secretariat

PAGE = "consultations/consultations/which.html"
UNDER_WAY = (ConsultationState.OPEN, ConsultationState.CLOSED)
FIELDS: dict[str, type[forms.Form]] = {"extend": ExtendForm}


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def consultation_move(request: HttpRequest, slug: str, verb: str) -> HttpResponse:
    """Say what the move in the URL will do to a consultation, and make it once that is confirmed."""
    consultation = consultation_at(request, slug)
    if verb not in CONSULTATION_MOVES:
        raise Http404
    back = (reverse("desk_consultation", args=[slug]), consultation.short_title)
    act, fields = getattr(workflow, verb), FIELDS.get(verb)
    return move_page(request, CONSULTATION_MOVES, verb, consultation, act, back=back, fields=fields)


@for_secretariat
@require_safe
def any_list(request: HttpRequest, name: str) -> HttpResponse:
    """Lead to the list `name` of the consultation under way; if there are several or none, ask for which.

    The query string is kept; a consultation that it names counts.
    """
    query = request.GET.copy()
    named = query.pop("consultation", [""])[-1]
    consultations = list(Consultation.objects.order_by("-opens_at", "-pk"))
    fitting = [each for each in consultations if each.slug == named]
    fitting = fitting or [each for each in consultations if each.state in UNDER_WAY]
    if len(fitting) == 1 or len(consultations) == 1:
        return redirect(reverse(name, args=[(fitting or consultations)[0].slug], query=query))
    lists = [(each, reverse(name, args=[each.slug], query=query)) for each in consultations]
    return render(request, PAGE, {"lists": lists})


def which_round(request: HttpRequest, rounds: Iterable[Consultation]) -> HttpResponse:
    """Ask for which consultation a visitor wants to see a public page; its other parameters are kept."""
    lists = []
    for each in rounds:
        query = request.GET.copy()
        query["round"] = each.slug
        lists.append((each, f"?{query.urlencode()}"))
    return render(request, PAGE, {"lists": lists})
