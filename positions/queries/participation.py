"""Participation report: who was asked, who answered, by theme, place and time, and what became of it.

Generated from figures only, in the same form for the page and print. Names no organisations, and counts published
answers only.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import JSONObject
from django.urls import reverse

from consultations.models import Channel, Consultation, DayTally, Event, Group, Stakeholder, Theme
from consultations.queries import statistics
from positions.models import Disposition, Outcome, PositionPaper

SCHEMA = "ncm-participation/1"
Content = dict[str, Any]


def report(consultation: Consultation) -> Content:
    """Return the report on `consultation` as JSON values. Seven queries."""
    themes = list(_themes(consultation))
    by_theme, groups = statistics.by_theme(consultation, themes), _groups(consultation)
    counted = _counted(consultation)
    points, sent = _points(themes, counted["met"]), counted["sent"]
    return {
        "schema": SCHEMA,
        "language": "en",
        "sample": consultation.is_sample,
        "title": consultation.title,
        "short_title": consultation.short_title,
        "purpose": consultation.purpose,
        "opened": consultation.opens_at.isoformat(),
        "closed": consultation.closes_at.isoformat(),
        "as_of": (counted["as_of"] or consultation.opens_at).isoformat(timespec="seconds"),
        "address": settings.PORTAL_ADDRESS + reverse("participation", query={"round": consultation.slug}),
        "figures": _figures(groups, points),
        "groups": {code: str(label) for code, label in Group.choices},
        "asked": groups,
        "channels": _channels(sent),
        "themes": [{"code": theme.code, "title": theme.title} for theme in themes],
        "tallies": {
            "theme_by_group": [
                {"theme": line.code, "group": cell.group, "inputs": cell.number}
                for line in by_theme.lines
                for cell in line.cells
                if cell.number
            ]
        },
        "objectives": [
            {"code": line.code, "label": line.label, "inputs": line.total, "groups": len(line.cells) - line.gaps}
            for line in statistics.by_objective(consultation).lines
        ],
        "counties": _counties(consultation),
        "arrivals": [
            {
                "first": each.first.isoformat(),
                "last": each.last.isoformat(),
                "inputs": each.inputs,
                "so_far": each.so_far,
            }
            for each in statistics.in_line(_by_day(sent))
        ],
        "points": points,
    }


def _themes(consultation: Consultation) -> QuerySet[Theme]:
    """Return the themes in order, each with its number of points (`standing`)."""
    counted = consultation.tallies.filter(theme=OuterRef("pk")).order_by().values("theme")
    return consultation.themes.annotate(standing=Subquery(counted.values(number=Sum("points"))))


def _counted(consultation: Consultation) -> Content:
    """Return the counts by day and by outcome, and their time, in one query.

    The time is that of the journal's last entry: the report is unchanged until the next one. With no entry at all it
    is the consultation's opening.
    """
    rows = Consultation.objects.filter(pk=consultation.pk).values(
        as_of=Subquery(Event.objects.order_by("-number").values("at")[:1]),
        sent=ArraySubquery(_sent(consultation)),
        met=ArraySubquery(_dispositions(consultation)),
    )
    return {**rows.get()}


def _figures(groups: list[Content], points: list[Content]) -> dict[str, int]:
    return {
        "inputs": sum(row["inputs"] for row in groups),
        "organisations": sum(row["answered"] for row in groups),
        "groups": sum(row["answered"] > 0 for row in groups),
        "points": sum(row["points"] for row in points),
    }


def _groups(consultation: Consultation) -> list[dict[str, Any]]:
    """Return for each group: organisations that could answer (verified today, or with an input), that answered, and
    their inputs.
    """
    verified = Stakeholder.objects.filter(state=Stakeholder.State.VERIFIED).order_by()
    could = dict(verified.values_list("group").annotate(Count("pk")))
    body = Count("stakeholder", distinct=True)
    others = Count("stakeholder", distinct=True, filter=~Q(stakeholder__state=Stakeholder.State.VERIFIED))
    rows = consultation.tallies.filter(inputs__gt=0).order_by().values_list("stakeholder__group")
    sent = {group: numbers for group, *numbers in rows.annotate(answered=body, others=others, sent=Sum("inputs"))}
    result = []
    for code in Group.values:
        answered, unverified, inputs = sent.get(code, (0, 0, 0))
        organisations = could.get(code, 0) + unverified
        result.append({"group": code, "organisations": organisations, "answered": answered, "inputs": inputs})
    return result


def _sent(consultation: Consultation) -> QuerySet[DayTally, Any]:
    """Return the number of inputs by day in Nairobi and by channel."""
    counted = consultation.day_tallies.filter(inputs__gt=0).order_by()
    rows = counted.values("channel", "day").annotate(number=Sum("inputs"))
    return rows.values_list(JSONObject(day="day", channel="channel", number="number"))


def _dispositions(consultation: Consultation) -> QuerySet[Disposition, Any]:
    """Return the number of points of each theme by outcome, from the newest published paper."""
    answers = Disposition.objects.answered().filter(paper__in=PositionPaper.objects.published())
    newest = (
        answers.filter(point__consultation=consultation)
        .order_by("point_id", "-answered_at", "-pk")
        .distinct("point_id")
    )
    counted = Disposition.objects.filter(pk__in=newest.values("pk")).order_by()
    rows = counted.values("outcome", theme=F("point__theme")).annotate(number=Count("pk"))
    return rows.values_list(JSONObject(theme="theme", outcome="outcome", number="number"))


def _by_day(sent: list[Content]) -> Counter[date]:
    counts: Counter[date] = Counter()
    for row in sent:
        counts[date.fromisoformat(row["day"])] += row["number"]
    return counts


def _channels(sent: list[Content]) -> list[dict[str, Any]]:
    """Return the inputs by channel."""
    counts: Counter[str] = Counter()
    for row in sent:
        counts[row["channel"]] += row["number"]
    return [{"channel": code, "inputs": counts[code]} for code in Channel.values if code in counts]


def _counties(consultation: Consultation) -> list[Content]:
    """Return all counties with their positions on the tile map; counties without one are in the table only."""
    tiles, result = statistics.tiles(), []
    for place in statistics.by_county(consultation):
        tile = tiles.get(place.county.code)
        spot = {"label": tile.label, "column": tile.column, "row": tile.row} if tile else None
        numbers = {"organisations": place.organisations, "inputs": place.inputs}
        result.append({"code": place.county.code, "name": place.county.name, "tile": spot, **numbers})
    return result


def _points(themes: list[Any], rows: list[Content]) -> list[Content]:
    """Return for each theme its points, and their number by outcome."""
    met = Counter({(row["theme"], row["outcome"]): row["number"] for row in rows})
    result = []
    for theme in themes:
        outcomes, points = {outcome: met[theme.pk, outcome] for outcome in Outcome.values}, theme.standing or 0
        waiting = max(0, points - sum(outcomes.values()))
        result.append({"theme": theme.code, "points": points, "outcomes": outcomes, "open": waiting})
    return result
