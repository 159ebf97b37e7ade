"""`manage.py verify FILE`: 0 authentic and official, 1 unknown or altered, 2 unreadable."""

import json
from io import StringIO
from pathlib import Path

import pikepdf
import pytest
from django.conf import settings
from django.core.management import call_command

from tests import paper_factories


@pytest.fixture
def published(settings, tmp_path, db):
    settings.MEDIA_ROOT = tmp_path / "files"
    return paper_factories.make_published_paper(title="The common position")


def verify(path):
    """Return the command's exit status, and the first word and last line of its output."""
    out = StringIO()
    try:
        call_command("verify", str(path), stdout=out)
        status = 0
    except SystemExit as end:
        status = end.code
    lines = out.getvalue().splitlines()
    return status, lines[0].split(":")[0], lines[-1].strip()


def kept(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_published_files_are_authentic(published):
    said = f"Content hash {published.edition.sha256}"
    for artefact in published.files.values():
        assert verify(artefact.file.path) == (0, "Authentic", said)


def test_json_is_compared_by_content(published, tmp_path):
    content = json.loads(published.edition.content)
    pretty = kept(tmp_path, "pretty.json", json.dumps(content, indent=2).encode())
    assert verify(pretty)[:2] == (0, "Authentic")
    content["paper"]["title"] += "."
    assert verify(kept(tmp_path, "other.json", json.dumps(content).encode()))[:2] == (1, "Unknown")


def pdf_with(content):
    """Create a PDF of one empty page with `content` attached as in our files."""
    document = pikepdf.new()
    document.add_blank_page()
    document.attachments["position-paper.json"] = content
    return document


def test_changed_pdf_is_altered_even_with_original_text(published, tmp_path):
    path = tmp_path / "altered.pdf"
    pdf_with(published.edition.content.encode()).save(path)
    assert verify(path) == (1, "Altered", f"Content hash {published.edition.sha256}")
    pdf_with(b"{}").save(path)
    assert verify(path)[:2] == (1, "Unknown")


def test_draft_is_unknown(tmp_path, db):
    draft = paper_factories.freeze(paper_factories.make_whole_paper().paper, "0.2", "draft")
    assert verify(kept(tmp_path, "draft.json", draft.content.encode()))[:2] == (1, "Unknown")


def test_superseded_edition_is_authentic_and_reported_as_superseded(published):
    paper_factories.freeze(published.paper, "1.0.1", "corrected")
    status, word, last = verify(published.files["pdf"].file.path)
    assert (status, word, last) == (0, "Authentic", "No longer in force: edition 1.0.1 has taken its place.")


@pytest.mark.django_db
@pytest.mark.parametrize("data", [b"", b"Hello", b"\x00\xff\xfe", b"[" * 100_000, b'{"a": NaN}', b'{"a": "\\ud800"}'])
def test_other_file_types_are_unreadable(tmp_path, data):
    assert verify(kept(tmp_path, "file", data))[:2] == (2, "Unreadable")


@pytest.mark.django_db
def test_broken_pdf_is_unknown(tmp_path):
    assert verify(kept(tmp_path, "broken.pdf", b"%PDF-1.7 nothing more"))[:2] == (1, "Unknown")


def test_damaged_pdf_ends_as_the_manual_says(published, tmp_path):
    """A download that broke off: altered if our text can still be read in it, otherwise unknown; 1 in both cases."""
    data = Path(published.files["pdf"].file.path).read_bytes()
    results = {verify(kept(tmp_path, "cut.pdf", data[: len(data) * part // 10]))[0] for part in (3, 9)}
    assert results == {1}
    manual = (Path(settings.BASE_DIR) / "docs" / "verification.md").read_text()
    assert "| 1 | altered or unknown; also a PDF that is damaged or incomplete" in manual


@pytest.mark.django_db
def test_missing_file_is_unreadable(tmp_path):
    assert verify(tmp_path / "missing.pdf")[:2] == (2, "Unreadable")
    assert verify(tmp_path)[:2] == (2, "Unreadable")


def test_command_exit_status_is_correct(published, tmp_path):
    """The process itself ends with these statuses, not only the function in Python."""
    with pytest.raises(SystemExit) as end:
        call_command("verify", str(tmp_path / "missing"), stdout=StringIO())
    assert end.value.code == 2
