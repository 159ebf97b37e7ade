"""Benchmark: pages of a paper of 400 paragraphs on 2,000 points: queries of the first visit, bytes and milliseconds.

"made" is the first visit without cached data; "ms" is the median of later ones. The text is paginated, since 400
paragraphs do not fit 80 kB: each part is measured, and the largest is shown.
"""

import statistics
import time

import brotli
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from positions.views import public_papers
from tests.benchmarks.figures import record
from tests.paper_factories import make_edition, make_published_paper
from tests.positions.render import editions

pytestmark = pytest.mark.django_db
PARAGRAPHS, POINTS, TURNS = 400, 2000, 9
MOST_QUERIES, MOST_BYTES, MOST_ON_THE_WIRE = 10, 80_000, 15_000
KEPT = (public_papers.content, public_papers._text, public_papers.parts, public_papers.traits, public_papers._words)


def timed(client, address):
    start = time.perf_counter()
    page = client.get(address)
    assert page.status_code == 200, address
    return time.perf_counter() - start, page


def measure(client, address):
    """Return queries and milliseconds of the first visit, milliseconds of later ones, and bytes raw and compressed."""
    for kept in KEPT:
        kept.cache_clear()
    with CaptureQueriesContext(connection) as queries:
        made, page = timed(client, address)
        asked = len(queries)  # the next request empties the log
    again = statistics.median(timed(client, address)[0] for _turn in range(TURNS))
    return asked, made * 1000, again * 1000, len(page.content), len(brotli.compress(page.content))


def test_a_paper_of_400_paragraphs(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    published = make_published_paper(slug="long")
    content = editions.edition(paragraphs=PARAGRAPHS, points=POINTS)
    frozen = make_edition(published.paper, "1.0.1", "corrected", content=editions.canonical(content).decode())
    paper = reverse("paper", args=["long"])
    explore = reverse("paper_explore", args=["long", "1.0.1"])
    parts = len(public_papers.parts(frozen.sha256))
    pages = {f"text, part {part}": f"{paper}?part={part}" for part in range(1, parts + 1)}
    pages |= {
        "who was heard": explore,
        "one theme": f"{explore}?theme=T1",
        "one strength": f"{explore}?strength=urges",
        "a paragraph": reverse("paper_paragraph", args=["long", "1.0.1", 200]),
    }
    found = {name: measure(client, address) for name, address in pages.items()}
    rows = [
        [name, queries, f"{made:.1f}", f"{again:.1f}", size, packed]
        for name, (queries, made, again, size, packed) in found.items()
    ]
    head = ["page", "queries", "made, ms", "again, ms", "bytes", "on the wire"]
    record(f"The explorer of a paper of {PARAGRAPHS} paragraphs on {POINTS} points, in {parts} parts", head, rows)
    assert {name: row[0] for name, row in found.items() if row[0] > MOST_QUERIES} == {}
    assert {name: row[3] for name, row in found.items() if row[3] > MOST_BYTES} == {}
    assert {name: row[4] for name, row in found.items() if row[4] > MOST_ON_THE_WIRE} == {}
