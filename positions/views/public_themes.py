"""One theme: what it asks, what was heard on it and from whom, and what the adopted paper says."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from consultations import queries
from consultations.models import Instrument, Point, Theme, ThemeProvision
from positions.queries import on_theme

NEWEST = 10


@login_not_required
@require_safe
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a theme, for the consultation that is open or else the latest. 404 when there is no such theme."""
    theme = get_object_or_404(_themes(), code=code)
    current = queries.current_round()
    context = {"theme": theme, "round": current}
    if current:
        wanted = queries.Wanted(consultation=current, theme=theme)
        context |= {
            "heard": queries.heard(current, [theme]),
            "points": Point.objects.standing().filter(consultation=current, theme=theme).count(),
            "organisations": queries.named_organisations(current, request.user, theme),
            "inputs": queries.readable_inputs(request.user, wanted)[:NEWEST],
            "paper": on_theme(current, theme),
        }
    return render(request, "positions/theme.html", context)


def _themes() -> QuerySet[Theme]:
    """Themes with `lead` and `related` provisions and the `framed_by` short titles of instruments."""
    instruments = Instrument.objects.filter(themes=OuterRef("pk")).order_by("level", "short_title")
    links = ThemeProvision.objects.select_related("provision").order_by("provision__framework", "provision__order")
    framed = Theme.objects.annotate(framed_by=ArraySubquery(instruments.values("short_title")))
    return framed.prefetch_related(Prefetch("links", links))
