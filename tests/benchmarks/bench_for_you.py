"""Benchmark: the page "For you" against the list of a plain Django project over the same rows (tests/benchmarks/floor/).

"Afresh" is a visit after an entry of the journal about an input, "kept" one after another visit. The officer has each kind of input to read, check and split, the focal point drafts and letters.
SIZE is the number of inputs; bounds are for 2,000.
"""

import statistics
from collections.abc import Callable
from typing import NamedTuple

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultations import workflow
from consultations.models import Stakeholder, Submission, User
from consultations.queries.inbox import waiting_count
from tests.benchmarks.bench_floor import Site, make_rows
from tests.benchmarks.figures import SIZE, record, taken
from tests.benchmarks.floor import pages
from tests.crowd import Crowd
from tests.database_roles import as_superuser
from tests.factories import make_forum, make_invitation, make_likeness, make_member, make_submission, walk
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 40
WAITING, MOST_QUERIES = 200, 12


class Most(NamedTuple):
    """What a visit may cost at most, as a multiple of the floor's list."""

    bound: float
    is_fresh: bool
    reader: str


MOST = {
    "secretariat, afresh": Most(3, True, "staff"),
    "secretariat, kept": Most(1.5, False, "staff"),
    "focal point, afresh": Most(3, True, "focal"),
    "focal point, kept": Most(1.5, False, "focal"),
}


def make_waiting(crowd: Crowd, officer: User) -> User:
    """Create inputs to read, check and split, possible duplicates, a draft and a letter; return a focal point."""
    inputs = Submission.objects.order_by("pk")[: 2 * WAITING]
    for submission in inputs[:WAITING]:
        walk(submission, "submitted")
    points = [submission.points.first() for submission in inputs[WAITING:]]
    for first, second in zip(points[::2], points[1::2], strict=True):
        make_likeness(first, second)
    make_submission(crowd.consultation, state="submitted", channel="letter", entered_by=crowd.answered.author)
    body = Stakeholder.objects.verified().first()
    assert body is not None
    focal = make_member(body)
    make_submission(crowd.consultation, body, author=focal, state="draft")
    make_submission(crowd.consultation, body, author=focal, state="returned")
    make_invitation(make_forum(crowd.consultation), body)
    assert waiting_count(officer) > 2
    return focal


def measure(
    ours: Callable[[], object], floor: Callable[[], object], before: Callable[[], object]
) -> tuple[float, float]:
    """Return the medians of processor time, in turn, each after `before`."""
    found: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS + 2):
        for side, act in zip(found, (ours, floor), strict=True):
            before()
            spent = taken(act)[0]
            if turn > 1:  # the first two warm up
                side.append(spent)
    return statistics.median(found[0]), statistics.median(found[1])


def test_page_costs_a_bounded_multiple_of_a_plain_list(settings):
    own = [name for name in settings.MIDDLEWARE if not name.startswith("zeal.")]
    crowd, people = make_rows()
    readers = {"staff": people["staff"], "focal": make_waiting(crowd, people["staff"])}
    with as_superuser() as cursor:
        cursor.execute("VACUUM ANALYZE")
    cookies = {name: sign_in(Client(), person).cookies["sessionid"].value for name, person in readers.items()}
    portal, floor = Site(cookies, own), Site(cookies, pages.MIDDLEWARE)
    rows, ratios, queries = [], {}, {}
    for name, (bound, is_fresh, reader) in MOST.items():

        def visit(reader: str = reader) -> object:
            return portal.visit(reader, reverse("for_you"))

        def listed(reader: str = reader) -> object:
            return floor.visit(reader, "/inputs/")

        def note(is_fresh: bool = is_fresh) -> None:
            if is_fresh:
                workflow.add_note(crowd.answered, by=people["staff"], text="An entry.")

        spent, beside = measure(visit, listed, note)
        note()
        with CaptureQueriesContext(connection) as asked_for:
            visit()
        ratios[name], queries[name] = spent / beside, len(asked_for)
        times = (f"{beside * 1000:,.1f}", f"{spent * 1000:,.1f}", f"{ratios[name]:.2f}")
        rows.append([name, *times, bound, queries[name], "yes" if ratios[name] <= bound else "**no**"])
    head = ["visit", "floor's list, ms", "ms", "ratio", "at most", "queries", "reached"]
    record(f"For you, {SIZE:,} inputs", head, rows)
    assert {name: number for name, number in queries.items() if number > MOST_QUERIES} == {}
    assert {name: ratio for name, ratio in ratios.items() if ratio > MOST[name].bound} == {}


def test_number_on_the_menu_costs_nothing_while_it_is_kept():
    _crowd, people = make_rows()
    officer = User.objects.get(pk=people["staff"].pk)
    waiting_count(officer)
    spent = statistics.median(taken(lambda: waiting_count(officer))[0] for _turn in range(ROUNDS))
    record(f"For you: the number on the menu, {SIZE:,} inputs", ["kept, ms"], [[f"{spent * 1000:.3f}"]])
    assert spent < 0.001
