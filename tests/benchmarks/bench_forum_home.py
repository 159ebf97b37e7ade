"""Benchmark: home page of a forum with 500 delegates, 120 letters and 24 sessions, through the whole stack.

The baseline is the page of the same forum while it is empty. Measures queries (at most 15, the same for both) and the
median time, at most four times the baseline.
"""

import statistics
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultations.models import Delegate, Group, Invitation, SeatQuota
from tests.benchmarks.figures import record
from tests.factories import make_check_in, make_forum, make_secretariat, make_session, make_stakeholder
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
PEOPLE, LETTERS, SESSIONS, ROUNDS, MOST_QUERIES, MOST_TIME = 500, 120, 24, 15, 15, 4


def fill(forum, by):
    """Create everything that the page counts."""
    bodies = [make_stakeholder(group=list(Group)[turn % 16].value) for turn in range(LETTERS)]
    for group in Group:
        SeatQuota.objects.create(forum=forum, group=group, seats=30, reserve=5)
    Invitation.objects.bulk_create(
        Invitation(forum=forum, stakeholder=body, reference=f"L-{number}", respond_by=forum.starts_on)
        for number, body in enumerate(bodies)
    )
    people = [
        Delegate(forum=forum, stakeholder=bodies[turn % LETTERS], name=f"P {turn}", group=bodies[turn % LETTERS].group)
        for turn in range(PEOPLE)
    ]
    Delegate.objects.bulk_create(people)
    Delegate.objects.filter(forum=forum).update(state="confirmed")
    for person in people[:100]:
        make_check_in(person, by=by)
    for _turn in range(SESSIONS):
        make_session(forum, kind="breakout")


def visit(client, address):
    """Return the median time of a page, and its queries."""
    times = []
    for _turn in range(ROUNDS):
        begun = time.perf_counter()
        assert client.get(address).status_code == 200
        times.append(time.perf_counter() - begun)
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return statistics.median(times), len(asked)


def test_the_home_page_of_a_full_forum(client):
    by, forum = make_secretariat(), make_forum(seats=PEOPLE)
    sign_in(client, by)
    address = reverse("forum_home", args=[forum.slug])
    floor, few = visit(client, address)
    fill(forum, by)
    full, many = visit(client, address)
    rows = [["0", f"{floor * 1000:.0f}", few], [PEOPLE, f"{full * 1000:.0f}", many]]
    record("The page of a forum at the desk", ["delegates", "ms", "queries"], rows)
    assert many <= MOST_QUERIES
    assert full <= MOST_TIME * floor
