"""A text explored in a real browser: by questions, by the table, and paragraph by paragraph, without any script."""

import pytest
from django.urls import reverse

from tests.browser.conftest import BOTH
from tests.paper_factories import make_edition, make_published_paper
from tests.positions.render import editions

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_visitor_finds_a_paragraph_and_cites_it(open_window, picture, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    published, visitor = make_published_paper(), open_window(*BOTH)
    visitor.goto(reverse("paper", args=[published.paper.slug]))
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

    long = editions.canonical(editions.edition(paragraphs=150, points=300)).decode()
    make_edition(published.paper, "1.0.1", "corrected", content=long)
    visitor.goto(reverse("paper_edition", args=[published.paper.slug, "1.0.1"]) + "#p140")  # it stands in another part
    visitor.check()
    picture(visitor, "explore-parts")
    visitor.locator(".parts a:has(:target)").click()
    assert visitor.locator("#p140 .no").inner_text() == "140"
