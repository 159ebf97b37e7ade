"""Verify that the journal is unaltered and that records match its commitments.

    walk = Walk()
    for finding in walk.findings(): ...     # every fault of the chain; then walk.checked, walk.last_hash
    for finding in altered_records(): ...   # every record that differs from its last commitment

Both use a server-side cursor and hold few rows in memory. `newest_commitments` streams the last commitment to each
record; `committed_words(record)` (models) is its present text.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Model

from consultations.journal_entries import ERASES, FIRST_HASH, Entry, code_of, message
from consultations.models import Event, Salt, committing_models
from consultations.models.commitments import ERASE, standing_words
from consultations.models.journal import LOADED

CHUNK = 2_000
FEW = 50  # entries fetched at a time: one can be some 100 kB long
MICROS = "(extract(epoch from {}) * 1000000)::bigint"
ENTRIES = f"""
    SELECT number, format, kind, object_id, object_label, verb, before, after, by_id, by_name, {MICROS.format("at")},
        {MICROS.format("recorded_at")}, reason, data::text, commitments::text, digest, previous_hash, hash
    FROM consultations_event WHERE number > %s ORDER BY number LIMIT {CHUNK}
"""  # noqa: S608 - constants
NEWEST = """
    SELECT newest.kind, newest.object_id, newest.number, newest.code ->> 1, salt.value
    FROM (
        SELECT DISTINCT ON (kind, object_id)
            split_part(key, ':', 1) COLLATE "C" AS kind, split_part(key, ':', 2)::bigint AS object_id,
            number, value AS code
        FROM consultations_event, jsonb_each(commitments) WHERE position(':' in key) > 0
        ORDER BY kind, object_id, number DESC
    ) AS newest
    LEFT JOIN consultations_salt AS salt ON salt.id = (newest.code ->> 0)::bigint
    ORDER BY newest.kind, newest.object_id
"""


class Finding(NamedTuple):
    """One deviation: the record in words and by key, the problem, and the entry's number."""

    record: str
    what: str
    number: int = 0


# --- The chain ----------------------------------------------------------------------------------------------------


class Walk:
    """One pass over the whole journal. It continues after a fault: each later entry is checked against its
    predecessor.
    """

    def __init__(self, progress: Callable[[int], None] = lambda checked: None) -> None:
        self.checked, self.last_hash = 0, FIRST_HASH
        self.before_bare = (0, FIRST_HASH)  # number of the first entry of which only the hash is stored
        self._progress, self._erased = progress, _erased_salts()
        self._bare = self._declared = 0
        self._code = lru_cache(maxsize=2_000)(code_of)  # cached, because names of people and records repeat

    def findings(self) -> Iterator[Finding]:
        """Yield every fault in order of the chain, to the end of the journal."""
        for entries in _chunks():
            salts = _salts_of(entries)
            for entry in entries:
                if fault := self._fault(entry, salts):
                    yield Finding(f"consultations.event:{entry.number}", fault, entry.number)
                self._take(entry)
                self._progress(self.checked)
        if self._bare != self._declared:  # only those not in a loaded archive, as many as loading created
            first = self.before_bare[0] + 1
            what = f"only the hash is left of {self._bare} entries from entry {first} on; {self._declared} may be so"
            yield Finding(f"consultations.event:{first}", what, first)

    def _take(self, entry: Entry) -> None:
        if entry.is_bare and not self._bare:
            self.before_bare = (self.checked, self.last_hash)
        self.checked, self.last_hash = entry.number, entry.hash
        self._bare += entry.is_bare
        if entry.verb == LOADED:
            self._declared = entry.data.get("elsewhere", 0)

    def _fault(self, entry: Entry, salts: dict[int, bytes]) -> str:
        """Return what is wrong with an entry; empty if it is unaltered."""
        if entry.number != self.checked + 1:
            return _gap(self.checked + 1, entry.number)
        if entry.previous_hash != self.last_hash:
            return f"entry {entry.number} does not follow from the entry before it ({entry})"
        if not entry.is_as_written or entry.altered_words(salts, self._code):
            return f"entry {entry.number} was changed after it was written ({entry})"
        for number in _salt_numbers(entry):
            if number not in salts and number not in self._erased:
                return f"salt {number} of entry {entry.number} is gone, and no entry erases it ({entry})"
        return ""


