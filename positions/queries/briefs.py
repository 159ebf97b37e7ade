"""Briefs for milestones: what officials read, and the content that is printed. Restricted."""

import json
import re
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from positions.models import Brief, Edition, PositionPaper

Content = dict[str, Any]
OBJECTIVE = re.compile(r"GCM-0*(\d+)")
PARTS = ("ask", "flexibility", "red_line", "speaking_points")


def briefs_of(paper: PositionPaper, reader: Any) -> list[Brief]:
    """Return the latest brief of a paper for each milestone that `reader` may read, by date. One query."""
    rows: Any = Brief.objects.visible_to(reader)
    queryset = rows.filter(edition__paper=paper).select_related("milestone", "by", "edition").defer("edition__content")
    last: dict[int, Brief] = {}
    for each in queryset.order_by("at", "pk"):
        last[each.milestone_id] = each
    return sorted(last.values(), key=lambda each: (_first_day(each), each.pk))


def _first_day(brief: Brief) -> date:
    first = brief.milestone.actual_start or brief.milestone.planned_start
    assert first is not None  # held by a database constraint
    return first


def content(brief: Brief) -> Content:
    """Return the content that a brief is printed from: JSON values only, in English, deterministic. Four queries."""
    edition, milestone = Edition.objects.select_related("paper").get(pk=brief.edition_id), brief.milestone
    text = json.loads(edition.content)
    keys = [str(each.paragraph.key) for each in brief.chosen.select_related("paragraph")]
    first = _first_day(brief)
    last = milestone.actual_end if milestone.actual_start else milestone.planned_end
    with translation.override("en"):
        return {
            "language": text["language"],
            "sample": text["sample"],
            "as_of": brief.at.isoformat(timespec="seconds"),
            "address": settings.PORTAL_ADDRESS + reverse("brief", args=[edition.paper.slug, milestone.pk]),
            "paper": text["paper"],
            "edition": {"number": edition.number, "status": edition.status, "sha256": edition.sha256},
            "milestone": {
                "title": milestone.title,
                "place": milestone.place,
                "first": first.isoformat(),
                "last": last.isoformat() if last else "",
            },
            "version": brief.number,
            **{part: getattr(brief, part) for part in PARTS},
            "paragraphs": chosen(text, keys),
        }


def chosen(text: Content, keys: list[str]) -> list[Content]:
    """Return the paragraphs with these keys from the content of an edition, in this order, with their reservations."""
    known = {each["key"]: each for section in text["sections"] for each in section["paragraphs"]}
    reserved: dict[int, list[str]] = {}
    for each in text["reservations"]:
        reserved.setdefault(each["paragraph"], []).append(each["organisation"])
    return [
        {
            "number": known[key]["number"],
            "verb": known[key]["verb"],
            "text": known[key]["text"],
            "lang": known[key]["lang"],
            "objectives": [
                str(int(code.removeprefix("GCM-")))
                for code in known[key]["provisions"]
                if re.fullmatch(r"GCM-\d+", code)
            ],
            "reservations": reserved.get(known[key]["number"], []),
        }
        for key in keys
        if key in known
    ]
