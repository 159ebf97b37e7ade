"""Commitments and salts of journal entries, and erasing texts while the chain still verifies."""

import hashlib
import hmac
import json
import threading

import pgtrigger
import pytest
from django.db import DatabaseError, connection, transaction

from consultations.integrity import journal as integrity
from consultations.journal_entries import FIRST_HASH, FORMAT
from consultations.models import Event, Salt, User
from consultations.models.commitments import CommittedWords, committed_together, committed_words, subject_of
from consultations.queries import journal
from ncm_portal import workflow
from ncm_portal.workflow import Blocked, verb
from tests import factories

pytestmark = pytest.mark.django_db
TABLE = Event._meta.db_table


def plain(value):
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def sha256(value):
    return hashlib.sha256(plain(value).encode()).hexdigest()


@pytest.fixture
def body():
    return factories.make_stakeholder("Turkana Women's Network (sample)")


@pytest.fixture
def officer():
    return factories.make_secretariat(name="Ng'ang'a wa Njoroge")


# --- The form -----------------------------------------------------------------------------------------------------


def test_entry_hash_matches_documentation(body, officer):
    """Computed by hand from the description in the archive's README, not by the code under test."""
    workflow.journal("first", body, by=officer)
    event = workflow.journal("note", body, by=officer, before="new", after="old", reason="a\r\nb", data={"n": 1e16})
    event = Event.objects.get(pk=event.pk)
    salts = {(salt.kind, salt.object_id): salt for salt in Salt.objects.all()}
    own, person = salts["consultations.stakeholder", str(body.pk)], salts["consultations.user", str(officer.pk)]

    def committed(salt, name, value):
        return [salt.pk, hmac.new(bytes(salt.value), f"{name}\0{plain(value)}".encode(), "sha256").hexdigest()]

    assert event.commitments == {
        "object_label": committed(own, "object_label", body.name),
        "by_name": committed(person, "by_name", officer.name),
        "reason": committed(own, "reason", "a\nb"),
        "data": committed(own, "data", {"n": 10**16}),
    }
    micros = [round(moment.timestamp() * 1_000_000) for moment in (event.at, event.recorded_at)]
    content = {"format": 2, "kind": "consultations.stakeholder", "object_id": str(body.pk), "verb": "note"}
    content |= {"before": "new", "after": "old", "by": officer.pk, "at": micros[0], "recorded_at": micros[1]}
    assert event.digest == sha256(content | {"commitments": event.commitments})
    first = Event.objects.get(number=1)
    assert (first.previous_hash, event.previous_hash) == (FIRST_HASH, first.hash)
    assert event.hash == sha256([2, 2, first.hash, event.digest])


def test_empty_texts_have_no_commitment(body):
    event = workflow.journal("note", body, by=None)
    assert sorted(event.commitments) == ["by_name", "object_label"]
    assert {salt for salt, _code in event.commitments.values()} == {Salt.objects.get().pk}  # the system has none


@pytest.mark.parametrize("value", [1e16, -0.0, 1e-7, 0.1, 1.0, 12345678901234567890.5, 5e-324, {"deep": [1.5e300]}])
def test_numbers_are_hashed_as_stored(body, value):
    workflow.journal("note", body, by=None, data={"value": value})
    assert integrity.verdict().complaint == ""


def test_record_has_single_salt(body, officer):
    for _turn in range(3):
        workflow.journal("note", body, by=officer)
    assert Salt.objects.count() == 2
    assert len({bytes(salt.value) for salt in Salt.objects.all()}) == 2


def test_salts_of_many_entries_take_one_query(django_assert_num_queries, officer):
    bodies = [factories.make_stakeholder() for _turn in range(30)]
    with django_assert_num_queries(4):  # the salts, the end of the chain, the keys, COPY
        Event.objects.record_many("note", bodies, by=officer)
    assert Salt.objects.count() == 31
    assert integrity.verdict().complaint == ""


def test_texts_of_many_records_are_those_of_each(officer):
    """A value that all share is prepared once, and the order of the records is kept."""
    inputs = [factories.make_submission(title=f"No. {turn}", body="One text") for turn in range(4)]
    inputs.append(factories.make_submission(state="draft", title="Not sent"))
    for records in (inputs, inputs[::-1], [Salt(pk=1), Salt(pk=2)]):
        together = committed_together(records)
        assert together == [CommittedWords(subject_of(each), committed_words(each) or {}) for each in records]


