"""The head of the secretariat signs in: sent to set up a second factor, with a passkey or an app, before anything else."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

from tests.factories import PASSWORD, make_head

pytestmark = pytest.mark.django_db(transaction=True)
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def head():
    head = make_head()
    head.set_password(PASSWORD)
    head.save()
    EmailAddress.objects.create(user=head, email=head.email, verified=True, primary=True)
    return head


def sign_in(window, user):
    window.goto("/account/login/")
    window.get_by_label("Email").fill(user.email)
    window.get_by_label("Password").fill(PASSWORD)
    window.get_by_role("button", name="Sign in", exact=True).click()


def confirm_it_is_me(window):
    window.wait_for_url("**/account/reauthenticate/**")
    window.get_by_label("Password").fill(PASSWORD)
    window.get_by_role("main").get_by_role("button").first.click()


def sign_out(window):
    window.goto("/account/logout/")
    window.get_by_role("main").get_by_role("button", name="Sign out").click()


def code_now(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_a_passkey_is_set_up_and_then_opens_the_account_alone(desktop, head):
    devices = desktop.context.new_cdp_session(desktop.page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})

    sign_in(desktop, head)
    desktop.wait_for_url("**/account/2fa/")
    desktop.check()
    desktop.goto("/")
    assert desktop.url.endswith("/account/2fa/")

    desktop.get_by_role("link", name="Add a key").click()
    confirm_it_is_me(desktop)
    desktop.get_by_label("Let me sign in with this key alone").check()
    desktop.check()
    desktop.get_by_role("button", name="Add this key").click()
    desktop.wait_for_url("**/account/2fa/recovery-codes/**")
    desktop.check()
    assert sorted(Authenticator.objects.filter(user=head).values_list("type", flat=True)) == [
        "recovery_codes",
        "webauthn",
    ]

    sign_out(desktop)
    desktop.goto("/account/login/")
    desktop.check()
    desktop.get_by_role("button", name="Sign in with a passkey").click()
    desktop.wait_for_url(desktop.base + "/")


def test_an_app_is_set_up_then_a_code_is_asked_for_and_a_recovery_code_helps(phone, head):
    sign_in(phone, head)
    phone.wait_for_url("**/account/2fa/")
    phone.get_by_role("link", name="Set up the app").click()
    confirm_it_is_me(phone)
    phone.wait_for_url("**/account/2fa/totp/activate/**")
    phone.check()
    secret = re.search(r"\b[A-Z2-7]{32}\b", phone.content())[0]
    phone.get_by_role("main").locator("input[name=code]").fill(code_now(secret))
    phone.get_by_role("main").get_by_role("button").first.click()
    phone.wait_for_url("**/account/2fa/recovery-codes/**")

    sign_out(phone)
    sign_in(phone, head)
    phone.wait_for_url("**/account/2fa/authenticate/**")
    phone.check()
    phone.get_by_label("code").fill("000000")
    phone.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    assert phone.get_by_text("Incorrect code").count() > 0
    lost_phone = Authenticator.objects.get(user=head, type=Authenticator.Type.RECOVERY_CODES).wrap()
    phone.get_by_label("code").fill(lost_phone.get_unused_codes()[0])
    phone.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    phone.wait_for_url(phone.base + "/")
