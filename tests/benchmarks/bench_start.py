"""Benchmark: memory of the server and the job worker in use, and how soon a new server answers, beside the floor.

Both serve the same pages with four workers of four threads; memory counts shared pages once (PSS). The floor is started
as gunicorn starts a project by default, and once more with its modules loaded before the workers start ("loaded
first"), as the portal is. Bytecode is there, as after an installation.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from consultations.models import Submission
from consultations.workflow import keep_check
from ncm_portal.workflow import now
from tests.benchmarks.bench_floor import Most, make_rows
from tests.benchmarks.figures import record
from tests.production_server import Server, collect_static, environment, memory, serving
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
Start = Callable[..., AbstractContextManager[Server]]
WORKERS, EACH, STARTS, PAUSE = 4, 40, 5, 5
FLOOR = {"DJANGO_SETTINGS_MODULE": "tests.benchmarks.floor.settings"}
THREADS = ["--worker-class", "gthread", "--threads", "4", "--log-level", "warning"]
WORK = ["manage.py", "work", "--watch"]
WAIT = """
import time, django
django.setup()
from consultations.models import Submission
Submission.objects.first()
time.sleep(600)
"""  # what a plain project's worker has loaded


MOST = {
    "memory, times the floor": Most(1.82, 1.3, 1.6),
    "memory, times the floor loaded first": Most(2.4, 1.7, 1.6),
    "first answer of one worker, s": Most(3.7, 2.5, 1.5),
    "first answers of four workers, s": Most(3.7, 3.0, 2.0),
}


@pytest.fixture
def folder(tmp_path) -> Path:
    collect_static(tmp_path)
    return tmp_path


def pages(one: Submission, *, is_floor: bool) -> list[tuple[str, str]]:
    """Return the reader and the address of each page that is used."""
    listed = reverse("desk_inputs", args=[one.consultation.slug]) + "?theme=T3&words=migrants"
    staff = "/desk/inputs/?theme=T3&q=migrants" if is_floor else listed
    read = [("", "/inputs/"), ("", f"/inputs/{one.reference}/"), ("member", "/inputs/"), ("member", "/submit/")]
    return [*read, ("staff", staff)]


def use(server: Server, addresses: list[tuple[str, str]], cookies: dict[str, str]) -> None:
    """Visit each page so often that every worker has served it."""

    def visit(turn: int) -> int:
        reader, address = addresses[turn % len(addresses)]
        return server.get(address, headers={"Cookie": f"sessionid={cookies[reader]}"} if reader else {})[0]

    with ThreadPoolExecutor(2 * WORKERS) as readers:
        assert set(readers.map(visit, range(EACH * len(addresses)))) == {200}


@contextmanager
def running(command: list[str], given: dict[str, str]) -> Iterator[int]:
    """Run a process beside the server; yield its number."""
    process = subprocess.Popen([sys.executable, "-W", "ignore", *command], env=given, cwd=settings.BASE_DIR)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def megabytes(start: Start, act: Callable[[Server], None], command: list[str], given: dict[str, str]) -> float:
    """Return the memory of a server and of a process beside it in use."""
    with start("--workers", str(WORKERS), *THREADS) as server, running(command, given) as worker:
        act(server)
        time.sleep(PAUSE)  # the process beside it has done its first round
        return memory([*server.processes(), worker])


def first_answers(start: Start, workers: int) -> float:
    """Return the seconds until a new server has answered once, with several workers as many requests more at once."""

    def measured() -> float:
        begun = time.perf_counter()
        with start("--workers", str(workers), *THREADS) as server, ThreadPoolExecutor(workers) as readers:
            more = readers.map(lambda _turn: server.get("/inputs/")[0], range(workers if workers > 1 else 0))
            assert set(more) <= {200}
            return time.perf_counter() - begun

    return statistics.median(measured() for _turn in range(STARTS))


def test_memory_and_start_are_bounded(folder):
    crowd, people = make_rows()
    keep_check(
        {"begun_at": now(), "seconds": 0, "number_of_findings": 0, "findings": [], "looked_at": {}}
    )  # or the worker would begin with the nightly one
    cookies = {name: sign_in(Client(), person).cookies["sessionid"].value for name, person in people.items()}
    floor = partial(serving, folder, application=["tests.benchmarks.floor.wsgi"], at="/inputs/", **FLOOR)
    portal = partial(serving, folder, at="/inputs/")
    act, its = (
        partial(use, addresses=pages(crowd.answered, is_floor=which), cookies=cookies) for which in (False, True)
    )
    beside = environment(folder, "http://127.0.0.1", **FLOOR)
    plain = megabytes(floor, its, ["-c", WAIT], beside)
    loaded = megabytes(partial(floor, "--preload"), its, ["-c", WAIT], beside)
    ours = megabytes(portal, act, WORK, environment(folder, "http://127.0.0.1"))
    found = {
        "memory, times the floor": (f"{plain:.0f} MB", f"{ours:.0f} MB", ours / plain),
        "memory, times the floor loaded first": (f"{loaded:.0f} MB", f"{ours:.0f} MB", ours / loaded),
    }
    for name, workers in (("first answer of one worker, s", 1), ("first answers of four workers, s", WORKERS)):
        seconds = first_answers(portal, workers)
        found[name] = (f"{first_answers(floor, workers):.2f} s", f"{seconds:.2f} s", seconds)
    rows = [
        [name, floor, portal, f"{value:.2f}", *MOST[name], "yes" if value <= MOST[name].goal else "**no**"]
        for name, (floor, portal, value) in found.items()
    ]
    head = ["what", "floor", "portal", "figure", "before", "at most", "goal", "reached"]
    record("Four workers and the job worker", head, rows)
    assert {name: value for name, (_floor, _portal, value) in found.items() if value > MOST[name].bound} == {}