def _gap(expected: int, number: int) -> str:
    missing = f"entry {expected} is" if number == expected + 1 else f"entries {expected} to {number - 1} are"
    return f"{missing} missing before entry {number}"


def _chunks() -> Iterator[list[Entry]]:
    """Yield all entries in order, fewer at a time if they are long: one may commit to thousands of records."""
    chunk: list[Entry] = []
    size = 0
    for entry in _entries():
        chunk.append(entry)
        size += 1 + len(entry.commitments)
        if size >= CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _entries() -> Iterator[Entry]:
    """Yield all entries in order. Reading on after the last one returns everything committed meanwhile, without
    gaps.
    """
    number, read = 0, CHUNK
    while read == CHUNK:
        read = 0
        with transaction.atomic(), connection.chunked_cursor() as cursor:
            cursor.execute(ENTRIES, [number])
            while rows := cursor.fetchmany(FEW):
                number, read = rows[-1][0], read + len(rows)
                yield from map(_entry, rows)


def _entry(row: tuple[Any, ...]) -> Entry:
    entry: Any = Entry._make(row)
    return entry._replace(data=json.loads(entry.data), commitments=json.loads(entry.commitments))


def _salt_numbers(entry: Entry) -> set[int]:
    return {known[0] for name, known in entry.commitments.items() if name != ERASES}


def _salts_of(entries: list[Entry]) -> dict[int, bytes]:
    return Salt.objects.values_of(set().union(*map(_salt_numbers, entries)))


def _erased_salts() -> set[int]:
    """Return the numbers of the salts that entries list as erased."""
    rows = Event.objects.filter(verb=ERASE, commitments__has_key=ERASES).values_list("commitments", flat=True)
    return {number for commitments in rows for number in commitments[ERASES]}


# --- The records --------------------------------------------------------------------------------------------------


class Newest(NamedTuple):
    """Last commitment to a record. Without a salt it was erased and cannot be verified."""

    kind: str
    pk: int
    number: int
    code: str
    salt: bytes | None

    def fits(self, words: Any) -> bool:
        """Return whether this text matches the commitment, as far as it can be verified."""
        if self.salt is None:
            return True
        return code_of(self.salt, message(f"{self.kind}:{self.pk}", words)) == self.code


@contextmanager
def one_moment() -> Iterator[None]:
    """Read everything from one snapshot; inside a transaction, from the caller's."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def newest_commitments() -> Iterator[Newest]:
    """Yield the last commitment to each record by model and key. Needs a transaction: uses a server-side cursor."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(NEWEST)
        while rows := cursor.fetchmany(CHUNK):
            for kind, pk, number, code, salt in rows:
                yield Newest(kind, pk, number, code, None if salt is None else bytes(salt))


def altered_records(kinds: Iterable[type[Model]] | None = None) -> Iterator[Finding]:
    """Yield every record that differs from its last entry, has no entry, or is missing; only of these `kinds`, if
    given.
    """
    with one_moment():
        known = groupby(newest_commitments(), key=lambda each: each.kind)
        models = {model._meta.label_lower: model for model in kinds or committing_models()}
        passed = set()
        for kind, commitments in known:
            passed.add(kind)
            if kind in models:
                yield from _compared(models[kind], commitments)
        for kind in sorted(models.keys() - passed):
            yield from _compared(models[kind], iter(()))


def _compared(model: type[Model], commitments: Iterator[Newest]) -> Iterator[Finding]:
    """Compare both streams in key order and yield what is only in one of them, or differs."""
    kind, known = model._meta.label_lower, next(commitments, None)
    for pk, words, silent in standing_words(model):
        while known is not None and known.pk < pk:
            yield _missing(known)
            known = next(commitments, None)
        if known is None or known.pk > pk:
            if not silent:
                yield Finding(f"{kind}:{pk}", f"{kind} {pk} stands in no entry of the journal")
            continue
        if not known.fits(words):
            what = f"{kind} {pk} does not say what entry {known.number} of the journal commits to"
            yield Finding(f"{kind}:{pk}", what, known.number)
        known = next(commitments, None)
    while known is not None:
        yield _missing(known)
        known = next(commitments, None)


def _missing(known: Newest) -> Finding:
    what = f"{known.kind} {known.pk} is gone; entry {known.number} of the journal commits to it"
    return Finding(f"{known.kind}:{known.pk}", what, known.number)
