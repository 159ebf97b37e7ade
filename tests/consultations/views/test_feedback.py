"""Replies about misread points at the desk: each is answered once."""

import pytest
from django.urls import reverse

from consultations.models import Misreading, OutgoingMail
from consultations.views import feedback
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


def replies_in(reply) -> str:
    return reverse("desk_replies", args=[reply.point.consultation.slug])


def test_reply_is_answered_in_list(client, reply):
    assert "We said two passes." in words(client.get(replies_in(reply)))
    address = f"/desk/replies/{reply.pk}/"
    empty = client.post(address, {f"r{reply.pk}-answer": " "})
    assert (empty.status_code, list(empty.context["form"].errors)) == (422, ["answer"])
    assert client.post(address, {f"r{reply.pk}-answer": "It says two now."})["Location"] == replies_in(reply)
    page = client.get(replies_in(reply))
    assert (page.context["waiting"], [each.answer for each in page.context["answered"]]) == ([], ["It says two now."])
    assert OutgoingMail.objects.count() == 2


def test_replies_are_paginated_and_refused_answer_is_kept(client, reply, monkeypatch):
    monkeypatch.setattr(feedback, "SHOWN", 1)
    point = make_point(reply.point.submission)
    later = Misreading.objects.create(point=point, stakeholder=reply.stakeholder, by=reply.by, text="Two.")
    address = client.get(replies_in(reply)).context["more_waiting"].next
    page = client.get(address)
    assert [each.pk for each, _form in page.context["waiting"]] == [later.pk]
    query = address.partition("?")[2]
    assert f'action="/desk/replies/{later.pk}/?{query}"' in page.content.decode()
    answer = f"r{later.pk}-answer"
    refused = client.post(f"/desk/replies/{later.pk}/?{query}", {answer: "x" * 5_001})
    assert [each.pk for each, _form in refused.context["waiting"]] == [later.pk]
    assert (refused.status_code, "x" * 5_001 in refused.content.decode()) == (422, True)
    assert client.post(f"/desk/replies/{later.pk}/?{query}", {answer: "Yes."})["Location"] == address
    client.post(f"/desk/replies/{reply.pk}/", {f"r{reply.pk}-answer": "Yes."})
    page = client.get(replies_in(reply))
    assert [each.pk for each in page.context["answered"]] == [reply.pk]
    page = client.get(page.context["more_answered"].next)
    assert [each.pk for each in page.context["answered"]] == [later.pk]
    for nonsense in ("x", "-1", "9" * 30, "²"):
        assert len(client.get(replies_in(reply), {"answered": nonsense}).context["answered"]) == 1


def test_concurrent_answer_is_reported(client, reply):
    for answer in ("First.", "Second."):
        page = client.post(f"/desk/replies/{reply.pk}/", {f"r{reply.pk}-answer": answer})
    assert (page.status_code, page.context["reasons"]) == (409, ["A colleague has already answered it."])
    reply.refresh_from_db()
    assert reply.answer == "First."


def test_unknown_reply_is_404(client, reply):
    assert client.post("/desk/replies/999999/", {"r999999-answer": "Hello."}).status_code == 404
