"""Edition files are created once, checked before they are stored, and contain nothing confidential."""

import hashlib
import io
import json
from pathlib import Path

import pikepdf
import pytest
from django.db import ProgrammingError, transaction

from ncm_portal.workflow import Blocked
from positions import edition
from positions.edition import files
from positions.models import Rule
from positions.render import akoma_ntoso, tables
from positions.render.printable import STATEMENT
from tests import paper_factories, pdf_text
from tests.paper_factories import SECRET

pytestmark = pytest.mark.django_db


@pytest.fixture
def stored(settings, tmp_path):
    """Return the folder of stored files."""
    settings.MEDIA_ROOT = tmp_path
    settings.PORTAL_ADDRESS = "https://portal.example.go.ke"
    return tmp_path / "editions"


@pytest.fixture
def frozen(stored):
    """Return an adopted edition with one record of each kind."""
    whole = paper_factories.make_whole_paper()
    decision = paper_factories.make_decision(whole.paper, Rule.WITH_RESERVATIONS)
    fields = {"number": "1.0", "kind": "adopted", "status": "Adopted by consensus, 1 reservation"}
    return edition.freeze(whole.paper, by=whole.paper.created_by, decision=decision, **fields)


@pytest.fixture
def printed(monkeypatch):
    """Replace the renderer and check by fast ones; `printed.pages` lists what was printed."""

    class Press:
        pages: list = []
        complaints: list = []
        documents: list = []

        def render_apart(self, content, sha256, address, **limits):
            self.pages.append((content["edition"]["number"], sha256, address))
            self.documents.append(limits["document"])
            return b"%PDF-1.7 quick"

    press = Press()
    press.pages, press.complaints, press.documents = [], [], []
    monkeypatch.setattr(files.pdf, "render_apart", press.render_apart)
    monkeypatch.setattr(files.pdf, "inspect", lambda data: list(press.complaints))
    return press


def test_printed_pdf_is_valid_and_contains_nothing_confidential(frozen, stored):
    edition.render_artefacts(frozen)
    assert edition.problems(frozen) == []
    pdf, json_file = frozen.artefacts.get(format="pdf"), frozen.artefacts.get(format="json")
    data = Path(pdf.file.path).read_bytes()
    with pikepdf.open(io.BytesIO(data)) as document:
        carried = {name: document.attachments[name].get_file().read_bytes() for name in document.attachments}
        about = str(dict(document.docinfo))
    inside = carried["position-paper.json"]
    assert inside == frozen.content.encode() == Path(json_file.file.path).read_bytes()
    said = " ".join(pdf_text.pages(data))
    assert "Kenya \ncalls for\n three things." in said
    for word in SECRET.split("-"):
        assert word not in said + about
        assert word.encode() not in b"".join([data, *carried.values()])
    assert (pdf.sha256, pdf.size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert json_file.sha256 == frozen.sha256
    kept = {artefact.format: Path(artefact.file.path).read_bytes() for artefact in frozen.artefacts.all()}
    beside = {form: carried[f"position-paper.{form}"] for form in ("akn.xml", "dispositions.csv") if form in kept}
    assert kept == {"pdf": data, "json": inside, **beside}
    assert len(beside) == len(carried) - 1
    assert len(list(stored.iterdir())) == len(kept)


def test_verification_url_is_public_one(frozen, printed):
    edition.render_artefacts(frozen)
    address = f"https://portal.example.go.ke/verify/{frozen.sha256}/"
    assert printed.pages == [("1.0", frozen.sha256, address)]
    assert edition.address(frozen) == address


def test_files_are_made_once(frozen, printed):
    edition.render_artefacts(frozen)
    before = list(frozen.artefacts.values())
    edition.render_artefacts(frozen)
    assert list(frozen.artefacts.values()) == before
    assert len(printed.pages) == 1


def test_files_inside_pdf_equal_files_served_separately(frozen, monkeypatch, settings):
    """This also holds when the portal changed since, and for papers printed before these files were stored."""
    content = json.loads(frozen.content)
    statement = akoma_ntoso.render(content, sha256=frozen.sha256, address=edition.address(frozen))
    printed = io.BytesIO()
    with pikepdf.new() as document:
        document.attachments[STATEMENT] = statement
        document.save(printed)
    (pdf, _json) = paper_factories.make_files(frozen, pdf=printed.getvalue()).values()
    settings.PORTAL_ADDRESS = "https://moved.example.go.ke"
    kept = edition.render_artefact(frozen, "akn.xml")
    assert (Path(kept.file.path).read_bytes(), kept.renderer) == (statement, pdf.renderer)
    assert b"portal.example.go.ke" in statement
    table = edition.render_artefact(frozen, "dispositions.csv")  # not in this PDF
    assert table.renderer == tables.RENDERER_VERSION


def test_each_pdf_form_has_its_own_renderer(frozen, printed):
    made = [edition.render_artefact(frozen, form) for form in ("clean.pdf", "summary.pdf")]
    assert printed.documents == ["clean", "summary"]
    assert [artefact.renderer.split()[0] for artefact in made] == ["ncm-clean", "ncm-summary"]


def test_pdf_that_fails_checks_is_not_stored(frozen, stored, printed):
    printed.complaints.append("The file is not tagged.")
    with pytest.raises(Blocked) as refusal:
        edition.render_artefacts(frozen)
    assert refusal.value.reasons == ["The file is not tagged."]
    assert frozen.artefacts.count() == 0
    assert not stored.exists()


def test_unprintable_characters_are_reported_before_printing(stored, printed):
    whole = paper_factories.make_whole_paper()
    paper_factories.reword(whole.paragraphs[1], "Kenya calls for ꦲꦏ and two more things that are good for all.")
    frozen = paper_factories.freeze(whole.paper)
    with pytest.raises(Blocked) as refusal:
        edition.render_artefacts(frozen)
    assert refusal.value.reasons == [
        "Paragraph 2 (“Kenya calls for ꦲꦏ and two more things …”): "
        "no font of the portal has these characters: ꦏ (U+A98F), ꦲ (U+A9B2)."
    ]
    assert printed.pages == []


def test_renderer_failure_is_reported_in_plain_words(frozen, monkeypatch):
    def fail(*arguments, **limits):
        raise files.pdf.RenderFailed("it took longer than 60 seconds")

    monkeypatch.setattr(files.pdf, "render_apart", fail)
    with pytest.raises(Blocked) as refusal:
        edition.render_artefacts(frozen)
    assert refusal.value.reasons == ["The PDF could not be made: it took longer than 60 seconds"]


def test_missing_files_block_publication(frozen):
    assert edition.problems(frozen) == ["The PDF has not been made yet.", "The JSON has not been made yet."]


def test_altered_files_block_publication(frozen, stored, printed):
    edition.render_artefacts(frozen)
    (pdf,) = stored.glob("*.pdf")
    pdf.write_bytes(pdf.read_bytes() + b" ")
    assert edition.problems(frozen) == ["The PDF has changed since it was made."]
    pdf.unlink()
    assert edition.problems(frozen) == ["The PDF is unreadable."]


def test_database_refuses_changes_of_artefact_records(frozen, printed):
    edition.render_artefacts(frozen)
    with pytest.raises(ProgrammingError, match="permission denied for table positions_artefact"), transaction.atomic():
        frozen.artefacts.update(sha256="0" * 64)
