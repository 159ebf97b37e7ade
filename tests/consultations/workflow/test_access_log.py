"""Seals of the access log and warnings of owners by the worker; changes after sealing are found."""

import threading
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pgtrigger
import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from consultations.models import Access, AccessEntry, AccessSeal, Event, NotLogged, OutgoingMail
from consultations.models.access_log import digest_between
from consultations.queries.access_log import seal_findings
from consultations.workflow import enter_export, enter_reading, seal_access_log, trim_access_log, warn_owners
from tests import factories
from tests.access_log import entries
from tests.threads import at_once

pytestmark = pytest.mark.django_db
LOG, AT_ONCE, HOUR = AccessEntry.objects, timedelta(0), timedelta(hours=1)
GUARDS = [f"consultations.AccessEntry:{name}" for name in ("append_only", "kept_for_its_time")]


def enter(number=3, **fields):
    for _turn in range(number):
        LOG.add(Access.EXPORT, **fields)


@contextmanager
def forged():
    """Bypass the database guards, like an attacker with their privileges."""
    with pgtrigger.ignore(*GUARDS, "consultations.AccessSeal:append_only"):
        yield


@pytest.fixture
def sealed(db):
    """Two seals over five entries."""
    enter(3)
    seal_access_log()
    enter(2)
    seal_access_log(at_least=AT_ONCE)
    return list(AccessSeal.objects.order_by("last_id"))


def findings():
    return [f"{finding.seal}: {finding.words}" for finding in seal_findings()]


# --- Sealing ----------------------------------------------------------------------------------------------------------


def test_seal_covers_entries_since_last_seal_and_is_journalled(sealed):
    first, second = sealed
    assert [(seal.first_id, seal.count) for seal in sealed] == [(1, 3), (first.last_id + 1, 2)]
    assert (second.previous, first.digest == second.digest) == (first.digest, False)
    told = Event.objects.filter(verb="seal_access_log").order_by("number")
    assert [(entry.by, entry.data) for entry in told] == [(None, seal.facts()) for seal in sealed]
    assert findings() == []


def test_log_is_sealed_hourly_if_it_has_new_entries():
    assert seal_access_log() == 0  # an empty log
    enter()
    assert [seal_access_log(), seal_access_log()] == [1, 0]
    enter()
    assert seal_access_log() == 0
    assert seal_access_log(at_least=AT_ONCE) == 1
    assert seal_access_log(at_least=AT_ONCE) == 0  # nothing new
    assert Event.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_concurrent_workers_create_one_seal():
    enter()
    assert sorted(at_once(*[seal_access_log] * 4)) == [0, 0, 0, 1]
    assert (AccessSeal.objects.count(), Event.objects.count(), findings()) == (1, 1, [])


@pytest.mark.django_db(transaction=True)
def test_uncommitted_entry_delays_sealing_without_blocking_others():
    """A lower number can be committed after a higher one: sealing the higher alone would report it as inserted."""
    written, go_on = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            enter(1)
            written.set()
            go_on.wait(10)
        connection.close()

    writer = threading.Thread(target=slow)
    writer.start()
    written.wait(10)
    enter(1)  # a higher number, committed at once
    assert seal_access_log() == 0
    go_on.set()
    writer.join()
    assert seal_access_log() == 1
    assert (AccessSeal.objects.get().count, findings()) == (2, [])


@pytest.mark.django_db(transaction=True)
def test_log_entry_does_not_wait_for_journal_lock():
    with transaction.atomic():
        Event.objects.record("edit", factories.make_stakeholder(), by=None)  # the chain's end is held
        (answer,) = at_once(lambda: enter(1))
    assert answer is None
    assert LOG.count() == 1


def test_skipped_sequence_number_is_no_gap():
    enter(1, once="the same")
    enter(2, once="the same")
    enter(1)
    assert seal_access_log() == 1
    assert (AccessSeal.objects.get().count, findings()) == (2, [])


