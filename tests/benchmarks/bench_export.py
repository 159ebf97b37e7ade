"""Benchmark: exporting 1,000, 20,000 and 100,000 inputs (SIZE): the first byte must not come later and rows must not
come slower as there are more, in little memory.

Each file is made by a process of its own, which loads the portal, makes a request to load what is loaded at the first
one, and then reads every byte. Times are of the processors, of that process and its database session.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import geometric_mean
from typing import NamedTuple
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from consultations.models import Submission
from tests.benchmarks.figures import record
from tests.crowd import CODES, fill, join_many
from tests.factories import make_consultation, make_provision, make_secretariat, make_theme

SIZES = (1_000, 20_000, int(os.environ.get("SIZE", "100000")))
FORMS = ("csv", "json", "xlsx")
# The first byte at most so many times that among 1,000; the rows of a second at least such a part of those among fewer.
# One file varies by a quarter between runs on a busy machine, all six together by a tenth.
MOST_LATER, LEAST_SPEED, LEAST_OF_ONE, MOST_MEGABYTES = 1.3, 0.85, 0.7, 150
TURNS = 5
CHILD = """
import json, pathlib, re, sys, time
import django
django.setup()
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import resolve, reverse
from consultations.models import User
from tests.benchmarks.figures import spent
form, who, turns = sys.argv[1], sys.argv[2], int(sys.argv[3])
address = reverse("inputs_export", args=[form])
request = RequestFactory().get(address)
request.user = User.objects.get(email=who) if who else AnonymousUser()
match = resolve(address)
def begun():
    response = match.func(request, *match.args, **match.kwargs)
    blocks = iter(response)
    return response, len(next(blocks)), blocks
begun()[0].close()  # what is loaded and kept at the first request
firsts = []
for _turn in range(turns):
    start = spent()
    response = begun()[0]
    firsts.append(spent() - start)
    response.close()
start, clock = spent(), time.perf_counter()
response, size, blocks = begun()
size += sum(map(len, blocks))
processor, seconds = spent() - start, time.perf_counter() - clock
status = pathlib.Path("/proc/self/status").read_text()  # the peak of getrusage is that of whoever began this process
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1]) / 1024
print(json.dumps({"processor": processor, "seconds": seconds, "first": min(firsts, default=0), "megabytes": peak}))
"""


class File(NamedTuple):
    """What one export cost: its rows, processor time, time on the clock, that of its first byte, and memory."""

    rows: int
    processor: float
    seconds: float
    first: float
    megabytes: float

    @property
    def speed(self) -> float:
        """Return the rows per second of processor time."""
        return self.rows / self.processor


def database_url():
    """Return the URL of this test's database for another process, which runs as the portal does."""
    given, role = connection.settings_dict, settings.DATABASE_ROLES["running"]
    query = {"host": given["HOST"], "port": given["PORT"]}
    who = f"{quote(role['USER'])}:{quote(role['PASSWORD'])}"
    return f"postgresql://{who}@/{given['NAME']}?{urlencode({key: value for key, value in query.items() if value})}"


def export(form, user):
    """Return what an export for `user` costs in a process of its own."""
    environment = {**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "ncm_portal.settings"}
    environment |= {"DEMO": "1", "DEBUG": "", "PYTHONPATH": str(settings.BASE_DIR), "MALLOC_ARENA_MAX": "2"}
    turns = TURNS if form == "csv" else 0
    command = [sys.executable, "-c", CHILD, form, getattr(user, "email", ""), str(turns)]
    done = subprocess.run(
        command, cwd=Path(settings.BASE_DIR), env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return File(Submission.objects.visible_to(user).sent().count(), **json.loads(done.stdout))


@pytest.mark.django_db(transaction=True)
def test_more_inputs_are_exported_as_fast_and_begin_as_soon():
    for turn, code in enumerate(CODES):
        make_provision(f"GCM-{turn + 1:02}", theme=make_theme(code))
    consultation, senders = make_consultation(themes=CODES), join_many(200)
    readers = {"visitor": AnonymousUser(), "secretariat": make_secretariat()}
    files = {}
    for size in sorted({size for size in SIZES if size <= SIZES[-1]}):
        fill(consultation, senders, size)
        files |= {(form, name, size): export(form, user) for form in FORMS for name, user in readers.items()}
    show(files)
    assert later(files) == {}
    assert slower(files) == {}
    assert max(each.megabytes for each in files.values()) < MOST_MEGABYTES


def show(files):
    """Record a table of all files."""
    head = ["file", "reader", "inputs", "rows", "rows/s", "s, clock", "first byte, ms", "MB of the process"]
    rows = [
        [
            form, reader, f"{size:,}", f"{each.rows:,}", f"{each.speed:,.0f}", f"{each.seconds:.1f}",
            f"{each.first * 1000:.1f}" if each.first else "", f"{each.megabytes:.0f}",
        ]
        for (form, reader, size), each in sorted(files.items())
    ]  # fmt: skip
    record("Export, by the number of inputs", head, rows)


def later(files):
    """Return the files that begin later than among the fewest inputs, by how many times."""
    few = min(size for _form, _reader, size in files)
    ratios = {key: each.first / files[*key[:2], few].first for key, each in files.items() if each.first}
    return {key: ratio for key, ratio in ratios.items() if ratio > MOST_LATER}


def slower(files):
    """Return the sizes of which rows come slower than among the next fewer inputs, by how many times: all files
    together, or one much slower.
    """
    sizes = sorted({size for _form, _reader, size in files})
    fewer = dict(zip(sizes[1:], sizes, strict=False))
    result = {}
    for size, before in fewer.items():
        kinds = [key[:2] for key in files if key[2] == size]
        ratios = {kind: files[*kind, size].speed / files[*kind, before].speed for kind in kinds}
        if geometric_mean(ratios.values()) < LEAST_SPEED or min(ratios.values()) < LEAST_OF_ONE:
            result[size] = ratios
    return result
