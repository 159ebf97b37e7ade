"""Checkpoints: even with full database access, nobody can truncate or rewrite the journal undetected."""

import base64
import errno
import json
import os
import stat
import threading
from io import StringIO
from pathlib import Path

import pgtrigger
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core import checks
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from consultations import workflow as verbs
from consultations.integrity import journal as integrity
from consultations.journal_entries import FIRST_HASH, canonical, chain_hash
from consultations.models import Checkpoint, Event, OutgoingMail
from consultations.models.checkpoints import CHECKPOINT, checkpoints_file, keys_file, to_sign
from consultations.queries.checkpoints import check_checkpoints, known_keys
from consultations.workflow import checkpoints
from ncm_portal import workflow
from ncm_portal.workflow import Blocked
from tests import factories

pytestmark = pytest.mark.django_db
TABLE = Event._meta.db_table


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    """Key, folder and address of the test; the worker may run at once."""
    settings.CHECKPOINT_KEY, settings.CHECKPOINT_FOLDER = tmp_path / "own" / "key.pem", tmp_path / "anchored"
    settings.CHECKPOINT_MAIL = ["archive@example.org", "auditor@example.org"]
    checkpoints._looked_at = float("-inf")


@pytest.fixture
def body():
    return factories.make_stakeholder()


def write(body, count=1):
    for turn in range(count):
        workflow.journal("note", body, by=None, reason=f"reason {turn}")


def anchor(body, count=3):
    """Create entries and a checkpoint of the last one."""
    write(body, count)
    made = verbs.sign_checkpoint(at_once=True)
    verbs.write_checkpoints()
    return made


def findings(*files, **options):
    return [finding.what for finding in check_checkpoints(list(files), **options)]


def rewrite(number, **change):
    """Change an entry and recompute the chain after it, like an attacker with database access and the code."""
    with pgtrigger.ignore():
        previous = Event.objects.filter(number=number - 1).values_list("hash", flat=True).first() or FIRST_HASH
        for event in Event.objects.filter(number__gte=number).order_by("number"):
            entry = event.as_entry()._replace(previous_hash=previous, **(change if event.number == number else {}))
            digest = entry.computed_digest()
            previous = chain_hash(entry.number, entry.previous_hash, digest)
            fields = {"digest": digest, "previous_hash": entry.previous_hash, "hash": previous, "verb": entry.verb}
            Event.objects.filter(number=event.number).update(**fields)


def cut(number):
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE} WHERE number > %s", [number])


# --- What is signed -----------------------------------------------------------------------------------------------


def test_missing_key_disables_checkpoints(body):
    write(body)
    assert verbs.anchor_journal() == 0
    assert (Checkpoint.objects.count(), findings()) == (0, [])


def test_checkpoint_is_written_and_mailed(body, settings):
    name = verbs.make_key()
    made, last = anchor(body), Event.objects.get(number=3)
    [line] = checkpoints_file().read_text().splitlines()
    said = json.loads(line)
    assert {**said, "signature": ""} == {
        "number": 3, "hash": last.hash, "time": made.at.isoformat(timespec="seconds"), "key": name, "signature": "",
        "address": settings.PORTAL_ADDRESS,
    }  # fmt: skip
    mails = OutgoingMail.objects.order_by("to")
    assert [(mail.to, mail.subject) for mail in mails] == [
        ("archive@example.org", "The journal at entry 3"), ("auditor@example.org", "The journal at entry 3"),
    ]  # fmt: skip
    assert line in mails[0].body.splitlines()
    assert findings() == []


def test_checkpoint_is_signed_hourly_if_journal_grew(body):
    verbs.make_key()
    with time_machine.travel("2026-12-01T08:00:00Z", tick=False) as clock:
        write(body)

        def chore(minutes):
            clock.shift(minutes * 60)
            checkpoints._looked_at = float("-inf")
            return verbs.anchor_journal()

        assert [chore(0), chore(1), chore(60)] == [1, 0, 0]
        write(body)
        assert [chore(0), chore(1)] == [1, 0]
        write(body)
        assert [chore(58), chore(1)] == [0, 1]
    assert [json.loads(line)["number"] for line in checkpoints_file().read_text().splitlines()] == [1, 2, 3]


