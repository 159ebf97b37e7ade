"""Pages whose address names no consultation: which one is meant where there are several."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from consultations.models import Consultation, ConsultationState

from .decorators import for_secretariat

PAGE = "consultations/consultations/which.html"
UNDER_WAY = (ConsultationState.OPEN, ConsultationState.CLOSED)


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
