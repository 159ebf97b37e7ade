"""Benchmark: answers of "Find" at 100,000 inputs and 190,000 points, as the dialog asks for them while somebody types.

Asked through the whole stack by an officer at the desk of a consultation, a member and an author: words in every input,
in one of a hundred, in three and in none, as they are typed, a number, references and a name. Milliseconds on the clock;
processor time of this process and its database backend, which must stay below MOST.
"""

import statistics
from collections.abc import Iterator

import pytest

from consultations.models import Point, Stakeholder, Submission
from tests.benchmarks.bench_finding import Page, Site, grow, make_world, queries_of
from tests.benchmarks.figures import SIZE, record, taken
from tests.plans import read_as_a_whole, without_statistics

pytestmark = pytest.mark.django_db(transaction=True)
INPUTS, ROUNDS, MOST = max(SIZE, 100_000), 7, 0.1  # seconds


def typed() -> Iterator[str]:
    """Yield what is typed."""
    sent = Submission.objects.filter(state="accepted", audience="public").order_by("pk")[777]
    point = Point.objects.filter(submission__audience="public").order_by("-pk")[777]
    yield from (
        "mi",
        "migrants",
        "herd",
        "herders region5",
        "zebras",
        "unicorns",
        "migrants ask for permits at border3",
    )
    yield from ("777", "§ 35", sent.reference, point.reference)
    yield from (Stakeholder.objects.filter(name__contains="Fishers").get().name, "enter an input", "")


def pages(at: str) -> Iterator[Page]:
    """Yield each question as each reader asks it; officers work in a consultation."""
    for words in typed():
        for reader in ("head", "member", "sender"):
            place = f"&at={at}" if reader == "head" else ""
            yield Page(reader, words, f"q={words.replace(' ', '+')}&part=results{place}", "find")


def test_answers_are_fast_among_many_inputs(settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.startswith("zeal.")]
    world = make_world()
    site = Site(world.readers)
    grow(world.consultation, INPUTS)
    rows, slow, queries = [], {}, {}
    for page in pages(world.consultation.slug):
        site.show(page)
        times = [taken(lambda page=page: site.show(page)) for _turn in range(ROUNDS)]
        spent, clock = (statistics.median(each) for each in zip(*times, strict=True))
        queries[page.name, page.reader] = queries_of(lambda page=page: site.show(page))
        number = len(queries[page.name, page.reader])
        rows.append([page.name, page.reader, number, f"{spent * 1000:.0f}", f"{clock * 1000:.0f}"])
        if spent > MOST:
            slow[page.name, page.reader] = spent
    head = ["typed", "reader", "queries", "processor, ms", "clock, ms"]
    record(f"Find among {INPUTS:,} inputs, at most {MOST * 1000:.0f} ms", head, rows)
    with without_statistics():
        whole = read_as_a_whole(queries)
    assert (slow, whole) == ({}, {})
