"""Existing records are committed to once on upgrade; records altered since are found."""

from io import StringIO

import pgtrigger
import pytest
from django.core.management import call_command

from consultations import workflow
from consultations.integrity import journal as integrity
from consultations.models import Event, Salt, Submission
from consultations.queries.journal import altered_records
from consultations.workflow import commitments
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("by_owner")]


@pytest.fixture
def old_portal():
    """Records of every state, with entries of journal format 1."""
    inputs = [factories.make_submission(state=state) for state in ("accepted", "submitted", "returned", "set_aside")]
    draft = factories.make_submission(state="draft")
    factories.make_attachment(inputs[0])
    factories.make_point(inputs[0])
    factories.make_old_entries(inputs[0], 3)
    return [*inputs, draft]


def migrate(**options):
    out = StringIO()
    call_command("migrate", stdout=out, **options)
    return out.getvalue().splitlines()[-1]


def test_migrate_commits_to_existing_records_in_one_entry_once(old_portal):
    assert migrate() == "The journal commits to 6 records as they stand now."
    entry = Event.objects.get(number=4)
    assert (entry.verb, entry.data, entry.by) == ("commit_to_records", {"records": 6}, None)
    assert (entry.kind, entry.object_id) == ("consultations.consultation", str(old_portal[0].consultation_id))
    assert {key.split(":")[0] for key in entry.commitments if ":" in key} == {
        "consultations.attachment", "consultations.point", "consultations.submission",
    }  # fmt: skip
    assert migrate(verbosity=1) == "  No migrations to apply."
    assert Event.objects.count() == 4
    assert integrity.verdict() == (4, entry.hash, "")
    assert list(altered_records()) == []


@pytest.mark.parametrize("options", [{"plan": True}, {"check_unapplied": True}])
def test_migrate_plan_writes_no_entry(old_portal, options):
    call_command("migrate", stdout=StringIO(), **options)
    assert not Event.objects.filter(verb="commit_to_records").exists()


def test_no_entry_for_portal_without_records_or_old_entries():
    assert workflow.commit_after_upgrade() == 0
    factories.make_submission()
    assert workflow.commit_after_upgrade() == 0
    assert Event.objects.count() == 0
    assert workflow.commit_to_records() == 1


def test_record_altered_since_upgrade_is_reported(old_portal):
    migrate()
    accepted, _submitted, returned, *_rest, draft = old_portal
    with pgtrigger.ignore():
        Submission.objects.filter(pk__in=[accepted.pk, returned.pk, draft.pk]).update(body="altered")
    what = f"consultations.submission {accepted.pk} does not say what entry 4 of the journal commits to"
    assert list(altered_records()) == [(f"consultations.submission:{accepted.pk}", what, 4)]


def test_editable_text_may_change_but_its_state_may_not(old_portal):
    migrate()
    accepted, _submitted, returned, *_rest = old_portal
    workflow.edit_draft(returned, by=returned.author, body="completed")
    assert list(altered_records()) == []
    with pgtrigger.ignore():
        Submission.objects.filter(pk=accepted.pk).update(state="returned", state_reason="x", body="altered")
    assert [finding.record for finding in altered_records()] == [f"consultations.submission:{accepted.pk}"]


def test_many_records_are_split_into_several_entries(old_portal, monkeypatch):
    monkeypatch.setattr(commitments, "AT_ONCE", 4)
    assert workflow.commit_to_records() == 6
    assert list(Event.objects.filter(format=2).order_by("number").values_list("data", flat=True)) == [
        {"records": 4}, {"records": 2},
    ]  # fmt: skip
    assert list(altered_records()) == []


def test_erased_text_is_no_finding(old_portal):
    migrate()
    record = old_portal[0]
    gone = list(Salt.objects.filter(kind="consultations.submission", object_id=record.pk).values_list("pk", flat=True))
    Event.objects.record("erase", record, by=None, erases=gone)
    Salt.objects.filter(pk__in=gone).delete()
    with pgtrigger.ignore():
        Submission.objects.filter(pk=record.pk).update(body="")
    assert list(altered_records()) == []
    assert integrity.verdict().complaint == ""
