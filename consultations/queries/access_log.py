"""Read the access log: combined with the journal of a record, and checks of its seals."""

from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from typing import Any, NamedTuple

from django.db.models import Model, Q

from consultations.models import Access, AccessEntry, AccessSeal, Event, User
from consultations.models.access_log import OF_ACCOUNTS, digest_between

REFUSED = (Access.REFUSAL, Access.UPLOAD_REFUSED)


def history(record: Model, *, limit: int | None = None) -> list[Any]:
    """Return the history of `record` including refusals, newest first, for staff. Two queries."""
    return with_refusals(Event.objects.about(record).reverse()[:limit], record, limit=limit)


def with_refusals(events: Iterable[Event], record: Model, *, limit: int | None = None) -> list[Any]:
    """Return these journal entries about `record`, newest first, merged with the refusals in between. One query."""
    refused = AccessEntry.objects.about(record).filter(what__in=REFUSED).select_related("by").reverse()[:limit]
    return list(merge(events, refused, key=_when, reverse=True))[:limit]


def _when(entry: Any) -> Any:
    return entry.recorded_at if isinstance(entry, Event) else entry.at


def of_account(person: User) -> Any:
    """Return the activity of the account of `person`, newest first. One query."""
    own = Q(by=person) | Q(kind=User._meta.label_lower, object_id=str(person.pk))
    return AccessEntry.objects.filter(own, what__in=OF_ACCOUNTS)


class SealFinding(NamedTuple):
    """Problem with a seal or the entries it covers; `seal` is None if the seal is missing."""

    seal: AccessSeal | None
    words: str


def seal_findings(progress: Callable[[int], None] = lambda done: None) -> Iterator[SealFinding]:
    """Yield problems of the sealed part of the access log. Streams the entries; `progress` receives the number checked.

    Seals whose entries were deleted after their retention period, as the journal records, are taken from the journal.
    """
    kept = {seal["last"]: seal for seal in _from_journal("seal_access_log")}
    removed_up_to = max((entry["last"] for entry in _from_journal("trim_access_log")), default=0)
    first, previous, done = 1, None, 0
    for seal in AccessSeal.objects.order_by("last_id").iterator(chunk_size=2000):
        if kept.pop(seal.last_id, None) != seal.facts():
            yield SealFinding(seal, "the seal is not the one that the journal holds")
        if seal.first_id != first or (previous is not None and seal.previous != previous):
            yield SealFinding(seal, "the seal does not follow from the one before it")
        count, digest = digest_between(seal.previous, seal.first_id, seal.last_id)
        if words := _complaint(seal, count, digest, is_removed=seal.last_id <= removed_up_to):
            yield SealFinding(seal, words)
        first, previous, done = seal.last_id + 1, seal.digest, done + count
        progress(done)
    for last in sorted(kept):
        yield SealFinding(None, f"the seal up to entry {last} of the access log is missing")


def _from_journal(verb: str) -> Iterator[dict[str, Any]]:
    entries = Event.objects.filter(kind=AccessSeal._meta.label_lower, verb=verb).order_by("number")
    return entries.values_list("data", flat=True).iterator(chunk_size=2000)


def _complaint(seal: AccessSeal, count: int, digest: str, *, is_removed: bool) -> str:
    if is_removed:
        return f"{count} entries stand where all were removed after their time" if count else ""
    if count < seal.count:
        return f"{seal.count - count} of {seal.count} entries are missing"
    if count > seal.count:
        return f"entries were put in between: {count - seal.count} more than the {seal.count} that were sealed"
    return "" if digest == seal.digest else f"at least one of {count} entries was altered"
