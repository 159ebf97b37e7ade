"""The page on which open work is handed over."""

import pytest
from django.urls import reverse

from consultations.models import Submission
from tests.factories import make_secretariat, make_session, make_submission, make_user
from tests.office_factories import make_enquiry
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def officers():
    return make_secretariat(name="Hassan Guyo"), make_secretariat(name="Ruth Langat")


def assigned(person):
    return set(Submission.objects.filter(assigned_to=person))


def test_page_lists_what_moves_and_takes_it_back(client, officers):
    sent = {make_submission(state="submitted", assigned_to=officers[0], title=f"Water {turn}") for turn in range(2)}
    make_enquiry(assigned_to=officers[0], subject="Visa")
    for _turn in range(2):
        make_session().roles.create(user=officers[0], kind="rapporteur")
    page = words(sign_in(client, officers[0]).get(reverse("hand_over")))
    for part in ("Water 0", "Water 1", "Rapporteur", "Visa"):
        assert part in page
    answer = client.post(reverse("hand_over"), {"to": officers[1].pk}, follow=True)
    assert "Handed over to Ruth Langat: 2 inputs, 1 enquiries, 2 roles in sessions." in words(answer)
    assert assigned(officers[1]) == sent
    client.post(reverse("take_back_handover", args=[officers[0].pk]))
    assert assigned(officers[0]) == sent


def test_work_of_absent_colleague_is_handed_over(client, officers):
    sent = make_submission(state="submitted", assigned_to=officers[1])
    sign_in(client, officers[0]).post(reverse("hand_over_of", args=[officers[1].pk]), {"to": officers[0].pk})
    assert assigned(officers[0]) == {sent}


@pytest.mark.parametrize("to", ["", "x", "99999999999999999999"])
def test_wrong_colleague_is_answered_with_reason(client, officers, to):
    make_submission(state="submitted", assigned_to=officers[0])
    answer = sign_in(client, officers[0]).post(reverse("hand_over"), {"to": to})
    assert (answer.status_code, "Choose a colleague." in words(answer)) == (422, True)


def test_unreadable_colleague_moves_nothing(client, officers):
    sent = make_submission(state="submitted", assigned_to=officers[0])
    assert sign_in(client, officers[0]).post(reverse("hand_over"), {"to": "a\0"}).status_code == 422
    assert assigned(officers[0]) == {sent}


def test_nothing_to_take_back_is_answered_with_reason(client, officers):
    answer = sign_in(client, officers[0]).post(reverse("take_back_handover", args=[officers[0].pk]))
    assert (answer.status_code, "Nothing is handed over." in words(answer)) == (409, True)


def test_page_is_for_secretariat_only(client, officers):
    sign_in(client, make_user("official"))
    pages = [reverse("hand_over"), reverse("hand_over_of", args=[officers[0].pk])]
    assert [client.get(page).status_code for page in pages] == [404, 404]
    sign_in(client, officers[0])
    assert client.get(reverse("hand_over_of", args=[make_user().pk])).status_code == 404
