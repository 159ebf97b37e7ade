"""Benchmark: the reference validator on papers of six, forty and a hundred and fifty pages, in English, Kiswahili and
both: no rule of PDF/A-3a and PDF/UA-1 fails. Printing them takes two minutes, so that the tests judge the shortest
only.
"""

import io
import time

import pikepdf

from positions.render import pdf
from tests.benchmarks.figures import record
from tests.positions.render import editions, lengths


def test_papers_of_every_length_and_language_fail_no_rule(vera, tmp_path):
    paths = []
    for pages in lengths.SIZES:
        for language in lengths.LANGUAGES:
            content = lengths.edition(pages, language)
            printed = pdf.render_apart(content, editions.digest(content), editions.address(content))
            paths.append(tmp_path / f"{language}-{pages}.pdf")
            paths[-1].write_bytes(printed)
            with pikepdf.open(io.BytesIO(printed)) as document:
                found = len(document.pages)
            assert abs(found - pages) <= 2
    start = time.perf_counter()
    failed = vera(paths[0], "ua1,3a", *paths[1:])
    row = [len(paths), f"{time.perf_counter() - start:.0f}", len(failed)]
    record("Papers judged by veraPDF", ["papers", "s, clock", "rules failed"], [row], on_database=False)
    assert failed == []
