"""Description of a package: JSON for programs, and a README in plain English."""

import json
from typing import Any, NamedTuple

from django.conf import settings

from consultations.journal_entries import FIRST_HASH
from consultations.models import Consultation

from . import tables
from .rows import Row


class About(NamedTuple):
    """Data for every part of the description."""

    format: str
    version: int
    scope: str
    consultation: Consultation
    journal_end: tuple[int, str] | None
    in_full: int

    @property
    def as_of(self) -> str:
        """Return the last journal entry: the package is the state at that point."""
        return f"journal entry {self.journal_end[0]}" if self.journal_end else "an empty journal"


def rows_file(label: str) -> str:
    """Return the path of a table's rows in a package."""
    return f"data/rows/{label}.jsonl"


def pretty(value: Row) -> bytes:
    """Return indented JSON."""
    return json.dumps(value, ensure_ascii=False, indent=1, default=str).encode() + b"\n"


def table(label: str, count: int) -> Row:
    """Return the description of a table."""
    result = tables.model(label)
    described: Row = {
        "file": rows_file(label),
        "rows": count,
        "what": str(result._meta.verbose_name_plural),
        "fields": {field.name: _field(field) for field in tables.fields_of(label)},
    }
    hashed = tables.FILES.get(result)
    return described | ({"sha256_of_file": hashed} if hashed else {})


def _field(field: Any) -> str:
    if not field.is_relation:
        return str(field.verbose_name)
    return f"{field.verbose_name}: the id of a row of {field.related_model._meta.concrete_model._meta.label_lower}"


def description(about: About) -> Row:
    """Return the description of the package for programs."""
    number, last = about.journal_end or (0, FIRST_HASH)
    return {
        "format": about.format,
        "version": about.version,
        "scope": about.scope,
        "consultation": about.consultation.slug,
        "title": about.consultation.title,
        "portal": settings.PORTAL_ADDRESS,
        "journal": {"entries": number, "last_hash": last, "in_full": about.in_full},
    }


def bag_info(about: About) -> list[tuple[str, str]]:
    """Return the content of bag-info.txt (RFC 8493, 2.2.2), without a packing date: the same record gives the same
    bytes.
    """
    rule = "Anybody may read it." if about.scope == "public" else CONFIDENTIAL
    return [
        ("Source-Organization", "National Coordination Mechanism on Migration, Kenya"),
        ("External-Identifier", about.consultation.slug),
        ("External-Description", f"{about.consultation.title}. The record as of {about.as_of}. {rule}"),
        ("Bag-Software-Agent", f"NCM Portal, {about.format} {about.version}"),
    ]


CONFIDENTIAL = "CONFIDENTIAL: it holds what was said in confidence and personal data; for the national archives only."


def readme(about: About) -> str:
    """Return the README, written for somebody who finds the package decades later."""
    head = HEAD.format(title=about.consultation.title, portal=settings.PORTAL_ADDRESS, as_of=about.as_of)
    if about.scope == "public":
        return "\n".join([head, "Anybody may read everything in it.\n", PUBLIC_PARTS, CHECK])
    reasons = [f"- {tables.model(label)._meta.verbose_name_plural}: {why}." for label, why in tables.LEFT_OUT.items()]
    return "\n".join([head, f"{CONFIDENTIAL}\n", FULL_PARTS, CHECK, OF_JOURNAL, LEFT_OUT, *reasons, ""])


HEAD = """{title}
The record of one consultation of the National Coordination Mechanism on Migration (NCM), Kenya

This is a package in the BagIt layout (RFC 8493), written by the NCM Portal at {portal}.
It is the record as it stood at {as_of}. All text is UTF-8. No program of the portal is needed to read it.
"""

FULL_PARTS = """What is what

data/papers/<paper>/<number>/     each edition of each paper: position-paper.json is its text, whole, in the form whose
                                  SHA-256 is printed on the paper; beside it the files that were made of it (PDF, ...)
data/files/attachments/<input>/   files that came with an input, as they are kept
data/files/originals/<input>/     scans and mails of inputs that came on paper
data/files/forums/<forum>/        documents of a forum, signed registers, answers by letter
data/files/letters/               scans of what ministries answered by letter
data/rows/<table>.jsonl           one table each, one row a line, as JSON with the names of its fields
data/journal/entries.jsonl        who did what to which record, when and why
data/journal/salts.jsonl          what is needed to check the words of these entries
data/journal/chain.csv            the hash of every entry of the portal's journal, also of those about other things
data/description.json             every table with what its fields mean, the number of its rows, and what was left out

The main tables: consultations.submission are the inputs, consultations.point the single asks in them,
consultations.stakeholder the organisations, consultations.forum the meetings, positions.positionpaper the papers,
positions.disposition what became of each point, positions.decision what a meeting decided, positions.reservation who
did not agree to what. "in_package" in a row is the path of its file. A field such as "submission" holds the "id" of the
row that it is about. Passages between [[ and ]] were held back from the public by whoever wrote them.
"""

PUBLIC_PARTS = """What is what

data/papers/<paper>/<number>/     each official edition: position-paper.json is its text, whole, in the form whose
                                  SHA-256 is printed on the paper; beside it the files that were made of it (PDF, ...)
data/inputs.jsonl                 the public inputs, one a line, with their points and the answers to them
data/points.jsonl                 the points that were made at forums
data/files/attachments/<input>/   files that came with public inputs
data/files/forums/<forum>/        documents that a forum showed to everybody
data/forums.jsonl                 the meetings with their programmes
data/communiques.jsonl            what the meetings told the public
data/commitments.jsonl            what institutions promised there, and what became of it
data/findings.jsonl               what was found of a paper after a milestone
data/description.json             what is in each of these files, and the last hash of the portal's journal

What somebody held back, and whoever said it, is left out or replaced by a notice.
"""

CHECK = """How to check it

In this folder, on any computer with the usual tools:

    sha256sum -c manifest-sha256.txt
    sha256sum -c tagmanifest-sha256.txt

Each line must say OK. Compare the SHA-256 of tagmanifest-sha256.txt with the one that was noted when the package was
handed over: then no file was changed since. The SHA-256 of a position-paper.json is the one printed on the paper:

    sha256sum data/papers/*/*/position-paper.json

With the portal's program:

    manage.py archive --verify THIS_FOLDER
    manage.py archive --load THIS_FOLDER      (into an empty portal; not for what is public only)
"""

OF_JOURNAL = """The journal's hashes

"Canonical" is JSON in UTF-8, keys in alphabetical order, without spaces. "at" and "recorded_at" are microseconds since
1970 as a whole number. "previous_hash" is that of the entry before; before the first stand 64 zeros.

Format 2: "digest" is the SHA-256 of canonical {format, kind, object_id, verb, before, after, by, at, recorded_at,
commitments}; "hash" is the SHA-256 of canonical [2, number, previous_hash, digest]. The words (object_label, by_name,
reason, data) enter by what stands in "commitments": the number of a salt in salts.jsonl, and the HMAC-SHA256 under that
salt of the word's name, a zero byte, and the canonical value. Where the salt is gone, the words were erased and are
blank. A name such as "consultations.submission:12" commits to the words of that record.

Format 1: "hash" is the SHA-256 of canonical {number, kind, object_id, object_label, verb, before, after, by, by_name,
at, recorded_at, reason, data, previous_hash}, with "at" and "recorded_at" as seconds with decimals.
"""

LEFT_OUT = f"""What is not in it

- {tables.NEVER_SENT}.
- passwords, second factors and sessions of people."""
