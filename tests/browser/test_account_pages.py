"""Account pages in a browser: signing in with and without a second factor, and refusals: accessible and CSP-clean."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from playwright.sync_api import expect

from tests.browser.conftest import BOTH, DESKTOP, PHONE
from tests.factories import PASSWORD, make_head, make_member, make_secretariat, make_stakeholder, make_user
from tests.sign_in import code_of, give_second_factor

pytestmark = pytest.mark.django_db
WIDTHS = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


def make_person():
    person = make_user(email="wanjiru@example.org", name="Wanjirũ Ng'ang'a (sample)")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def press(window) -> None:
    window.locator("main .button").first.click()
    window.wait_for_load_state()


def sign_in_by_form(window, person, password: str = PASSWORD) -> None:
    window.goto("/account/login/")
    window.fill("#id_login", person.email)
    window.fill("#id_password", password)
    press(window)


def confirm_if_asked(window) -> None:
    if "/reauthenticate/" in window.url:
        window.check()
        window.fill("#id_password", PASSWORD)
        press(window)


def sign_out(window) -> None:
    """Sign out by the foot of the rail, which is a menu on a phone."""
    if window.locator(".topline").is_visible():
        window.locator(".topline .here").click()
    with window.expect_navigation():
        window.locator(".rail .foot button", has_text="Sign out").click()


def heading(window) -> str:
    return window.locator("h1").inner_text().replace("\n", " ")


DOOR = {
    "/account/login/": "Sign in",
    "/account/signup/": "Create an account",
    "/account/password/reset/": "Choose a new password",
    "/account/password/reset/done/": "Check your mail",
    "/account/confirm-email/": "Check your mail",
    "/account/confirm-email/no-such-key/": "Confirm your e-mail address",
    "/account/inactive/": "This account is closed",
}


def test_sign_in_pages_are_accessible(open_window, picture):
    window, seen = open_window(*BOTH), {}
    for address in DOOR:
        window.goto(address)
        seen[address] = heading(window)
        window.check()
        picture(window, address.strip("/").replace("/", "-"))
    assert seen == DOOR


def test_not_found_page_is_accessible(open_window):
    window = open_window(*BOTH)
    window.expect_status(404)
    window.goto("/no-such-page/")
    assert heading(window) == "Page not found"
    window.check()


def test_wrong_password_error_does_not_reveal_accounts(open_window, picture):
    window = open_window(*BOTH)
    sign_in_by_form(window, make_person(), "wrong")
    assert window.locator("#problem li").all_inner_texts() == ["The e-mail address or the password is not right."]
    assert window.input_value("#id_login") == "wanjiru@example.org"
    window.check()
    picture(window, "account-wrong-password")


def test_user_signs_up_and_confirms_address(phone):
    phone.goto("/account/signup/")
    for field, text in {
        "name": "Achieng' (sample)",
        "email": "achieng@example.org",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }.items():
        phone.fill(f"#id_{field}", text)
    press(phone)
    assert heading(phone) == "Check your mail"
    link = next(word for word in mail.outbox[-1].body.split() if "/confirm-email/" in word)
    phone.goto("/account" + link.split("/account")[-1])
    phone.check()
    press(phone)
    assert EmailAddress.objects.get(email="achieng@example.org").verified is True


@WIDTHS
def test_authenticator_app_is_set_up_and_used_to_sign_in(open_window, picture, size):
    window, person = open_window(size), make_person()
    sign_in_by_form(window, person)
    window.goto("/account/2fa/")
    window.check()
    press(window)
    confirm_if_asked(window)
    assert heading(window) == "Set up an authenticator app"
    window.check()
    picture(window, "account-2fa-app")
    secret = window.locator("main .hash").inner_text()
    window.fill("#id_code", code_of(secret))
    press(window)
    window.goto("/account/2fa/recovery-codes/")
    window.check()
    codes = window.locator("ul.hash li").all_inner_texts()
    assert len(codes) == 10

    sign_out(window)
    sign_in_by_form(window, person)
    assert heading(window) == "Second step"
    window.check()
    window.fill("#id_code", codes[0])
    press(window)
    assert window.locator(".rail .foot button").last.inner_text() == "Sign out"


def test_added_passkey_signs_in(desktop):
    tools = desktop.page.context.new_cdp_session(desktop.page)
    tools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "isUserVerified": True}})
    base = desktop.base = desktop.base.replace("127.0.0.1", "localhost")  # a passkey belongs to a name, not to a number
    sign_in_by_form(desktop, make_person())
    desktop.goto("/account/2fa/webauthn/add/")
    confirm_if_asked(desktop)
    desktop.check()
    desktop.fill("#id_name", "My phone")
    desktop.locator("#id_passwordless").check()
    desktop.locator("#mfa_webauthn_add").click()
    desktop.wait_for_url(lambda address: "/add/" not in address)
    desktop.goto("/account/2fa/webauthn/")
    desktop.check()
    assert desktop.locator("tbody th").all_inner_texts() == ["My phone"]

    sign_out(desktop)
    desktop.goto("/account/login/")
    desktop.locator("#passkey_login").click()
    desktop.wait_for_url(f"{base}/for-you/")
    assert desktop.locator(".rail .foot button").last.inner_text() == "Sign out"


def test_own_account_pages_are_accessible(open_window, picture):
    window, person = open_window(*BOTH), make_person()
    give_second_factor(person)
    window.log_in(person)
    seen = {}
    for address in ("email/", "password/change/", "2fa/", "2fa/webauthn/", "2fa/recovery-codes/generate/", "logout/"):
        window.goto(f"/account/{address}")
        seen[address] = heading(window)
        window.check()
        picture(window, f"account-own-{address.strip('/').replace('/', '-')}")
    assert seen == {
        "email/": "Your e-mail address",
        "password/change/": "Change your password",
        "2fa/": "Two-step sign-in",
        "2fa/webauthn/": "Your keys",
        "2fa/recovery-codes/generate/": "Confirm that it is you",
        "logout/": "Sign out",
    }


def test_desk_account_pages_are_accessible(open_window):
    officer, head = make_secretariat(), make_head(name="A head with a rather long name (sample)")
    person = make_member(make_stakeholder("A body with a very long name that has to wrap somewhere (sample)"))
    for user in (officer, head):
        give_second_factor(user)
    window = open_window(*BOTH)
    window.log_in(officer)
    addresses = ["/desk/accounts/", f"/desk/accounts/?words={person.email}", "/desk/accounts/offices/"]
    addresses += [f"/desk/accounts/{each.pk}/" for each in (person, head, officer)]
    addresses += [f"/desk/accounts/{person.pk}/{verb}/" for verb in ("close_account", "correct_address")]
    addresses += [f"/desk/accounts/{head.pk}/{verb}/" for verb in ("restore_access", "close_account")]
    for address in addresses:
        window.goto(address)
        window.check()
    window.expect_status(422)
    window.goto(f"/desk/accounts/{person.pk}/correct_address/")
    window.get_by_role("button", name="Correct the address of the account").click()
    window.check()
    expect(window.locator("#problem")).to_be_focused()