def test_commitment_costs_one_query_per_action(django_assert_num_queries, body, officer):
    @verb
    def twice(record, *, by):
        workflow.journal("one", record, by=by)
        workflow.journal("two", record, by=by)

    with django_assert_num_queries(4):  # savepoint, salts, lock and insert, release
        twice(body, by=officer)


def test_salt_rolled_back_by_savepoint_is_created_again(body, officer):
    """Otherwise an entry would commit with a missing salt, and its text would count as erased."""

    @verb
    def act(record, *, by):
        @verb
        def refused(record, *, by):
            workflow.journal("one", record, by=by)
            raise Blocked("No.")

        with pytest.raises(Blocked):
            refused(record, by=by)
        workflow.journal("two", record, by=by)

    act(body, by=officer)
    assert {known[0] for known in Event.objects.get().commitments.values()} == set(
        Salt.objects.values_list("pk", flat=True)
    )
    assert integrity.verdict().complaint == ""


# --- Erasing ------------------------------------------------------------------------------------------------------


def refused(sql, words):
    with pytest.raises(DatabaseError, match=words), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def erase(record, by):
    """Do what an erasing verb does: an entry that lists the salts, then delete salts and texts."""
    gone = list(Salt.objects.filter(kind=record._meta.label_lower, object_id=record.pk).values_list("pk", flat=True))
    Event.objects.record("erase", record, by=by, reason="Section 40, at request", erases=gone)
    Salt.objects.filter(pk__in=gone).delete()
    for word, blank in {"object_label": "", "by_name": "", "reason": "", "data": {}}.items():
        Event.objects.filter(**{f"commitments__{word}__0__in": gone}).update(**{word: blank})
    return gone


def test_erased_text_keeps_chain_valid(body, officer):
    workflow.journal("note", body, by=officer, reason="Something personal", data={"name": "A. Person"})
    other = workflow.journal("note", officer, by=None, reason="Another record")
    erase(body, officer)
    first, second, last = Event.objects.order_by("number")
    assert (first.object_label, first.reason, first.data, first.by_name) == ("", "", {}, officer.name)
    assert (second.reason, last.reason) == (other.reason, "Section 40, at request")
    assert last.commitments["erases"] == [first.commitments["reason"][0]]
    assert integrity.verdict() == (3, last.hash, "")


def test_erasing_person_removes_only_their_name_from_entries_of_others(body, officer):
    head = factories.make_head(name="Somebody Else")
    workflow.journal("note", body, by=officer, reason="Words of the record")
    erase(User.objects.get(pk=officer.pk), head)
    assert Event.objects.values_list("by_name", "reason").get(number=1) == ("", "Words of the record")
    assert integrity.verdict().complaint == ""


def test_salt_can_be_deleted_only_after_erasure_entry(body, officer):
    workflow.journal("note", body, by=officer)
    refused("DELETE FROM consultations_salt", "no entry of the journal erases salt")
    own = Salt.objects.get(kind="consultations.stakeholder")
    Event.objects.record("erase", officer, by=None, erases=[own.pk])  # about another record
    Event.objects.record("note", body, by=None, erases=[own.pk])  # another verb
    refused(f"DELETE FROM consultations_salt WHERE id = {own.pk}", "no entry of the journal erases salt")


@pytest.mark.usefixtures("by_owner")
@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE consultations_salt SET value = decode('00', 'hex')", "Cannot update rows from consultations_salt"),
        ("TRUNCATE consultations_salt", "Cannot truncate consultations_salt"),
    ],
)
def test_salts_never_change(body, sql, words):
    workflow.journal("note", body, by=None)
    refused(sql, words)


@pytest.mark.usefixtures("by_owner")
@pytest.mark.parametrize(
    "change",
    [
        "reason = 'other words'",
        "reason = ''",  # in the fourth entry only: in the others too the salt of the label is there
        "verb = ''",
        "reason = '', verb = 'x'",
        "number = 9",
        "commitments = '{}'",
        "by_id = NULL",
        "object_label = '', by_name = ''",
    ],
)
def test_only_erased_text_may_change_in_entry(body, officer, change):
    workflow.journal("note", body, by=officer, reason="Words")
    refused(f"UPDATE {TABLE} SET {change}", f"Cannot update or delete rows from {TABLE}")
    erase(body, officer)
    workflow.journal("note", body, by=officer, reason="Newer words under a new salt")
    refused(f"UPDATE {TABLE} SET {change} WHERE number = 3", f"Cannot update or delete rows from {TABLE}")
    refused(f"DELETE FROM {TABLE} WHERE number = 1", f"Cannot update or delete rows from {TABLE}")
    assert integrity.verdict().complaint == ""


