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
def told(tmp_path):
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


def test_each_form_is_known_and_an_altered_one_leads_to_the_edition_that_it_names(published, told):
    states = {}
    for kind in FORMS:
        data = form(published, kind)
        found, altered = told(data), told(changed(data))
        assert (found.state, found.found.file.format, found.says) == (State.AUTHENTIC, kind, "")
        states[kind] = altered.state, bool(altered.found), verify.status(altered)
        assert altered.says != ""
    named = (State.ALTERED, True, 1)
    assert states == {
        "akn.xml": named,
        "docx": named,
        "xlsx": named,
        "dispositions.csv": (State.UNKNOWN, False, 1),
        "paragraphs.csv": (State.UNKNOWN, False, 1),
    }
    altered = told(changed(form(published, "akn.xml")))
    assert altered.sentence == str(examining.CLAIMED)
    said = verify.lines(altered)
    assert said[1].startswith(f"  It says of itself: {published.paper.short_title}, /akn/ke/statement/")
    assert f"  Content hash {published.edition.sha256}" in said
    assert told(changed(form(published, "dispositions.csv"))).says == "Dispositions, 1.0"


def test_a_form_of_an_edition_that_is_not_in_force_says_so(published, told):
    data = form(published, "akn.xml")
    paper_factories.freeze(published.paper, "1.0.1", "corrected")
    for each in (told(data), told(changed(data))):
        assert verify.lines(each)[-1] == "  No longer in force: edition 1.0.1 has taken its place."


def test_what_names_a_draft_is_told_no_more_than_what_it_says_itself(published, told):
    draft = paper_factories.freeze(paper_factories.make_whole_paper().paper, "0.2", "draft")
    found = told(Path(edition.render_artefact(draft, "akn.xml").file.path).read_bytes())
    assert (found.state, found.found, found.sentence) == (State.UNKNOWN, None, str(examining.SAYS))


def test_the_page_shows_what_an_altered_file_says_as_plain_text(client, published):
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


def test_a_comparison_is_printed_again_to_compare_it(client, published, told, press, monkeypatch):
    paper_factories.freeze(published.paper, "1.0.1", "corrected")
    printed = client.get(reverse("paper_compare_pdf", args=["gcm-2017"])).content
    found = told(printed)
    assert (found.state, found.found.edition.number, found.before.edition.number) == (State.AUTHENTIC, "1.0.1", "1.0")
    assert found.sentence == "It compares edition 1.0 with edition 1.0.1, exactly as the portal prints it."
    said = words(client.post("/verify/", {"file": SimpleUploadedFile("compared.pdf", printed)}))
    assert "This file is genuine Official, in force It compares edition 1.0 with edition 1.0.1" in said
    other = told(printed + b"\n% more")
    assert (other.state, other.sentence) == (State.ALTERED, str(examining.OTHER_REDLINE))
    cache.clear()
    cache.add("printing-redline", 1)
    busy = told(printed)
    assert (busy.state, busy.sentence) == (State.ALTERED, str(examining.BUSY))


def test_a_comparison_of_drafts_or_of_nothing_is_unknown(published, told, press):
    draft = paper_factories.freeze(published.paper, "0.2", "review")
    contents = json.loads(draft.content), json.loads(published.edition.content)
    of_draft = printing.redline_pdf(draft, published.edition, contents)
    assert told(of_draft).state == State.UNKNOWN
    for said in (b"[]", b"{", b'{"before": {"sha256": 7}, "after": {"sha256": "a"}}'):
        with pikepdf.open(BytesIO(of_draft)) as forged:
            del forged.attachments["comparison.json"]
            forged.attachments["comparison.json"] = said
            out = BytesIO()
            forged.save(out)
        assert told(out.getvalue()).state == State.UNKNOWN


# --- Archives -------------------------------------------------------------------------------------------------------


@pytest.fixture
def archive(published, tmp_path):
    export(published.consultation, tmp_path / "gcm.zip")
    return tmp_path / "gcm.zip"


def test_an_archive_is_checked_by_the_command_and_named_by_the_page(client, archive, tmp_path):
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
