"""Places in a letter, brief or forum document, in the words of its author.

Pure.
"""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

Content = dict[str, Any]
NAMED_BY = ("name", "organisation", "title", "reference", "number", "text")  # fields that identify a list entry
DISTINCT = 40  # characters of it


def passages(content: Any) -> Iterator[tuple[str, str]]:
    """Yield each line of text in a content with its place."""
    return _inside(content, [])


def _inside(value: Any, place: list[str]) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        lines = value.splitlines()
        for number, line in enumerate(lines, start=1):
            numbered = [*place, _("line %(number)s") % {"number": number}] if len(lines) > 1 else place
            yield _capital(", ".join(numbered)), line
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _entries(key, each, place) if isinstance(each, list) else _inside(each, [*place, _field(key)])
    elif isinstance(value, list):
        for each in value:
            yield from _inside(each, place)


def _entries(key: str, entries: list[Any], place: list[str]) -> Iterator[tuple[str, str]]:
    for number, entry in enumerate(entries, start=1):
        yield from _inside(entry, place if key == "parts" else [*place, _entry(key, entry, number)])


def _entry(key: str, entry: Any, number: int) -> str:
    """Return the name of a list entry: its type, and its name or else its number."""
    known = next((entry[name] for name in NAMED_BY if entry.get(name)), number) if isinstance(entry, dict) else number
    shown = f"“{known[:DISTINCT].strip()}”" if isinstance(known, str) else known
    return f"{_kinds().get(key) or _field(key)} {shown}"


def _kinds() -> dict[str, str]:
    """Return the type name of a list entry."""
    return {
        "absent": _("person"),
        "actions": _("action point"),
        "blocks": _("paragraph"),
        "confirmed": _("person"),
        "counts": _("quorum count"),
        "days": _("day"),
        "decisions": _("decision"),
        "floor": _("decision on a paragraph"),
        "groups": _("group"),
        "known": _("point"),
        "letters": _("letter to"),
        "names": _("name"),
        "paragraphs": _("paragraph"),
        "people": _("person"),
        "points": _("point"),
        "programme": _("session"),
        "reserve": _("person"),
        "roles": _("role"),
        "sessions": _("session"),
        "sheets": _("sheet for"),
        "themes": _("theme"),
    }


def _field(key: str) -> str:
    """Return the label of a field as in its form."""
    return {
        "ask": _("what Kenya asks"),
        "concept": _("concept of the forum"),
        "county": _("county"),
        "moved_by": _("who proposed it"),
        "names": _("name"),
        "paper": _("position paper"),
        "place": _("place"),
        "red_line": _("red line"),
        "responsible": _("who will do it"),
        "sits_in_for": _("whom the person sits in for"),
        "speaking_points": _("speaking points"),
        "text": _("text"),
        "title": _("title"),
        "who": _("who will do it"),
        "why": _("reason"),
    }.get(key, key.replace("_", " "))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
