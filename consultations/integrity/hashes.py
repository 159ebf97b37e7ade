"""Check texts against the SHA-256 computed when they were sent or published."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from itertools import batched
from typing import Any

from django.db.models import Model, QuerySet, prefetch_related_objects

from consultations.models import (
    Communique,
    CommuniqueState,
    Consultation,
    Event,
    Stakeholder,
    Submission,
    SubmissionState,
    Theme,
)

from . import Finding, Progress, no_progress

ROWS = 500
SENT = (SubmissionState.SUBMITTED, SubmissionState.ACCEPTED, SubmissionState.SET_ASIDE)  # those with unchanging texts
READ = (
    "reference", "audience", "language", "title", "body", "proposed_wording", "content_sha256", "consultation",
    "stakeholder", "theme", "resent_at", "original",
)  # fmt: skip
NAMES = {Consultation: "slug", Stakeholder: "name", Theme: "code"}
TO_DO = (
    "Compare it with the newest backup in which this check was sound, and with what its author was sent. Put the "
    "words back, and find out who wrote to the database past the portal."
)


def check(progress: Progress = no_progress) -> Iterator[Finding]:
    """Check sent inputs and published communiqués."""
    yield from _inputs(progress)
    yield from compared(
        Communique.objects.filter(state=CommuniqueState.PUBLISHED).select_related("forum"),
        lambda row: sha256(row.body),
        "The words of the communiqué are not those whose SHA-256 was published",
    )


def compared[Row: Model](
    rows: QuerySet[Row], computed: Callable[[Row], str], words: str, *, to_do: str = TO_DO, column: str = "sha256"
) -> Iterator[Finding]:
    """Yield each of `rows` whose `column` differs from the result of `computed`, some hundred rows at a time."""
    for row in rows.order_by("pk").iterator(chunk_size=ROWS):
        if getattr(row, column) != computed(row):
            yield Finding("words", f"{row._meta.label_lower}:{row.pk}", words, to_do)


def sha256(text: str) -> str:
    """SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def _inputs(progress: Progress) -> Iterator[Finding]:
    rows = Submission.objects.filter(state__in=SENT).only(*READ).order_by("pk")
    total, done = rows.count(), 0
    whole = {model: model._base_manager.only(name).in_bulk() for model, name in NAMES.items()}
    for some in batched(rows.iterator(chunk_size=ROWS), ROWS):
        objectives = _read_along(some, whole)
        for row in some:
            if not _fits(row, objectives[row.pk]):
                words = "Title, text, objectives or names of files are not those whose SHA-256 stands on the receipt"
                yield Finding("words", f"consultations.submission:{row.pk}", words, TO_DO)
        done += len(some)
        progress(done, total)
    progress(total, total)


def _read_along(some: Sequence[Submission], whole: dict[Any, dict[int, Any]]) -> dict[int, list[str]]:
    """Prefetch what the content of inputs refers to, and return the codes of their objectives: a few queries for
    hundreds of inputs.
    """
    keys, objectives = [row.pk for row in some], defaultdict(list)
    for pk, code in Submission.provisions.through.objects.filter(submission__in=keys).values_list(
        "submission", "provision__code"
    ):
        objectives[pk].append(code)
    prefetch_related_objects(some, "attachments")
    if again := [row for row in some if row.resent_at]:
        prefetch_related_objects(again, "questions")
    for row in some:
        row.consultation = whole[Consultation][row.consultation_id]
        row.stakeholder, row.theme = whole[Stakeholder][row.stakeholder_id], whole[Theme][row.theme_id]
    return objectives


def _fits(row: Submission, objectives: list[str]) -> bool:
    """Return whether an input matches its hash under one of the names its organisation had."""
    if row.computed_sha256(objectives) == row.content_sha256:
        return True
    body, row.stakeholder = row.stakeholder, copy(row.stakeholder)  # shared by others

    def as_of(name: str) -> bool:
        row.stakeholder.name = name
        return row.computed_sha256(objectives) == row.content_sha256

    return any(map(as_of, _other_names(body)))


def _other_names(body: Any) -> Iterable[str]:
    """Return earlier names of the organisation: dated ones, and those changed in the admin."""
    edits = Event.objects.about(body).filter(data__changed__has_key="name").values_list("data", flat=True)
    corrected = [str(name) for data in edits for name in data["changed"]["name"]]
    return dict.fromkeys([*body.names.values_list("name", flat=True), *corrected])
