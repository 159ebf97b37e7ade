"""Official files are served again without database queries; no other file is."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from django.urls import reverse

from consultations.stored_files import StoredFile
from consultations.views.stored_files import Sent
from positions.views import edition_files
from tests import factories, paper_factories
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
OF_PAGES = {"Content-Language", "Vary"}  # of answers that differ with the reader's language or cookies


@pytest.fixture
def address(settings, tmp_path, monkeypatch):
    """Return the URL of a published paper's PDF; files are cached although this test is one transaction."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(edition_files, "_known", {})
    monkeypatch.setattr(edition_files, "connection", SimpleNamespace(in_atomic_block=False))
    paper_factories.make_published_paper(slug="gcm-2017")
    return reverse("edition_file", args=["gcm-2017", "1.0", "pdf"])


def whole(response):
    data = b"".join(response.streaming_content) if response.streaming else response.content
    return response.status_code, data, {name: value for name, value in response.items() if name not in OF_PAGES}


def test_second_reader_gets_file_without_query(client, address, django_assert_num_queries):
    first = whole(client.get(address))
    with django_assert_num_queries(0):
        assert whole(client.get(address)) == first
        assert whole(client.head(address))[::2] == first[::2]
        again = whole(client.get(address, headers={"If-None-Match": first[2]["ETag"]}))
    assert (first[:2], again[:2]) == ((200, b"%PDF-1.7 not printed"), (304, b""))
    assert (first[2]["Cache-Control"], first[2]["X-Frame-Options"]) == (edition_files.FOR_EVER, "DENY")
    assert client.post(address).status_code == 405


def test_file_is_checked_again_after_a_minute_and_missing_file_is_not_sent(client, address, django_assert_num_queries):
    whole(client.get(address))
    stored, until = edition_files._known[address]
    edition_files._known[address] = (stored, until - edition_files.SECONDS)
    with django_assert_num_queries(1):
        whole(client.get(address))
    assert edition_files._known[address][1] >= until
    stored.file.path.unlink()
    assert client.get(address).status_code == 503
    assert edition_files._known == {}


def test_files_of_drafts_or_open_transactions_are_not_cached(client, address, monkeypatch):
    draft = paper_factories.make_whole_paper()
    paper_factories.make_files(paper_factories.freeze(draft.paper))
    paper_factories.bring_paper(draft.paper, "adopted")
    sign_in(client, factories.make_user("official"))
    whole(client.get(reverse("edition_file", args=[draft.paper.slug, "1.0", "pdf"])))
    monkeypatch.setattr(edition_files, "connection", SimpleNamespace(in_atomic_block=True))
    whole(client.get(address))
    assert edition_files._known == {}


def test_cache_is_bounded(rf, monkeypatch, address):
    monkeypatch.setattr(edition_files, "MOST", 3)
    stored = edition_files.Stored(StoredFile(Path(), "", 0, ""), Sent("", ""), edition_files.FOR_EVER)
    for number in range(5):
        edition_files.remember(rf.get(f"/{number}"), stored)
    assert list(edition_files._known) == ["/3", "/4"]
