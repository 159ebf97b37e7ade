"""One theme: what it asks, what was heard on it and from whom, and what the adopted paper says."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from consultations import queries
from consultations.models import Consultation, Instrument, Tally, Theme, ThemeProvision
from consultations.views.page_cache import kept_for_visitors
from positions.queries.papers import on_theme

NEWEST = 10


@login_not_required
@require_safe
@kept_for_visitors
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a theme, for the consultation asked for by `?round=`, or else the one that is open or the latest.

    404 when there is no such theme; an unknown consultation is as none asked for.
    """
    rounds = queries.public_rounds()
    asked = (found for found in rounds if found.slug == request.GET.get("round"))
    current = next(asked, rounds[0] if rounds else None)
    theme = get_object_or_404(_themes(current), code=code)
    context = {"theme": theme, "round": current, "others": [found for found in rounds if found != current]}
    if current:
        wanted = queries.Wanted(consultation=current, theme=theme)
        context |= {
            "heard": queries.heard(current, [theme]),
            "organisations": queries.named_organisations(current, request.user, theme),
            "inputs": queries.readable_inputs(request.user, wanted)[:NEWEST],
            "paper": on_theme(current, theme),
        }
    return render(request, "positions/theme.html", context)


def _themes(current: Consultation | None) -> QuerySet[Theme]:
    """Themes with their provisions, `framed_by` (short titles of instruments) and `points_standing` in `current`."""
    instruments = Instrument.objects.filter(themes=OuterRef("pk")).order_by("level", "short_title")
    points = Tally.objects.filter(consultation=current, theme=OuterRef("pk")).values("theme")
    links = ThemeProvision.objects.select_related("provision").order_by("provision__framework", "provision__order")
    counted = Theme.objects.annotate(
        framed_by=ArraySubquery(instruments.values("short_title")),
        points_standing=Coalesce(Subquery(points.annotate(number=Sum("points")).values("number")), 0),
    )
    return counted.prefetch_related(Prefetch("links", links))
