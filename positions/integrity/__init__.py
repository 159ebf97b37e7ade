"""Integrity checks of stored data, as `manage.py verify_all` runs them: from one snapshot, on two cores."""

from collections.abc import Iterator

from consultations.integrity import Check, Finding, Progress, access_log, files, journal, no_progress, schema, tallies
from consultations.integrity import hashes as words_of_inputs
from positions.models import AnswerByLetter, Artefact

from . import hashes

STORED = (
    *files.OWN,
    files.Stored(Artefact.objects.all()),
    files.Stored(AnswerByLetter.objects.exclude(scan_sha256="")),
)


def stored_files(progress: Progress = no_progress) -> Iterator[Finding]:
    """Return every stored file of the portal."""
    return files.check(STORED, progress)


# Checks that read one snapshot. The chain takes longest and runs separately.
APART: dict[str, Check] = {"journal": journal.chain}
AT_ONE_MOMENT: dict[str, Check] = {
    "schema": schema.check,
    "sums": tallies.check,
    "inputs": words_of_inputs.check,
    "papers": hashes.check,
    "records": journal.records,
    "checkpoints": journal.checkpoints,
    "access log": access_log.check,
}
# Files change outside transactions; each row is reloaded before a problem is reported.
AFTERWARDS: dict[str, Check] = {"files": stored_files}
CHECKS = APART | AT_ONE_MOMENT | AFTERWARDS
