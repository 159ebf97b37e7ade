"""Benchmark: importing 5,000 inputs: rows per second against a plain django-import-export resource, and memory at two
sizes.

Both import the same workbook in the same run, each into its own consultation: from the file's bytes to the last row.
The plain resource writes a draft and its objectives for each row; ours validates each row, compares it with existing
data, numbers, hashes, sends and journals it. The preview, which the plain resource lacks, is timed separately. URL
configuration is loaded before the clock starts.

Memory is that of a dedicated process: the portal, and one preview or import. Five times the rows may take a tenth more.
Python's own allocations are counted separately.
"""

import json
import os
import subprocess
import sys
import time
import tracemalloc
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as portal
from django.urls import reverse
from django.utils import timezone
from import_export import fields, resources
from import_export.formats.base_formats import XLSX
from import_export.widgets import ForeignKeyWidget, ManyToManyWidget

from consultations import jobs
from consultations.imports import RowState, keep_upload, try_rows
from consultations.imports.spreadsheets import read_sheet
from consultations.integrity.journal import verdict
from consultations.models import Event, Job, Provision, Stakeholder, Submission, Theme
from consultations.workflow import confirm_import
from tests.benchmarks.bench_export import database_url
from tests.consultations.imports.sheets import workbook
from tests.factories import make_consultation, make_provision, make_secretariat, make_stakeholder, make_theme

pytestmark = pytest.mark.django_db(transaction=True)
ROWS, FEW, BODIES, LEAST = 5_000, 1_000, 250, 12
MOST_MEMORY, MOST_GROWTH, STEPS = 10, 1.1, ("preview", "import")
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


class PlainResource(resources.ModelResource):
    """Resource as in the documentation of django-import-export."""

    stakeholder = fields.Field("stakeholder", "organisation", ForeignKeyWidget(Stakeholder, "name"))
    theme = fields.Field("theme", "theme", ForeignKeyWidget(Theme, "code"))
    provisions = fields.Field("provisions", "objectives", ManyToManyWidget(Provision, "; ", "code"))

    class Meta:
        model = Submission
        import_id_fields = ["key"]
        fields = [
            "key", "stakeholder", "theme", "provisions", "title", "body", "proposed_wording", "audience", "language",
        ]  # fmt: skip

    def before_save_instance(self, instance, row, **kwargs):
        instance.consultation, instance.author = kwargs["consultation"], kwargs["by"]


def plain(data: bytes, consultation, by) -> None:
    result = PlainResource().import_data(
        XLSX().create_dataset(data), consultation=consultation, by=by, raise_errors=True
    )
    assert result.totals["new"] == ROWS


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


def test_5000_rows_come_in_twelve_times_as_fast_as_with_a_plain_resource(settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.startswith("zeal.")]
    themes = tuple(f"T{turn}" for turn in range(1, 8))
    for code in ("GCM-02", "GCM-05"):
        make_provision(code, theme=make_theme("T1"))
    for turn in range(BODIES):
        make_stakeholder(f"Organisation for fair work {turn}")
    by, data, consultation = make_secretariat(), sheet(), make_consultation(themes=themes)
    reverse("import_inputs")  # loads them all
    taken = {"plain": timed(lambda: plain(data, consultation, by))}
    jobs_made = []
    taken["preview"] = timed(lambda: jobs_made.append(upload(data, make_consultation(themes=themes), by)))
    taken["ours"] = timed(lambda: ours(jobs_made[0], by))
    rates = {name: ROWS / seconds for name, seconds in taken.items()}
    assert Submission.objects.filter(state="submitted").count() == ROWS
    assert Event.objects.filter(verb="take_in_many").count() == ROWS
    assert verdict().complaint == ""
    print(f"\nimport of {ROWS:,} rows ({len(data) / 1e6:.1f} MB)\n")
    for name, rate in rates.items():
        print(f"  {name:<8}{rate:>8.0f} rows/s {rate / rates['plain']:>6.1f}")
    held = [memory(sheet(number), by, themes) for number in (FEW, ROWS)]
    print(f"  peak of Python's memory in ours: {held[0]:.1f} MB of {FEW:,} rows, {held[1]:.1f} MB of {ROWS:,}")
    few, many = (resident(number, by, themes) for number in (FEW, ROWS))
    for step in STEPS:
        print(f"  peak of the process, {step}: {few[step]:.1f} MB, {many[step]:.1f} MB, {many[step] / few[step]:.3f}")
    assert rates["ours"] / rates["plain"] >= LEAST
    assert held[1] <= MOST_MEMORY
    assert max(many[step] / few[step] for step in STEPS) <= MOST_GROWTH


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


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
