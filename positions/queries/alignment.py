"""Alignment of the position with the Compact: the paragraphs on each provision, and their findings after each
milestone.

`content` is the data for the page and the printed annex: JSON values of public data only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from consultations.models import OF_COMPACT, Event, Framework, Milestone, Provision
from positions.models import Brief, Edition, PositionPaper, Reflection, Release

SCHEMA = "ncm-alignment/1"
FOUND = ("reflect", "correct_reflection", "strike_reflection", "release_reflections")
Content = dict[str, Any]


# --- What is known ----------------------------------------------------------------------------------------------------


def provisions() -> list[Provision]:
    """Return the objectives of the Compact in order, then its guiding principles. One query."""
    return list(Provision.objects.filter(framework__in=OF_COMPACT).order_by("framework", "order"))


def objectives(known: Iterable[Provision]) -> list[Provision]:
    """Return those of `known` that are objectives."""
    return [each for each in known if each.framework == Framework.GCM_OBJECTIVE]


def public_findings(paper: PositionPaper) -> list[Reflection]:
    """Return the public findings. One query."""
    return with_names(Reflection.objects.public().filter(edition__paper=paper))


def with_names(findings: Any) -> list[Reflection]:
    """Return findings in order of time and provision, with their paragraph, provision and milestone."""
    named = findings.select_related("paragraph", "provision", "milestone").defer("edition__content")
    return list(
        named.order_by(_day("milestone__"), "milestone", "provision__framework", "provision__order",
                       "paragraph__section__order", "paragraph__order", "pk")
    )  # fmt: skip


def _day(prefix: str = "") -> Any:
    return Coalesce(F(f"{prefix}actual_start"), F(f"{prefix}planned_start"))


def earlier_words(findings: Iterable[Reflection]) -> dict[int, list[Reflection]]:
    """Return the earlier versions of each of `findings`, the latest first, by key. One query if any was corrected."""
    corrected = [each for each in findings if each.replaces_id]
    if not corrected:
        return {}
    about = {(each.milestone_id, each.paragraph_id, each.provision_id): each.pk for each in corrected}
    requested = Q(paragraph__in={each.paragraph_id for each in corrected}, replaced_by__isnull=False)
    result: dict[int, list[Reflection]] = defaultdict(list)
    for row in Reflection.objects.filter(requested).select_related("by").order_by("-pk"):
        last = about.get((row.milestone_id, row.paragraph_id, row.provision_id))
        if last and row.pk < last:
            result[last].append(row)
    return result


def milestones_of(paper: PositionPaper, *, all_written: bool = False) -> list[Any]:
    """Return the milestones of a position: those of the home page timeline from adoption on, and those with public
    findings; with `all_written` also those with any findings. Each carries `is_released`. One query.
    """
    released = Exists(Release.objects.filter(paper=paper, milestone=OuterRef("pk")))
    shown: Any = Q(released)
    if all_written:
        shown |= Q(Exists(Reflection.objects.filter(edition__paper=paper, milestone=OuterRef("pk"))))
        shown |= Q(Exists(Brief.objects.filter(edition__paper=paper, milestone=OuterRef("pk"))))
    own = Q(consultation=paper.consultation_id) | Q(consultation=None)
    key = own & Q(is_key=True) & since(adopted_on(paper))
    rows = Milestone.objects.annotate(day=_day(), is_released=released)
    return list(rows.filter(key | shown).order_by("day", "pk"))


def since(day: date) -> Q:
    """Return the condition that a milestone took place, or is planned, on `day` or later."""
    return Q(actual_start__gte=day) | Q(actual_start=None, planned_start__gte=day)


def adopted_on(paper: PositionPaper) -> date:
    """Return the date of the forum that adopts the paper; without one, that on which the consultation closes."""
    return paper.forum.starts_on if paper.forum else timezone.localdate(paper.consultation.closes_at)


class Entry(NamedTuple):
    """Journal entry: its number and time."""

    number: int
    at: datetime


def last_entry(paper: PositionPaper, milestones: Iterable[Any]) -> Entry | None:
    """Return the last journal entry that changed public data shown here: findings on released milestones, and the dates
    of `milestones`. Entries on unreleased findings are skipped. One query.
    """
    way = list(milestones)
    released = [str(each) for each in way if each.is_released]
    result = Q(kind=_kind(paper), object_id=str(paper.pk), verb__in=FOUND, data__milestone__in=released)
    dated = Q(kind=Milestone._meta.label_lower, object_id__in=[str(each.pk) for each in way])
    published = Q(kind=_kind(paper), object_id=str(paper.pk), verb="publish")
    rows = Event.objects.filter(result | dated | published).exclude(verb__endswith=":refused").order_by("-number")
    row = rows.values_list("number", "at").first()
    return Entry(*row) if row else None


def as_of(paper: PositionPaper, edition: Edition, milestones: Iterable[Milestone]) -> Content:
    """Return the last journal entry that the content reflects, as a part of it."""
    entry = last_entry(paper, milestones)
    at = entry.at if entry else edition.frozen_at
    return {"as_of": at.isoformat(timespec="seconds"), "entry": entry.number if entry else None}


def _kind(record: Any) -> str:
    return record._meta.concrete_model._meta.label_lower


# --- As values --------------------------------------------------------------------------------------------------------


def content(paper: PositionPaper, edition: Edition, frozen: Content, milestones: list[Milestone]) -> Content:
    """Return the alignment of a published paper: the content of its `edition` is `frozen`, its milestones are
    `milestones`. Up to three queries.
    """
    findings = public_findings(paper)
    earlier, places, known = earlier_words(findings), numbers(frozen), naming(frozen)
    way = {each.pk: place for place, each in enumerate(milestones)}
    return {
        "schema": SCHEMA,
        "language": frozen["language"],
        "sample": frozen["sample"],
        "address": settings.PORTAL_ADDRESS + reverse("paper_alignment", args=[paper.slug]),
        "paper": {"title": paper.title, "short_title": paper.short_title},
        "edition": {"number": edition.number, "status": edition.status, "sha256": edition.sha256},
        "milestones": [_milestone(each) for each in milestones],
        "provisions": [
            {
                **{name: getattr(each, name) for name in ("code", "framework", "numeral", "label", "title")},
                "paragraphs": known.get(each.code, []),
            }
            for each in provisions()
        ],
        "findings": [
            {
                "milestone": way[each.milestone_id],
                "provision": each.provision.code,
                "paragraph": places[str(each.paragraph.key)],
                **_version(each),
                "reason": each.reason,
                "earlier": [_version(old) for old in earlier.get(each.pk, [])],
            }
            for each in findings
            if each.milestone_id in way and str(each.paragraph.key) in places
        ],
    }


def _milestone(row: Milestone) -> Content:
    return {
        "title": str(row),
        "place": row.place,
        "state": row.state,
        "planned": [_format(row.planned_start), _format(row.planned_end), row.planned_precision],
        "actual": [_format(row.actual_start), _format(row.actual_end), row.actual_precision],
    }


def _format(day: date | None) -> str:
    return day.isoformat() if day else ""


def _version(row: Reflection) -> Content:
    words = {name: getattr(row, name) for name in ("value", "reference", "note")}
    return {**words, "at": row.at.isoformat(timespec="seconds")}


def numbers(content: Content) -> dict[str, int]:
    """Return the number of each paragraph of an edition by key."""
    return {each["key"]: each["number"] for section in content["sections"] for each in section["paragraphs"]}


def naming(content: Content) -> dict[str, list[int]]:
    """Return the numbers of the paragraphs on each provision by its code."""
    result: dict[str, list[int]] = defaultdict(list)
    for section in content["sections"]:
        for each in section["paragraphs"]:
            for code in each.get("provisions", []):
                result[code].append(each["number"])
    return result
