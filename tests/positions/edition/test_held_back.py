"""Withheld passages and the points that reveal them appear in no edition and no file made from one."""

import json
from datetime import UTC, datetime

import pytest

from consultations.workflow import split
from positions import edition
from positions.models import EditionKind, Outcome
from positions.views import public_papers
from tests import factories, paper_factories

pytestmark = pytest.mark.django_db
CANARY = "quetzalcoatlus"
MOMENT = datetime(2017, 10, 17, 13, 40, tzinfo=UTC)


@pytest.fixture
def whole():
    """Return a paper with a paragraph based on a point that its author withholds in a public input."""
    whole = paper_factories.make_whole_paper()
    said = factories.make_submission(whole.consultation, body=f"Open words. [[We met a {CANARY} there.]]")
    point = split(said, by=factories.make_secretariat(), kind="challenge", text=f"We met a {CANARY} there.")
    paragraph = paper_factories.make_paragraph(whole.paper.sections.last(), "Kenya notes it.", points=(point,))
    paper_factories.make_disposition(whole.paper, point, Outcome.IN_PART, paragraph, reason=f"The {CANARY} is rare.")
    whole.held = point
    return whole


def content(whole, kind):
    return edition.content(whole.paper, number="1.0", kind=kind, status="Status", frozen_at=MOMENT)


@pytest.mark.parametrize("kind", EditionKind.values)
def test_withheld_text_is_in_no_edition_page_or_print(whole, kind):
    found = content(whole, kind)
    assert CANARY not in json.dumps(found, ensure_ascii=False).casefold()
    assert CANARY not in json.dumps(public_papers.sections(found), ensure_ascii=False).casefold()


def test_withheld_point_is_counted_as_reference_without_text_and_name(whole):
    found = content(whole, EditionKind.ADOPTED)
    point = next(each for each in found["points"] if each["reference"] == whole.held.reference)
    assert (point["text"], point["organisation"], point["reason"]) == (None, None, "")
    shown = public_papers.sections(found)[-1]["paragraphs"][-1]
    assert (shown["public"], shown["hidden"]) == ([], 1)
