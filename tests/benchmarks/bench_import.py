"""The import of 5,000 inputs: rows per second against a plain resource of django-import-export, and memory.

Both take in the same workbook in the same run, each into a consultation of its own: from the bytes of the file to the
last row in the database. The plain resource writes a draft and its objectives for each row and nothing else; ours tries
each row and compares it with what is here, numbers it, hashes it, sends it and enters it in the journal. The preview at
the upload, which the plain resource lacks, is timed beside them.
"""

import time
import tracemalloc
import uuid
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from import_export import fields, resources
from import_export.formats.base_formats import XLSX
from import_export.widgets import ForeignKeyWidget, ManyToManyWidget

from consultations import jobs
from consultations.intake import confirm_import, prepare_import, try_rows
from consultations.intake.spreadsheets import read
from consultations.models import Event, Job, Provision, Stakeholder, Submission, Theme
from tests.consultations.intake.sheets import workbook
from tests.factories import make_consultation, make_provision, make_secretariat, make_stakeholder, make_theme

pytestmark = pytest.mark.django_db(transaction=True)
ROWS, BODIES, LEAST, MOST_MEMORY = 5_000, 250, 10, 120
WORDS = "Workers who leave for the Gulf are paid late and cannot change their employer without losing their papers. "


def sheet() -> bytes:
    head = ["key", "organisation", "theme", "objectives", "title", "body", "proposed_wording", "audience", "language"]
    rows = [
        [
            str(uuid.uuid4()), f"Organisation for fair work {turn % BODIES}", f"T{turn % 7 + 1}", "GCM-02; GCM-05",
            f"What we ask for, number {turn}", f"{WORDS * 4}{turn}", "Kenya seeks wages on time.", "public", "en",
        ]
        for turn in range(ROWS)
    ]  # fmt: skip
    return workbook(head, *rows)


class PlainResource(resources.ModelResource):
    """What the handbook of django-import-export would have one write."""

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
    """What the page before does: the file is tried and kept. The plain resource has no such page."""
    chosen = {"consultation": consultation, "channel": "letter", "received_on": timezone.localdate()}
    trial = try_rows(read(data), by=by, **chosen)
    asked = {**chosen, "encoding": "", "name": "bench", "rows": ROWS}
    return prepare_import(data, trial, by=by, asked=asked)


def ours(job: Job, by) -> None:
    confirm_import(job, by=by)
    assert jobs.run_next().pk == job.pk
    assert Job.objects.get(pk=job.pk).result["tally"] == {"new": ROWS, "same": 0, "changed": 0, "error": 0}


def test_5000_rows_come_in_ten_times_as_fast_as_with_a_plain_resource(settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.startswith("zeal.")]
    themes = tuple(f"T{turn}" for turn in range(1, 8))
    for code in ("GCM-02", "GCM-05"):
        make_provision(code, theme=make_theme("T1"))
    for turn in range(BODIES):
        make_stakeholder(f"Organisation for fair work {turn}")
    by, data, consultation = make_secretariat(), sheet(), make_consultation(themes=themes)
    taken = {"plain": timed(lambda: plain(data, consultation, by))}
    jobs_made = []
    taken["preview"] = timed(lambda: jobs_made.append(upload(data, make_consultation(themes=themes), by)))
    taken["ours"] = timed(lambda: ours(jobs_made[0], by))
    rates = {name: ROWS / seconds for name, seconds in taken.items()}
    assert Submission.objects.filter(state="submitted").count() == ROWS
    assert Event.objects.filter(verb="take_in_many").count() == ROWS
    call_command("check_journal", stdout=StringIO())
    peak = memory(data, by, themes)
    print(f"\nimport of {ROWS:,} rows ({len(data) / 1e6:.1f} MB)\n")
    for name, rate in rates.items():
        print(f"  {name:<8}{rate:>8.0f} rows/s {rate / rates['plain']:>6.1f}")
    print(f"  peak of Python's memory in ours: {peak:.0f} MB")
    assert rates["ours"] / rates["plain"] >= LEAST
    assert peak <= MOST_MEMORY


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def memory(data: bytes, by, themes) -> float:
    """The peak of what Python holds during an import, in MB."""
    consultation = make_consultation(themes=themes)
    tracemalloc.start()
    ours(upload(data, consultation, by), by)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return peak
