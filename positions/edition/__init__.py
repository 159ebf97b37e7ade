"""Freeze editions: canonical JSON with a SHA-256, the only data that renderers read."""

import hashlib
from typing import Any

from consultations.models import User
from ncm_portal.workflow import Words, journal, now
from positions.models import Decision, Edition, EditionKind, PositionPaper
from positions.text.canonical import canonical as canonical_bytes

from .assembly import content
from .corrections import corrected
from .files import address, problems, render_artefact, render_artefacts

__all__ = [
    "address",
    "canonical",
    "content",
    "corrected",
    "freeze",
    "next_number",
    "problems",
    "render_artefact",
    "render_artefacts",
    "sha256",
]


def canonical(content: dict[str, Any]) -> str:
    """Return the canonical form of `content`, as printed and attached. Raises ValueError for values that JSON does not
    support.
    """
    return canonical_bytes(content).decode()


def sha256(text: str) -> str:
    """Return the SHA-256 (FIPS 180-4) of the UTF-8 bytes of `text` in hexadecimal: the hash of an edition."""
    return hashlib.sha256(text.encode()).hexdigest()


def next_number(paper: PositionPaper, kind: str) -> str:
    """Return the number of the next edition: 0.1, 0.2 ... before adoption, "1.0" adopted, 1.0.1, 1.0.2 ...
    corrected.
    """
    if kind == EditionKind.ADOPTED:
        return "1.0"
    stem = "1.0." if kind == EditionKind.CORRECTED else "0."
    taken = paper.editions.filter(number__startswith=stem).values_list("number", flat=True)
    return f"{stem}{1 + max((int(number.removeprefix(stem)) for number in taken), default=0)}"


def freeze(
    paper: PositionPaper, *, number: str, kind: str, status: Words, by: User, decision: Decision | None = None
) -> Edition:
    """Freeze `paper` at the present time of the verbs' clock, and return the new edition.

    `status` is printed on the cover, a lazy string in the language of the paper; `decision` is the meeting's, for the
    adopted text. Must run inside the transaction of a verb that has locked the paper. Raises IntegrityError if the
    paper has an edition with this number.
    """
    moment = now().replace(microsecond=0)
    frozen = content(paper, number=number, kind=kind, status=status, frozen_at=moment, decision=decision)
    text = canonical(frozen)
    made = Edition.objects.create(
        paper=paper,
        number=number,
        kind=kind,
        status=frozen["edition"]["status"],
        content=text,
        sha256=sha256(text),
        frozen_at=moment,
        frozen_by=by,
    )
    journal("freeze", made, by=by, data={"sha256": made.sha256}, commits=[made, *([decision] if decision else ())])
    return made
