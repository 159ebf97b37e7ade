"""Public pages in a browser: accessible, no horizontal scrolling, no external requests."""

import pytest
from django.urls import reverse

from tests.crowd import follow_up, make_crowd

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def addresses() -> list[str]:
    crowd = make_crowd(inputs=60, organisations=32)
    follow_up(crowd.forum)
    return [
        reverse("home"),
        reverse("consultation", args=[crowd.forum.consultation.slug]),
        reverse("meeting_sheet", args=[crowd.forum.consultation.slug, "T4"]),
        reverse("theme", args=["T4"]),
        reverse("inputs") + "?theme=T1&objective=nonsense",
        reverse("inputs"),
        reverse("input", args=[crowd.answered.reference]),
        *(reverse(name, args=[crowd.forum.slug]) for name in ("forum", "communique", "figures_of_forum")),
        reverse("commitments"),
        *(reverse(name) for name in ("roles", "role_rules", "contact", "privacy", "accessibility")),
    ]


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_public_pages_are_accessible(request, addresses, size):
    window = request.getfixturevalue(size)
    for address in addresses:
        assert window.goto(address).status == 200
        window.check()


def test_list_is_filtered_by_keyboard_only(desktop, addresses):
    desktop.goto(reverse("inputs"))
    desktop.focus("#theme")
    desktop.keyboard.type("Theme 2")
    for _turn in range(5):
        desktop.keyboard.press("Tab")
    desktop.keyboard.press("Enter")
    desktop.wait_for_url("**theme=T2**")
    assert desktop.locator("ol.list li").count() == 7


def test_link_of_a_page_is_copied(open_window, addresses, settings):
    window = open_window(permissions=["clipboard-read", "clipboard-write"])
    window.goto(reverse("theme", args=["T4"]))
    window.get_by_role("button", name="Copy the link").click()
    window.get_by_role("button", name="Copied").wait_for()
    copied = window.page.evaluate("navigator.clipboard.readText()")
    assert copied == settings.PORTAL_ADDRESS + reverse("theme", args=["T4"])


def test_link_of_a_page_stands_there_without_script(open_window, addresses, settings):
    window = open_window(java_script_enabled=False)
    window.goto(reverse("theme", args=["T4"]))
    link = window.get_by_role("link", name="Link to this page")
    assert link.get_attribute("href") == settings.PORTAL_ADDRESS + reverse("theme", args=["T4"])
