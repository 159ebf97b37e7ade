"""Conditions of a paper's moves: each that is not met leads to the page where it is met."""

import pytest

from ncm_portal.workflow import Condition, met_at
from positions.workflow import conditions
from tests.factories import make_consultation
from tests.paper_factories import make_paper

pytestmark = pytest.mark.django_db


def test_unmet_conditions_lead_to_page_where_they_are_met():
    paper = make_paper(make_consultation())
    found = conditions.paragraphs_are_grounded(paper)
    assert [(each.met, each.url) for each in found] == [(False, f"/desk/papers/{paper.slug}/"), (True, "")]
    assert conditions.quorum_is_met(paper)[0].url == f"/desk/papers/{paper.slug}/adoption/"


def test_condition_keeps_address_of_its_own():
    known = [Condition("met", True), Condition("open", False), Condition("elsewhere", False, "/there/")]
    assert [each.url for each in met_at(lambda record: f"/{record}/")(lambda record: known)("here")] == [
        "", "/here/", "/there/",
    ]  # fmt: skip
