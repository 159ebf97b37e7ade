"""The page on which open work is handed over."""

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from consultations import workflow
from consultations.models import Submission
from tests.factories import make_secretariat, make_session, make_submission, make_user
from tests.office_factories import make_enquiry
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def officers():
    return make_secretariat(name="Hassan Guyo"), make_secretariat(name="Ruth Langat")


def all_of(person):
    """Return what the page sends while everything is ticked."""
    work = workflow.open_work(person)._asdict()
    return {"kinds": [*work], **{kind: [row.pk for row in rows] for kind, rows in work.items()}}


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
    answer = client.post(reverse("hand_over"), {"to": officers[1].pk, **all_of(officers[0])}, follow=True)
    assert "Handed over to Ruth Langat: 2 inputs, 1 enquiries, 2 roles in sessions." in words(answer)
    assert assigned(officers[1]) == sent
    client.post(reverse("take_back_handover", args=[officers[0].pk]))
    assert assigned(officers[0]) == sent


def test_work_of_absent_colleague_is_handed_over(client, officers):
    sent = make_submission(state="submitted", assigned_to=officers[1])
    sign_in(client, officers[0]).post(
        reverse("hand_over_of", args=[officers[1].pk]), {"to": officers[0].pk, **all_of(officers[1])}
    )
    assert assigned(officers[0]) == {sent}


@pytest.mark.parametrize("to", ["", "x", "99999999999999999999"])
def test_wrong_colleague_is_answered_with_reason(client, officers, to):
    make_submission(state="submitted", assigned_to=officers[0])
    answer = sign_in(client, officers[0]).post(reverse("hand_over"), {"to": to, **all_of(officers[0])})
    assert (answer.status_code, "Choose a colleague." in words(answer)) == (422, True)


def test_unreadable_colleague_moves_nothing(client, officers):
    sent = make_submission(state="submitted", assigned_to=officers[0])
    assert sign_in(client, officers[0]).post(reverse("hand_over"), {"to": "a\0"}).status_code == 422
    assert assigned(officers[0]) == {sent}


def test_only_what_is_ticked_moves_and_a_kind_stays_whole(client, officers):
    kept, given = (make_submission(state="submitted", assigned_to=officers[0]) for _turn in range(2))
    session = make_session()
    session.roles.create(user=officers[0], kind="chair")
    sign_in(client, officers[0])
    page = client.get(reverse("hand_over"))
    assert page.text.count("checked") == 5
    data = {**all_of(officers[0]), "to": officers[1].pk, "kinds": ["inputs"], "inputs": [given.pk]}
    client.post(reverse("hand_over"), data)
    assert (assigned(officers[0]), assigned(officers[1])) == ({kept}, {given})
    assert session.roles.get().user == officers[0]
    for nothing in ({"kinds": []}, {"kinds": ["inputs"], "inputs": []}):
        answer = client.post(reverse("hand_over"), {**all_of(officers[0]), "to": officers[1].pk, **nothing})
        assert (answer.status_code, "Tick what moves." in words(answer)) == (422, True)
    for strange in (given.pk, "a\0", "9" * 40):
        answer = client.post(reverse("hand_over"), {**all_of(officers[0]), "to": officers[1].pk, "inputs": [strange]})
        assert (answer.status_code, "has moved meanwhile" in words(answer)) == (422, True)
    assert assigned(officers[0]) == {kept}


def test_page_says_what_stays_and_why(client, officers):
    for officer in officers:
        make_submission(state="submitted", channel="letter", entered_by=officer, received_on=localdate())
    page = words(sign_in(client, officers[0]).get(reverse("hand_over")))
    assert "1 input that Hassan Guyo typed waits for its check" in page
    assert "The office of Hassan Guyo: two people give and end it" in page


def test_nothing_to_take_back_is_answered_with_reason(client, officers):
    answer = sign_in(client, officers[0]).post(reverse("take_back_handover", args=[officers[0].pk]))
    assert (answer.status_code, "Nothing is handed over." in words(answer)) == (409, True)


def test_page_is_for_secretariat_only(client, officers):
    sign_in(client, make_user("official"))
    pages = [reverse("hand_over"), reverse("hand_over_of", args=[officers[0].pk])]
    assert [client.get(page).status_code for page in pages] == [404, 404]
    sign_in(client, officers[0])
    assert client.get(reverse("hand_over_of", args=[make_user().pk])).status_code == 404
