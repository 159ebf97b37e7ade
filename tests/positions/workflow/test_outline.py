"""Sections of a paper: added, renamed, moved and removed while the text can change."""

import pytest

from positions import workflow
from tests.paper_factories import bring_paper, make_edition, make_paper, make_paragraph, make_section
from tests.positions.drafting import last_entry, make_draft
from tests.positions.reviewing import closed, make_reviewable, opened, propose, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    return make_draft()


def headings(draft):
    return list(draft.paper.sections.values_list("order", "heading"))


def test_sections_are_added_in_place_and_renamed(draft):
    made = workflow.add_section(draft.paper, by=draft.drafter, heading="Method", after=draft.opening)
    last = workflow.add_section(draft.paper, by=draft.drafter, heading="Annex", part="annex")
    workflow.edit_section(draft.opening, by=draft.drafter, heading="Who speaks")
    assert list(draft.paper.sections.values_list("order", "heading")) == [
        (1, "Who speaks"), (2, "Method"), (3, "Theme 1"), (4, "Theme 2"), (5, "Annex"),
    ]  # fmt: skip
    assert (made.part, last.part) == ("body", "annex")
    assert last_entry(draft.paper) == ("edit_section", "", {"heading": "Who speaks"})


def test_new_section_is_placed_by_current_order(draft):
    stale = draft.paper.sections.get(pk=draft.first.pk)
    workflow.add_section(draft.paper, by=draft.drafter, heading="Method", after=draft.opening)
    workflow.add_section(draft.paper, by=draft.drafter, heading="Behind theme 1", after=stale)
    headings = list(draft.paper.sections.values_list("heading", flat=True))
    assert headings == ["Introduction", "Method", "Theme 1", "Behind theme 1", "Theme 2"]


# --- Moving -----------------------------------------------------------------------------------------------------------


def test_section_moves_to_any_place_and_back(draft):
    workflow.move_section(draft.second, by=draft.drafter, after=None)
    assert headings(draft) == [(1, "Theme 2"), (2, "Introduction"), (3, "Theme 1")]
    assert last_entry(draft.paper) == ("move_section", "", {"heading": "Theme 2", "after": ""})
    workflow.move_section(draft.second, by=draft.drafter, after=draft.first)
    assert headings(draft) == [(1, "Introduction"), (2, "Theme 1"), (3, "Theme 2")]
    assert last_entry(draft.paper) == ("move_section", "", {"heading": "Theme 2", "after": "Theme 1"})


@pytest.mark.parametrize("after", ["first", "second"])
def test_move_to_its_own_place_leaves_no_trace(draft, after):
    workflow.add_section(draft.paper, by=draft.drafter, heading="Method")
    workflow.move_section(draft.second, by=draft.drafter, after=getattr(draft, after))
    assert last_entry(draft.paper)[0] == "add_section"


def test_move_behind_a_section_of_another_paper_is_refused(draft):
    elsewhere = make_section(make_paper())
    assert refused(workflow.move_section, draft.first, by=draft.drafter, after=elsewhere) == [
        "Choose a place in the same paper."
    ]


def test_reason_is_needed_only_where_numbers_of_an_edition_change(draft):
    make_paragraph(draft.opening, "Who speaks.", is_secretariat_text=True)
    workflow.move_section(draft.first, by=draft.drafter, after=None)  # nobody has seen the text yet
    make_edition(draft.paper)
    assert refused(workflow.move_section, draft.opening, by=draft.drafter, after=None) == [
        "Enter a reason: paragraphs of an edition get other numbers. It is kept in the journal."
    ]
    workflow.move_section(draft.second, by=draft.drafter, after=None)  # it has no text
    assert headings(draft) == [(1, "Theme 2"), (2, "Theme 1"), (3, "Introduction")]
    workflow.move_section(draft.opening, by=draft.drafter, after=None, reason=" Who speaks comes first. ")
    assert last_entry(draft.paper)[:2] == ("move_section", "Who speaks comes first.")


# --- Removing ---------------------------------------------------------------------------------------------------------


def test_empty_section_is_removed_and_the_others_close_up(draft):
    workflow.remove_section(draft.opening, by=draft.drafter)
    assert headings(draft) == [(1, "Theme 1"), (2, "Theme 2")]
    assert last_entry(draft.paper) == ("remove_section", "", {"heading": "Introduction"})


def test_section_with_text_stays(draft):
    assert refused(workflow.remove_section, draft.first, by=draft.drafter) == [
        "The section has paragraphs: move or remove them first."
    ]


@pytest.mark.parametrize(("which", "neighbour"), [("first", "opening"), ("opening", "first")])
def test_removed_paragraphs_are_kept_with_the_section_next_to_it(draft, which, neighbour):
    section = getattr(draft, which)
    gone = make_paragraph(section, "Kenya said so.", is_secretariat_text=True)
    workflow.remove_paragraph(gone, by=draft.drafter, reason="So.")
    for paragraph in section.paragraphs.standing():
        workflow.remove_paragraph(paragraph, by=draft.drafter, reason="So.")
    workflow.remove_section(section, by=draft.drafter)
    gone.refresh_from_db()
    assert (gone.section, gone.wording.text) == (getattr(draft, neighbour), "Kenya said so.")


def test_section_named_by_an_amendment_stays():
    draft = make_reviewable()
    opened(draft)
    propose(draft, text="", operation="move", section=draft.second)
    closed(draft)
    assert refused(workflow.remove_section, draft.second, by=draft.drafter) == [
        "An amendment moves a paragraph to this section, so it stays."
    ]


def test_last_section_stays(draft):
    paper = make_paper()
    only = make_section(paper)
    assert refused(workflow.remove_section, only, by=draft.drafter) == ["A paper has at least one section."]


def test_section_that_somebody_removed_meanwhile_is_named(draft):
    stale = draft.paper.sections.get(pk=draft.second.pk)
    workflow.remove_section(draft.second, by=draft.colleague)
    gone = ["This section was removed from the outline."]
    assert refused(workflow.remove_section, stale, by=draft.drafter) == gone
    assert refused(workflow.edit_section, stale, by=draft.drafter, heading="Another") == gone
    assert refused(workflow.move_section, stale, by=draft.drafter, after=None) == gone
    assert refused(workflow.add_paragraph, stale, by=draft.drafter, text="Kenya notes it.") == gone
    place = {"by": draft.drafter, "section": stale}
    assert refused(workflow.move_paragraph, draft.paragraph, **place) == ["Choose a place in the same paper."]


def test_outline_of_a_fixed_text_stays(draft):
    bring_paper(draft.paper, "review")
    assert refused(workflow.remove_section, draft.second, by=draft.drafter) == [
        "The text can change only while the paper is drafted or consolidated. Now it is in review."
    ]
