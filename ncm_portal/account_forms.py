"""The forms of the account pages: addresses in their normal form, passwords of a bounded length."""

from typing import Any

from allauth.account import forms as account
from django import forms
from django.core.exceptions import ValidationError

from consultations.email_addresses import NotAnAddress
from consultations.models import NormalEmailFormField
from consultations.queries.accounts import known_address
from ncm_portal.passwords import MaximumLengthValidator


class KnownEmailField(NormalEmailFormField):
    """The address of an account, however it is typed."""

    def to_python(self, value: Any) -> str:
        """Return the address that the account has; without an account, the normal form. Raises ValidationError."""
        text = str(value or "")
        try:
            return known_address(text) if text.strip() else ""
        except NotAnAddress as error:
            raise ValidationError(str(error), code="invalid") from error


class _Account(forms.Form):
    """What the forms of this page share. `address`: the field that takes an address."""

    address, address_class = "", NormalEmailFormField

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if theirs := self.fields.get(self.address):
            ours = self.address_class(label=theirs.label, required=theirs.required, widget=theirs.widget)
            self.fields[self.address] = ours
        for field in self.fields.values():
            if isinstance(field.widget, forms.PasswordInput):
                field.validators.append(MaximumLengthValidator().validate)  # before anything is hashed


class LoginForm(_Account, account.LoginForm):
    """Signing in."""

    address, address_class = "login", KnownEmailField


class SignupForm(_Account, account.SignupForm):
    """Creating an account."""

    address = "email"


class AddEmailForm(_Account, account.AddEmailForm):
    """Another address of one's own account."""

    address = "email"


class ResetPasswordForm(_Account, account.ResetPasswordForm):
    """Asking for a link to choose a new password. It is sent to the address that the account has."""

    address, address_class = "email", KnownEmailField


class ResetPasswordKeyForm(_Account, account.ResetPasswordKeyForm):
    """Choosing a new password, with the link."""


class ChangePasswordForm(_Account, account.ChangePasswordForm):
    """Changing one's password."""


class SetPasswordForm(_Account, account.SetPasswordForm):
    """The first password of an account that had none."""


class ReauthenticateForm(_Account, account.ReauthenticateForm):
    """Saying one's password again, before something grave."""
