"""Run functions at the same time in threads, each with its own database connection."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection
from zeal import zeal_ignore

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Start all `acts` together and return each result or exception.

    The loser of a race reads again what the winner wrote; this second read does not count as a query per row.
    """
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=10)
            with zeal_ignore():
                return act()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def wait_until_one_waits(seconds: float = 10) -> None:
    """Wait until another session waits for a lock of this transaction; raise TimeoutError if none does."""
    until = time.monotonic() + seconds
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise TimeoutError(f"Nobody waited for a lock within {seconds} seconds.")
