"""Verbs on consultations, forums, sessions and delegates."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from consultations import workflow
from consultations.models import CheckIn, Event, OutgoingMail
from consultations.workflow import CONSULTATION_MOVES, DELEGATE_MOVES, FORUM_MOVES, SESSION_MOVES
from ncm_portal.workflow import Blocked, needs_of, now
from tests.access_log import refused_verbs
from tests.factories import (
    change,
    make_communique,
    make_consultation,
    make_delegate,
    make_forum,
    make_head,
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
    "consultation": (make_consultation, CONSULTATION_MOVES),
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


# --- Rounds ---------------------------------------------------------------------------------------------------------


def test_consultation_opens_with_themes_and_future_deadline():
    past = {"opens_at": now() - timedelta(days=9), "closes_at": now() - timedelta(days=1)}
    bare = make_consultation(state="draft", themes=(), **past)
    reasons = ["It has no theme yet", "Its deadline has passed"]
    assert refused(workflow.open_consultation, bare, by=make_secretariat()) == reasons
    assert [need.text for need in needs_of(CONSULTATION_MOVES, bare)][:2] == reasons


@pytest.mark.parametrize("state", ["open", "closed"])
def test_extension_moves_deadline_and_mails_verified_organisations(state):
    person, _waiting = make_member(), make_member(make_stakeholder(state="registered"))
    consultation = make_consultation(state=state)
    before, later = consultation.closes_at, consultation.closes_at + timedelta(days=3)
    extended = workflow.extend(consultation, closes_at=later, by=make_head(), reason="Floods in Tana River.")
    assert (extended.state, extended.closes_at, extended.takes_inputs) == ("open", later, True)
    assert list(OutgoingMail.objects.values_list("to", flat=True)) == [person.email]
    event = Event.objects.about(consultation).last()
    assert event.data == {"from": before.isoformat(), "to": later.isoformat()}


def test_journal_records_deadline_from_locked_row():
    seen, by = make_consultation(), make_head()
    deadlines = [seen.closes_at + timedelta(days=days) for days in (7, 14)]
    for later in deadlines:
        workflow.extend(seen, closes_at=later, by=by, reason="Floods.")
    assert Event.objects.about(seen).last().data["from"] == deadlines[0].isoformat()


def test_deadline_moves_only_later_and_into_future():
    consultation, by = make_consultation(), make_head()
    reason = ["The new deadline must be in the future and later than the old one."]
    earlier = consultation.closes_at - timedelta(hours=1)
    assert refused(workflow.extend, consultation, closes_at=earlier, by=by, reason="x") == reason
    with time_machine.travel(consultation.closes_at + timedelta(days=9), tick=False):
        passed = consultation.closes_at + timedelta(days=1)
        assert refused(workflow.extend, consultation, closes_at=passed, by=by, reason="x") == reason
    assert not OutgoingMail.objects.exists()


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
