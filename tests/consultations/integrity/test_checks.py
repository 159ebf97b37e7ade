"""Integrity checks of texts, sums and files: altered ones are found, others are not."""

import hashlib
import os
import uuid
from datetime import timedelta

import pgtrigger
import pytest

from consultations.integrity import files, hashes, tallies
from consultations.models import Attachment, DayTally, ObjectiveTally, StakeholderName, Tally, UnsplitInput
from ncm_portal import workflow
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("by_owner")]


@pytest.fixture(autouse=True)
def place(settings, tmp_path, monkeypatch):
    """Folder for files without recent uploads."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(files, "UNDER_WAY", -60)
    return tmp_path


def records(check):
    return [finding.record for finding in check()]


def behind_the_triggers(record, **fields):
    with pgtrigger.ignore():
        type(record)._base_manager.filter(pk=record.pk).update(**fields)


# --- Words ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def sent():
    """Sent input with an objective and a file."""
    made = factories.make_submission(title="Fees", body="Fees are too high.")
    made.provisions.add(factories.make_provision())
    factories.make_attachment(made)
    return factories.send(made)


@pytest.mark.parametrize(
    "change",
    [{"body": "Fees are too hign."}, {"title": "fees"}, {"audience": "members"}, {"content_sha256": "0" * 64}],
)
def test_input_differing_from_receipt_is_detected(sent, change):
    factories.make_submission(state="accepted")
    assert records(hashes.check) == []
    behind_the_triggers(sent, **change)
    assert records(hashes.check) == [f"consultations.submission:{sent.pk}"]


def test_input_hash_covers_objectives_and_file_names(sent):
    behind_the_triggers(sent.attachments.get(), name="other.pdf")
    assert len(records(hashes.check)) == 1
    behind_the_triggers(sent.attachments.get(), name="letter.pdf")
    sent.provisions.clear()
    assert len(records(hashes.check)) == 1


def test_returned_input_being_edited_is_no_finding(sent):
    returned = factories.walk(
        sent, "returned", state_reason="Say more.", decided_at=workflow.now(), decided_by=sent.author
    )
    factories.change(returned, body="Fees are far too high.")
    assert records(hashes.check) == []


def test_journalled_renaming_of_organisation_is_no_finding(sent):
    body = sent.stakeholder
    before = body.name
    factories.change(body, name="Renamed (sample)")
    assert len(records(hashes.check)) == 1
    workflow.journal("edit", body, by=sent.author, data={"changed": {"name": [before, "Renamed (sample)"]}})
    assert records(hashes.check) == []
    factories.change(body, name="Renamed again (sample)")
    assert records(hashes.check) == []


def test_dated_name_of_organisation_is_no_finding(sent):
    StakeholderName.objects.create(stakeholder=sent.stakeholder, name=sent.stakeholder.name, valid_from="2010-01-01")
    factories.change(sent.stakeholder, name="Renamed (sample)")
    assert records(hashes.check) == []


# --- Sums -----------------------------------------------------------------------------------------------------------


def test_wrong_counts_are_reported_with_both_values(sent):
    factories.make_point(sent, state="validated")
    assert records(tallies.check) == []
    row = Tally.objects.get()
    factories.change(row, inputs=2)
    [finding] = tallies.check()
    assert finding.record == f"consultations.tally:{row.pk}"
    assert finding.words.endswith(
        "the sum says 2 inputs, 1 points, 0 on file for everyone, 0 for members; "
        "there are 1 inputs, 1 points, 0 on file for everyone, 0 for members"
    )
    row.delete()
    [finding] = tallies.check()
    assert "the sum says 0 inputs, 0 points, 0 on file for everyone" in finding.words
    factories.bring(sent, "accepted")
    row = Tally.objects.get()
    factories.change(row, public=0, members=1)
    [finding] = tallies.check()
    assert finding.words.endswith("1 on file for everyone, 0 for members")


def test_list_of_inputs_without_points_is_compared(sent):
    factories.bring(sent, "accepted")
    assert records(tallies.check) == []
    UnsplitInput.objects.update(submitted_at=sent.submitted_at - timedelta(days=1))
    assert records(tallies.check) == [f"consultations.unsplitinput:{sent.pk}"]
    UnsplitInput.objects.all().delete()
    [finding] = tallies.check()
    assert finding.words.endswith("the sum says 0 inputs; there are 1")
    factories.make_point(sent)
    assert records(tallies.check) == []
    UnsplitInput.objects.create(submission=sent, submitted_at=sent.submitted_at)
    assert records(tallies.check) == [f"consultations.unsplitinput:{sent.pk}"]


def test_wrong_counts_by_day_and_objective_are_reported(sent):
    sent.provisions.set([factories.make_provision("GCM-02", theme=sent.theme)])
    assert records(tallies.check) == []
    day, objective = DayTally.objects.get(), ObjectiveTally.objects.get()
    factories.change(day, inputs=3)
    objective.delete()
    first, second = tallies.check()
    assert (first.record, first.words.partition(": ")[2]) == (
        f"consultations.daytally:{day.pk}", "the sum says 3 inputs; there are 1",
    )  # fmt: skip
    assert (second.record, second.words.partition(": ")[2]) == (
        "consultations.objectivetally:", "the sum says 0 inputs; there are 1",
    )  # fmt: skip


# --- Files ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def stored(sent):
    """An attachment and a document."""
    return [sent.attachments.get(), factories.make_forum_file(factories.make_forum())]


def test_unchanged_files_are_not_reported(stored):
    assert records(files.check) == []


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda path: path.write_bytes(b"%PDF-1.8"), "Its file was altered, its SHA-256 is another one: "),
        (lambda path: path.write_bytes(b"%PDF-1.7 "), "Its file has 9 bytes instead of 8: "),
        (lambda path: path.unlink(), "Its file is missing: "),
        (lambda path: (path.unlink(), path.mkdir()), "Its file is missing: "),
        (lambda path: (path.unlink(), os.mkfifo(path)), "Its file is missing: "),
    ],
)
def test_altered_or_missing_file_is_reported_with_record(stored, place, which, harm, words):
    record = stored[which]
    harm(record.path)
    findings = [each for each in files.check() if not each.record.startswith("file:")]
    assert [each.record for each in findings] == [f"{record._meta.label_lower}:{record.pk}"]
    assert findings[0].words == f"{words}{record.path.relative_to(place)}"


def test_optional_file_may_be_missing_but_not_altered(sent):
    file = sent.attachments.get()
    factories.walk(file, "removed")
    assert records(files.check) == []
    file.path.write_bytes(b"%PDF-1.8")
    assert records(files.check) == [f"consultations.attachment:{file.pk}"]
    file.path.unlink()
    assert records(files.check) == []


def test_orphan_file_is_reported_unless_recent(stored, place, monkeypatch):
    (place / "attachments" / "ab").mkdir(exist_ok=True)
    (place / "attachments" / "ab" / "stray").write_bytes(b"?")
    assert records(files.check) == ["file:attachments/ab/stray"]
    monkeypatch.setattr(files, "UNDER_WAY", 60)
    assert records(files.check) == []


def test_unfinished_upload_is_no_orphan(sent, place):
    file = Attachment.objects.create(
        submission=sent, name="b.pdf", size=8, stored_as=uuid.uuid4().hex, uploaded_by=sent.author
    )
    file.path.parent.mkdir(exist_ok=True)
    file.path.with_suffix(".part").write_bytes(b"%PDF")
    assert records(files.check) == []


def test_row_changed_during_check_is_read_again(stored):
    """A later scan replaces an earlier one after its row was read."""
    as_read, kind = stored[1], files.OWN[1]
    data = b"another scan"
    as_read.path.write_bytes(data)
    assert not files._is_settled(kind, as_read, "Its file was altered")
    behind_the_triggers(as_read, size=len(data), sha256=hashlib.sha256(data).hexdigest())
    assert files._is_settled(kind, as_read, "Its file was altered")
    as_read.path.write_bytes(b"a forged one")
    assert not files._is_settled(kind, as_read, "Its file was altered")


def test_check_reports_number_of_files(stored):
    told = []
    list(files.check(progress=lambda done, total: told.append((done, total))))
    assert told == [(2, 2)]
