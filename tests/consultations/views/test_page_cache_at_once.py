"""Kept pages of a real server with two processes, while eight people change what eight others read."""

import random
import re
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from zeal import zeal_ignore

from consultations import workflow
from consultations.models import Submission
from tests.factories import make_consultation, make_member, make_ministry, make_secretariat, make_theme
from tests.production_server import collect_static, serving
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS, READERS, ROUNDS = 8, 8, 3  # at most 24 inputs at a time: all are on the first page of the list
LATE = 1.5  # seconds that something new may be missing, besides the time that a page takes
AUDIENCES = {"everybody": "public", "members": "members"}
NAMES = re.compile(r"Input ([0-9a-f]{12}) for (everybody|members)")


class Shown(NamedTuple):
    """An input: who may read it, and the moments from and until which all pages must show it."""

    audience: str
    since: float
    until: float = float("inf")


class Seen(NamedTuple):
    """A page: its reader, when it was asked for and had arrived, the inputs on it, and the page itself."""

    is_member: bool
    asked: float
    arrived: float
    names: dict[str, str]
    page: str


@pytest.fixture
def consultation():
    return make_consultation(themes=("T1",))


@pytest.fixture
def server(settings, tmp_path):
    settings.CHANGE_MARKER = tmp_path / "changed"
    collect_static(tmp_path)
    with serving(tmp_path, "--workers", "2", DATABASE_POOL="4") as server:
        yield server


def put_on_file(consultation, member, officer, audience: str, shown: dict[str, Shown]) -> tuple[str, Submission]:
    """Send an input and put it on file; note the moment in `shown`. Return its name and the input."""
    name, (membership,) = uuid.uuid4().hex[:12], member.live_memberships
    row = workflow.start_and_submit(
        consultation, membership.stakeholder, by=member, key=uuid.uuid4(), title=f"Input {name} for {audience}",
        body="Pay on time.", proposed_wording="", language="en", theme=make_theme("T1"), audience=AUDIENCES[audience],
        provisions=[],
    )  # fmt: skip
    workflow.accept(row, by=officer)
    shown[name] = Shown(audience, since=time.monotonic())
    return name, row


def write(consultation, officer, turn: int, shown: dict[str, Shown]) -> None:
    """Put inputs on file and take some back, at random moments; note in `shown` when each was committed."""
    member, chance = make_member(make_ministry()), random.Random(turn)
    for _round in range(ROUNDS):
        name, row = put_on_file(consultation, member, officer, "everybody" if turn % 4 else "members", shown)
        time.sleep(chance.uniform(0.5, 3))
        if chance.random() < 0.7:
            workflow.reopen(row, by=officer, reason="Put on file by mistake.")
            shown[name] = shown[name]._replace(until=time.monotonic())


def read(server, cookie: str, over: threading.Event) -> list[Seen]:
    """Read the list of inputs until `over`."""
    headers, seen = {"Cookie": f"sessionid={cookie}"} if cookie else {}, []
    while not over.is_set():
        asked = time.monotonic()
        status, page = server.get(reverse("inputs"), headers=headers)
        assert status == 200
        text = page.decode()
        seen.append(Seen(bool(cookie), asked, time.monotonic(), dict(NAMES.findall(text)), text))
        time.sleep(0.01)
    return seen


def run(act, *given):
    try:
        with zeal_ignore():
            return act(*given)
    finally:
        connection.close()


def test_kept_pages_are_nobody_elses_never_show_what_was_hidden_and_are_no_older_than_allowed(server, consultation):
    officer, shown, over = make_secretariat(), {}, threading.Event()
    member = sign_in(Client(), make_member(make_ministry())).cookies["sessionid"].value
    with ThreadPoolExecutor(WRITERS + READERS) as pool:
        reading = [pool.submit(run, read, server, member if turn % 2 else "", over) for turn in range(READERS)]
        writing = [pool.submit(run, write, consultation, officer, turn, shown) for turn in range(WRITERS)]
        try:
            for each in writing:
                each.result()
            put_on_file(consultation, make_member(make_ministry()), officer, "everybody", shown)  # nothing follows
            time.sleep(LATE + 2)
        finally:
            over.set()
        pages = [seen for each in reading for seen in each.result()]
    assert len(shown) == WRITERS * ROUNDS + 1
    assert {each.is_member for each in pages} == {True, False}
    assert {each.audience for each in shown.values() if each.until < float("inf")} == {"everybody", "members"}
    slowest = max(seen.arrived - seen.asked for seen in pages)  # a page being made is late by what that takes
    for seen in pages:
        may = {"everybody", "members"} if seen.is_member else {"everybody"}
        assert set(seen.names.values()) <= may
        assert ("Sign out" in seen.page) is seen.is_member
        hidden = {name for name, each in shown.items() if each.until < seen.asked}
        assert hidden & set(seen.names) == set()
        due = {
            name
            for name, each in shown.items()
            if each.audience in may and each.since < seen.asked - LATE - slowest and each.until > seen.arrived
        }
        assert due <= set(seen.names)
    by_visitors = [set(seen.names) for seen in pages if not seen.is_member]
    assert len(set(map(frozenset, by_visitors))) > WRITERS  # pages were made anew many times
