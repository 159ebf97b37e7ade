"""The access log records every log-in and attempt; a failed attempt reveals nothing."""

import json

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.module_loading import import_string
from fido2.utils import websafe_encode

from consultations.models import Access, AccessEntry, Event, OutgoingMail
from consultations.models.access_log import AccessQuerySet
from consultations.workflow import warn_owners
from ncm_portal.log_ins import Noted
from tests.access_log import entries
from tests.factories import PASSWORD, make_secretariat, make_user
from tests.sign_in import code_of, give_second_factor, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unlocked():
    caches["default"].clear()


@pytest.fixture
def person():
    made = make_user(email="ruth@example.org", name="Ruth")
    EmailAddress.objects.create(user=made, email=made.email, verified=True, primary=True)
    return made


def log_in(client, email="ruth@example.org", password=PASSWORD):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def logged():
    return [(entry.what, entry.by, entry.object_id, entry.details) for entry in AccessEntry.objects.order_by("pk")]


def test_sign_in_is_logged_with_its_steps(client, person):
    assert log_in(client).status_code == 302
    assert logged() == [("log_in", person, "", {"steps": ["password"]})]
    assert entries(Access.LOG_IN)[0].address == "127.0.0.1"
    assert Event.objects.count() == 0


def test_sign_in_is_logged_only_after_second_factor(client, person):
    factor = give_second_factor(person)
    assert log_in(client)["Location"] == reverse("mfa_authenticate")
    assert logged() == []
    client.post(reverse("mfa_authenticate"), {"code": code_of(factor.data["secret"])})
    assert logged() == [("log_in", person, "", {"steps": ["password", "totp"]})]


def test_failure_is_logged_for_account_and_unknown_address_is_not_stored(client, person):
    known, unknown = (log_in(client, email, "wrong") for email in ("RUTH@example.org", "nobody@example.org"))
    step = {"step": "password"}
    assert logged() == [("log_in_failed", None, str(person.pk), step), ("log_in_failed", None, "", step)]
    assert "nobody" not in str(list(AccessEntry.objects.values()))
    assert (known.status_code, known.context["form"].errors) == (unknown.status_code, unknown.context["form"].errors)


def test_lock_out_is_logged_once_and_mailed_by_worker(client, person):
    for _turn in range(8):
        answer = log_in(client, password="wrong")
    assert "Too many" in answer.content.decode()
    assert [what for what, *_rest in logged()] == ["log_in_failed"] * 5 + ["lock_out"]
    assert (OutgoingMail.objects.count(), mail.outbox) == (0, [])  # nothing that whoever tries could measure
    assert warn_owners() == 1
    assert OutgoingMail.objects.get().to == "ruth@example.org"


def test_lock_out_of_unknown_address_looks_the_same_and_sends_no_mail(client, person):
    for _turn in range(7):
        unknown = log_in(client, "nobody@example.org", "wrong")
    for _turn in range(7):
        known = log_in(client, password="wrong")
    assert unknown.context["form"].errors == known.context["form"].errors
    locked = entries(Access.LOCK_OUT)
    assert [entry.object_id for entry in locked] == ["", str(person.pk)]


def test_failed_second_factor_is_logged_and_mailed(client, person):
    give_second_factor(person)
    log_in(client)
    for code in ("000000", ""):
        assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200
    step = {"step": "second step"}
    assert logged() == [("factor_failed", None, str(person.pk), step)]  # nothing typed is no try
    assert warn_owners() == 1
    for _turn in range(6):
        answer = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "Too many" in answer.content.decode()
    assert [entry.details for entry in entries(Access.LOCK_OUT, person)] == [step]
    assert warn_owners() == 1  # the other kind


def test_failed_passkey_only_sign_in_is_logged_without_person(client, person):
    handle = websafe_encode(str(person.pk).encode())
    parts = {"clientDataJSON": websafe_encode(b'{"type": "webauthn.get", "challenge": "YQ", "origin": "https://a"}')}
    parts |= {"authenticatorData": websafe_encode(bytes(37)), "signature": "YQ", "userHandle": handle}
    sent = {"type": "public-key", "id": "YQ", "rawId": "YQ", "response": parts}
    assert client.post(reverse("mfa_login_webauthn"), {"credential": json.dumps(sent)}).status_code == 302
    assert logged() == [("factor_failed", None, "", {"step": "passkey"})]
    assert warn_owners() == 0


def test_correct_password_of_closed_account_is_logged_as_failed(client, person):
    person.is_active = False
    person.save()
    log_in(client)
    assert logged() == [("log_in_failed", None, str(person.pk), {"step": "closed account"})]


def test_failed_reauthentication_is_logged_for_person_on_both_sides(client):
    officer = make_secretariat()
    EmailAddress.objects.create(user=officer, email=officer.email, verified=True, primary=True)
    sign_in(client, officer)
    client.post(reverse("account_reauthenticate"), {"password": "wrong"})
    client.post(reverse("mfa_reauthenticate"), {"code": "000000"})
    assert [(what, by) for what, by, *_rest in logged()] == [("log_in_failed", officer), ("factor_failed", officer)]


@pytest.mark.django_db(transaction=True)
def test_sign_in_log_takes_one_query(client, person, monkeypatch):
    counts = []
    for _turn in range(2):
        client.logout()
        caches["default"].clear()
        with CaptureQueriesContext(connection) as asked:
            log_in(client)
        counts.append(len(asked))
        monkeypatch.setattr(AccessQuerySet, "add", lambda _self, *_given, **_named: None)
    assert counts[0] - counts[1] == 1


def test_every_factor_form_logs_attempts(settings):
    kinds = {"authenticate", "reauthenticate", "authenticate_webauthn", "reauthenticate_webauthn", "login_webauthn"}
    assert [kind for kind in kinds if not issubclass(import_string(settings.MFA_FORMS[kind]), Noted)] == []
