"""Say whether a file is the official text: a published PDF, or the canonical content of an edition as JSON."""

from pathlib import Path

from django.core.management.base import BaseCommand

from positions.verification import State, Verdict, examine

AUTHENTIC, NOT_AUTHENTIC, UNREADABLE = 0, 1, 2
STATUSES = {
    State.AUTHENTIC: AUTHENTIC,
    State.SAME_TEXT: AUTHENTIC,
    State.ALTERED: NOT_AUTHENTIC,
    State.UNKNOWN: NOT_AUTHENTIC,
    State.UNREADABLE: UNREADABLE,
}


def lines(verdict: Verdict) -> list[str]:
    """The verdict as a person reads it in a terminal."""
    said = [f"{verdict.word}: {verdict.sentence}"]
    if verdict.signature:
        said.append(f"  {verdict.signature}")
    if verdict.communique:
        return [*said, f"  Communiqué: {verdict.communique.forum.title}"]
    found = verdict.found
    if not found:
        return said
    edition = found.edition
    said += [
        f"  {edition.paper.title}",
        f"  Edition {edition.number}, {edition.frozen_at:%d %B %Y}: {edition.status}",
        f"  Content hash {edition.sha256}",
    ]
    if found.successor:
        return [*said, f"  No longer in force: a newer paper has taken its place, {found.successor.title}."]
    if found.newer:
        return [*said, f"  No longer in force: edition {found.newer.number} has taken its place."]
    return said


class Command(BaseCommand):
    help = (
        "Say whether FILE (a PDF or JSON) is official. Ends with 0 if it is authentic, also when a newer edition has "
        "taken its place; 1 if it is altered or unknown; 2 if it cannot be read or is of no kind that could be ours."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *args, file, **options):
        try:
            verdict = examine(file)
        except OSError as error:
            said, status = [f"Unreadable: {file}: {error.strerror}."], UNREADABLE
        else:
            said, status = lines(verdict), STATUSES[verdict.state]
        for line in said:
            self.stdout.write(line)
        if status:
            raise SystemExit(status)
