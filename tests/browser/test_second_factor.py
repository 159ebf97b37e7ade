"""The head of the secretariat signs in and must set up a second factor, with a passkey."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

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
    window.get_by_label("E-mail").fill(user.email)
    window.get_by_label("Password").fill(PASSWORD)
    window.get_by_role("button", name="Sign in", exact=True).click()


def confirm_it_is_me(window):
    window.wait_for_url("**/account/reauthenticate/**")
    window.get_by_label("Password").fill(PASSWORD)
    window.get_by_role("main").get_by_role("button").first.click()


def sign_out(window):
    window.goto("/account/logout/")
    window.get_by_role("main").get_by_role("button", name="Sign out").click()


def test_passkey_is_set_up_and_signs_in_without_password(desktop, head):
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
    desktop.wait_for_url(desktop.base + "/for-you/")
