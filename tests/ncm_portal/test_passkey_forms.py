"""Passkey responses: an unknown key is an invalid key, and malformed data is a bad request."""

import json
from base64 import urlsafe_b64encode

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import override_settings
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
DATA = urlsafe_b64encode(b"{}").decode().rstrip("=")
SHAPE = {"type": "public-key", "id": "AQ", "rawId": "AQ", "clientExtensionResults": {}}
LOGIN = SHAPE | {"response": {"clientDataJSON": DATA, "authenticatorData": "AQ", "signature": "AQ", "userHandle": "MQ"}}
NEW = SHAPE | {"response": {"clientDataJSON": DATA, "attestationObject": "oA"}}
NO_PASSKEYS = [
    '{"id":1}',
    "[]",
    "[[[]]]",
    "null",
    "1",
    '"text"',
    "{",
    "NaN",
    "[" * 50_000,
    "9" * 5_000,
    json.dumps(LOGIN | {"response": []}),
    json.dumps(LOGIN | {"response": {}}),
    json.dumps(LOGIN | {"id": None}),
    json.dumps(LOGIN | {"id": "AQID"}),
    json.dumps(LOGIN | {"type": "password"}),
    json.dumps(LOGIN | {"clientExtensionResults": []}),
    json.dumps(LOGIN | {"response": LOGIN["response"] | {"userHandle": 7}}),
    json.dumps(LOGIN | {"response": LOGIN["response"] | {"clientDataJSON": "!!"}}),
    json.dumps(LOGIN | {"more": "\0"}),
    json.dumps(LOGIN | {"more": "\ud800"}),
    json.dumps(LOGIN | {"more": float("inf")}),
    json.dumps(LOGIN | {"more": "x" * 70_000}),
]
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("AQo\0é-_=", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*LOGIN, *LOGIN["response"]]), inner),
    max_leaves=8,
)
parts = st.dictionaries(
    st.sampled_from([*LOGIN["response"], "attestationObject"]),
    values | st.binary().map(lambda data: urlsafe_b64encode(data).decode()),
)


@pytest.fixture
def person(client):
    user = make_user()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def post_login(client, user, data):
    client.get(reverse("mfa_login_webauthn"), headers={"x-requested-with": "XMLHttpRequest"})
    return client.post(reverse("mfa_login_webauthn"), data)


def post_second_factor(client, user, data):
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert client.get(reverse("mfa_authenticate")).status_code == 200
    return client.post(reverse("mfa_authenticate"), data)


def signed_in(client, user):
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def post_again(client, user, data):
    signed_in(client, user)
    Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={})
    return client.post(reverse("mfa_reauthenticate_webauthn"), data)


def post_new(client, user, data):
    signed_in(client, user)
    assert client.get(reverse("mfa_add_webauthn")).status_code == 200
    answer = client.post(reverse("mfa_add_webauthn"), {"name": "Key", **data})
    assert not Authenticator.objects.exists()
    return answer


DOORS = [post_login, post_second_factor, post_again, post_new]


@pytest.mark.parametrize("sent", NO_PASSKEYS, ids=lambda sent: sent[:40])
def test_invalid_passkey_response_is_bad_request(client, person, sent):
    answer = post_login(client, person, {"credential": sent})
    assert answer.status_code == 400
    assert "We could not read your request" in answer.content.decode()


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "sent", [NO_PASSKEYS[0], "[]", "{", json.dumps(SHAPE | {"response": {"clientDataJSON": DATA}})]
)
def test_every_passkey_view_refuses_invalid_data(client, person, door, sent):
    assert door(client, person, {"credential": sent}).status_code == 400


@pytest.mark.parametrize("door", DOORS)
def test_missing_field_is_bad_request(client, person, door):
    assert door(client, person, {}).status_code == 400


def test_json_body_is_bad_request(client, person):
    assert client.post(reverse("mfa_login_webauthn"), {"id": 1}, content_type="application/json").status_code == 400


def test_browser_without_javascript_gets_other_sign_in(client, person):
    answer = client.post(reverse("mfa_login_webauthn"), {"credential": ""}, follow=True)
    assert (answer.status_code, answer.redirect_chain) == (200, [(reverse("account_login"), 302)])
    assert "Your browser sent no passkey. Try again, or use another way to sign in." in answer.content.decode()


@pytest.mark.parametrize(("handle", "status"), [("MQ", 302), ("enp6enp6enp6", 302), ("enp6enp6enp6enp6enp6", 302)])
def test_unknown_passkey_is_refused_like_wrong_one(client, person, handle, status):
    sent = LOGIN | {"response": LOGIN["response"] | {"userHandle": handle, "authenticatorData": "A" * 50}}
    answer = post_login(client, person, {"credential": json.dumps(sent)})
    assert answer.status_code == status
    assert "_auth_user_id" not in client.session


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values | parts.map(lambda part: SHAPE | {"response": part}))
def test_malformed_passkey_data_never_fails(client, value):
    client.get(reverse("mfa_login_webauthn"), headers={"x-requested-with": "XMLHttpRequest"})
    with override_settings(MFA_RATE_LIMITS=False):
        assert client.post(reverse("mfa_login_webauthn"), {"credential": json.dumps(value)}).status_code in (302, 400)
