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


def row(change: Row, language: str) -> Content:
    """Return a paragraph for printing: its numbers, its change, and its text before and after."""
    return {
        "number": change.after["number"] if change.after else "",
        "was": change.before["number"] if change.before and number_moved(change) else "",
        "kind": kind_words(change.kind),
        "notes": notes(change),
        "before": spoken(change.old) if change.before else None,
        "after": spoken(change.new) if change.after else None,
        "before_lang": other_language(change.before or {}, {"language": language}),
        "after_lang": other_language(change.after or {}, {"language": language}),
        "long": sum(len(span.text) for span in change.spans) > VERY_LONG,
    }


def number_moved(change: Row) -> bool:
    """Return whether its number in the earlier edition must be shown."""
    if change.before and change.after:
        return change.before["number"] != change.after["number"]
    return change.after is None


def notes(change: Row) -> list[str]:
    """Return further changes: strength, and where text came from or went."""
    lines = []
    if change.has_other_strength and change.before and change.after:
        verbs = {"before": change.before["verb"] or _("none"), "after": change.after["verb"] or _("none")}
        lines.append(_("Strength: %(before)s → %(after)s") % verbs)
    if change.into:
        lines.append(_("Taken up in %(numbers)s") % {"numbers": ", ".join(map(str, change.into))})
    if change.out_of:
        lines.append(_("Came out of %(numbers)s as it was") % {"numbers": ", ".join(map(str, change.out_of))})
    return lines


def spoken(spans: list[Span]) -> list[Content]:
    """Return runs of words, each with a spoken label for deletions and insertions."""
    data = {"removed": _("deleted:"), "added": _("inserted:")}
    return [
        {"kind": span.kind, "gap": " " if span.gap else "", "text": span.rest, "label": data.get(span.kind, "")}
        for span in spans
    ]


def part(changed_part: Part, language: str) -> Content:
    """Return a section for printing, with the change of its heading and the number of unchanged paragraphs."""
    same = len(changed_part.rows) - len(changed_part.changed)
    stayed = ngettext("%(n)s more paragraph is as it was.", "%(n)s more paragraphs are as they were.", same)
    return {
        "heading": f"{changed_part.number}. {changed_part.heading}"
        if changed_part.number and changed_part.heading
        else heading(changed_part),
        "note": heading_note(changed_part),
        "rows": [row(each, language) for each in changed_part.changed],
        "same": stayed % {"n": same} if same else "",
    }


def heading(changed_part: Part) -> str:
    """Return the heading of a section, or the earlier one if it was removed."""
    return changed_part.heading or changed_part.old_heading


def heading_note(changed_part: Part) -> str:
    """Return the change of the heading; empty if there is none."""
    if not changed_part.heading:
        return _("Nothing of this section stands in the later edition.")
    if not changed_part.old_heading:
        return _("This section is new.")
    return (
        ""
        if changed_part.heading == changed_part.old_heading
        else _("It was headed “%(old)s”.") % {"old": changed_part.old_heading}
    )


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
