"""Commit to existing records at once: after an upgrade from journal format 1, or after loading an archive."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from consultations.journal_entries import OLD_FORMAT
from consultations.models import Consultation, Event, committing_models
from consultations.models.commitments import CommittedWords, standing_words
from ncm_portal.workflow import verb

AT_ONCE = 1_000  # records per entry: a longer one would fill the memory of a check
UPGRADE = "commit_to_records"


def commit_after_upgrade() -> int:
    """Commit to every record once, in a journal that began with format 1; return how many.

    Called at the end of `migrate`. Writes nothing in an empty portal, or a second time.
    """
    old = Event.objects.filter(format=OLD_FORMAT).exclude(kind="")
    if not old.exists() or Event.objects.filter(verb=UPGRADE).exists():
        return 0
    return commit_to_records()


@verb
def commit_to_records(*, by: None = None) -> int:
    """Journal the present text of every record, in as few entries as possible; return the number of records.

    From then on any change that bypasses the verbs is detected, also in records without earlier entries.
    """
    consultation = Consultation.objects.order_by("pk").first()
    if consultation is None:  # every record with relevant texts belongs to one
        return 0
    total, records = 0, _everything()
    while some := list(islice(records, AT_ONCE)):
        Event.objects.record(UPGRADE, consultation, by=by, data={"records": len(some)}, commits=some)
        total += len(some)
    return total


def _everything() -> Iterator[CommittedWords]:
    for model in committing_models():
        kind: Any = model._meta.label_lower
        for pk, words, silent in standing_words(model):
            if not silent:
                yield CommittedWords((kind, str(pk)), words)
