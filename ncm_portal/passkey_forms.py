"""The forms that take what a browser sends for a passkey or a security key: anything else is a bad request."""

import json
import logging
import re
import struct
from typing import Any, NoReturn

from allauth.mfa.webauthn import forms as webauthn
from cryptography.exceptions import UnsupportedAlgorithm
from django import forms
from django.core.exceptions import BadRequest
from django.utils.translation import gettext_lazy as _

from .log_ins import Noted

log = logging.getLogger(__name__)
NO_PASSKEY = "This is no passkey."
BASE64URL = re.compile(r"[A-Za-z0-9_-]+=*")
LONGEST = 64 * 1024  # in characters; a key with its attestation has less than a tenth
NOT_STORABLE = re.compile(r"\\u(0000|[dD][89a-fA-F])|\0|[\ud800-\udfff]")
# What the library's reading of bytes raises, on the way from base64 over CBOR to a key.
UNREADABLE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
    UnsupportedAlgorithm,
    struct.error,
)


class CredentialField(forms.JSONField):
    """A public key credential as WebAuthn describes it, whose response has these `parts`.

    Raises BadRequest for anything that no browser sends.
    """

    widget = forms.HiddenInput
    default_error_messages = {"required": _("Your browser sent no passkey. Try again, or use another way to sign in.")}

    def __init__(self, parts: tuple[str, ...] = (), **options: Any) -> None:
        super().__init__(**options)
        self.parts = parts

    def to_python(self, value: Any) -> Any:
        """Return the credential; nothing for an empty field, as a browser without scripts sends it."""
        if value == "":
            return None
        if not isinstance(value, str) or len(value) > LONGEST or NOT_STORABLE.search(value):
            raise BadRequest(NO_PASSKEY)
        try:
            credential = json.loads(value, parse_constant=_refuse, parse_float=_refuse)
        except (ValueError, RecursionError) as error:
            raise BadRequest(NO_PASSKEY) from error
        if not _is_credential(credential, self.parts):
            raise BadRequest(NO_PASSKEY)
        return credential


def _refuse(text: str) -> NoReturn:
    raise ValueError(text)


def _is_credential(value: Any, parts: tuple[str, ...]) -> bool:
    if not isinstance(value, dict) or value.get("type") != "public-key":
        return False
    response, extensions = value.get("response"), value.get("clientExtensionResults", {})
    if not isinstance(response, dict) or not isinstance(extensions, dict) or value.get("id") != value.get("rawId"):
        return False
    words = [value.get("id"), *(response.get(part) for part in parts), response.get("userHandle") or "-"]
    return all(isinstance(word, str) and BASE64URL.fullmatch(word) for word in words)


class _Passkey(forms.Form):
    """What these forms share: the field, and what its reading may raise."""

    parts: tuple[str, ...] = ("clientDataJSON", "authenticatorData", "signature")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["credential"] = CredentialField(self.parts)

    def full_clean(self) -> None:
        """Check the fields. Raises BadRequest where the bytes inside are no key and no signature."""
        try:
            super().full_clean()
        except UNREADABLE as error:
            log.warning("a passkey that could not be read", exc_info=error)
            raise BadRequest(NO_PASSKEY) from error


class LoginForm(Noted, _Passkey, webauthn.LoginWebAuthnForm):
    """Signing in with a passkey alone."""

    step = "passkey"


class AuthenticateForm(Noted, _Passkey, webauthn.AuthenticateWebAuthnForm):
    """The second factor of a log-in."""


class ReauthenticateForm(Noted, _Passkey, webauthn.ReauthenticateWebAuthnForm):
    """The key again, before something grave."""


class AddForm(_Passkey, webauthn.AddWebAuthnForm):
    """Another key of one's own account."""

    parts = ("clientDataJSON", "attestationObject")
