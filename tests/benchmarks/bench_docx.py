"""Benchmark: rendering a Word document of 400 paragraphs and 2,000 answers, some two hundred pages."""

import io
import statistics
import time

from docx import Document

from positions.render import docx
from tests.benchmarks.figures import record
from tests.positions.render import editions

ROUNDS = 5
MOST = 2.0  # seconds of one processor


def test_a_long_paper_is_written_within_two_seconds():
    content = editions.edition(paragraphs=400, points=2000, participants=300)
    content["sections"][0]["paragraphs"][0]["text"] = "drought " * 130_000  # a megabyte
    named = {"sha256": editions.digest(content), "address": editions.address(content)}
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        written = docx.render(content, **named)
        times.append(time.process_time() - start)
    tables = Document(io.BytesIO(written)).tables
    row = [len(tables), f"{len(written) / 1e6:.2f}", f"{statistics.median(times):.2f}", MOST]
    record("Word file of a long paper", ["tables", "MB", "s", "at most, s"], [row], on_database=False)
    assert sum(len(each._tbl.tr_lst) for each in tables) > 2300
    assert statistics.median(times) < MOST
