"""Notification settings page."""

import pytest
from django.urls import reverse

from consultations.models import OutgoingMail
from tests import factories
from tests.pages import words
from tests.sign_in import sign_in


@pytest.fixture
def person():
    return factories.make_user(email="wanjiku@example.org")


def choose(client, **fields):
    return client.post(reverse("notices"), {"notices": "daily", "phone": "", **fields}, follow=True)


@pytest.mark.django_db
def test_person_chooses_notices(client, person):
    page = choose(sign_in(client, person), phone="0712 345 678")
    person.refresh_from_db()
    assert (page.status_code, person.notices, person.phone) == (200, "daily", "+254712345678")
    assert "Saved. It applies to all future notices." in words(page)


@pytest.mark.django_db
@pytest.mark.parametrize("phone", ["12", "call me", "+254 712 345 678 901 234", "0712\N{NO-BREAK SPACE}x"])
def test_invalid_phone_number_is_reported_and_kept(client, person, phone):
    page = choose(sign_in(client, person), phone=phone)
    person.refresh_from_db()
    assert (page.status_code, person.notices, person.phone) == (422, "at_once", "")
    assert "Enter a phone number, like" in words(page)
    assert page.context["form"]["phone"].value() == phone


@pytest.mark.django_db
def test_an_unknown_choice_is_refused(client, person):
    assert choose(sign_in(client, person), notices="hourly").status_code == 422


@pytest.mark.django_db
def test_number_field_is_hidden_without_sender_and_stored_number_kept(client, person, settings):
    settings.SMS_SENDER = ""
    factories.change(person, phone="+254712345678")
    page = choose(sign_in(client, person), phone="0700 000 000")
    person.refresh_from_db()
    assert (person.notices, person.phone) == ("daily", "+254712345678")
    assert "Phone" not in words(page)


@pytest.mark.django_db
def test_admin_lists_failed_messages_and_retries_them(client):
    failed = factories.change(
        OutgoingMail.objects.create(to="a@example.org", subject="Hello", body="Text"),
        state="failed",
        error="OSError: down",
    )
    sign_in(client, factories.make_secretariat())
    listed = client.get(reverse("admin:consultations_outgoingmail_changelist") + "?state__exact=failed")
    assert "OSError: down" in words(listed)
    address = reverse("admin:consultations_outgoingmail_move", args=[failed.pk, "try_again"])
    assert "Try again" in words(client.get(reverse("admin:consultations_outgoingmail_change", args=[failed.pk])))
    assert client.post(address).status_code == 302
    failed.refresh_from_db()
    assert failed.state == "waiting"
