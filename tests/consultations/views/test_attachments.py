"""Pages of files: upload by form and in chunks, removal, and download for readers of the input only."""

import uuid
from html import escape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from consultations.models import Attachment
from consultations.queries import files_of
from tests import made_files as made
from tests.factories import change, make_attachment, make_member, make_secretariat, make_submission, make_user, send
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    """Every test has a folder of its own."""
    settings.MEDIA_ROOT, settings.CLAMD = tmp_path / "files", ""


@pytest.fixture
def author():
    return make_member()


@pytest.fixture
def draft(author):
    return make_submission(stakeholder=author.organisation_of_test, state="draft", author=author)


@pytest.fixture(autouse=True)
def organisation(author):
    author.organisation_of_test = author.live_memberships[0].stakeholder


def upload(client, draft, data, name="letter.pdf", **headers):
    file = SimpleUploadedFile(name, data, content_type="application/pdf")
    return client.post(reverse("attachment_add", args=[draft.key]), {"file": file}, **headers)


# --- The plain form -----------------------------------------------------------------------------------------------


def test_a_file_is_added_by_the_plain_form(client, draft, author, django_capture_on_commit_callbacks):
    sign_in(client, author)
    page = client.get(reverse("attachment_add", args=[draft.key]))
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store, private")
    with django_capture_on_commit_callbacks(execute=True):
        answer = upload(client, draft, made.pdf())
    assert (answer.status_code, answer["Location"]) == (302, reverse("attachment_add", args=[draft.key]))
    file = draft.attachments.get()
    assert file.path.read_bytes() == made.pdf() or file.state == "ready"
    page = client.get(answer["Location"])
    assert "File added." in words(page)
    assert f'href="{reverse("attachment", args=[file.key])}"' in page.content.decode()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"MZ" + bytes(99), "The content of this file does not match its name: it is Windows program"),
        (b"", "The file is empty."),
        (made.pdf()[:-200], "The file is damaged or incomplete."),
    ],
)
def test_refusal_shows_reason_and_stores_nothing(
    client, draft, author, settings, data, why, django_capture_on_commit_callbacks
):
    sign_in(client, author)
    with django_capture_on_commit_callbacks(execute=True):
        page = upload(client, draft, data)
    assert page.status_code == 422
    assert escape(why) in page.content.decode()
    assert files_of(author, draft) == []
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []


def test_missing_or_too_large_file_is_reported(client, draft, author, settings):
    settings.ATTACHMENT_MAX_BYTES = 1024 * 1024
    settings.LARGEST_UPLOAD = 1024 * 1024
    sign_in(client, author)
    page = client.post(reverse("attachment_add", args=[draft.key]))
    assert (page.status_code, "Choose a file first." in words(page)) == (422, True)
    page = upload(client, draft, b"%PDF-" + bytes(4 * 1024 * 1024))
    assert (page.status_code, "must be 1 MB or smaller" in words(page)) == (422, True)
    assert Attachment.objects.count() == 0


def test_too_large_upload_is_not_stored_on_disk(settings):
    from consultations.uploads.upload_handler import BoundedUploadHandler

    settings.LARGEST_UPLOAD = 100
    handler = BoundedUploadHandler()
    handler.new_file("file", "a.pdf", "application/pdf", None)
    for start in range(0, 200, 50):
        handler.receive_data_chunk(bytes(50), start)
    file = handler.file_complete(200)
    assert (file.size, len(file.read())) == (200, 100)
    file.close()


def test_only_authors_add_and_remove_files(client, draft, author):
    file = make_attachment(draft)
    addresses = [
        reverse("attachment_add", args=[draft.key]),
        reverse("attachment_chunk", args=[draft.key, uuid.uuid4()]),
        reverse("attachment_remove", args=[file.key]),
    ]
    for person in (make_user(), make_member(), make_secretariat()):
        sign_in(client, person)
        assert {client.get(each).status_code for each in addresses} == {404}
        assert {client.post(each).status_code for each in addresses} == {404}
    sign_in(client, author)
    assert {client.get(each).status_code for each in addresses} == {200}


def test_file_is_removed_after_confirmation(client, draft, author):
    file = make_attachment(draft)
    sign_in(client, author)
    address = reverse("attachment_remove", args=[file.key])
    assert "Remove letter.pdf?" in words(client.get(address))
    assert client.post(address)["Location"] == reverse("draft", args=[draft.key])
    file.refresh_from_db()
    assert file.state == "removed"
    sent = make_attachment(make_submission(stakeholder=draft.stakeholder, author=author))
    page = client.post(reverse("attachment_remove", args=[sent.key]))
    assert (page.status_code, "This input has already been sent" in words(page)) == (409, True)


