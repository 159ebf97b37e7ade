"""The command that runs all checks: output, report, exit status, and one database snapshot for two processes."""

import io
import json
import os
import subprocess
import sys
from types import SimpleNamespace
from urllib.parse import quote, urlencode

import pgtrigger
import pytest
from django.conf import settings as portal
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from consultations.integrity import files
from consultations.models import Checkpoint, Event, IntegrityCheck, Submission
from consultations.models.checkpoints import checkpoints_file, keys_file
from consultations.workflow import commit_to_records, make_key, sign_checkpoint, write_checkpoints
from ncm_portal import workflow
from ncm_portal.database_roles import as_owner
from positions.integrity import CHECKS, running
from positions.management.commands import verify_all
from tests import factories


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.MEDIA_ROOT.mkdir()


def check(*arguments):
    """Run the command and return its output."""
    out = io.StringIO()
    call_command("verify_all", *arguments, stdout=out)
    return out.getvalue()


def make_input():
    """Create an input with the journal entry of its submission."""
    sent = factories.make_submission(state="accepted")
    commit_to_records()
    return sent


def alter(sent):
    """Change an input so that only its content hash reveals it: the journal commits to the present text."""
    with pgtrigger.ignore():
        Submission.objects.filter(pk=sent.pk).update(body="Forged.")
    commit_to_records()


@pytest.mark.django_db
def test_sound_portal_report_lists_each_check(tmp_path):
    make_input()
    report = tmp_path / "report.json"
    said = check("--json", str(report))
    assert said.splitlines()[-1].startswith("Everything is as it was written, looked at in ")
    told = json.loads(report.read_text())
    assert (told["is_sound"], told["number_of_findings"], told["findings"]) == (True, 0, [])
    assert (told["looked_at"].keys(), told["looked_at"]["inputs"]) == (CHECKS.keys(), 1)
    assert "  inputs: 1 looked at" in said
    assert IntegrityCheck.objects.count() == 0


@pytest.mark.usefixtures("by_owner")
@pytest.mark.django_db
def test_findings_have_instructions_and_exit_status_is_1(tmp_path):
    sent = make_input()
    alter(sent)
    report, out = tmp_path / "report.json", io.StringIO()
    with pytest.raises(CommandError) as failure:
        call_command("verify_all", "--json", str(report), "--keep", stdout=out)
    assert failure.value.returncode == 1
    assert str(failure.value).startswith("1 findings, looked at in ")
    assert f"- Input {sent.reference}" in out.getvalue()
    assert f"{portal.PORTAL_ADDRESS}/desk/inputs/{sent.key}/" in out.getvalue()
    assert "  What to do: Compare it with the newest backup" in out.getvalue()
    [finding] = json.loads(report.read_text())["findings"]
    assert (finding["check"], finding["record"]) == ("inputs", f"consultations.submission:{sent.pk}")
    assert IntegrityCheck.objects.get().findings == [finding]


@pytest.mark.django_db
def test_interrupted_check_has_exit_status_2(monkeypatch):
    def breaks_off(progress):
        raise OSError("the disk is gone")
        yield

    monkeypatch.setitem(CHECKS, "files", breaks_off)
    with pytest.raises(CommandError, match="The check broke off: the disk is gone") as failure:
        check()
    assert failure.value.returncode == 2


@pytest.mark.usefixtures("by_owner")
@pytest.mark.django_db
def test_excess_findings_are_counted(monkeypatch):
    monkeypatch.setattr(running, "MOST", 2)
    for _turn in range(4):
        alter(make_input())
    result = running.run()
    assert (result.number, len(result.findings)) == (4, 2)
    assert list(running.summary(result))[-1] == "  … and 2 more."


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_terminal_shows_progress_bar(monkeypatch):
    monkeypatch.setattr(verify_all, "EVERY", 0)
    command = verify_all.Command(stdout=(out := Terminal()))
    bar = verify_all.Bar(command.stdout)
    bar.tell("inputs", 1, 2)
    bar.tell("inputs", 2, 2)
    bar.end()
    drawn = out.getvalue().split("\r")
    assert drawn[1].startswith("[##")
    assert ("inputs 50%" in drawn[1], "inputs 100%" in drawn[2], drawn[-1].endswith("\n")) == (True, True, True)


# --- Two processes ------------------------------------------------------------------------------------------------------