@pytest.mark.usefixtures("by_owner")
def test_salt_deleted_without_entry_is_detected(body, officer):
    event = workflow.journal("note", body, by=officer)
    with pgtrigger.ignore("consultations.Salt:erased_by_entry"):
        Salt.objects.filter(kind="consultations.user").delete()
    complaint = (
        f"entry 1 was changed after it was written ({event})"  # its name stands, and nobody can tell whether as it was
    )
    assert integrity.verdict().complaint == complaint
    Event.objects.update(by_name="")
    gone = event.commitments["by_name"][0]
    assert integrity.verdict().complaint == f"salt {gone} of entry 1 is gone, and no entry erases it ({event})"


@pytest.mark.usefixtures("by_owner")
def test_restored_erased_text_is_detected(body, officer):
    workflow.journal("note", body, by=officer, reason="Words")
    erase(body, officer)
    with pgtrigger.ignore("consultations.Event:append_only"):
        Event.objects.filter(number=1).update(reason="Other words")
    assert "entry 1 was changed after it was written" in integrity.verdict().complaint


# --- Entries of the old form --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("by_owner")
def test_old_format_entries_are_unchanged(body, officer):
    factories.make_old_entries(body, 3, by=officer)
    assert integrity.verdict().complaint == ""
    event = workflow.journal("note", body, by=officer)
    assert (event.number, event.format) == (4, FORMAT)
    assert event.previous_hash == Event.objects.get(number=3).hash
    assert integrity.verdict() == (4, event.hash, "")
    refused(f"UPDATE {TABLE} SET reason = '' WHERE number = 1", f"Cannot update or delete rows from {TABLE}")
    with pgtrigger.ignore("consultations.Event:append_only"):
        Event.objects.filter(number=2).update(reason="forged")
    assert "entry 2 was changed after it was written" in integrity.verdict().complaint


# --- Several writers ----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_writers_of_entries_on_one_new_record_wait_only_at_end_of_chain():
    """Each creates a salt while the other's is not visible: two salts for one record are valid."""
    body, failures = factories.make_stakeholder(), []
    both = threading.Barrier(2, timeout=10)

    def write():
        try:
            with transaction.atomic():
                salts = Salt.objects.of([("consultations.stakeholder", str(body.pk))])
                both.wait()  # both made one, neither has committed
                assert len(salts) == 1
                workflow.journal("note", body, by=None)
        except Exception as error:  # a thread's failure is the test's
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _turn in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failures == []
    assert Salt.objects.count() == 2
    assert integrity.verdict()[0::2] == (2, "")


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_all_entries_are_checked_with_small_chunks(body, officer, monkeypatch, size):
    for reason in ("One.", "Two.", "Three."):
        workflow.journal("note", body, by=officer, reason=reason)
    last = Event.objects.latest("number")
    monkeypatch.setattr(journal, "CHUNK", size)
    monkeypatch.setattr(journal, "ENTRIES", journal.ENTRIES.replace("LIMIT 2000", f"LIMIT {size}"))
    monkeypatch.setattr(journal, "FEW", 2)
    assert [entry.number for chunk in journal._chunks() for entry in chunk] == list(range(1, last.number + 1))
    verdict = integrity.verdict()
    assert (verdict.checked, verdict.last_hash, verdict.complaint) == (last.number, last.hash, "")


def test_entry_with_many_records_forms_its_own_chunk(body, officer, monkeypatch):
    workflow.journal("note", body, by=officer, reason="One.")
    workflow.journal("correct_name", body, by=officer, commits=[body])
    monkeypatch.setattr(journal, "CHUNK", 2)
    assert [[entry.verb for entry in chunk] for chunk in journal._chunks()][-1][-1] == "correct_name"
    assert all(len(chunk) <= 2 for chunk in journal._chunks())
