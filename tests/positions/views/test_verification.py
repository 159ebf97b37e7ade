"""Verification of a hash (typed, pasted or scanned): genuine, superseded, unknown or not a hash."""

import hashlib
from http import HTTPStatus

import pytest
from django.urls import reverse

from ncm_portal.workflow import journal
from tests import factories, paper_factories
from tests.pages import tidy
from tests.sign_in import sign_in

SHA = hashlib.sha256(b"a text").hexdigest()


@pytest.fixture
def published(settings, tmp_path, db):
    settings.MEDIA_ROOT = tmp_path
    return paper_factories.make_published_paper(title="The common position", slug="gcm-2017")


def look_up(client, sha256, status=HTTPStatus.OK):
    response = client.get(reverse("verify_hash", args=[sha256]))
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def ask(client, typed):
    return client.get(reverse("verify"), {"hash": typed})


# --- The form --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        ("", "Enter the hash that is printed on your copy."),
        ("9f2c 41d7", "A hash has 64 characters, and you entered 8. Copy all sixteen groups of four."),
        (SHA + "00", "A hash has 64 characters, and you entered 66. Copy all sixteen groups of four."),
        (
            "Zog & 12",
            "A hash contains only the digits 0 to 9 and the letters a to f. Check these characters: &amp; g o z",
        ),
    ],
)
def test_errors_are_shown_at_field_with_typed_text(client, typed, advice):
    response = ask(client, typed)
    said = response.content.decode()
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said.count(advice) == 2
    assert f">\n{typed.replace('&', '&amp;')}</textarea>" in said
    assert "<title>Error: " in tidy(said)


@pytest.mark.django_db
def test_hostile_text_is_escaped(client):
    response = ask(client, "<script>{{ 7|add:7 }}</script>\x01" + "w" * 10_000)
    said = response.content.decode()
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "&lt;script&gt;{{ 7|add:7 }}&lt;/script&gt;" in said
    assert "<script>{{" not in said


@pytest.mark.django_db
def test_form_redirects_to_result_url(client):
    assert ask(client, f"SHA-256: {SHA.upper()}").url == reverse("verify_hash", args=[SHA])
    assert client.get(reverse("verify")).status_code == HTTPStatus.OK


# --- The answer -----------------------------------------------------------------------------------------------------


def test_hash_of_edition_is_recognised(client, published):
    said = look_up(client, published.edition.sha256)
    assert "<h1>An official edition has this hash</h1>" in said
    assert '<span class="status done">Official, in force</span>' in tidy(said)
    assert '<a href="/papers/gcm-2017/1.0/" lang="en">The common position</a>' in said
    assert "<dd>1.0 (adopted text)</dd>" in said
    assert '<dd lang="en">Adopted by consensus</dd>' in said
    spaced = [
        " ".join(each.sha256[place : place + 4] for place in range(0, 64, 4)) for each in published.files.values()
    ]
    assert [each in said for each in spaced] == [True, True]


def test_hash_of_pdf_is_recognised_as_pdf(client, published):
    said = look_up(client, published.files["pdf"].sha256)
    assert "<h1>This file is genuine</h1>" in said
    assert "It is the PDF file of the edition below, exactly as we published it." in said


def test_hash_in_url_may_have_capitals_and_spaces(client, published):
    sha256 = published.edition.sha256
    assert "An official edition has this hash" in look_up(client, f"SHA256:{sha256.upper()[:32]} {sha256[32:]}")


def test_corrected_edition_is_reported_as_superseded(client, published):
    paper_factories.freeze(published.paper, "1.0.1", "corrected")
    said = look_up(client, published.edition.sha256)
    assert '<span class="status note">Official, no longer in force</span>' in tidy(said)
    assert 'In force: <a href="/papers/gcm-2017/">edition 1.0.1 of ' in said


def test_superseded_paper_names_newer_one(client, published):
    paper_factories.make_published_paper(title="The newer position", slug="newer")
    factories.walk(published.paper, "superseded")
    journal("supersede", published.paper, by=factories.make_head(), data={"newer": "newer"})
    said = look_up(client, published.edition.sha256)
    assert '<span class="status note">Official, no longer in force</span>' in tidy(said)
    assert '<a href="/papers/newer/" lang="en">The newer position</a>' in said


def test_sample_is_marked(client, published):
    factories.change(published.consultation, is_sample=True)
    assert "SAMPLE: not a position of the Government of Kenya" in look_up(client, published.edition.sha256)


def test_drafts_are_answered_like_unknown_hashes(client, published):
    draft = published.paper.editions.get(number="0.1")
    whole = paper_factories.make_whole_paper()
    adopted = paper_factories.freeze(whole.paper)
    files = paper_factories.make_files(adopted, pdf=b"%PDF-1.7 another")
    paper_factories.bring_paper(whole.paper, "adopted")
    known = [draft.sha256, adopted.sha256, files["pdf"].sha256]
    for user in (None, factories.make_user("official")):
        if user:
            sign_in(client, user)
        unknown = look_up(client, SHA, HTTPStatus.NOT_FOUND)
        assert "<h1>This is not an edition of ours</h1>" in unknown
        for sha256 in known:
            assert anonymised(look_up(client, sha256, HTTPStatus.NOT_FOUND), sha256) == anonymised(unknown, SHA)


def anonymised(said, sha256):
    """Return a page without the submitted hash and the token of the sign-out form."""
    spaced = " ".join(sha256[place : place + 4] for place in range(0, 64, 4))
    head, token, tail = said.replace(sha256, "").replace(spaced, "").partition('name="csrfmiddlewaretoken" value="')
    return head + token + tail[64:]


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["abc", "g" * 64, SHA + "0", "no hash at all"])
def test_url_without_hash_is_404_with_help(client, typed):
    said = look_up(client, typed, HTTPStatus.NOT_FOUND)
    assert f"{typed}</textarea>" in said
    assert "<h1>Verify a copy</h1>" in said


def test_result_takes_few_queries(client, published, django_assert_num_queries):
    with django_assert_num_queries(2):
        look_up(client, published.edition.sha256)
    with django_assert_num_queries(1):
        look_up(client, SHA, HTTPStatus.NOT_FOUND)
    with django_assert_num_queries(0):
        client.get(reverse("verify"))
