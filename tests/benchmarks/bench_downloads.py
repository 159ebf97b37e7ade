"""Benchmark: serving the stored PDF of a published paper against a static file of the same size, from the same server.

Both are served by gunicorn with two workers of four threads, as in production: the static file by whitenoise, the paper
after a permission check. Four clients keep their connections open; the two alternate, so that other load affects both.
"""

import http.client
import os
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.urls import reverse

from tests import paper_factories
from tests.benchmarks.figures import record
from tests.production_server import serving

pytestmark = pytest.mark.django_db(transaction=True)

SIZE = 320_000  # bytes: the paper of the demo
READERS, EACH, ROUNDS = 4, 60, 7
LEAST = 0.5


@pytest.fixture
def addresses(settings, tmp_path):
    """Return the URLs of a published paper's PDF and a static file with the same bytes."""
    settings.MEDIA_ROOT = tmp_path / "files"
    data = b"%PDF-1.7 " + os.urandom(SIZE - 9)
    paper_factories.make_published_paper(slug="gcm-2017", pdf=data)
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "paper.pdf").write_bytes(data)
    return {"static": "/static/paper.pdf", "stored": reverse("edition_file", args=["gcm-2017", "1.0", "pdf"])}


@pytest.fixture
def server(addresses, tmp_path):
    """Start the production server on this run's database; yield its process and port."""
    with serving(tmp_path, "--workers", "2", at="/static/paper.pdf", DATABASE_POOL="4") as server:
        yield server


def read(port, address, times):
    """Download a file repeatedly over one connection."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for _turn in range(times):
        line.request("GET", address)
        answer = line.getresponse()
        assert (answer.status, len(answer.read())) == (200, SIZE)
    line.close()


def used(pid):
    """Return the CPU time of the server's workers so far in seconds."""
    workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    fields = [Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split() for each in workers]
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")


def test_a_stored_pdf_is_handed_out_half_as_fast_as_a_static_file(server, addresses):
    pid, port = server
    speeds, costs = ({name: [] for name in addresses} for _what in range(2))
    for turn in range(ROUNDS + 1):
        for name, address in addresses.items():
            before, start = used(pid), time.perf_counter()
            with ThreadPoolExecutor(READERS) as readers:
                list(readers.map(lambda _reader, at=address: read(port, at, EACH), range(READERS)))
            if turn:  # the first round warms up
                speeds[name].append(READERS * EACH / (time.perf_counter() - start))
                costs[name].append(1000 * (used(pid) - before) / (READERS * EACH))
    found = {name: (statistics.median(speeds[name]), statistics.median(costs[name])) for name in addresses}
    ratio = found["stored"][0] / found["static"][0]
    rows = [
        [name, f"{speed:.0f}", f"{cost:.2f}", f"{speed / found['static'][0]:.2f}"]
        for name, (speed, cost) in found.items()
    ]
    head = ["file", "requests/s", "ms of the workers", f"beside the static file (at least {LEAST})"]
    record(f"Downloads of {SIZE // 1000} kB by {READERS} readers", head, rows)
    assert ratio >= LEAST
