"""Verification of files, and a test of the documented way to verify without the portal."""

import html
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

from positions.render.inside import TooHard
from positions.render.printable import STATEMENT
from positions.verification import State, examine, examining
from tests import certificates, paper_factories
from tests.factories import make_communique
from tests.positions.copies import make_printed_paper, pdf_with, spaced

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = (ROOT / "docs/verification.md").read_text()


@pytest.fixture
def published(settings, tmp_path, db):
    settings.MEDIA_ROOT = tmp_path / "files"
    return paper_factories.make_published_paper(title="The common position")


@pytest.fixture
def inspect_bytes(tmp_path):
    """Inspect a file of these bytes."""

    def of(data):
        path = tmp_path / "copy"
        path.write_bytes(data)
        return examine(path)

    return of


def test_each_kind_of_file_has_result(published, inspect_bytes, django_assert_num_queries):
    text = published.edition.content
    whole = pdf_with(text.encode())
    for data, state, queries in [
        (text.encode(), State.AUTHENTIC, 2),
        (Path(published.files["pdf"].file.path).read_bytes(), State.AUTHENTIC, 2),
        (spaced(text), State.SAME_TEXT, 4),
        (whole, State.ALTERED, 4),
        (pdf_with(b"{}"), State.UNKNOWN, 3),
        (b"{}", State.UNKNOWN, 3),
        (b"Hello", State.UNREADABLE, 2),
    ]:
        with django_assert_num_queries(queries):
            found = inspect_bytes(data)
        assert (found.state, bool(found.edition_copy)) == (state, state not in (State.UNKNOWN, State.UNREADABLE))
    assert inspect_bytes(whole[:-20]).sentence == str(examining.CUT_OFF_WITH_TEXT)
    assert inspect_bytes(whole[:100]).sentence == str(examining.CUT_OFF)


def test_own_pdf_with_appended_data_is_distinguished_from_changed_one(inspect_bytes, settings, tmp_path, db):
    settings.MEDIA_ROOT = tmp_path / "files"
    paper = make_printed_paper(printed=False)
    found = inspect_bytes(paper.pdf + b"\n1 0 obj\n<</Kind /Comment>>\nendobj\n")
    assert (found.state, found.edition_copy.edition) == (State.ALTERED, paper.edition)
    assert found.sentence == str(examining.ADDED)
    changed = inspect_bytes(paper.pdf.replace(b"%PDF-1.3", b"%PDF-1.4") + b"\n")
    assert (changed.state, changed.is_added_to) == (State.ALTERED, False)


def test_text_of_published_communique_is_recognised(inspect_bytes, db):
    words = "We met and agreed."
    known = make_communique(state="published", body=words)
    found = inspect_bytes(words.encode())
    assert (found.state, found.communique) == (State.AUTHENTIC, known)


def test_uninspectable_file_is_reported_but_own_file_stays_authentic(published, inspect_bytes, monkeypatch):
    def too_hard(_path):
        raise TooHard

    monkeypatch.setattr(examining, "look_inside", too_hard)
    found = inspect_bytes(b"{}")
    assert (found.state, found.sentence) == (State.UNREADABLE, str(examining.TOO_HARD))
    found = inspect_bytes(Path(published.files["pdf"].file.path).read_bytes())
    assert (found.state, found.sentence) == (State.AUTHENTIC, "The file is exactly as it was published.")


# --- Without the portal ---------------------------------------------------------------------------------------------


def on_the_page(client) -> list[str]:
    page = client.get("/verify/").content.decode()
    commands = re.findall(r"<code>(.*?)</code>", page, re.DOTALL)
    return [" ".join(html.unescape(command).split()) for command in commands]  # as a browser shows and copies them


def documented() -> list[str]:
    _before, _heading, method = DOCUMENT.partition("## Without the portal")
    return [line for block in re.findall(r"```\n(.*?)```", method, re.DOTALL) for line in block.splitlines()]


@pytest.mark.django_db
def test_page_and_document_give_same_commands(client):
    assert sorted(on_the_page(client)) == sorted(documented())
    assert len(documented()) == 11


def there(tool: str) -> list[str]:
    """Return the name of a tool as a list, or an empty list where it is not installed."""
    return [tool] if shutil.which(tool) else []


@pytest.mark.django_db
def test_documented_commands_compute_hashes(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    paper = make_printed_paper()
    here, own = tmp_path / "here", Path(sys.executable).parent  # the Python that has pypdf
    here.mkdir()
    (here / "position-paper.pdf").write_bytes(paper.pdf)

    def output_of(beginning: str) -> str:
        (command,) = [line for line in documented() if line.startswith(beginning)]
        environment = {"PATH": f"{own}:{os.environ['PATH']}", "LC_ALL": "C"}
        done = subprocess.run(["/bin/bash", "-c", command], cwd=here, env=environment, capture_output=True, check=True)
        return done.stdout.decode()

    def run(beginning: str) -> str:
        return output_of(beginning).split(" ")[0].strip()

    attached = here / "position-paper.json"
    assert run("sha256sum position-paper.pdf") == paper.files["pdf"].sha256
    for beginning in ("python3 -c 'import pypdf", "pdfdetach -savefile", *there("qpdf")):
        attached.unlink(missing_ok=True)
        run(beginning)
        assert run("sha256sum position-paper.json") == paper.edition.sha256
    attached.write_text(json.dumps(json.loads(paper.edition.content), indent=4), "utf-8")
    assert run("sha256sum position-paper.json") != paper.edition.sha256
    for beginning in ("python3 -c 'import hashlib, json", *there("jq")):
        assert run(beginning) == paper.edition.sha256
    with pikepdf.open(here / "position-paper.pdf") as document:
        (here / "position-paper.akn.xml").write_bytes(document.attachments[STATEMENT].get_file().read_bytes())
    assert output_of("grep") == f'name="sha256" value="{paper.edition.sha256}"\n'
    signed = certificates.sign(paper.pdf, certificates.make_certificate(tmp_path))
    (here / "position-paper.pdf").write_bytes(signed)
    output = output_of("pdfsig")
    assert ("- Total document signed" in output, "- Signature Validation: Signature is Valid." in output) == (
        True,
        True,
    )


def test_document_lists_exit_statuses():
    from positions.management.commands import verify

    rows = dict(re.findall(r"^\| (\d) \| (\w+)", DOCUMENT, re.MULTILINE))
    words = {"0": "authentic", "1": "altered", "2": "unreadable", "7": "signed"}
    seals = {str(status): standing.value.split()[0] for standing, status in verify.SEALS.items()}
    assert rows == words | seals
    assert {str(verify.STATUSES[State(word)]): word for word in words.values()} == words
    assert set(verify.STATUSES) == set(State)
