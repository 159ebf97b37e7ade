"""An edition of more than forty pages, printed once for all read-only tests."""

from pathlib import Path

import pytest

from positions.render import pdf
from tests.positions.render import editions, reading


def printed_in_process(content, renderer=pdf):
    return renderer.render(content, sha256=editions.digest(content), address=editions.address(content))


def children() -> set[str]:
    """Return this process's child processes, including ended ones that were not collected."""
    return {pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()}


@pytest.fixture(scope="session")
def content():
    return editions.by_paragraph(editions.edition(paragraphs=100, points=200, participants=90))


@pytest.fixture(scope="session")
def printed(content):
    return printed_in_process(content)


@pytest.fixture(scope="session")
def heard(printed):
    return reading.read(printed)
