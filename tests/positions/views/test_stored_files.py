"""Every view that serves stored files returns the stored bytes or explains clearly why not."""

import hashlib
import logging
import os
from types import SimpleNamespace

import pgtrigger
import pytest
from django.conf import settings as portal
from django.urls import get_resolver, reverse
from django.utils import timezone

from consultations import stored_files
from consultations.models import Event, ForumFile, PublicDocument, PublicDocumentKind
from consultations.workflow import copy_forum
from ncm_portal.workflow import Blocked
from positions.edition.files import render_artefact
from positions.models import Edition
from positions.views import edition_files
from tests import factories, paper_factories
from tests.made_files import pdf
from tests.pages import words
from tests.positions.clearing import make_text
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
DATA = b"%PDF-1.7 what was stored"
LEAD = "This one is missing or was changed, so nobody can download it until it is restored."


@pytest.fixture(autouse=True)
def files(settings, tmp_path, monkeypatch):
    """Set up a file folder and an empty cache."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(stored_files, "_notes", {})
    monkeypatch.setattr(stored_files, "SETTLED", -1)
    monkeypatch.setattr(edition_files, "_known", {})
    monkeypatch.setattr(edition_files, "connection", SimpleNamespace(in_atomic_block=False))


def attachment(kind):
    file = factories.make_attachment(factories.make_submission(state="accepted"), data=DATA, kind=kind)
    return file, reverse("attachment", args=[file.key])


def forum_document():
    file = factories.make_forum_file(factories.make_forum(), data=DATA)
    return file, reverse("forum_document", args=[file.key])


def public_document():
    file = PublicDocument.objects.create(
        consultation=factories.make_consultation(state="open"), kind=PublicDocumentKind.values[0], title="Background",
        language="en", name="background.pdf", media_type="application/pdf", size=len(DATA),
        sha256=hashlib.sha256(DATA).hexdigest(), by=factories.make_secretariat(), at=timezone.now(),
    )  # fmt: skip
    file.path.parent.mkdir(parents=True, exist_ok=True)
    file.path.write_bytes(DATA)
    return file, reverse("public_document", args=[file.key])


def answer_to_invitation():
    letter = factories.make_invitation(factories.make_forum(), state="sent")
    file = factories.make_forum_file(letter.forum, data=DATA, kind="answer", invitation=letter)
    return file, reverse("forum_letter_file", args=[letter.forum.slug, letter.key, file.key])


def scan_of_letter():
    text = make_text("in_clearance")
    asked = paper_factories.make_clearance(text.paper, text.one, text.first)
    scan = {"scan_name": "a.pdf", "scan_type": "application/pdf", "scan_sha256": hashlib.sha256(DATA).hexdigest()}
    letter = paper_factories.make_letter(asked, text.first, **scan)
    letter.path.parent.mkdir()
    letter.path.write_bytes(DATA)
    return letter, reverse("letter_scan", args=[letter.key])


def file_of_edition(form):
    published = paper_factories.make_published_paper(slug="gcm-2017", pdf=DATA)
    made = published.files.get(form) or render_artefact(published.edition, form)
    return made, reverse("edition_file", args=["gcm-2017", "1.0", form])


DOORS = {
    "evidence": lambda: attachment("evidence"),
    "original": lambda: attachment("original"),
    "document of a forum": forum_document,
    "document of a consultation": public_document,
    "answer to an invitation": answer_to_invitation,
    "scan of a letter": scan_of_letter,
    **{form: lambda form=form: file_of_edition(form) for form in ("pdf", "json", "akn.xml", "points.csv", "xlsx")},
}


@pytest.fixture(params=DOORS)
def door(request, client):
    """Create a stored file with its URL and a client that may read it."""
    record, address = DOORS[request.param]()
    sign_in(client, factories.make_secretariat())
    return SimpleNamespace(path=record.stored_file.path, record=record, address=address, client=client)


def got(door, **headers):
    """Return status and bytes of the response and close the file as the server does."""
    answer = door.client.get(door.address, headers=headers)
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    for close in answer._resource_closers:
        close()
    return answer.status_code, data


def alter(path):
    """Change one byte and restore the modification time."""
    before, data = path.stat(), bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_stored_bytes_are_served(door, caplog):
    stored = door.path.read_bytes()
    assert (got(door), got(door)) == ((200, stored), (200, stored))
    alter(door.path)
    answer = door.client.get(door.address)
    assert (answer.status_code, LEAD in words(answer), answer["Retry-After"]) == (503, True, "3600")
    assert (answer.has_header("ETag"), answer["Cache-Control"]) == (False, "no-store")
    named = f"{door.record._meta.label_lower} {door.record.pk}, {door.path}"
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.CRITICAL]
    assert told == [f"Not handed out: the file of {named}: its SHA-256 is another one"]
    door.path.write_bytes(stored)
    assert got(door) == (200, stored)


def test_missing_file_shows_same_page(door):
    stored = door.path.read_bytes()
    got(door)
    door.path.unlink()
    answer = door.client.get(door.address)
    assert (answer.status_code, LEAD in words(answer)) == (503, True)
    door.path.write_bytes(stored)
    assert got(door) == (200, stored)


@pytest.mark.parametrize("kind", ["evidence", "pdf"])
def test_altered_file_is_never_answered_as_not_modified(client, kind):
    record, address = DOORS[kind]()
    door = SimpleNamespace(address=address, client=client)
    etag = f'"{record.sha256}"'
    assert (got(door)[0], got(door, **{"If-None-Match": etag})[0]) == (200, 304)
    alter(record.stored_file.path)
    for headers in (
        {"If-None-Match": etag},
        {"If-Modified-Since": "Mon, 30 Nov 2099 00:00:00 GMT"},
        {"Range": "bytes=0-3"},
    ):
        assert got(door, **headers)[0] == 503
    assert client.head(address).status_code == 503


def test_every_view_that_serves_files_is_tested():
    """No other code that answers requests opens a file of the portal."""
    root = portal.BASE_DIR
    opens = ("stored_files import", ".path.open(", ".file.open(", "FileResponse(", "read_bytes()")
    found = {
        str(path.relative_to(root))
        for app in ("consultations", "positions", "ncm_portal")
        for path in (root / app).rglob("views/*.py")
        if any(word in path.read_text() for word in opens)
    }
    assert found == {
        "consultations/views/attachments.py", "consultations/views/checkin.py", "consultations/views/forums.py",
        "consultations/views/invitations.py", "consultations/views/public_documents.py",
        "consultations/views/stored_files.py", "positions/views/clearance_letters.py",
        "positions/views/edition_files.py", "positions/views/public_papers.py",
    }  # fmt: skip
    assert {"attachment", "forum_document", "public_document", "forum_letter_file", "letter_scan", "edition_file"} <= {
        name for name in get_resolver().reverse_dict if isinstance(name, str)
    }


# --- What is made of stored files ---------------------------------------------------------------------------------------


def test_copied_forum_omits_altered_document():
    forum = factories.make_forum()
    sound, altered = (factories.make_forum_file(forum, title=title, data=pdf()) for title in ("Sound", "Altered"))
    alter(altered.path)
    made = copy_forum(forum, by=factories.make_head(), code="NEXT", starts_on=forum.starts_on)
    assert list(made.files.values_list("title", flat=True)) == [sound.title]
    entry = Event.objects.about(made).get(verb="copy_forum")
    assert entry.data == {"of": forum.code, "left_out": ["Altered"]}
    assert ForumFile.objects.count() == 3


@pytest.mark.usefixtures("by_owner")
def test_forms_of_altered_edition_are_refused():
    published = paper_factories.make_published_paper()
    with pgtrigger.ignore():
        Edition.objects.update(content=published.edition.content.replace("a", "b", 1))
    forged = Edition.objects.get(pk=published.edition.pk)
    with pytest.raises(Blocked) as refusal:
        render_artefact(forged, "points.csv")
    assert refusal.value.reasons == ["The content does not match its hash."]
