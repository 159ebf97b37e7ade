"""Answers by letter: typed by one officer with a scan, and counted after countersigning by another."""

import errno
import os
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from consultations.models import Event
from consultations.uploads.disk_space import NoRoom
from ncm_portal.workflow import Blocked, NotAllowed, now
from positions import workflow
from positions.models import AnswerByLetter
from tests.factories import change, make_secretariat
from tests.made_files import pdf
from tests.paper_factories import make_letter, reword
from tests.positions.clearing import make_text

pytestmark = pytest.mark.django_db
SCAN = pdf()


@pytest.fixture
def text(settings, tmp_path):
    """Create a text in clearance and a folder for scans."""
    settings.MEDIA_ROOT = tmp_path / "media"
    made = make_text()
    workflow.request_clearance(made.paper, by=made.secretariat, due_at=now() + timedelta(days=60))
    made.asked = made.paper.clearances.get(ministry=made.one)
    made.second_officer = make_secretariat()
    return made


def typed(text, **more):
    lines = {
        text.first: {"value": "object", "reason": "It binds us.", "proposed_text": "Kenya considers one thing."},
        text.second: {"value": "agree"},
    }
    fields = {"reference": "MoL/7/1", "received_on": now().date(), "signed_by": "The Principal Secretary", **more}
    return workflow.type_answer(text.asked, by=text.secretariat, **{"lines": lines, **fields})


def scanned(text, letter, data=SCAN):
    return workflow.add_scan(letter, by=text.secretariat, name="../Letter of the PS.pdf", data=data)


def test_letter_counts_after_second_officer_countersigned(text):
    letter = typed(text)
    assert set(text.asked.stances.values_list("value", flat=True)) == {""}  # typed is not said
    with pytest.raises(Blocked) as refusal:
        workflow.countersign_answer(letter, by=text.second_officer)
    assert refusal.value.reasons == ["The scan of the letter is missing"]
    letter = scanned(text, letter)
    assert (letter.scan_name, letter.scan_type) == ("Letter of the PS.pdf", "application/pdf")
    assert letter.path.read_bytes() == SCAN
    with pytest.raises(NotAllowed):
        workflow.countersign_answer(letter, by=text.secretariat)
    with pytest.raises(NotAllowed):
        workflow.countersign_answer(letter, by=text.officer_one)
    counted = workflow.countersign_answer(letter, by=text.second_officer)
    assert (counted.state, counted.decided_by) == ("counted", text.second_officer)
    stances = text.asked.stances.filter(replaced_at=None).values_list("value", "proposed_text", "letter", "by")
    assert set(stances) == {
        ("object", "Kenya considers one thing.", letter.pk, text.second_officer.pk),
        ("agree", "", letter.pk, text.second_officer.pk),
    }
    text.asked.refresh_from_db()
    assert text.asked.state == "answered"
    assert Event.objects.about(text.asked).last().verb == "answer_by_letter"


def test_refused_letter_lists_all_reasons_and_stores_nothing(text):
    lines = {text.first: {"value": "object"}, text.opening: {"value": "agree"}}
    with pytest.raises(Blocked) as refusal:
        typed(text, lines=lines, received_on=now().date() + timedelta(days=2))
    assert refusal.value.reasons == [
        "The date must be today or in the past.",
        "Enter a reason: the drafters need it.",
        "An objection must propose wording: enter wording that your ministry could clear.",
        "This paragraph is outside your ministry's mandate.",
    ]
    with pytest.raises(Blocked, match="at least one paragraph"):
        typed(text, lines={})
    with pytest.raises(NotAllowed):
        workflow.type_answer(
            text.asked, by=text.officer_one, reference="", received_on=now().date(), signed_by="", lines={}
        )
    assert not AnswerByLetter.objects.exists()


def test_letter_about_outdated_wording_does_not_count(text):
    letter = scanned(text, typed(text))
    reword(text.second, "Kenya commits to something else.")
    workflow.reopen_text(text.paper, by=text.secretariat, reason="The words move.")
    assert "This clearance is closed." in refused(letter, text.second_officer)
    workflow.fix_clearance_text(text.paper, by=text.secretariat)
    workflow.request_clearance(text.paper, by=text.secretariat, due_at=now() + timedelta(days=60))
    assert refused(letter, text.second_officer) == [
        "Paragraph 3 has changed since: strike the letter out and type it again."
    ]
    struck = workflow.strike_answer(letter, by=text.secretariat, reason="Typed again.")
    assert (struck.state, struck.decided_by) == ("struck", text.secretariat)
    assert set(text.asked.stances.values_list("value", flat=True)) == {""}


def test_letter_does_not_replace_later_answer_of_ministry(text):
    letter = scanned(text, typed(text))
    workflow.take_stance(text.asked, text.first, by=text.officer_one, value="agree")
    assert refused(letter, text.second_officer) == [
        "The ministry answered paragraph 2 after this letter was typed: strike the letter out, or type it again."
    ]
    assert text.asked.stances.get(paragraph=text.first).value == "agree"
    again = workflow.countersign_answer(scanned(text, typed(text)), by=text.second_officer)
    assert (again.state, text.asked.stances.get(paragraph=text.first).value) == ("counted", "object")


def refused(letter, by):
    with pytest.raises(Blocked) as refusal:
        workflow.countersign_answer(letter, by=by)
    return refusal.value.reasons


def test_invalid_scan_is_refused_and_counted_one_is_kept(text):
    letter = typed(text)
    for data, words in ((b"", "The file is empty"), (b"MZ\x90\x00 a program", "PDF")):
        with pytest.raises(Blocked, match=words):
            scanned(text, letter, data)
    assert not letter.path.exists()
    assert [path.name for path in letter.path.parent.glob("*")] == []
    letter = scanned(text, letter)
    workflow.countersign_answer(letter, by=text.second_officer)
    with pytest.raises(Blocked, match="its scan cannot change"):
        scanned(text, letter)


def test_scan_refused_by_full_disk_leaves_nothing(text, monkeypatch):
    def full(*_given):
        raise OSError(errno.ENOSPC, "No space left on device")

    letter = typed(text)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoRoom):
        scanned(text, letter)
    letter.refresh_from_db()
    assert (letter.scan_sha256, [path.name for path in letter.path.parent.glob("*")]) == ("", [])


def test_partial_answer_by_letter_leaves_rest_open(text):
    letter = make_letter(text.asked, text.second, typed_by=text.secretariat)
    workflow.countersign_answer(scanned(text, letter), by=text.second_officer)
    text.asked.refresh_from_db()
    assert text.asked.state == "requested"
    workflow.take_stance(text.asked, text.first, by=text.officer_one, value="agree")
    text.asked.refresh_from_db()
    assert text.asked.state == "answered"


def test_database_requires_two_officers_and_scan(text):
    letter = make_letter(text.asked, text.second, typed_by=text.secretariat)
    decided = {"state": "counted", "decided_at": now()}
    with pytest.raises(IntegrityError, match="answerbyletter_counted"), transaction.atomic():
        change(letter, decided_by=text.second_officer, **decided)
    with pytest.raises(IntegrityError, match="answerbyletter_two_officers"), transaction.atomic():
        change(letter, decided_by=text.secretariat, scan_sha256="0" * 64, **decided)
