"""Public coverage page: inputs by theme, objective, county and time, as tables with charts."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from consultations import charts, queries
from consultations.queries import statistics
from consultations.templatetags.portal import span
from consultations.views.page_cache import kept_for_visitors

from .consultations import which_round


@login_not_required
@require_safe
@kept_for_visitors
def show(request: HttpRequest) -> HttpResponse:
    """Show the coverage of the consultation `?round=`, or else of the only open or the latest one.

    If several are open, ask for which.

    Counts include every sent input; each links to the list of those that the user may read.
    """
    rounds = queries.public_rounds()
    current = queries.round_named(request.GET.get("round", ""), rounds)
    if rounds and current is None:
        return which_round(request, rounds)
    context: dict[str, Any] = {"round": current, "others": [item for item in rounds if item != current]}
    if current:
        places, arrived = statistics.by_county(current), statistics.arrivals(current)
        context |= {
            "participation": queries.participation(current),
            "themes": statistics.by_theme(current, list(current.themes.all())),
            "objectives": statistics.by_objective(current),
            "places": places,
            "silent_places": [place for place in places if not place.inputs],
            "map": map_of(places),
            "arrivals": [(span(each.first, each.last), each) for each in arrived],
            "line": charts.time_line([each.inputs for each in arrived]),
            "in_address": f"&round={current.slug}" if len(rounds) > 1 else "",
        }
    return render(request, "consultations/statistics/coverage.html", context)


def map_of(places: list[statistics.Place]) -> charts.TileMap:
    """Return the map of the counties as squares, each with its number of inputs."""
    tiles = statistics.tiles()
    result = [(place.county, tiles[place.county.code], place.inputs) for place in places if place.county.code in tiles]
    return charts.tile_map((county.slug, tile.label, tile.column, tile.row, inputs) for county, tile, inputs in result)
