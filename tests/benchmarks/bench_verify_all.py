"""Benchmark: checking all stored data of a large portal: time, and memory of all processes.

Data is created with COPY: 100,000 inputs with hashes, a million journal entries, 1 GiB of files.
"""

import hashlib
import os
import subprocess
import sys
import threading
import time
import uuid
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings as portal
from django.db import connection
from django.utils import timezone

from consultations.models import Attachment, Event, Submission, copy_in
from consultations.workflow import commit_to_records
from tests import factories
from tests.benchmarks.figures import record
from tests.database_roles import as_superuser

pytestmark = pytest.mark.django_db(transaction=True)

INPUTS = int(os.environ.get("BENCH_INPUTS", "100000"))
ENTRIES = int(os.environ.get("BENCH_ENTRIES", "1000000"))
FILES, SIZE = int(os.environ.get("BENCH_FILES", "4096")), 256 * 1024
STEP = 10_000
MOST_SECONDS, MOST_MEGABYTES = 120, 200
BODY = "Recruitment fees are charged to workers before they leave, and nobody pays them back. " * 20


@pytest.fixture
def portal_of_size(tmp_path):
    """Create a portal of this size; return its folder."""
    root = tmp_path / "files"
    consultation, author = factories.make_consultation(), factories.make_user()
    body, theme = factories.make_stakeholder(), consultation.themes.get(code="T1")
    moment = timezone.now() - timedelta(days=30)
    written = 0
    while written < INPUTS:
        rows = []
        for number in range(written, min(written + STEP, INPUTS)):
            row = Submission(
                reference=f"BENCH-{number:06}", consultation=consultation, stakeholder=body, author=author, theme=theme,
                title=f"Input {number}", body=f"{number} {BODY}", state="submitted", submitted_at=moment,
                entered_by=author, channel="letter", received_on=moment.date(),
            )  # fmt: skip
            row.content_sha256 = row.computed_sha256([])
            rows.append(row)
        copy_in(rows)
        Event.objects.record_many("enter", rows, by=author, after="submitted", commits=True)
        written += len(rows)
    make_files(root, Submission.objects.order_by("pk")[:FILES])
    commit_to_records()
    while (number := Event.objects.count()) < ENTRIES:
        Event.objects.record_many("note", [body] * min(STEP, ENTRIES - number), by=author, reason="read", data={"n": 1})
    with as_superuser() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return tmp_path


def make_files(root, inputs):
    rows, block = [], os.urandom(SIZE - 16)
    for submission in inputs:
        key = uuid.uuid4()
        data = key.bytes + block
        made = Attachment(
            submission=submission, name="a.pdf", media_type="application/pdf", size=SIZE, received=SIZE, state="uploading",
            sha256=hashlib.sha256(data).hexdigest(), stored_as=key.hex, uploaded_by_id=submission.author_id,
        )  # fmt: skip
        path = root / "attachments" / key.hex[:2] / key.hex
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        rows.append(made)
    Attachment.objects.bulk_create(rows)
    Attachment.objects.update(state="ready", kind="original")
    Event.objects.record_many("add_file", list(Attachment.objects.all()), by=rows[0].uploaded_by, commits=True)


def memory_of(pid):
    """Return the proportional memory of a process and its children in MB."""
    pids, total = [pid], 0
    while pids:
        pid = pids.pop()
        try:
            told = Path(f"/proc/{pid}/smaps_rollup").read_text()
            pids += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in told.splitlines() if line.startswith("Pss:"))
    return total / 1024


def test_everything_is_checked_in_two_minutes_and_flat_memory(portal_of_size):
    own = connection.settings_dict
    host = urlencode({"host": own["HOST"], **({"port": own["PORT"]} if own["PORT"] else {})})
    user = quote(own["USER"]) + (f":{quote(own['PASSWORD'])}" if own["PASSWORD"] else "")
    environment = os.environ | {
        "DATABASE_URL": f"postgresql://{user}@/{quote(own['NAME'])}?{host}",
        "VAR_DIR": str(portal_of_size), "DJANGO_SETTINGS_MODULE": "ncm_portal.settings", "PYTHONWARNINGS": "ignore",
    }  # fmt: skip
    connection.close()
    start = time.perf_counter()
    command = [sys.executable, "manage.py", "verify_all"]
    process = subprocess.Popen(command, cwd=portal.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True)
    peaks = []
    watching = threading.Thread(target=lambda: watch(process, peaks))
    watching.start()
    said = process.communicate()[0]
    watching.join()
    seconds = time.perf_counter() - start
    print(f"\n{said}")
    head = ["inputs", "entries", "GiB", "files", "s, clock", "MB at most", "MB in the middle"]
    figures = [f"{seconds:.1f}", f"{max(peaks):.0f}", f"{sorted(peaks)[len(peaks) // 2]:.0f}"]
    row = [f"{INPUTS:,}", f"{ENTRIES:,}", f"{FILES * SIZE / 2**30:.2f}", f"{FILES:,}", *figures]
    record("Checking all that is stored", head, [row])
    assert process.returncode == 0
    assert (seconds < MOST_SECONDS, max(peaks) < MOST_MEGABYTES) == (True, True)


def watch(process, peaks):
    while process.poll() is None:
        peaks.append(memory_of(process.pid))
        time.sleep(0.25)
