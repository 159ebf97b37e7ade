"""Benchmark: drafting a long paper: redline and merge, comparison of editions, freezing, and the page.

Times are the best of several runs, next to the time for a quarter of the text: four times as much may take about four
times as long.
"""

import json
import random
import statistics
import time
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from positions.models import Paragraph
from positions.text.compare import compare
from positions.text.diff import merge, redline
from tests.benchmarks.bench_pages import analyse, timed
from tests.benchmarks.figures import record
from tests.long_paper import make_long_paper, word_many
from tests.paper_factories import freeze
from tests.sign_in import sign_in

LONG, FOLD, MOST_SECONDS = 5_000, 4, 0.1
MOST_GROWTH = 1.6 * FOLD  # linear but for what a quarter of the text gains from the processor's memory
RUNS = 5


def best(action: Callable[[], object], runs: int = RUNS) -> float:
    """Return the shortest of several runs in seconds of CPU time."""
    found = []
    for _turn in range(runs):
        start = time.process_time()
        action()
        found.append(time.process_time() - start)
    return min(found)


def prose(length: int, chance: random.Random) -> list[str]:
    """Return text with as many words, few frequent and most rare, as in natural language."""
    return [f"word{int(chance.paretovariate(0.7)) % 3_000}" for _turn in range(length)]


def edited(text: list[str], rate: float, chance: random.Random) -> str:
    """Return the text with some words replaced, deleted or inserted."""
    found = []
    for word in text:
        kind = int(chance.random() / rate * 3) if rate else 3
        found.append(["", "other", f"{word} and", word][min(kind, 3)])
    return " ".join(filter(None, found))


CASES = {
    "one word in a hundred": (0.01, prose),
    "every third word": (0.3, prose),
    "written anew": (1.0, prose),
    "a hundred words only": (0.3, lambda length, chance: [f"w{chance.randrange(101)}" for _turn in range(length)]),
    "two words only": (0.3, lambda length, chance: [chance.choice("ab") for _turn in range(length)]),
}


def times(length: int, case: str) -> tuple[float, float]:
    """Return the seconds of a redline and a merge of this length."""
    rate, make = CASES[case]
    chance = random.Random(case)
    base = make(length, chance)
    whole, mine, theirs = " ".join(base), edited(base, rate, chance), edited(base, rate, chance)
    return best(lambda: redline(whole, mine)), best(lambda: merge(whole, mine, theirs))


def test_words_of_a_long_paragraph():
    found = {case: (times(LONG // FOLD, case), times(LONG, case), times(LONG * FOLD, case)) for case in CASES}
    lengths = [f"{length:,}" for length in (LONG // FOLD, LONG, LONG * FOLD)]
    head = ["words", *(f"{what} {length}, ms" for what in ("redline", "merge") for length in lengths)]
    table = [[case, *(f"{row[kind] * 1000:.1f}" for kind in (0, 1) for row in rows)] for case, rows in found.items()]
    record("Words compared and merged", head, table, on_database=False)
    longest = {case: max(rows[1]) for case, rows in found.items()}
    assert {case: seconds for case, seconds in longest.items() if seconds > MOST_SECONDS} == {}
    growth = {case: max(rows[2][kind] / rows[1][kind] for kind in (0, 1)) for case, rows in found.items()}
    assert {case: times for case, times in growth.items() if times > MOST_GROWTH} == {}


# --- The room -------------------------------------------------------------------------------------------------------

MUCH = {"points": 2_000, "amendments": 1_500, "ministries": 25}
SHORT = {"points": 200, "amendments": 150, "ministries": 10}
VISITS, MOST_QUERIES, MOST_RATIO, MOST_TO_COMPARE, MOST_TO_FREEZE = 15, 20, 2, 1.0, 2.0


def first_look(client: Client, address: str) -> tuple[int, int]:
    """Return the queries and bytes of a page."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(address)
    assert page.status_code == 200
    return len(queries), len(page.content)


@pytest.mark.django_db(transaction=True)  # or the statistics are those of empty tables
def test_the_room_of_a_long_paper(client, settings):
    """Measures the pages in turn, so that load peaks affect them alike."""
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.startswith("zeal.")]
    papers = {40: make_long_paper(40, **SHORT), 400: make_long_paper(400, **MUCH)}
    analyse()
    sign_in(client, papers[400].drafter)
    at = {n: reverse("desk_section", args=[each.paper.slug, each.sections[4].pk]) for n, each in papers.items()}
    looks = {number: first_look(client, address) for number, address in at.items()}
    spent: dict[int, list[float]] = {number: [] for number in at}
    for _turn in range(VISITS):
        for number, address in at.items():
            spent[number].append(timed(lambda address=address: client.get(address)))
    middle = {number: statistics.median(times) for number, times in spent.items()}
    rows = [
        [number, f"{middle[number] * 1000:.1f}", queries, f"{size:,}", f"{middle[number] / middle[40]:.2f}"]
        for number, (queries, size) in looks.items()
    ]
    record("The drafting room", ["paragraphs", "ms", "queries", "bytes", f"ratio (at most {MOST_RATIO})"], rows)
    assert 0 < looks[400][0] <= MOST_QUERIES
    assert middle[400] <= MOST_RATIO * middle[40]


@pytest.mark.django_db(transaction=True)
def test_a_long_paper_is_frozen_and_compared(settings):
    long = make_long_paper(400, **MUCH)
    analyse()
    start = time.perf_counter()
    before = freeze(long.paper, "0.1", "review")
    frozen = time.perf_counter() - start
    word_many(
        list(Paragraph.objects.standing().filter(section__paper=long.paper)),
        by=long.drafter,
        chance=random.Random(1),
        turn=2,
    )
    texts = [json.loads(each.content) for each in (before, freeze(long.paper, "0.2", "review"))]

    def side_by_side() -> None:
        for part in compare(*texts):
            for row in part.rows:
                assert row.spans

    compared = best(side_by_side)
    rows = [["freeze", f"{frozen:.2f}", MOST_TO_FREEZE], ["compare two editions", f"{compared:.2f}", MOST_TO_COMPARE]]
    record("A paper of 400 paragraphs", ["step", "s", "at most, s"], rows)
    assert frozen <= MOST_TO_FREEZE
    assert compared <= MOST_TO_COMPARE