@pytest.fixture
def beside(monkeypatch):
    """Return the environment of a process that uses this test's database."""
    own = connection.settings_dict
    host = urlencode({"host": own["HOST"], **({"port": own["PORT"]} if own["PORT"] else {})})
    user = quote(own["USER"]) + (f":{quote(own['PASSWORD'])}" if own["PASSWORD"] else "")
    monkeypatch.setenv("DATABASE_URL", f"postgresql://{user}@/{quote(own['NAME'])}?{host}")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "ncm_portal.settings")
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")


@pytest.mark.django_db(transaction=True)
def test_journal_is_read_in_parallel_from_same_snapshot(beside, monkeypatch):
    """Inputs and entries written during the checks are not part of them."""
    body, by = factories.make_stakeholder(), factories.make_secretariat()
    for _turn in range(3):
        workflow.journal("note", body, by=by)
    real = running.AT_ONE_MOMENT["sums"]

    def while_others_write(progress):
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("UPDATE consultations_tally SET inputs = inputs + 1")
        other.close()
        yield from real(progress)

    make_input()
    monkeypatch.setitem(running.AT_ONE_MOMENT, "sums", while_others_write)
    result = running.run()
    assert (result.number, result.looked_at.keys()) == (0, CHECKS.keys())
    assert not connection.in_atomic_block
    monkeypatch.setitem(running.AT_ONE_MOMENT, "sums", real)
    assert [each["check"] for each in running.run().findings] == ["sums"]


@pytest.mark.django_db(transaction=True)
def test_findings_of_parallel_process_have_check_name(beside):
    body = factories.make_stakeholder()
    for turn in range(3):
        workflow.journal("note", body, by=None, reason=f"reason {turn}")
    with as_owner(), pgtrigger.ignore(), transaction.atomic():
        Event.objects.filter(number=2).update(reason="forged")
    [finding] = running.run().findings
    assert (finding["check"], finding["title"][:15]) == ("journal", "Journal entry 2")
    assert finding["address"].startswith(f"{portal.PORTAL_ADDRESS}/admin/consultations/event/")


@pytest.mark.django_db(transaction=True)
def test_crashed_parallel_process_is_reported(beside, monkeypatch):
    monkeypatch.setattr(running, "sys", SimpleNamespace(executable="false"))
    with pytest.raises(running.CouldNotRun, match="journal"):
        running.run()


@pytest.mark.django_db(transaction=True)
def test_command_runs_end_to_end(beside, tmp_path):
    make_input()
    environment = os.environ | {"VAR_DIR": str(tmp_path)}
    command = [sys.executable, "manage.py", "verify_all"]
    done = subprocess.run(command, cwd=portal.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].startswith("Everything is as it was written")
    (tmp_path / "files" / "stray").write_bytes(b"")
    os.utime(tmp_path / "files" / "stray")
    assert files.UNDER_WAY > 0


@pytest.mark.usefixtures("by_owner")
@pytest.mark.django_db
def test_mailed_checkpoint_detects_truncated_journal(settings, tmp_path):
    settings.CHECKPOINT_KEY, settings.CHECKPOINT_FOLDER = tmp_path / "key.pem", tmp_path / "anchored"
    make_key()
    workflow.journal("note", factories.make_stakeholder(), by=None)
    workflow.journal("note", factories.make_stakeholder(), by=None)
    mailed, keys = tmp_path / "mailed.txt", tmp_path / "keys.jsonl"
    mailed.write_text(f"Keep this mail.\n\n{sign_checkpoint(at_once=True).line}\n")
    write_checkpoints()
    keys.write_text(keys_file().read_text())
    given = ("--checkpoints", str(mailed), "--keys", str(keys))
    assert "checkpoints: 1 looked at" in check(*given)
    with pgtrigger.ignore():
        Event.objects.filter(number=2).delete()
        Checkpoint.objects.all().delete()
    checkpoints_file().unlink()
    assert "Everything is as it was written" in check()  # the machine itself tells nothing any more
    report = tmp_path / "report.json"
    with pytest.raises(CommandError):
        check(*given, "--json", str(report))
    [finding] = json.loads(report.read_text())["findings"]
    assert (finding["check"], finding["record"]) == ("checkpoints", "consultations.event:2")
    assert finding["words"].startswith("the end of the journal was cut off: it ends with entry 1, the checkpoint of ")
