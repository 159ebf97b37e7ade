"""Refused uploads are in the access log with their hash; accepted ones are not."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from consultations.models import Access, Event
from tests import made_files
from tests.access_log import entries
from tests.factories import make_forum, make_secretariat, make_submission
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
DATA = b"MZ" + bytes(200)
SHA = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def officer(client, settings, tmp_path):
    settings.VAR_DIR = settings.MEDIA_ROOT = tmp_path
    made = make_secretariat()
    sign_in(client, made)
    return made


def exe():
    return SimpleUploadedFile("list.xlsx", DATA)


def test_refused_spreadsheet_is_logged(client, officer):
    forum = make_forum()
    doors = {
        reverse("import_inputs", args=[forum.consultation.slug]): "file",
        reverse("forum_import", args=[forum.slug]): "file",
        reverse("admin:consultations_stakeholder_import"): "import_file",
    }
    for address, field in doors.items():
        before = len(entries(Access.UPLOAD_REFUSED))
        client.post(address, {field: exe(), "format": "0", "encoding": "utf-8"})
        (entry,) = entries(Access.UPLOAD_REFUSED)[before:]
        assert (entry.by, entry.sha256, entry.details["file"], entry.details["size"]) == (
            officer,
            SHA,
            "list.xlsx",
            202,
        )
        assert entry.details["reasons"][0], address
    assert not Event.objects.filter(verb__contains="refus").exists()


def test_refused_forum_document_is_logged(client, officer):
    forum = make_forum()
    client.post(reverse("forum_documents", args=[forum.slug]), {"title": "Agenda", "file": exe()})
    (entry,) = entries(Access.UPLOAD_REFUSED, forum)
    assert (entry.sha256, entry.verb) == (SHA, "keep_forum_file:refused")
    assert entry.details["file"] == "list.xlsx"


def test_refused_attachment_is_logged(client, officer, django_capture_on_commit_callbacks):
    draft = make_submission(state="draft")
    sign_in(client, draft.author)
    for data, number in ((DATA, 1), (made_files.pdf(), 1)):
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("attachment_add", args=[draft.key]), {"file": SimpleUploadedFile("a.pdf", data)})
        assert len(entries(Access.UPLOAD_REFUSED, draft)) == number
    (entry,) = entries(Access.UPLOAD_REFUSED, draft)
    assert (entry.by, entry.sha256, entry.verb) == (draft.author, SHA, "add_file:refused")
    verbs = list(Event.objects.about(draft).values_list("verb", flat=True))
    assert verbs == ["add_file"]
