"""For you, as an official lands on it: the position in force, its briefs, the delegation copy and the next milestone."""

import pytest
from django.urls import reverse
from django.utils import timezone

from ncm_portal.workflow import now
from positions.models import Brief
from tests.factories import change
from tests.pages import words
from tests.paper_factories import freeze, make_paper
from tests.positions.queries.test_for_you import new_milestone, new_paragraph
from tests.sign_in import sign_in
from tests.waiting import make_people

pytestmark = pytest.mark.django_db
PAGE = "/for-you/"


@pytest.fixture
def people():
    people = make_people()
    people.paper = make_paper(state="published", title="Position on the Compact")
    new_paragraph(people.paper)
    people.edition = freeze(people.paper)
    people.milestone = new_milestone(people.paper.consultation)
    Brief.objects.create(
        edition=people.edition, milestone=people.milestone, number=1, ask="Passes.", by=people.head, at=now()
    )
    people.secret = make_paper(state="adopted", is_restricted=True, title="Secret lines")
    new_paragraph(people.secret)
    freeze(people.secret)
    return people


def test_official_has_the_position_its_brief_and_its_copy_on_one_page(client, people):
    sign_in(client, people.official)
    page = client.get(PAGE)
    text = page.content.decode()
    slug = people.paper.slug
    for address in (
        reverse("paper_edition", args=[slug, "1.0"]), reverse("annexes", args=[slug]),
        reverse("brief", args=[slug, people.milestone.pk]),
    ):  # fmt: skip
        assert f'href="{address}"' in text
        assert client.get(address).status_code == 200
    assert {each.edition.paper for each in page.context["positions"]} == {people.paper, people.secret}
    assert "Next milestone Regional dialogue" in words(page)
    assert "in 3 days" in words(page)


def test_brief_for_a_milestone_that_is_over_is_not_offered(client, people):
    change(people.milestone, planned_start=timezone.localdate() - timezone.timedelta(days=1))
    sign_in(client, people.official)
    assert [each.briefs for each in client.get(PAGE).context["positions"]] == [[], []]


@pytest.mark.parametrize("who", ["focal", "clearing", "stranger", "nobody", "secretariat"])
def test_nobody_else_sees_briefs_or_restricted_papers_on_it(client, people, who):
    sign_in(client, getattr(people, who))
    page = client.get(PAGE)
    assert "positions" not in page.context
    assert "Brief for" not in words(page)
    if who != "secretariat":
        assert "Secret lines" not in page.content.decode()


def test_official_without_second_factor_is_asked_for_one_first(client, people):
    client.force_login(people.official)
    assert client.get(PAGE).status_code == 302
