"""Check the hash chain of the journal and the records that its entries commit to."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from consultations.models import Event
from consultations.queries.checkpoints import check_checkpoints
from consultations.queries.journal import Walk, altered_records

from . import Finding, Progress, no_progress

IN_THE_CHAIN = (
    "Keep a copy of this database as it is. Restore the newest backup whose journal is sound beside it and compare the "
    "entries from this one on; the log of the database tells who wrote there."
)
IN_A_RECORD = (
    "Restore the newest backup in which this check was sound beside the portal, and compare the record: that is what "
    "was written. Put the words back, and find out who wrote to the database past the portal."
)


AT_A_CHECKPOINT = (
    "Ask those to whom checkpoints are mailed for theirs and give them to this check (--checkpoints FILE). Restore the "
    "newest backup that fits them beside the portal and compare the journal's end; after a restore of your own, see "
    "“Checkpoints of the journal” in docs/operations.md."
)


class Verdict(NamedTuple):
    """Number of intact entries, the hash of the last of them, and the first problem, if any."""

    checked: int
    last_hash: str
    complaint: str = ""


def verdict() -> Verdict:
    """Check the journal from its first entry to the first broken one, or to its end."""
    walk = Walk()
    for finding in walk.findings():
        if finding.number <= walk.checked:  # called at the end with the number of hash-only entries
            return Verdict(*walk.before_bare, finding.what)
        return Verdict(walk.checked, walk.last_hash, finding.what)
    return Verdict(walk.checked, walk.last_hash)


def chain(progress: Progress = no_progress) -> Iterator[Finding]:
    """Yield each entry that was changed, removed or inserted."""
    total = Event.objects.order_by("-number").values_list("number", flat=True).first() or 0
    walk = Walk(lambda checked: None if checked % 1000 else progress(checked, max(total, checked)))
    for finding in walk.findings():
        yield Finding("journal", finding.record, finding.what, IN_THE_CHAIN)
    progress(walk.checked, walk.checked)


def records(progress: Progress = no_progress) -> Iterator[Finding]:
    """Yield each record that differs from its last entry, has no entry, or is missing."""
    for finding in altered_records():
        yield Finding("records", finding.record, finding.what, IN_A_RECORD)
    progress(1, 1)


def checkpoints(
    progress: Progress = no_progress, *, files: Sequence[Path] = (), keys: Path | None = None
) -> Iterator[Finding]:
    """Yield each contradiction between the journal and signed checkpoints: in the portal's file and in `files`."""
    for finding in check_checkpoints(files, keys):
        yield Finding("checkpoints", finding.record, finding.what, AT_A_CHECKPOINT)
    progress(1, 1)
