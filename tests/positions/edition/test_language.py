"""Papers are written and frozen in English or Kiswahili, with single paragraphs in the other language."""

import json

import pytest
from django.utils import translation

from consultations.models import OutlinePart
from positions import edition, workflow
from positions.models import Edition, Rule
from positions.render import docx, pdf
from tests import paper_factories
from tests.edition_schema import complaints
from tests.factories import change, make_consultation, make_secretariat
from tests.positions.drafting import last_entry, make_draft

pytestmark = pytest.mark.django_db


def test_paper_started_in_kiswahili_is_written_in_kiswahili():
    OutlinePart.objects.create(order=1, part="body", heading="1. Introduction", heading_sw="1. Utangulizi")
    OutlinePart.objects.create(order=2, part="body", heading="6. Position by theme (sections)")
    OutlinePart.objects.create(order=3, part="body", heading="10. Outlook")  # not translated
    consultation, by = make_consultation(themes=("T1",)), make_secretariat()
    change(consultation.themes.get(), title="Drivers", title_sw="Vyanzo")
    words = {"title": "Msimamo wa Kenya", "short_title": "Msimamo", "language": "sw"}
    paper = workflow.create_paper(consultation, by=by, slug="msimamo", **words)
    section = paper.sections.get(theme__isnull=False)
    assert [each.heading for each in paper.sections.all()] == ["Utangulizi", "Vyanzo", "Outlook"]
    own = workflow.add_paragraph(section, by=by, text="Kenya inataka njia salama.")
    foreign = workflow.add_paragraph(section, by=by, text="Kenya notes it.", language="en")
    assert (section.heading, own.language, foreign.language) == ("Vyanzo", "sw", "en")
    _stays, split = workflow.split_paragraph(own, by=by, texts=["Kenya inataka.", "Njia salama."], why="Mbili.")
    assert split.language == "sw"
    workflow.mark_paragraph(foreign, by=by, language="sw")
    assert last_entry(foreign)[2]["language"] == "sw"
    foreign.refresh_from_db()
    assert foreign.language == "sw"


def test_usual_headings_follow_the_language_of_the_paper():
    OutlinePart.objects.create(order=1, part="body", heading="1. Introduction", heading_sw="1. Utangulizi")
    OutlinePart.objects.create(order=2, part="body", heading="2. Outlook", heading_sw="2. Mtazamo")
    words = {"title": "The position", "short_title": "GCM"}
    by = make_secretariat()
    paper = workflow.create_paper(make_consultation(), by=by, slug="gcm", **words)
    workflow.edit_section(paper.sections.get(order=2), by=by, heading="What comes next")
    workflow.rename_paper(paper, by=by, **words, language="sw")
    assert [each.heading for each in paper.sections.all()] == ["Utangulizi", "What comes next"]
    workflow.rename_paper(paper, by=by, **words, language="en")
    assert [each.heading for each in paper.sections.all()] == ["Introduction", "What comes next"]


def test_renaming_changes_language_of_editions_but_not_of_paragraphs():
    draft = make_draft()
    words = {"title": draft.paper.title, "short_title": draft.paper.short_title, "purpose": draft.paper.purpose}
    workflow.rename_paper(draft.paper, by=draft.drafter, **words, language="sw")
    assert last_entry(draft.paper)[2] == {"changed": {"language": ["en", "sw"]}}
    draft.paper.refresh_from_db()
    draft.paragraph.refresh_from_db()
    assert (draft.paper.language, draft.paragraph.language) == ("sw", "en")


def test_kiswahili_edition_does_not_depend_on_language_of_user():
    whole = paper_factories.make_whole_paper()
    change(whole.paper, language="sw")
    _english, *rest = (each for section in whole.paper.sections.all() for each in section.paragraphs.all())
    for each in rest:
        change(each, language="sw")
    decision = paper_factories.make_decision(whole.paper, Rule.WITH_RESERVATIONS)
    with translation.override("en"):
        status = workflow.adoption._adopted_as(whole.paper, Rule.WITH_RESERVATIONS)
        fields = {"number": "1.0", "kind": "adopted", "status": status}
        frozen = edition.freeze(whole.paper, by=whole.paper.created_by, decision=decision, **fields)
    content = json.loads(frozen.content)
    assert complaints(content) == []
    spoken = [each["lang"] for section in content["sections"] for each in section["paragraphs"]]
    assert (content["language"], spoken) == ("sw", ["en", *["sw"] * len(rest)])
    assert content["edition"]["status"] == "Limepitishwa kwa maafikiano, na pingamizi 1 lenye masharti"
    assert content["adoption"]["quorum"].startswith("Taasisi wanachama ")
    assert pdf.obstacles(content) == []
    address = edition.address(frozen)
    assert docx.render(content, sha256=frozen.sha256, address=address)[:2] == b"PK"


def test_review_text_is_named_in_language_of_paper():
    draft = make_draft()
    change(draft.paper, language="sw")
    edition.freeze(
        draft.paper,
        number="0.1",
        kind="clearance",
        status=translation.gettext_lazy("Text for clearance"),
        by=draft.drafter,
    )
    assert Edition.objects.get(paper=draft.paper).status == "Andiko la kuidhinishwa na wizara"
