"""Check the access log against its seals, and the seals against the journal."""

from collections.abc import Iterator

from consultations.models import AccessSeal
from consultations.queries.access_log import seal_findings

from . import Finding, Progress, no_progress

TO_DO = (
    "Keep a copy of this database as it is. Restore the newest backup in which this check was sound beside it and "
    "compare the entries that the seal covers; the log of the database tells who wrote there."
)


def check(progress: Progress = no_progress) -> Iterator[Finding]:
    """Yield each seal that differs from the journal, and each whose entries were altered, removed or added."""
    looked_at = 0

    def tell(done: int) -> None:
        nonlocal looked_at
        looked_at = done
        progress(done, done)

    for seal, words in seal_findings(tell):
        name = f"{AccessSeal._meta.label_lower}:{seal.pk}" if seal else AccessSeal._meta.label_lower
        yield Finding("access log", name, words, TO_DO)
    progress(looked_at, looked_at)
