"""Verification of every format of an edition: published, altered or no longer in force; comparisons and archives."""

import json
from io import BytesIO, StringIO
from pathlib import Path

import pikepdf
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from positions import edition
from positions.archive import export
from positions.management.commands import verify
from positions.render import inside
from positions.render.akoma_names import NAMESPACE
from positions.text.canonical import canonical
from positions.verification import State, examine, examining, printing
from tests import paper_factories
from tests.pages import words

pytestmark = pytest.mark.django_db
FORMS = ("akn.xml", "docx", "xlsx", "dispositions.csv", "paragraphs.csv")


@pytest.fixture
def published(settings, tmp_path, monkeypatch):
    """Create a published paper; harmless files are inspected without child processes, which are slow to start."""
    cache.clear()
    settings.MEDIA_ROOT = tmp_path / "files"
    monkeypatch.setattr(examining, "look_inside", inside.read)
    return paper_factories.make_published_paper(title="The common position", slug="gcm-2017")


@pytest.fixture
def verify_bytes(tmp_path):
    """Return the verification result of a file of these bytes."""

    def of(data, name="copy"):
        path = tmp_path / name
        path.write_bytes(data)
        return examine(path)

    return of


def form(published, kind):
    return Path(edition.render_artefact(published.edition, kind).file.path).read_bytes()


def changed(data):
    """Change the text of a text file, or append bytes to an archive."""
    other = data.replace(b"Kenya", b"Kanya")
    return other if other != data else data[:-2] + b"\x01\x00!"


def test_each_form_is_recognised_and_altered_one_names_its_edition(published, verify_bytes):
    states = {}
    for kind in FORMS:
        data = form(published, kind)
        found, altered = verify_bytes(data), verify_bytes(changed(data))
        assert (found.state, found.edition_copy.file.format, found.says) == (State.AUTHENTIC, kind, "")
        states[kind] = altered.state, bool(altered.edition_copy), verify.status(altered)
        assert altered.says != ""
    named = (State.ALTERED, True, 1)
    assert states == {
        "akn.xml": named,
        "docx": named,
        "xlsx": named,
        "dispositions.csv": (State.UNKNOWN, False, 1),
        "paragraphs.csv": (State.UNKNOWN, False, 1),
    }
    altered = verify_bytes(changed(form(published, "akn.xml")))
    assert altered.sentence == str(examining.CLAIMED)
    said = verify.lines(altered)
    assert said[1].startswith(f"  It says of itself: {published.paper.short_title}, /akn/ke/statement/")
    assert f"  Content hash {published.edition.sha256}" in said
    assert verify_bytes(changed(form(published, "dispositions.csv"))).says == "Dispositions, 1.0"


def test_form_of_superseded_edition_is_reported_as_superseded(published, verify_bytes):
    data = form(published, "akn.xml")
    paper_factories.freeze(published.paper, "1.0.1", "corrected")
    for each in (verify_bytes(data), verify_bytes(changed(data))):
        assert verify.lines(each)[-1] == "  No longer in force: edition 1.0.1 has taken its place."


def test_file_of_draft_reveals_only_its_own_content(published, verify_bytes):
    draft = paper_factories.freeze(paper_factories.make_whole_paper().paper, "0.2", "draft")
    found = verify_bytes(Path(edition.render_artefact(draft, "akn.xml").file.path).read_bytes())
    assert (found.state, found.edition_copy, found.sentence) == (State.UNKNOWN, None, str(examining.SAYS))


def test_page_escapes_content_of_altered_file(client, published):
    data = form(published, "akn.xml").replace(b'FRBRname value="', b'FRBRname value="&lt;b&gt;')
    assert NAMESPACE.encode() in data
    said = words(client.post("/verify/", {"file": SimpleUploadedFile("text.xml", data)}))
    assert "This file was altered Altered The file claims to come from the edition below" in said
    assert f"What it says about itself ?b?{published.paper.short_title}, /akn/ke/" in said
    assert "The genuine files of the edition are below." in said


# --- Comparisons ----------------------------------------------------------------------------------------------------


@pytest.fixture
def press(monkeypatch):
    """Replace printing by an empty page with the same attachment as the real one."""

    def render_apart(content, _sha256, _address, *, document):
        assert document == "redline"
        out = BytesIO()
        with pikepdf.new() as made:
            made.add_blank_page()
            made.attachments["comparison.json"] = canonical(content)
            made.save(out, static_id=True)
        return out.getvalue()

    monkeypatch.setattr(printing, "render_apart", render_apart)


def test_comparison_is_verified_by_printing_it_again(client, published, verify_bytes, press, monkeypatch):
    paper_factories.freeze(published.paper, "1.0.1", "corrected")
    printed = client.get(reverse("paper_compare_pdf", args=["gcm-2017"])).content
    found = verify_bytes(printed)
    assert (found.state, found.edition_copy.edition.number, found.before.edition.number) == (
        State.AUTHENTIC,
        "1.0.1",
        "1.0",
    )
    assert found.sentence == "It compares edition 1.0 with edition 1.0.1, exactly as the portal prints it."
    said = words(client.post("/verify/", {"file": SimpleUploadedFile("compared.pdf", printed)}))
    assert "This file is genuine Official, in force It compares edition 1.0 with edition 1.0.1" in said
    other = verify_bytes(printed + b"\n% more")
    assert (other.state, other.sentence) == (State.ALTERED, str(examining.OTHER_REDLINE))
    cache.clear()
    cache.add("printing-redline", 1)
    busy = verify_bytes(printed)
    assert (busy.state, busy.sentence) == (State.ALTERED, str(examining.BUSY))


def test_comparison_of_drafts_or_unknown_editions_is_unknown(published, verify_bytes, press):
    draft = paper_factories.freeze(published.paper, "0.2", "review")
    contents = json.loads(draft.content), json.loads(published.edition.content)
    of_draft = printing.redline_pdf(draft, published.edition, contents)
    assert verify_bytes(of_draft).state == State.UNKNOWN
    for said in (b"[]", b"{", b'{"before": {"sha256": 7}, "after": {"sha256": "a"}}'):
        with pikepdf.open(BytesIO(of_draft)) as forged:
            del forged.attachments["comparison.json"]
            forged.attachments["comparison.json"] = said
            out = BytesIO()
            forged.save(out)
        assert verify_bytes(out.getvalue()).state == State.UNKNOWN


# --- Archives -------------------------------------------------------------------------------------------------------


@pytest.fixture
def archive(published, tmp_path):
    export(published.consultation, tmp_path / "gcm.zip")
    return tmp_path / "gcm.zip"


def test_archive_is_verified_by_command_and_recognised_by_page(client, archive, tmp_path):
    said = StringIO()
    call_command("verify", str(archive), stdout=said)
    first, second, *_more = said.getvalue().splitlines()
    assert first == "This is the archive of a consultation. Checked as by archive --verify:"
    assert second.startswith("Unaltered: ")
    data = archive.read_bytes()
    archive.write_bytes(data.replace(b"The common position", b"The common opinion!", 1))
    with pytest.raises(SystemExit) as end:
        call_command("verify", str(archive), stdout=said)
    assert end.value.code == 1
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/bagit.txt").write_text("BagIt-Version: 1.0\n")
    with pytest.raises(SystemExit) as end:
        call_command("verify", str(tmp_path / "folder"), stdout=said)
    assert end.value.code in (1, 2)
    page = words(client.post("/verify/", {"file": SimpleUploadedFile("gcm.zip", data)}))
    assert "looks like the archive of a consultation. Check an archive on the server of the portal" in page
