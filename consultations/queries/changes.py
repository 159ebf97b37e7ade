"""What this process knows of the journal, so that pages and values are kept until an entry that they depend on.

Verbs and admin edits change everything that pages show, and both write an entry before they commit; sign-ins and mail
do not. A marker on the disk tells that an entry was committed on this machine; entries of other machines are looked for
once in LOOK_EVERY seconds. So to look costs no query as a rule.
"""

import threading
import time
from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.utils.translation import get_language

from consultations.db.changes import last_change

LOOK_EVERY = 1.0  # seconds
SECONDS = 60  # longest time that anything is kept, for what depends on the clock and for data loaded without an entry
MOST_KEPT = 1000  # values of one function; then all of them are made anew

# Areas of the journal, with the kinds of records whose verbs write only what their pages read, besides all records of
# papers. Other kinds (consultations, organisations, forums, people, reference data) concern every page. A test compares
# what pages read with what verbs write.
INPUTS, FORUM_DAYS, PAPERS, SHARED = "inputs", "forum days", "papers", "shared"
AREAS = {
    INPUTS: {"submission", "point", "attachment", "likeness", "endorsement", "enquiry"},
    FORUM_DAYS: {"delegate", "forumsession", "invitation"},
    PAPERS: {"point"},
}
EVERY_AREA = frozenset((INPUTS, FORUM_DAYS, PAPERS, SHARED))
# Verbs that only add something, and come by the hundred on a deadline day.
MAY_BE_LATE = (
    "accept", "add_file", "admit_file", "answer", "ask_sign_off", "check_in", "comment", "compare", "create", "endorse",
    "hand_in", "hold_file", "import", "nominate", "remind", "seal_access_log", "sign_off", "split", "submit",
    "take_stance", "validate",
)  # fmt: skip

LAST = "SELECT '', true, number, hash FROM consultations_event ORDER BY number DESC LIMIT 1"
NEWS = """
    SELECT known.is_there, news.*
    FROM (SELECT EXISTS (SELECT FROM consultations_event WHERE number = %s AND hash = %s) AS is_there) AS known
    LEFT JOIN (
        SELECT DISTINCT ON (kind, is_urgent) kind, verb <> ALL (%s) AS is_urgent, number, hash
        FROM consultations_event WHERE number > %s ORDER BY kind, is_urgent, number DESC
    ) AS news ON true
"""


class Change(NamedTuple):
    """The last new entry about a kind of record, such as "consultations.point"; "" stands for any kind."""

    kind: str
    is_urgent: bool
    number: int
    hash: str


def changes_since(number: int, known_hash: str, can_wait: Collection[str]) -> list[Change] | None:
    """Return the last new entries after this one, for each kind of record and by whether their verb is in `can_wait`.

    None if the journal has no such entry; with the number -1 the last entry of all.
    """
    with connection.cursor() as cursor:
        if number < 0:
            cursor.execute(LAST)
            return [Change(*row) for row in cursor.fetchall()]
        cursor.execute(NEWS, [number, known_hash, list(can_wait), number])
        rows = cursor.fetchall()
    return [Change(*row) for _is_there, *row in rows if row[0] is not None] if rows[0][0] else None


def area_of(kind: str) -> frozenset[str]:
    """Return the areas that verbs on records of this kind concern, such as "consultations.point"."""
    app, _, name = kind.partition(".")
    if app == "positions":
        return frozenset((PAPERS,))
    return frozenset(area for area, kinds in AREAS.items() if name in kinds) or EVERY_AREA


class Moment(NamedTuple):
    """What was known when something was made: which journal, its last entry, and when (the monotonic clock)."""

    journal: int
    number: int
    at: float


class Known:
    """What this process knows of the journal: the last entry, and the last one and last urgent one of each area."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._journal = 0
        self.forget()

    def forget(self) -> None:
        """Begin anew: everything that was kept before is out of date."""
        self._journal += 1
        self._number, self._hash = -1, ""
        self._marker, self._looked_at = -1, float("-inf")
        self._last: dict[tuple[str, bool], int] = {}

    def look(self) -> Moment:
        """Return the present moment; read the journal if it may have another entry than the known ones."""
        if not self._is_fresh():
            with self._lock:
                if not self._is_fresh():
                    marker, begun = last_change(), time.monotonic()  # before the query, so that nothing is missed
                    self._take(changes_since(self._number, self._hash, MAY_BE_LATE))
                    self._marker, self._looked_at = marker, begun
        return Moment(self._journal, self._number, time.monotonic())

    def is_past(self, moment: Moment, areas: frozenset[str], *, urgent: bool) -> bool:
        """Return whether these areas have an entry after `moment`; only of `urgent` ones if so asked."""
        last = max((self._last.get((area, urgent), -1) for area in areas), default=-1)
        return moment.journal != self._journal or last > moment.number

    def _is_fresh(self) -> bool:
        return self._marker == last_change() and time.monotonic() - self._looked_at < LOOK_EVERY

    def _take(self, changes: list[Change] | None) -> None:
        if changes is None:  # another journal than before, as after loading an archive
            self.forget()
            changes = changes_since(-1, "", MAY_BE_LATE) or []
        for change in changes:
            for area in area_of(change.kind):
                for urgent in {False, change.is_urgent}:
                    self._last[area, urgent] = max(change.number, self._last.get((area, urgent), -1))
            if change.number > self._number:
                self._number, self._hash = change.number, change.hash


known = Known()


def may_keep() -> bool:
    """Return whether this thread reads what others read: outside any transaction, and not in development."""
    return not connection.in_atomic_block and not settings.DEBUG


def kept[R](*areas: str) -> Callable[[Callable[[], R]], Callable[[], R]]:
    """Keep the value of a function in memory, for each language, until an entry in one of these areas.

    All callers get the same value, so it must not be altered.
    """

    def decorate(function: Callable[[], R]) -> Callable[[], R]:
        of_language = kept_for_each(str, *areas)(lambda _language: function())

        @wraps(function)
        def value() -> R:
            return of_language(get_language() or "")

        return value

    return decorate


def kept_for_each[K, R](key: Callable[[K], Any], *areas: str) -> Callable[[Callable[[K], R]], Callable[[K], R]]:
    """Like `kept`, for a function of one argument, such as a person: keep its value for each `key` of the argument."""
    needed = frozenset(areas)

    def decorate(function: Callable[[K], R]) -> Callable[[K], R]:
        values: dict[Any, tuple[Moment, R]] = {}

        @wraps(function)
        def value(argument: K) -> R:
            if not may_keep():
                return function(argument)
            now, name = known.look(), key(argument)
            held = values.get(name)
            if held and now.at - held[0].at < SECONDS and not known.is_past(held[0], needed, urgent=False):
                return held[1]
            if len(values) >= MOST_KEPT:
                values.clear()
            values[name] = now, (result := function(argument))
            return result

        return value

    return decorate
