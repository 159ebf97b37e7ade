"""Verbs on files of an input: permissions, refused files and scanner results."""

import hashlib
import socket
import struct
import threading
import uuid

import pytest

from consultations import workflow
from consultations.models import Access, Attachment, Event, SearchEntry
from consultations.uploads import clamd
from consultations.workflow import attachments
from ncm_portal.workflow import Blocked, NotAllowed
from tests import made_files as made
from tests.access_log import entries as logged
from tests.access_log import refused_verbs
from tests.factories import change, make_attachment, make_member, make_secretariat, make_submission, send

pytestmark = pytest.mark.django_db
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    """Use an own folder, without a remembered scanner failure."""
    settings.MEDIA_ROOT, settings.CLAMD = tmp_path / "files", ""
    attachments._tried_at = float("-inf")


@pytest.fixture
def draft():
    submission = make_submission(state="draft")
    change(submission, author=make_member(submission.stakeholder))
    submission.refresh_from_db()
    return submission


def begun(submission, data, *, by=None, name="letter.pdf", key=None):
    by = by or submission.author
    return workflow.begin_file(submission, by=by, key=key or uuid.uuid4(), name=name, size=len(data))


def added(submission, data, *, by=None, name="letter.pdf"):
    by = by or submission.author
    file = workflow.receive(begun(submission, data, by=by, name=name), by=by, offset=0, data=data)
    return workflow.add_file(file, by=by)


def on_disk(settings) -> list[str]:
    return sorted(path.name for path in settings.MEDIA_ROOT.rglob("*") if path.is_file())


def entries(submission) -> list[tuple[str, str]]:
    return list(Event.objects.about(submission).values_list("verb", "reason"))


