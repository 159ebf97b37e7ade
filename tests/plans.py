"""Plans of queries: which tables PostgreSQL can only read as a whole.

A test has a few rows, which PostgreSQL reads faster as a whole. So sequential scans are made expensive: a plan that
still has one has no index to use, however many rows there are.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

LARGE = {"consultations_submission", "consultations_point", "consultations_event", "consultations_searchentry"}


@contextmanager
def no_large_table_is_read_as_a_whole() -> Iterator[None]:
    """Fail if a query of this block can only be answered by reading a whole large table."""
    with CaptureQueriesContext(connection) as queries:
        yield
    found = {query["sql"]: tables for query in queries.captured_queries if (tables := scanned(query["sql"]) & LARGE)}
    assert found == {}


def scanned(query: str) -> set[str]:
    """Return the tables that the query reads sequentially although that is made expensive."""
    if not query.startswith("SELECT"):
        return set()
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        try:
            cursor.execute(f"EXPLAIN {query}")
            return set(re.findall(r"Seq Scan on (\w+)", "\n".join(line for (line,) in cursor.fetchall())))
        finally:
            cursor.execute("SET enable_seqscan = on")
