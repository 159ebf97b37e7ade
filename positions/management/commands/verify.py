"""Say whether a file is the official text: a published PDF, or the canonical content of an edition as JSON."""

import hashlib
import json
from pathlib import Path
from typing import NamedTuple

from django.core.management.base import BaseCommand

from positions.edition import canonical, sha256
from positions.queries import Copy, find_copy
from positions.render.pdf import attached_content

AUTHENTIC, UNKNOWN, UNREADABLE = 0, 1, 2


class Verdict(NamedTuple):
    """The status with which the command ends, and what it says."""

    status: int
    lines: list[str]


def examine(data: bytes) -> Verdict:
    """Look up what the bytes of a file are. At most two lookups."""
    found = find_copy(hashlib.sha256(data).hexdigest())
    if found:
        return Verdict(AUTHENTIC, ["Authentic: the file is exactly as it was published.", *_about(found)])
    if data.startswith(b"%PDF-"):
        return _altered_pdf(data)
    return _json(data)


def _altered_pdf(data: bytes) -> Verdict:
    """A PDF that we did not publish may still carry a text that we did: say so, and that the pages may differ."""
    inside = attached_content(data)
    found = find_copy(hashlib.sha256(inside).hexdigest()) if inside else None
    if found is None:
        return Verdict(UNKNOWN, ["Unknown: this PDF is not one that we published."])
    said = "Altered: the text attached to this PDF is official, but the file is not the one that we published."
    return Verdict(UNKNOWN, [said, *_about(found)])


def _json(data: bytes) -> Verdict:
    """The text counts, not its spacing: JSON that says the same in the same words is authentic."""
    try:
        content = json.loads(data)
        text = canonical(content)
        found = find_copy(sha256(text))
    except (ValueError, RecursionError):
        return Verdict(UNREADABLE, ["Unreadable: this is neither a PDF nor the JSON of an edition."])
    if found is None:
        return Verdict(UNKNOWN, ["Unknown: this is not the text of an official edition."])
    return Verdict(AUTHENTIC, ["Authentic: the text is official; the file is spaced in another way.", *_about(found)])


def _about(found: Copy) -> list[str]:
    edition, paper = found.edition, found.edition.paper
    lines = [
        f"  {paper.title}",
        f"  Edition {edition.number}, {edition.frozen_at:%d %B %Y}: {edition.status}",
        f"  Content hash {edition.sha256}",
    ]
    if found.successor:
        return [*lines, f"  No longer in force: a newer paper has taken its place, {found.successor.title}."]
    if found.newer:
        return [*lines, f"  No longer in force: edition {found.newer.number} has taken its place."]
    return lines


class Command(BaseCommand):
    help = (
        "Say whether FILE (a PDF or JSON) is official. Ends with 0 if it is authentic, 1 if it is unknown or altered, "
        "2 if it cannot be read."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *args, file, **options):
        try:
            verdict = examine(file.read_bytes())
        except OSError as error:
            verdict = Verdict(UNREADABLE, [f"Unreadable: {file}: {error.strerror}."])
        for line in verdict.lines:
            self.stdout.write(line)
        if verdict.status:
            raise SystemExit(verdict.status)
