"""Reading editions by section, comparing them and quoting lines: who may read which, and the content of the pages."""

import re

import pytest
from django.urls import reverse

from positions import workflow
from positions.views import public_papers
from tests.factories import make_member, make_ministry, make_secretariat
from tests.pages import tidy, words
from tests.paper_factories import SECRET, freeze, make_edition, make_paragraph, make_published_paper
from tests.positions.drafting import make_draft
from tests.positions.render import editions
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


# --- Sections -------------------------------------------------------------------------------------------------------


def section(client, paper, place, number="1.0", **asked):
    return client.get(reverse("edition_section", args=[paper.slug, number, place], query=asked))


def numbers(page):
    """Return the numbers of the paragraphs on a page."""
    return [int(number) for number in re.findall(r'<div class="row" id="p(\d+)">', page.text)]


def test_section_shows_its_paragraphs_and_who_asked_for_them(client):
    found = make_published_paper()
    page = section(client, found.paper, 2)
    assert numbers(page) == [2]
    assert re.findall(r'rel="(prev|next)" href="[^"]+/sections/(\d)/"', page.text) == [("prev", "1"), ("next", "3")]
    assert re.search(r'lang="sw">\s*Mada 1\s*<', page.text)
    assert "Paragraphs 2 of 3" in words(page)
    assert "2 asked for this" in words(page)
    assert "Body for public and 1 point that is not public How to cite What became of it" in words(page)
    assert f'href="/papers/{found.paper.slug}/alignment/#p2"' in page.text
    assert SECRET not in page.text
    assert "Ministry of A: It costs money." in words(section(client, found.paper, 3))


def test_each_paragraph_leads_from_first_page_to_its_section(client):
    found = make_published_paper()
    address = reverse("paper", args=[found.paper.slug])
    page = re.sub(r"\s+(id=|>)", r" \1", client.get(address).text).replace('" ></i>', '"></i>')
    lines = re.findall(r'<li id="section-(\d)">\s*<a href="([^"]+)"\s*>((?:<i id="p\d+"></i>)+)', page)
    own = f"/papers/{found.paper.slug}/1.0/"
    assert lines == [
        (str(place), f"{own}sections/{place}/", f'<i id="p{number}"></i>') for place, number in ((1, 1), (2, 2), (3, 3))
    ]
    old = client.get(f"{address}?part=2")
    assert (old.status_code, old.url) == (302, f"{own}whole/?part=2")
    assert numbers(client.get(old.url)) == [1, 2, 3]


def test_section_of_very_long_text_stays_small(client):
    found = make_published_paper()
    content = editions.canonical(editions.edition(paragraphs=450, points=900)).decode()
    edition = make_edition(found.paper, "1.0.1", "corrected", content=content)
    chapters = public_papers.chapters(edition.sha256)
    longest = max(chapters, key=lambda each: len(each.numbers))
    assert len(longest.pages) > 1
    for part, expected in enumerate(longest.pages, start=1):
        page = section(client, found.paper, longest.place, "1.0.1", part=part)
        assert numbers(page) == expected
        assert len(page.content) < 60_000
    (first, *_), number = longest.pages[1], edition.number
    assert public_papers.place(edition.sha256, first) == f"sections/{longest.place}/?part=2#p{first}"
    page = section(client, found.paper, longest.place, number)
    ids = list(map(int, re.findall(r' id="p(\d+)"', page.text)))
    assert sorted(ids) == longest.numbers  # whatever part a link to a paragraph leads to, it is there
    start = client.get(reverse("paper", args=[found.paper.slug])).text
    assert len(start) < 60_000
    assert sorted(map(int, re.findall(r' id="p(\d+)"', start))) == list(range(1, 451))


@pytest.mark.parametrize("name", ["edition_section", "edition_whole"])
def test_draft_is_read_by_section_by_its_readers_only(client, draft, name):
    more = [1] if name == "edition_section" else []
    places = [reverse(name, args=[draft.paper.slug, number, *more]) for number in ("0.1", "0.2")]
    assert [client.get(place).status_code for place in places] == [404, 404]
    sign_in(client, make_member(make_ministry()))
    assert [client.get(place).status_code for place in places] == [404, 200]
    page = client.get(places[1])
    assert "Edition 0.2 is not an official text." in words(page)
    assert 'content="noindex"' in page.text
    assert "What became of it" not in page.text


@pytest.mark.parametrize("place", [0, 4, 10**30])
def test_unknown_section_is_404(client, place):
    assert section(client, make_published_paper().paper, place).status_code == 404


@pytest.mark.parametrize("name", ["edition_section", "edition_whole"])
def test_text_is_read_only(client, name):
    slug, more = make_published_paper().paper.slug, [1] if name == "edition_section" else []
    assert client.post(reverse(name, args=[slug, "1.0", *more])).status_code == 405


# --- Two editions ---------------------------------------------------------------------------------------------------


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
