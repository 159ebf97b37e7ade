"""The browser tools can fail, and the portal's pages allow them to run."""

import pytest

from tests.browser.conftest import PHONE
from tests.browser.journey.walk import States

SOUND = "<!doctype html><html lang=en><title>T</title><main><h1>Heading</h1><p>Text</p></main>"


def test_inaccessible_page_fails_check(desktop):
    desktop.set_content(SOUND.replace("<p>Text</p>", "<p style='color:#ccc'>Faint</p>"))
    with pytest.raises(AssertionError, match="color-contrast"):
        desktop.check()


def test_accessible_page_passes_check(desktop):
    desktop.set_content(SOUND)
    desktop.check()


def test_page_wider_than_a_phone_fails_check(open_window):
    phone = open_window(PHONE)
    phone.set_content(SOUND.replace("<p>", "<meta name=viewport content='width=device-width'><p style='width:900px'>"))
    with pytest.raises(AssertionError, match="sideways"):
        phone.check()


@pytest.mark.django_db
def test_page_errors_are_collected(desktop):
    desktop.expect_status(404)
    desktop.goto("/no-such-page/")
    assert desktop.errors == []
    desktop.evaluate("console.error('said by the page')")
    desktop.evaluate("() => { const s = document.createElement('script'); s.text = '1'; document.body.append(s); }")
    heard = [error[:48] for error in desktop.errors]
    desktop.errors.clear()
    assert heard == ["console: said by the page", "console: Executing inline script violates the fo"]


def test_page_state_is_checked_once():
    """Another page, or another status, counts as a different state."""
    states = States()
    comes = [
        (("home", 200), {"h1", "p"}, True),
        (("home", 200), {"h1", "p"}, False),
        (("inputs", 200), {"h1"}, True),
        (("inputs", 200), {"h1", "ol"}, True),
        (("inputs", 200), {"ol"}, False),
        (("inputs", 404), {"h1"}, True),
    ]
    assert [states.is_new(page, parts) for page, parts, _new in comes] == [new for _page, _parts, new in comes]
