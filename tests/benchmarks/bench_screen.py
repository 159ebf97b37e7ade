"""Benchmark: sixty people poll the screen of a forum on the production server every 1.5 seconds.

Meanwhile the chair changes the screen and the speakers' list. Measures response times, bytes, and the delay until each
viewer sees a change.
"""

import http.client
import statistics
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest
from django.conf import settings as portal
from django.test import Client

from consultations import workflow as consultation_workflow
from positions import workflow
from tests.benchmarks.figures import record
from tests.factories import change, make_check_in, make_delegate, make_session, make_stakeholder, make_user
from tests.positions.plenary import make_session_text
from tests.production_server import serving
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
VIEWERS, DELEGATES, EVERY, CHANGES, PAUSE = 60, 500, 1.5, 8, 2.5
MOST_BYTES, MOST_SECONDS = 3_072, 2.0
WORDS = "Kenya calls for fair recruitment, with its costs borne by the employer and never by the worker. " * 9


@dataclass
class Viewer:
    """Viewer: response times of its polls, and the time of each version."""

    cookie: str
    seconds: list[float] = field(default_factory=list)
    bytes: list[int] = field(default_factory=list)
    seen: dict[str, float] = field(default_factory=dict)

    def watch(self, port: int, address: str, begin: float, stop: threading.Event) -> None:
        """Poll until the meeting is over."""
        line, version = http.client.HTTPConnection("127.0.0.1", port, timeout=30), ""
        time.sleep(begin)
        while not stop.wait(EVERY):
            asked = time.perf_counter()
            line.request("GET", f"{address}?{urlencode({'since': version})}", headers={"Cookie": self.cookie})
            answer = line.getresponse()
            body = answer.read()
            self.seconds.append(time.perf_counter() - asked)
            self.bytes.append(len(body))
            assert answer.status in (200, 204), answer.status
            version = answer.headers.get("X-Version", version)
            self.seen.setdefault(version, time.perf_counter())
        line.close()


@pytest.fixture
def meeting(db):
    """Create a text in session at a forum of 500 delegates, sixty of them with accounts."""
    text = make_session_text()
    text.session = make_session(text.forum, state="open")
    text.bodies = [make_stakeholder(name=f"Organisation {number}") for number in range(50)]
    for number in range(DELEGATES):
        make_check_in(make_delegate(text.forum, text.bodies[number % 50]), by=text.secretariat)
    text.viewers = []
    for delegate in text.forum.delegates.order_by("pk")[:VIEWERS]:
        person = change(delegate, user=make_user()).user
        value = sign_in(Client(), person).cookies["sessionid"].value
        text.viewers.append(Viewer(f"{portal.SESSION_COOKIE_NAME}={value}"))
    return text


@pytest.fixture
def server(meeting, tmp_path):
    """Start the production server on this run's database; yield its port."""
    with serving(tmp_path, "--workers", "2", DATABASE_POOL="4") as server:
        yield server.port


def meet(text) -> list[float]:
    """Change the screen and the speakers' list in turn; return the time of each change."""
    made = []
    for turn in range(CHANGES):
        time.sleep(PAUSE)
        if turn % 2:
            consultation_workflow.ask_floor(text.session, by=text.secretariat, stakeholder=text.bodies[turn])
        else:
            shown = {"session": text.session, "paragraph": text.first, "amendment": WORDS[: 800 - turn]}
            workflow.show_on_screen(text.forum, by=text.secretariat, moved_by=text.two, **shown)
        made.append(time.perf_counter())
    time.sleep(PAUSE)
    return made


def late(viewer: Viewer, made: list[float]) -> list[float]:
    """Return the delay of each change for this viewer."""
    seen = sorted(viewer.seen.values())
    return [next(at for at in seen if at > moment) - moment for moment in made]


def part(values: list[float], share: float) -> float:
    return statistics.quantiles(values, n=100)[round(share * 100) - 1]


def test_sixty_people_watch_the_screen(meeting, server):
    stop, address = threading.Event(), f"/screen/{meeting.forum.slug}/news"
    threads = [
        threading.Thread(target=viewer.watch, args=(server, address, EVERY * number / VIEWERS, stop))
        for number, viewer in enumerate(meeting.viewers)
    ]
    for thread in threads:
        thread.start()
    made = meet(meeting)
    stop.set()
    for thread in threads:
        thread.join()
    polls = [seconds for viewer in meeting.viewers for seconds in viewer.seconds]
    waits = [wait for viewer in meeting.viewers for wait in late(viewer, made)]
    most = max(size for viewer in meeting.viewers for size in viewer.bytes)
    rows = [
        ["a poll, ms", f"{statistics.median(polls) * 1000:.0f}", f"{part(polls, 0.95) * 1000:.0f}", ""],
        ["a change is seen after, s", f"{statistics.median(waits):.2f}", f"{part(waits, 0.95):.2f}", MOST_SECONDS],
    ]
    record(f"The screen of a forum before {VIEWERS} viewers", ["what", "median", "95 %", "at most"], rows)
    assert most <= MOST_BYTES
    assert part(waits, 0.95) <= MOST_SECONDS
