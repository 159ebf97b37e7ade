"""Home and public lists with none, one, two and five open consultations: each is named, and none is chosen silently."""

import re
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from ncm_portal.workflow import now
from tests.factories import (
    make_action,
    make_consultation,
    make_forum,
    make_member,
    make_point,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_submission,
    make_theme,
)
from tests.pages import tidy, words
from tests.paper_factories import make_edition, make_paper
from tests.sign_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.parametrize("world", [0, 1, 2, 5], indirect=True)]
UNSEEN = "Nobody knows of this yet"
NOBODY = "No consultation is open for inputs at the moment."
NONE_YET = "No consultation has been opened yet"


def fill(consultation, name):
    """Create a forum that reported with a commitment, one to come, an input and a published paper."""
    day = localdate(now()) - timedelta(days=3)
    held = make_forum(consultation, state="reported", title=f"Past forum of {name}", starts_on=day)
    promise = make_point(session=make_session(held), kind="commitment", stakeholder=make_stakeholder())
    make_action(held, point=promise, stakeholder=promise.stakeholder, text=f"Promise of {name}")
    paper = make_paper(consultation, state="published", title=f"Paper of {name}")
    make_edition(paper, "1.0", "adopted")
    return SimpleNamespace(
        consultation=consultation,
        slug=consultation.slug,
        name=name,
        forum=make_forum(consultation, title=f"Coming forum of {name}"),
        input=make_submission(consultation, title=f"Input of {name}"),
    )


@pytest.fixture
def world(request):
    """Create open consultations, and one in preparation with a forum, a paper and a milestone."""
    names = [f"Question {number + 1}" for number in range(request.param)]
    rounds = [fill(make_consultation(title=name, short_title=name), name) for name in names]
    coming = make_consultation(state="draft", title=UNSEEN, short_title=UNSEEN, slug="unseen")
    make_forum(coming, state="draft", title=UNSEEN)
    make_paper(coming, title=UNSEEN)
    coming.milestones.create(title=UNSEEN, kind="k", level="l", is_key=True, planned_start=date(2030, 5, 4))
    return rounds


def opened(name, client=None, args=(), **query):
    """Open a public page and return it; it answers, and names nothing in preparation."""
    page = (client or Client()).get(reverse(name, args=args), query)
    assert page.status_code == 200
    assert UNSEEN not in page.text
    assert "unseen" not in page.text
    return page


def offered(page):
    """Return the consultations that a page offers, by their slugs."""
    return sorted(re.findall(r'<li>\s*<a href="\?round=([\w-]+)"', page.text))


def slugs(rounds):
    return sorted(each.slug for each in rounds)


def test_home_names_each_open_consultation_with_its_forum(world):
    page = opened("home")
    text = words(page)
    assert (NONE_YET in text) == (not world)
    assert [each.name for each in world if each.name not in text or each.forum.title not in text] == []
    writes = sorted(re.findall(r'href="/consultations/([^/"]+)/write/"', page.text))
    assert writes == slugs(world)


def test_forum_of_each_open_consultation_has_its_page(world):
    for each in world:
        assert each.forum.title in words(opened("forum", args=[each.forum.slug]))


def test_inputs_of_all_are_listed_and_none_is_taken_for_chosen(world):
    page = opened("inputs")
    assert sorted(each.title for each in page.context["inputs"]) == [f"Input of {each.name}" for each in world]
    of_rounds = [each for each in page.context["filters"] if each.name == "round"]
    assert [sorted(each.options) for each in of_rounds] == ([slugs(world)] if len(world) > 1 else [])
    (coverage,) = re.findall(rf'href="{reverse("coverage_public")}([^"]*)"', page.text)
    assert coverage == (f"?round={world[0].slug}" if len(world) == 1 else "")
    for each in world:
        narrowed = opened("inputs", round=each.slug)
        assert [found.title for found in narrowed.context["inputs"]] == [f"Input of {each.name}"]
        assert f'href="{reverse("coverage_public")}?round={each.slug}"' in narrowed.text


@pytest.mark.parametrize("name", ["coverage_public", "participation", "theme"])
def test_visitor_chooses_only_among_several(world, name):
    make_theme("T1")
    args = ["T1"] if name == "theme" else []
    page = opened(name, args=args)
    if len(world) > 1:
        assert offered(page) == slugs(world)
        assert "round" not in page.context
    else:
        assert page.context["round"] == (world[0].consultation if world else None)
    for each in world:
        assert opened(name, args=args, round=each.slug).context["round"] == each.consultation


def test_papers_are_listed_with_their_consultations(world):
    text = words(opened("papers"))
    assert ("No paper has been published yet." in text) == (not world)
    for each in world:
        assert re.search(rf"Paper of {each.name} .*?edition 1\.0.*? {each.name}", text)


def test_papers_in_preparation_name_their_consultations(world):
    for each in world:
        make_paper(each.consultation, title="The same title")
    page = sign_in(Client(), make_secretariat()).get(reverse("papers"))
    said = re.findall(r"The same title Being drafted (Question \d)", words(page))
    assert sorted(said) == [each.name for each in world]


def test_commitments_of_all_are_listed_with_their_forums(world):
    text = words(opened("commitments"))
    assert f"{len(world)} commitment" in text
    for each in world:
        assert f"Promise of {each.name}" in text
        assert f"Past forum of {each.name}" in text


def test_input_is_written_to_the_only_open_consultation_or_to_a_chosen_one(world):
    client = sign_in(Client(), make_member(make_stakeholder()))
    page = opened("submit", client)
    links = re.findall(r'href="/submit/\?consultation=([\w-]+)"', tidy(page.text))
    assert (NOBODY in words(page)) == (not world)
    assert ("form" in page.context) == (len(world) == 1)
    assert sorted(links) == (slugs(world) if len(world) > 1 else [])
    for each in world:
        assert each.name in words(opened("submit", client, consultation=each.slug))
    assert client.get(reverse("submit"), {"consultation": "unseen"}).status_code == 404
