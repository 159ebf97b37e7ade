"""Advisory locks of PostgreSQL. All are held by a transaction, never by a session, so they also work behind PgBouncer
with `pool_mode = transaction`, and are released when their holder dies."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper


def after_lock(query: str, *values: Any, lock: tuple[int, ...]) -> tuple[Any, ...] | None:
    """Return the first row of `query`, run after acquiring `lock`, which is held until the transaction ends.

    Sends both statements in one message. Each has its own snapshot, so the query sees everything written under the
    lock.
    """
    places = ", ".join(["%s"] * len(lock))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock({places}); {query}", [*lock, *values])
        cursor.nextset()
        return cursor.fetchone()


@contextmanager
def try_lock(*lock: int) -> Iterator[BaseDatabaseWrapper | None]:
    """Hold `lock` while the block runs; yield None if somebody else holds it.

    An open transaction on a connection of its own holds the lock. It reads no table, so it does not delay vacuum. The
    lock is lost if that connection breaks: the yielded connection then is not usable.
    """
    holder = connections.create_connection(DEFAULT_DB_ALIAS)
    places = ", ".join(["%s"] * len(lock))
    try:
        holder.set_autocommit(False)
        with holder.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute(f"SELECT pg_try_advisory_xact_lock({places})", lock)
            (is_ours,) = cursor.fetchone()
        yield holder if is_ours else None
    finally:
        if holder.is_usable():
            holder.rollback()
        holder.close()
