"""State changes: what make() checks, locks, records and rolls back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError, connection, connections
from django.utils import timezone as django_timezone

from consultations.models import Event, Stakeholder
from ncm_portal import workflow
from ncm_portal.workflow import (
    Blocked,
    Condition,
    Conflict,
    Consequences,
    Move,
    NotAllowed,
    Role,
    deadline_passed,
    demand,
    journal,
    make,
    moves_open_to,
    needs_of,
    replayed_at,
    table,
    verb,
    way_back,
)
from tests.access_log import last_refusal, refusals
from tests.factories import change, make_secretariat, make_stakeholder, make_user

AUTUMN_2017 = datetime(2017, 10, 17, 6, 0, tzinfo=UTC)


def everybody(user, record):
    return True


def nobody(user, record):
    return False


def conditions(*pairs):
    return lambda record: [Condition(text, met) for text, met in pairs]


def a_move(**changed):
    """Verify a registered organisation, by anybody, at any time."""
    fields = {
        "verb": "verify", "label": "Verify", "sources": ("registered",), "target": "verified", **changed,
    }  # fmt: skip
    role = Role(fields.pop("may", everybody), fields.pop("who", "everybody"))
    return Move(role=role, **fields)


@pytest.fixture
def body(db):
    return make_stakeholder("Organisation", state="registered")


@pytest.fixture
def person(db):
    return make_user(name="Wanjirũ")


def entries(record):
    return [(event.verb, event.before, event.after, event.reason) for event in Event.objects.about(record)]


# --- make -----------------------------------------------------------------------------------------------------------


def test_move_saves_and_journals_atomically(body, person):
    def rename(row):
        row.short_name = "Renamed"

    row = make(a_move(), body, by=person, reason="Seen.", change=rename, data={"letter": 7})
    assert (row.pk, row.state, row.short_name) == (body.pk, "verified", "Renamed")
    assert body.state == "registered"  # the row that came back is the fresh one
    body.refresh_from_db()
    assert (body.state, body.short_name) == ("verified", "Renamed")
    assert entries(body) == [("verify", "registered", "verified", "Seen.")]
    event = Event.objects.about(body).get()
    assert (event.by, event.by_name, event.data, event.object_label) == (
        person,
        "Wanjirũ",
        {"letter": 7},
        "Organisation",
    )


def test_move_without_target_keeps_state(body, person):
    assert make(a_move(target=None), body, by=person).state == "registered"
    assert entries(body) == [("verify", "registered", "registered", "")]


def test_move_uses_database_row(body, person):
    change(Stakeholder.objects.get(pk=body.pk), state="verified")
    assert body.state == "registered"
    with pytest.raises(Blocked) as refusal:
        make(a_move(), body, by=person)
    assert refusal.value.reasons == ["You cannot use “Verify” while this is verified."]


def test_refusal_lists_all_reasons(body, person):
    move = a_move(
        sources=("verified",), needs_reason=True, conditions=conditions(("One", False), ("Two", True), ("Three", False))
    )
    with pytest.raises(Blocked) as refusal:
        make(move, body, by=person, reason=" \n ")
    assert refusal.value.reasons == [
        "You cannot use “Verify” while this is not verified yet.",
        "One",
        "Three",
        "Enter a reason. It is kept in the journal.",
    ]
    assert str(refusal.value) == " ".join(refusal.value.reasons)
    assert type(refusal.value) is Blocked


def test_refusal_of_person_hides_other_reasons(body, person):
    move = a_move(may=nobody, who="the head", sources=("verified",), conditions=conditions(("Secret", False)))
    with pytest.raises(NotAllowed) as refusal:
        make(move, body, by=person)
    assert refusal.value.reasons == ["Only the head can do this: Verify."]


def test_permission_and_conditions_are_checked_on_locked_row(body, person):
    change(Stakeholder.objects.get(pk=body.pk), short_name="Fresh")
    seen = []

    def may(user, record):
        seen.append((user, record.short_name))
        return True

    def look(record):
        seen.append(record.short_name)
        return []

    make(a_move(may=may, conditions=look), body, by=person)
    assert seen == [(person, "Fresh"), "Fresh"]


def test_failure_rolls_move_back(body, person):
    def fail(row):
        Stakeholder.objects.filter(pk=row.pk).update(about="Half done")
        raise Blocked("It cannot be.")

    with pytest.raises(Blocked):
        make(a_move(), body, by=person, change=fail)
    body.refresh_from_db()
    assert (body.state, body.about, entries(body)) == ("registered", "", [])


def test_move_that_cannot_be_journalled_is_rolled_back(body, person, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the journal is full")

    monkeypatch.setattr(workflow.verbs, "journal", fail)
    with pytest.raises(RuntimeError):
        make(a_move(), body, by=person)
    body.refresh_from_db()
    assert body.state == "registered"


@pytest.mark.django_db(transaction=True)
def test_row_is_locked_during_change():
    body, person = make_stakeholder(state="registered"), make_user()

    def take_lock():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM consultations_stakeholder WHERE id = %s FOR UPDATE NOWAIT", [body.pk])
        finally:
            connections.close_all()

    def from_elsewhere(row):
        with ThreadPoolExecutor(1) as elsewhere, pytest.raises(OperationalError, match="could not obtain lock"):
            elsewhere.submit(take_lock).result()

    assert make(a_move(), body, by=person, change=from_elsewhere).state == "verified"
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(take_lock).result()


@pytest.mark.django_db(transaction=True)
def test_foreign_key_reference_does_not_block():
    """A foreign key check of a session that holds the journal lock must not deadlock with make()."""
    body, found = make_stakeholder(state="registered"), []

    def check_the_key():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM consultations_stakeholder WHERE id = %s FOR KEY SHARE NOWAIT", [body.pk])
                return cursor.fetchone()
        finally:
            connections.close_all()

    def from_elsewhere(row):
        with ThreadPoolExecutor(1) as elsewhere:
            found.append(elsewhere.submit(check_the_key).result())

    make(a_move(), body, by=make_user(), change=from_elsewhere)
    assert found == [(1,)]


@pytest.mark.django_db(transaction=True)
def test_concurrent_move_wins_once():
    body = make_stakeholder(state="registered")
    people = [make_user(), make_user()]

    def settle(person):
        try:
            return make(a_move(), body, by=person).state
        except Blocked as refusal:
            return refusal.reasons
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as both:
        outcomes = list(both.map(settle, people))
    assert sorted(outcomes, key=str) == [["You cannot use “Verify” while this is verified."], "verified"]
    assert entries(body) == [("verify", "registered", "verified", "")]


# --- Verbs and refusals -------------------------------------------------------------------------------------------


@verb
def inner(record, *, by, reason=""):
    Stakeholder.objects.filter(pk=record.pk).update(about="inner was here")
    raise Blocked(["First.", "Second."])


@verb
def outer(record, *, by, reason=""):
    Stakeholder.objects.filter(pk=record.pk).update(short_name="outer was here")
    journal("step", record, by=by)
    return inner(record, by=by, reason="inner reason")


@verb
def lenient(record, *, by):
    Stakeholder.objects.filter(pk=record.pk).update(short_name="lenient was here")
    try:
        inner(record, by=by)
    except Blocked as refusal:
        return refusal.reasons


def test_refusal_is_logged_despite_rollback(body, person):
    with pytest.raises(Blocked):
        inner(body, by=person, reason="Please.")
    body.refresh_from_db()
    assert body.about == ""
    assert entries(body) == []
    assert last_refusal(body) == (person, "inner", "Please.", ["First.", "Second."])


def test_outermost_verb_logs_refusal(body, person):
    with pytest.raises(Blocked) as refusal:
        outer(body, by=person, reason="outer reason")
    assert refusal.value.reasons == ["First.", "Second."]
    body.refresh_from_db()
    assert (body.short_name, body.about) == ("", "")
    assert [(entry.details["verb"], entry.reason) for entry in refusals(body)] == [("outer", "outer reason")]
    assert entries(body) == []


def test_verb_can_handle_refusal_of_inner_verb(body, person):
    assert lenient(body, by=person) == ["First.", "Second."]
    body.refresh_from_db()
    assert (body.short_name, body.about) == ("lenient was here", "")
    assert refusals() == []
    with pytest.raises(Blocked):  # and the next refusal is an outermost one again
        inner(body, by=person)
    assert [entry.details["verb"] for entry in refusals(body)] == ["inner"]


def test_unexpected_error_is_no_refusal(body, person):
    @verb
    def stumble(record, *, by):
        Stakeholder.objects.filter(pk=record.pk).update(about="half done")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stumble(body, by=person)
    body.refresh_from_db()
    assert (body.about, entries(body)) == ("", [])


def test_refusal_without_record_is_logged_for_person(person):
    @verb
    def begin(words, *, by):
        demand(False, who="the head", to="Begin")

    with pytest.raises(NotAllowed) as refusal:
        begin("words", by=person)
    assert refusal.value.reasons == ["Only the head can do this: Begin."]
    assert last_refusal(person) == (person, "begin", "", refusal.value.reasons)
    with pytest.raises(NotAllowed):
        begin("words", by=AnonymousUser())
    assert len(refusals()) == 1  # nobody, about nothing
    assert Event.objects.count() == 0


def test_decorated_verb_keeps_name_and_docstring():
    assert (inner.__name__, inner.__wrapped__.__name__) == ("inner", "inner")


def test_conflict_contains_current_value(body):
    conflict = Conflict(body)
    assert conflict.theirs is body
    assert conflict.reasons == ["Someone changed this since you opened it. Both texts are shown and nothing is lost."]


# --- Time -----------------------------------------------------------------------------------------------------------


def test_replayed_event_has_past_time_and_present_recording_time(body, person):
    before = django_timezone.now()
    with replayed_at(AUTUMN_2017):
        assert workflow.now() == AUTUMN_2017
        make(a_move(), body, by=person)
    event = Event.objects.about(body).get()
    assert event.at == AUTUMN_2017
    assert before <= event.recorded_at <= django_timezone.now()
    assert event.hash == event.computed_hash()


def test_replay_ends_after_exception(db):
    with replayed_at(AUTUMN_2017):
        with replayed_at(AUTUMN_2017 + timedelta(days=1)), pytest.raises(ZeroDivisionError):
            raise ZeroDivisionError
        assert workflow.now() == AUTUMN_2017
    with time_machine.travel(AUTUMN_2017 + timedelta(days=900), tick=False):
        assert workflow.now() == AUTUMN_2017 + timedelta(days=900)


def test_replay_clock_is_thread_local():
    with replayed_at(AUTUMN_2017), ThreadPoolExecutor(1) as elsewhere:
        assert elsewhere.submit(workflow.now).result() != AUTUMN_2017


def test_exact_deadline_is_in_time():
    deadline, moment = AUTUMN_2017, timedelta(microseconds=1)
    assert [deadline_passed(deadline, deadline + step) for step in (-moment, 0 * moment, moment)] == [
        False,
        False,
        True,
    ]
    with replayed_at(deadline):
        assert not deadline_passed(deadline)
    with replayed_at(deadline + moment):
        assert deadline_passed(deadline)
    assert deadline_passed(None) is False


def test_deadline_is_same_instant_in_every_time_zone():
    nairobi = timezone(timedelta(hours=3))
    assert not deadline_passed(AUTUMN_2017, AUTUMN_2017.astimezone(nairobi))
    assert deadline_passed(AUTUMN_2017.astimezone(nairobi), AUTUMN_2017 + timedelta(microseconds=1))


# --- What is open ---------------------------------------------------------------------------------------------------


def test_open_moves_depend_on_person_and_state(body, person):
    moves = table(
        a_move(verb="ready", label="Ready", conditions=conditions(("Done", True))),
        a_move(verb="waiting", label="Waiting", conditions=conditions(("Done", True), ("One", False), ("Two", False))),
        a_move(verb="elsewhere", sources=("verified",)),
        a_move(verb="forbidden", may=nobody),
    )
    assert list(moves) == ["ready", "waiting", "elsewhere", "forbidden"]
    found = moves_open_to(moves, body, person)
    assert [(each.move.verb, each.ready, each.reasons) for each in found] == [
        ("ready", True, []),
        ("waiting", False, ["One", "Two"]),
    ]
    assert moves_open_to(moves, make_stakeholder(state="refused"), person) == []


def test_way_back_is_the_ready_undoing_move_to_the_state_before(body):
    person = make_user()
    moves = table(
        a_move(verb="onward", target="refused"),
        a_move(verb="to_another", target="registered", undoes=True),
        a_move(verb="forbidden", target="refused", undoes=True, may=nobody),
        a_move(verb="waiting", target="refused", undoes=True, conditions=conditions(("One", False))),
        a_move(verb="undo", target="refused", undoes=True),
    )
    assert way_back(moves, body, person, to="refused").verb == "undo"
    assert way_back(moves, body, person, to="verified") is None
    del moves["undo"]
    assert way_back(moves, body, person, to="refused") is None


def test_needs_list_each_condition_once_then_next_move(body):
    moves = table(
        a_move(verb="one", label="One", who="the head", conditions=conditions(("Same", False), ("Met", True))),
        a_move(verb="two", label="Two", who="the secretariat", conditions=conditions(("Same", False))),
        a_move(
            verb="three", label="Three", who="the head", grave=True, conditions=conditions(("Not worked for", False))
        ),
        a_move(verb="elsewhere", label="Elsewhere", who="nobody", sources=("verified",)),
    )
    assert needs_of(moves, body) == [
        Condition("Same", False),
        Condition("Met", True),
        Condition("Next: One, Three. Who: the head", met=False, is_move=True),
        Condition("Next: Two. Who: the secretariat", met=False, is_move=True),
    ]
    assert needs_of(moves, make_stakeholder(state="refused")) == []


def test_journal_names_person(body):
    officer = make_secretariat(name="Achieng’")
    event = journal("note", body, by=officer, data={"on": AUTUMN_2017})
    assert (event.by_name, event.data) == ("Achieng’", {"on": "2017-10-17 06:00:00+00:00"})
    assert journal("note", body, by=None).by_name == "the system"


def test_grave_move_that_mails_anybody_asks_for_the_name(body):
    def effects(record):
        return Consequences(("It ends.",), mails=1, name="A")

    assert a_move(verb="plain", consequences=effects).effects_on(body).typed == ""
    assert a_move(verb="ends", consequences=effects, grave=True).effects_on(body).typed == "A"
    silent = a_move(verb="ends", consequences=lambda record: Consequences(("It ends.",), name="A"), grave=True)
    assert silent.effects_on(body).typed == ""
