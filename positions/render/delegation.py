"""The delegation's copy: the whole paper of an edition with the restricted annexes behind it, marked on every page.

It is no file of the edition: nobody can verify it, none of it is public, and it is made anew for each who may have it.
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
    """All that a delegation's copy prints: the content of an edition with its hash, and the restricted annexes, each
    with its `number`, `title`, `text` and the moment `at` which it was written."""
    return {"edition": content, "sha256": sha256, "annexes": annexes}


def mark() -> str:
    """What stands on the cover and on every page."""
    return _("RESTRICTED: for officials, the secretariat and its head")


def annexes(content: Content) -> list[Content]:
    """The restricted annexes as they are printed."""
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
    """Everything that templates/print/delegation.html prints. Raises KeyError when the content is not of `order`."""
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
    """When the last of what it holds was written: the only moment that stands in the file."""
    moments = [datetime.fromisoformat(annex["at"]).astimezone(UTC) for annex in content["annexes"]]
    return max([frozen_at(content["edition"]), *moments])


def render(content: Content, *, sha256: str, address: str) -> bytes:
    """Print the delegation's copy as PDF/A-3a and PDF/UA-1. The same arguments give the same bytes.

    In: what `order` gives, its SHA-256, and the address at which the public text is verified. Raises ValueError when
    one of the two hashes is not that of its content, or when the paper's own words can't be printed.
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
