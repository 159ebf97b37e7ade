"""Reservations announced in clearance, in the browser: the ministry or the chair confirms them."""

import pytest
from django.test import Client
from django.urls import reverse

from consultations.views.decorators import INVALID
from tests.pages import words
from tests.paper_factories import make_clearance, reword, take_stance
from tests.positions.clearing import make_text
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced():
    """Create a cleared text with a reservation that the Ministry of One announced on its first paragraph."""
    made = make_text("cleared")
    made.asked_one = make_clearance(made.paper, made.one, made.first, made.second)
    take_stance(made.asked_one, made.first, "reservation", reason="It costs money.", by=made.officer_one)
    return made


@pytest.fixture
def as_officer(announced):
    return sign_in(Client(), announced.officer_one)


@pytest.fixture
def as_secretariat(announced):
    return sign_in(Client(), announced.secretariat)


def page_of(clearance):
    return reverse("clearance", args=[clearance.pk])


def reservation_page(clearance, paragraph):
    return reverse("clearance_reservation", args=[clearance.pk, paragraph.key])


def test_ministry_confirms_its_reservation_with_the_announced_words_filled_in(announced, as_officer):
    address = reservation_page(announced.asked_one, announced.first)
    assert f'href="{address}"' in as_officer.get(page_of(announced.asked_one)).text
    page = as_officer.get(address)
    assert (page.context["form"]["text"].value(), page.context["has_moved"]) == ("It costs money.", False)
    answer = as_officer.post(address, {"text": "It costs too much.", "seen": announced.first.wording_id})
    assert answer.url == page_of(announced.asked_one)
    kept = announced.paper.reservations.get()
    assert (kept.stakeholder, kept.paragraph, kept.text, kept.recorded_by) == (
        announced.one,
        announced.first,
        "It costs too much.",
        announced.officer_one,
    )
    assert as_officer.get(address).status_code == 404
    assert address not in as_officer.get(page_of(announced.asked_one)).text


def test_reservation_on_words_that_moved_is_flagged_and_shows_both(announced, as_officer, as_secretariat):
    reword(announced.first, "Kenya calls for half a thing.")
    page = as_officer.get(reservation_page(announced.asked_one, announced.first))
    assert page.context["has_moved"]
    for text in ("Kenya calls for half a thing.", "Kenya calls for one thing.", "have moved since"):
        assert text in words(page)
    table = words(as_secretariat.get(reverse("desk_adoption", args=[announced.paper.slug])))
    assert "Ministry of One, paragraph 2. It costs money. The words have moved since" in table


def test_words_that_move_meanwhile_are_read_before_confirming(announced, as_officer):
    address = reservation_page(announced.asked_one, announced.first)
    seen = as_officer.get(address).context["form"]["seen"].value()
    reword(announced.first, "Kenya calls for half a thing.")
    page = as_officer.post(address, {"text": "It still costs.", "seen": seen})
    assert (page.status_code, page.context["form"]["text"].value()) == (409, "It still costs.")
    assert page.context["reasons"] == ["The words of the paragraph changed meanwhile. Read them, then confirm again."]
    assert not announced.paper.reservations.exists()
    again = {"text": "It still costs.", "seen": page.context["form"]["seen"].value()}
    assert as_officer.post(address, again).status_code == 302
    assert announced.paper.reservations.get().text == "It still costs."


@pytest.mark.parametrize("sent", [{}, {"text": ""}, {"text": "é" * 10_000, "seen": "1"}, {"text": "x", "seen": "\0"}])
def test_bad_confirmations_are_refused_in_words(announced, as_officer, sent):
    page = as_officer.post(reservation_page(announced.asked_one, announced.first), sent)
    assert (page.status_code, announced.paper.reservations.count()) == (INVALID.status, 0)


def test_only_ministry_and_chair_confirm(client, announced, as_secretariat):
    address = reservation_page(announced.asked_one, announced.first)
    adoption = reverse("desk_adoption", args=[announced.paper.slug])
    page = as_secretariat.get(adoption)
    assert ("Announced in clearance" in words(page), address in page.text) == (True, False)
    assert as_secretariat.get(address).status_code == 404
    assert sign_in(Client(), announced.officer_two).get(address).status_code == 404
    as_head = sign_in(client, announced.head)
    assert address in as_head.get(adoption).text
    answer = as_head.post(address, {"text": "It costs money.", "seen": announced.first.wording_id})
    assert answer.url == adoption
    assert "Announced in clearance" not in words(as_head.get(adoption))
