"""Nightly check: when it is due, single execution, stored result and notifications."""

import logging
import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import ProgrammingError, transaction

from consultations import jobs
from consultations.management.commands import work
from consultations.models import IntegrityCheck, OutgoingMail
from consultations.workflow import check_is_due, check_nightly, integrity, keep_check, only_checker
from tests import factories

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 12, 1, 2, 30, tzinfo=ZoneInfo("Africa/Nairobi"))
FINDING = {
    "check": "inputs",
    "record": "consultations.submission:7",
    "words": "The words are others",
    "to_do": "Put them back.",
    "title": "Input NCM-2026-0007: A secret",
    "address": "",
}


def report(*findings, begun_at=NIGHT):
    return {
        "begun_at": begun_at.isoformat(), "seconds": 12.5, "number_of_findings": len(findings),
        "findings": list(findings), "looked_at": {"inputs": 49},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("last", "at", "is_due"),
    [
        (None, NIGHT, True),
        (None, NIGHT + timedelta(hours=8), False),
        (NIGHT - timedelta(days=1), NIGHT, True),
        (NIGHT - timedelta(hours=3), NIGHT, True),
        (NIGHT - timedelta(minutes=5), NIGHT + timedelta(hours=1), False),
        (NIGHT, NIGHT + timedelta(hours=22), False),
        (NIGHT, NIGHT + timedelta(hours=37), True),
        (NIGHT, NIGHT + timedelta(hours=3), False),
    ],
)
def test_check_is_due_nightly_and_by_day_only_if_overdue(last, at, is_due):
    if last:
        keep_check(report(begun_at=last))
    assert check_is_due(at) is is_due


def test_check_without_findings_is_stored_and_not_mailed(caplog):
    factories.make_head()
    kept = keep_check(report())
    assert (kept.number, IntegrityCheck.objects.get().looked_at) == (0, {"inputs": 49})
    assert (OutgoingMail.objects.count(), caplog.records) == (0, [])


def test_findings_are_logged_and_mailed_without_titles(caplog):
    people = [factories.make_head(), factories.make_user("sysadmin"), factories.make_secretariat()]
    factories.make_head(is_active=False)
    keep_check(report(*[FINDING] * 7))
    mails = OutgoingMail.objects.order_by("pk")
    assert [mail.to for mail in mails] == [person.email for person in people[:2]]
    assert mails[0].subject == "7 records of the portal have been altered or damaged"
    assert mails[0].body.count("- consultations.submission:7: The words are others") == 5
    assert ("… and 2 more." in mails[0].body, "/desk/checks/" in mails[0].body, "secret" in mails[0].body) == (
        True, True, False,
    )  # fmt: skip
    critical = [record.getMessage() for record in caplog.records if record.levelno == logging.CRITICAL]
    assert critical[0] == "Not as it was written: consultations.submission:7: The words are others"
    assert critical[-1] == "7 findings of the check of everything that is stored"


def test_excess_findings_are_counted_and_first_are_stored():
    kept = keep_check(report(*[FINDING] * 250))
    assert (kept.number, len(kept.findings)) == (250, 200)


def test_stored_findings_are_immutable():
    kept = keep_check(report(FINDING))
    with pytest.raises(ProgrammingError, match="permission denied for table"), transaction.atomic():
        IntegrityCheck.objects.filter(pk=kept.pk).update(number=0)


@pytest.mark.django_db(transaction=True)
def test_checks_do_not_run_concurrently():
    with only_checker() as first, only_checker() as second:
        assert (first, second) == (True, False)
    with only_checker() as third:
        assert third is True


def test_lock_numbers_are_unique():
    """A check holding the number of another lock for two minutes would block its users."""
    code = [
        path.read_text() for app in ("consultations", "positions", "ncm_portal") for path in Path(app).rglob("*.py")
    ]
    lines = [line for text in code for line in re.findall(r"^[A-Z_, ]*_LOCK[A-Z_, ]* = ([\d, ]+)", text, re.MULTILINE)]
    numbers = [int(number) for line in lines for number in line.split(",") if number.strip()]
    assert len(numbers) >= 6
    assert [number for number in numbers if numbers.count(number) > 1] == []


def test_second_nightly_check_is_skipped(monkeypatch):
    monkeypatch.setattr(integrity, "now", lambda: NIGHT)
    with only_checker(nightly=True) as is_free:
        assert is_free
    keep_check(report())
    with only_checker(nightly=True) as is_free:
        assert not is_free
    with only_checker() as is_free:
        assert is_free


def test_worker_starts_due_check_as_process_and_ends_it_on_request(monkeypatch, tmp_path):
    started = tmp_path / "started"
    (tmp_path / "manage.py").write_text(
        f"import pathlib, sys, time\npathlib.Path({str(started)!r}).write_text(' '.join(sys.argv[1:]))\ntime.sleep(60)"
    )
    monkeypatch.setattr(integrity.settings, "BASE_DIR", tmp_path)
    monkeypatch.setattr(integrity, "now", lambda: NIGHT + timedelta(hours=9))
    assert check_nightly() == 0
    monkeypatch.setattr(integrity, "now", lambda: NIGHT)
    assert check_nightly(started.exists) == 1
    assert started.read_text() == "verify_all --nightly"
    assert check_nightly in jobs.LONG_CHORES
    assert work.PAUSE < 10
