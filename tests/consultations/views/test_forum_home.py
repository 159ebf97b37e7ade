"""The home page of a forum at the desk."""

import pytest
from django.urls import reverse

from consultations.models import ForumState
from consultations.queries import forum_home
from tests.factories import make_forum, make_head, make_member, make_secretariat, make_session
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


def test_the_home_page_leads_to_the_rooms_that_exist_and_moves_the_forum(client, monkeypatch):
    nowhere = forum_home.Room("Nowhere", "forum_nowhere", "No address.")
    here = forum_home.Room("Here", "forum_home", "This page itself.")
    monkeypatch.setattr(forum_home, "ROOMS", (nowhere, here))
    forum, at = make_forum(state="draft"), reverse
    assert [(door.label, door.url) for door in forum_home.doors(forum)] == [("Here", f"/desk/forums/{forum.slug}/")]
    sign_in(client, make_secretariat())
    page = client.get(at("forum_home", args=[forum.slug]))
    assert page.status_code == 200
    assert [item["label"] for item in page.context["nav"] if item["current"]] == ["Desk"]
    refused = client.post(at("forum_move", args=[forum.slug, "announce"]))
    assert (refused.status_code, refused.context["reasons"]) == (409, ["It has no programme yet"])
    make_session(forum)
    assert client.post(at("forum_move", args=[forum.slug, "announce"])).status_code == 302
    forum.refresh_from_db()
    assert forum.state == ForumState.ANNOUNCED
    assert client.get(at("forum_move", args=[forum.slug, "announce"])).status_code == 302
    assert client.post(at("forum_move", args=[forum.slug, "explode"])).status_code == 404


def test_a_grave_move_of_the_head_asks_for_its_reason_and_strangers_find_nothing(client):
    forum = make_forum()
    cancel = reverse("forum_move", args=[forum.slug, "cancel_forum"])
    sign_in(client, make_member())
    assert client.get(reverse("forum_home", args=[forum.slug])).status_code == 404
    assert client.post(cancel, {"reason": "No room."}).status_code == 404
    sign_in(client, make_head())
    assert client.post(cancel).status_code == 409
    assert client.post(cancel, {"reason": "No room."}).status_code == 302
    forum.refresh_from_db()
    assert forum.state == ForumState.CANCELLED
