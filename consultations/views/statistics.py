"""Coverage: inputs by theme, objective, county and time as tables with charts, for the public and at the desk."""

from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from consultations import charts, queries
from consultations.models import Consultation, ConsultationState, Group
from consultations.queries import statistics
from consultations.queries.reminders import silent_organisations
from consultations.templatetags.portal import span
from consultations.views.page_cache import kept_for_visitors

from .consultations import which_round
from .decorators import consultation_at, for_secretariat

MOST_NAMED = 12  # organisations without an input; the others are on the page that reminds them


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
        context |= _pictures(current, list(current.themes.all()))
        context |= {
            "line": charts.time_line([each.inputs for _days, each in context["arrivals"]]),
            "in_address": f"&round={current.slug}" if len(rounds) > 1 else "",
        }
    return render(request, "consultations/statistics/coverage.html", context)


def _pictures(consultation: Consultation, themes: list[Any]) -> dict[str, Any]:
    """Return the figures of a consultation that both pages of the coverage show."""
    places, arrived = statistics.by_county(consultation), statistics.arrivals(consultation)
    return {
        "participation": queries.participation(consultation),
        "themes": statistics.by_theme(consultation, themes),
        "objectives": statistics.by_objective(consultation),
        "places": places,
        "silent_places": [place for place in places if not place.inputs],
        "map": map_of(places),
        "arrivals": [(span(each.first, each.last), each) for each in arrived],
    }


class GroupRow(NamedTuple):
    """Group with its number of inputs, and its number and the size of its dot for each theme."""

    code: str
    label: Any
    total: int
    dots: list[tuple[int, int]]


@for_secretariat
@require_safe
def coverage_desk(request: HttpRequest, slug: str) -> HttpResponse:
    """Show who has written to a consultation and who has not, with the organisations that the desk can remind."""
    consultation = consultation_at(request, slug)
    context: dict[str, Any] = {"consultation": consultation}
    if consultation.state != ConsultationState.DRAFT:
        themes = list(consultation.themes.all())
        context |= _pictures(consultation, themes)
        groups = _group_rows(context["themes"])
        silent = silent_organisations(consultation)
        number = silent.count()
        context |= {
            "heard_places": len(context["places"]) - len(context["silent_places"]),
            "groups": groups,
            "most": max([group.total for group in groups]) or 1,
            "theme_list": themes,
            "silent": silent[:MOST_NAMED],
            "silent_number": number,
            "more": max(number - MOST_NAMED, 0),
            "in_address": f"&round={slug}",
        }
    return render(request, "consultations/statistics/desk_coverage.html", context)


def _group_rows(themes: statistics.Matrix) -> list[GroupRow]:
    """Return all groups, the one with the most inputs first."""
    most = max((cell.number for line in themes.lines for cell in line.cells), default=0)
    rows = []
    for turn, (code, label) in enumerate(Group.choices):
        numbers = [line.cells[turn].number for line in themes.lines]
        rows.append(GroupRow(code, label, sum(numbers), [(each, charts.level(each, most)) for each in numbers]))
    return sorted(rows, key=lambda row: -row.total)


def map_of(places: list[statistics.Place]) -> charts.TileMap:
    """Return the map of the counties as squares, each with its number of inputs."""
    tiles = statistics.tiles()
    result = [(place.county, tiles[place.county.code], place.inputs) for place in places if place.county.code in tiles]
    return charts.tile_map((county.slug, tile.label, tile.column, tile.row, inputs) for county, tile, inputs in result)
