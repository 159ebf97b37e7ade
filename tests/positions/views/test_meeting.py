"""The chair's record of the meeting in the browser."""

import pytest
from django.test import Client
from django.urls import reverse

from positions import workflow
from positions.models import Explanation, RollCall
from tests.factories import change, make_check_in, make_delegate
from tests.office_factories import change_rules
from tests.pages import tidy, words
from tests.paper_factories import bring_paper
from tests.positions.clearing import make_text
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def text():
    """Create a text in session with two member institutions present."""
    made = make_text("in_clearance")
    bring_paper(made.paper, "in_session")
    change_rules(made.paper.consultation, quorum_groups=1)
    for state in ("registration_closed", "in_session"):
        change(made.forum, state=state)
    for ministry in (made.one, made.two):
        make_check_in(make_delegate(made.forum, ministry), by=made.secretariat)
    made.as_head, made.as_secretariat = sign_in(Client(), made.head), sign_in(Client(), made.secretariat)
    return made


def page(text, name, *more):
    return reverse(name, args=[text.paper.slug, *more])


def test_roll_call_is_recorded(text):
    address = page(text, "desk_roll_call")
    assert "Count the quorum first" in words(text.as_head.get(address))
    workflow.count_quorum(text.paper, by=text.head)
    half = text.as_head.post(address, {"vote_0": "yes"})
    assert (half.status_code, "Ministry of Two: Choose yes, no or abstain" in words(half)) == (422, True)
    assert 'value="yes" required id="id_vote_0_0" checked' in tidy(half.content.decode())
    done = words(text.as_head.post(address, {"vote_0": "yes", "vote_1": "no"}, follow=True))
    assert "Roll call: 1 yes, 1 no, 0 abstain" in done
    assert "Ministry of Two voted no and has no reservation on record" in done
    assert RollCall.objects.get().votes[1]["vote"] == "no"


def test_paragraphs_are_agreed_one_by_one(text):
    address = page(text, "desk_agreed")
    assert "3 of 3 paragraphs are not agreed yet." in words(text.as_head.get(address))
    assert text.as_head.post(address).status_code == 422
    done = text.as_head.post(address, {"paragraphs": [text.first.key, text.second.key]}, follow=True)
    assert "Agreed to 2 paragraphs." in words(done)
    assert "Paragraph 1 is not agreed yet" in words(done)
    assert "Kenya calls for one thing" not in words(text.as_head.get(address))


def test_an_explanation_is_recorded_and_withdrawn(text):
    address = page(text, "desk_explanation")
    missing = text.as_secretariat.post(address, {"stakeholder": text.one.pk, "text": " "})
    assert "Explanation of position: Enter the explanation" in words(missing)
    done = text.as_secretariat.post(address, {"stakeholder": text.one.pk, "text": "A wish."}, follow=True)
    assert "Ministry of One. A wish." in words(done)
    again = text.as_secretariat.post(address, {"stakeholder": text.one.pk, "text": "Once more."})
    assert (again.status_code, "Once more." in again.content.decode()) == (409, True)
    withdraw = page(text, "desk_explanation_withdraw", Explanation.objects.get().pk)
    text.as_secretariat.post(withdraw, {"reason": "On its word."})
    assert Explanation.objects.get().withdrawn_reason == "On its word."


def test_only_chair_records_decisions_of_meeting(text):
    for name in ("desk_roll_call", "desk_agreed"):
        assert text.as_secretariat.get(page(text, name)).status_code == 404
    officer = sign_in(Client(), text.officer_one)
    assert officer.get(page(text, "desk_explanation")).status_code == 404