def test_worker_signs_checkpoints(body):
    verbs.make_key()
    write(body)
    call_command("work", stdout=StringIO())
    assert Checkpoint.objects.get().number == 1
    assert len(checkpoints_file().read_text().splitlines()) == 1


REWRITTEN = ["UPDATE consultations_checkpoint SET hash = ''", "DELETE FROM consultations_checkpoint"]


def refused_to_rewrite(body, sql, words):
    verbs.make_key()
    anchor(body)
    with pytest.raises(DatabaseError, match=words), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("sql", REWRITTEN)
def test_runtime_role_cannot_change_checkpoint(body, sql):
    refused_to_rewrite(body, sql, "permission denied for table consultations_checkpoint")


@pytest.mark.usefixtures("by_owner")
@pytest.mark.parametrize("sql", REWRITTEN)
def test_owner_cannot_change_checkpoint(body, sql):
    refused_to_rewrite(body, sql, "Cannot update or delete rows from consultations_checkpoint table")


# --- What is found ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("by_owner")
def test_truncated_journal_is_detected(body):
    verbs.make_key()
    made = anchor(body)
    cut(1)
    assert integrity.verdict().complaint == ""
    at = made.at.isoformat(timespec="seconds")
    assert findings() == [
        f"the end of the journal was cut off: it ends with entry 1, the checkpoint of {at} names entry 3"
    ]


@pytest.mark.usefixtures("by_owner")
def test_rewritten_journal_end_is_detected(body):
    verbs.make_key()
    anchor(body)
    second = anchor(body)
    rewrite(5, verb="forged")
    assert integrity.verdict().complaint == ""
    at = second.at.isoformat(timespec="seconds")
    assert findings() == [f"the journal was rewritten after entry 3: the checkpoint of {at} gives entry 6 another hash"]


@pytest.mark.usefixtures("by_owner")
def test_contradicting_journal_is_not_signed(body, caplog):
    verbs.make_key()
    anchor(body)
    rewrite(2, verb="forged")
    write(body)
    assert verbs.sign_checkpoint(at_once=True) is None
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("CRITICAL", "The journal contradicts the checkpoint of entry 3: nothing is signed any more.")
    ]


@pytest.mark.usefixtures("by_owner")
def test_entries_before_truncation_are_no_finding(body):
    verbs.make_key()
    anchor(body)
    write(body, 2)
    cut(3)
    assert findings() == []  # an hour's entries behind the last checkpoint are what remains unseen


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"hash": "0" * 64}, "is forged: its signature does not fit (entry 3)"),
        ({"number": 2}, "is forged: its signature does not fit (entry 2)"),
        ({"signature": "AAAA"}, "is forged: its signature does not fit (entry 3)"),
        ({"signature": "no base64"}, "is forged: its signature does not fit (entry 3)"),
        ({"key": "0" * 64}, f"is signed with a key that is not the portal's ({'0' * 64})"),
        ({"number": "3"}, "has other fields than a checkpoint"),
        ({"more": 1}, "has other fields than a checkpoint"),
    ],
)
def test_forged_checkpoint_is_reported(body, change, what):
    verbs.make_key()
    anchor(body)
    line = json.loads(checkpoints_file().read_text())
    checkpoints_file().write_text(canonical({**line, **change}) + "\n")
    assert f"A checkpoint in {checkpoints_file()} {what}" in findings()


def test_checkpoint_with_foreign_key_is_reported(body):
    name, foreign = verbs.make_key(), Ed25519PrivateKey.generate()
    anchor(body)
    line = json.loads(checkpoints_file().read_text())
    said = {key: value for key, value in line.items() if key != "signature"} | {"key": name}
    forged = {**said, "signature": base64.b64encode(foreign.sign(to_sign(CHECKPOINT, said))).decode()}
    checkpoints_file().write_text(canonical(forged) + "\n")
    assert f"A checkpoint in {checkpoints_file()} is forged: its signature does not fit (entry 3)" in findings()


