"""A text explored in a real browser: by questions, by the table, and paragraph by paragraph, without any script."""

import pytest
from django.urls import reverse

from tests.browser.conftest import BOTH
from tests.paper_factories import make_published_paper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def address(settings, tmp_path) -> str:
    settings.MEDIA_ROOT = tmp_path
    return reverse("paper", args=[make_published_paper().paper.slug])


def test_a_visitor_finds_a_paragraph_and_cites_it(open_window, address, picture):
    visitor = open_window(*BOTH)
    visitor.goto(address)
    visitor.check()
    visitor.get_by_role("link", name="Find paragraphs, and who was heard").click()
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
    assert visitor.url.endswith("/1.0/#p3")
