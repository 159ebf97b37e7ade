"""Briefs for milestones: what officials read, and the content that is printed. Restricted."""

import json
import re
from collections import defaultdict
from datetime import date
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import translation

from consultations.models import MilestoneState
from positions.models import FINAL_KINDS, Brief, Edition, PaperState, PositionPaper

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


class InForce(NamedTuple):
    """Edition in force of a paper, with the latest brief for each milestone to come."""

    edition: Edition
    briefs: list[Brief]


def in_force(reader: Any, today: date) -> list[InForce]:
    """Return the edition in force of each paper that `reader` may see, the newest first, with the briefs that `reader`
    may read for milestones from `today` on. Two queries.
    """
    newer = Edition.objects.filter(paper=OuterRef("paper"), kind__in=FINAL_KINDS, frozen_at__gt=OuterRef("frozen_at"))
    rows = Edition.objects.visible_to(reader).filter(~Exists(newer), kind__in=FINAL_KINDS)
    rows = rows.exclude(paper__state=PaperState.SUPERSEDED).select_related("paper__consultation").defer("content")
    editions = list(rows.order_by("-frozen_at", "-pk"))
    written = defaultdict(list)
    for each in _to_come(reader, [edition.paper_id for edition in editions], today):
        written[each.edition.paper_id].append(each)
    return [InForce(each, written[each.paper_id]) for each in editions]


def _to_come(reader: Any, papers: list[int], today: date) -> Any:
    """Return the latest brief of these papers for each milestone that is still ahead, the first milestone first."""
    newer = Brief.objects.filter(
        edition__paper=OuterRef("edition__paper"), milestone=OuterRef("milestone"), at__gt=OuterRef("at")
    )
    rows = Brief.objects.visible_to(reader).filter(~Exists(newer), edition__paper__in=papers)
    rows = rows.filter(milestone__state__in=[MilestoneState.PLANNED, MilestoneState.MOVED])
    day = Coalesce("milestone__actual_start", "milestone__planned_start")
    rows = rows.annotate(day=day).filter(day__gte=today).select_related("milestone", "edition")
    return rows.defer("edition__content").order_by("day", "pk")


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