def test_checkpoint_of_other_portal_is_reported(body, settings):
    verbs.make_key()
    anchor(body)
    settings.PORTAL_ADDRESS = "https://another.example.org"
    assert "is that of another portal" in findings()[0]


def test_missing_checkpoint_lines_are_detected(body, tmp_path):
    verbs.make_key()
    first = anchor(body)
    anchor(body)
    kept = checkpoints_file().read_text()
    checkpoints_file().write_text(kept.splitlines(keepends=True)[1])
    assert findings() == [
        f"1 checkpoints that were signed are not in {checkpoints_file()}, the first of entry {first.number}"
    ]
    checkpoints_file().unlink()
    assert findings()[0].startswith(f"{checkpoints_file()} cannot be read: ")
    keys_file().unlink()
    assert findings()[0].startswith(f"{keys_file()} cannot be read: ")


@pytest.mark.usefixtures("by_owner")
def test_mailed_checkpoint_detects_removed_files(body, tmp_path):
    """An attacker with the whole machine truncates the journal, the table and the file: the mail is elsewhere."""
    verbs.make_key()
    anchor(body)
    cut(1)
    saved, mailed = tmp_path / "saved.txt", tmp_path / "mail.eml"
    saved.write_text(OutgoingMail.objects.first().body)
    mailed.write_bytes(
        b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
        + OutgoingMail.objects.first().body.replace("=", "=3D").replace('"hash"', '"ha=\nsh"').encode()
    )
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM consultations_checkpoint")
    checkpoints_file().unlink()
    assert findings() == []
    for path in (saved, mailed):
        assert [what.split(":")[0] for what in findings(path)] == ["the end of the journal was cut off"], path
    assert findings(tmp_path / "nowhere")[0].startswith(f"{tmp_path / 'nowhere'} cannot be read")
    saved.write_text("Dear all,\n")
    assert findings(saved) == [f"{saved} holds no checkpoint"]


# --- The key --------------------------------------------------------------------------------------------------------


def test_private_key_is_readable_by_owner_only(settings):
    verbs.make_key()
    assert stat.S_IMODE(Path(settings.CHECKPOINT_KEY).stat().st_mode) == 0o600
    assert "PRIVATE" not in keys_file().read_text()
    with pytest.raises(Blocked, match="There is already a key"):
        verbs.make_key()


def test_rotated_key_keeps_old_checkpoints_valid(body):
    with time_machine.travel("2026-12-01T08:00:00Z", tick=False) as clock:
        first = verbs.make_key()
        anchor(body)
        clock.shift(60)
        second = verbs.rotate_key()
        clock.shift(60)
        assert anchor(body).key == second
    keys = known_keys()
    assert [*keys] == [first, second]
    assert keys[first].until == keys[second].since
    assert findings() == []


@pytest.mark.parametrize(
    "sql", ["UPDATE consultations_checkpoint SET hash = ''", "DELETE FROM consultations_checkpoint"]
)
def test_runtime_role_cannot_write_checkpoints(body, sql):
    refused = pytest.raises(DatabaseError, match="permission denied for table consultations_checkpoint")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_replaced_key_is_rejected(body, settings):
    with time_machine.travel("2026-12-01T08:00:00Z", tick=False) as clock:
        verbs.make_key()
        old = Path(settings.CHECKPOINT_KEY).read_bytes()
        clock.shift(60)
        verbs.rotate_key()
        clock.shift(60)
        Path(settings.CHECKPOINT_KEY).write_bytes(old)
        anchor(body)
    assert "is signed with a key that had been replaced by then (entry 3, 2026-12-01T08:02:00+00:00)" in findings()[0]


def test_unknown_published_key_is_detected(body, settings, tmp_path):
    verbs.make_key()
    anchor(body)
    own = keys_file().read_text()
    settings.CHECKPOINT_KEY, settings.CHECKPOINT_FOLDER = tmp_path / "their.pem", tmp_path / "theirs"
    verbs.make_key()
    theirs = keys_file()
    foreign = theirs.read_text()
    settings.CHECKPOINT_FOLDER = tmp_path / "anchored"
    keys_file().write_text(own + foreign)
    assert findings() == [f"Key 2 in {keys_file()} is not signed by the key before it"]
    keys_file().write_text(foreign)
    copy = tmp_path / "published.jsonl"
    copy.write_text(own)
    assert f"The keys in {copy} are not those in {keys_file()}" in findings(keys=copy)


