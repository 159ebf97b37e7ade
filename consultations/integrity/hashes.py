"""Words beside the SHA-256 that was computed over them when they were sent or published."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db.models import QuerySet

from consultations.models import Communique, CommuniqueState, Event, Submission, SubmissionState

from . import Finding, Progress, no_progress

ROWS = 500
SENT = (SubmissionState.SUBMITTED, SubmissionState.ACCEPTED, SubmissionState.SET_ASIDE)  # those whose words stay
TO_DO = (
    "Compare it with the newest backup in which this check was sound, and with what its author was sent. Put the "
    "words back, and find out who wrote to the database past the portal."
)


def check(progress: Progress = no_progress) -> Iterator[Finding]:
    """Inputs that stand as sent, and published communiqués."""
    yield from _inputs(progress)
    yield from compared(
        Communique.objects.filter(state=CommuniqueState.PUBLISHED).select_related("forum"),
        lambda row: sha256(row.body),
        "The words of the communiqué are not those whose SHA-256 was published",
    )


def compared(
    rows: QuerySet[Any], computed: Callable[[Any], str], words: str, *, to_do: str = TO_DO, column: str = "sha256"
) -> Iterator[Finding]:
    """Each of `rows` whose `column` is not what is `computed` from it, a few hundred rows at a time."""
    for row in rows.order_by("pk").iterator(chunk_size=ROWS):
        if getattr(row, column) != computed(row):
            yield Finding("words", f"{row._meta.label_lower}:{row.pk}", words, to_do)


def sha256(text: str) -> str:
    """SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def _inputs(progress: Progress) -> Iterator[Finding]:
    rows = Submission.objects.filter(state__in=SENT).select_related("consultation", "stakeholder", "theme")
    rows = rows.only(
        "reference", "audience", "language", "title", "body", "proposed_wording", "content_sha256",
        "consultation__slug", "stakeholder__name", "theme__code",
    ).prefetch_related("provisions", "attachments")  # fmt: skip
    total = rows.count()
    for number, row in enumerate(rows.order_by("pk").iterator(chunk_size=ROWS), start=1):
        if not _fits(row):
            words = "Title, text, objectives or names of files are not those whose SHA-256 stands on the receipt"
            yield Finding("words", f"consultations.submission:{row.pk}", words, TO_DO)
        if number % ROWS == 0:
            progress(number, total)
    progress(total, total)


def _fits(row: Submission) -> bool:
    """Whether an input is what its hash says, under one of the names that its organisation had."""
    objectives = [provision.code for provision in row.provisions.all()]

    def as_of(name: str) -> bool:
        row.stakeholder.name = name
        return row.computed_sha256(objectives) == row.content_sha256

    return as_of(row.stakeholder.name) or any(map(as_of, _other_names(row.stakeholder)))


def _other_names(body: Any) -> Iterable[str]:
    """Names that the organisation had: its dated ones, and those that edits in the admin took from it."""
    edits = Event.objects.about(body).filter(data__changed__has_key="name").values_list("data", flat=True)
    corrected = [str(name) for data in edits for name in data["changed"]["name"]]
    return dict.fromkeys([*body.names.values_list("name", flat=True), *corrected])