# --- Piece by piece -------------------------------------------------------------------------------------------------


def piece(client, draft, key, data, offset, end):
    form = {"offset": offset, "size": len(data), "name": "letter.pdf"}
    form["piece"] = SimpleUploadedFile("piece", data[offset:end])
    return client.post(reverse("attachment_chunk", args=[draft.key, key]), form)


def test_file_is_uploaded_in_chunks_and_resumed(client, draft, author):
    sign_in(client, author)
    key, data = uuid.uuid4(), made.pdf()
    address = reverse("attachment_chunk", args=[draft.key, key])
    assert client.get(address).json() == {"state": "", "received": 0}
    assert piece(client, draft, key, data, 0, 200).json()["received"] == 200
    assert piece(client, draft, key, data, 0, 300).json()["received"] == 200
    assert client.get(address).json()["received"] == 200
    told = piece(client, draft, key, data, 200, len(data)).json()
    file = draft.attachments.get()
    assert told == {
        "state": "ready",
        "received": len(data),
        "size": len(data),
        "name": "letter.pdf",
        "reasons": [],
        "address": reverse("attachment", args=[file.key]),
        "remove": reverse("attachment_remove", args=[file.key]),
    }
    assert file.path.read_bytes() == data
    assert piece(client, draft, key, data, 200, len(data)).json() == told  # its answer was lost, and it came again


def test_invalid_chunk_is_refused_with_message(client, draft, author):
    sign_in(client, author)
    key = uuid.uuid4()
    address = reverse("attachment_chunk", args=[draft.key, key])
    for form in ({}, {"offset": "x", "size": 2**70, "piece": SimpleUploadedFile("p", b"x")}):
        answer = client.post(address, form)
        assert (answer.status_code, bool(answer.json()["reasons"])) == (422, True)
    huge = client.post(address, {"offset": 0, "size": 5, "piece": SimpleUploadedFile("p", bytes(2**21 + 1))})
    assert (huge.status_code, huge.json()["reasons"]) == (
        422,
        ["The files are too large to send together. Send fewer at a time."],
    )
    bad = b"MZ" + bytes(50)
    told = piece(client, draft, key, bad, 0, 52).json()
    assert (told["state"], "Windows program" in told["reasons"][0]) == ("refused", True)
    other = make_submission(stakeholder=draft.stakeholder, state="draft", author=author)
    assert piece(client, other, key, bad, 0, 52).status_code == 403


# --- Handing out ------------------------------------------------------------------------------------------------------


def let_go(answer) -> None:
    """Close the file, like the server does; closing the response would end the test's database connection."""
    for close in answer._resource_closers:
        close()


def readers(submission):
    """Return possible readers of a file of this input, by name."""
    return {
        "visitor": None,
        "stranger": make_user(),
        "author": submission.author,
        "another": make_member(),
        "secretariat": make_secretariat(),
    }


def who_gets(client, file, people):
    got = set()
    for name, person in people.items():
        client.logout()
        if person:
            sign_in(client, person)
        answer = client.get(reverse("attachment", args=[file.key]))
        if answer.status_code == 200:
            got.add(name)
            let_go(answer)
    return got


@pytest.mark.parametrize(
    ("state", "audience", "kind", "readable"),
    [
        ("accepted", "public", "evidence", {"visitor", "stranger", "author", "another", "secretariat"}),
        ("accepted", "public", "original", {"author", "secretariat"}),
        ("accepted", "secretariat", "evidence", {"author", "secretariat"}),
        ("submitted", "public", "evidence", {"author", "secretariat"}),
        ("draft", "public", "evidence", {"author"}),
    ],
)
def test_file_is_served_to_readers_of_its_input_only(client, author, state, audience, kind, readable):
    submission = make_submission(stakeholder=author.organisation_of_test, author=author, state=state, audience=audience)
    file = make_attachment(submission, kind=kind)
    assert who_gets(client, file, readers(submission)) == readable


@pytest.mark.parametrize("state", ["waiting", "refused", "removed", "uploading"])
def test_unready_files_are_not_served(client, draft, author, state):
    data = {"sha256": "a" * 64, "media_type": "application/pdf", "received": 8}
    file = Attachment.objects.create(
        submission=draft, name="a.pdf", size=8, stored_as=uuid.uuid4().hex, uploaded_by=author, **data
    )
    file.path.parent.mkdir(parents=True)
    file.path.write_bytes(b"%PDF-1.7")
    if state != "uploading":
        change(file, state=state)
    assert who_gets(client, file, readers(draft)) == set()
    change(file, state="removed") if state != "removed" else None
    assert client.get(reverse("attachment", args=[file.key])).status_code == 404


