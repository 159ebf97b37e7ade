"""Check the whole journal: numbers without a gap, each entry tied to the one before, each hash as computed anew."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.core.management.base import BaseCommand, CommandError

from consultations.models import Event
from consultations.models.events import FIRST_HASH, LOADED

STEP = 10_000  # entries between two lines of progress


class Verdict(NamedTuple):
    """How many entries were checked, the hash of the last one, and what is wrong first (empty: nothing)."""

    checked: int
    last_hash: str
    complaint: str = ""


def check(say: Callable[[str], None] = lambda line: None) -> Verdict:
    """Walk the journal from its first entry to the first that is broken, or to its end."""
    number, previous, bare, told = 0, FIRST_HASH, 0, 0
    before_bare = Verdict(0, FIRST_HASH)
    for event in _entries():
        complaint = _complaint(event, number + 1, previous)
        if complaint:
            return Verdict(number, previous, complaint)
        if event.is_bare and not bare:
            before_bare = Verdict(number, previous)
        number, previous, bare = event.number, event.hash, bare + event.is_bare
        if event.verb == LOADED:
            told = event.data.get("elsewhere", 0)
        if number % STEP == 0:
            say(f"  {number} entries checked")
    if bare != told:  # only those that a loaded archive did not hold, as many as its loading entered
        complaint = f"only the hash is left of {bare} entries from entry {before_bare.checked + 1} on; {told} may be so"
        return before_bare._replace(complaint=complaint)
    return Verdict(number, previous)


def _entries() -> Iterator[Event]:
    """Every entry in order, as of one moment and without holding them all in memory."""
    return Event.objects.order_by("number").iterator(chunk_size=2000)


def _complaint(event: Event, expected: int, previous: str) -> str:
    if event.number != expected:
        missing = (
            f"entry {expected} is" if event.number == expected + 1 else f"entries {expected} to {event.number - 1} are"
        )
        return f"{missing} missing before entry {event.number}"
    if event.previous_hash != previous:
        return f"entry {event.number} does not follow from the entry before it ({event})"
    if event.hash != event.computed_hash() and not event.is_bare:
        return f"entry {event.number} was changed after it was written ({event})"
    return ""


class Command(BaseCommand):
    help = "Check that nothing in the journal was changed, removed or put in between. Ends with status 1 if it was."

    def add_arguments(self, parser):
        parser.add_argument("--noted", metavar="HASH", help="a hash that an earlier check gave; it must still be there")

    def handle(self, *args, noted=None, **options):
        verdict = check(say=self.stdout.write)
        sound = f"{verdict.checked} entries are sound, last hash {verdict.last_hash}"
        if verdict.complaint:
            raise CommandError(f"The journal is broken: {verdict.complaint}. Before that, {sound}.")
        if noted and not Event.objects.filter(hash=noted).exists():
            raise CommandError(f"The journal is broken: no entry has the noted hash, so its end was removed. {sound}.")
        self.stdout.write(f"The journal is intact: {sound}.")
        if bare := Event.objects.filter(kind="").count():
            self.stdout.write(f"Of {bare} entries only the hash is here: the archive that was loaded held no more.")
        self.stdout.write("Note the last hash elsewhere and give it to the next check (--noted): only that shows")
        self.stdout.write("whether entries were removed from the end.")
