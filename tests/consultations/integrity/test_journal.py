"""Journal: what the database refuses, and what the check finds after tampering."""

import json

import pgtrigger
import pytest
from django.db import DatabaseError, connection, transaction

from consultations.integrity import journal as integrity
from consultations.journal_entries import FIRST_HASH, chain_hash, code_of, message
from consultations.models import Event, Salt
from ncm_portal import workflow
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("by_owner")]
TABLE = Event._meta.db_table


@pytest.fixture
def journal():
    """Five entries about one organisation."""
    stakeholder = factories.make_stakeholder("Turkana Women's Network (sample)")
    by = factories.make_secretariat(name="Ng'ang'a wa Njoroge")
    for turn in range(5):
        data = {"turn": turn, "text": "ni “sawa”", "share": 0.1, "none": None}
        workflow.journal("note", stakeholder, by=by, reason=f"reason {turn}", data=data)
    return list(Event.objects.order_by("number"))


def behind_the_triggers(sql):
    """Run something that only the owner of the tables can do."""
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_an_empty_journal_is_intact():
    assert integrity.verdict() == (0, FIRST_HASH, "")


def test_an_intact_chain_passes(journal):
    assert integrity.verdict() == (5, journal[-1].hash, "")
    assert list(integrity.chain()) == []


@pytest.mark.parametrize("reason", ["Two\r\nlines", "Cafe\u0301", "a\rb"])
def test_reason_is_hashed_as_stored(reason):
    person = factories.make_user()
    workflow.journal("note", person, by=person, reason=reason)
    assert integrity.verdict().complaint == ""


def test_check_reports_number_of_entries(journal):
    told = []
    list(integrity.chain(lambda done, total: told.append((done, total))))
    assert told == [(5, 5)]


@pytest.mark.parametrize(
    "change",
    [
        "reason = 'another reason'",
        "by_name = 'Somebody Else'",
        "by_id = NULL",
        "at = at + interval '1 microsecond'",
        "recorded_at = recorded_at - interval '1 day'",
        "data = data || '{\"turn\": 7}'",
        "after = 'verified'",
        "object_id = '0'",
        "object_label = 'another'",
        "reason = ''",
        "data = '{}'",
        "format = 1, digest = NULL",
        "digest = hash",
        "commitments = commitments - 'reason'",
    ],
)
def test_changed_entry_is_detected(journal, change):
    behind_the_triggers(f"UPDATE {TABLE} SET {change} WHERE number = 3")
    verdict, changed = integrity.verdict(), Event.objects.get(number=3)
    assert verdict == (2, journal[1].hash, f"entry 3 was changed after it was written ({changed})")


def test_all_invalid_entries_are_reported(journal):
    behind_the_triggers(f"UPDATE {TABLE} SET reason = 'x' WHERE number IN (3, 4)")
    assert [finding.record for finding in integrity.chain()] == ["consultations.event:3", "consultations.event:4"]


def test_changed_entry_with_new_hash_is_detected_at_next(journal):
    forged = journal[2].as_entry()._replace(after="verified")
    digest = forged.computed_digest()
    new = chain_hash(3, forged.previous_hash, digest)
    behind_the_triggers(f"UPDATE {TABLE} SET after = 'verified', digest = '{digest}', hash = '{new}' WHERE number = 3")
    complaint = f"entry 4 does not follow from the entry before it ({journal[3]})"
    assert integrity.verdict() == (3, new, complaint)


def test_text_committed_under_other_salt_is_detected(journal):
    """Writing to the salts table does not allow changing texts: the digest covers the commitments."""
    salt = Salt.objects.create(kind=journal[2].kind, object_id=journal[2].object_id, value=b"x" * 32)
    known = json.dumps([salt.pk, code_of(b"x" * 32, message("reason", "forged"))])
    behind_the_triggers(
        f"UPDATE {TABLE} SET reason = 'forged', commitments = jsonb_set(commitments, '{{reason}}', '{known}') WHERE number = 3"
    )
    assert integrity.verdict().complaint == f"entry 3 was changed after it was written ({journal[2]})"


def test_emptied_entry_is_detected(journal):
    behind_the_triggers(f"UPDATE {TABLE} SET kind = '', reason = '', data = '{{}}' WHERE number = 3")
    complaint = "only the hash is left of 1 entries from entry 3 on; 0 may be so"
    assert integrity.verdict() == (2, journal[1].hash, complaint)


@pytest.mark.parametrize(
    ("gone", "complaint"),
    [
        ("number = 1", "entry 1 is missing before entry 2"),
        ("number = 3", "entry 3 is missing before entry 4"),
        ("number IN (2, 3)", "entries 2 to 3 are missing before entry 4"),
    ],
)
def test_removed_entry_is_detected(journal, gone, complaint):
    behind_the_triggers(f"DELETE FROM {TABLE} WHERE {gone}")
    assert integrity.verdict().complaint == complaint


@pytest.mark.parametrize("sql", [f"UPDATE {TABLE} SET reason = 'x' WHERE number = 3", f"DELETE FROM {TABLE}"])
def test_the_database_refuses_to_rewrite_the_journal(journal, sql):
    refused = pytest.raises(DatabaseError, match=f"Cannot update or delete rows from {TABLE}")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert integrity.verdict() == (5, journal[-1].hash, "")
