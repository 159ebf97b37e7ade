"""Benchmark: every page over 100,000 inputs against 1,000, made afresh; SIZE=1000000 takes a million.

Every page runs through the whole stack with an empty memory of pages. Compares processor time of this process and its
database backend. 2,000 organisations write; matches grow with the inputs: "migrants" is in every input, "herders" in
one of a hundred, "weavers" in one of forty (a full page among 1,000), "zebras" in three: all in public inputs.

First the named families, in turn, each with a bound; then every other page of the URLconf, as a visitor, a member and
the head of the secretariat: none may cost more. Last, PostgreSQL says how it would answer each query that these pages
asked: with fresh statistics it reads no large table as a whole, and without any it need not.
"""

import logging
import statistics
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest
from django.core.cache import caches
from django.db import connection, connections
from django.test import Client, RequestFactory
from django.test.client import ClientHandler
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, resolve, reverse

from consultations.models import Consultation, County, Event, Forum, Likeness, Point, Stakeholder, Submission, Theme
from tests import canary
from tests.benchmarks.figures import SIZE, record, spent
from tests.crowd import CODES, NAME, fill, join_many
from tests.database_roles import as_superuser
from tests.factories import (
    change,
    make_consultation,
    make_forum,
    make_likeness,
    make_member,
    make_provision,
    make_theme,
)
from tests.plans import read_as_a_whole, without_statistics
from tests.sign_in import always, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
FEW, MANY, SENDERS = 1_000, max(SIZE, 100_000), 2_000
ROUNDS, FEWER = 9, 2
GOAL, BOUND = 1.3, 1.5
# Of the other pages, asked for twice: how many times as much, and seconds that are noise. Coverage for a member takes 3.1
# times as much, since it adds up the tallies of twenty times as many organisations.
SLOWER, NEAR = 4, 0.01


class Page(NamedTuple):
    """One URL as one reader sees it; `act` is how it is asked for."""

    reader: str
    name: str
    query: str = ""
    at: str = "inputs"
    args: tuple[object, ...] = ()
    act: str = "show"


def text(turn: int) -> str:
    """Return an input text of about 50 words, some frequent, some rare."""
    said = [f"Migrants and region{turn % 50} ask for permits, number{turn} of many, at border{turn % 7}."] * 4
    said += ["Herders cross with their animals."] if turn % 100 == 8 else []
    said += ["Weavers cross with their cloth."] if turn % 40 == 8 else []
    said += ["Nobody else speaks of zebras."] if turn in (100, 200, 300) else []
    return "\n".join(said)


# --- What there is ------------------------------------------------------------------------------------------------


def make_frame(consultation: Consultation | None = None) -> Consultation:
    """Create a consultation, or complete one, with seven themes, 21 objectives, two counties and a forum."""
    for turn, code in enumerate(CODES):
        theme = make_theme(code)
        for step in range(3):
            make_provision(f"GCM-{turn * 3 + step + 1:02}", theme=theme)
    for number, name in enumerate(["Kilifi", "Lamu"], start=1):
        County.objects.create(code=f"{number:03}", name=name, slug=name.lower())
    consultation = consultation or make_consultation(themes=CODES)
    consultation.themes.set(Theme.objects.filter(code__in=CODES))
    make_forum(consultation, slug="forum")
    return consultation


def make_world() -> SimpleNamespace:
    """Create a record of every kind, and the first inputs of 2,000 organisations."""
    world = canary.make_world(printed=False)
    make_frame(world.consultation)
    senders = join_many(SENDERS)
    change_places(senders)
    world.readers["sender"] = make_member(senders[3])
    grow(world.consultation, FEW)
    return world


def grow(consultation: Consultation, inputs: int) -> None:
    """Create inputs until there are so many."""
    senders = list(Stakeholder.objects.filter(name__startswith=NAME).order_by("pk"))
    fill(consultation, senders, inputs, text=text)
    newest = Submission.objects.order_by("-submitted_at")
    Submission.objects.filter(pk__in=list(newest.values_list("pk", flat=True)[:20])).update(forum=Forum.objects.last())
    points = list(Point.objects.filter(state="validated").order_by("-pk")[:100])
    for first, second in zip(points[::2], points[1::2], strict=True):
        make_likeness(*sorted((first, second), key=lambda point: point.pk))
    with as_superuser() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as its own daemon does in time


def change_places(senders: list[Stakeholder]) -> None:
    """Put every second organisation in one county, one in another; give one a name to misspell."""
    kilifi, lamu = County.objects.filter(slug__in=["kilifi", "lamu"]).order_by("code")
    Stakeholder.objects.filter(pk__in=[body.pk for body in senders[::2]]).update(county=kilifi)
    change(senders[1], county=lamu, name=f"{NAME}: Lamu Fishers")


