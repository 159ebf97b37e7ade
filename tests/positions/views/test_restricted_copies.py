"""Prints on request: access, rate limits, and failures."""

import hashlib
import json

import pytest
from django.core.cache import cache, caches
from django.urls import reverse

from consultations.models import Office
from positions import workflow
from positions.models import Artefact
from positions.queries.papers import find_copy
from positions.render.pdf import RenderFailed
from positions.verification import printing
from tests.factories import make_head, make_member, make_ministry, make_secretariat, make_user
from tests.paper_factories import freeze, make_published_paper
from tests.positions.drafting import make_draft
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept():
    """Remove prints and counts of other tests."""
    cache.clear()
    caches["limits"].clear()


@pytest.fixture
def press(monkeypatch):
    """Replace printing by a fast press that records its arguments."""
    orders = []

    def render_apart(content, sha256, address, *, document):
        orders.append((content, document, address))
        return b"%PDF-1.7 quick"

    monkeypatch.setattr(printing, "render_apart", render_apart)
    return orders


@pytest.fixture
def draft():
    """Create a draft frozen twice, the second time for review with other text."""
    found = make_draft()
    freeze(found.paper, "0.1", "draft")
    workflow.reword(found.paragraph, by=found.drafter, text="Kenya calls for agreed safe routes.", why="Safety.")
    freeze(found.paper, "0.2", "review")
    return found


def compared(client, draft, **asked):
    return client.get(reverse("paper_compare_pdf", args=[draft.paper.slug], query=asked))


def test_redline_is_printed_once_for_permitted_readers(client, draft, press):
    sign_in(client, draft.drafter)
    page = compared(client, draft, **{"from": "0.1", "to": "0.2"})
    assert (page.status_code, page.content, page["Content-Type"]) == (200, b"%PDF-1.7 quick", "application/pdf")
    assert page["Cache-Control"] == "private, no-store"
    assert compared(client, draft).content == page.content
    ((order, document, address),) = press
    assert (document, order["before"]["edition"]["number"], order["after"]["edition"]["number"]) == (
        "redline",
        "0.1",
        "0.2",
    )
    assert address.endswith(f"/papers/{draft.paper.slug}/compare/?from=0.1&to=0.2")
    assert "points" not in order["after"]
    assert reverse("paper_compare_pdf", args=[draft.paper.slug]) in client.get(address[address.index("/papers") :]).text


def test_unreadable_comparison_is_404(client, draft, press):
    assert compared(client, draft).status_code == 404
    sign_in(client, make_member(make_ministry()))
    assert compared(client, draft, **{"from": "0.1", "to": "0.2"}).status_code == 404
    sign_in(client, draft.drafter)
    assert compared(client, draft, **{"from": "9.9"}).status_code == 404
    same = compared(client, draft, **{"from": "0.2", "to": "0.2"})
    assert same.url == f"{reverse('paper_compare', args=[draft.paper.slug])}?from=0.2&to=0.2"
    assert press == []


def test_one_print_runs_at_a_time_and_failure_is_reported_and_not_stored(client, draft, press, monkeypatch):
    sign_in(client, draft.drafter)
    cache.add("printing-redline", 1)
    busy = compared(client, draft)
    assert (busy.status_code, busy["Retry-After"]) == (503, "5")
    cache.delete("printing-redline")

    def fail(*_arguments, **_limits):
        raise RenderFailed("broken")

    with monkeypatch.context() as broken:
        broken.setattr(printing, "render_apart", fail)
        failed = compared(client, draft)
    assert (failed.status_code, failed.text) == (503, "The portal could not print the comparison. Read it on its page.")
    assert compared(client, draft).status_code == 200


def test_printing_is_rate_limited_per_reader(client, draft, press, settings):
    settings.LIMITS = {**settings.LIMITS, "print": (2, 600)}
    sign_in(client, draft.drafter)
    assert [compared(client, draft).status_code for _turn in range(3)] == [200, 200, 429]


# --- The delegation's copy ------------------------------------------------------------------------------------------

CANARY = "canary-red-line"


@pytest.fixture
def published(settings, tmp_path):
    """Create a paper in force with a restricted annex, and return the URL of the delegation copy."""
    settings.MEDIA_ROOT = tmp_path
    found = make_published_paper(title="Kenya’s position", slug="gcm-2017")
    workflow.write_annex(found.paper, by=make_secretariat(), title="Red lines", text=f"Never {CANARY}.")
    found.address = reverse("delegation_pdf", args=["gcm-2017"])
    return found


def test_officials_and_secretariat_get_paper_with_restricted_annexes(client, published, press):
    for user in (make_user(Office.OFFICIAL), make_secretariat(), make_head()):
        sign_in(client, user)
        page = client.post(published.address)
        assert (page.status_code, page["Cache-Control"]) == (200, "no-store, private")
        assert page["Content-Disposition"] == 'attachment; filename="RESTRICTED-gcm-2017-1.0.pdf"'
        assert client.get(published.address).url == reverse("annexes", args=["gcm-2017"])
        assert published.address in client.get(reverse("annexes", args=["gcm-2017"])).text
    assert [(document, order["edition"]["edition"]["number"]) for order, document, _address in press] == [
        ("delegation", "1.0")
    ] * 3
    assert [annex["text"] for annex in press[0][0]["annexes"]] == [f"Never {CANARY}."]
    assert press[0][2].endswith(reverse("verify_hash", args=[published.edition.sha256]))


def test_restricted_print_is_404_for_others_and_not_cached(client, published, press, monkeypatch):
    for user in (make_user(), make_member(published.ministry), make_user(Office.SYSADMIN)):
        sign_in(client, user)
        assert [client.get(published.address).status_code, client.post(published.address).status_code] == [404, 404]
    assert press == []
    files = Artefact.objects.count()
    kept = []
    sign_in(client, make_head())
    with monkeypatch.context() as watched:
        watched.setattr(printing.cache, "set", lambda *arguments: kept.append(arguments))
        copy = client.post(published.address).content
    client.logout()
    assert (Artefact.objects.count(), find_copy(hashlib.sha256(copy).hexdigest()), kept) == (files, None, [])
    (order,) = [order for order, _document, _address in press]
    assert CANARY in json.dumps(order)
    places = [reverse("paper", args=["gcm-2017"]), reverse("verify_hash", args=[published.edition.sha256])]
    places.append(reverse("edition_file", args=["gcm-2017", "1.0", "json"]))
    for place in places:
        assert CANARY.encode() not in b"".join(client.get(place))
