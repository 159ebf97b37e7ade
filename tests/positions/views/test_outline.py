"""The outline of a paper at the desk."""

import re

import pytest
from django.urls import reverse

from tests.factories import make_member, make_secretariat
from tests.pages import words as text_of
from tests.paper_factories import bring_paper, make_edition, make_paper, make_paragraph, make_section
from tests.positions.drafting import make_draft
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    return make_draft()


@pytest.fixture
def desk(client):
    sign_in(client, make_secretariat())
    return client


def at(name, draft, *args):
    return reverse(name, args=[draft.paper.slug, *args])


def problems(response):
    """Return the error summary of a page."""
    summary = re.search(r'id="problem".*?<ul>(.*?)</ul>', response.text, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", item).strip() for item in re.findall(r"<li>(.*?)</li>", summary[1], re.DOTALL)]


def headings(draft):
    return list(draft.paper.sections.values_list("heading", flat=True))


def test_sections_are_added_and_renamed(desk, draft):
    words = {"heading": "Method", "kind": "body", "after": draft.opening.pk}
    assert desk.post(at("desk_section_new", draft), words).url == at("desk_outline", draft)
    words = {"heading": "More on theme 1", "kind": "T1", "after": draft.first.pk}
    desk.post(at("desk_section_new", draft), words)
    desk.post(at("desk_section_edit", draft, draft.opening.pk), {"heading": "Who speaks"})
    assert list(draft.paper.sections.values_list("heading", "part")) == [
        ("Who speaks", "body"), ("Method", "body"), ("Theme 1", "theme"), ("More on theme 1", "theme"), ("Theme 2", "theme"),
    ]  # fmt: skip
    response = desk.post(at("desk_section_edit", draft, draft.opening.pk), {"heading": ""})
    assert (response.status_code, problems(response)) == (422, ["Heading: Enter the heading."])


def test_sections_move_up_and_down_by_one_button(desk, draft):
    page = desk.get(at("desk_outline", draft))
    assert [(row["section"].heading, row["up"], row["down"]) for row in page.context["rows"]] == [
        ("Introduction", "", draft.first.pk),
        ("Theme 1", "first", draft.second.pk),
        ("Theme 2", draft.opening.pk, ""),
    ]
    response = desk.post(at("desk_section_place", draft, draft.second.pk), {"after": draft.opening.pk}, follow=True)
    assert "“Theme 2” is moved." in text_of(response)
    assert headings(draft) == ["Introduction", "Theme 2", "Theme 1"]
    desk.post(at("desk_section_place", draft, draft.second.pk), {"after": "first"})
    assert headings(draft) == ["Theme 2", "Introduction", "Theme 1"]


def test_move_that_needs_a_reason_asks_for_it_and_keeps_the_place(desk, draft):
    make_paragraph(draft.opening, "Who speaks.", is_secretariat_text=True)
    make_edition(draft.paper)
    address = at("desk_section_place", draft, draft.opening.pk)
    page = desk.post(address, {"after": draft.first.pk})
    assert page.status_code == 422
    assert "Enter a reason: paragraphs of an edition get other numbers." in text_of(page)
    assert page.context["form"]["after"].value() == str(draft.first.pk)
    assert headings(draft)[0] == "Introduction"
    desk.post(address, {"after": draft.first.pk, "reason": "Routes come first."})
    assert headings(draft)[0] == "Theme 1"


@pytest.mark.parametrize("after", ["", "x", "999999999999999999999", "\0", "é" * 10_000])
def test_unknown_place_is_refused_in_words(desk, draft, after):
    page = desk.post(at("desk_section_place", draft, draft.first.pk), {"after": after})
    assert (page.status_code, headings(draft)) == (422, ["Introduction", "Theme 1", "Theme 2"])
    assert "Choose where to put it." in text_of(page)


def test_only_empty_sections_offer_to_be_removed(desk, draft):
    page = text_of(desk.get(at("desk_outline", draft)))
    assert ("Remove : Theme 2" in page, "Remove : Theme 1" in page) == (True, False)
    response = desk.post(at("desk_section_remove", draft, draft.second.pk), follow=True)
    assert "“Theme 2” is removed from the outline." in text_of(response)
    page = desk.post(at("desk_section_remove", draft, draft.first.pk))
    assert (page.status_code, headings(draft)) == (422, ["Introduction", "Theme 1"])
    assert "The section has paragraphs: move or remove them first." in text_of(page)


def test_sections_of_another_paper_are_not_found(desk, draft):
    foreign = make_section(make_paper()).pk
    for name in ("desk_section_place", "desk_section_remove", "desk_section_edit"):
        assert desk.post(at(name, draft, foreign), {"after": "first"}).status_code == 404, name
    assert desk.get(at("desk_section_remove", draft, draft.first.pk)).url == at("desk_outline", draft)


def test_outline_of_a_fixed_text_is_shown_without_buttons(desk, draft):
    bring_paper(draft.paper, "review")
    page = text_of(desk.get(at("desk_outline", draft)))
    assert "The outline can change only while the paper is drafted or consolidated. Now it is in review." in page
    assert ("Up" in page.split(), "Add a section" in page) == (False, False)


def test_outline_is_for_the_secretariat(client, draft):
    sign_in(client, make_member())
    assert client.get(at("desk_outline", draft)).status_code == 404
