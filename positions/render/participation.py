"""Participation report for templates and as PDF, in the design of the paper."""

from datetime import date, datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consultations import charts as pictures
from positions.render import charts
from positions.render.environment import set_up_alone
from positions.render.labels import outcome_words
from positions.render.paper import as_of, attested, filled
from positions.render.plain import day, days, minute

ATTACHMENT = "participation.json"
OUTCOMES = ("accepted", "accepted_in_part", "merged", "noted", "not_accepted")
Content = dict[str, Any]


def readable(content: Content) -> Content:
    """Return the report for pages and print. Pure."""
    sums = charts.table(content)
    return {
        "content": content,
        "title": _("Participation report: %(consultation)s") % {"consultation": content["title"]},
        "warnings": [_("SAMPLE: organisations and people are invented")] * bool(content["sample"]),
        "as_of": minute(content["as_of"]),
        "facts": [
            (_("Open"), days(_day(content["opened"]), _day(content["closed"]))),
            (_("Purpose"), content["purpose"]),
            (_("Figures as of"), minute(content["as_of"])),
        ],
        "figures": figures(content["figures"]),
        "asked": [{**row, "name": content["groups"][row["group"]]} for row in content["asked"] if row["organisations"]],
        "absent": [content["groups"][row["group"]] for row in content["asked"] if not row["answered"]],
        "channels": [(channel_words(row["channel"]), row["inputs"]) for row in content["channels"]],
        "counts": sums,
        "chart": charts.chart(content, all_themes=_("All"), words=_chart_words()),
        "places": [place for place in content["counties"] if place["inputs"]],
        "silent_places": [place["name"] for place in content["counties"] if not place["inputs"]],
        "map": pictures.tile_map(
            (row["code"], row["tile"]["label"], row["tile"]["column"], row["tile"]["row"], row["inputs"])
            for row in content["counties"]
            if row["tile"]
        ),
        "arrivals": [(_span(row), row["inputs"], row["so_far"]) for row in content["arrivals"]],
        "line": pictures.time_line([row["inputs"] for row in content["arrivals"]]),
        "outcomes": [outcome_words(outcome) for outcome in OUTCOMES],
        "points": points(content),
    }


def figures(counted: dict[str, int]) -> list[tuple[int, str]]:
    """Return the four figures at the top."""
    inputs, organisations = counted["inputs"], counted["organisations"]
    return [
        (inputs, ngettext("input", "inputs", inputs)),
        (organisations, ngettext("organisation", "organisations", organisations)),
        (counted["groups"], ngettext("group", "groups", counted["groups"])),
        (counted["points"], ngettext("point", "points", counted["points"])),
    ]


def points(content: Content) -> list[Content]:
    """Return the outcomes of points: a row for each theme and a row of totals."""
    titles = {theme["code"]: theme["title"] for theme in content["themes"]}
    rows = [
        {
            "name": titles[row["theme"]],
            "points": row["points"],
            "cells": [row["outcomes"].get(outcome, 0) for outcome in OUTCOMES],
            "open": row["open"],
        }
        for row in content["points"]
    ]
    sums = [sum(column) for column in zip(*(row["cells"] for row in rows), strict=True)] or [0] * len(OUTCOMES)
    total = {"points": sum(row["points"] for row in rows), "open": sum(row["open"] for row in rows)}
    return [*rows, {"name": _("All themes"), "cells": sums, "is_sum": True, **total}]


def channel_words(channel: str) -> str:
    """Return the label of a channel."""
    return {
        "web": _("in the browser"),
        "email": _("by e-mail"),
        "letter": _("by letter"),
        "forum": _("at the forum"),
    }.get(channel, channel)


def _chart_words() -> str:
    return _("Bar charts: how many inputs each group sent under each theme. The table that follows gives every number.")


def _day(moment: str) -> str:
    return datetime.fromisoformat(moment).date().isoformat()


def _span(row: Content) -> str:
    first, last = date.fromisoformat(row["first"]), date.fromisoformat(row["last"])
    return day(row["first"]) if first == last else days(row["first"], row["last"])


def html(content: Content) -> str:
    """Return the report as HTML for printing, in its language."""
    set_up_alone()
    with translation.override(content["language"]):
        return filled("print/participation.html", readable(content), moment=as_of(content))


def render(content: Content, *, sha256: str, address: str) -> bytes:
    """Render the report as PDF/A-3a and PDF/UA-1 with its figures attached as JSON; deterministic.

    Raises ValueError if the hash does not match or a character cannot be printed.
    """
    from positions.render.press import press

    attachment = attested(content, sha256)
    return press(
        html(content),
        attachment=attachment,
        name=ATTACHMENT,
        description=f"Figures of the report, SHA-256 {sha256}",
        moment=as_of(content),
    )
