"""Read the access log: of an account, and checks of its seals."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.db.models import Q

from consultations.models import AccessEntry, AccessSeal, Event, User
from consultations.models.access_log import OF_ACCOUNTS, digest_between


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
