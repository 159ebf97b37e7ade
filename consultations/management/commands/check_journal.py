"""Check the whole journal: numbers without a gap, each entry tied to the one before, each hash as computed anew."""

from collections.abc import Callable
from typing import NamedTuple

from django.core.management.base import BaseCommand, CommandError

from consultations.models import Event
from consultations.queries.journal import Walk

STEP = 10_000  # entries between two lines of progress


class Verdict(NamedTuple):
    """How many entries were checked, the hash of the last one, and what is wrong first (empty: nothing)."""

    checked: int
    last_hash: str
    complaint: str = ""


def check(say: Callable[[str], None] = lambda line: None) -> Verdict:
    """Walk the journal from its first entry to the first that is broken, or to its end."""
    walk = Walk(lambda checked: None if checked % STEP else say(f"  {checked} entries checked"))
    for finding in walk.findings():
        if finding.number <= walk.checked:  # told at the end, of entries of which only the hash is left
            return Verdict(*walk.before_bare, finding.what)
        return Verdict(walk.checked, walk.last_hash, finding.what)
    return Verdict(walk.checked, walk.last_hash)


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
