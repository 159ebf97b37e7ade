"""Sign in as a user, with a second factor where the role requires one."""

import copy
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from unittest.mock import patch

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from consultations.permissions import needs_second_factor
from ncm_portal.middleware import lacks_second_factor


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


@contextmanager
def always(user) -> Iterator[Client]:
    """Return a client for thousands of requests by one person, whose session, memberships and second factor are read
    once, not once per request: that was half the time of such a test. Each request has its own copy of the person.
    """
    client = Client(raise_request_exception=False)
    with ExitStack() as patched:
        if user.is_authenticated:
            sign_in(client, user)
            known = type(user).objects.get(pk=user.pk)
            _read_once = known.live_memberships
            session = dict(client.session)
            patched.enter_context(patch.object(SessionStore, "load", lambda store: copy.deepcopy(session)))
            patched.enter_context(patch("django.contrib.auth.get_user", lambda request: copy.copy(known)))
            patched.enter_context(patch("ncm_portal.middleware.lacks_second_factor", cache(lacks_second_factor)))
        yield client
