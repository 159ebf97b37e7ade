"""Full disk: reported wherever files are uploaded, without partial files.

/dev/full simulates the full disk for the files named in the tests.
"""

import errno
import uuid
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from consultations import workflow
from consultations.models import Attachment, Job
from consultations.uploads import pictures, sandbox, upload_handler
from consultations.uploads.disk_space import NoRoom
from consultations.workflow import attachments
from tests import made_files as made
from tests.access_log import refusals
from tests.consultations.imports.sheets import BODIES, HEAD, ROW, messages_on, send, upload, workbook
from tests.factories import (
    make_consultation,
    make_member,
    make_provision,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_theme,
)
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
WHY = "The portal has no disk space left. There is nothing wrong with your file. Try again later, or contact the secretariat."
FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    """Every test has a folder of its own, and no scanner."""
    settings.VAR_DIR, settings.MEDIA_ROOT, settings.CLAMD = tmp_path, tmp_path / "files", ""


@pytest.fixture
def draft():
    author = make_member()
    return make_submission(stakeholder=author.live_memberships[0].stakeholder, state="draft", author=author)


def kept(tmp_path):
    return [path.name for path in tmp_path.rglob("*") if path.is_file() or path.is_symlink()]


def fail(*_given, **_named):
    raise FULL


def onto_the_full_disk(path, offset, data):
    """Write half of the chunk before the disk is full, like the verb does."""
    REAL_WRITE(path, offset, data[: len(data) // 2])
    raise FULL


REAL_WRITE = attachments._append


def open_full():
    return Path("/dev/full").open("r+b", buffering=0)


# --- A file of an input -----------------------------------------------------------------------------------------------


def added(client, draft, data):
    return client.post(reverse("attachment_add", args=[draft.key]), {"file": SimpleUploadedFile("a.pdf", data)})


@pytest.mark.parametrize("step", ["_append", "_put_in_place"])
def test_plain_form_reports_full_disk_and_stores_nothing(
    client, draft, tmp_path, monkeypatch, step, django_capture_on_commit_callbacks
):
    sign_in(client, draft.author)
    monkeypatch.setattr(attachments, step, onto_the_full_disk if step == "_append" else fail)
    with django_capture_on_commit_callbacks(execute=True):
        page = added(client, draft, made.pdf())
    assert (page.status_code, page.context["form"].errors) == (422, {"file": [WHY]})
    assert (kept(tmp_path), [file.state for file in draft.attachments.all()]) == ([], ["removed"])
    assert [entry.details["reasons"] for entry in refusals()] == [[WHY]]
    monkeypatch.undo()
    assert added(client, draft, made.pdf()).status_code == 302


def test_chunk_refused_by_full_disk_can_be_sent_again(client, draft, monkeypatch):
    sign_in(client, draft.author)
    address = reverse("attachment_chunk", args=[draft.key, "8c9b0a1e-8f3a-4a55-9a50-6f7f7a3c1d11"])
    data = made.pdf()

    def piece(start, end):
        body = SimpleUploadedFile("piece", data[start:end])
        return client.post(address, {"offset": start, "size": len(data), "name": "a.pdf", "piece": body})

    assert piece(0, 100).json()["received"] == 100
    monkeypatch.setattr(attachments, "_append", onto_the_full_disk)
    answer = piece(100, 300)
    assert (answer.status_code, answer.json()["reasons"], answer.json()["received"]) == (507, [WHY], 100)
    monkeypatch.setattr(attachments, "_append", REAL_WRITE)
    assert piece(100, 300).json()["received"] == 300
    assert piece(300, len(data)).json()["state"] == "ready"
    assert draft.attachments.get().path.read_bytes() == data


def test_full_disk_in_child_is_not_reported_as_file_error(draft, monkeypatch):
    data, by = made.pdf(), draft.author
    file = workflow.begin_file(draft, by=by, key=uuid.uuid4(), name="a.pdf", size=len(data))
    file = workflow.receive(file, by=by, offset=0, data=data)
    monkeypatch.setattr(sandbox.tempfile, "TemporaryFile", lambda: open_full())
    with pytest.raises(NoRoom):
        workflow.add_file(file, by=by)
    file.refresh_from_db()
    assert file.state == "uploading"
    monkeypatch.undo()
    assert workflow.add_file(file, by=by).state == "ready"


def test_full_disk_is_not_reported_as_damaged_picture(tmp_path):
    class Full:
        def open(self, _mode):
            return open_full()

    (tmp_path / "a.png").write_bytes(made.picture())
    with pytest.raises(OSError, match="No space left"):
        pictures.redraw(tmp_path / "a.png", Full(), "PNG")


# --- Bytes on their way -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["begun", "written", "read again"])
def test_full_disk_during_upload_keeps_no_bytes(client, draft, settings, tmp_path, monkeypatch, moment):
    settings.FILE_UPLOAD_HANDLERS = settings.FILE_UPLOAD_HANDLERS[1:]  # as for what is larger than memory takes
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    if moment == "begun":
        monkeypatch.setattr("django.core.files.uploadhandler.TemporaryUploadedFile", fail)
    else:
        step = {"written": "receive_data_chunk", "read again": "file_complete"}[moment]
        monkeypatch.setattr(upload_handler.TemporaryFileUploadHandler, step, fail)
    sign_in(client, draft.author)
    page = added(client, draft, made.pdf())
    assert (page.status_code, page.context["form"].errors) == (422, {"file": [WHY]})
    assert (kept(tmp_path), Attachment.objects.count()) == ([], 0)
    sign_in(client, make_secretariat())
    page = send(client, make_consultation(), workbook(HEAD, ROW))
    assert (page.status_code, page.context["form"].errors) == (422, {"file": [WHY]})
    assert kept(tmp_path) == []


def test_other_disk_errors_are_not_reported_as_full(client, draft, settings, monkeypatch):
    def broken(*_given):
        raise OSError(errno.EIO, "Input/output error")

    settings.FILE_UPLOAD_HANDLERS = settings.FILE_UPLOAD_HANDLERS[1:]
    sign_in(client, draft.author)
    for place, step in ((attachments, "_append"), (upload_handler.TemporaryFileUploadHandler, "new_file")):
        monkeypatch.setattr(place, step, broken)
        with pytest.raises(OSError, match="Input/output"):
            added(client, draft, made.pdf())


# --- A spreadsheet ----------------------------------------------------------------------------------------------------


def test_full_disk_keeps_no_partial_spreadsheet(client, tmp_path, monkeypatch):
    make_stakeholder("Coast Network")
    make_provision("GCM-02", theme=make_theme("T1"))
    sign_in(client, make_secretariat())
    folder = tmp_path / "uploads"
    folder.mkdir()

    def full(path, *_given, **_named):
        path.symlink_to("/dev/full")

    monkeypatch.setattr(Path, "touch", full)
    page = send(client, make_consultation(), workbook(HEAD, ROW))
    assert (page.status_code, page.context["form"].errors) == (422, {"file": [WHY]})
    assert (kept(tmp_path), Job.objects.count()) == ([], 0)
    answer = upload(client, "stakeholder", workbook(BODIES, ["A", "", "media"]))
    page = client.get(answer["Location"])
    assert messages_on(page) == [WHY]
    assert WHY in words(page)
    assert kept(tmp_path) == []
