"""Benchmark: importing 5,000 inputs: rows per second against django-import-export's bulk mode, and memory at two sizes.

Both import the same workbook in the same run, in turn, each into its own consultation: from the file's bytes to the
last row. The floor (tests/benchmarks/floor/) writes drafts in bulk, without comparing rows and without objectives. Ours
validates each row, compares it with existing data, numbers, hashes, sends and journals it, with its objectives. The
preview, which the floor lacks, is timed separately. URL configuration is loaded before the clock starts.

Memory is that of a dedicated process: the portal, and one preview or import. Five times the rows may take a tenth more.
Python's own allocations are counted separately.
"""

import json
import os
import subprocess
import sys
import tracemalloc
import uuid
from pathlib import Path
from typing import NamedTuple

import pytest
from django.conf import settings as portal
from django.urls import reverse
from django.utils import timezone

from consultations import jobs
from consultations.imports import RowState, keep_upload, try_rows
from consultations.imports.spreadsheets import read_sheet
from consultations.integrity.journal import verdict
from consultations.models import Event, Job
from consultations.workflow import confirm_import
from tests.benchmarks.bench_export import database_url
from tests.benchmarks.figures import record, taken
from tests.benchmarks.floor.files import import_inputs
from tests.consultations.imports.sheets import workbook
from tests.factories import make_consultation, make_provision, make_secretariat, make_stakeholder, make_theme

pytestmark = pytest.mark.django_db(transaction=True)
ROWS, FEW, BODIES, ROUNDS = 5_000, 1_000, 250, 2
MOST_MEMORY, MOST_GROWTH, STEPS = 10, 1.1, ("preview", "import")


class Least(NamedTuple):
    """How many times the rows per second of the floor: before, at least, and the goal."""

    before: float
    bound: float
    goal: float


LEAST = {"preview": Least(6.0, 5.0, 4.4), "taking in": Least(1.1, 0.95, 2.8)}
WORDS = "Workers who leave for the Gulf are paid late and cannot change their employer without losing their papers. "


def sheet(number: int = ROWS) -> bytes:
    head = ["key", "organisation", "theme", "objectives", "title", "body", "proposed_wording", "audience", "language"]
    rows = [
        [
            str(uuid.uuid4()), f"Organisation for fair work {turn % BODIES}", f"T{turn % 7 + 1}", "GCM-02; GCM-05",
            f"What we ask for, number {turn}", f"{WORDS * 4}{turn}", "Kenya seeks wages on time.", "public", "en",
        ]
        for turn in range(number)
    ]  # fmt: skip
    return workbook(head, *rows)


def upload(data: bytes, consultation, by) -> Job:
    """Upload: validate and store the file. The plain resource has no such step."""
    chosen = {"consultation": consultation, "channel": "letter", "received_on": timezone.localdate()}
    trial = try_rows(read_sheet(data), by=by, **chosen)
    list(trial.whole(trial.of(RowState.NEW)[:100]))  # the rows of its first page
    asked = {**chosen, "encoding": "", "name": "bench", "rows": len(trial.verdicts)}
    return keep_upload(data, trial, by=by, options=asked)


def ours(job: Job, by) -> None:
    confirm_import(job, by=by)
    assert jobs.run_next().pk == job.pk
    assert Job.objects.get(pk=job.pk).result["tally"] == {"new": job.total, "same": 0, "changed": 0, "error": 0}


def test_5000_rows_come_in_faster_than_in_bulk_mode(settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.startswith("zeal.")]
    themes = tuple(f"T{turn}" for turn in range(1, 8))
    for code in ("GCM-02", "GCM-05"):
        make_provision(code, theme=make_theme("T1"))
    for turn in range(BODIES):
        make_stakeholder(f"Organisation for fair work {turn}")
    by = make_secretariat()
    reverse("home")  # loads them all
    costs = [one_round(by, themes) for _turn in range(ROUNDS)]
    assert Event.objects.filter(verb="take_in_many").count() == ROUNDS * ROWS
    assert verdict().complaint == ""
    ratios = show(costs)
    show_memory(by, themes)
    assert {name: ratio for name, ratio in ratios.items() if ratio < LEAST[name].bound} == {}


