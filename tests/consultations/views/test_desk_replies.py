"""Replies to points at the desk: each is answered once, there."""

import pytest

from consultations.models import Misreading, OutgoingMail
from tests.factories import make_member, make_point, make_secretariat, make_submission
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def reply(client):
    sign_in(client, make_secretariat())
    submission = make_submission()
    make_member(submission.stakeholder, is_primary=True)
    point = make_point(submission)
    return Misreading.objects.create(
        point=point, stakeholder=submission.stakeholder, by=submission.author, text="We said two passes."
    )


def test_a_reply_is_answered_where_it_stands(client, reply):
    assert "We said two passes." in words(client.get("/desk/replies/"))
    address = f"/desk/replies/{reply.pk}/"
    empty = client.post(address, {f"r{reply.pk}-answer": " "})
    assert (empty.status_code, list(empty.context["form"].errors)) == (422, ["answer"])
    assert client.post(address, {f"r{reply.pk}-answer": "It says two now."})["Location"] == "/desk/replies/"
    page = client.get("/desk/replies/")
    assert (page.context["waiting"], [each.answer for each in page.context["answered"]]) == ([], ["It says two now."])
    assert OutgoingMail.objects.count() == 2


def test_a_colleague_was_faster(client, reply):
    for answer in ("First.", "Second."):
        page = client.post(f"/desk/replies/{reply.pk}/", {f"r{reply.pk}-answer": answer})
    assert (page.status_code, page.context["reasons"]) == (409, ["A colleague has answered it already."])
    reply.refresh_from_db()
    assert reply.answer == "First."


def test_an_unknown_reply_is_not_there(client, reply):
    assert client.post("/desk/replies/999999/", {"r999999-answer": "Hello."}).status_code == 404
