"""Explorer pages: search results, participation, and a page for each paragraph."""

import re
from http import HTTPStatus

import pytest
from django.urls import reverse

from consultations.models import Office
from positions.views import public_papers
from tests import factories, paper_factories
from tests.pages import tidy, words
from tests.paper_factories import SECRET
from tests.positions.render import editions
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
SLUG = "gcm-2017"


@pytest.fixture(autouse=True)
def stored(settings, tmp_path):
    """Use a separate file folder and an empty cache."""
    settings.MEDIA_ROOT = tmp_path
    for kept in (
        public_papers.chapters,
        public_papers.content,
        public_papers._text,
        public_papers.parts,
        public_papers.traits,
        public_papers._words,
    ):
        kept.cache_clear()


@pytest.fixture
def published():
    return paper_factories.make_published_paper(title="Kenya’s <common> position", slug=SLUG)


def explored(client, number="1.0", **asked):
    return client.get(reverse("paper_explore", args=[SLUG, number], query=asked))


def paragraph(client, place, number="1.0"):
    return client.get(reverse("paper_paragraph", args=[SLUG, number, place]))


def numbers_shown(page):
    """Return the numbers of the paragraphs on a page."""
    return [int(number) for number in re.findall(r'<div class="row" id="p(\d+)">', page.text)]


# --- Finding --------------------------------------------------------------------------------------------------------


def test_paragraphs_are_filtered_and_filters_are_in_url(client, published):
    asked = [
        ({"theme": "T1"}, [2]),
        ({"theme": "other"}, [1]),
        ({"objective": "GCM-02"}, [2]),
        ({"organisation": "Body for public"}, [2]),
        ({"organisation": "Group 2", "theme": "T2"}, [3]),
        ({"group": "civil_society"}, [2]),
        ({"group": "other"}, [3]),
        ({"strength": "commits_to"}, [3]),
        ({"reserved": "yes"}, [3]),
        ({"reserved": "yes", "theme": "T1"}, []),
    ]
    pages = [explored(client, **wanted) for wanted, _numbers in asked]
    assert [numbers_shown(page) for page in pages] == [numbers for _wanted, numbers in asked]
    assert "1 paragraph of 3 Group: Civil society Paragraph 2" in words(pages[5])
    assert '<option value="commits_to" selected>Commits to</option>' in pages[7].text
    assert "No paragraph matches all conditions." in words(pages[9])
    assert [page.text.count('content="noindex"') for page in (pages[0], explored(client))] == [1, 0]


def test_paragraphs_are_found_by_their_words(client, published):
    requested = ["THREE things", "things  three", "counties’ third", "third", "kenya", "<b>", "thr\x00ee", " "]
    found = [numbers_shown(explored(client, words=words)) for words in requested]
    assert found == [[2], [2], [], [3], found[4], [], [], []]
    assert {2, 3} <= set(found[4])
    assert numbers_shown(explored(client, words="kenya", theme="T2")) == [3]
    page = explored(client, words='"<third>"')
    assert ("&lt;third&gt;" in page.text, "<third>" in page.text) == (True, False)
    assert "No paragraph matches all conditions." in words(page)
    assert 'content="noindex"' in page.text
    assert 'id="heard"' in explored(client, words="  ").text
    first = client.get(reverse("paper", args=[SLUG])).text
    assert f'role="search" action="/papers/{SLUG}/1.0/explore/"' in first


def test_words_of_members_only_find_nothing(client, published):
    assert SECRET in published.members.text
    assert numbers_shown(explored(client, words=SECRET)) == []


def test_unknown_filters_are_ignored_with_notice(client, published):
    page = explored(client, theme="T9", organisation="<b>", strength="urges", part="-1")
    assert "A part of this address is not known here and was left out." in words(page)
    assert 'id="heard"' in page.text
    page = explored(client, theme="T1", group="nobody", part="7")
    assert (numbers_shown(page), "was left out" in page.text) == ([2], True)


def test_participation_table_links_to_paragraphs(client, published):
    page = explored(client)
    rows = [
        " ".join(re.sub("<[^>]+>", " ", row).split())
        for row in re.findall("<tr>.*?</tr>", page.text.split('class="cover heard"')[1], re.DOTALL)
    ]
    assert rows == [
        "Theme Ministry Civil society Others All Points that are not public",
        "Theme 1 0 1 1 0 1 1 1",
        "Theme 2 0 0 1 1 1 1 1",
    ]
    assert "Others: points made in sessions of the forum without naming an organisation." in words(page)
    (leads,) = re.findall(r'href="(\?theme=T2&amp;group=other)"', page.text)
    assert numbers_shown(client.get(reverse("paper_explore", args=[SLUG, "1.0"]) + leads.replace("&amp;", "&"))) == [3]


# --- One paragraph --------------------------------------------------------------------------------------------------