def one_round(by, themes) -> dict[str, tuple[float, float]]:
    """Return the processor time of each step, and its time on the clock."""
    data, other, jobs_made = sheet(), sheet(), []
    into = [make_consultation(themes=themes) for _ in range(2)]
    costs = {
        "floor": taken(lambda: import_inputs(other, into[0], by)),
        "preview": taken(lambda: jobs_made.append(upload(data, into[1], by))),
        "taking in": taken(lambda: ours(jobs_made[0], by)),
    }
    assert [each.submissions.count() for each in into] == [ROWS, ROWS]
    return costs


def show(costs: list[dict[str, tuple[float, float]]]) -> dict[str, float]:
    """Record the rows per second; return the ratios to the floor."""
    least = {name: min(each[name] for each in costs) for name in costs[0]}
    rows, ratios = [], {}
    for name, (processor, clock) in least.items():
        ratio, bound = least["floor"][0] / processor, LEAST.get(name)
        limits = [*bound, "yes" if ratio >= bound.goal else "**no**"] if bound else [""] * 4
        rows.append([name, f"{ROWS / processor:,.0f}", f"{ROWS / clock:,.0f}", f"{ratio:.2f}", *limits])
        ratios |= {name: ratio} if bound else {}
    head = ["step", "rows/s of processor time", "rows/s, clock", "ratio", "before", "at least", "goal", "reached"]
    record(f"Import of {ROWS:,} rows, beside django-import-export in bulk mode", head, rows)
    return ratios


def show_memory(by, themes) -> None:
    """Print the peaks of memory for two sizes, and compare them."""
    held = [memory(sheet(number), by, themes) for number in (FEW, ROWS)]
    print(f"\n  peak of Python's memory in ours: {held[0]:.1f} MB of {FEW:,} rows, {held[1]:.1f} MB of {ROWS:,}")
    few, many = (resident(number, by, themes) for number in (FEW, ROWS))
    for step in STEPS:
        print(f"  peak of the process, {step}: {few[step]:.1f} MB, {many[step]:.1f} MB, {many[step] / few[step]:.3f}")
    assert held[1] <= MOST_MEMORY
    assert max(many[step] / few[step] for step in STEPS) <= MOST_GROWTH


def memory(data: bytes, by, themes) -> float:
    """Return the peak of Python allocations during an import, in MB."""
    consultation = make_consultation(themes=themes)
    tracemalloc.start()
    ours(upload(data, consultation, by), by)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return peak


CHILD = """
import json, pathlib, re, sys
import django
django.setup()
from django.utils import timezone
from consultations import imports, jobs
from consultations.imports.spreadsheets import read_sheet
from consultations.models import Consultation, Job, User
from consultations.workflow import confirm_import
step, by, given = sys.argv[1], User.objects.get(pk=sys.argv[2]), sys.argv[3:]
if step == "preview":
    data = pathlib.Path(given[1]).read_bytes()
    chosen = {"consultation": Consultation.objects.get(pk=given[0]), "channel": "letter"}
    chosen["received_on"] = timezone.localdate()
    trial = imports.try_rows(read_sheet(data), by=by, **chosen)
    list(trial.whole(trial.of(imports.RowState.NEW)[:100]))
    asked = {**chosen, "encoding": "", "name": "bench", "rows": len(trial.verdicts)}
    job = imports.keep_upload(data, trial, by=by, options=asked)
else:
    job = confirm_import(Job.objects.get(pk=given[0]), by=by)
    assert jobs.run_next().pk == job.pk
    assert Job.objects.get(pk=job.pk).result["tally"] == {"new": job.total, "same": 0, "changed": 0, "error": 0}
status = pathlib.Path("/proc/self/status").read_text()  # the peak of getrusage is that of whoever began this process
print(json.dumps([job.pk, int(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1]) / 1024]))
"""


def resident(number: int, by, themes) -> dict[str, float]:
    """Return the peaks of two processes in MB: one previews a sheet of so many rows, one imports them."""
    file = Path(portal.VAR_DIR) / f"bench-{number}.xlsx"
    file.write_bytes(sheet(number))
    job, preview = child("preview", by, make_consultation(themes=themes).pk, file)
    _job, taken_in = child("import", by, job)
    return {"preview": preview, "import": taken_in}


def child(step: str, by, *given: object) -> list:
    environment = {**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "ncm_portal.settings"}
    environment |= {"DEMO": "1", "DEBUG": "", "PYTHONPATH": str(portal.BASE_DIR), "MALLOC_ARENA_MAX": "2"}
    environment["VAR_DIR"] = str(portal.VAR_DIR)
    command = [sys.executable, "-c", CHILD, step, *map(str, [by.pk, *given])]
    done = subprocess.run(command, cwd=portal.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
