"""Quotas of files per person and organisation: exact, and refused with the figures."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from consultations import workflow
from consultations.models import Attachment
from ncm_portal.workflow import Blocked
from tests import made_files as made
from tests.factories import make_attachment, make_member, make_secretariat, make_stakeholder, make_submission, send
from tests.pages import words
from tests.sign_in import sign_in
from tests.threads import at_once

MB = 1024 * 1024
REMEDY = "Remove files from drafts you will not send, or ask the secretariat for more space."


@pytest.fixture(autouse=True)
def files_apart(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def body(db):
    return make_stakeholder("Herders' Union")


def draft_of(person, body):
    return make_submission(stakeholder=body, author=person, state="draft")


def begin(draft, by, size=MB):
    return workflow.begin_file(draft, by=by, key=uuid.uuid4(), name="a.pdf", size=size)


def refused(draft, by, size=MB):
    with pytest.raises(Blocked) as refusal:
        begin(draft, by, size)
    return refusal.value.reasons


def test_person_file_limit_counts_all_inputs(body, settings):
    settings.ATTACHMENT_PERSON_QUOTA = (2, 100 * MB)
    person, colleague = make_member(body), make_member(body, "alternate")
    for _turn in range(2):
        begin(draft_of(person, body), person)
    assert refused(draft_of(person, body), person) == ["Your files: 2 of 2. You cannot add more.", REMEDY]
    begin(draft_of(colleague, body), colleague)


def test_person_quota_is_enforced_and_shown(body, settings):
    settings.ATTACHMENT_PERSON_QUOTA = (100, 10 * MB)
    person = make_member(body)
    begin(draft_of(person, body), person, 7 * MB)
    assert refused(draft_of(person, body), person, 4 * MB) == [
        "Your files use 7.0 of 10.0 MB, and this one has 4.0 MB.",
        REMEDY,
    ]
    begin(draft_of(person, body), person, 3 * MB)


def test_organisation_quota_is_shared(body, settings):
    settings.ATTACHMENT_ORGANISATION_QUOTA = (2, 10 * MB)
    first, second, other = make_member(body), make_member(body, "alternate"), make_stakeholder()
    begin(draft_of(first, body), first, 6 * MB)
    assert refused(draft_of(second, body), second, 5 * MB)[0] == (
        "The files of Herders' Union use 6.0 of 10.0 MB, and this one has 5.0 MB."
    )
    begin(draft_of(second, body), second, 4 * MB)
    assert refused(draft_of(first, body), first)[0] == "The files of Herders' Union: 2 of 2. You cannot add more."
    neighbour = make_member(other)
    begin(draft_of(neighbour, other), neighbour)


def test_removed_refused_and_abandoned_files_free_quota(body, settings):
    settings.ATTACHMENT_PERSON_QUOTA = (1, 100 * MB)
    person = make_member(body)
    draft = draft_of(person, body)
    workflow.remove_file(begin(draft, person), by=person)
    data = b"MZ" + bytes(99)
    bad = workflow.receive(begin(draft, person, len(data)), by=person, offset=0, data=data)
    assert workflow.add_file(bad, by=person).state == "refused"
    begin(draft, person)
    Attachment.objects.filter(state="uploading").update(uploaded_at="2020-01-01T00:00Z")
    assert workflow.clear_unfinished() == 1
    begin(draft, person)


def test_removed_submitted_file_counts_towards_quota(body, settings, django_capture_on_commit_callbacks):
    settings.ATTACHMENT_PERSON_QUOTA = (1, 100 * MB)
    person, data = make_member(body), made.pdf()
    draft = draft_of(person, body)
    file = workflow.receive(begin(draft, person, len(data)), by=person, offset=0, data=data)
    file = workflow.add_file(file, by=person)
    returned = send(draft, "returned")
    with django_capture_on_commit_callbacks(execute=True):
        file = workflow.remove_file(file, by=person)
    assert (file.path.exists(), file.received) == (True, len(data))
    assert refused(returned, person)[0] == "Your files: 1 of 1. You cannot add more."


def test_secretariat_scans_do_not_count_towards_quota(body, settings):
    settings.ATTACHMENT_PERSON_QUOTA = settings.ATTACHMENT_ORGANISATION_QUOTA = (1, 100 * MB)
    officer = make_secretariat()
    typed = make_submission(stakeholder=body, entered_by=officer, author=officer, state="submitted", channel="letter")
    for _turn in range(3):
        begin(typed, officer)
    person = make_member(body)
    begin(draft_of(person, body), person)


def test_quota_error_is_shown_at_field(client, body, settings):
    settings.ATTACHMENT_PERSON_QUOTA = (1, 100 * MB)
    person = make_member(body)
    draft = draft_of(person, body)
    make_attachment(draft)
    page = sign_in(client, person).post(
        f"/inputs/{draft.key}/files/", {"file": SimpleUploadedFile("a.pdf", made.pdf())}
    )
    assert page.status_code == 422
    assert page.context["form"].errors["file"] == ["Your files: 1 of 1. You cannot add more.", REMEDY]
    assert words(page).count(REMEDY) == 2  # in the summary and beside the field


@pytest.mark.django_db(transaction=True)
def test_concurrent_uploads_do_not_exceed_limit(settings):
    settings.ATTACHMENT_ORGANISATION_QUOTA = (3, 100 * MB)
    body = make_stakeholder()
    people = [make_member(body, "alternate") for _turn in range(4)]
    drafts = [(draft_of(person, body), person) for person in people for _turn in range(2)]
    acts = [lambda draft=draft, person=person: begin(draft, person) for draft, person in drafts]
    done = at_once(*acts)
    assert [isinstance(each, Blocked) for each in done].count(True) == 5
    assert Attachment.objects.stored().count() == 3
