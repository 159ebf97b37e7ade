"""Writing an input in a browser with a bad connection, an expired session and a colleague in the same draft: nothing is
lost.
"""

import pytest

from consultations.models import Submission
from tests.factories import (
    change,
    make_consultation,
    make_member,
    make_provision,
    make_stakeholder,
    make_submission,
    make_theme,
)

pytestmark = pytest.mark.django_db(transaction=True)
KEPT = "Object.keys(localStorage).filter((name) => name.startsWith('ncm-draft:')).length"


@pytest.fixture
def organisation():
    return make_stakeholder("Coast Network (sample)")


@pytest.fixture
def member(organisation):
    return make_member(organisation, is_primary=True)


@pytest.fixture
def consultation():
    found = make_consultation()
    for number in range(1, 24):
        make_provision(f"GCM-{number:02}", theme=make_theme(f"T{number % 2 + 1}"))
    return found


@pytest.fixture
def writer(desktop, member, consultation):
    """Window with the form open and a new draft."""
    desktop.log_in(member)
    open_form(desktop)
    desktop.locator("[name=theme][value=T1]").check()
    desktop.fill("[name=title]", "Fuel")
    write(desktop, "Refund the fuel of crews.")
    wait_until_saved(desktop)
    return desktop


def open_form(window, address="/submit/"):
    """Open the form under a clock that the test can advance."""
    window.clock.install()
    window.goto(address)


def write(window, words):
    """Type, and wait for the autosave delay."""
    window.locator("[name=body]").fill(words)
    window.clock.fast_forward(1_500)


def wait_until_saved(window):
    for _turn in range(100):
        if window.evaluate(f"{KEPT} === 0 && Boolean(document.querySelector('[name=seen_at]').value)"):
            return
        window.wait_for_timeout(100)
    raise AssertionError(window.locator("#draft-trouble").inner_text())


def press(window, words):
    window.locator("main").get_by_role("button", name=words, exact=True).first.click()


def notice(window, words):
    window.get_by_text(words).first.wait_for()


def put_back(window):
    notice(window, "This browser has text that was not saved:")
    press(window, "Use this text")


def send(window):
    with window.expect_navigation(url="**/receipts/**"):
        press(window, "Send")


def the_one_input(body, state="submitted"):
    found = Submission.objects.get()
    assert (found.body, found.state) == (body, state)
    return found


def test_draft_survives_lost_connection_and_is_sent_once(writer):
    draft = the_one_input("Refund the fuel of crews.", "draft")
    assert writer.url.endswith(f"/submit/{draft.key}/")
    writer.cut_off()
    write(writer, "Refund the fuel of crews at sea.")
    notice(writer, "You are offline.")
    writer.check()
    press(writer, "Send")  # stays here: there is nowhere to send it to
    assert writer.url.endswith(f"/submit/{draft.key}/")
    writer.lose()
    the_one_input("Refund the fuel of crews.", "draft")
    writer.cut_off(False)
    writer.goto("/submit/")
    notice(writer, "This browser has text that was not saved:")
    with writer.expect_navigation(url=f"**/submit/{draft.key}/"):
        # Not by the mouse: the driver would click again on the page that comes, where a button of the same name stands.
        button = writer.get_by_role("button", name="Use this text", exact=True)
        button.evaluate("button => button.click()")
    put_back(writer)
    wait_until_saved(writer)
    send(writer)
    the_one_input("Refund the fuel of crews at sea.")
    assert writer.evaluate(KEPT) == 0


def test_offline_text_is_sent_once(desktop, member, consultation):
    desktop.log_in(member)
    open_form(desktop)
    desktop.cut_off()
    desktop.locator("[name=theme][value=T1]").check()
    desktop.fill("[name=title]", "Fuel")
    write(desktop, "Refund the fuel of crews.")
    notice(desktop, "You are offline.")
    desktop.lose()
    desktop.cut_off(False)
    desktop.goto("/submit/")
    put_back(desktop)
    wait_until_saved(desktop)
    send(desktop)
    the_one_input("Refund the fuel of crews.")


def test_lost_response_causes_no_conflict(writer):
    writer.is_cut_off = True  # the browser logs the answer that never came

    def lose(route):
        route.fetch()
        route.abort()

    writer.route("**/save/**", lose, times=1)
    write(writer, "Refund the fuel of all crews.")
    notice(writer, "You are offline.")
    writer.expect_status(409)
    write(writer, "Refund the fuel of all crews at sea.")
    wait_until_saved(writer)
    the_one_input("Refund the fuel of all crews at sea.", "draft")


