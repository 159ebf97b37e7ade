"""Entries of a verb are written together when it ends, so that nobody waits for anything else that it does."""

import pytest
from django.db import transaction

from consultations.models import Event
from consultations.models.journal import JOURNAL_LOCK
from ncm_portal.workflow import Blocked, journal, verb
from tests.database_roles import as_superuser
from tests.factories import make_secretariat, make_stakeholder

pytestmark = pytest.mark.django_db


@pytest.fixture
def body():
    return make_stakeholder()


@pytest.fixture
def person():
    return make_secretariat()


def verbs():
    return list(Event.objects.order_by("number").values_list("verb", flat=True))


@verb
def enter(record, *words, by, then=None):
    for word in words:
        journal(word, record, by=by)
    if then:
        then()


def test_entries_are_written_in_order_with_numbers_that_follow(body, person):
    enter(body, "first", "second", by=person)
    enter(body, "third", by=person)
    rows = list(Event.objects.order_by("number"))
    assert [row.verb for row in rows] == ["first", "second", "third"]
    assert [row.number for row in rows] == list(range(rows[0].number, rows[0].number + 3))
    assert [row.previous_hash for row in rows[1:]] == [row.hash for row in rows[:-1]]
    assert all(row.hash == row.computed_hash() for row in rows)


def test_entry_of_a_verb_has_its_number_after_the_verb(body, person):
    entries = []
    enter(body, by=person, then=lambda: entries.append(journal("noted", body, by=person)))
    assert entries[0].number == Event.objects.get().number


def test_entries_are_read_within_their_verb(body, person):
    read = []
    enter(body, "first", by=person, then=lambda: read.extend(verbs()))
    assert read == verbs() == ["first"]


def test_inner_verbs_write_with_the_outermost(body, person):
    enter(body, "outer", by=person, then=lambda: enter(body, "inner", by=person))
    assert verbs() == ["outer", "inner"]


def test_entries_of_a_refused_inner_verb_are_left_out(body, person):
    def refuse():
        raise Blocked("Not now.")

    def try_it():
        with pytest.raises(Blocked):
            enter(body, "refused", by=person, then=refuse)

    enter(body, "before", by=person, then=try_it)
    assert verbs() == ["before"]


def test_entries_rolled_back_with_a_savepoint_are_left_out(body, person):
    def undo():
        with transaction.atomic():
            enter(body, "undone", by=person)
            transaction.set_rollback(True)
        enter(body, "after", by=person)

    enter(body, "before", by=person, then=undo)
    assert verbs() == ["before", "after"]


def test_failed_verb_leaves_no_entry_for_the_next(body, person):
    def fail():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        enter(body, "failed", by=person, then=fail)
    enter(body, "next", by=person)
    assert verbs() == ["next"]


@pytest.mark.django_db(transaction=True)
def test_others_can_write_while_a_verb_is_still_working(body, person):
    free = []

    def look():
        with as_superuser() as cursor:
            free.append(cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [JOURNAL_LOCK]).fetchone()[0])

    enter(body, "first", by=person, then=look)
    with transaction.atomic():
        journal("outside any verb", body, by=person)
        look()
    assert free == [True, False]


def test_entry_written_by_reading_survives_the_savepoint_in_which_it_was_read(body, person):
    def read_and_undo():
        with transaction.atomic():
            assert verbs() == ["before"]
            enter(body, "undone", by=person)
            assert verbs() == ["before", "undone"]
            transaction.set_rollback(True)

    enter(body, "before", by=person, then=read_and_undo)
    assert verbs() == ["before"]
    assert Event.objects.get().hash == Event.objects.get().computed_hash()
