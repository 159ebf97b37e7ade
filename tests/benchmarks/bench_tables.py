"""Benchmark: the tables of a long edition as one workbook, and as CSV files."""

import time

from positions.render import tables, workbook
from tests.benchmarks.figures import record
from tests.positions.render import editions

MOST = 2.0  # seconds of the processor: what else the machine does at the moment does not count


def test_the_tables_of_a_long_edition_take_less_than_two_seconds():
    content = editions.edition(paragraphs=400, points=2_000)
    named = {"sha256": editions.digest(content)}
    runs = {"workbook": lambda: workbook.render(content, address=editions.address(content), **named)}
    for table in tables.TABLES:
        runs[str(table.title)] = lambda table=table: tables.render(content, table=table, **named)
    taken, rows = {}, []
    for name, run in runs.items():
        start = time.process_time()
        size = len(run())
        taken[name] = time.process_time() - start
        rows.append([name, f"{taken[name]:.3f}", f"{size / 1000:.0f}"])
    head = ["table", f"s (at most {MOST})", "kB"]
    record("Tables of a paper of 400 paragraphs on 2,000 points", head, rows, on_database=False)
    assert max(taken.values()) < MOST
