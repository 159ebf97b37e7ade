"""URIs and identifiers of an edition in Akoma Ntoso (OASIS, Akoma Ntoso Naming Convention 1.0).

`eId` is the position of a part in this edition: `sec_6__para_12`. `wId` identifies the part in every edition: it is
made from the stable key of the paragraph.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from lxml.builder import ElementMaker

from positions.render.plain import NAIROBI

NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
LANGUAGES = {"en": "eng", "sw": "swa"}  # ISO 639-1, and the ISO 639-2 codes required by the naming convention
ONTOLOGY = "/akn/ontology"
Content = dict[str, Any]

akn = ElementMaker(namespace=NAMESPACE, nsmap={None: NAMESPACE})


def name(*parts: str) -> str:
    """Return the identifier of a referenced thing: "provision-GCM-01", without spaces."""
    return "-".join(re.sub(r"[^\w.-]+", "-", part) for part in parts)


def resource(kind: str, *path: str) -> str:
    """Return the URI of a referenced thing (naming convention, 6): /akn/ontology/concept/ke/calls-for."""
    return "/".join([ONTOLOGY, kind, *(quote("-".join(part.lower().split()), safe="") for part in path)])


def three_letters(language: str) -> str:
    """Return the ISO 639-2 code of a language, or "und" (undetermined) for one that the portal does not use."""
    return LANGUAGES.get(language, "und")


@dataclass(frozen=True)
class Names:
    """Names of everything in one edition. Paragraphs are found by number, organisations by name."""

    work: str
    expression: str
    sections: list[str]
    paragraphs: dict[int, str]
    organisations: dict[str, str]


def names(content: Content) -> Names:
    """Assign all names of an edition.

    The work is dated by the day on which its consultation opened, the only date that all of its editions share. Two
    editions can be frozen on one day, so their number follows the date.
    """
    paper, edition = content["paper"], content["edition"]
    work = f"/akn/ke/statement/{paper['opened']}/{quote(paper['slug'], safe='')}"
    frozen = datetime.fromisoformat(edition["frozen_at"]).astimezone(NAIROBI).date()
    language = three_letters(content["language"])
    sections = _sections(content["sections"])
    return Names(
        work=work,
        expression=f"{work}/{language}@{frozen},{quote(edition['number'], safe='')}",
        sections=sections,
        paragraphs={
            paragraph["number"]: f"{name}__para_{paragraph['number']}"
            for name, section in zip(sections, content["sections"], strict=True)
            for paragraph in section["paragraphs"]
        },
        organisations={body: f"organization-{turn}" for turn, body in enumerate(_bodies(content), start=1)},
    )


def _sections(rows: list[Content]) -> list[str]:
    """Return sec_6 by the printed number; sec_nn_1, sec_nn_2 ... for sections without one."""
    result: list[str] = []
    for row in rows:
        numbered = f"sec_{row['number']}" if is_numbered(row) else ""
        unnumbered = sum(each.startswith("sec_nn_") for each in result) + 1
        result.append(numbered if numbered and numbered not in result else f"sec_nn_{unnumbered}")
    return result


def is_numbered(section: Content) -> bool:
    """Return whether the number of a section is printed; it then contains no space."""
    return section["part"] in ("body", "theme") and re.fullmatch(r"[\w.-]+", section["number"]) is not None


def paragraph_key(key: str) -> str:
    """Return the name of a paragraph in all editions."""
    return f"para_{key}"


def _bodies(content: Content) -> Iterable[str]:
    """Return the organisations that speak in the text and its record."""
    counts = [*content.get("reservations", []), *content.get("explanations", [])]
    cleared = [row["ministry"] for row in content.get("clearances", [])]
    return sorted({*cleared, *(row["organisation"] for row in counts)})
