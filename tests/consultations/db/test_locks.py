"""Advisory locks that are released when the transaction of their holder ends."""

import re

import pytest
from django.db import connection

from consultations.db.locks import after_lock, try_lock
from tests.source_code import PACKAGES, ROOT, files
from tests.threads import at_once

LOCK = (20990101, 7)
OPEN = "SELECT pid, backend_xmin FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database()"

pytestmark = pytest.mark.django_db(transaction=True)


def test_no_lock_belongs_to_a_session():
    session = re.compile(r"pg_(try_)?advisory_(un)?lock|\bLISTEN\b")
    code = [path for path in files(".py") if path.relative_to(ROOT).parts[0] in PACKAGES]
    assert len(code) > 300
    assert [path.name for path in code if session.search(path.read_text())] == []


def query_result(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def test_lock_is_exclusive_until_block_ends():
    with try_lock(*LOCK) as first, try_lock(*LOCK) as second, try_lock(LOCK[0], 8) as other:
        assert (first is not None, second, other is not None) == (True, None, True)
    with try_lock(*LOCK) as again:
        assert again is not None


def test_lock_does_not_delay_vacuum_or_time_out_when_idle():
    with try_lock(*LOCK) as lock:
        assert [xmin for _, xmin in query_result(OPEN)] == [None]
        with lock.cursor() as cursor:
            cursor.execute("SHOW idle_in_transaction_session_timeout")
            assert cursor.fetchone() == ("0",)
    assert query_result(OPEN) == []


def test_a_broken_connection_releases_the_lock_and_is_reported():
    with try_lock(*LOCK) as lock:
        query_result(f"SELECT pg_terminate_backend(pid, 5000) FROM ({OPEN}) AS open")
        assert not lock.is_usable()
        with try_lock(*LOCK) as other:
            assert other is not None


def test_query_after_lock_waits():
    def wait_a_little():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        return after_lock("SELECT 1", lock=LOCK)

    with try_lock(*LOCK):
        (refused,) = at_once(wait_a_little)
        assert "lock timeout" in str(refused)
    assert after_lock("SELECT %s::text", "read", lock=LOCK) == ("read",)
