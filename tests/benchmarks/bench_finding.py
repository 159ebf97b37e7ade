"""Benchmark: lists, filters and search over 100,000 inputs against 1,000, on the first page and deep down.

Every page runs through the whole stack with an empty cache. Compares CPU time of this process and its database backend.
Organisations grow with the inputs (100, then 2,000), and so do matches: "migrants" is in every input, "herders" in one
of a hundred, "weavers" in one of forty (a full page among 1,000), "zebras" in three: all in public inputs.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client, RequestFactory
from django.test.client import ClientHandler
from django.urls import reverse

from consultations.models import Consultation, County, Forum, Stakeholder, Submission
from tests.crowd import CODES, NAME, fill, join_many
from tests.database_roles import as_superuser
from tests.factories import (
    change,
    make_consultation,
    make_forum,
    make_member,
    make_ministry,
    make_provision,
    make_secretariat,
    make_theme,
)
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
FEW, MANY, ROUNDS = 1_000, 100_000, 9
FEW_SENDERS, MANY_SENDERS = 100, 2_000
MOST_GROWTH = 1.5


class Page(NamedTuple):
    """One URL as one reader sees it."""

    reader: str
    name: str
    query: str
    at: str = "inputs"


def text(turn: int) -> str:
    """Return an input text of about 50 words, some frequent, some rare."""
    said = [f"Migrants and region{turn % 50} ask for permits, number{turn} of many, at border{turn % 7}."] * 4
    said += ["Herders cross with their animals."] if turn % 100 == 8 else []
    said += ["Weavers cross with their cloth."] if turn % 40 == 8 else []
    said += ["Nobody else speaks of zebras."] if turn in (100, 200, 300) else []
    return "\n".join(said)


def make_frame() -> Consultation:
    """Create a consultation with seven themes, 21 objectives, two counties and a forum."""
    for turn, code in enumerate(CODES):
        theme = make_theme(code)
        for step in range(3):
            make_provision(f"GCM-{turn * 3 + step + 1:02}", theme=theme)
    for number, name in enumerate(["Kilifi", "Lamu"], start=1):
        County.objects.create(code=f"{number:03}", name=name, slug=name.lower())
    consultation = make_consultation(themes=CODES)
    make_forum(consultation, slug="forum")
    return consultation


def grow(consultation: Consultation, inputs: int, organisations: int) -> None:
    """Create inputs until there are so many, from so many organisations."""
    join_many(organisations - Stakeholder.objects.filter(name__startswith=NAME).count())
    senders = list(Stakeholder.objects.filter(name__startswith=NAME).order_by("pk"))
    change_places(senders)
    fill(consultation, senders, inputs, text=text)
    newest = Submission.objects.order_by("-submitted_at")
    Submission.objects.filter(pk__in=list(newest.values_list("pk", flat=True)[:20])).update(forum=Forum.objects.get())
    with as_superuser() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as its own daemon does in time


def change_places(senders: list[Stakeholder]) -> None:
    """Put every second organisation in one county, one in another; give one a name to misspell."""
    kilifi, lamu = County.objects.order_by("code")
    Stakeholder.objects.filter(pk__in=[body.pk for body in senders[::2]]).update(county=kilifi)
    change(senders[1], county=lamu, name=f"{NAME}: Lamu Fishers")


def readers() -> dict[str, dict[str, str]]:
    """Return the readers: signed-in sessions, and a visitor."""
    people = {"member": make_member(make_ministry()), "secretariat": make_secretariat()}
    cookies = {name: sign_in(Client(), person).cookies["sessionid"].value for name, person in people.items()}
    return {"visitor": {}, **{name: {"Cookie": f"sessionid={value}"} for name, value in cookies.items()}}


def pages() -> Iterator[Page]:
    """Return the measured pages; "deep" starts after nine tenths of the inputs."""
    accepted = Submission.objects.filter(state="accepted", audience="public").order_by("-submitted_at")
    deep = accepted.values_list("reference", flat=True)[accepted.count() * 9 // 10]
    everybody = {
        "list": "", "list, deep": f"before={deep}", "theme": "theme=T3", "theme, deep": f"theme=T3&before={deep}",
        "group": "group=media", "objective": "objective=GCM-05", "county": "county=kilifi", "rare county": "county=lamu",
        "forum": "forum=forum", "three filters": "theme=T3&group=media&county=kilifi",
        "search": "q=migrants", "search, deep": f"q=migrants&before={deep}", "search, 1 of 100": "q=herders",
        "search, 1 of 40": "q=weavers",
        "search, rare": "q=zebras", "search, two words": "q=herders+region5", "search, filtered": "q=migrants&theme=T3",
        "search, a group": "q=migrants&group=media", "search, a county": "q=migrants&county=kilifi",
        "search, rare county": "q=migrants&county=lamu",
        "search, nothing": "q=unicorns", "misspelt name": "q=lamu+fihsers",
    }  # fmt: skip
    for name, query in everybody.items():
        yield Page("visitor", name, query)
    few = ("list", "list, deep", "theme", "search", "search, deep", "search, rare")
    for reader in ("member", "secretariat"):
        for name in few:
            yield Page(reader, name, everybody[name])
    yield Page("secretariat", "state", "state=accepted")
    desk = {
        "desk": "", "desk, deep": f"before={deep}", "desk, search": "words=migrants", "desk, 1 of 100": "words=herders",
        "desk, rare": "words=zebras", "desk, nothing": "words=unicorns", "desk, two words": "words=herders+region5",
        "desk, a name": "words=fishers", "desk, theme": "words=migrants&theme=T3",
    }  # fmt: skip
    for name, query in desk.items():
        yield Page("secretariat", name, query, "desk_inputs")
    edge = accepted.values_list("pk", flat=True)[accepted.count() * 9 // 10]
    office = {
        "admin": "", "admin, deep": f"before={edge}", "admin, nothing": "language__exact=sw",
        "admin, search": "q=migrants", "admin, rare": "q=zebras", "admin, no word": "q=unicorns",
    }  # fmt: skip
    for name, query in office.items():
        yield Page("secretariat", name, query, "admin:consultations_submission_changelist")


def spent() -> float:
    """Return the CPU time so far in seconds, of this process and of its database backend."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    return time.process_time() + int(Path(f"/proc/{backend}/schedstat").read_text().split()[0]) / 1e9


