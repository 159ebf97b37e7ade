"""Benchmark: the portal's journeys against a plain Django project over the same rows (tests/benchmarks/floor/).

Both run through their whole stack in this process, in turn, on the same server. "Afresh" is a page that nothing is kept
of, "kept" a second visit. MOST holds what each may cost beside the floor: a bound that is lowered as the portal becomes
faster, and the goal. SIZE is the number of inputs; bounds are for 2,000.
"""

import statistics
import uuid
from collections.abc import Callable
from typing import NamedTuple
from unittest.mock import patch

import pytest
from django.core.cache import caches
from django.db import connections
from django.test import Client, RequestFactory
from django.test.client import ClientHandler
from django.test.utils import override_settings
from django.urls import reverse

from consultations.models import Provision, Theme
from tests.benchmarks.bench_finding import text
from tests.benchmarks.figures import SIZE, record, taken
from tests.benchmarks.floor import pages
from tests.crowd import Crowd, fill, join_many, make_crowd
from tests.database_roles import as_superuser
from tests.factories import make_member, make_ministry, make_secretariat
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS, FILES = 40, 5


class Most(NamedTuple):
    """What a figure, mostly a multiple of the floor, may be: at most, and the goal. `before` is that of early December 2026."""

    before: float
    bound: float
    goal: float


MOST = {
    "list afresh, visitor": Most(2.6, 2.0, 2),
    "list kept, visitor": Most(0.17, 0.2, 0.25),
    "list afresh, member": Most(2.5, 2.3, 2.5),
    "list narrowed afresh, visitor": Most(2.2, 2.0, 2),
    "one input afresh, visitor": Most(3.1, 3.2, 3),
    "one input kept, visitor": Most(0.17, 0.25, 0.25),
    "one input afresh, member": Most(3.5, 4.0, 3),
    "staff: filter and search": Most(2.9, 3.3, 2.5),
    "staff: filter and search, admin": Most(5.6, 5.0, 5),
    "submit: form, sending, receipt": Most(2.7, 3.1, 3.5),
    "CSV": Most(3.5, 1.4, 1.3),
    "CSV, first byte": Most(1.8, 1.2, 1.3),
    "XLSX": Most(1.6, 0.6, 1.3),
    "XLSX, beside the floor's CSV": Most(10.4, 2.7, 5),
}


class Journey(NamedTuple):
    """What both sides do, by the path and query of each."""

    reader: str
    portal: Callable[[], object]
    floor: Callable[[], object]
    is_fresh: bool = True
    rounds: int = ROUNDS


class Site:
    """One side: its handler, and the sessions of the readers."""

    def __init__(self, cookies: dict[str, str], middleware: list[str]) -> None:
        self.handler, self.cookies = ClientHandler(enforce_csrf_checks=False), cookies
        with override_settings(MIDDLEWARE=middleware):
            self.handler.load_middleware()

    def visit(self, reader: str, address: str, data: dict[str, object] | None = None) -> object:
        """Make one request; return the answer, which is a page, or a redirection after posting."""
        headers = {"Cookie": f"sessionid={self.cookies[reader]}"} if reader in self.cookies else {}
        make = RequestFactory(headers=headers)
        response = self.handler((make.get(address) if data is None else make.post(address, data)).environ)
        assert response.status_code == (200 if data is None else 302), (address, response.content)
        return response

    def download(self, reader: str, address: str) -> int:
        """Read a whole file; return its size."""
        return sum(map(len, self.visit(reader, address).streaming_content))

    def begin(self, reader: str, address: str) -> bytes:
        """Read the first bytes of a file."""
        response = self.visit(reader, address)
        first = next(iter(response.streaming_content))
        with patch.object(connections["default"], "close_if_unusable_or_obsolete"):  # its session is measured
            response.close()
        return first


def make_rows() -> tuple[Crowd, dict[str, object]]:
    """Create SIZE inputs with two points each; return them and the readers who sign in."""
    crowd = make_crowd(min(SIZE, 2_000), text=text)
    people = {"member": make_member(make_ministry()), "staff": make_secretariat()}
    if SIZE > 2_000:
        fill(crowd.consultation, join_many(2_000), SIZE, text=text)
    with as_superuser() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as its own daemon does in time
    return crowd, people


