"""Access log: written beside the journal, append-only, readable by those concerned."""

import logging
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory
from django.utils import timezone

from consultations.models import Access, AccessEntry, AccessSeal, Event, NotLogged
from consultations.permissions import LinkHolder
from consultations.queries.history import history
from ncm_portal.client_address import client_address
from ncm_portal.workflow import Blocked, log_refusal
from tests import factories
from tests.threads import at_once

pytestmark = pytest.mark.django_db
LOG = AccessEntry.objects


@pytest.fixture
def people():
    offices = ("head", "secretariat", "sysadmin", "official", "")
    return {office: factories.make_user(office) for office in offices}


def test_log_entry_has_person_action_and_record():
    person, body = factories.make_user(name="Amina"), factories.make_stakeholder("Union")
    LOG.add(Access.EXPORT, by=person, about=body, details={"list": "delegates"})
    (entry,) = LOG.all()
    assert (entry.what, entry.by_name, entry.object_label, entry.details) == (
        "export", "Amina", "Union", {"list": "delegates"},
    )  # fmt: skip
    assert list(LOG.about(body)) == [entry]
    assert Event.objects.count() == 0


@pytest.mark.parametrize(
    ("by", "name"), [(None, "the system"), (AnonymousUser(), "the system"), (LinkHolder("x", "Jane\0"), "Jane\ufffd")]
)
def test_visitors_are_logged_by_entered_name(by, name):
    LOG.add(Access.FALSE_COPY, by=by)
    assert LOG.get().by_name == name


def test_untrusted_text_is_made_storable():
    LOG.add(Access.FALSE_COPY, details={"file": "a\0b\ud800" + "x" * 3000, "reasons": ["\x1b[2J"], "size": 3})
    details = LOG.get().details
    assert details["file"].startswith("a\ufffdb\ufffdx")
    assert (len(details["file"]), details["reasons"], details["size"]) == (2000, ["\ufffd[2J"], 3)


@pytest.mark.parametrize(
    ("asking", "expected"),
    [("196.201.214.7", "196.201.214.7"), ("2c0f:fe38:1:2:3:4:5:6", "2c0f:fe38:1:2::/64"), ("", ""), ("unix", "")],
)
def test_ipv6_addresses_are_stored_by_network(asking, expected):
    assert client_address(RequestFactory().get("/", REMOTE_ADDR=asking)) == expected


def test_client_address_ignores_untrusted_forwarded_header(client, settings):
    client.post("/account/login/", {"login": "a@example.org", "password": "x"}, headers={"x-forwarded-for": "1.2.3.4"})
    assert LOG.get().address == "127.0.0.1"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    client.post("/account/login/", {"login": "a@example.org", "password": "x"}, headers={"x-forwarded-for": "1.2.3.4"})
    assert LOG.first().address == "1.2.3.4"


# --- For good -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "act",
    [
        lambda: LOG.update(address=""),
        lambda: LOG.all().delete(),
        lambda: AccessSeal.objects.update(count=0),
        lambda: AccessSeal.objects.all().delete(),
    ],
)
def test_log_entries_cannot_be_changed_or_deleted(act):
    LOG.add(Access.EXPORT)
    AccessSeal.objects.create(first_id=1, last_id=2, count=1, previous="0" * 64, digest="1" * 64)
    with pytest.raises(DatabaseError, match=r"Cannot|permission denied"), transaction.atomic():
        act()
    assert (LOG.count(), AccessSeal.objects.count()) == (1, 1)


@pytest.mark.usefixtures("by_owner")
@pytest.mark.parametrize("table", ["consultations_accessentry", "consultations_accessseal", "consultations_user"])
def test_log_table_cannot_be_truncated(table):
    with pytest.raises(DatabaseError, match="Cannot truncate"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_only_expired_entries_can_be_deleted():
    day = timedelta(days=1)
    for age in (364 * day, 366 * day):
        LOG.create(what=Access.EXPORT, at=timezone.now() - age)
    young, old = LOG.order_by("-at")
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        LOG.filter(pk=young.pk).delete()
    assert LOG.filter(pk=old.pk).delete()[0] == 1


@pytest.mark.django_db(transaction=True)
def test_once_per_day_entry_is_unique_under_concurrency():
    person = factories.make_user()
    at_once(*[lambda: LOG.add(Access.READ, by=person, once="the same")] * 4)
    LOG.add(Access.READ, by=person, once="another")
    assert sorted(entry.once for entry in LOG.all()) == ["another", "the same"]


# --- When it fails ----------------------------------------------------------------------------------------------------


def test_failing_log_breaks_no_page_and_is_critical(caplog):
    person = factories.make_user()
    with caplog.at_level(logging.CRITICAL):
        LOG.add("no such thing", by=person)
    (record,) = caplog.records
    assert (record.levelname, record.getMessage().startswith("The access log takes no entries: no such thing")) == (
        "CRITICAL", True,
    )  # fmt: skip
    LOG.add(Access.EXPORT, by=person)  # and the transaction goes on
    assert LOG.count() == 1


def test_access_is_refused_without_log_entry(caplog):
    with pytest.raises(NotLogged), transaction.atomic():
        LOG.add("no such thing", must=True)
    assert caplog.records[0].levelname == "CRITICAL"


# --- Who reads it -----------------------------------------------------------------------------------------------------


def test_log_visibility_depends_on_role(people):
    for what in Access.values:
        LOG.add(what, by=factories.make_user())
    everything = set(Access.values)
    of_accounts = {"log_in", "log_in_failed", "factor_failed", "lock_out", "owner_warned"}
    expected = {
        "head": everything, "secretariat": {"refusal", "upload_refused", "false_copy", "export"},
        "sysadmin": of_accounts | {"upload_refused"}, "official": set(), "": set(),
    }  # fmt: skip
    for office, person in people.items():
        assert {entry.what for entry in LOG.visible_to(person)} == expected[office], office
    assert not LOG.visible_to(AnonymousUser()).exists()
    assert not LOG.visible_to(factories.make_head(is_active=False)).exists()


def test_users_see_own_actions_and_login_attempts(people):
    person = people[""]
    LOG.add(Access.LOG_IN, by=person)
    LOG.add(Access.LOCK_OUT, about=person)
    LOG.add(Access.LOCK_OUT, about=people["official"])
    assert [entry.what for entry in LOG.visible_to(person)] == ["lock_out", "log_in"]


def test_history_merges_actions_and_refusals_in_order():
    body, officer = factories.make_stakeholder(), factories.make_secretariat(name="Ruth")
    Event.objects.record("register", body, by=officer)
    log_refusal("verify", body, by=officer, refusal=Blocked("Not yet."), reason="Please.")
    Event.objects.record("verify", body, by=officer)
    log_refusal("suspend", factories.make_stakeholder(), by=officer, refusal=Blocked("No."))
    told = [(entry.verb, entry.by_name, entry.reason) for entry in history(body)]
    assert told == [("verify", "Ruth", ""), ("verify:refused", "Ruth", "Please."), ("register", "Ruth", "")]
    assert [entry.verb for entry in history(body, limit=2)] == ["verify", "verify:refused"]
