"""Questions of the desk on the author's page: answered in place, partly or completely, before the input is sent
back.
"""

import pytest

from consultations import workflow
from tests.factories import make_member, make_secretariat, make_stakeholder, make_submission
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def returned(client):
    body = make_stakeholder()
    author = make_member(body)
    sent = make_submission(stakeholder=body, author=author, state="submitted")
    sign_in(client, author)
    questions = ["Which county?", "Since when?"]
    return workflow.return_for_completion(sent, by=make_secretariat(), reason="Two things.", questions=questions)


def at(submission, *more):
    return "/".join([f"/my-organisation/inputs/{submission.key}", *more, ""])


def test_author_answers_on_page_and_resends(client, returned):
    first, second = returned.questions.all()
    page = client.get(at(returned))
    assert "2 questions are not answered yet" in words(page)
    client.post(at(returned, "answers"), {f"answer_{first.pk}": "Turkana.", f"answer_{second.pk}": ""})
    page = client.get(at(returned))
    assert "1 question is not answered yet" in words(page)
    assert page.context["answering"].initial == {}
    assert "Turkana." in page.content.decode()
    assert client.post(at(returned, "submit")).status_code == 409
    client.post(at(returned, "answers"), {f"answer_{first.pk}": "Turkana.", f"answer_{second.pk}": "Since 2011."})
    assert client.post(at(returned, "submit"))["Location"] == f"/receipts/{returned.reference}/"
    page = client.get(at(returned))
    assert (page.context["answering"], "Since 2011." in words(page)) == (None, True)


def test_desk_shows_answers(client, returned):
    first, _second = returned.questions.all()
    client.post(at(returned, "answers"), {f"answer_{first.pk}": "Turkana."})
    sign_in(client, make_secretariat())
    text = words(client.get(f"/desk/inputs/{returned.key}/"))
    assert ("Turkana." in text, text.count("No answer yet")) == (True, 1)


def test_too_long_answer_is_refused_and_kept(client, returned):
    first, _second = returned.questions.all()
    page = client.post(at(returned, "answers"), {f"answer_{first.pk}": "w" * 2_001})
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [f"answer_{first.pk}"]
    assert "w" * 2_001 in page.content.decode()


def test_only_author_answers(client, returned):
    sign_in(client, make_member())
    first, _second = returned.questions.all()
    assert client.post(at(returned, "answers"), {f"answer_{first.pk}": "Turkana."}).status_code == 404
