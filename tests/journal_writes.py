"""Which tables the verbs on each kind of record write, triggers included: recorded while the sample is played."""

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from consultations.models.journal import EventManager
from ncm_portal.workflow import verbs
from tests.settings import RUN_FOLDER

FILE = Path(RUN_FOLDER) / "writes.json"
# The server counts rows of transactions that it has not yet reported too, so a verb is a difference.
COUNTS = "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"


def _counts() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(COUNTS)
        return dict(cursor.fetchall())


@contextmanager
def recorded_writes() -> Iterator[None]:
    """Write FILE: for each kind of record, the tables that were written by a verb with an entry about it.

    Only verbs within a larger transaction are recorded, as all are while the sample is played.
    """
    found: dict[str, set[str]] = defaultdict(set)
    kinds: set[str] = set()
    append, outermost = EventManager._append, verbs._outermost

    def appended(self, verb, entries, **data):
        events = append(self, verb, entries, **data)
        kinds.update(event.kind for event in events)
        return events

    @contextmanager
    def watched() -> Iterator[None]:
        kinds.clear()
        before = _counts() if connection.in_atomic_block else None
        with outermost():
            yield
        if before is not None:
            tables = {name for name, count in _counts().items() if count > before.get(name, 0)}
            for kind in kinds:
                found[kind] |= tables

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EventManager, "_append", appended)
        patch.setattr(verbs, "_outermost", watched)
        yield
    FILE.write_text(json.dumps({kind: sorted(tables) for kind, tables in found.items()}))


def writes() -> dict[str, set[str]]:
    """Return what was recorded."""
    return {kind: set(tables) for kind, tables in json.loads(FILE.read_text()).items()}
