"""Render the brief for a milestone as a PDF of at most two pages, in the design of the paper."""

from itertools import groupby
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from positions.render.environment import set_up_alone
from positions.render.paper import RENDERER_VERSION as PRESS
from positions.render.paper import as_of, attested, filled
from positions.render.plain import blocks, day, days

RENDERER_VERSION = f"ncm-brief 1.1, {PRESS}"
ATTACHMENT = "brief.json"
STYLESHEET = "brief.css"
MOST_PAGES = 2
DASHES = ("- ", "– ", "• ")
Content = dict[str, Any]


def readable(content: Content, sha256: str) -> Content:
    """Return the brief as its template needs it. Pure."""
    milestone, edition = content["milestone"], content["edition"]
    restricted = _("RESTRICTED: for officials. Do not copy or pass on.")
    return {
        "content": content,
        "title": _("Brief: %(milestone)s") % {"milestone": milestone["title"]},
        "restricted": restricted,
        "warnings": [restricted] + [_("SAMPLE: organisations and people are invented")] * bool(content["sample"]),
        "when": ", ".join(filter(None, [days(milestone["first"], milestone["last"]), milestone["place"]])),
        "edition": _("Edition %(number)s") % {"number": edition["number"]},
        "version": _("version %(number)s, %(day)s") % {"number": content["version"], "day": day(content["as_of"])},
        "short_hash": sha256[:16],
        "parts": [
            (words, text_blocks(content[part]))
            for words, part in (
                (_("What Kenya asks"), "ask"),
                (_("Flexibility"), "flexibility"),
                (_("Red line"), "red_line"),
                (_("Speaking points"), "speaking_points"),
            )
            if content[part]
        ],
        "paragraphs": [
            {**each, "serves": objectives(each["objectives"]), "blocks": blocks(each["text"], each["verb"])}
            for each in content["paragraphs"]
        ],
    }


def objectives(numbers: list[str]) -> str:
    """Return the labels of a paragraph's objectives; empty if it has none."""
    words = ngettext("Objective %(numbers)s", "Objectives %(numbers)s", len(numbers))
    return words % {"numbers": ", ".join(numbers)} if numbers else ""


def text_blocks(text: str) -> list[Content]:
    """Split a part of the brief into paragraphs and lists: lines that start with a dash are list items."""
    runs = groupby((line.strip() for line in text.splitlines()), key=lambda line: line.startswith(DASHES))
    result: list[Content] = []
    for is_list, lines in runs:
        if is_list:
            result.append({"listed": [line[2:].strip() for line in lines]})
        elif paragraphs := blocks("\n".join(lines)):
            result.append({"blocks": paragraphs})
    return result


def html(content: Content, sha256: str) -> str:
    """Return the brief as HTML for printing, in its language."""
    set_up_alone()
    with translation.override(content["language"]):
        return filled("print/brief.html", readable(content, sha256), moment=as_of(content), renderer=RENDERER_VERSION)


def render(content: Content, *, sha256: str, address: str) -> bytes:
    """Render a brief as PDF/A-3a and PDF/UA-1 with its content attached; deterministic.

    Raises ValueError if the hash does not match or a character cannot be printed.
    """
    from positions.render.press import press

    attachment = attested(content, sha256)
    return press(
        html(content, sha256),
        attachment=attachment,
        name=ATTACHMENT,
        description=f"Content of the brief, SHA-256 {sha256}",
        moment=as_of(content),
        also=STYLESHEET,
    )
