"""Benchmark: the last hour before a deadline, on the production server with two workers of four threads.

A journey is what sending an input takes: the form, sending, and the page with the receipt. In the closed loop eight
people send one input after another; in the open loop 500 people send one each at a random moment of a minute, whether
or not the server keeps up. The floor (tests/benchmarks/floor/) does the same in the closed loop. The clients, the server
and the database share the processors of the machine.
"""

import http.client
import random
import re
import statistics
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from django.test import Client

from consultations.models import Provision, Submission, Theme
from tests.benchmarks.bench_floor import WORDS, make_rows
from tests.benchmarks.bench_start import FLOOR, THREADS
from tests.benchmarks.figures import record
from tests.crowd import join_many
from tests.factories import make_member
from tests.production_server import collect_static, serving
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
CLIENTS, EACH = 8, 30
MANY, MINUTE = 500, 60
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Figure(NamedTuple):
    """A figure: of the floor, of the portal, what it may be at most and the goal; `is_least` for at least."""

    floor: float | None
    portal: float
    bound: float
    goal: float
    is_least: bool = False

    def reaches(self, limit: float) -> bool:
        """Return whether the portal's figure is within a limit."""
        return self.portal >= limit if self.is_least else self.portal <= limit


@dataclass
class Sender:
    """Somebody who sends inputs: the session, the organisation, and how long each journey took."""

    cookie: str
    organisation: int
    seconds: list[float] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)

    def journey(self, port: int, data: dict[str, object]) -> None:
        """Open the form, send it, and read the receipt, on one connection."""
        line, begun = http.client.HTTPConnection("127.0.0.1", port, timeout=60), time.perf_counter()
        cookies = f"sessionid={self.cookie}"

        def ask(method: str, address: str, body: str = "") -> tuple[http.client.HTTPResponse, str]:
            line.request(method, address, body, {"Cookie": cookies, **(FORM if body else {})})
            answer = line.getresponse()
            return answer, answer.read().decode()

        answer, page = ask("GET", "/submit/")
        token = answer.headers["Set-Cookie"].partition(";")[0]
        cookies += f"; {token}"
        if not (found := TOKEN.search(page)):
            self.refused.append(answer.status)
            return
        answer, _page = ask("POST", "/submit/", urlencode({**data, "csrfmiddlewaretoken": found[1]}, doseq=True))
        receipt, _page = ask("GET", answer.headers.get("Location", "/submit/"))
        line.close()
        if (answer.status, receipt.status) != (302, 200):
            self.refused.append(answer.status)
        self.seconds.append(time.perf_counter() - begun)


def send(_sender: Sender) -> dict[str, object]:
    return {**WORDS, "key": str(uuid.uuid4()), "objectives": ["GCM-02", "GCM-05"], "do": "send"}


def send_to_floor(sender: Sender) -> dict[str, object]:
    provisions = list(Provision.objects.filter(code__in=["GCM-02", "GCM-05"]).values_list("pk", flat=True))
    theme = Theme.objects.get(code="T3").pk
    return {**WORDS, "stakeholder": sender.organisation, "theme": theme, "provisions": provisions}


def closed(port: int, senders: list[Sender], words: Callable[[Sender], dict[str, object]]) -> float:
    """Let everybody send EACH inputs one after another; return the journeys per second."""
    given = {id(each): words(each) for each in senders}

    def act(sender: Sender) -> None:
        for _turn in range(EACH):
            data = given[id(sender)]
            sender.journey(port, {**data, "key": str(uuid.uuid4())} if "key" in data else data)

    senders[0].journey(port, given[id(senders[0])])  # every worker has loaded what it takes
    senders[0].seconds.clear()
    begun = time.perf_counter()
    with ThreadPoolExecutor(len(senders)) as pool:
        list(pool.map(act, senders))
    return len(senders) * EACH / (time.perf_counter() - begun)


def opened(port: int, senders: list[Sender]) -> None:
    """Let everybody send one input at a random moment of a minute."""
    chance = random.Random(1)

    def act(sender: Sender) -> None:
        threading.Event().wait(chance.uniform(0, MINUTE))
        sender.journey(port, send(sender))

    with ThreadPoolExecutor(len(senders)) as pool:
        list(pool.map(act, senders))


def part(senders: list[Sender], share: int) -> float:
    return statistics.quantiles([each for sender in senders for each in sender.seconds], n=100)[share - 1]


def test_deadline_day(tmp_path):
    collect_static(tmp_path)
    make_rows()
    bodies = join_many(MANY)[:MANY]
    senders = [Sender(sign_in(Client(), make_member(body)).cookies["sessionid"].value, body.pk) for body in bodies]
    before = Submission.objects.count()
    with serving(
        tmp_path,
        "--workers",
        "2",
        *THREADS,
        application=["tests.benchmarks.floor.wsgi"],
        at="/inputs/",
        DATABASE_POOL="4",
        **FLOOR,
    ) as server:
        floor = closed(server.port, senders[:CLIENTS], send_to_floor)
        floor_late = part(senders[:CLIENTS], 95)
    for each in senders:
        each.seconds.clear()
    with serving(tmp_path, "--workers", "2", *THREADS, DATABASE_POOL="4") as server:
        ours = closed(server.port, senders[:CLIENTS], send)
        late = part(senders[:CLIENTS], 95)
        for each in senders:
            each.seconds.clear()
        opened(server.port, senders)
    latest = part(senders, 99)
    assert [each.refused for each in senders if each.refused] == []
    assert Submission.objects.count() - before == 2 * (CLIENTS * EACH + 1) + MANY
    found = {
        "eight people: journeys/s": Figure(floor, ours, 6, 60, is_least=True),
        "eight people: journeys of the floor in the time of one": Figure(None, floor / ours, 3, 3.5),
        "eight people: 95 % within, s": Figure(floor_late, late, 3, 0.3),
        "500 people in a minute: 99 % within, s": Figure(None, latest, 5, 1),
    }
    rows = [
        [
            name,
            f"{each.floor:.2f}" if each.floor else "",
            f"{each.portal:.2f}",
            each.bound,
            each.goal,
            "yes" if each.reaches(each.goal) else "**no**",
        ]
        for name, each in found.items()
    ]
    record("Deadline day", ["what", "floor", "portal", "bound", "goal", "reached"], rows)
    assert {name: each for name, each in found.items() if not each.reaches(each.bound)} == {}
