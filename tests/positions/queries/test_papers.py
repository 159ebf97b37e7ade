"""Queries over several models of the papers."""

import pytest
from django.contrib.auth.models import AnonymousUser

from consultations.models import Audience
from positions.models import Edition, Outcome
from positions.queries import papers
from tests import factories, paper_factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper():
    """Create a paper of two themes: an introduction and a section for each theme."""
    consultation = factories.make_consultation(themes=("T1", "T2"))
    made = paper_factories.make_paper(consultation)
    paper_factories.make_section(made, heading="Introduction")
    for theme in consultation.themes.order_by("order"):
        paper_factories.make_section(made, theme)
    return made


def section(paper, order):
    return paper.sections.get(order=order)


def point(paper, theme="T1", **fields):
    made = factories.make_submission(paper.consultation, theme=factories.make_theme(theme), **fields)
    return factories.make_point(made)


# --- The text -------------------------------------------------------------------------------------------------------


def test_paragraphs_are_numbered_across_whole_paper(paper):
    last = paper_factories.make_paragraph(section(paper, 3), "Last.")
    first = paper_factories.make_paragraph(section(paper, 1), "First.")
    gone = paper_factories.make_paragraph(section(paper, 1), "Gone.")
    factories.change(gone, removed_at=paper.created_at)
    middle = paper_factories.make_paragraph(section(paper, 2), "Middle.")
    found = papers.numbered_paragraphs(paper)
    assert [(each.number, each) for each in found] == [(1, first), (2, middle), (3, last)]
    assert papers.paragraph_numbers(paper) == {first.pk: 1, middle.pk: 2, last.pk: 3}


def test_query_count_of_numbering_does_not_depend_on_length(paper, django_assert_num_queries):
    for _turn in range(5):
        paper_factories.make_paragraph(section(paper, 2), points=(point(paper), point(paper)))
    with django_assert_num_queries(3):
        found = papers.numbered_paragraphs(paper)
        said = [
            (each.wording.text, each.section.theme.title, list(each.provisions.all()), grounding.point.submission.title)
            for each in found
            for grounding in each.wording.groundings.all()
            if grounding.point.stakeholder.name
        ]
    assert len(said) == 10


def test_reader_gets_groundings_of_readable_points_only(paper):
    public, hidden = point(paper), point(paper, audience=Audience.SECRETARIAT)
    paper_factories.make_paragraph(section(paper, 2), points=(public, hidden))

    def readable_points(**reader):
        (found,) = papers.numbered_paragraphs(paper, **reader)
        return [grounding.point for grounding in found.wording.groundings.all()]

    assert readable_points() == [public, hidden]
    assert readable_points(reader=AnonymousUser()) == [public]
    assert readable_points(reader=factories.make_secretariat()) == [public, hidden]


def test_outline_numbers_sections_with_text(paper):
    front = paper_factories.make_section(paper, part="front", heading="Foreword", order=10)
    paper_factories.make_section(paper, heading="Follow-up", order=11)
    for order in (1, 3, 10, 11):
        paper_factories.make_paragraph(section(paper, order))
    found = papers.outline(paper, papers.numbered_paragraphs(paper))
    assert [(each.order, each.number, len(each.standing)) for each in found] == [
        (1, "1", 1), (2, "", 0), (3, "2", 1), (10, "", 1), (11, "3", 1),
    ]  # fmt: skip
    assert found[3] == front


# --- Mandates -------------------------------------------------------------------------------------------------------


def test_ministries_are_assigned_paragraphs_of_confirmed_themes(paper):
    one, two = factories.make_ministry("Ministry A"), factories.make_ministry("Ministry B")
    t1, t2 = factories.make_theme("T1"), factories.make_theme("T2")
    for ministry, theme, confirmed in [(two, t1, True), (two, t2, True), (one, t2, True), (one, t1, False)]:
        factories.make_mandate(ministry, theme, is_confirmed=confirmed)
    paper_factories.make_paragraph(section(paper, 1))
    first, second = (paper_factories.make_paragraph(section(paper, order)) for order in (2, 3))
    found = papers.ministries_of(papers.numbered_paragraphs(paper))
    assert list(found.items()) == [(one, [second]), (two, [first, second])]


# --- Answers --------------------------------------------------------------------------------------------------------


def answered(paper, said, *paragraphs, **fields):
    return paper_factories.make_disposition(paper, said, Outcome.ACCEPTED, *paragraphs, answered_at=paper.created_at)


def test_answers_are_readable_only_after_publication(paper):
    said, other = point(paper), point(paper)
    paragraphs = [paper_factories.make_paragraph(section(paper, order)) for order in (1, 2, 3)]
    disposition = answered(paper, said, paragraphs[2], paragraphs[1])
    paper_factories.make_disposition(paper, other, Outcome.ACCEPTED, paragraphs[0])
    assert papers.answers_for([said, other]) == {}
    paper_factories.bring_paper(paper, "published")
    found = papers.answers_for([said, other])
    assert {pk: [(each.disposition, each.numbers) for each in given] for pk, given in found.items()} == {
        said.pk: [(disposition, [2, 3])]
    }


def test_query_count_of_answers_does_not_depend_on_points(paper, django_assert_max_num_queries):
    paragraph = paper_factories.make_paragraph(section(paper, 1))
    said = [point(paper) for _turn in range(6)]
    for each in said:
        answered(paper, each, paragraph)
    paper_factories.bring_paper(paper, "published")
    with django_assert_max_num_queries(3):
        assert len(papers.answers_for(said)) == 6


# --- Editions and numbers -------------------------------------------------------------------------------------------


def test_edition_in_force_is_newest_official_one(paper):
    paper_factories.make_edition(paper, "0.1", "draft")
    paper_factories.make_edition(paper, "1.0", "adopted")
    assert papers.latest_official(paper) is None
    paper_factories.bring_paper(paper, "published")
    assert papers.latest_official(paper) == Edition.objects.get(number="1.0")
    corrected = paper_factories.make_edition(paper, "1.0.1", "corrected")
    assert papers.latest_official(paper) == corrected


def test_counts_include_accepted_inputs_of_every_audience(paper):
    point(paper, "T1", audience=Audience.SECRETARIAT)
    again = point(paper, "T1")
    factories.make_point(again.submission, state="draft")
    factories.make_submission(paper.consultation, again.stakeholder, theme=factories.make_theme("T2"))
    factories.make_submission(paper.consultation, factories.make_ministry(), theme=factories.make_theme("T1"))
    for state in ("draft", "submitted", "returned", "set_aside", "withdrawn"):
        factories.make_submission(paper.consultation, state=state)
    point(paper_factories.make_paper())
    assert papers.tallies(paper.consultation) == {
        "inputs": 4, "points": 2, "organisations": 3, "groups": 2,
        "theme_by_group": [
            {"theme": "T1", "group": "civil_society", "inputs": 2},
            {"theme": "T1", "group": "ministry", "inputs": 1},
            {"theme": "T2", "group": "civil_society", "inputs": 1},
        ],
    }  # fmt: skip
