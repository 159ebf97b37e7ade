"""Verification of an uploaded file: the result is shown, the file is never stored, and forgeries are logged."""

import errno
import hashlib
import tempfile
from http import HTTPStatus
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from consultations.models import Access, Event
from consultations.uploads import upload_handler
from ncm_portal.workflow import journal
from positions.forms.verification import TOO_LARGE
from positions.render import inside
from positions.views import verification
from tests import factories, paper_factories
from tests.access_log import entries
from tests.pages import words
from tests.positions.copies import pdf_with, spaced
from tests.sign_in import sign_in


@pytest.fixture
def published(settings, tmp_path, db):
    settings.MEDIA_ROOT = tmp_path / "files"
    return paper_factories.make_published_paper(title="The common position", slug="gcm-2017")


@pytest.fixture(autouse=True)
def temporary(settings, tmp_path, monkeypatch):
    """Return the folder of temporary uploads."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = folder
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def send(client, data, name="copy.pdf", status=HTTPStatus.OK):
    answer = client.post("/verify/", {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == status
    return words(answer)


def noted():
    return entries(Access.FALSE_COPY)


def test_authentic_file_is_reported_and_not_logged(client, published, temporary):
    for data, heading in [
        (Path(published.files["pdf"].file.path).read_bytes(), "This file is genuine"),
        (published.edition.content.encode(), "This file is genuine"),
        (spaced(published.edition.content), "The text of this file is official"),
    ]:
        said = send(client, data)
        assert f"{heading} Official, in force" in said
        assert "The common position" in said
        assert "We did not keep the file." in said
    assert (len(noted()), list(temporary.iterdir())) == (0, [])


def test_altered_pdf_links_to_genuine_files_and_is_logged(client, published, temporary):
    data = pdf_with(published.edition.content.encode(), signatures=1)
    said = send(client, data, "forged.pdf")
    assert "This file was altered Altered The text attached to this PDF is official" in said
    assert "The PDF contains what looks like a digital signature, but no PDF reader would find it." in said
    assert "Do not rely on it. The genuine files of the edition" in said
    (entry,) = noted()
    assert (entry.kind, entry.object_id) == ("positions.edition", str(published.edition.pk))
    sha256 = hashlib.sha256(data).hexdigest()
    (reason,) = entry.details.pop("reasons")
    assert (entry.sha256, entry.details) == (sha256, {"file": "forged.pdf", "size": len(data), "state": "altered"})
    assert reason.startswith("The text attached to this PDF is official, but the file is not")
    assert (entry.by, entry.by_name) == (None, "a visitor")
    assert list(temporary.iterdir()) == []


def test_result_is_in_access_log_but_not_in_journal(published):
    head, client = factories.make_head(), Client()
    sign_in(client, head)
    send(Client(), pdf_with(published.edition.content.encode()), "forged.pdf")
    send(Client(), b"Hello", "hello.exe")
    listed = words(client.get("/admin/consultations/accessentry/"))
    assert f"copy is not authentic a visitor {published.edition} file: forged.pdf" in listed
    assert "copy is not authentic a visitor - file: hello.exe" in listed
    assert not Event.objects.filter(verb__contains="verify_copy").exists()


def test_foreign_file_is_logged_with_hash_and_person(published):
    officer = factories.make_user("secretariat")
    client = Client()
    sign_in(client, officer)
    said = send(client, b"%PDF-1.7 nothing more", "cut <b>.pdf")
    assert "This PDF is damaged or incomplete Unknown" in said
    assert "If you downloaded it from this portal, download it again." in said
    assert "cut &lt;b&gt;.pdf" in said
    assert "This is not a readable file of ours Unreadable" in send(client, b"MZ" + bytes(300), "a.exe")
    cut, program = noted()
    sha256 = hashlib.sha256(b"%PDF-1.7 nothing more").hexdigest()
    assert (cut.kind, cut.sha256, cut.details["file"]) == ("", sha256, "cut <b>.pdf")
    assert (cut.by, program.details["state"], program.details["file"]) == (officer, "unreadable", "a.exe")


def test_file_of_draft_is_answered_as_unknown(client, db):
    draft = paper_factories.freeze(paper_factories.make_whole_paper().paper, "0.2", "draft")
    for data in (draft.content.encode(), pdf_with(draft.content.encode())):
        said = send(client, data)
        assert "This file is not one of ours Unknown" in said
        assert draft.paper.title not in said


def test_superseded_edition_is_reported_as_superseded(client, published):
    paper_factories.freeze(published.paper, "1.0.1", "corrected")
    said = send(client, spaced(published.edition.content))
    assert "The text of this file is official Official, no longer in force" in said
    assert "In force: edition 1.0.1 of" in said
    paper_factories.make_published_paper(title="The newer position", slug="newer")
    factories.walk(published.paper, "superseded")
    journal("supersede", published.paper, by=factories.make_head(), data={"newer": "newer"})
    assert "A newer paper replaces it: The newer position" in send(client, pdf_with(published.edition.content.encode()))


def test_communique_redirects_to_its_result(client, db):
    factories.make_communique(state="published", body="We met and agreed.")
    answer = client.post("/verify/", {"file": SimpleUploadedFile("c.txt", b"We met and agreed.")})
    assert answer.url == f"/verify/communique/{hashlib.sha256(b'We met and agreed.').hexdigest()}/"


# --- What is wrong with what was sent ---------------------------------------------------------------------------------


def test_missing_or_empty_file_is_refused_at_its_field(client, db):
    answer = client.post("/verify/")
    assert (answer.status_code, words(answer).count("Choose a file first.")) == (422, 2)
    said = send(client, b"", status=HTTPStatus.UNPROCESSABLE_ENTITY)
    assert said.count("The file is empty. Check that you chose the right one.") == 2
    assert len(noted()) == 0


def test_oversized_file_does_not_fill_disk(client, db, monkeypatch):
    kept = []
    receive = upload_handler.TemporaryFileUploadHandler.receive_data_chunk
    monkeypatch.setattr(verification.CopyUploadHandler, "most", 200_000)
    monkeypatch.setattr("positions.forms.verification.LARGEST", 200_000)
    monkeypatch.setattr(
        upload_handler.TemporaryFileUploadHandler,
        "receive_data_chunk",
        lambda self, data, start: kept.append(len(data)) or receive(self, data, start),
    )
    said = send(client, bytes(1_000_000), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    assert said.count(str(TOO_LARGE)) == 3  # once more for the script of the page
    assert 0 < sum(kept) <= 200_000


def test_full_disk_is_reported(client, db, monkeypatch):
    def full(_self, _data, _start):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(upload_handler.TemporaryFileUploadHandler, "receive_data_chunk", full)
    said = send(client, b"%PDF-", status=HTTPStatus.UNPROCESSABLE_ENTITY)
    assert said.count("The portal has no disk space left.") == 2


def test_file_is_not_inspected_without_token(published, monkeypatch):
    looked = []
    monkeypatch.setattr(verification, "examine", looked.append)
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/verify/", {"file": SimpleUploadedFile("a", b"a")}).status_code == HTTPStatus.FORBIDDEN
    assert looked == []
    monkeypatch.undo()
    token = strict.get("/verify/").cookies["csrftoken"].value
    answer = strict.post("/verify/", {"file": SimpleUploadedFile("a", b"a"), "csrfmiddlewaretoken": token})
    assert answer.status_code == HTTPStatus.OK


def test_file_uploads_are_rate_limited_but_hash_search_is_not(client, published, settings):
    settings.LIMITS = {**settings.LIMITS, "copy": (2, 600)}
    for _turn in range(2):
        send(client, b"a")
    send(client, b"a", status=HTTPStatus.TOO_MANY_REQUESTS)
    assert len(noted()) == 2
    assert client.get(f"/verify/{published.edition.sha256}/").status_code == HTTPStatus.OK


def test_limits_match_largest_printed_file():
    from positions.render.sandbox import LARGEST_FILE

    assert verification.CopyUploadHandler.most == LARGEST_FILE == 64 * 1024 * 1024
    assert (inside.SECONDS, inside.MEGABYTES) == (5, 600)
