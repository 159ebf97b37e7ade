"""Forms of the account pages: normalised addresses, passwords of limited length."""

from typing import Any

from allauth.account import forms as account
from django import forms
from django.core.exceptions import ValidationError

from consultations.email_addresses import NotAnAddress
from consultations.models import NormalEmailFormField
from consultations.queries.accounts import known_address
from ncm_portal.passwords import MaximumLengthValidator


class KnownEmailField(NormalEmailFormField):
    """Address of an account, in any spelling."""

    def to_python(self, value: Any) -> str:
        """Return the account's address; without an account, the normal form. Raises ValidationError."""
        text = str(value or "")
        try:
            return known_address(text) if text.strip() else ""
        except NotAnAddress as error:
            raise ValidationError(str(error), code="invalid") from error


class _Account(forms.Form):
    """Shared behaviour of these forms. `address`: the field with the address."""

    address, address_class = "", NormalEmailFormField

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if theirs := self.fields.get(self.address):
            ours = self.address_class(label=theirs.label, required=theirs.required, widget=theirs.widget)
            self.fields[self.address] = ours
        for field in self.fields.values():
            if isinstance(field.widget, forms.PasswordInput):
                field.validators.append(MaximumLengthValidator().validate)  # before hashing


class LoginForm(_Account, account.LoginForm):
    """Form to sign in."""

    address, address_class = "login", KnownEmailField


class SignupForm(_Account, account.SignupForm):
    """Form to create an account."""

    address = "email"


class AddEmailForm(_Account, account.AddEmailForm):
    """Form to add an address to one's account."""

    address = "email"


class ResetPasswordForm(_Account, account.ResetPasswordForm):
    """Form to request a link to choose a new password, which is sent to the account's address."""

    address, address_class = "email", KnownEmailField


class ResetPasswordKeyForm(_Account, account.ResetPasswordKeyForm):
    """Form to choose a new password by the link."""


class ChangePasswordForm(_Account, account.ChangePasswordForm):
    """Form to change one's password."""


class SetPasswordForm(_Account, account.SetPasswordForm):
    """Form to set a first password."""


class ReauthenticateForm(_Account, account.ReauthenticateForm):
    """Form to confirm one's password before a security-relevant change."""