def test_interrupted_key_rotation_is_completed_at_next_signing(body, settings):
    verbs.make_key()
    path = Path(settings.CHECKPOINT_KEY)
    old = path.read_bytes()
    new = verbs.rotate_key()
    path.rename(path.with_name("key.pem.new"))
    path.write_bytes(old)
    assert anchor(body).key == new
    path.with_name("key.pem.new").write_bytes(old)  # one that was never made known is left alone
    known_keys()
    assert findings() == []


@pytest.mark.parametrize("damage", [b"", b"-----BEGIN PRIVATE KEY-----\n"])
def test_damaged_key_is_logged_and_not_used(body, settings, caplog, damage):
    verbs.make_key()
    Path(settings.CHECKPOINT_KEY).write_bytes(damage)
    write(body)
    assert verbs.anchor_journal() == 0
    assert "The journal is not anchored, which is tried again: The key in" in caplog.text


def test_command_creates_rotates_and_prints_key(body):
    write(body)

    def run(**options):
        out = StringIO()
        call_command("checkpoint_key", stdout=out, **options)
        return out.getvalue().splitlines()

    with pytest.raises(CommandError, match="cannot be read"):
        run()
    with pytest.raises(CommandError, match="There is no key yet"):
        run(rotate=True)
    [made, publish] = run(make=True)
    assert made.endswith("signs today")
    assert publish.startswith(f"Publish {keys_file()}")
    assert Checkpoint.objects.get().number == 1
    assert len(run(rotate=True)) == 3
    with pytest.raises(CommandError, match="There is already a key"):
        run(make=True)


def test_a_deployment_without_a_key_or_without_mail_is_warned(settings):
    def ids():
        findings = checks.run_checks(tags=["security"], include_deployment_checks=True)
        return {message.id for message in findings if message.id.startswith("consultations.W00")}

    assert "consultations.W001" in ids()
    verbs.make_key()
    assert not ids() & {"consultations.W001", "consultations.W002"}
    settings.CHECKPOINT_MAIL = []
    assert "consultations.W002" in ids()


# --- A full disk, two workers -----------------------------------------------------------------------------------


def test_unwritable_checkpoint_file_is_retried(body, settings, caplog):
    verbs.make_key()
    write(body)
    checkpoints_file().mkdir()  # nobody, not even root, writes a line into a folder
    assert verbs.anchor_journal() == 0
    assert "The journal is not anchored, which is tried again: [Errno 21] Is a directory" in caplog.text
    checkpoints_file().rmdir()
    checkpoints._looked_at = float("-inf")
    assert verbs.anchor_journal() == 0  # signed already; its line is brought up now
    assert len(checkpoints_file().read_text().splitlines()) == 1
    assert findings() == []


def test_full_disk_within_line_leaves_no_damage(body, monkeypatch):
    verbs.make_key()
    whole = os.write
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", lambda file, data: whole(file, data[:40]))
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            anchor(body)
    assert len(checkpoints_file().read_text()) == 40
    verbs.write_checkpoints()
    begun, line = checkpoints_file().read_text().splitlines()
    assert line.startswith(begun)
    assert findings() == []


@pytest.mark.django_db(transaction=True)
def test_concurrent_workers_sign_and_write_once():
    verbs.make_key()
    write(factories.make_stakeholder(), 3)
    both, failures = threading.Barrier(2, timeout=10), []

    def work():
        try:
            both.wait()
            verbs.sign_checkpoint()
            verbs.write_checkpoints()
        except Exception as error:  # a thread's failure is the test's
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _turn in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failures == []
    assert Checkpoint.objects.count() == 1
    assert len(checkpoints_file().read_text().splitlines()) == 1
    assert OutgoingMail.objects.count() == 2
