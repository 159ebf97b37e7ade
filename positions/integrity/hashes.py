"""Check texts of papers against their SHA-256."""

from collections.abc import Iterator

from consultations.integrity import Finding, Progress, no_progress
from consultations.integrity.hashes import compared, sha256
from positions.models import Edition, Wording
from positions.models.papers import wording_sha256


def check(progress: Progress = no_progress) -> Iterator[Finding]:
    """Check wordings of paragraphs, and editions."""
    number = Wording.objects.count() + Edition.objects.count()
    yield from compared(
        Wording.objects.only("text", "sha256"),
        lambda row: wording_sha256(row.text),
        "The words of the paragraph are not those to which answers are bound",
    )
    yield from compared(
        Edition.objects.only("content", "sha256"),
        lambda row: sha256(row.content),
        "The text of the edition is not the one whose SHA-256 is printed on it",
    )
    progress(number, number)
