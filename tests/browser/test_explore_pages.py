"""Exploring a text in a browser by filters, table and paragraph, without scripts."""

import pytest
from django.urls import reverse

from positions.views import public_papers
from tests.browser.conftest import BOTH
from tests.paper_factories import make_published_paper

pytestmark = pytest.mark.django_db(transaction=True)


def test_visitor_finds_and_cites_paragraph(open_window, picture, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(
        public_papers, "MOST", 900
    )  # two paragraphs on the first page of the text, the third on another
    address, visitor = reverse("paper", args=[make_published_paper().paper.slug]), open_window(*BOTH)
    visitor.goto(f"{address}#p3")
    visitor.check()
    visitor.locator(".parts a:has(:target)").click()
    assert visitor.locator(".row .no").all_inner_texts() == ["3"]
    visitor.get_by_role("link", name="Find paragraphs, and who has written").click()
    visitor.check()
    picture(visitor, "explore-heard")
    visitor.get_by_role("row", name="Theme 2").get_by_role("link", name="1").first.click()
    visitor.get_by_label("Reservations").select_option("With a reservation")
    visitor.get_by_role("button", name="Show").click()
    visitor.wait_for_url("**reserved=yes**")
    visitor.check()
    assert visitor.locator(".row .no").all_inner_texts() == ["3"]
    visitor.locator(".row .no").click()
    visitor.check()
    picture(visitor, "explore-paragraph")
    visitor.locator(".cite").click()
    cited = visitor.evaluate("getSelection().toString()")
    assert cited.strip() == visitor.locator(".cite").inner_text()
    visitor.get_by_role("link", name="Read it in the text").click()
    assert visitor.url.endswith("/1.0/?part=2#p3")
