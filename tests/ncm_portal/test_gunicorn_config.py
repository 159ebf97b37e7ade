"""The settings of the production server: the portal is loaded once, and its workers share that."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.production_server import Server, environment, serving

LOADED_WITH_THE_FIRST_FILE = {"weasyprint", "pikepdf", "docx", "fontTools", "charset_normalizer"}


@pytest.fixture(scope="module")
def server(tmp_path_factory, django_db_setup) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("server"), "--workers", "2", DATABASE_POOL="2") as started:
        while len(started.processes()) < 3:  # the first worker answers before the second one is there
            time.sleep(0.05)
        yield started


def private(process: int) -> int:
    """Return the bytes of memory that a process shares with no other one."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))


def test_workers_share_what_is_loaded(server):
    _first, *workers = server.processes()
    assert len(workers) == 2
    assert max(map(private, workers)) < 40_000_000  # a worker that loads the portal itself has 85 MB


def test_first_process_keeps_no_connections_that_workers_would_share(server):
    assert len(list(Path(f"/proc/{server.pid}/task").iterdir())) == 1  # a pool has threads of its own


def test_what_makes_and_reads_files_is_loaded_with_the_first_file(tmp_path):
    code = "import sys, ncm_portal.wsgi; from ncm_portal import server; server.load(); print(*sys.modules, sep='\\n')"
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env=environment(tmp_path, "http://127.0.0.1"), cwd=settings.BASE_DIR, check=True, capture_output=True, text=True,
    )  # fmt: skip
    loaded = set(run.stdout.split())
    assert "positions.views.public_papers" in loaded
    assert loaded & LOADED_WITH_THE_FIRST_FILE == set()
