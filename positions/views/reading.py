"""An edition as a page shows it. What was frozen never changes, so what is made of it is kept by its hash."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from positions.comparison import Part, compare
from positions.lines import Block, numbered
from positions.models import Edition

KEPT = 16
POINT_OF_AN_INPUT = re.compile(r"^(?P<input>(?P<year>NCM-\d{4}-)\d+)\.\d+$")


@lru_cache(maxsize=KEPT)
def content(sha256: str) -> dict[str, Any]:
    """The content of the edition with this hash. At most one query; whoever calls has checked that it may be read."""
    return json.loads(Edition.objects.values_list("content", flat=True).get(sha256=sha256))


def text(sha256: str) -> SafeString:
    """The text of the edition with this hash as HTML, in the interface language of the reader."""
    return _text(sha256, get_language() or "en")


@lru_cache(maxsize=KEPT)
def _text(sha256: str, language: str) -> SafeString:
    return SafeString(render_to_string("positions/paper_text.html", {"sections": sections(content(sha256))}))


@lru_cache(maxsize=KEPT)
def lines(sha256: str) -> list[Block]:
    """The edition with this hash in numbered lines."""
    return numbered(content(sha256))


@lru_cache(maxsize=KEPT)
def changes(before: str, after: str) -> list[Part]:
    """What changed between the editions with these two hashes. One query."""
    held = dict(Edition.objects.filter(sha256__in=[before, after]).values_list("sha256", "content"))
    return compare(json.loads(held[before]), json.loads(held[after]))


def facts(sha256: str) -> dict[str, Any]:
    """What stands above the text: what it rests on, when and where it was adopted, its contents list."""
    whole = content(sha256)
    adoption = whole["adoption"]
    return {
        "sample": whole["sample"],
        "language": whole["language"],
        "paper": whole["paper"],
        "tallies": whole["tallies"],
        "forum": whole["forum"],
        "adoption": adoption,
        "explanations": whole.get("explanations", []),
        "correction": whole.get("correction"),
        "adopted_at": datetime.fromisoformat(adoption["at"]) if adoption else None,
        "contents": [_entry(place, section) for place, section in enumerate(whole["sections"], start=1)],
    }


def _entry(place: int, section: dict[str, Any]) -> dict[str, Any]:
    return {"id": f"section-{place}", "number": section["number"], "heading": section["heading"]}


def sections(whole: dict[str, Any]) -> list[dict[str, Any]]:
    """The sections in order, each paragraph with what it rests on and the reservations under it."""
    reserved = defaultdict(list)
    for reservation in whole["reservations"]:
        reserved[reservation["paragraph"]].append(reservation)
    return [
        {
            **section,
            "id": f"section-{place}",
            "paragraphs": [
                {**each, "reservations": reserved[each["number"]], **_rests(each["sources"])}
                for each in section["paragraphs"]
            ],
        }
        for place, section in enumerate(whole["sections"], start=1)
    ]


def _rests(sources: list[dict[str, Any]]) -> dict[str, Any]:
    """The sources that everyone may know, and the number of the others."""
    public = [_source(source) for source in sources if source["organisation"]]
    return {"public": public, "hidden": len(sources) - len(public)}


def _source(source: dict[str, Any]) -> dict[str, Any]:
    """A point by its short reference; `input` is the reference of the input that it is part of, if of one."""
    found = POINT_OF_AN_INPUT.match(source["point"])
    short = source["point"].removeprefix(found["year"]) if found else source["point"]
    return {**source, "short": short, "input": found["input"] if found else ""}
