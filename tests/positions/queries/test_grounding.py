"""Points behind the text of a paper: counted from tallies, with the gaps by theme."""

import pytest

from positions.queries import grounding
from tests import factories, paper_factories
from tests.positions.queries.test_papers import point, section

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper():
    """Create a paper of two themes: an introduction and a section for each theme."""
    made = paper_factories.make_paper(factories.make_consultation(themes=("T1", "T2")))
    paper_factories.make_section(made, heading="Introduction")
    for theme in made.consultation.themes.order_by("order"):
        paper_factories.make_section(made, theme)
    return made


# --- Coverage -------------------------------------------------------------------------------------------------------


def test_coverage_lists_open_points_and_paragraphs(paper):
    used, unused, merged_away = point(paper), point(paper, "T2"), None
    merged_away = factories.make_point(used.submission, state="merged", into=used)
    factories.make_point(used.submission, state="draft")
    grounded = paper_factories.make_paragraph(section(paper, 2), points=(used,))
    bare = paper_factories.make_paragraph(section(paper, 3))
    paper_factories.make_paragraph(section(paper, 1), is_secretariat_text=True)
    grounded.wording.groundings.update(is_confirmed=False)
    found = grounding.coverage(paper)
    assert (found.unplaced, found.answered, found.themes) == (1, 0, [(unused.theme, 1)])
    assert grounding.unplaced_points(paper, [used.theme, unused.theme], 2) == [unused]
    assert found.paragraphs_without_point == [bare]
    assert [(paragraph, grounding.point) for paragraph, grounding in found.unconfirmed] == [(grounded, used)]
    assert merged_away.merged_into == used


def test_coverage_counts_points_by_theme_and_group(paper):
    ministry = factories.make_ministry()
    said = factories.make_point(
        factories.make_submission(paper.consultation, ministry, theme=factories.make_theme("T1"))
    )
    point(paper, "T1")
    point(paper, "T2")
    forum = factories.make_forum(paper.consultation)
    factories.make_point(session=factories.make_session(forum, theme=factories.make_theme("T2")))
    paper_factories.make_paragraph(section(paper, 2), points=(said,))
    found = grounding.coverage(paper)
    assert found.groups == ["Ministry", "Civil society", "At the forum"]
    assert [(theme.code, cells) for theme, cells in found.table] == [
        ("T1", [(1, 1), (1, 0), (0, 0)]),
        ("T2", [(0, 0), (1, 0), (1, 0)]),
    ]


def test_query_count_of_coverage_does_not_depend_on_points(paper, django_assert_max_num_queries):
    for _turn in range(6):
        paper_factories.make_paragraph(section(paper, 2), points=(point(paper),))
    with django_assert_max_num_queries(6):
        grounding.coverage(paper)


def test_numbers_of_points_left_are_those_of_the_points(paper):
    used, answered, both, free = (point(paper, theme) for theme in ("T1", "T2", "T1", "T2"))
    joined = [factories.make_point(free.submission, state="merged", into=into) for into in (free, answered)]
    factories.make_point(free.submission, state="draft")
    factories.make_point(factories.make_submission())
    paper_factories.make_paragraph(section(paper, 2), points=(used, both))
    for each in (answered, both, joined[0]):
        paper_factories.make_disposition(paper, each, "noted")
    assert grounding.number_unanswered(paper) == grounding.open_points(paper).count() == 3
    assert grounding.number_unplaced(paper) == grounding.coverage(paper).unplaced == 1
    assert grounding.coverage(paper).answered == 1
    assert grounding.unplaced_points(paper, paper.consultation.themes.all(), 2) == [free]


def test_next_point_without_an_answer_is_of_the_same_theme_first(paper):
    first, second, third = point(paper, "T1"), point(paper, "T2"), point(paper, "T2")
    assert grounding.first_unanswered(paper) == first
    assert grounding.first_unanswered(paper, second.theme_id) == second
    paper_factories.make_disposition(paper, second, "noted")
    assert grounding.first_unanswered(paper, second.theme_id) == third
    paper_factories.make_disposition(paper, third, "noted")
    assert grounding.first_unanswered(paper, second.theme_id) == first
    paper_factories.make_disposition(paper, first, "noted")
    assert grounding.first_unanswered(paper) is None