def journeys(crowd: Crowd, people: dict[str, object], portal: Site, floor: Site) -> dict[str, Journey]:
    """Return the compared journeys by name."""

    def both(reader: str, at: str, beside: str, **more: object) -> Journey:
        return Journey(reader, lambda: portal.visit(reader, at), lambda: floor.visit(reader, beside), **more)

    def file(act: str, form: str, beside: str = "") -> Journey:
        at, its = reverse("inputs_export", args=[form]), f"/inputs.{beside or form}"
        return Journey(
            "visitor",
            lambda: getattr(portal, act)("visitor", at),
            lambda: getattr(floor, act)("visitor", its),
            rounds=FILES,
        )

    entry, reference = reverse("inputs"), crowd.answered.reference
    one, query = reverse("input", args=[reference]), "?theme=T1&objective=GCM-02"
    theme = Theme.objects.get(code="T3")
    return {
        "list afresh, visitor": both("visitor", entry, "/inputs/"),
        "list kept, visitor": both("visitor", entry, "/inputs/", is_fresh=False),
        "list afresh, member": both("member", entry, "/inputs/"),
        "list narrowed afresh, visitor": both("visitor", entry + query, f"/inputs/{query}"),
        "one input afresh, visitor": both("visitor", one, f"/inputs/{reference}/"),
        "one input kept, visitor": both("visitor", one, f"/inputs/{reference}/", is_fresh=False),
        "one input afresh, member": both("member", one, f"/inputs/{reference}/"),
        "staff: filter and search": both(
            "staff",
            reverse("desk_inputs", args=[crowd.answered.consultation.slug]) + "?theme=T3&words=migrants",
            "/desk/inputs/?theme=T3&q=migrants",
        ),
        "staff: filter and search, admin": both(
            "staff",
            reverse("admin:consultations_submission_changelist") + f"?theme__id__exact={theme.pk}&q=migrants",
            "/desk/inputs/?theme=T3&q=migrants",
        ),
        "submit: form, sending, receipt": Journey(
            "member", lambda: send(portal), lambda: send_to_floor(floor, people["member"])
        ),
        "CSV": file("download", "csv"),
        "CSV, first byte": file("begin", "csv"),
        "XLSX": file("download", "xlsx"),
        "XLSX, beside the floor's CSV": file("download", "xlsx", beside="csv"),
    }


WORDS = {
    "theme": "T3", "title": "What we ask for", "body": text(1), "proposed_wording": "Kenya seeks wages on time.",
    "language": "en", "audience": "public",
}  # fmt: skip


def send(portal: Site) -> None:
    """Send one input: open the form, fill it in, read the receipt."""
    portal.visit("member", reverse("submit"))
    data = {**WORDS, "key": str(uuid.uuid4()), "objectives": ["GCM-02", "GCM-05"], "do": "send"}
    portal.visit("member", portal.visit("member", reverse("submit"), data)["Location"])


def send_to_floor(floor: Site, member: object) -> None:
    """Do the same on the floor."""
    floor.visit("member", "/submit/")
    body = member.memberships.get().stakeholder_id
    theme = Theme.objects.get(code="T3").pk
    provisions = list(Provision.objects.filter(code__in=["GCM-02", "GCM-05"]).values_list("pk", flat=True))
    data = {**WORDS, "stakeholder": body, "theme": theme, "provisions": provisions}
    floor.visit("member", floor.visit("member", "/submit/", data)["Location"])


def measure(each: Journey) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the medians of the portal and of the floor: processor time, and time on the clock."""
    found: tuple[list, list] = ([], [])
    for turn in range(each.rounds + 2):
        for side, act in zip(found, (each.portal, each.floor), strict=True):
            if each.is_fresh:
                caches["pages"].clear()
            cost = taken(act)
            if turn > 1:  # the first two warm up
                side.append(cost)
    first, second = ((statistics.median(c for c, _w in side), statistics.median(w for _c, w in side)) for side in found)
    return first, second


def test_journeys_cost_a_bounded_multiple_of_a_plain_django_project(settings):
    own = [name for name in settings.MIDDLEWARE if not name.startswith("zeal.")]
    crowd, people = make_rows()
    cookies = {name: sign_in(Client(), person).cookies["sessionid"].value for name, person in people.items()}
    compared = journeys(crowd, people, Site(cookies, own), Site(cookies, pages.MIDDLEWARE))
    rows, ratios = [], {}
    for name, each in compared.items():
        (ours, our_clock), (floor, floor_clock) = measure(each)
        ratio, most = ours / floor, MOST[name]
        ratios[name] = ratio
        times = (f"{seconds * 1000:,.1f}" for seconds in (floor, ours, floor_clock, our_clock))
        rows.append(
            [
                name,
                *times,
                f"{ratio:.2f}",
                most.before,
                most.bound,
                most.goal,
                "yes" if ratio <= most.goal else "**no**",
            ]
        )
    head = [
        "journey",
        "floor, ms",
        "portal, ms",
        "floor, clock",
        "portal, clock",
        "ratio",
        "before",
        "at most",
        "goal",
        "reached",
    ]
    record(f"Beside a plain Django project, {SIZE:,} inputs", head, rows)
    assert set(ratios) == set(MOST)
    assert {name: ratio for name, ratio in ratios.items() if ratio > MOST[name].bound} == {}
