"""Benchmark: rendering a paper of 400 paragraphs and 2,000 points as Akoma Ntoso takes less than two seconds, with
stable bytes.
"""

import statistics
import time

from tests.benchmarks.figures import record
from tests.positions.render import editions
from tests.positions.render.akoma import find, read, written

ROUNDS = 5
MOST = 2.0


def seconds(work):
    """Return the CPU time of a call, independent of other load."""
    start = time.process_time()
    work()
    return time.process_time() - start


def test_four_hundred_paragraphs_take_less_than_two_seconds():
    content = editions.edition(paragraphs=400, points=2000)
    first, *later = [seconds(lambda: written(content)) for _ in range(ROUNDS)]
    size = len(written(content)) / 1e6
    row = [f"{size:.2f}", f"{first:.2f}", f"{statistics.median(later):.2f}", MOST]
    record("Akoma Ntoso of 400 paragraphs", ["MB", "first, s", "then, s", "at most, s"], [row], on_database=False)
    assert len(find(read(content), "//a:section/a:paragraph")) == 400
    assert max(first, *later) < MOST
