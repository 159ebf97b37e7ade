"""Benchmark: sending inputs, and how long each keeps the end of the journal locked.

Every verb that writes waits for the one that holds it, until its commit. So what is done between the lock and the commit
limits how many inputs a portal can take in a second, on however many machines; the commit itself depends on the disk.
"""

import statistics
import threading
import time
import uuid

import pytest
from django.db import connection

from consultations import workflow
from consultations.models import Event
from tests.benchmarks.figures import record
from tests.factories import make_consultation, make_member, make_stakeholder, make_theme

pytestmark = pytest.mark.django_db(transaction=True)
THREADS, EACH = 8, 60
MOST_LOCKED = 3.0  # milliseconds; goal: 1
WORDS = {"title": "What we ask for", "body": "Wages on time. " * 200, "proposed_wording": "", "language": "en"}


def send(consultation, theme, times):
    """Send EACH inputs of an organisation; add to `times` how long each held the journal and its commit took."""
    body = make_stakeholder()
    author, locked = make_member(body), [0.0]

    def note(execute, sql, *rest):
        begun = time.perf_counter()
        result = execute(sql, *rest)
        if "INSERT INTO consultations_event" in sql:
            locked[0] = begun
        return result

    commit = connection._commit

    def committed():
        begun = time.perf_counter()
        commit()
        if locked[0]:
            times.append((begun - locked[0], time.perf_counter() - begun))
            locked[0] = 0.0

    connection._commit = committed
    try:
        with connection.execute_wrapper(note):
            for _turn in range(EACH):
                key, more = uuid.uuid4(), {"theme": theme, "audience": "public", "provisions": []}
                workflow.start_and_submit(consultation, body, by=author, key=key, **WORDS, **more)
    finally:
        connection.close()


def sent_by(threads, *given):
    """Return how many seconds it takes that so many threads send EACH inputs."""
    running = [threading.Thread(target=send, args=given) for _turn in range(threads)]
    begun = time.perf_counter()
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return time.perf_counter() - begun


def test_journal_is_locked_for_its_own_writing_only():
    consultation, theme, times = make_consultation(themes=["T1"]), make_theme("T1"), []
    alone = sent_by(1, consultation, theme, times)  # nobody waits: what is measured is the work under the lock
    held, flushed = (1000 * statistics.median(each) for each in zip(*times, strict=True))
    together = sent_by(THREADS, consultation, theme, times)
    assert Event.objects.filter(verb="submit").count() == (1 + THREADS) * EACH
    record(
        "Sending an input, the verb alone",
        ["one thread, inputs/s", f"{THREADS} threads, inputs/s", "journal locked, ms", "then commit, ms", "goal, ms"],
        [[f"{EACH / alone:,.0f}", f"{THREADS * EACH / together:,.0f}", f"{held:.2f}", f"{flushed:.2f}", 1]],
    )
    assert held < MOST_LOCKED
