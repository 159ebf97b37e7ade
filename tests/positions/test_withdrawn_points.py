"""A withdrawn point supports no paragraph: the paper reports it at each move and cannot proceed."""

from datetime import timedelta

import pytest

from consultations import workflow
from ncm_portal.workflow import Blocked, now
from positions.workflow import PAPER_MOVES, open_review
from tests.factories import make_consultation, make_point, make_secretariat, make_submission, make_theme
from tests.paper_factories import make_paper, make_paragraph, make_section, reword

pytestmark = pytest.mark.django_db
MOVES = ("open_review", "fix_clearance_text", "clear_paper", "lay_before_forum", "adopt")


@pytest.fixture
def paper_with_point():
    consultation = make_consultation(themes=("T1",))
    paper = make_paper(consultation)
    point, kept = (make_point(make_submission(consultation)) for _turn in range(2))
    section = make_section(paper, make_theme("T1"))
    make_paragraph(section, is_secretariat_text=True)
    return paper, point, make_paragraph(section, points=(point, kept))


def unmet_conditions(paper):
    """Return what each move reports about withdrawn points."""
    return {
        verb: [
            each.text
            for each in PAPER_MOVES[verb].conditions(paper)
            if "a point that was withdrawn" in each.text and not each.met
        ]
        for verb in MOVES
    }


def test_withdrawn_point_blocks_paper_until_paragraph_cites_another(paper_with_point):
    paper, point, paragraph = paper_with_point
    assert unmet_conditions(paper) == {key: [] for key in MOVES}
    workflow.take_back(point, by=make_secretariat(), reason="It was read into the input.")
    words = f"Paragraph 2 cites a point that was withdrawn ({point.reference})"
    assert unmet_conditions(paper) == {key: [words] for key in MOVES}
    with pytest.raises(Blocked) as refusal:
        open_review(paper, by=make_secretariat(), closes_at=now() + timedelta(days=9))
    assert words in refusal.value.reasons
    reword(paragraph, "Kenya asks for less.", points=(make_point(point.submission),))
    assert unmet_conditions(paper) == {key: [] for key in MOVES}


def test_removed_paragraph_does_not_block(paper_with_point):
    paper, point, paragraph = paper_with_point
    workflow.take_back(point, by=make_secretariat(), reason="It was read into the input.")
    type(paragraph).objects.filter(pk=paragraph.pk).update(removed_at=now())
    assert unmet_conditions(paper) == {key: [] for key in MOVES}
