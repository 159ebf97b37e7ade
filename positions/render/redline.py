"""Printed redline of two editions: deletions and insertions in words as well as in lines and colour."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from positions.render import printable
from positions.render.languages import other_language
from positions.render.paper import WEASYPRINT, fill, frozen_at
from positions.render.plain import groups_of_four
from positions.render.sections import VERY_LONG
from positions.text.canonical import sealed
from positions.text.compare import Kind, Part, Row, compare, tally
from positions.text.diff import Span

RENDERER_VERSION = f"ncm-redline 1.1, WeasyPrint {WEASYPRINT}"
ATTACHMENT = "comparison.json"
KEPT = ("sample", "language", "paper", "edition")
OF_A_SECTION = ("number", "heading", "theme")
OF_A_PARAGRAPH = ("number", "key", "strength", "verb", "text", "lang", "came_from")
KINDS: tuple[Kind, ...] = ("changed", "moved and changed", "moved", "new", "removed")
Content = dict[str, Any]


def order(before: Content, after: Content, *, hashes: tuple[str, str]) -> Content:
    """Return the data of a redline from the contents of two editions and their hashes: only their texts."""
    return {
        "language": after["language"],
        "before": {**text_of(before), "sha256": hashes[0]},
        "after": {**text_of(after), "sha256": hashes[1]},
    }


def text_of(content: Content) -> Content:
    """Return the text of an edition without sources, and its adoption date."""
    adoption = content.get("adoption")
    return {
        **{key: content[key] for key in KEPT},
        "adoption": {"at": adoption["at"]} if adoption else None,
        "sections": [
            {
                **{key: section[key] for key in OF_A_SECTION},
                "paragraphs": [
                    {key: paragraph[key] for key in OF_A_PARAGRAPH if key in paragraph}
                    for paragraph in section["paragraphs"]
                ],
            }
            for section in content["sections"]
        ],
    }


def kind_words(kind: str) -> str:
    """Return the label of a paragraph's change."""
    return {
        "changed": _("Changed"),
        "moved and changed": _("Moved and changed"),
        "moved": _("Moved"),
        "new": _("New"),
        "removed": _("Removed"),
    }.get(kind, kind)


def row(found: Row, language: str) -> Content:
    """Return a paragraph for printing: its numbers, its change, and its text before and after."""
    return {
        "number": found.after["number"] if found.after else "",
        "was": found.before["number"] if found.before and number_moved(found) else "",
        "kind": kind_words(found.kind),
        "notes": notes(found),
        "before": spoken(found.old) if found.before else None,
        "after": spoken(found.new) if found.after else None,
        "before_lang": other_language(found.before or {}, {"language": language}),
        "after_lang": other_language(found.after or {}, {"language": language}),
        "long": sum(len(span.text) for span in found.spans) > VERY_LONG,
    }


def number_moved(found: Row) -> bool:
    """Return whether its number in the earlier edition must be shown."""
    if found.before and found.after:
        return found.before["number"] != found.after["number"]
    return found.after is None


def notes(found: Row) -> list[str]:
    """Return further changes: strength, and where text came from or went."""
    said = []
    if found.has_other_strength and found.before and found.after:
        verbs = {"before": found.before["verb"] or _("none"), "after": found.after["verb"] or _("none")}
        said.append(_("Strength: %(before)s → %(after)s") % verbs)
    if found.into:
        said.append(_("Taken up in %(numbers)s") % {"numbers": ", ".join(map(str, found.into))})
    if found.out_of:
        said.append(_("Came out of %(numbers)s as it was") % {"numbers": ", ".join(map(str, found.out_of))})
    return said


def spoken(spans: list[Span]) -> list[Content]:
    """Return runs of words, each with a spoken label for deletions and insertions."""
    said = {"removed": _("deleted:"), "added": _("inserted:")}
    return [
        {"kind": span.kind, "gap": " " if span.gap else "", "text": span.rest, "said": said.get(span.kind, "")}
        for span in spans
    ]


def part(found: Part, language: str) -> Content:
    """Return a section for printing, with the change of its heading and the number of unchanged paragraphs."""
    same = len(found.rows) - len(found.changed)
    stayed = ngettext("%(n)s more paragraph is as it was.", "%(n)s more paragraphs are as they were.", same)
    return {
        "heading": f"{found.number}. {found.heading}" if found.number and found.heading else heading(found),
        "note": heading_note(found),
        "rows": [row(each, language) for each in found.changed],
        "same": stayed % {"n": same} if same else "",
    }


def heading(found: Part) -> str:
    """Return the heading of a section, or the earlier one if it was removed."""
    return found.heading or found.old_heading


def heading_note(found: Part) -> str:
    """Return the change of the heading; empty if there is none."""
    if not found.heading:
        return _("Nothing of this section stands in the later edition.")
    if not found.old_heading:
        return _("This section is new.")
    return "" if found.heading == found.old_heading else _("It was headed “%(old)s”.") % {"old": found.old_heading}


def edition(content: Content) -> Content:
    """Return the name of an edition for the header of the redline."""
    return {
        "number": content["edition"]["number"],
        "line": printable.edition_line(content),
        "status": content["edition"]["status"],
        "digest": groups_of_four(content["sha256"], in_line=16),
    }


def book(content: Content, *, address: str) -> Content:
    """Return the data for templates/print/redline.html. Raises KeyError unless the content is from `order`."""
    before, after = content["before"], content["after"]
    parts = compare(before, after)
    tallied = tally(parts)
    numbers = {"before": before["edition"]["number"], "after": after["edition"]["number"]}
    head = _("What changed from edition %(before)s to %(after)s") % numbers
    warnings = list(dict.fromkeys([*printable.warnings(before), *printable.warnings(after)]))
    return {
        "paper": after["paper"],
        "language": content["language"],
        "head": head,
        "title": " – ".join([after["paper"]["title"], head]),
        "warnings": warnings,
        "editions": [edition(before), edition(after)],
        "figures": [(kind_words(kind), tallied[kind]) for kind in KINDS if tallied[kind]],
        "same": tallied["same"],
        "parts": [part(each, content["language"]) for each in parts if each.is_changed],
        "address": address,
    }


def render(content: Content, *, sha256: str, address: str) -> bytes:
    """Render a redline as PDF/A-3a and PDF/UA-1 with both texts attached; deterministic.

    Takes the result of `order`, its SHA-256 and the URL of the comparison page. Characters without a glyph become code
    points, since frozen text cannot be changed. Raises ValueError if the hash does not match.
    """
    from positions.render.press import press

    attachment = sealed(content, sha256)
    after = content["after"]
    return press(
        fill("print/redline.html", after, lambda: book(content, address=address), address=address),
        attachment=attachment,
        name=ATTACHMENT,
        description=f"The two texts that are compared, SHA-256 {sha256}",
        moment=max(frozen_at(content["before"]), frozen_at(after)),
        also="masthead.css redline.css",
    )
