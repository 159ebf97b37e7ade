"""Sign in as a user, with a second factor where the role requires one."""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client

from consultations.permissions import needs_second_factor


def give_second_factor(user) -> Authenticator:
    """Set up one-time codes for this user unless present."""
    have = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    return have or TOTP.activate(user, generate_totp_secret()).instance


def code_of(secret: str) -> str:
    """Return the current code of an authenticator app (RFC 6238: a new code every 30 seconds)."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_in(client: Client, user) -> Client:
    """Sign in without the log-in page, with a second factor where the role requires one."""
    if needs_second_factor(user):
        give_second_factor(user)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
