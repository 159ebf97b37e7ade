"""Pages of action points: created at the desk, reported by organisations, public as commitments."""

from datetime import timedelta

import pytest
from django.urls import reverse

from consultations.models import ActionPoint, Event
from ncm_portal.workflow import now
from tests.access_log import refused_verbs
from tests.factories import (
    make_action,
    make_forum,
    make_member,
    make_point,
    make_secretariat,
    make_session,
    make_stakeholder,
)
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


def test_desk_adds_amends_and_closes_actions(client):
    forum, body = make_forum(state="held"), make_stakeholder()
    promise = make_point(session=make_session(forum), kind="commitment", stakeholder=body)
    at = reverse("forum_actions", args=[forum.slug])
    sign_in(client, make_member(body))
    assert [client.get(at).status_code, client.post(at).status_code] == [404, 404]
    sign_in(client, make_secretariat())
    assert "1 validated commitment is not on this list yet." in words(client.get(at))
    client.post(reverse("forum_actions_carry", args=[forum.slug]))
    assert "0 open" not in words(client.get(at))
    wrong = client.post(at, {"text": "Count the boats.", "due_on": "soon"})
    assert (wrong.status_code, wrong.context["form"]["text"].value()) == (422, "Count the boats.")
    assert wrong.context["form"].errors["due_on"] == ["Enter a date in the correct format, like 2026-11-30."]
    nobody = client.post(at, {"text": "Count the boats."})
    assert list(nobody.context["form"].errors) == ["stakeholder"]
    assert client.post(at, {"text": "Count the boats.", "responsible": "Port officer"}).status_code == 302
    carried, noted = ActionPoint.objects.order_by("pk")
    assert (carried.point, carried.stakeholder, noted.who) == (promise, body, "Port officer")
    page = reverse("forum_action", args=[forum.slug, noted.key])
    said = {"text": "Count all boats.", "responsible": "Port officer", "due_on": "2020-01-31"}
    assert client.post(page, said).status_code == 302
    assert "Overdue" in words(client.get(page))
    assert client.post(f"{page}finish_action/", {"report": " "}).status_code == 422
    assert client.post(f"{page}finish_action/", {"report": "Counted: 40."}).status_code == 302
    refused = client.post(f"{page}drop_action/", {"reason": "No."})
    assert (refused.status_code, refused.context["reasons"]) == (
        409,
        ["You cannot use “Drop” while this is done."],
    )
    assert client.post(f"{page}explode/").status_code == 404
    assert client.post(page, said).status_code == 409
    assert list(Event.objects.about(noted).values_list("verb", flat=True)) == [
        "note_action", "amend_action", "finish_action",
    ]  # fmt: skip
    assert refused_verbs(noted) == ["drop_action", "amend_action"]


def test_organisation_sees_own_commitments_and_reports_on_them(client):
    body, forum = make_stakeholder(), make_forum(state="reported")
    mine = make_action(forum, stakeholder=body, text="Open the register.")
    make_action(forum, stakeholder=body, text="It is done already.", state="done")
    other = make_action(forum, text="Another's task.")
    sign_in(client, make_member(body))
    said = words(client.get(reverse("my_organisation")))
    assert ["Open the register." in said, "done already" in said, "Another's" in said] == [True, False, False]
    assert client.get(reverse("my_action", args=[other.key])).status_code == 404
    at = reverse("my_action", args=[mine.key])
    assert client.post(at, {"report": ""}).status_code == 422
    assert client.post(at, {"report": "Open since Monday."}).status_code == 302
    assert "The secretariat has not confirmed it yet." in words(client.get(at))
    sign_in(client, make_secretariat())
    waits = reverse("desk_commitments") + "?state=reported"
    assert [action.pk for action in client.get(waits).context["actions"]] == [mine.pk]
    _heading, across = client.get(waits).context["rail"].groups[-1]
    assert {link.url: link.number for link in across}[reverse("desk_commitments")] == 1
    assert "Open the register." in words(client.get(reverse("desk_organisation", args=[body.pk])))
    page = reverse("forum_action", args=[forum.slug, mine.key])
    assert client.get(page).context["report"]["report"].value() == "Open since Monday."
    assert client.post(f"{page}finish_action/", {"report": "Open since Monday."}).status_code == 302


def test_commitments_of_reported_forums_are_public(client):
    forum, body = make_forum(state="reported", title="Forum on rivers"), make_stakeholder("Boat owners")
    session = make_session(forum, title="Group 1")
    late = now().date() - timedelta(days=3)

    def promised(session, **fields):
        point = make_point(session=session, kind="commitment")
        return make_action(session.forum, point=point, **fields)

    promised(session, stakeholder=body, text="Paint the boats.", due_on=late, report="We say it is done.")
    promised(session, stakeholder=body, text="Name the boats.", state="done")
    promised(session, responsible="A clerk", text="Print the list.")
    make_action(forum, text="An internal task.")
    promised(make_session(make_forum(state="held")), text="Too early.")
    at = reverse("commitments")
    page = client.get(at)
    assert [name for name, _actions in page.context["bodies"]] == ["A clerk", "Boat owners"]
    said = words(page)
    for text in ("Paint the boats.", "Forum on rivers", "Group 1", "Overdue", "It came so."):
        assert text in said
    for text in ("An internal task.", "Too early.", "We say it is done."):
        assert text not in said
    assert client.get(at, {"state": "overdue"}).context["number"] == 1
    assert client.get(at, {"state": "done"}).context["number"] == 1
    assert client.get(at, {"organisation": body.pk}).context["number"] == 2
    for wrong in ("x' OR 1", "9" * 40):
        assert client.get(at, {"organisation": wrong, "state": "reported"}).context["number"] == 3
    assert client.get(reverse("desk_commitments")).status_code == 302