def test_paragraph_page_shows_all_public_data(client, published, settings):
    page = paragraph(client, 2)
    said, reference = words(page), published.public.reference
    address = f"{settings.PORTAL_ADDRESS}/papers/{SLUG}/1.0/paragraphs/2/"
    cite = f"position, edition 1.0, paragraph 2, SHA-256 {published.edition.sha256}, {address}"
    assert f'<p class="cite" lang="en">Kenya’s &lt;common&gt; {cite}</p>' in tidy(page.text)
    assert 'Kenya <span class="verb">calls for</span> three things.' in page.text
    assert (
        f"{reference.removeprefix(reference[:9])} · Recommendation Text of public Body for public , Civil society Taken up"
        in said
    )
    assert f'<a href="/inputs/{published.public.submission.reference}/#{reference}">' in page.text
    assert "and 1 point that is not public" in said
    assert "Ministry of A Objected: Two is too few. Proposed: Three things. What was done: The proposed words." in said
    assert "Asked to clear it Ministry of A" in said
    third = words(paragraph(client, 3))
    assert "Reservation. Ministry of A: It costs money." in third
    assert "Said in the room. Group 2 Noted" in third
    assert "It was heard." in third
    assert "Nobody: the secretariat wrote it" in words(paragraph(client, 1))
    assert [SECRET in paragraph(client, place).text for place in (1, 2, 3)] == [False] * 3


def test_paragraph_number_links_to_its_page_and_back(client, published):
    address = f"/papers/{SLUG}/1.0/paragraphs/3/"
    assert f'<a class="no" href="{address}">3</a>' in client.get(f"/papers/{SLUG}/1.0/sections/3/").text
    page = client.get(address)
    assert f'<a href="/papers/{SLUG}/1.0/sections/3/#p3">Read it in the text</a>' in page.text
    assert re.findall(r'rel="(?:prev|next)" href="([^"]+)"', page.text) == [f"/papers/{SLUG}/1.0/paragraphs/2/"]


def test_unknown_and_foreign_paragraphs_are_404(client, published):
    draft = paper_factories.make_paper()
    paper_factories.make_edition(draft)
    gone = [paragraph(client, 4), paragraph(client, 0), paragraph(client, 1, "0.1"), explored(client, "0.1")]
    gone.append(client.get(reverse("paper_paragraph", args=[draft.slug, "0.1", 1])))
    gone.append(client.get(reverse("paper_explore", args=[draft.slug, "0.1"])))
    gone.append(client.get(f"/papers/{SLUG}/1.0/paragraphs/two/"))
    gone.append(client.get(f"/papers/{SLUG}/1.0/paragraphs/{10**30}/"))
    assert [each.status_code for each in gone] == [HTTPStatus.NOT_FOUND] * len(gone)


def test_history_covers_readable_editions(client, published):
    paper_factories.reword(published.paragraphs[2], "Kenya and its Counties commit to a third.")
    newer = paper_factories.freeze(published.paper, "1.0.1", "corrected")
    said = words(paragraph(client, 3, "1.0.1"))
    assert said.count("Edition 1.0.1, paragraph 3") == 1
    assert "Changed Kenya and its Removed: counties Added: Counties commit to a third." in said
    assert "Edition 1.0, paragraph 3" in said
    assert "The first edition that you can read" in said
    assert "Unchanged" in words(paragraph(client, 2, "1.0.1"))
    assert "Another edition is in force: edition 1.0.1" in words(paragraph(client, 3))
    assert newer.sha256 in paragraph(client, 3, "1.0.1").text


def test_draft_has_no_citation(client):
    whole = paper_factories.make_whole_paper()
    factories.change(whole.paper, slug=SLUG)
    paper_factories.freeze(whole.paper)
    paper_factories.bring_paper(whole.paper, "adopted")
    assert paragraph(client, 2).status_code == HTTPStatus.NOT_FOUND
    sign_in(client, factories.make_user(Office.OFFICIAL))
    page = paragraph(client, 2)
    assert ("<b>DRAFT.</b>" in page.text, 'class="cite"' in page.text, "noindex" in page.text) == (True, False, True)


def test_pages_of_long_text_take_few_queries(client, published, django_assert_num_queries):
    content = editions.edition(paragraphs=120, points=400)
    text = editions.canonical(content).decode()
    paper_factories.make_edition(published.paper, "1.0.1", "corrected", content=text)
    address = reverse("edition_whole", args=[SLUG, "1.0.1"])
    with django_assert_num_queries(2):
        first = client.get(address)
    parts = public_papers.parts(public_papers.readable_editions(None, SLUG)[0].sha256)
    pages = [client.get(address, {"part": part}) for part in range(1, len(parts) + 2)]
    assert (
        numbers_shown(first) == numbers_shown(pages[0]) == numbers_shown(pages[-1])
    )  # there is no part after the last
    assert [numbers_shown(page) for page in pages[:-1]] == parts
    assert ([number for part in parts for number in part], len(parts) > 1) == (list(range(1, 121)), True)
    last = parts[1][0]
    assert f'<a aria-current="page"><b>Paragraphs {last}–{parts[1][-1]}</b></a>' in pages[1].text
    ids = re.findall(r' id="p(\d+)"', pages[0].text)
    assert sorted(map(int, ids)) == list(range(1, 121))  # whatever part a link to a paragraph leads to, it is there
    assert f'<a href="?part=2"><i id="p{last}"></i>' in pages[0].text
    with django_assert_num_queries(1):
        explored(client, "1.0.1", strength="urges")
    with django_assert_num_queries(2):
        paragraph(client, 7, "1.0")
    with django_assert_num_queries(1):
        paragraph(client, 8, "1.0")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_page_is_read_only(client, published, method):
    for name, more in (("paper_explore", []), ("paper_paragraph", [1])):
        answer = getattr(client, method)(reverse(name, args=[SLUG, "1.0", *more]))
        assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED
