"""Find, as a page and as a dialog over another page, in a browser on phone and desktop."""

import re
import time

import pytest

from tests.browser.conftest import BOTH, DESKTOP, PHONE
from tests.factories import (
    make_consultation,
    make_member,
    make_point,
    make_secretariat,
    make_stakeholder,
    make_submission,
)

pytestmark = pytest.mark.django_db(transaction=True)
CHOSEN = "[role=option][aria-selected=true]"


@pytest.fixture
def sent(db):
    body = make_stakeholder(
        "Union of Domestic and Care Workers", short_name="Care Workers", contact_email="u@example.org"
    )
    author = make_member(body)
    sent = make_submission(make_consultation(), body, title="The receipt that nobody gives", author=author)
    make_point(sent, text="Recruitment fees are borne by the employer, also for care workers.")
    make_submission(make_consultation(), body, title="Care at home", author=author)
    return sent


@pytest.fixture
def officer(db):
    return make_secretariat(name="Officer")


@pytest.fixture
def at_work(open_window, officer, sent):
    """Open a page of the desk with the dialog, at one width."""

    def opened(size=DESKTOP):
        window = open_window(size)
        window.log_in(officer)
        window.goto(f"/desk/{sent.consultation.slug}/points/?filter=1")
        return window

    return opened


def chosen(window) -> str:
    return " ".join(window.locator(CHOSEN).inner_text().split())


def test_page_finds_without_javascript(open_window, officer, sent):
    window = open_window(PHONE, java_script_enabled=False)
    window.log_in(officer)
    window.goto("/find/")
    window.fill("#q", sent.reference)
    window.click("main form button")
    window.click(f"main li a:has-text('{sent.title}')")
    assert window.url.endswith(f"/desk/inputs/{sent.key}/")


def test_page_is_accessible_at_both_widths(open_window, picture, officer, sent):
    window = open_window(*BOTH)
    window.log_in(officer)
    for address, name in (("/find/", "find-nothing"), ("/find/?q=care", "find"), ("/find/?q=unicorns", "find-none")):
        window.goto(address)
        window.check()
        picture(window, name)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_dialog_finds_as_one_types_and_gives_the_focus_back(at_work, picture, size):
    window = at_work(size)
    window.focus("main .rows a")
    window.keyboard.press("Control+k")
    window.keyboard.type("care")
    window.wait_for_selector("dialog mark")
    window.check()
    picture(window, "find-dialog")
    assert chosen(window).startswith("Organisation")
    window.keyboard.press("ArrowUp")
    assert "Care at home" in chosen(window)  # of another consultation: the last
    window.keyboard.press("ArrowDown")
    window.keyboard.press("ArrowDown")
    assert "The receipt that nobody gives" in chosen(window)
    field = window.locator("[role=combobox]")
    assert field.get_attribute("aria-activedescendant") == window.locator(CHOSEN).get_attribute("id")
    assert field.get_attribute("aria-expanded") == "true"
    window.keyboard.press("Escape")
    assert window.locator("dialog[open]").count() == 0
    assert window.evaluate("document.activeElement === document.querySelector('main .rows a')")


def test_link_of_the_page_opens_the_dialog(at_work):
    window = at_work()
    window.click("a.find")
    assert window.evaluate("document.activeElement.getAttribute('role')") == "combobox"


def test_enter_before_the_answer_opens_what_is_typed(at_work, sent):
    window = at_work()
    window.keyboard.press("/")
    window.wait_for_selector("dialog section")
    window.keyboard.type(sent.reference)
    window.keyboard.press("Enter")
    window.wait_for_url(f"**/desk/inputs/{sent.key}/")


def test_slash_is_a_character_in_a_field_and_can_be_turned_off(at_work):
    window = at_work()
    window.focus("main input:visible")
    window.keyboard.press("/")
    assert window.locator("dialog[open]").count() == 0
    window.evaluate("localStorage.setItem('keys-off', '1'); document.activeElement.blur()")
    window.keyboard.press("/")
    assert window.locator("dialog[open]").count() == 0
    window.keyboard.press("Meta+k")
    assert window.locator("dialog[open]").count() == 1


def test_answer_to_what_is_no_longer_typed_is_thrown_away(at_work, sent):
    window = at_work()
    waiting = []
    window.route(re.compile(r"/find/\?q=care&"), lambda route: waiting.append(route))
    window.keyboard.press("Control+k")
    window.keyboard.type("care")
    until(window, lambda: waiting)
    window.keyboard.press("Control+a")
    window.keyboard.type("receipt")
    window.wait_for_selector("dialog mark:has-text('receipt')")
    for route in waiting:
        route.continue_()
    window.wait_for_timeout(300)
    shown = window.locator("dialog section a").all_inner_texts()
    assert [text for text in shown if "receipt" not in text.casefold()] == []


def test_lost_connection_is_said_with_a_link_to_the_page(at_work):
    window = at_work()
    window.keyboard.press("Control+k")
    window.wait_for_selector("dialog section")
    window.cut_off()
    window.keyboard.type("care workers")
    link = window.locator("dialog .lost a")
    link.wait_for()
    assert "/find/?q=care+workers&" in link.get_attribute("href")
    assert window.locator("dialog section").count() == 0
    window.check()
    window.cut_off(False)
    link.click()
    window.wait_for_url("**/find/?q=care+workers&*")


def test_what_is_too_long_is_kept_with_a_clear_answer(at_work, picture):
    window, typed = at_work(), "care " + "x" * 9_995
    window.keyboard.press("Control+k")
    window.wait_for_selector("dialog section")
    window.keyboard.insert_text(typed)
    window.wait_for_selector("dialog .counted:has-text('Shorten it to 200 characters or fewer.')")
    window.keyboard.press("Enter")
    field = window.locator("dialog [type=search]")
    assert (field.input_value(), field.get_attribute("aria-invalid")) == (typed, "true")
    assert window.locator("dialog section").count() == 0
    window.check()
    picture(window, "find-too-long")
    field.fill("care")
    window.wait_for_selector("dialog mark")
    assert field.get_attribute("aria-invalid") == "false"


def test_page_keeps_what_is_too_long(open_window, officer, picture):
    window, typed = open_window(*BOTH, java_script_enabled=False), "x" * 10_000
    window.log_in(officer)
    window.goto("/find/")
    window.fill("#q", typed)
    window.click("main form button")
    assert window.url.endswith("/find/")
    assert window.input_value("#q") == typed
    window = open_window(*BOTH)
    window.log_in(officer)
    window.goto(f"/find/?q={'x' * 1_000}")
    assert window.input_value("#q") == "x" * 1_000
    window.check()
    picture(window, "find-too-long-page")


def until(window, condition) -> None:
    """Wait, up to five seconds, until `condition` holds."""
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end
        window.wait_for_timeout(20)
