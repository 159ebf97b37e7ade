"""Render the delegation's copy: the whole paper with restricted annexes, marked on every page.

Not a file of the edition: it cannot be verified, is not public, and is rendered anew for each recipient.
"""

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from positions.render import printable
from positions.render.paper import WEASYPRINT, attested, fill, frozen_at
from positions.render.plain import blocks, minute
from positions.text.canonical import sealed

RENDERER_VERSION = f"ncm-delegation 1.1, WeasyPrint {WEASYPRINT}"
ATTACHMENT = "delegation.json"
Content = dict[str, Any]


def order(content: Content, sha256: str, annexes: list[Content]) -> Content:
    """Return the data of a delegation's copy: the content of an edition with its hash, and the restricted annexes, each
    with its `number`, `title`, `text` and time `at`.
    """
    return {"edition": content, "sha256": sha256, "annexes": annexes}


def mark() -> str:
    """Return the mark on the cover and on every page."""
    return _("RESTRICTED: for officials, the secretariat and its head")


def annexes(content: Content) -> list[Content]:
    """Return the restricted annexes for printing."""
    return [
        {
            "id": f"restricted-{annex['number']}",
            "number": annex["number"],
            "title": annex["title"],
            "blocks": blocks(annex["text"]),
            "written": minute(annex["at"]),
        }
        for annex in content["annexes"]
    ]


def book(content: Content, *, address: str) -> Content:
    """Return the data for templates/print/delegation.html. Raises KeyError unless the content is from `order`."""
    edition = content["edition"]
    whole = printable.book(edition, sha256=content["sha256"], address=address)
    restricted = annexes(content)
    *before, _verify = whole["contents"]
    named = _("Restricted annex %(number)s: %(title)s")
    entries = [{"id": each["id"], "number": "", "title": named % each, "part": "annex"} for each in restricted]
    last = {"id": "verify", "number": "", "title": _("What this copy is"), "part": "back"}
    return {
        **whole,
        "title": " – ".join([mark(), whole["title"]]),
        "warnings": [mark(), *whole["warnings"]],
        "at_the_foot": whole["warnings"],
        "short_title": _("%(paper)s: delegation’s copy") % {"paper": edition["paper"]["short_title"]},
        "contents": [*before, *entries, last],
        "restricted": restricted,
        "for_delegation": True,
    }


def written(content: Content) -> datetime:
    """Return when the latest part was written: the only timestamp in the file."""
    moments = [datetime.fromisoformat(annex["at"]).astimezone(UTC) for annex in content["annexes"]]
    return max([frozen_at(content["edition"]), *moments])


def render(content: Content, *, sha256: str, address: str) -> bytes:
    """Render the delegation's copy as PDF/A-3a and PDF/UA-1; deterministic.

    Takes the result of `order`, its SHA-256 and the verification URL of the public text. Raises ValueError if one of
    the two hashes does not match, or the paper's text cannot be printed.
    """
    from positions.render.press import press

    attachment = sealed(content, sha256)
    attested(content["edition"], content["sha256"])
    page = fill("print/delegation.html", content["edition"], lambda: book(content, address=address), address=address)
    return press(
        page,
        attachment=attachment,
        name=ATTACHMENT,
        description=f"RESTRICTED: the edition with its restricted annexes, SHA-256 {sha256}",
        moment=written(content),
        also="delegation.css",
    )
