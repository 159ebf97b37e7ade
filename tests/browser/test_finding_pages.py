"""Search, coverage and participation report in a browser, on desktop and phone."""

import pytest
from django.urls import reverse

from tests.browser.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.usefixtures("played_live")
PAGES = {
    "search": "/inputs/?q=remittances",
    "misspelt": "/inputs/?q=ministri+of+lbour",
    "coverage": "/coverage/?round=gcm-2017",
    "participation": "/participation/?round=gcm-2017",
}


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_search_pages_are_accessible(open_window, picture, size):
    window = open_window(size)
    for name, address in PAGES.items():
        window.goto(address)
        window.check()
        picture(window, f"finding-{name}")


def test_search_finds_input(desktop):
    desktop.goto(reverse("inputs"))
    desktop.get_by_label("Search").fill("remittances")
    desktop.keyboard.press("Enter")
    desktop.wait_for_url("**q=remittances**")
    first = desktop.locator("ol.list li").first
    assert first.locator("mark").first.inner_text().lower().startswith("remit")
    first.locator("h3 a").click()
    assert "/inputs/NCM-" in desktop.url


def test_coverage_cell_links_to_list(desktop):
    desktop.goto("/coverage/?round=gcm-2017")
    cell = desktop.locator("#themes td a").first
    address = cell.get_attribute("href")
    cell.click()
    assert desktop.url.endswith(address)
    assert desktop.locator("ol.list li").count() > 0