def test_file_is_accepted(draft, settings, django_capture_on_commit_callbacks):
    data = made.pdf()
    with django_capture_on_commit_callbacks(execute=True):
        file = added(draft, data, name="../etc/My \u202eletter.PDF")
    assert (file.state, file.kind, file.name) == ("ready", "evidence", "My letter.PDF")
    assert (file.size, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert file.path.read_bytes() == data
    assert on_disk(settings) == [file.stored_as]
    assert file.path.stat().st_mode & 0o077 == 0
    assert file.text.strip() == made.WORDS
    assert SearchEntry.objects.filter(attachment=file, words="recruit").exists()
    assert entries(draft)[-1] == ("add_file", "My letter.PDF")


def test_picture_is_stored_re_encoded(draft, settings, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        file = added(draft, made.photo(), name="scan.pdf")
    kept = file.path.read_bytes()
    assert b"Secret" not in kept
    assert (file.name, file.size, file.sha256) == ("scan.jpg", len(kept), hashlib.sha256(kept).hexdigest())
    assert on_disk(settings) == [file.stored_as]


def test_refused_file_keeps_only_reason(draft, settings, django_capture_on_commit_callbacks):
    data = b"MZ" + bytes(99)
    with django_capture_on_commit_callbacks(execute=True):
        file = added(draft, data, name="letter.pdf")
    assert (file.state, file.sha256, file.text, on_disk(settings)) == ("refused", "", "", [])
    assert "Windows program" in file.state_reason
    (entry,) = logged(Access.UPLOAD_REFUSED, draft)
    assert (entry.by, entry.sha256) == (draft.author, hashlib.sha256(data).hexdigest())
    assert (entry.details["file"], entry.details["reasons"]) == ("letter.pdf", [file.state_reason])
    assert "refuse_file" not in dict(entries(draft))
    assert "files" not in draft.content()


def test_chunks_are_joined_without_repeats(draft):
    data, by = made.pdf(), draft.author
    file = begun(draft, data)
    assert workflow.receive(file, by=by, offset=0, data=data[:100]).received == 100
    assert workflow.receive(file, by=by, offset=0, data=data[:100]).received == 100
    assert workflow.receive(file, by=by, offset=150, data=b"later").received == 100
    assert begun(draft, data, key=file.key).received == 100
    with pytest.raises(Blocked, match="The upload is larger"):
        workflow.receive(file, by=by, offset=100, data=data)
    assert workflow.receive(file, by=by, offset=100, data=data[100:]).received == len(data)
    assert workflow.add_file(file, by=by).path.read_bytes() == data
    assert workflow.add_file(file, by=by).state == "ready"
    assert [verb for verb, _reason in entries(draft)].count("add_file") == 1


def test_size_and_number_are_limited(draft, settings):
    settings.ATTACHMENT_MAX_BYTES, settings.ATTACHMENT_MAX_FILES = 1024 * 1024, 1
    make_attachment(draft, state_reason="")
    with pytest.raises(Blocked) as refused:
        begun(draft, bytes(1024 * 1024 + 1))
    assert [words.split(".")[0] for words in refused.value.reasons] == [
        "The file must be 1 MB or smaller",
        "You can add up to 1 files",
    ]
    with pytest.raises(Blocked, match="empty"):
        begun(make_draft_of(draft), b"")


def make_draft_of(draft):
    return make_submission(draft.consultation, draft.stakeholder, state="draft", author=draft.author)


def test_input_cannot_be_sent_during_upload(draft):
    begun(draft, b"%PDF-", name="letter.pdf")
    with pytest.raises(Blocked, match=r"“letter\.pdf” was not fully uploaded"):
        workflow.submit(draft, by=draft.author)


def test_receipt_covers_files(draft):
    without = draft.computed_sha256()
    assert "files" not in draft.content()
    file = added(draft, made.pdf())
    assert draft.content()["files"] == [{"name": "letter.pdf", "sha256": file.sha256}]
    sent = workflow.submit(draft, by=draft.author)
    assert sent.content_sha256 == sent.computed_sha256() != without
    change(file, sha256="0" * 64)
    assert sent.computed_sha256() != sent.content_sha256


def test_originals_are_not_part_of_hashed_content(draft):
    sent = send(make_draft_of(draft))
    make_attachment(sent, kind="original")
    assert "files" not in sent.content()


@pytest.mark.parametrize("state", ["submitted", "accepted", "set_aside", "withdrawn"])
def test_files_of_sent_input_cannot_be_removed(draft, state):
    file = make_attachment(draft)
    sent = send(draft, state)
    for act in (lambda: begun(sent, b"%PDF-"), lambda: workflow.remove_file(file, by=sent.author)):
        with pytest.raises(Blocked, match="already been sent"):
            act()


def test_only_authors_add_and_remove_evidence(draft):
    file = make_attachment(draft)
    letter = added(draft, made.mail(), name="Fees.eml")
    assert letter.state_reason.startswith("The content of this file does not match its name: it is email message")
    for person in (make_member(), make_secretariat()):
        with pytest.raises(NotAllowed):
            begun(draft, b"%PDF-", by=person)
        with pytest.raises(NotAllowed):
            workflow.remove_file(file, by=person)
    assert refused_verbs(draft) == ["begin_file"] * 2
    assert refused_verbs(file) == ["remove_file"] * 2


def test_secretariat_manages_originals_until_they_are_checked(draft):
    typist = make_secretariat()
    fields = {"channel": "letter", "entered_by": typist, "received_on": draft.created_at.date()}
    sent = send(make_submission(draft.consultation, draft.stakeholder, state="draft", author=typist, **fields))
    file = added(sent, made.picture("JPEG"), by=typist, name="scan.jpg")
    assert (file.kind, file.state) == ("original", "ready")
    letter = added(sent, made.mail(), by=typist, name="Fees.pdf")
    assert (letter.state, letter.name, letter.media_type) == ("ready", "Fees.eml", "message/rfc822")
    assert letter.path.read_bytes() == made.mail()
    assert letter.text.endswith(f"Subject: Fees – a proposal\n\n{made.WORDS}")
    assert not SearchEntry.objects.filter(attachment=file).exists()
    assert workflow.remove_file(file, by=typist).state == "removed"
    change(sent, checked_at=sent.submitted_at, checked_by=make_secretariat())
    with pytest.raises(Blocked, match="checked or decided"):
        begun(sent, b"%PDF-", by=typist)
    web = send(make_draft_of(draft))
    with pytest.raises(NotAllowed):
        begun(web, b"%PDF-", by=typist)


def test_removed_file_stays_on_disk_only_if_it_was_sent(draft, settings, django_capture_on_commit_callbacks):
    old = make_attachment(draft)
    returned = send(draft, "returned")
    new = make_attachment(returned)
    with django_capture_on_commit_callbacks(execute=True):
        assert workflow.remove_file(old, by=draft.author).state == "removed"
        assert workflow.remove_file(new, by=draft.author).state == "removed"
    assert on_disk(settings) == [old.stored_as]
    assert [verb for verb, _reason in entries(returned)] == ["remove_file", "remove_file"]


def test_adding_or_removing_file_withdraws_sign_off(draft, settings, tmp_path):
    def signed():
        change(draft, signed_off_at=draft.created_at, signed_off_by=draft.author)

    def is_signed():
        draft.refresh_from_db()
        return (draft.signed_off_at is not None, draft.signed_off_by is not None) == (True, True)

    signed()
    file = added(draft, made.pdf())
    assert not is_signed()
    signed()
    stopped = begun(draft, made.pdf())
    workflow.remove_file(stopped, by=draft.author)
    assert is_signed()  # what never arrived was not signed
    workflow.remove_file(file, by=draft.author)
    assert not is_signed()
    settings.CLAMD = str(tmp_path / "later")
    bad = added(draft, made.pdf())
    signed()
    workflow.judge_file(bad, "Eicar")
    assert not is_signed()
    assert [verb for verb, _reason in entries(draft)] == [
        *("add_file", "edit_after_sign_off"),
        *("remove_file", "edit_after_sign_off"),
        *("add_file", "edit_after_sign_off", "refuse_file"),
    ]


def test_refusing_file_of_sent_input_keeps_sign_off(draft, settings, tmp_path):
    settings.CLAMD = str(tmp_path / "later")
    bad = added(draft, made.pdf())
    change(draft, signed_off_at=draft.created_at, signed_off_by=draft.author)
    workflow.submit(draft, by=draft.author)
    workflow.judge_file(bad, "Eicar")
    draft.refresh_from_db()
    assert draft.signed_off_by == draft.author


def test_uploads_stopped_for_a_day_are_abandoned(draft, settings, django_capture_on_commit_callbacks):
    old, young = begun(draft, b"%PDF-1"), begun(draft, b"%PDF-1")
    workflow.receive(old, by=draft.author, offset=0, data=b"%P")
    change(old, uploaded_at=old.uploaded_at - attachments.KEPT * 1.01)
    with django_capture_on_commit_callbacks(execute=True):
        assert workflow.clear_unfinished() == 1
    assert [Attachment.objects.get(pk=file.pk).state for file in (old, young)] == ["removed", "uploading"]
    assert (on_disk(settings), workflow.clear_unfinished()) == ([], 0)


# --- The virus scanner -------------------------------------------------------------------------------------------


class Daemon:
    """Speaks clamd's INSTREAM on a socket: knows one virus, and refuses oversized files."""

    def __init__(self, path) -> None:
        self.line = socket.socket(socket.AF_UNIX) if path else socket.socket()
        self.line.bind(str(path) if path else ("127.0.0.1", 0))
        self.address = str(path) if path else f"127.0.0.1:{self.line.getsockname()[1]}"
        self.line.listen()
        self.limit = 10**9
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                caller, _where = self.line.accept()
            except OSError:
                return
            with caller, caller.makefile("rb") as stream:
                caller.sendall(self._answer(stream))

    def _answer(self, stream) -> bytes:
        assert stream.read(10) == b"zINSTREAM\0"
        data = b""
        while size := struct.unpack(">I", stream.read(4))[0]:
            data += stream.read(size)
        if len(data) > self.limit:
            return b"INSTREAM size limit exceeded. ERROR\0"
        return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in data else b"stream: OK\0"


@pytest.fixture(params=["unix", "tcp"])
def daemon(request, tmp_path):
    daemon = Daemon(tmp_path / "clamd" if request.param == "unix" else None)
    yield daemon
    daemon.line.close()


def infected() -> bytes:
    return made.open_document(**{"Pictures/a.bin": b"", "content2.txt": EICAR})


def test_a_clean_file_is_ready_and_an_infected_one_refused_at_once(draft, settings, daemon):
    settings.CLAMD = daemon.address
    assert added(draft, made.pdf()).state == "ready"
    file = added(draft, _stored(infected()), name="a.odt")
    assert file.state == "refused"
    assert file.state_reason.startswith("The virus scanner detected “Eicar-Test-Signature” in the file.")


def _stored(data: bytes) -> bytes:
    """Return the archive uncompressed, so that the test daemon can read it."""
    parts = made.unpacked(data)
    return made.archive({"mimetype": parts.pop("mimetype")} | parts, stored=True)


def test_files_wait_and_are_retried_while_scanner_is_down(draft, settings, tmp_path):
    settings.CLAMD = str(tmp_path / "later")
    clean, bad = added(draft, made.pdf()), added(draft, _stored(infected()), name="a.odt")
    assert [clean.state, bad.state] == ["waiting", "waiting"]
    assert list(Attachment.objects.visible_to(draft.author).shown()) == []
    assert workflow.inspect_waiting() == 0
    daemon = Daemon(tmp_path / "later")
    assert workflow.inspect_waiting() == 0  # it is left alone for a while
    attachments._tried_at = float("-inf")
    assert workflow.inspect_waiting() == 2
    daemon.line.close()
    assert [Attachment.objects.get(pk=file.pk).state for file in (clean, bad)] == ["ready", "refused"]
    assert [verb for verb, _reason in entries(draft)] == ["add_file", "add_file", "admit_file", "refuse_file"]
    assert workflow.inspect_waiting() == 0


def test_receipt_stays_valid_if_scanner_refuses_sent_file(draft, settings, tmp_path):
    settings.CLAMD = str(tmp_path / "later")
    bad = added(draft, _stored(infected()), name="a.odt")
    sent = workflow.submit(draft, by=draft.author)
    daemon = Daemon(tmp_path / "later")
    assert workflow.inspect_waiting() == 1
    daemon.line.close()
    bad.refresh_from_db()
    assert (bad.state, sent.computed_sha256()) == ("refused", sent.content_sha256)


def test_file_too_large_for_scanner_does_not_block_others(draft, settings, tmp_path):
    settings.CLAMD = str(tmp_path / "later")
    large, small = added(draft, _stored(made.open_document())), added(draft, made.pdf())
    daemon = Daemon(tmp_path / "later")
    daemon.limit = max(small.size, large.size) - 1
    assert workflow.inspect_waiting() == 1
    daemon.line.close()
    states = {file.size: Attachment.objects.get(pk=file.pk).state for file in (large, small)}
    assert states == {max(states): "waiting", min(states): "ready"}


def test_waiting_files_become_ready_once_scanner_is_switched_off(draft, settings, tmp_path):
    settings.CLAMD = str(tmp_path / "later")
    file = added(draft, made.pdf())
    settings.CLAMD = ""
    assert workflow.inspect_waiting() == 1
    file.refresh_from_db()
    assert file.state == "ready"


def test_silent_scanner_times_out(draft, settings, monkeypatch):
    line = socket.create_server(("127.0.0.1", 0))
    settings.CLAMD = f"127.0.0.1:{line.getsockname()[1]}"
    monkeypatch.setattr(clamd, "PATIENCE", 0.2)
    file = added(draft, made.pdf())
    assert (file.state, workflow.inspect_waiting()) == ("waiting", 0)
    line.close()


def test_connection_closed_by_scanner_is_no_verdict(tmp_path):
    line = socket.socket(socket.AF_UNIX)
    line.bind(str(tmp_path / "mute"))
    line.listen()
    threading.Thread(target=lambda: line.accept()[0].close(), daemon=True).start()
    (tmp_path / "file").write_bytes(b"hello")
    with pytest.raises(clamd.ScannerDown):
        clamd.scan(tmp_path / "file", str(tmp_path / "mute"))
    line.close()
