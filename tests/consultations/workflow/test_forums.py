"""Verbs on consultations, forums, sessions and delegates."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from consultations import workflow
from consultations.models import CheckIn, Event, ForumSession
from consultations.workflow import CONSULTATION_MOVES, DELEGATE_MOVES, FORUM_MOVES, SESSION_MOVES
from ncm_portal.workflow import Blocked, now
from tests.access_log import refused_verbs
from tests.factories import (
    change,
    make_check_in,
    make_communique,
    make_consultation,
    make_delegate,
    make_forum,
    make_head,
    make_invitation,
    make_member,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_user,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db
REASON = "Enter a reason. It is kept in the journal."
MAKE = {
    "consultation": (make_consultation, {v: m for v, m in CONSULTATION_MOVES.items() if v != "open_early"}),
    "forum": (lambda state: ready_forum(state), FORUM_MOVES),
    "session": (lambda state: make_session(state=state), SESSION_MOVES),
    "delegate": (lambda state: make_delegate(make_forum(), state=state), DELEGATE_MOVES),
}
MOVES = [(kind, verb) for kind, (_make, table) in MAKE.items() for verb in table]
HEADS = {"extend", "archive", "cancel_forum"}


def ready_forum(state):
    """Forum with a programme and a published communiqué."""
    return make_communique(make_session(make_forum(state=state)).forum, state="published").forum


def refused(act, *args, **kwargs):
    """Return the reasons of a refusal."""
    with pytest.raises(Blocked) as refusal:
        act(*args, **kwargs)
    return refusal.value.reasons


def carry_out(record, verb, by, reason="As asked."):
    """Call a verb with its arguments."""
    more = {"closes_at": now() + timedelta(days=30)} if verb == "extend" else {}
    if MOVES_BY_VERB[verb].needs_reason:
        more["reason"] = reason
    return getattr(workflow, verb)(record, by=by, **more)


MOVES_BY_VERB = {verb: table[verb] for _kind, (_make, table) in MAKE.items() for verb in table}


# --- Every move, from its table -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "verb"), MOVES)
def test_each_move_changes_to_its_target_state(kind, verb):
    make, table = MAKE[kind]
    for source in table[verb].sources:
        record = make(state=source)
        moved = carry_out(record, verb, make_head())
        assert moved.state == table[verb].target
        event = Event.objects.about(record).last()
        assert (event.verb, event.before, event.after) == (verb, source, moved.state)


@pytest.mark.parametrize(("kind", "verb"), MOVES)
def test_move_is_refused_in_other_states(kind, verb):
    make, table = MAKE[kind]
    record = make(state=table[verb].sources[0])
    for state in set(type(record).State.values) - set(table[verb].sources):
        record = make(state=state)
        label, word = table[verb].label, record.get_state_display()
        assert f"You cannot use “{label}” while this is {word}." in refused(carry_out, record, verb, make_head())
        record.refresh_from_db()
        assert record.state == state
        assert refused_verbs(record) == [verb]


@pytest.mark.parametrize(("kind", "verb"), MOVES)
def test_move_is_refused_to_others(kind, verb):
    make, table = MAKE[kind]
    record, move = make(state=table[verb].sources[0]), table[verb]
    people = [make_user(), make_member(), make_user("official"), make_user("sysadmin")]
    if verb in HEADS:
        people.append(make_secretariat())
    for by in people:
        assert refused(carry_out, record, verb, by) == [f"Only {move.who} can do this: {move.label}."]


@pytest.mark.parametrize("verb", [verb for verb, move in MOVES_BY_VERB.items() if move.needs_reason])
def test_grave_move_requires_reason(verb):
    kind = next(kind for kind, known in MOVES if known == verb)
    record = MAKE[kind][0](state=MOVES_BY_VERB[verb].sources[0])
    assert refused(carry_out, record, verb, make_head(), reason=" ") == [REASON]


# --- Forums and delegates -------------------------------------------------------------------------------------------


def test_a_forum_is_announced_with_a_programme():
    forum = make_forum(state="draft")
    assert refused(workflow.announce, forum, by=make_secretariat()) == ["It has no programme yet"]
    make_session(forum)
    assert workflow.announce(forum, by=make_secretariat()).state == "announced"


def test_nomination_copies_group_and_county():
    body = make_stakeholder(group="academia")
    forum, person = make_forum(), make_member(body)
    delegate = workflow.nominate(forum, body, by=person, name="Ng'ang'a wa Thiong'o", title="Dean")
    assert (delegate.name, delegate.group, delegate.state) == ("Ng'ang'a wa Thiong'o", "academia", "nominated")
    assert Event.objects.about(delegate).get().verb == "nominate"


def test_nobody_can_nominate_for_other_organisation():
    reasons = refused(workflow.nominate, make_forum(), make_stakeholder(), by=make_member(), name="A")
    assert reasons == [
        "Only the secretariat or the organisation that sends the delegate can do this: Nominate a delegate."
    ]


def test_after_registration_only_the_secretariat_nominates():
    forum, body = make_forum(state="registration_closed"), make_stakeholder()
    reasons = refused(workflow.nominate, forum, body, by=make_member(body), name="A")
    assert reasons == ["Nominations for this forum are closed. Contact the secretariat."]
    assert workflow.nominate(forum, body, by=make_secretariat(), name="A").state == "nominated"


def test_a_delegate_is_confirmed_with_the_next_badge():
    forum, by = make_forum(), make_secretariat()
    delegates = [make_delegate(forum, state="nominated") for _turn in range(3)]
    assert [workflow.confirm(each, by=by).badge_number for each in delegates] == [1, 2, 3]


def test_seat_requires_verified_organisation_and_free_seat():
    forum = make_forum(seats=1)
    make_delegate(forum)
    body = make_stakeholder("Newcomers (sample)", state="registered")
    delegate = make_delegate(forum, body, state="nominated")
    assert refused(workflow.confirm, delegate, by=make_secretariat()) == [
        "Newcomers (sample) is not verified",
        "No seat is free: 1 of 1 are taken",
    ]


def test_organisation_withdraws_its_delegate():
    body = make_stakeholder()
    delegate = make_delegate(make_forum(), body)
    assert workflow.withdraw_delegate(delegate, by=make_member(body)).state == "withdrawn"


@pytest.mark.django_db(transaction=True)
def test_concurrent_confirmations_share_last_seat_once():
    forum, by = make_forum(seats=1), make_secretariat()
    delegates = [make_delegate(forum, state="nominated") for _turn in range(2)]
    results = at_once(*(lambda each=each: workflow.confirm(each, by=by) for each in delegates))
    assert sorted(type(result).__name__ for result in results) == ["Blocked", "Delegate"]


# --- At the door ----------------------------------------------------------------------------------------------------


def test_resent_check_in_creates_one_row():
    delegate, by, key = make_delegate(make_forum()), make_secretariat(), uuid.uuid4()
    at = now() - timedelta(minutes=5)
    first = workflow.check_in(delegate, by=by, key=key, at=at, channel="qr")
    second = workflow.check_in(delegate, by=by, key=key)
    assert (first, second.at, second.channel) == (second, at, "qr")
    assert [event.verb for event in Event.objects.about(delegate)] == ["check_in"]


def test_delegate_without_seat_is_not_checked_in():
    delegate = make_delegate(make_forum(), state="waitlisted", name="A. Person")
    reasons = refused(workflow.check_in, delegate, by=make_secretariat())
    assert reasons == ["A. Person is on the reserve list, not confirmed."]
    reasons = refused(workflow.check_in, delegate, by=make_member())
    assert reasons == ["Only the secretariat can do this: Check in a delegate."]
    assert not CheckIn.objects.exists()


# --- The database itself --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [{"closes_at": now() - timedelta(days=900)}, {"quorum_member_share": "1.5"}])
def test_database_refuses_invalid_consultation(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_consultation(**wrong)


def test_delegates_have_different_badges():
    forum = make_forum()
    first, second = make_delegate(forum), make_delegate(forum)
    change(first, badge_number=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        change(second, badge_number=1)


# --- Taken back ------------------------------------------------------------------------------------------------------


def test_registration_that_was_closed_by_mistake_lets_letters_go_out_again():
    forum, by = make_forum(letter_text="You are invited."), make_secretariat()
    letter = make_invitation(forum, state="draft")
    forum = workflow.close_registration(forum, by=by)
    assert [each.pk for each in workflow.send_invitations(forum, by=by, keys=[letter.key])] == []
    forum = workflow.reopen_registration(forum, by=by, reason="A slip.")
    assert [each.pk for each in workflow.send_invitations(forum, by=by, keys=[letter.key])] == [letter.pk]
    assert Event.objects.about(forum).last().reason == "A slip."


def test_opening_of_a_forum_is_taken_back_until_somebody_has_come():
    forum, by = ready_forum("in_session"), make_secretariat()
    delegate = make_delegate(forum)
    check = make_check_in(delegate)
    reason = "Somebody is checked in: that stays on record"
    assert refused(workflow.take_back_opening, forum, by=by, reason="Too early.") == [reason]
    make_check_in(delegate, voids=check)
    assert workflow.take_back_opening(forum, by=by, reason="Too early.").state == "registration_closed"


def test_opening_is_not_taken_back_once_a_session_has_opened():
    forum, by = ready_forum("in_session"), make_secretariat()
    workflow.open_session(forum.sessions.get(), by=by)
    reason = "A session has opened: that stays on record"
    assert refused(workflow.take_back_opening, forum, by=by, reason="Too early.") == [reason]


def test_session_opens_again_only_while_the_forum_is_not_over():
    forum, by = ready_forum("in_session"), make_secretariat()
    session = workflow.close_session(workflow.open_session(forum.sessions.get(), by=by), by=by)
    forum = workflow.close_forum(forum, by=by)
    session = ForumSession.objects.get(pk=session.pk)
    assert refused(workflow.reopen_session, session, by=by, reason="One more speaker.") == [
        "The forum is held. Open it again first"
    ]
    workflow.reopen_forum(forum, by=by, reason="One more speaker.")
    session = ForumSession.objects.get(pk=session.pk)
    assert workflow.reopen_session(session, by=by, reason="One more speaker.").state == "open"


def test_clash_of_the_programme_holds_announcing_up():
    forum, by = make_forum(state="draft"), make_secretariat()
    _one, two = (make_session(forum, title=title, room="Hall") for title in ("Opening", "Rights"))
    assert refused(workflow.announce, forum, by=by) == ["Opening and Rights are in Hall at the same time."]
    change(two, room="Annex")
    assert workflow.announce(forum, by=by).state == "announced"
