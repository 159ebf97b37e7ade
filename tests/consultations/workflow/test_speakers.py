"""Speakers' list: one speaker at a time, stable order, and speaking time by group."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from consultations import workflow
from consultations.models import Event, Speech
from consultations.queries import speakers
from ncm_portal.workflow import Blocked, NotAllowed, now, replayed_at
from tests.factories import change, make_delegate, make_forum, make_secretariat, make_session, make_stakeholder
from tests.threads import at_once


@pytest.fixture
def room(db):
    return make_room()


def make_room():
    session = make_session(make_forum(state="in_session"), state="open")
    session.officer = make_secretariat()
    session.bodies = [
        make_stakeholder(name=f"Body {letter}", group=group)
        for letter, group in zip("ABC", ("civil_society", "academia", "civil_society"), strict=True)
    ]
    return session


def ask(room, body=None, delegate=None):
    return workflow.ask_floor(room, by=room.officer, stakeholder=body, delegate=delegate)


def names(room):
    return [speech.stakeholder.name for speech in speakers(room).waiting]


def refusal(act):
    with pytest.raises(Blocked) as raised:
        act()
    return raised.value.reasons


def test_speaker_is_added_to_end_once(room):
    first = ask(room, room.bodies[0])
    ask(room, room.bodies[1])
    assert ask(room, room.bodies[0]) == first
    assert names(room) == ["Body A", "Body B"]
    entry = Event.objects.about(room).last()
    assert (entry.verb, entry.data["organisation"]) == ("ask_floor", "Body B")


def test_delegate_requests_floor_with_badge_and_group_is_stored(room):
    delegate = make_delegate(room.forum, room.bodies[0], group="academia")
    made = ask(room, delegate=delegate)
    assert (made.stakeholder, made.group) == (room.bodies[0], "academia")
    stranger = make_delegate(make_forum(), room.bodies[0], name="Ng'ang'a wa Mwangi")
    assert refusal(lambda: ask(room, room.bodies[1], stranger)) == [
        "Ng'ang'a wa Mwangi has no seat at this forum.",
        f"Ng'ang'a wa Mwangi is a delegate of {room.bodies[0].label}.",
    ]
    change(room, state="closed")
    assert refusal(lambda: ask(room)) == [
        "Choose an organisation or enter a badge number.",
        "The session is closed.",
    ]
    with pytest.raises(NotAllowed):
        workflow.ask_floor(room, by=None, stakeholder=room.bodies[0])


def test_one_speaks_at_a_time_and_time_is_counted_per_group(room):
    one, two, three = (ask(room, body) for body in room.bodies)
    began = now()
    with replayed_at(began):
        workflow.give_floor(one, by=room.officer)
        assert workflow.give_floor(one, by=room.officer).started_at == began
        assert refusal(lambda: workflow.give_floor(two, by=room.officer)) == [
            "Body A has the floor. End that speech first."
        ]
    with replayed_at(began + timedelta(seconds=245)):
        assert speakers(room).running == "4:05"
        workflow.end_speech(one, by=room.officer)
        workflow.give_floor(two, by=room.officer)
    with replayed_at(began + timedelta(seconds=300)):
        assert workflow.end_speech(one, by=room.officer).ended_at == began + timedelta(seconds=245)
        workflow.end_speech(two, by=room.officer)
        workflow.give_floor(three, by=room.officer)
    with replayed_at(began + timedelta(seconds=310)):
        found = speakers(room)
    assert [(each.label, each.minutes, each.share) for each in found.groups] == [
        (str(one.get_group_display()), "4:15", 82),
        (str(two.get_group_display()), "0:55", 18),
    ]
    assert (found.speaking, found.waiting) == (three, [])
    assert refusal(lambda: workflow.strike_speech(one, by=room.officer)) == ["Body A has already had the floor."]


def test_closing_session_ends_speech_and_counts_its_time(room):
    one, two = (ask(room, body) for body in room.bodies[:2])
    began = now()
    with replayed_at(began):
        workflow.give_floor(one, by=room.officer)
    with replayed_at(began + timedelta(minutes=3)):
        workflow.close_session(room, by=room.officer)
    with replayed_at(began + timedelta(minutes=90)):
        found = speakers(room)
    assert (found.speaking, [each.minutes for each in found.groups], found.waiting) == (None, ["3:00"], [two])
    assert [event.verb for event in Event.objects.about(room)][-2:] == ["close_session", "end_speech"]


def test_speakers_are_reordered_and_removed(room):
    one, two, three = (ask(room, body) for body in room.bodies)
    workflow.move_speech(three, by=room.officer, up=True)
    assert names(room) == ["Body A", "Body C", "Body B"]
    workflow.move_speech(one, by=room.officer, up=True)
    workflow.move_speech(one, by=room.officer, up=False)
    assert names(room) == ["Body C", "Body A", "Body B"]
    workflow.strike_speech(three, by=room.officer)
    assert workflow.strike_speech(three, by=room.officer).struck_at
    assert names(room) == ["Body A", "Body B"]
    gone = ["Body C was removed from the list."]
    assert refusal(lambda: workflow.give_floor(three, by=room.officer)) == gone
    assert refusal(lambda: workflow.move_speech(three, by=room.officer, up=True)) == gone
    assert refusal(lambda: workflow.end_speech(two, by=room.officer)) == ["Body B does not have the floor."]


def test_nobody_speaks_before_session_opens(room):
    planned = make_session(room.forum)
    speech = workflow.ask_floor(planned, by=room.officer, stakeholder=room.bodies[0])
    assert refusal(lambda: workflow.give_floor(speech, by=room.officer)) == ["Open the session first."]
    pause = make_session(room.forum, kind="break")
    nobody = lambda: workflow.ask_floor(pause, by=room.officer, stakeholder=room.bodies[0])  # noqa: E731
    assert refusal(nobody) == ["There are no speakers in a break."]


def test_database_allows_one_current_speaker(room):
    one, two = (ask(room, body) for body in room.bodies[:2])
    workflow.give_floor(one, by=room.officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Speech.objects.filter(pk=two.pk).update(started_at=now())


@pytest.mark.django_db(transaction=True)
def test_concurrent_officers_give_floor_to_one_speaker():
    room = make_room()
    pair = [ask(room, body) for body in room.bodies[:2]]
    for _turn in range(5):
        told = at_once(*(lambda each=each: workflow.give_floor(each, by=room.officer) for each in pair))
        assert sorted(type(each).__name__ for each in told) == ["Blocked", "Speech"]
        speaking = speakers(room).speaking
        workflow.end_speech(speaking, by=room.officer)
        pair = [next(each for each in pair if each != speaking), ask(room, speaking.stakeholder)]
