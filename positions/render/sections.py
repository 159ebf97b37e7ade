"""Sections of a paper with numbered paragraphs and margin notes."""

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from positions.render.labels import objectives, provision_names, relation_words, speakers, with_values
from positions.render.languages import headings, labels, other_language
from positions.render.plain import blocks, short_reference
from positions.text.line_numbers import Passage, numbered

MOST_SOURCES = 8
LONG = 420  # characters, about seven lines: a longer paragraph can break across pages, also after a heading
VERY_LONG = 1500  # characters: a longer table row can break across pages
Content = dict[str, Any]


def targets(content: Content) -> dict[str, str]:
    """Return the anchor of each point's row in Annex D."""
    return {point["reference"]: f"point-{number}" for number, point in enumerate(content.get("points", []), start=1)}


def margin(paragraph: Content, places: dict[str, str], provisions: dict[str, Content]) -> Content:
    """Return the margin of a paragraph: its sources, by name if public, and its provisions."""
    public = [source for source in paragraph.get("sources", []) if source["organisation"]]
    hidden = len(paragraph.get("sources", [])) - len(public)
    notes = []
    if len(public) > MOST_SOURCES:
        more = len(public) - MOST_SOURCES
        notes.append(ngettext("and %(n)s more, see Annex D", "and %(n)s more, see Annex D", more) % {"n": more})
    if hidden and public:
        notes.append(
            ngettext("and %(n)s point that is not public", "and %(n)s points that are not public", hidden)
            % {"n": hidden}
        )
    elif hidden:
        notes.append(
            ngettext("%(n)s point that is not public", "%(n)s points that are not public", hidden) % {"n": hidden}
        )
    if paragraph.get("secretariat_text"):
        notes.append(_("Text of the secretariat"))
    notes += provision_names(paragraph.get("provisions", []), provisions)
    return {
        "notes": notes,
        "sources": [
            {
                "reference": short_reference(source["point"]),
                "place": places.get(source["point"], ""),
                "organisation": speakers(source),
                "relation": relation_words(source["relation"]),
            }
            for source in public[:MOST_SOURCES]
        ],
    }


def sections(content: Content) -> list[Content]:
    """Return the sections to print. Front matter and annexes without paragraphs are left out: the renderer generates
    them.
    """
    themes = {theme["code"]: theme for theme in content["themes"]}
    provisions = {provision["code"]: provision for provision in content["provisions"]}
    reserved = defaultdict(list)
    for reservation in content.get("reservations", []):
        reserved[reservation["paragraph"]].append(reservation)
    places = targets(content)
    printed = []
    for number, (section, counted) in enumerate(zip(content["sections"], numbered(content), strict=True), start=1):
        if section["part"] in ("front", "annex") and not section["paragraphs"]:
            continue
        heading, beside = headings(section, themes, content["language"])
        printed.append(
            {
                "id": f"section-{number}",
                "number": section["number"] if section["part"] in ("body", "theme") else "",
                "part": section["part"],
                "heading": heading.text,
                "lang": heading.lang,
                "beside": beside,
                "theme": opener(themes.get(section.get("theme") or ""), labels(content)),
                "paragraphs": [
                    {
                        "number": paragraph["number"],
                        "long": len(paragraph["text"]) > LONG,
                        "lang": other_language(paragraph, content),
                        "blocks": blocks(paragraph["text"], paragraph.get("verb", "")),
                        "margin": margin(paragraph, places, provisions),
                        "lines": line_words(passage),
                        "reservations": reserved[paragraph["number"]],
                    }
                    for paragraph, passage in zip(section["paragraphs"], counted.passages[1:], strict=True)
                ],
            }
        )
    return printed


def line_words(passage: Passage) -> str:
    """Return which lines of the edition a paragraph spans, so that "line 212" can be found on paper too."""
    first, last = passage.lines[0].number, passage.lines[-1].number
    if first == last:
        return _("Line %(number)s") % {"number": first}
    return _("Lines %(first)s–%(last)s") % {"first": first, "last": last}


def opener(theme: Content | None, provisions: dict[str, Content]) -> list[tuple[str, str]]:
    """Return the facts under the title of a theme."""
    if theme is None:
        return []
    named = ", ".join(f"{number} {label}".strip() for number, label in objectives(theme["objectives"], provisions))
    related = ", ".join(number for number, _label in objectives(theme["related"], provisions))
    return with_values(
        (_("Objectives"), named + (_(" (related: %(numbers)s)") % {"numbers": related} if related else "")),
        (_("SDG targets"), ", ".join(theme["sdg"])),
        (_("Lead"), "; ".join(theme["lead"])),
    )