def test_files_are_served_as_attachments(client, author):
    file = make_attachment(make_submission(state="accepted"), name='Mwong’ozo "1".pdf', data=b"%PDF-1.7 hello")
    answer = client.get(reverse("attachment", args=[file.key]))
    assert answer.getvalue() == b"%PDF-1.7 hello"
    let_go(answer)
    told = {name: answer[name] for name in ("Content-Type", "Content-Disposition", "Cache-Control", "ETag")}
    assert told == {
        "Content-Type": "application/pdf",
        "Content-Disposition": "attachment; filename*=utf-8''Mwong%E2%80%99ozo%20%221%22.pdf",
        "Cache-Control": "no-cache",
        "ETag": f'"{file.sha256}"',
    }
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert (
        client.get(reverse("attachment", args=[file.key]), headers={"If-None-Match": answer["ETag"]}).status_code == 304
    )
    change(file.submission, audience="members")
    assert (
        client.get(reverse("attachment", args=[file.key]), headers={"If-None-Match": answer["ETag"]}).status_code == 404
    )
    sign_in(client, make_secretariat())
    answer = client.get(reverse("attachment", args=[file.key]))
    let_go(answer)
    assert (answer["Cache-Control"], answer.has_header("ETag")) == ("no-store, private", False)


def test_others_see_ready_files_only(author):
    submission = make_submission(stakeholder=author.organisation_of_test, state="accepted", author=author)
    ready = make_attachment(submission)
    on_its_way = Attachment.objects.create(
        submission=submission, name="b.pdf", size=8, stored_as=uuid.uuid4().hex, uploaded_by=author
    )
    assert files_of(author, submission) == [ready, on_its_way]
    assert files_of(make_user(), submission) == [ready]
    change(on_its_way, state="removed")
    assert files_of(author, submission) == [ready]


def test_receipt_and_desk_name_the_files(client, draft, author):
    file = make_attachment(draft, name="plan.pdf")
    sign_in(client, author)
    assert "plan.pdf" in words(client.get(reverse("draft_preview", args=[draft.key])))
    sent = send(draft)
    page = words(client.get(reverse("receipt", args=[sent.reference])))
    assert "plan.pdf" in page
    assert file.sha256 in page.replace(" ", "")
    client.logout()
    sign_in(client, make_secretariat())
    assert "plan.pdf" in words(client.get(reverse("desk_input", args=[sent.key])))


# --- E-mails as originals -----------------------------------------------------------------------------------------------


@pytest.fixture
def typed(author):
    """Input typed from a mail, without its original."""
    typist = make_secretariat()
    came = {"channel": "email", "received_on": timezone.localdate(), "entered_by": typist, "author": typist}
    return make_submission(stakeholder=author.organisation_of_test, state="submitted", **came)


def test_e_mail_is_stored_as_original_and_served_as_download(client, author, draft, typed):
    sign_in(client, typed.entered_by)
    for page in ("attachment_add", "intake_check"):
        assert ".png,.eml" in client.get(reverse(page, args=[typed.key])).content.decode()
    assert upload(client, typed, made.mail(), name="Fees.EML").status_code == 302
    file = typed.attachments.get()
    answer = client.get(reverse("attachment", args=[file.key]))
    assert answer.getvalue() == made.mail()
    let_go(answer)
    names = ("Content-Type", "Content-Disposition", "X-Content-Type-Options", "Cache-Control")
    assert [answer[name] for name in names] == [
        "message/rfc822", 'attachment; filename="Fees.EML"', "nosniff", "no-store, private",
    ]  # fmt: skip
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert who_gets(client, file, {**readers(draft), "visitor": None}) == {"author", "secretariat"}
    client.logout()
    sign_in(client, author)
    assert ".eml" not in client.get(reverse("attachment_add", args=[draft.key])).content.decode()


def test_e_mail_with_refused_file_is_refused_with_instructions(client, typed):
    sign_in(client, typed.entered_by)
    page = upload(client, typed, made.mail(files={"plan.pdf": made.pdf()}), name="Fees.eml")
    assert page.status_code == 422
    assert page.context["form"].errors["file"] == [
        "Fees.eml: The e-mail contains files or pictures (plan.pdf). Save and add each of them. Then add "
        "the e-mail without them, or print it as PDF and add that."
    ]
    assert files_of(typed.entered_by, typed) == []
