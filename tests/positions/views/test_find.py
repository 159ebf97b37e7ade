"""The page "Find": for everybody who is signed in, with a clear answer to whatever is typed."""

import re

import pytest

from positions.views.find import marked
from tests.factories import (
    make_consultation,
    make_head,
    make_member,
    make_secretariat,
    make_stakeholder,
    make_submission,
)
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    officer = make_secretariat()
    sign_in(client, officer)
    return officer


def links(page):
    return re.findall(r'<a href="([^"]+)"><span>', page.content.decode())


def test_page_without_words_lists_what_the_reader_can_do(client, officer):
    here = make_consultation()
    page = client.get("/find/")
    assert page.status_code == 200
    assert f"/desk/{here.slug}/intake/new/" in links(page)
    assert "Nothing found" not in words(page)


def test_page_is_open_to_authors_and_offers_them_nothing_of_the_desk(client):
    sign_in(client, make_member(make_stakeholder()))
    page = client.get("/find/")
    assert "/submit/" in links(page)
    assert [link for link in links(page) if link.startswith(("/desk/", "/admin/"))] == []


def test_results_stand_in_groups_with_the_words_marked(client, officer):
    here, there = make_consultation(), make_consultation()
    own, other = (make_submission(place, title="Care for <b>carers</b>") for place in (here, there))
    page = client.get("/find/", {"q": "care", "at": here.slug})
    text = page.content.decode()
    assert links(page) == [f"/desk/inputs/{own.key}/", f"/desk/inputs/{other.key}/"]
    assert "<mark>Care</mark> for &lt;b&gt;<mark>care</mark>rs" in text
    main = text[text.index("<main") :]
    assert re.findall(r"<h2>([^<]+)</h2>", main)[:2] == ["Go to", "Elsewhere"]
    assert page.context["rail"].consultation.pk == here.pk
    assert f'name="at" value="{here.slug}"' in text
    assert "2 results" in words(page)


def test_results_alone_are_the_same_without_the_page(client, officer):
    sent = make_submission(make_consultation())
    part = client.get("/find/", {"q": sent.reference, "part": "results"})
    assert links(part) == links(client.get("/find/", {"q": sent.reference})) == [f"/desk/inputs/{sent.key}/"]
    assert "<main" not in part.content.decode()


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("unicorns", "Nothing found for “ unicorns ”"),
        ("%", "Enter a word of 2 or more characters."),
        ("%%% '':* ((", "Nothing found for"),
        ("שלום עולם", "Nothing found for “ שלום עולם ”"),
        ("a\x01b", "contains characters that cannot be shown (U+0001)"),
        ("word " * 2000, "It must be 200 characters or fewer: shorten it by 9,799."),
        ("x" * 10_000, "It must be 200 characters or fewer: shorten it by 9,800."),
        ("x" * 201, "What you typed is 201 characters long."),
        ("§", "Enter a word of 2 or more characters."),
        ("<script>alert(1)</script>", "Nothing found for “ &lt;script&gt;alert(1)&lt;/script&gt; ”"),
    ],
)
def test_whatever_is_typed_gets_a_clear_answer(client, officer, typed, answer):
    make_submission(make_consultation())
    page = client.get("/find/", {"q": typed})
    assert page.status_code == 200
    assert answer in words(page)


def test_what_is_too_long_is_kept_beside_the_error(client, officer):
    typed = "carers " + "x" * 9_993
    page = client.get("/find/", {"q": typed})
    text = page.content.decode()
    assert f'value="{typed}"' in text
    assert "maxlength" not in text[text.index("<main") :]
    assert re.search(r'<p class="why" id="q_error">What you typed is 10,000 characters long', text)
    assert re.search(
        r'<input[^>]*aria-describedby="q_helptext q_error"|<input[^>]*aria-describedby="q_error q_helptext"', text
    )
    assert links(page) == []
    part = client.get("/find/", {"q": typed, "part": "results"})
    assert "shorten it by 9,800" in words(part)
    assert links(part) == []


@pytest.mark.parametrize("place", ["nowhere", "a\x01b", "x" * 10_000])
def test_unknown_consultation_is_ignored(client, officer, place):
    sent = make_submission(make_consultation())
    assert len(links(client.get("/find/", {"q": sent.reference, "at": place}))) == 1


def test_consultation_in_preparation_is_unknown_to_others(client):
    hidden = make_consultation(state="draft")
    sign_in(client, make_member(make_stakeholder()))
    assert 'name="at"' not in client.get("/find/", {"q": "rules", "at": hidden.slug}).content.decode()


def test_organisation_of_the_command_is_chosen_in_the_form(client):
    body, address = make_stakeholder(), f"/desk/{make_consultation().slug}/intake/new/"
    sign_in(client, make_head())
    page = client.get(address, {"organisation": body.pk})
    assert re.search(rf'<option value="{body.pk}" selected', page.content.decode())
    assert client.get(address, {"organisation": "x"}).status_code == 200


def test_page_answers_get_only(client, officer):
    assert client.post("/find/", {"q": "care"}).status_code == 405


def test_marks_begin_a_word_and_are_escaped():
    assert marked("Care & scare", ["car"]) == "<mark>Car</mark>e &amp; scare"
    assert marked("Care", []) == "Care"
    assert marked("a.b axb", ["a.b"]) == "<mark>a.b</mark> axb"
