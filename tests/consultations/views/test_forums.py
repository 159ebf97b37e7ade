"""The home page of a forum at the desk."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultations.models import ForumState, Group, SeatQuota, SessionRole
from consultations.queries import forums
from tests.factories import (
    change,
    make_action,
    make_check_in,
    make_communique,
    make_delegate,
    make_forum,
    make_head,
    make_member,
    make_point,
    make_secretariat,
    make_session,
    make_theme,
    make_user,
    walk,
)
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


def test_home_page_links_to_existing_pages_and_moves_forum(client, monkeypatch):
    nowhere = forums.Room("Nowhere", "forum_nowhere", "No address.")
    here = forums.Room("Here", "forum_home", "This page itself.")
    monkeypatch.setattr(forums, "ROOMS", (nowhere, here))
    forum, at = make_forum(state="draft"), reverse
    assert [(door.label, door.url) for door in forums.doors(forum)] == [("Here", f"/desk/forums/{forum.slug}/")]
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


def test_grave_move_requires_reason_and_is_404_for_others(client):
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


def test_home_page_query_count_does_not_depend_on_delegates(client, django_assert_max_num_queries):
    forum, by = make_forum(seats=3), make_secretariat()
    SeatQuota.objects.create(forum=forum, group=Group.CIVIL_SOCIETY, seats=2, reserve=1)
    one, other = (make_session(forum, room="Hall", kind="breakout", theme=make_theme(code)) for code in ("T1", "T2"))
    SessionRole.objects.create(session=one, user=make_user(name="Amina"), kind="rapporteur")
    came, twice = make_delegate(forum), make_delegate(forum, state="withdrawn")
    change(twice, merged_into=came)
    for delegate in (came, twice):
        make_check_in(delegate)
    make_check_in(came, voids=make_check_in(make_delegate(forum)))
    make_delegate(forum, state="nominated")
    sign_in(client, by)
    address = reverse("forum_home", args=[forum.slug])
    with django_assert_max_num_queries(15):
        page = client.get(address)
    assert [action.words for action in page.context["actions"]] == [
        f"Programme: {one.title} and {other.title} are in Hall at the same time.",
        f"No rapporteur for {other.title}",
        "No letter of invitation yet",
        "1 nomination to decide",
        "2 badges to print",
    ]
    assert {str(label): number for number, label in page.context["figures"]} == {
        "invited": 0, "answered": 0, "declined": 0, "named": 3, "confirmed": 2, "on the reserve list": 0, "came": 1,
    }  # fmt: skip
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for _more in range(5):
        make_check_in(make_delegate(forum))
        SessionRole.objects.create(session=make_session(forum), user=make_user(), kind="speaker")
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)
    walk(forum, "registration_closed", "in_session", "held")
    make_point(session=one, kind="commitment", state="validated")
    make_point(session=one, state="draft")
    make_action(forum, point=make_point(session=one, kind="commitment", state="validated"))
    with django_assert_max_num_queries(15):
        page = client.get(address)
    assert [action.words for action in page.context["actions"]] == [
        "1 point of the sessions is still a draft",
        "1 commitment to carry over",
        "No communiqué yet",
    ]
    make_communique(forum)
    assert "The communiqué is not published yet" in words(client.get(address))
