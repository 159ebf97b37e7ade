"""Comparing editions and quoting lines: who may read which, and the content of the pages."""

import re

import pytest
from django.urls import reverse

from positions import workflow
from tests.factories import make_member, make_ministry, make_secretariat
from tests.pages import tidy
from tests.paper_factories import freeze, make_paragraph, make_published_paper
from tests.positions.drafting import make_draft
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    """Create a draft frozen three times: the second for review, with a change before and after it."""
    found = make_draft()
    by = found.drafter
    found.second_one = make_paragraph(found.first, "Kenya notes the second thing.", by=by)
    freeze(found.paper, "0.1", "draft")
    workflow.reword(found.paragraph, by=by, text="Kenya calls for <agreed> safe routes.", why="Safety.")
    workflow.remove_paragraph(found.second_one, by=by, reason="Said elsewhere.")
    workflow.add_paragraph(found.second, by=by, text="Kenya notes a third thing.", is_secretariat_text=True)
    freeze(found.paper, "0.2", "review")
    freeze(found.paper, "0.3", "draft")
    return found


def compared(client, draft, **asked):
    return client.get(reverse("paper_compare", args=[draft.paper.slug], query=asked))


def rows(page):
    """Return the rows of the tables: paragraph with its change, before, after."""
    found = re.findall(r"<tr id=.*?</tr>", page.text, re.DOTALL)
    cells = [re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL) for row in found]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


def test_changes_are_shown_side_by_side(client, draft):
    sign_in(client, draft.drafter)
    page = compared(client, draft, **{"from": "0.1", "to": "0.2"})
    assert rows(page) == [
        ["1 Changed", "Kenya calls for Removed: agreed routes.", "Kenya calls for Added: &lt;agreed&gt; safe routes."],
        ["was 2 Removed", "Removed: Kenya notes the second thing.", "Not in the text."],
        ["2 New", "Not in the text.", "Added: Kenya notes a third thing."],
    ]
    assert page.context["figures"] == [("changed", 1), ("new", 1), ("removed", 1)]


def test_last_two_editions_are_compared_by_default(client, draft):
    sign_in(client, draft.drafter)
    page = compared(client, draft)
    assert (page.context["before"].number, page.context["after"].number) == ("0.2", "0.3")
    assert "No paragraph changed" in page.text
    assert rows(page) == []
    turned = compared(client, draft, **{"from": "0.2", "to": "0.1"})
    assert turned.context["figures"] == [("changed", 1), ("new", 1), ("removed", 1)]
    whole = compared(client, draft, all="")
    assert [row[0] for row in rows(whole)] == ["1 Unchanged", "2 Unchanged"]
    assert compared(client, draft, **{"from": "0.1", "to": "0.1"}).text.count("You chose the same edition twice.") == 1


@pytest.mark.parametrize("asked", [{"from": "9.9"}, {"to": "9.9"}, {"from": "x" * 999}, {"to": ""}])
def test_unknown_edition_is_404(client, draft, asked):
    sign_in(client, draft.drafter)
    assert compared(client, draft, **asked).status_code == 404


def test_member_compares_readable_editions_only(client, draft):
    assert compared(client, draft).status_code == 404
    sign_in(client, make_member(make_ministry()))
    page = compared(client, draft)
    assert [each.number for each in page.context["editions"]] == ["0.2"]
    assert compared(client, draft, **{"from": "0.1", "to": "0.2"}).status_code == 404
    address = reverse("edition_lines", args=[draft.paper.slug, "0.1"])
    assert client.get(address).status_code == 404
    assert client.get(address.replace("0.1", "0.2")).status_code == 200


def test_comparison_with_corrected_edition_is_public(client):
    found = make_published_paper()
    freeze(found.paper, "1.0.1", "corrected")
    page = compared(client, found)
    assert (page.context["before"].number, page.context["after"].number) == ("1.0", "1.0.1")
    assert "DRAFT" not in page.text
    assert 'content="noindex"' not in page.text


# --- Lines ----------------------------------------------------------------------------------------------------------


def test_line_address_shows_its_section(client, draft):
    sign_in(client, draft.drafter)
    page = client.get(reverse("edition_line", args=[draft.paper.slug, "0.2", 4]))
    assert [block.heading for block in page.context["shown"]] == ["Theme 2"]
    assert 'class="ln asked" id="l4"' in page.text
    assert "Edition 0.2, line 4" in page.text
    lines = re.findall(r'id="l(\d+)".*?<span>(.*?)</span></span>', tidy(page.text))
    assert lines == [("3", "2. Theme 2"), ("4", "<b>2.</b> Kenya notes a third thing.")]


def test_edition_shows_first_section_or_whole_text(client, draft):
    sign_in(client, draft.drafter)
    address = reverse("edition_lines", args=[draft.paper.slug, "0.2"])
    assert re.findall(r'id="l(\d+)"', client.get(address).text) == ["1", "2"]
    assert re.findall(r'id="l(\d+)"', client.get(f"{address}?all").text) == ["1", "2", "3", "4"]


@pytest.mark.parametrize("line", [0, 5, 10**30])
def test_unknown_line_is_404(client, draft, line):
    sign_in(client, draft.drafter)
    found = client.get(f"{reverse('edition_lines', args=[draft.paper.slug, '0.2'])}{line}/")
    assert found.status_code == (404 if line else 200)


def test_both_pages_take_few_queries(client, draft, django_assert_max_num_queries):
    sign_in(client, make_secretariat())
    with django_assert_max_num_queries(9):
        compared(client, draft)
    with django_assert_max_num_queries(9):
        client.get(reverse("edition_lines", args=[draft.paper.slug, "0.3"]))