# --- The families of pages ----------------------------------------------------------------------------------------


def pages(world: SimpleNamespace) -> Iterator[Page]:
    """Return the measured pages; "deep" starts after nine tenths of the inputs."""
    accepted = Submission.objects.filter(state="accepted", audience="public").order_by("-submitted_at")
    deep = accepted[accepted.count() * 9 // 10]
    yield from public_pages(world, accepted[30], deep.reference)
    yield from own_pages(world)
    yield from desk_pages(world.consultation.slug, accepted[30], deep.reference)
    yield from office_pages(deep.pk)


def public_pages(world: SimpleNamespace, one: Submission, deep: str) -> Iterator[Page]:
    """Return what visitors see, and the lists also as members and officers do."""
    lists = {
        "list": "", "list, deep": f"before={deep}", "theme": "theme=T3", "theme, deep": f"theme=T3&before={deep}",
        "group": "group=media", "objective": "objective=GCM-05", "county": "county=kilifi", "rare county": "county=lamu",
        "forum": "forum=forum", "three filters": "theme=T3&group=media&county=kilifi",
        "search": "q=migrants", "search, deep": f"q=migrants&before={deep}", "search, 1 of 100": "q=herders",
        "search, 1 of 40": "q=weavers", "search, every letter": "q=" + "+".join("abcdefghijklmnopqrstuvwxyz"),
        "search, rare": "q=zebras", "search, two words": "q=herders+region5", "search, filtered": "q=migrants&theme=T3",
        "search, a group": "q=migrants&group=media", "search, a county": "q=migrants&county=kilifi",
        "search, rare county": "q=migrants&county=lamu",
        "search, nothing": "q=unicorns", "misspelt name": "q=lamu+fihsers",
        "100 filters": "&".join(f"theme=T{turn}&county=c{turn}" for turn in range(50)),
    }  # fmt: skip
    for name, query in lists.items():
        yield Page("visitor", name, query)
    for reader in ("member", "head"):
        for name in ("list", "list, deep", "theme", "three filters", "search", "search, deep", "search, rare"):
            yield Page(reader, name, lists[name])
    yield Page("head", "state", "state=accepted")
    for reader in ("visitor", "member"):
        yield Page(reader, "home", at="home")
        yield Page(reader, "one theme", at="theme", args=("T3",))
        yield Page(reader, "one input", at="input", args=(one.reference,))
    yield Page("head", "one input", at="input", args=(one.reference,))
    of_all = {"coverage": "coverage_public", "participation": "participation", "papers": "papers"}
    for name, at in of_all.items():
        yield Page("visitor", name, at=at)
    yield Page("visitor", "one paper", at="paper", args=(world.paper.slug,))
    yield Page("visitor", "one forum", at="forum", args=("forum",))
    for name in ("inputs", "points"):
        yield Page("visitor", f"feed of {name}", at=f"feed_{name}")
    for form in ("csv", "json"):
        yield Page("visitor", f"{form}, first byte", at="inputs_export", args=(form,), act="begin")


def own_pages(world: SimpleNamespace) -> Iterator[Page]:
    """Return what an author sees, who has sent one of 2,000 inputs."""
    yield Page("sender", "my organisation", at="my_organisation")
    yield Page("sender", "form of an input", at="submit")
    yield Page("sender", "submit: form, sending, receipt", at="submit", act="send")


def desk_pages(slug: str, one: Submission, deep: str) -> Iterator[Page]:
    """Return the pages of the desk, the lists in the frame of the consultation `slug`."""
    yield Page("head", "for you", at="for_you")
    yield Page("head", "all consultations", at="desk_all")
    yield Page("head", "overview", at="desk_consultation", args=(slug,))
    lists = {
        "": "", ", deep": f"before={deep}", ", search": "words=migrants", ", 1 of 100": "words=herders",
        ", rare": "words=zebras", ", nothing": "words=unicorns", ", two words": "words=herders+region5",
        ", a name": "words=fishers", ", filter and search": "words=migrants&theme=T3", ", state": "state=returned",
        ", rare state and word": "words=migrants&state=returned", ", unread": "state=submitted",
    }  # fmt: skip
    for name, query in lists.items():
        yield Page("head", f"desk inputs{name}", query, "desk_inputs", (slug,))
    lists = {
        "": "", ", search": "words=asks", ", nothing": "words=unicorns", ", state": "state=merged",
        ", filter and search": "words=asks&theme=T3", ", kind": "kind=dissent", ", deep": f"before={one.pk}",
    }  # fmt: skip
    for name, query in lists.items():
        yield Page("head", f"desk points{name}", query, "desk_points", (slug,))
    yield Page("head", "desk, one input", at="desk_input", args=(one.key,))
    point = Point.objects.filter(state="validated").order_by("-pk")[40]
    yield Page("head", "desk, one point", at="desk_point", args=(point.reference,))
    yield Page("head", "duplicates", at="likenesses", args=(slug,))
    yield Page("head", "two duplicates", at="likeness", args=(Likeness.objects.filter(state="open").last().pk,))


def office_pages(edge: int) -> Iterator[Page]:
    """Return the large lists of the administration."""
    lists = {
        "submission": {
            "": "", ", deep": f"before={edge}", ", nothing": "language__exact=sw", ", search": "q=migrants",
            ", rare": "q=zebras", ", no word": "q=unicorns", ", state": "state__exact=returned",
        },
        "point": {"": "", ", search": "q=asks", ", no word": "q=unicorns", ", state": "state__exact=merged"},
        "event": {"": "", ", verb": "verb=submit", ", no word": "q=unicorns"},
        "accessentry": {"": ""},
    }  # fmt: skip
    for model, queries in lists.items():
        for name, query in queries.items():
            yield Page("head", f"admin, {model}s{name}", query, f"admin:consultations_{model}_changelist")


# --- Measuring ----------------------------------------------------------------------------------------------------


class Site:
    """The portal, asked through its whole stack by the readers, each with a session."""

    def __init__(self, readers: dict[str, Any]) -> None:
        self.handler, self.cookies = ClientHandler(enforce_csrf_checks=False), {}
        for name, person in readers.items():
            if person.is_authenticated:
                self.cookies[name] = sign_in(Client(), person).cookies["sessionid"].value

    def ask(self, page: Page, address: str, data: dict[str, object] | None = None) -> Any:
        cookie = self.cookies.get(page.reader)
        factory = RequestFactory(headers={"Cookie": f"sessionid={cookie}"} if cookie else {})
        response = self.handler((factory.get(address) if data is None else factory.post(address, data)).environ)
        assert response.status_code == (200 if data is None else 302), (page, response.status_code)
        return response

    def show(self, page: Page) -> None:
        response = self.ask(page, f"{reverse(page.at, args=page.args)}?{page.query}")
        assert page.name == "100 filters" or b"not known here" not in response.content, page

    def begin(self, page: Page) -> None:
        """Read the first bytes of a file."""
        response = self.ask(page, reverse(page.at, args=page.args))
        next(iter(response.streaming_content))
        with patch.object(connections["default"], "close_if_unusable_or_obsolete"):  # its session is measured
            response.close()

    def send(self, page: Page) -> None:
        """Send one input: open the form, fill it in, read the receipt."""
        address = reverse(page.at)
        self.ask(page, address)
        data = {"title": "What we ask for", "body": text(1), "theme": "T3", "language": "en", "audience": "public"}
        data |= {"objectives": ["GCM-02", "GCM-05"], "do": "send", "key": str(uuid.uuid4())}
        self.ask(page, self.ask(page, address, data)["Location"])


def cost(act: Any) -> float:
    caches["pages"].clear()
    caches["limits"].clear()
    start = spent()
    act()
    return spent() - start


def measure(site: Site, world: SimpleNamespace) -> dict[tuple[str, str], float]:
    """Return the median cost of each page, measured in turn."""
    found: dict[tuple[str, str], list[float]] = {}
    listed = list(pages(world))
    for _turn in range(ROUNDS):
        for page in listed:
            act = getattr(site, page.act)
            found.setdefault((page.name, page.reader), []).append(cost(lambda page=page, act=act: act(page)))
    return {key: statistics.median(costs) for key, costs in found.items()}


@contextmanager
def quiet() -> Iterator[None]:
    """Log no refusal: a traceback costs more than the page."""
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


# --- All other pages ----------------------------------------------------------------------------------------------

WALKERS = ("visitor", "member", "head")
NO_PAGES = ("/inputs.", "/account/logout/", "/desk/imports/")  # files, and what ends the session
Asked = dict[str, set[str]]  # queries by page


def addresses(world: SimpleNamespace, reader: Any) -> Iterator[str]:
    """Return every address of the URLconf that the reader may ask for."""
    for address in sorted(set(canary.addresses(get_resolver(), canary.records(world)))):
        is_open = getattr(reader, "is_staff", False) or not address.startswith("/admin/")
        if is_open and not address.startswith(NO_PAGES) and "/export/" not in address:
            yield address


def walk(world: SimpleNamespace) -> dict[tuple[str, str], float]:
    """Return the lowest cost of each page that there is."""
    found = {}
    for name in WALKERS:
        with always(world.readers[name]) as client, quiet():
            for address in addresses(world, world.readers[name]):
                if read(client, address) == 200:
                    found[address, name] = min(cost(lambda a=address, c=client: read(c, a)) for _turn in range(FEWER))
    return found


def view_of(page: tuple[str, str]) -> tuple[str, str]:
    """Return the name of a page's view, and its reader."""
    address, reader = page
    return resolve(address).view_name, reader


def costliest(found: dict[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    """Return the highest cost of the pages of each view: records that came later have no page of before."""
    result: dict[tuple[str, str], float] = {}
    for page, seconds in found.items():
        result[view_of(page)] = max(result.get(view_of(page), 0), seconds)
    return result


def read(client: Client, address: str) -> int:
    """Read a page or a file to its end; return its status."""
    answer = client.get(address)
    if answer.streaming:
        b"".join(answer)
    return answer.status_code


def asked(site: Site, world: SimpleNamespace) -> Asked:
    """Return the queries of every page."""
    found: Asked = {}
    for page in pages(world):
        found[f"{page.name}, {page.reader}"] = queries_of(lambda page=page: getattr(site, page.act)(page))
    for name in WALKERS:
        with always(world.readers[name]) as client, quiet():
            for address in addresses(world, world.readers[name]):
                found[f"{address}, {name}"] = queries_of(lambda a=address, c=client: read(c, a))
    return found


def queries_of(act: Any) -> set[str]:
    caches["pages"].clear()
    caches["limits"].clear()
    with CaptureQueriesContext(connection) as queries:
        act()
    return {query["sql"] for query in queries.captured_queries}


# --- The benchmark ------------------------------------------------------------------------------------------------


def test_no_page_grows_with_the_inputs(settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.startswith("zeal.")]
    world = make_world()
    site = Site(world.readers)
    before, others_before = measure(site, world), walk(world)
    start = time.perf_counter()
    grow(world.consultation, MANY)
    made = time.perf_counter() - start
    after, others = measure(site, world), walk(world)
    show(before, after, f"{Event.objects.count():,} entries, made in {made:.0f} s")
    grown = {key: after[key] / before[key] for key in after if after[key] > bound(key) * before[key]}
    known_before = costliest(others_before)
    both = {
        key: (others_before.get(key) or known_before[view_of(key)], now)
        for key, now in others.items()
        if key not in PRINTS_ALL and view_of(key) in known_before  # a view without any record before compares with none
    }
    slower = {key: pair for key, pair in both.items() if pair[1] > SLOWER * pair[0] and pair[1] - pair[0] > NEAR}
    queries = asked(site, world)
    known = read_as_a_whole(queries, as_it_is=True)
    known = {page: tables for page, tables in known.items() if page not in CHEAP}
    with without_statistics():
        unknown = read_as_a_whole(queries)
    print("\n", *(f"{name}: {found}\n" for name, found in (("slower", slower), ("whole", known), ("unknown", unknown))))
    assert (grown, slower, known, unknown) == ({}, {}, {}, {})


# Prints every public point of its themes for the rapporteurs.
PRINTS_ALL = {("/desk/forums/canary/print/", "head")}
# The administration reads so many as a whole because it costs less than its limit; among more it looks at 10,000.
CHEAP = {"admin, submissions, nothing, head"}
# Among 1,000 inputs few match, so that the page is shorter than among 100,000, where it is full.
FULLER = 2.3
# Adds tallies of organisations by theme: about 1,000 among 1,000 inputs, and never more than 14,000 among more.
TALLIES = 2.3
# Looks at up to 10,000 records for what hardly any has, and then offers to go on.
LOOKS = 2.5
BOUNDS = {
    "theme": FULLER, "theme, deep": FULLER, "three filters": FULLER, "search, 1 of 100": FULLER,
    "my organisation": FULLER, "desk inputs, 1 of 100": FULLER, "desk inputs, two words": FULLER,
    "desk inputs, a name": FULLER, "desk inputs, filter and search": FULLER, "desk inputs, state": FULLER,
    "desk inputs, rare state and word": FULLER, "desk points, search": FULLER, "home": TALLIES, "one theme": TALLIES,
    "coverage": TALLIES, "participation": TALLIES, "admin, submissions, nothing": LOOKS,
    "admin, submissions, state": LOOKS, "admin, events, no word": LOOKS,
}  # fmt: skip


def bound(key: tuple[str, str]) -> float:
    """Return how many times its cost among FEW a page may cost."""
    return BOUNDS.get(key[0], BOUND)


def show(before: dict[tuple[str, str], float], after: dict[tuple[str, str], float], what: str) -> None:
    rows = []
    for key, cost in after.items():
        growth = cost / before[key]
        times = (f"{seconds * 1000:.1f}" for seconds in (before[key], cost))
        rows.append([*key, *times, f"{growth:.2f}", bound(key), GOAL, "yes" if growth <= GOAL else "**no**"])
    print(what)
    head = ["page", "reader", f"{FEW:,} inputs, ms", f"{MANY:,} inputs, ms", "growth", "at most", "goal", "reached"]
    record(f"Every page afresh, {FEW:,} and {MANY:,} inputs", head, rows)
