"""Reading a text in a browser by section, and exploring it by filters, table and paragraph."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from positions.views import public_papers
from tests.browser.conftest import BOTH, PHONE
from tests.paper_factories import make_published_paper

pytestmark = pytest.mark.django_db(transaction=True)


def test_visitor_finds_and_cites_paragraph(open_window, picture, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(
        public_papers, "MOST", 900
    )  # two paragraphs on the first page of the text, the third on another
    address, visitor = reverse("paper", args=[make_published_paper().paper.slug]), open_window(*BOTH)
    visitor.goto(f"{address}1.0/whole/#p3")
    visitor.check()
    visitor.locator(".parts a:has(:target)").click()
    assert visitor.locator(".row .no").all_inner_texts() == ["3"]
    visitor.goto(address)
    visitor.check()
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
    assert visitor.url.endswith("/1.0/sections/3/#p3")


def test_visitor_reads_by_section_and_sees_who_asked(open_window, picture, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    address, visitor = reverse("paper", args=[make_published_paper().paper.slug]), open_window(*BOTH)
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.goto(f"{address}1.0/#p2")
    visitor.wait_for_url("**/1.0/sections/2/#p2")
    visitor.check()
    picture(visitor, "paper-section")
    expect(visitor.get_by_role("navigation", name="Contents")).to_be_visible()
    expect(visitor.get_by_text("Body for public")).to_be_visible()  # in the margin
    visitor.set_viewport_size(PHONE)
    expect(visitor.get_by_text("Body for public")).to_be_hidden()
    visitor.locator("#p2 .text").click()
    expect(visitor.get_by_text("Body for public")).to_be_visible()
    visitor.get_by_role("button", name="Copy the link to § 2").click()
    expect(visitor.get_by_role("button", name="Copied")).to_be_visible()
    copied = visitor.evaluate("navigator.clipboard.readText()")
    assert copied == f"{visitor.base}{address}1.0/paragraphs/2/"
    visitor.get_by_label("Words in the text").fill("third")
    visitor.get_by_role("button", name="Search").click()
    visitor.wait_for_url("**/1.0/explore/?words=third")
    visitor.check()
    assert visitor.locator(".row .no").all_inner_texts() == ["3"]
    visitor.go_back()
    visitor.set_viewport_size(PHONE)
    visitor.get_by_text("Contents").first.click()
    visitor.check()
    visitor.get_by_role("navigation", name="Contents").get_by_role("link", name="Theme 2").click()
    visitor.wait_for_url("**/1.0/sections/3/")


def test_old_address_leads_to_section_without_scripts(open_window, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    address, visitor = (
        reverse("paper", args=[make_published_paper().paper.slug]),
        open_window(PHONE, java_script_enabled=False),
    )
    visitor.goto(f"{address}1.0/#p2")
    visitor.locator(".chapters a:has(:target)").click()
    visitor.locator("#p2 summary").click()
    expect(visitor.get_by_text("Body for public")).to_be_visible()
    assert all(box["height"] >= 24 for each in visitor.locator("#p2 a").all() if (box := each.bounding_box()))
