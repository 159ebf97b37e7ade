"""Benchmark: exporting 100,000 inputs: memory of a dedicated process, and rows per second.

The process only loads the portal, makes one request and reads every byte.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, urlencode

import pgtrigger
import pytest
from django.conf import settings
from django.db import connection

from tests.crowd import CODES, join_many, point_many, send_many
from tests.database_roles import as_superuser
from tests.factories import make_consultation, make_provision, make_theme

INPUTS, STEP = int(os.environ.get("INPUTS", "100000")), 10_000
MOST_MEGABYTES = 150
UNREAD = [  # kept by triggers for pages; no export asks for it, and it would take three quarters of the making
    "consultations.Submission:search_new_inputs",
    "consultations.Submission:search_input",
    "consultations.Submission:tally_new",
    "consultations.Submission:tally",
    "consultations.Point:search_point",
    "consultations.Point:tally_new",
    "consultations.Point:tally",
]
CHILD = """
import json, pathlib, re, sys, time
import django
django.setup()
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import resolve, reverse
from consultations.models import User
form, who = sys.argv[1:]
address = reverse("inputs_export", args=[form])
request = RequestFactory().get(address)
request.user = User.objects.get(email=who) if who else AnonymousUser()
match = resolve(address)
start = time.perf_counter()
size = sum(map(len, match.func(request, *match.args, **match.kwargs)))
taken = time.perf_counter() - start
status = pathlib.Path("/proc/self/status").read_text()  # the peak of getrusage is that of whoever began this process
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1]) / 1024
print(json.dumps({"seconds": taken, "megabytes": peak, "size": size}))
"""


def database_url():
    """Return the URL of this test's database for another process."""
    given = connection.settings_dict
    query = {"host": given["HOST"], "port": given["PORT"]}
    who = f"{quote(given['USER'])}:{quote(given['PASSWORD'])}"
    return f"postgresql://{who}@/{given['NAME']}?{urlencode({key: value for key, value in query.items() if value})}"


def export(form, who):
    environment = {**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "ncm_portal.settings"}
    environment |= {"DEMO": "1", "DEBUG": "", "PYTHONPATH": str(settings.BASE_DIR), "MALLOC_ARENA_MAX": "2"}
    command = [sys.executable, "-c", CHILD, form, who]
    done = subprocess.run(
        command, cwd=Path(settings.BASE_DIR), env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.usefixtures("by_owner")
@pytest.mark.django_db(transaction=True)
def test_a_hundred_thousand_inputs_fit_into_little_memory():
    for turn, code in enumerate(CODES):
        make_provision(f"GCM-{turn + 1:02}", theme=make_theme(code))
    consultation, senders = make_consultation(themes=CODES), join_many(200)
    with pgtrigger.ignore(*UNREAD):
        for first in range(0, INPUTS, STEP):
            sent = send_many(consultation, senders, min(STEP, INPUTS - first), first=first)
            point_many(consultation, sent)
    with as_superuser() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as its own daemon does in time
    officer = sent[0].author.email
    print(f"\n{INPUTS:,} inputs, {2 * INPUTS:,} points")
    peaks = []
    for form in ("csv", "json", "xlsx"):
        for who in ("", officer):
            found = export(form, who)
            peaks.append(found["megabytes"])
            rows = (INPUTS if who else INPUTS * 8 // 10) / found["seconds"]
            reader = "secretariat" if who else "visitor"
            print(
                f"  {form:<5} {reader:<12} {found['seconds']:6.1f} s  {rows:7,.0f} rows/s  {found['megabytes']:5.0f} MB"
            )
    assert max(peaks) < MOST_MEGABYTES
