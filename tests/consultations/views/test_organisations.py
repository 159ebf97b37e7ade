"""Organisations at the desk: register, verification, refusal, suspension."""

from datetime import timedelta

import pytest
from django.utils import timezone

from consultations.models import Event, OutgoingMail
from tests.factories import (
    make_mandate,
    make_member,
    make_ministry,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_theme,
)
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
LIST = "/desk/organisations/"


@pytest.fixture(autouse=True)
def officer(client):
    officer = make_secretariat()
    sign_in(client, officer)
    return officer


@pytest.fixture
def waiting():
    body = make_stakeholder("Newcomers (sample)", state="registered", about="We <b>help</b> {{ people }}.")
    make_member(body, is_primary=True)
    return body


def at(body, *more):
    return "/".join([f"/desk/organisations/{body.pk}", *more, ""])


def names(client, **asked):
    return [body.name for body in client.get(LIST, asked).context["organisations"]]


def test_waiting_organisations_have_a_tab_with_their_number(client, waiting):
    make_stakeholder("A verified one")
    make_stakeholder("Registered by nobody", state="registered")  # nobody acts for it: it does not wait
    page = client.get(LIST)
    assert "To verify 1" in words(page)
    assert names(client) == ["A verified one", "Newcomers (sample)", "Registered by nobody"]
    assert names(client, saved="to-verify") == ["Newcomers (sample)"]
    assert names(client, saved="to-verify", words="verified") == []


def test_register_counts_current_members(client):
    body, today = make_ministry(), timezone.localdate()
    make_member(body, "clearing_officer", user=make_member(body))
    make_member(body, valid_until=today + timedelta(days=9))
    make_member(body, valid_from=today + timedelta(days=9))
    make_member(body, valid_until=today)
    assert [found.people for found in client.get(LIST).context["organisations"]] == [2]


def test_register_is_filtered(client, waiting):
    make_stakeholder("University of Movement", group="academia", short_name="UoM")
    assert names(client, words="uom") == ["University of Movement"]
    assert names(client, group="academia") == ["University of Movement"]
    assert names(client, state="registered") == ["Newcomers (sample)"]
    assert len(names(client, words="\x1b", group="x", state="y", after="z")) == 2


def test_register_is_paginated_by_key(client, django_assert_max_num_queries):
    for turn in range(60):
        make_stakeholder(f"Body {turn:02}")
    first = client.get(LIST)
    with django_assert_max_num_queries(12):
        second = client.get(first.context["pagination"].next)
    seen = [body.name for page in (first, second) for body in page.context["organisations"]]
    assert seen == [f"Body {turn:02}" for turn in range(60)]
    assert second.context["pagination"].next == ""


def test_text_of_organisation_is_escaped(client, waiting):
    page = client.get(at(waiting))
    assert "We <b>help</b> {{ people }}." in page.content.decode().replace("&lt;", "<").replace("&gt;", ">")
    assert "<b>help</b>" not in page.content.decode()
    assert [open_move.move.verb for open_move in page.context["moves"]] == ["verify", "refuse"]
    assert "Next: Verify, Refuse. Who: the secretariat" in words(page)


def test_a_ministry_shows_people_mandates_and_inputs(client):
    ministry = make_ministry("Ministry of Movement (sample)")
    make_mandate(ministry, make_theme("T1"), is_lead=True)
    person = make_member(ministry, "clearing_officer")
    sent = make_submission(stakeholder=ministry, author=make_member(ministry))
    page = words(client.get(at(ministry)))
    for shown in ("Theme 1 (lead)", person.name, "clearing officer", sent.title):
        assert shown in page


def test_organisation_is_verified(client, waiting):
    assert client.post(at(waiting, "verify"))["Location"] == at(waiting)
    waiting.refresh_from_db()
    assert waiting.state == "verified"
    assert OutgoingMail.objects.count() == 1
    assert "Done: Verify." in words(client.get(at(waiting)))


def test_refusal_requires_reason_and_stores_it(client, waiting):
    page = client.post(at(waiting, "refuse"), {"reason": ""})
    assert (page.status_code, page.context["reasons"]) == (409, ["Enter a reason. It is kept in the journal."])
    client.post(at(waiting, "refuse"), {"reason": "We found no such body."})
    waiting.refresh_from_db()
    assert (waiting.state, waiting.state_reason) == ("refused", "We found no such body.")
    assert Event.objects.about(waiting).last().reason == "We found no such body."
    assert "a refused registration cannot be reopened" in words(client.get(at(waiting)))


def test_organisation_is_suspended_and_reinstated(client):
    body = make_stakeholder()
    client.post(at(body, "suspend"), {"reason": "Under inquiry."})
    client.post(at(body, "reinstate"), {"reason": "Cleared."})
    assert [event.verb for event in Event.objects.about(body)] == ["suspend", "reinstate"]


def test_unavailable_move_shows_reason(client):
    body = make_stakeholder(state="refused")
    page = client.post(at(body, "verify"))
    assert (page.status_code, page.context["reasons"]) == (409, ["You cannot use “Verify” while this is refused."])


@pytest.mark.parametrize("verb", ["delete", "register", "invite_officer"])
def test_organisation_page_offers_no_other_moves(client, waiting, verb):
    assert client.post(at(waiting, verb)).status_code == 404


@pytest.mark.parametrize("address", ["/desk/organisations/0/", "/desk/organisations/99999999/"])
def test_unknown_organisation_is_404(client, address):
    assert client.get(address).status_code == 404