# --- What is found ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("by_owner")
@pytest.mark.parametrize(
    ("column", "value"),
    [("address", "1.2.3.4"), ("at", timezone.now()), ("details", {"a": 1}), ("what", "read"), ("sha256", "f" * 64)],
)
def test_altered_entry_is_detected(sealed, column, value):
    with forged():
        LOG.filter(pk=sealed[0].last_id).update(**{column: value})
    assert findings() == [f"{sealed[0]}: at least one of 3 entries was altered"]


@pytest.mark.usefixtures("by_owner")
def test_removed_entry_is_detected(sealed):
    with forged():
        LOG.filter(pk=sealed[1].last_id).delete()
    assert findings() == [f"{sealed[1]}: 1 of 2 entries are missing"]


def test_inserted_entry_is_detected():
    enter(1)
    LOG.raw("SELECT nextval('consultations_accessentry_id_seq') AS id")[0]  # a number that nobody uses
    enter(1)
    seal_access_log()
    LOG.create(pk=LOG.last().pk + 1, what=Access.LOG_IN)
    assert findings() == [
        f"{AccessSeal.objects.get()}: entries were put in between: 1 more than the 2 that were sealed"
    ]


@pytest.mark.usefixtures("by_owner")
def test_recreated_seal_differs_from_journal(sealed):
    last = sealed[1]
    with forged():
        LOG.filter(pk=last.last_id).update(address="1.2.3.4")
        anew = digest_between(last.previous, last.first_id, last.last_id)[1]
        AccessSeal.objects.filter(pk=last.pk).update(digest=anew)
    assert findings() == [f"{last}: the seal is not the one that the journal holds"]


@pytest.mark.usefixtures("by_owner")
def test_removed_seal_is_detected(sealed):
    with forged():
        AccessSeal.objects.filter(pk=sealed[0].pk).delete()
    assert findings() == [
        f"{sealed[1]}: the seal does not follow from the one before it",
        f"None: the seal up to entry {sealed[0].last_id} of the access log is missing",
    ]


def test_seal_without_journal_entry_is_detected(sealed):
    enter(1)
    entry = LOG.first()
    AccessSeal.objects.create(first_id=entry.pk, last_id=entry.pk, count=1, previous=sealed[1].digest, digest="0" * 64)
    assert len(findings()) == 2


# --- When their time is over ------------------------------------------------------------------------------------------


def a_year_ago(days=366):
    """Move everything so far `days` into the past, sealed."""
    moment = timezone.now() - timedelta(days=days)
    with forged():
        LOG.update(at=moment)
        for seal in AccessSeal.objects.all():
            AccessSeal.objects.filter(pk=seal.pk).update(at=moment)


@pytest.mark.usefixtures("by_owner")
def test_entries_older_than_a_year_are_removed_and_seals_stay_valid(db):
    enter(3)
    a_year_ago()
    with time_machine.travel(timezone.now() - timedelta(days=366)):
        seal_access_log()
    enter(2)
    seal_access_log(at_least=AT_ONCE)
    old, young = AccessSeal.objects.order_by("last_id")
    out = StringIO()
    call_command("trim_access_log", stdout=out)
    assert out.getvalue() == "3 entries of the access log were removed.\n"
    assert (LOG.count(), findings()) == (2, [])
    told = Event.objects.get(verb="trim_access_log")
    assert told.data == {"last": old.last_id, "removed": 3}
    assert trim_access_log() == 0
    LOG.create(pk=old.last_id, what=Access.LOG_IN)
    assert findings() == [f"{old}: 1 entries stand where all were removed after their time"]
    with forged():
        LOG.filter(pk=young.last_id).delete()
    assert f"{young}: 1 of 2 entries are missing" in findings()


@pytest.mark.usefixtures("by_owner")
def test_recent_or_unsealed_entries_are_kept():
    enter(1)
    a_year_ago()
    assert trim_access_log() == 0  # not sealed
    seal_access_log()
    assert trim_access_log() == 0  # sealed today
    assert LOG.count() == 1


