"""Verify a file as an official text: a published PDF, or the canonical content of an edition as JSON."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from positions.verification import Seal, Standing, State, Verdict, examine

AUTHENTIC, NOT_AUTHENTIC, UNREADABLE, BROKEN, FOLLOWED, FOREIGN, OUT_OF_FORCE, NOT_PUBLISHED = range(8)
STATUSES = {
    State.AUTHENTIC: AUTHENTIC,
    State.SAME_TEXT: AUTHENTIC,
    State.SIGNED: NOT_PUBLISHED,
    State.ALTERED: NOT_AUTHENTIC,
    State.UNKNOWN: NOT_AUTHENTIC,
    State.UNREADABLE: UNREADABLE,
}
SEALS = {
    Standing.BROKEN: BROKEN,
    Standing.FOLLOWED: FOLLOWED,
    Standing.FOREIGN: FOREIGN,
    Standing.OUT_OF_FORCE: OUT_OF_FORCE,
}


def status(verdict: Verdict) -> int:
    """Return the exit status; for a file that is authentic but not signed correctly, that of the signature."""
    plain = STATUSES[verdict.state]
    return SEALS.get(verdict.standing, plain) if plain == NOT_AUTHENTIC and verdict.standing else plain


def _seal(seal: Seal) -> list[str]:
    output_lines = [f"Signature: {seal.word}. {seal.sentence}"]
    result = seal.signature
    if result.fingerprint:
        output_lines += [
            f"  Signed by {result.subject}",
            f"  Signed at {seal.signed_at or 'a time that is not said'}, by the clock of who signed",
            f"  Certificate issued by {'itself' if seal.is_self_issued else result.issuer}",
            f"  Certificate in force from {seal.since:%d %B %Y} to {seal.until:%d %B %Y}",
            f"  Fingerprint of the certificate {result.fingerprint}",
        ]
    return output_lines


def lines(verdict: Verdict) -> list[str]:
    """Return the result for a terminal."""
    output_lines = [f"{verdict.word}: {verdict.sentence}"]
    output_lines += [line for seal in verdict.seals for line in _seal(seal)]
    if verdict.not_checked:
        output_lines.append(f"  {verdict.not_checked}")
    if verdict.communique:
        return [*output_lines, f"  Communiqué: {verdict.communique.forum.title}"]
    if verdict.says:
        output_lines.append(f"  It says of itself: {verdict.says}")
    result = verdict.edition_copy
    if not result:
        return output_lines
    edition = result.edition
    output_lines += [
        f"  {edition.paper.title}",
        f"  Edition {edition.number}, {edition.frozen_at:%d %B %Y}: {edition.status}",
        f"  Content hash {edition.sha256}",
    ]
    if result.successor:
        return [*output_lines, f"  No longer in force: a newer paper has taken its place, {result.successor.title}."]
    if result.newer:
        return [*output_lines, f"  No longer in force: edition {result.newer.number} has taken its place."]
    return output_lines


class Command(BaseCommand):
    help = (
        "Say whether FILE is official. Ends with 0 if it is authentic, also when a newer edition has "
        "taken its place; 1 if it is altered or unknown; 2 if it cannot be read or is of no kind that could be ours. "
        "A file that is not authentic and signed ends with 3 if the signature does not hold; 4 if something was added "
        "behind it; 5 if somebody else signed; 6 if the certificate of this portal is out of force; 7 if this portal "
        "signed it and has not published it. The archive of a consultation is checked as archive --verify does."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if (file / "bagit.txt").is_file():  # the archive of a consultation (BagIt, RFC 8493) as a folder
            self._check_archive(file)
            return
        try:
            verdict = examine(file)
        except OSError as error:
            result, end = [f"Unreadable: {file}: {error.strerror}."], UNREADABLE
        else:
            if verdict.inside and verdict.inside.kind == "bag":
                self._check_archive(file)
                return
            result, end = lines(verdict), status(verdict)
        for line in result:
            self.stdout.write(line)
        if end:
            raise SystemExit(end)

    def _check_archive(self, package: Path) -> None:
        """Verify an archive. Exit status: 0 unaltered, 1 altered, 2 unreadable."""
        self.stdout.write("This is the archive of a consultation. Checked as by archive --verify:")
        call_command("archive", str(package), verify=True, stdout=self.stdout, stderr=self.stderr)
