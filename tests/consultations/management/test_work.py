"""The worker command: mail, jobs and periodic tasks."""

import os
import signal
import subprocess
import sys
import time
from io import StringIO
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.db import connection

from consultations import jobs
from consultations.models import Job, JobKind, JobState, MailState
from consultations.notifications import outbox
from tests import factories


@pytest.mark.django_db
def test_command_sends_mail_runs_jobs_and_chores_until_none_are_left(monkeypatch):
    left = [2, 1]
    monkeypatch.setitem(jobs.RUNNERS, JobKind.COMPARE, lambda job, progress: {})
    monkeypatch.setattr(jobs, "CHORES", [lambda: left.pop() if left else 0])
    for turn in range(60):
        outbox.queue(f"p{turn}@example.org", "Subject", "Text")
    Job.objects.create(kind=JobKind.COMPARE, by=factories.make_secretariat(), state=JobState.WAITING)
    out = StringIO()
    call_command("work", stdout=out)
    assert (out.getvalue(), len(mail.outbox)) == ("60 sent, 1 jobs, 3 chores\n", 60)


def database_url():
    """The address of this test's database, for another process."""
    given = connection.settings_dict
    query = {"host": given["HOST"], "port": given["PORT"]}
    who = f"{quote(given['USER'])}:{quote(given['PASSWORD'])}"
    return f"postgresql://{who}@/{given['NAME']}?{urlencode({key: value for key, value in query.items() if value})}"


@pytest.mark.django_db(transaction=True)
def test_worker_loop_runs_until_stopped(tmp_path):
    environment = {**os.environ, "DATABASE_URL": database_url(), "VAR_DIR": str(tmp_path), "DEBUG": "1"}
    environment["DJANGO_SETTINGS_MODULE"] = "ncm_portal.settings"  # with its mail in files
    queued = outbox.queue("a@example.org", "Subject", "Text")
    command = [sys.executable, "manage.py", "work", "--watch"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, **pipes) as worker:
        try:
            until = time.monotonic() + 30
            while queued.state == MailState.WAITING and time.monotonic() < until:
                time.sleep(0.1)
                queued.refresh_from_db()
        finally:
            worker.send_signal(signal.SIGTERM)
        said = worker.communicate(timeout=10)
    assert (queued.state, said, worker.returncode) == (MailState.SENT, ("", ""), 0)
    (letter,) = (tmp_path / "mail").iterdir()
    assert "To: a@example.org" in letter.read_text().splitlines()
