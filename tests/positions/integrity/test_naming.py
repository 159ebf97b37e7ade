"""Labels and locations of records reported by the integrity checks."""

import pytest
from django.urls import resolve, reverse

from consultations.integrity import Finding
from consultations.models import Event
from ncm_portal import workflow
from positions.integrity.naming import PAGES, named
from tests import factories, paper_factories
from tests.positions.clearing import make_text

pytestmark = pytest.mark.django_db


def name_of(record):
    return named(Finding("inputs", f"{record._meta.label_lower}:{record.pk}", "", ""))


def test_input_and_related_records_link_to_input(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    sent = factories.send(factories.make_submission(title="Fees"))
    page = reverse("desk_input", args=[sent.key])
    assert name_of(sent) == (f"Input {sent.reference}: Fees", page)
    assert name_of(factories.make_attachment(sent)) == ("Attachment letter.pdf", page)


def test_title_of_draft_is_not_revealed():
    draft = factories.make_submission(state="draft", title="A secret")
    assert name_of(draft)[0] == f"Input {draft.pk}"


def test_records_of_paper_link_to_paper():
    text = make_text("in_clearance")
    asked = paper_factories.make_clearance(text.paper, text.one, text.first)
    letter = paper_factories.make_letter(asked, text.first)
    assert name_of(text.first.wording)[1] == reverse("desk_paragraph", args=[text.paper.slug, text.first.key])
    assert name_of(letter.lines.get())[1] == reverse("letter", args=[letter.key])
    assert name_of(asked.edition)[1] == reverse("paper_edition", args=[text.paper.slug, asked.edition.number])


def test_journal_entry_links_to_admin():
    entry = workflow.journal("note", factories.make_stakeholder(), by=None)
    found = named(Finding("journal", f"consultations.event:{entry.number}", "", ""))
    assert found == (f"Journal entry {entry}", reverse("admin:consultations_event_change", args=[entry.pk]))
    assert Event.objects.count() == 1


@pytest.mark.parametrize(
    "name",
    ["trigger x on y", "file:attachments/a", "consultations.submission:0", "consultations.submission:x", "a.b:1"],
)
def test_missing_or_unknown_record_has_no_name(name):
    assert named(Finding("schema", name, "", "")) == ("", "")


def test_every_named_page_belongs_to_a_model_and_exists():
    from django.apps import apps

    assert [label for label in PAGES if not apps.get_model(label)] == []
    stakeholder = factories.make_stakeholder()
    assert resolve(name_of(stakeholder)[1]).url_name == "desk_organisation"
