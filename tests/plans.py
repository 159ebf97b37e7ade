"""Plans of queries: which tables PostgreSQL can only read as a whole.

A test has a few rows, which PostgreSQL reads faster as a whole. So sequential scans are made expensive: a plan that
still has one has no index to use, however many rows there are.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.database_roles import as_superuser

LARGE = {"consultations_submission", "consultations_point", "consultations_event", "consultations_searchentry"}
REMOVED = ("Rows Removed by Filter", "Rows Removed by Index Recheck")


@contextmanager
def no_large_table_is_read_as_a_whole() -> Iterator[None]:
    """Fail if a query of this block can only be answered by reading a whole large table."""
    with CaptureQueriesContext(connection) as queries:
        yield
    found = {query["sql"]: tables for query in queries.captured_queries if (tables := scanned(query["sql"]) & LARGE)}
    assert found == {}


def scanned(query: str, *, as_it_is: bool = False) -> set[str]:
    """Return the tables that the query reads sequentially although that is made expensive, or `as_it_is`: then a scan
    that ends early, because PostgreSQL expects what a LIMIT asks for among the first fifth of the rows, is none.
    """
    if not query.startswith(("SELECT", "(SELECT")):
        return set()
    with connection.cursor() as cursor:
        cursor.execute(f"SET enable_seqscan = {'on' if as_it_is else 'off'}")
        try:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {query}")
            return set(_sequential(cursor.fetchone()[0][0]["Plan"], ends_early=False))
        finally:
            cursor.execute("SET enable_seqscan = on")


def _sequential(plan: dict[str, Any], *, ends_early: bool) -> Iterator[str]:
    """Yield the tables that a plan reads sequentially to their end."""
    kind, inner = plan["Node Type"], plan.get("Plans", [])
    if kind == "Seq Scan" and not ends_early:
        yield plan["Relation Name"]
    if kind == "Limit":
        ends_early = plan["Total Cost"] * EARLY < max(each["Total Cost"] for each in inner)
    elif kind not in PASSES_ON:
        ends_early = False
    for each in inner:
        is_own = each["Parent Relationship"] in ("Outer", "Subquery", "Member")
        yield from _sequential(each, ends_early=ends_early and is_own)


EARLY = 5
PASSES_ON = {"Limit", "Subquery Scan", "Nested Loop", "Append", "Result"}  # rows come out as they come in


FORGET = """
    SET allow_system_table_mods = on;
    DELETE FROM pg_statistic;
    UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE relkind IN ('r', 'i')
"""


@contextmanager
def without_statistics() -> Iterator[None]:
    """Let PostgreSQL know nothing about the rows, as in a database that was just restored."""
    with _told(FORGET):
        yield


@contextmanager
def as_if_large(rows: int = 1_000_000) -> Iterator[None]:
    """Let PostgreSQL plan as if each large table had so many rows, with the values that it has."""
    tables = ", ".join(f"'{name}'" for name in sorted(LARGE))
    with _told(f"ANALYZE; UPDATE pg_class SET reltuples = {rows} WHERE relname IN ({tables})"):
        yield


@contextmanager
def _told(statements: str) -> Iterator[None]:
    """Change what PostgreSQL knows about the rows that are committed."""
    with as_superuser() as cursor:
        for statement in statements.split(";"):
            cursor.execute(statement)
    connection.close()  # a session keeps what it knew
    try:
        yield
    finally:
        with as_superuser() as cursor:
            cursor.execute("ANALYZE")
        connection.close()


def read_as_a_whole(queries: Mapping[str, Iterable[str]], *, as_it_is: bool = False) -> dict[str, set[str]]:
    """Return by page the large tables that one of its queries reads sequentially; see `scanned`."""
    tables = {query: scanned(query, as_it_is=as_it_is) & LARGE for query in set().union(*queries.values())}
    found = {page: set().union(*(tables[query] for query in asked)) for page, asked in queries.items()}
    return {page: large for page, large in found.items() if large}


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