def test_text_survives_expired_session(writer, member):
    cookies = [each for each in writer.context.cookies() if each["name"] != "sessionid"]
    writer.context.clear_cookies()
    writer.context.add_cookies(cookies)
    write(writer, "Refund the fuel of crews at sea.")
    notice(writer, "You are signed out.")
    with writer.expect_navigation(url="**/account/login/**"):
        writer.get_by_role("link", name="Sign in").last.click()
    writer.log_in(member)
    writer.goto(f"/submit/{Submission.objects.get().key}/")
    put_back(writer)
    wait_until_saved(writer)
    the_one_input("Refund the fuel of crews at sea.", "draft")


def test_other_user_of_browser_gets_no_stored_text(writer):
    writer.cut_off()
    write(writer, "Refund the fuel of crews at sea.")
    notice(writer, "You are offline.")
    writer.lose()
    writer.cut_off(False)
    writer.log_in(make_member())
    writer.goto("/submit/")
    assert writer.get_by_text("This browser has text").count() == 0
    assert writer.evaluate(KEPT) == 1


def test_two_colleagues_edit_one_draft(writer, open_window, organisation, picture):
    draft, colleague = Submission.objects.get(), open_window()
    other = make_member(organisation, "alternate", user=None)
    colleague.log_in(other)
    open_form(colleague, f"/submit/{draft.key}/")
    notice(colleague, "Also in this draft now:")
    write(colleague, "What my colleague wrote.")
    wait_until_saved(colleague)
    write(writer, "What I wrote.")
    writer.expect_status(409)
    notice(writer, "A colleague has saved a different text.")
    the_one_input("What my colleague wrote.", "draft")
    with writer.expect_navigation():
        press(writer, "Save as a draft")
    assert writer.locator(".twins .said").all_inner_texts() == ["What my colleague wrote.", "What I wrote."]
    assert writer.get_by_text(other.name).count() >= 1
    writer.check()
    picture(writer, "draft-two-texts")
    write(writer, "Both.")
    wait_until_saved(writer)
    the_one_input("Both.", "draft")


@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_input_is_previewed_before_sending(request, width, member, consultation, picture):
    window = request.getfixturevalue(width)
    window.log_in(member)
    open_form(window)
    window.check()
    window.locator("[name=theme][value=T1]").check()
    window.fill("[name=title]", "Shelters at the landing sites")
    write(
        window,
        "Crews *wait* for days:\n\n- without a roof\n- without water\n\n[[The officer at Shimoni lets nobody in.]]",
    )
    window.locator("[name=proposed_wording]").fill("Kenya **supports** shelters at every landing site.")
    window.locator("summary", has_text="Objectives of the Compact").click()
    window.get_by_label("Show only objectives with").fill("Label GCM-1")
    assert window.locator(".groups label:visible").count() == 10
    notice(window, "10 / 23")
    window.locator(".groups label:visible").first.click()
    window.locator("summary", has_text="Holding a passage back").click()
    window.check()
    picture(window, "draft-form")
    with window.expect_navigation(url="**/preview/"):
        press(window, "Preview")
    everybody, own = window.locator(".sheet").all_inner_texts()
    assert ("[passage held back]" in everybody, "Shimoni" in everybody, "Shimoni" in own) == (True, False, True)
    window.check()
    picture(window, "draft-preview")
    send(window)


def test_sign_off_covers_the_displayed_text(desktop, organisation, member, consultation, picture):
    change(organisation, signs_off=True)
    drafter = make_member(organisation, "alternate")
    draft = make_submission(consultation, organisation, author=drafter, state="draft", theme=make_theme("T1"))
    desktop.log_in(drafter)
    desktop.goto(f"/submit/{draft.key}/")
    with desktop.expect_navigation():
        press(desktop, "Ask for the sign-off")
    desktop.log_in(member)
    desktop.goto(f"/submit/{draft.key}/preview/")
    desktop.check()
    picture(desktop, "draft-sign-off")
    with desktop.expect_navigation():
        press(desktop, "Sign off")
    notice(desktop, "Signed off by")
    desktop.check()
    send(desktop)
    assert Submission.objects.get().signed_off_by == member
