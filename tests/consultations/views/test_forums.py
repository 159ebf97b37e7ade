"""The home page of a forum at the desk."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from consultations.models import Event, Forum, ForumState, Group, OutgoingMail, SeatQuota, SessionRole
from consultations.queries import forums
from consultations.queries.delegates import GroupSeats, SeatPlan, seat_plan
from consultations.templatetags.portal import day as written_day
from consultations.templatetags.portal import days_until
from consultations.workflow.invitations import today
from tests.factories import (
    change,
    make_action,
    make_check_in,
    make_communique,
    make_delegate,
    make_forum,
    make_head,
    make_invitation,
    make_member,
    make_point,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_theme,
    make_user,
    walk,
)
from tests.pages import confirmed, words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


def test_home_page_links_to_existing_pages_and_moves_forum(client, monkeypatch):
    nowhere = forums.Room("Nowhere", "forum_nowhere", "No address.", (forums.BEFORE,))
    here = forums.Room("Here", "forum_home", "This page itself.", (forums.BEFORE,))
    later = forums.Room("Later", "forum_home", "In another phase.", (forums.AFTER,))
    monkeypatch.setattr(forums, "ROOMS", (nowhere, here, later))
    forum = make_forum(state="draft")
    assert [(door.label, door.url) for door in forums.doors(forum, forums.BEFORE)] == [
        ("Here", f"/desk/forums/{forum.slug}/")
    ]
    sign_in(client, make_secretariat())
    page = client.get(reverse("forum_home", args=[forum.slug]))
    assert page.status_code == 200
    rail = page.context["rail"]
    assert rail.consultation.pk == forum.consultation_id
    assert [str(link.label) for _heading, links in rail.groups for link in links if link.current] == ["Forums"]
    refused = client.post(reverse("forum_move", args=[forum.slug, "announce"]))
    assert (refused.status_code, refused.context["reasons"]) == (409, ["It has no programme yet"])
    make_session(forum)
    assert confirmed(client, reverse("forum_move", args=[forum.slug, "announce"])).status_code == 302
    forum.refresh_from_db()
    assert forum.state == ForumState.ANNOUNCED
    assert client.post(reverse("forum_move", args=[forum.slug, "explode"])).status_code == 404


def test_home_page_opens_on_present_phase(client):
    sign_in(client, make_secretariat())
    today = timezone.localdate()
    cases = (
        ("announced", today + timedelta(days=1), "before"), ("announced", today, "day"),
        ("in_session", today + timedelta(days=9), "day"), ("held", today, "after"), ("reported", today, "after"),
    )  # fmt: skip
    for state, day, phase in cases:
        forum = make_forum(state=state, starts_on=day)
        address = reverse("forum_home", args=[forum.slug])
        assert client.get(address).context["phase"] == phase, state
        assert client.get(address, {"phase": "nonsense"}).context["phase"] == phase
        assert client.get(address, {"phase": "after"}).context["phase"] == "after"


def test_each_tool_is_in_the_phase_in_which_it_is_used():
    forum = make_forum()
    labels = {phase: {str(door.label) for door in forums.doors(forum, phase)} for phase in ("before", "day", "after")}
    assert {"Letters of invitation", "Programme"} <= labels["before"] - labels["day"]
    assert {"Check-in", "Screen"} <= labels["day"] - labels["after"]
    assert {"Action points", "Communiqué", "Figures"} <= labels["after"] - labels["before"]
    assert len(set.union(*labels.values())) == len(forums.ROOMS)


def test_seats_are_drawn_by_group_before_and_on_the_day(client):
    forum = make_forum(state="in_session")
    body = make_stakeholder(group="academia")
    people = [make_delegate(forum, body, state="confirmed") for _turn in range(3)]
    make_check_in(people[0])
    make_check_in(people[0], at=timezone.now() + timedelta(minutes=5))
    plan = seat_plan(forum)
    (row,) = forums.seat_rows(plan)
    assert (row.signs, row.taken, row.seats) == (["taken"] * 3, 3, 3)
    (row,) = forums.seat_rows(plan, forums.checked_in_by_group(forum))
    assert (row.signs, row.taken, row.seats) == (["taken", "named", "named"], 1, 3)
    sign_in(client, make_secretariat())
    page = client.get(reverse("forum_home", args=[forum.slug]))
    assert "1 of 3" in words(page)


def test_crowd_of_a_group_is_drawn_up_to_a_limit():
    group = GroupSeats("media", "Media", 500, 500, 10, 100, 300)
    (row,) = forums.seat_rows(SeatPlan(500, [group], {}))
    assert (row.signs.count("taken"), row.signs.count("spare")) == (forums.MOST_DOTS, forums.MOST_DOTS)
    assert (row.taken, row.seats) == (100, 500)


def test_steps_of_forum_say_where_it_stands():
    def here(forum):
        return [(str(step.label), step.state) for step in forums.forum_steps(forum) if step.state == "here"]

    for state, label in (("draft", "Announced"), ("registration_closed", "Registration closed"), ("held", "Forum"),
                         ("in_session", "Forum"), ("reported", "Reported")):  # fmt: skip
        assert here(make_forum(state=state)) == [(label, "here")], state


def test_session_now_and_next_are_those_of_the_hour():
    forum, now = make_forum(state="in_session"), timezone.localtime().replace(hour=10, minute=0)
    first = make_session(forum, starts_at=now, ends_at=now + timedelta(hours=1))
    second = make_session(forum, starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=2))
    make_session(forum, starts_at=now + timedelta(days=1), ends_at=now + timedelta(days=1, hours=1))
    make_point(session=first, state="submitted"), make_point(session=first, state="withdrawn")
    rows = forums.sessions_of_day(forum)
    assert [(row.session, row.points, row.handed_in) for row in rows[:2]] == [(first, 1, 1), (second, 0, 0)]
    shown = [row and row.session for row in forums.now_and_next(rows, now)]
    assert shown == [first, second]
    assert [row and row.session for row in forums.now_and_next(rows, now + timedelta(hours=1))] == [second, None]


def test_grave_move_requires_reason_and_is_404_for_others(client):
    forum = make_forum()
    cancel = reverse("forum_move", args=[forum.slug, "cancel_forum"])
    sign_in(client, make_member())
    assert client.get(reverse("forum_home", args=[forum.slug])).status_code == 404
    assert client.post(cancel, {"reason": "No room."}).status_code == 404
    sign_in(client, make_head())
    assert confirmed(client, cancel).context["form"].errors["reason"] == ["Enter a reason. It is kept in the journal."]
    assert confirmed(client, cancel, {"reason": "No room."}).status_code == 302
    forum.refresh_from_db()
    assert forum.state == ForumState.CANCELLED


def test_forum_is_not_opened_early_before_somebody_has_read_that(client):
    forum = make_forum(state="registration_closed")
    change(forum, starts_on=today() + timedelta(days=26), ends_on=today() + timedelta(days=27))
    sign_in(client, make_secretariat())
    address = reverse("forum_move", args=[forum.slug, "open_forum"])
    assert f'href="{address}"' in client.get(reverse("forum_home", args=[forum.slug])).text
    page = client.get(address)
    assert "This opens the forum 26 days early" in words(page)
    assert re.search(r"<button[^>]*>\s*Open 26 days early\s*</button>", page.text)
    refused = client.post(address, {"effects": "0" * 16})
    assert refused.status_code == 422
    assert "Nothing has been done yet. Read what this does, and confirm it." in words(refused)
    forum.refresh_from_db()
    assert forum.state == ForumState.REGISTRATION_CLOSED
    shown = page.context["effects"].fingerprint
    change(forum, starts_on=today() + timedelta(days=20))  # what was read is no longer true
    assert client.post(address, {"effects": shown}).status_code == 422
    assert confirmed(client, address).status_code == 302
    forum.refresh_from_db()
    assert forum.state == ForumState.IN_SESSION


def test_many_mails_go_out_only_after_the_code_of_the_forum_was_typed(client):
    forum = make_forum()
    for _person in range(21):
        make_delegate(forum, email=f"officer{_person}@example.org")
    sign_in(client, make_head())
    address = reverse("forum_move", args=[forum.slug, "cancel_forum"])
    page = client.get(address)
    assert "21 people get an e-mail." in words(page)
    assert "Cancel and send 21 e-mails" in words(page)
    for typed in ("", "another forum", "x" * 10_000):
        kept = confirmed(client, address, {"reason": "The hall burnt down.", "typed": typed})
        assert (kept.status_code, list(kept.context["form"].errors)) == (422, ["typed"])
        assert "The hall burnt down.</textarea>" in kept.text
    assert OutgoingMail.objects.count() == 0
    data = {"reason": "The hall burnt down.", "typed": forum.code.lower()}
    assert confirmed(client, address, data).status_code == 302
    assert OutgoingMail.objects.count() == 21


def test_move_that_was_just_made_is_taken_back_from_the_page_it_leads_to(client):
    sign_in(client, make_secretariat())
    forum = make_forum()
    home = reverse("forum_home", args=[forum.slug])
    page = confirmed(client, reverse("forum_move", args=[forum.slug, "close_registration"]), follow=True)
    undo = reverse("forum_move", args=[forum.slug, "reopen_registration"])
    assert f'<a href="{undo}">Undo</a>' in page.content.decode()
    assert "Undo" not in words(client.get(home))
    confirmed(client, undo, {"reason": "A slip."})
    forum.refresh_from_db()
    assert forum.state == "announced"
    assert "Undo" not in words(client.get(home))


def test_move_that_cannot_be_taken_back_offers_no_undo(client):
    """The opening of a forum stays once somebody is checked in."""
    sign_in(client, make_secretariat())
    forum = make_forum(state="registration_closed")
    make_session(forum)
    make_check_in(make_delegate(forum))
    page = confirmed(client, reverse("forum_move", args=[forum.slug, "open_forum"]), follow=True)
    assert ("Done: Open the forum." in words(page), "Undo" in words(page)) == (True, False)


def test_page_of_a_move_that_is_not_possible_says_why_and_where(client):
    forum = make_forum(state="draft")
    sign_in(client, make_secretariat())
    page = client.get(reverse("forum_move", args=[forum.slug, "announce"]))
    assert [(need.text, need.url) for need in page.context["in_the_way"]] == [
        ("It has no programme yet", reverse("forum_programme", args=[forum.slug]))
    ]
    assert '<form method="post" novalidate' not in page.text
    assert "Needed before “Announce”" in words(page)
    page = client.get(reverse("forum_move", args=[forum.slug, "close_registration"]))
    assert [(need.text, need.url) for need in page.context["in_the_way"]] == [
        (
            "You cannot use “Close registration” while this is in preparation.",
            reverse("forum_move", args=[forum.slug, "announce"]),
        )
    ]
    head_only = client.get(reverse("forum_move", args=[forum.slug, "cancel_forum"]))
    assert "Only the head of the secretariat can do this: Cancel." in words(head_only)


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
    with django_assert_max_num_queries(22):  # of them five for the rail, two for the steps
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
    with django_assert_max_num_queries(23):  # of them five for the rail, two for the steps
        page = client.get(address)
    assert [action.words for action in page.context["actions"]] == [
        "1 point of the sessions is still a draft",
        "1 commitment to carry over",
        "No communiqué yet",
    ]
    make_communique(forum)
    assert "The communiqué is not published yet" in words(client.get(address))


# --- Facts --------------------------------------------------------------------------------------------------------


def typed_facts(client, address, **values):
    """What the form of the facts sends, with `values` typed over it."""
    form = client.get(address).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in {**shown, "reason": "Flood.", **values}.items()}


def test_letter_of_an_announced_forum_is_reworded_without_a_mail_to_anybody(client):
    forum = make_forum(
        state="announced", starts_on=timezone.localdate() + timedelta(days=30), letter_text="You are in."
    )
    make_delegate(forum, make_stakeholder(), state="confirmed")
    sign_in(client, make_secretariat())
    address, text = reverse("forum_facts", args=[forum.slug]), "You are invited.\n\nPlease bring your badge."
    data = typed_facts(client, address, letter_text=text.replace("\n", "\r\n"))
    asked = client.post(address, data)
    assert [(before, after) for _label, before, after in asked.context["changes"]] == [("You are in.", text)]
    answer = client.post(address, {**data, "confirm": "yes", "effects": asked.context["effects"].fingerprint})
    assert answer.status_code == 302
    forum.refresh_from_db()
    assert (forum.letter_text, OutgoingMail.objects.count()) == (text, 0)
    event = Event.objects.about(forum).get(verb="change_announced_forum")
    assert event.data["changed"] == [["letter_text", "You are in.", text]]


def test_facts_of_an_announced_forum_change_once_confirmed(client):
    sign_in(client, make_secretariat())
    forum = make_forum()
    make_invitation(forum, email="office@example.org")
    address, later = reverse("forum_facts", args=[forum.slug]), forum.starts_on + timedelta(days=7)
    data = typed_facts(client, address, starts_on=later, ends_on=later)
    page = client.post(address, data)
    assert (page.status_code, page.context["effects"].mails) == (200, 1)
    assert "1 letter was sent with the earlier facts." in page.text
    assert Forum.objects.get(pk=forum.pk).starts_on == forum.starts_on
    again = client.post(address, {**data, "again": "yes"})
    assert again.context["form"]["starts_on"].value() == later.isoformat()
    unseen = client.post(address, {**data, "confirm": "yes"})
    assert (unseen.status_code, OutgoingMail.objects.count()) == (422, 0)
    answer = client.post(address, {**data, "confirm": "yes", "effects": page.context["effects"].fingerprint})
    assert (answer.status_code, OutgoingMail.objects.count()) == (302, 1)
    for name in ("forum", "forum_pack"):
        public = Client().get(reverse(name, args=[forum.slug])).text
        assert f"<s>{days_until(forum.starts_on, forum.ends_on)}</s>" in public
        assert written_day(later) in public


def test_refused_change_of_facts_keeps_what_was_typed(client):
    sign_in(client, make_secretariat())
    forum = make_forum()
    address = reverse("forum_facts", args=[forum.slug])
    page = client.post(address, typed_facts(client, address))
    assert (page.status_code, page.context["reasons"]) == (409, ["Nothing has changed."])
    page = client.post(address, typed_facts(client, address, title="New", reason=""))
    assert (page.status_code, page.context["form"]["title"].value()) == (422, "New")
    data = typed_facts(client, address, venue="Mine")
    change(forum, venue="Theirs")
    effects = client.post(address, data).context["effects"].fingerprint
    page = client.post(address, {**data, "confirm": "yes", "effects": effects})
    assert (page.status_code, page.context["form"].theirs) == (409, [("Venue", "Theirs")])
    assert Forum.objects.get(pk=forum.pk).venue == "Theirs"


def test_facts_of_a_forum_in_preparation_are_saved_at_once(client):
    sign_in(client, make_secretariat())
    forum = make_forum(state="draft")
    address = reverse("forum_facts", args=[forum.slug])
    assert client.post(address, typed_facts(client, address, title="New")).status_code == 302
    assert Forum.objects.get(pk=forum.pk).title == "New"


def test_facts_are_for_the_secretariat(client):
    sign_in(client, make_user())
    assert client.get(reverse("forum_facts", args=[make_forum().slug])).status_code == 404