def visit(handler: ClientHandler, page: Page, headers: dict[str, str]) -> float:
    """Return the cost of one uncached page."""
    caches["pages"].clear()
    request = RequestFactory().get(f"{reverse(page.at)}?{page.query}", headers=headers)
    start = spent()
    response = handler(request.environ)
    cost = spent() - start
    assert response.status_code == 200, page
    assert b"not known here" not in response.content, page
    return cost


def measure() -> dict[tuple[str, str], float]:
    """Return the median cost of each page, measured in turn."""
    handler, asked, found = ClientHandler(), readers(), {}
    for _turn in range(ROUNDS):
        for page in pages():
            found.setdefault((page.reader, page.name), []).append(visit(handler, page, asked[page.reader]))
    return {key: statistics.median(costs) for key, costs in found.items()}


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def test_pages_do_not_grow_with_the_inputs(settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.startswith("zeal.")]
    consultation = make_frame()
    grow(consultation, FEW, FEW_SENDERS)
    before = measure()
    made = timed(lambda: grow(consultation, MANY, MANY_SENDERS))
    after = measure()
    print(
        f"\nlists and search, {FEW:,} and {MANY:,} inputs (made in {made:.0f} s), median of {ROUNDS}, ms of processor time\n"
    )
    for (reader, name), cost in after.items():
        few = before[reader, name]
        print(f"{reader:<13}{name:<20}{few * 1000:>8.1f}{cost * 1000:>8.1f}{cost / few:>7.2f}")
    grown = {key: after[key] / before[key] for key in after if after[key] > MOST_GROWTH * before[key]}
    assert grown == {}
