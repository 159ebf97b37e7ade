"""Home page of the desk: which papers it lists, and in which order."""

import pytest
from django.urls import reverse

from tests.factories import make_secretariat
from tests.paper_factories import make_paper
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


def test_papers_in_progress_are_listed_first(client):
    for state in ("withdrawn", "published", "drafting", "superseded", "in_clearance"):
        make_paper(state=state, title=state)
    page = sign_in(client, make_secretariat()).get(reverse("desk"))
    titles = [paper.title for paper in page.context["papers"]]
    assert (set(titles[:2]), set(titles[2:])) == (
        {"drafting", "in_clearance"},
        {"withdrawn", "published", "superseded"},
    )