# --- Reading and taking out -------------------------------------------------------------------------------------------


def test_reading_is_logged_once_per_person_paper_and_day(django_assert_num_queries):
    one, other = factories.make_user("official"), factories.make_user("official")
    paper, more = factories.make_stakeholder(), factories.make_stakeholder()
    with django_assert_num_queries(1):
        enter_reading(paper, by=one)
    for person, record in ((one, paper), (one, paper), (one, more), (other, paper)):
        enter_reading(record, by=person)
    assert [(entry.by, entry.object_id) for entry in entries(Access.READ)] == [
        (one, str(paper.pk)), (one, str(more.pk)), (other, str(paper.pk)),
    ]  # fmt: skip


@pytest.mark.usefixtures("by_owner")
def test_export_is_refused_without_log_entry():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE consultations_accessentry ADD CHECK (what <> 'export') NOT VALID")
        with pytest.raises(NotLogged), transaction.atomic():
            enter_export(None, by=factories.make_secretariat())
        transaction.set_rollback(True)


# --- Warnings ---------------------------------------------------------------------------------------------------------


def make_attempts(person, what, times=1, *, ago=timedelta(0), **details):
    for _turn in range(times):
        LOG.create(
            what=what, kind="consultations.user", object_id=person.pk, details=details, at=timezone.now() - ago
        )  # fmt: skip


def mails():
    return list(OutgoingMail.objects.order_by("pk").values_list("to", "subject"))


LOCKED, FAILED = "Your account was locked for a few minutes", "Someone tried to sign in to your account"


def test_owner_is_mailed_about_lock_out_and_failed_second_factor():
    person = factories.make_user(name="Ruth", email="ruth@example.org")
    make_attempts(person, Access.LOG_IN_FAILED, 5)
    make_attempts(person, Access.LOCK_OUT, step="password")
    make_attempts(person, Access.FACTOR_FAILED, step="second step")
    assert warn_owners() == 2
    assert mails() == [("ruth@example.org", LOCKED), ("ruth@example.org", FAILED)]
    body = OutgoingMail.objects.first().body
    assert "Dear Ruth," in body
    assert "Choose a new password: http://127.0.0.1:8000/account/password/reset/" in body
    assert [entry.details["of"] for entry in entries(Access.OWNER_WARNED, person)] == ["lock_out", "factor_failed"]


@pytest.mark.usefixtures("by_owner")
def test_at_most_one_mail_per_hour_and_kind():
    person = factories.make_user()
    make_attempts(person, Access.FACTOR_FAILED, 3)
    assert [warn_owners(), warn_owners()] == [1, 0]
    make_attempts(person, Access.FACTOR_FAILED, 3)
    assert warn_owners() == 0
    with forged():
        LOG.filter(what=Access.OWNER_WARNED).update(at=timezone.now() - HOUR)
    assert [warn_owners(), warn_owners(), len(mails())] == [1, 0, 2]


def test_one_failed_attempt_per_account_causes_no_mail():
    person = factories.make_user()
    make_attempts(person, Access.LOG_IN_FAILED, 5, ago=HOUR)
    make_attempts(person, Access.LOG_IN_FAILED, 4)
    make_attempts(person, Access.LOCK_OUT, step="password")
    assert (warn_owners(), mails()) == (0, [])


def test_no_mail_to_closed_or_unknown_account_or_about_old_events():
    make_attempts(factories.make_user(is_active=False), Access.FACTOR_FAILED)
    make_attempts(factories.make_user(), Access.FACTOR_FAILED, ago=25 * HOUR)
    LOG.add(Access.LOCK_OUT)
    LOG.add(Access.FACTOR_FAILED)
    assert (warn_owners(), mails()) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_concurrent_workers_create_one_mail():
    make_attempts(factories.make_user(), Access.FACTOR_FAILED)
    assert sorted(at_once(*[warn_owners] * 3)) == [0, 0, 1]
    assert len(mails()) == 1
