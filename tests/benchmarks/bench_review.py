"""Benchmark: review of 400 paragraphs with 1,500 amendments: queries and time of its pages; 200 rounds of each race."""

import statistics
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ncm_portal.workflow import now
from positions import workflow
from tests.benchmarks.figures import record
from tests.factories import make_member, make_ministry
from tests.paper_factories import make_section
from tests.positions.review_races import RACES, propose_many, run, write_paragraphs
from tests.positions.reviewing import make_reviewable
from tests.positions.views.test_drafting import at
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
PARAGRAPHS, AMENDMENTS, SECTIONS, SPONSORS = 400, 1500, 10, 20
MOST_QUERIES, TURNS, ROUNDS = 20, 5, 200


@pytest.fixture
def review(db):
    """Create a round on a text of ten sections, with nearly four amendments per paragraph by twenty sponsors."""
    world = make_reviewable()
    world.bodies = [make_ministry(f"Ministry {place}") for place in range(SPONSORS)]
    make_member(world.bodies[0], user=world.member)
    world.sections = [make_section(world.paper, heading=f"Part {place}") for place in range(SECTIONS)]
    paragraphs = write_paragraphs(world.sections, PARAGRAPHS, by=world.drafter)
    world.paper = workflow.open_review(world.paper, by=world.drafter, closes_at=now() + timedelta(days=2))
    world.amendments = propose_many(world, world.paper.rounds.get(), paragraphs, AMENDMENTS)
    return world


def look(browser, address):
    """Return the queries of a page, its median seconds and its bytes."""
    browser.get(address)
    times = []
    for _turn in range(TURNS):
        with CaptureQueriesContext(connection) as asked:
            start = time.perf_counter()
            page = browser.get(address)
            times.append(time.perf_counter() - start)
    assert page.status_code == 200, address
    return len(asked), statistics.median(times), len(page.content)


def test_pages_of_a_large_review_ask_little_and_come_by_section(client, review):
    found = {}
    sign_in(client, review.member)
    pages = (
        ("review", []),
        ("review_section", [2]),
        ("review_amendment", [review.amendments[0].pk]),
        ("review_print", []),
    )
    for name, args in pages:
        found[name] = look(client, at(name, review, *args))
    sign_in(client, review.drafter)
    for name, args in (
        ("desk_review", []),
        ("desk_amendments", []),
    ):
        found[name] = look(client, at(name, review, *args))
    rows = [
        [name, queries, f"{seconds * 1000:.0f}", f"{size / 1000:.0f}"]
        for name, (queries, seconds, size) in found.items()
    ]
    record("Pages of a review", ["page", "queries", "ms", "kB"], rows)
    assert {name: queries for name, (queries, _seconds, _size) in found.items() if queries > MOST_QUERIES} == {}


@pytest.mark.parametrize("name", RACES)
def test_every_race_has_one_outcome(name):
    start = time.perf_counter()
    outcomes = run(name, ROUNDS)
    print(f"{name}: {dict(outcomes)} in {time.perf_counter() - start:.1f} s")
    assert sum(outcomes.values()) == ROUNDS
