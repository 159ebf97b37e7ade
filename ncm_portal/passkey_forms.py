"""Forms for what browsers send for a passkey or security key: anything else is a bad request."""

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
LONGEST = 64 * 1024  # in characters; a key with attestation has less than a tenth
NOT_STORABLE = re.compile(r"\\u(0000|[dD][89a-fA-F])|\0|[\ud800-\udfff]")
# Exceptions of the library's parsing, from base64 over CBOR to a key.
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
    """Public key credential as in WebAuthn, whose response has these `parts`.

    Raises BadRequest for anything that browsers do not send.
    """

    widget = forms.HiddenInput
    default_error_messages = {"required": _("Your browser sent no passkey. Try again, or use another way to sign in.")}

    def __init__(self, parts: tuple[str, ...] = (), **options: Any) -> None:
        super().__init__(**options)
        self.parts = parts

    def to_python(self, value: Any) -> Any:
        """Return the credential; None for an empty field, as sent without JavaScript."""
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
    """Shared field and error handling of these forms."""

    parts: tuple[str, ...] = ("clientDataJSON", "authenticatorData", "signature")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["credential"] = CredentialField(self.parts)

    def full_clean(self) -> None:
        """Validate the fields. Raises BadRequest if the content is not a key or signature."""
        try:
            super().full_clean()
        except UNREADABLE as error:
            log.warning("a passkey that could not be read", exc_info=error)
            raise BadRequest(NO_PASSKEY) from error


class LoginForm(Noted, _Passkey, webauthn.LoginWebAuthnForm):
    """Form to sign in with a passkey alone."""

    step = "passkey"


class AuthenticateForm(Noted, _Passkey, webauthn.AuthenticateWebAuthnForm):
    """Form for the second factor at sign-in."""


class ReauthenticateForm(Noted, _Passkey, webauthn.ReauthenticateWebAuthnForm):
    """Form for the key before a security-relevant change."""


class AddForm(_Passkey, webauthn.AddWebAuthnForm):
    """Form to add a key to one's account."""

    parts = ("clientDataJSON", "attestationObject")
