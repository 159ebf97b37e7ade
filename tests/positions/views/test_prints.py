"""Prints made when somebody asks: who may have them, how often, and what happens when they can't be made."""

import pytest
from django.core.cache import cache, caches
from django.urls import reverse

from positions import workflow
from positions.render.pdf import RenderFailed
from positions.views import prints
from tests.factories import make_member, make_ministry
from tests.paper_factories import freeze
from tests.positions.drafting import make_draft
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept():
    """No print and no count of another test."""
    cache.clear()
    caches["limits"].clear()


@pytest.fixture
def press(monkeypatch):
    """A press that takes no time and remembers what it was given."""
    orders = []

    def render_apart(content, sha256, address, *, document):
        orders.append((content, document, address))
        return b"%PDF-1.7 quick"

    monkeypatch.setattr(prints, "render_apart", render_apart)
    return orders


@pytest.fixture
def draft():
    """A draft frozen twice, the second for review, with other words."""
    found = make_draft()
    freeze(found.paper, "0.1", "draft")
    workflow.reword(found.paragraph, by=found.drafter, text="Kenya calls for agreed safe routes.", why="Safety.")
    freeze(found.paper, "0.2", "review")
    return found


def compared(client, draft, **asked):
    return client.get(reverse("paper_compare_pdf", args=[draft.paper.slug], query=asked))


def test_a_redline_is_printed_once_for_all_who_may_read_both_editions(client, draft, press):
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


def test_nobody_prints_what_the_page_would_not_show(client, draft, press):
    assert compared(client, draft).status_code == 404
    sign_in(client, make_member(make_ministry()))
    assert compared(client, draft, **{"from": "0.1", "to": "0.2"}).status_code == 404
    sign_in(client, draft.drafter)
    assert compared(client, draft, **{"from": "9.9"}).status_code == 404
    same = compared(client, draft, **{"from": "0.2", "to": "0.2"})
    assert same.url == f"{reverse('paper_compare', args=[draft.paper.slug])}?from=0.2&to=0.2"
    assert press == []


def test_one_is_printed_at_a_time_and_a_failure_is_said_and_not_kept(client, draft, press, monkeypatch):
    sign_in(client, draft.drafter)
    cache.add("printing-redline", 1)
    busy = compared(client, draft)
    assert (busy.status_code, busy["Retry-After"]) == (503, "5")
    cache.delete("printing-redline")

    def fail(*_arguments, **_limits):
        raise RenderFailed("broken")

    with monkeypatch.context() as broken:
        broken.setattr(prints, "render_apart", fail)
        failed = compared(client, draft)
    assert (failed.status_code, failed.text) == (503, "The comparison could not be printed. Read it on its page.")
    assert compared(client, draft).status_code == 200


def test_printing_has_a_bound_for_each_reader(client, draft, press, settings):
    settings.LIMITS = {**settings.LIMITS, "print": (2, 600)}
    sign_in(client, draft.drafter)
    assert [compared(client, draft).status_code for _turn in range(3)] == [200, 200, 429]
