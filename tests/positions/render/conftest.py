"""An edition of more than forty pages, printed once for all read-only tests."""

import fcntl
from pathlib import Path

import pytest

from positions.render import pdf
from tests.positions.render import editions, reading
from tests.settings import RUN_FOLDER


def printed_in_process(content, renderer=pdf):
    return renderer.render(content, sha256=editions.digest(content), address=editions.address(content))


def children() -> set[str]:
    """Return this process's child processes, including ended ones that were not collected."""
    return {pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()}


@pytest.fixture(scope="session")
def content():
    return editions.by_paragraph(editions.edition(paragraphs=100, points=200, participants=90))


@pytest.fixture(scope="session")
def printed(content, testrun_uid):
    """Printed by the first worker that needs it; the others read its file."""
    file = RUN_FOLDER / f"{testrun_uid}.pdf"
    with file.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            file.write_bytes(printed_in_process(content))
    return file.read_bytes()


@pytest.fixture(scope="session")
def heard(printed):
    return reading.read(printed)
