"""An edition as a page shows it. What was frozen never changes, so what is made of it is kept by its hash."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from positions.models import Edition
from positions.queries import explorer
from positions.render.languages import headings
from positions.text.compare import Part, compare
from positions.text.line_numbers import Block, numbered

KEPT = 16
KEPT_WORDS = 4  # sets of editions: each holds the words of all of them
MOST = 60_000  # bytes of text on one page: with what stands around it 80 kB, and 15 kB compressed
POINT_OF_AN_INPUT = re.compile(r"^(?P<input>(?P<year>NCM-\d{4}-)\d+)\.\d+$")


@lru_cache(maxsize=KEPT)
def content(sha256: str) -> dict[str, Any]:
    """The content of the edition with this hash. At most one query; whoever calls has checked that it may be read."""
    return json.loads(Edition.objects.values_list("content", flat=True).get(sha256=sha256))


def text(sha256: str, address: str, part: int = 1) -> SafeString:
    """A part of the text of the edition with this hash as HTML, in the interface language of the reader. `address` is
    that of the edition."""
    return _text(sha256, address, part, get_language() or "en")


@lru_cache(maxsize=KEPT)
def _text(sha256: str, address: str, part: int, _language: str) -> SafeString:
    return rows(sha256, address, parts(sha256)[part - 1])


def rows(sha256: str, address: str, numbers: Collection[int]) -> SafeString:
    """The paragraphs with these numbers under the headings of their sections, as HTML."""
    shown = sections(content(sha256), numbers)
    about = {"language": content(sha256)["language"], "address": address}
    return SafeString(render_to_string("positions/paper_text.html", {"sections": shown, **about}))


@lru_cache(maxsize=KEPT)
def parts(sha256: str) -> list[list[int]]:
    """The numbers of the paragraphs on each page of the text: nearly always one page, for a long text several."""
    return explorer.sheets(content(sha256), traits(sha256), MOST)


@lru_cache(maxsize=KEPT)
def traits(sha256: str) -> dict[int, explorer.Traits]:
    """What the paragraphs of the edition with this hash can be found by."""
    return explorer.traits(content(sha256))


def place(sha256: str, number: int) -> str:
    """Where a paragraph stands on the page of the edition, as the end of an address."""
    pages = parts(sha256)
    part = next(part for part, numbers in enumerate(pages, start=1) if number in numbers)
    return f"?part={part}#p{number}" if part > 1 else f"#p{number}"


def history(shas: tuple[str, ...], key: str) -> list[explorer.Step]:
    """The paragraph with this key through the editions with these hashes, the oldest first. At most one query."""
    return explorer.history(_words(shas), key)


@lru_cache(maxsize=KEPT_WORDS)
def _words(shas: tuple[str, ...]) -> list[tuple[str, dict[str, Any]]]:
    """The numbers of these editions and of their contents what tells a paragraph through time."""
    held = dict(Edition.objects.filter(sha256__in=shas).values_list("sha256", "content"))
    return [_slim(json.loads(held[sha])) for sha in shas]


def _slim(whole: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    kept = ("key", "number", "text", "came_from")
    paragraphs = [
        {name: each[name] for name in kept if name in each} for part in whole["sections"] for each in part["paragraphs"]
    ]
    return whole["edition"]["number"], {"sections": [{"paragraphs": paragraphs}]}


@lru_cache(maxsize=KEPT)
def lines(sha256: str) -> list[Block]:
    """The edition with this hash in numbered lines."""
    return numbered(content(sha256))


@lru_cache(maxsize=KEPT)
def changes(before: str, after: str) -> list[Part]:
    """What changed between the editions with these two hashes. One query."""
    return compare(*pair(before, after))


def pair(before: str, after: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The contents of the editions with these two hashes. One query; whoever calls has checked who may read them."""
    held = dict(Edition.objects.filter(sha256__in=[before, after]).values_list("sha256", "content"))
    return json.loads(held[before]), json.loads(held[after])


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
        "contents": [_entry(sha256, place, section) for place, section in enumerate(whole["sections"], start=1)],
    }


def _entry(sha256: str, place: int, section: dict[str, Any]) -> dict[str, Any]:
    """A line of the contents; `part` is the page that the section begins on."""
    first = section["paragraphs"][0]["number"] if section["paragraphs"] else 0
    part = next((part for part, numbers in enumerate(parts(sha256), start=1) if first in numbers), 1)
    return {"id": f"section-{place}", "part": part, "number": section["number"], "heading": section["heading"]}


def sections(whole: dict[str, Any], numbers: Collection[int] | None = None) -> list[dict[str, Any]]:
    """The sections in order, each paragraph with what it rests on and the reservations under it; with `numbers` these
    paragraphs alone, and the sections that hold any."""
    reserved = defaultdict(list)
    for reservation in whole["reservations"]:
        reserved[reservation["paragraph"]].append(reservation)
    themes = {theme["code"]: theme for theme in whole["themes"]}
    return [
        {
            **section,
            "called": headings(section, themes, whole["language"]),
            "id": f"section-{place}",
            "paragraphs": [
                {**each, "reservations": reserved[each["number"]], **_rests(each["sources"])}
                for each in section["paragraphs"]
                if numbers is None or each["number"] in numbers
            ],
        }
        for place, section in enumerate(whole["sections"], start=1)
        if numbers is None or any(each["number"] in numbers for each in section["paragraphs"])
    ]


def _rests(sources: list[dict[str, Any]]) -> dict[str, Any]:
    """The sources that everyone may know, and the number of the others."""
    public = [named(source) for source in sources if source["organisation"]]
    return {"public": public, "hidden": len(sources) - len(public)}


def named(source: dict[str, Any]) -> dict[str, Any]:
    """A point by its short reference; `input` is the reference of the input that it is part of, if of one."""
    found = POINT_OF_AN_INPUT.match(source["point"])
    return {**source, "short": short(source["point"]), "input": found["input"] if found else ""}


def short(reference: str) -> str:
    """The reference of a point without what is the same in all of a consultation."""
    found = POINT_OF_AN_INPUT.match(reference)
    return reference.removeprefix(found["year"]) if found else reference
