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
REMOVED = ("Rows Removed by Filter", "Rows Removed by Index Recheck")


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


def rows_read(query: str) -> int:
    """Run the query again; return the most rows that a step of its plan reads of a table or an index, those that it
    throws away included.
    """
    if not query.startswith("SELECT"):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {query}")
        plans, most = [cursor.fetchone()[0][0]["Plan"]], 0
    while plans:
        plan = plans.pop()
        plans += plan.get("Plans", [])
        if plan["Node Type"].endswith("Scan"):
            rows = plan["Actual Rows"] + sum(plan.get(name, 0) for name in REMOVED)
            most = max(most, round(rows * plan["Actual Loops"]))
    return most
