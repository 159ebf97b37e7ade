"""Log sign-ins and attempts in the access log: method, failures and lockouts.

An attempt is logged about the account with the entered address; unknown addresses are not stored. The response is the
same either way, and the worker warns the owner of the account later.
"""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from consultations.models import Access, AccessEntry, User
from ncm_portal.client_address import client_address, present_client_address

TOO_MANY = "too_many_login_attempts"  # allauth's name for a lockout
SPAN = 300  # seconds in which a lockout is logged once, however often attempts continue


class LogInAdapter(DefaultAccountAdapter):
    """allauth adapter that logs sign-ins."""

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt. Raises ValidationError for one too many, which is a lockout."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            enter_lock_out(_owner(credentials), step="password", address=client_address(request))
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Log a wrong password."""
        by = getattr(request, "user", None)
        AccessEntry.objects.add(Access.LOG_IN_FAILED, by=by, about=_owner(credentials), details={"step": "password"})

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """Log the right password of a closed account."""
        AccessEntry.objects.add(Access.LOG_IN_FAILED, about=user, details={"step": "closed account"})
        return super().respond_user_inactive(request, user)

    def post_login(self, request: HttpRequest, user: Any, **facts: Any) -> HttpResponse:
        """Log a completed sign-in."""
        records = get_authentication_records(request, user)
        steps = [str(record.get("type") or record["method"]) for record in records]
        AccessEntry.objects.add(Access.LOG_IN, by=user, details={"steps": steps})
        return super().post_login(request, user, **facts)


def enter_lock_out(owner: User | None, *, step: str, address: str) -> None:
    """Log a lockout: once in five minutes per account or address."""
    whose = f"account {owner.pk}" if owner else f"address {address}"
    once = f"lock_out {step} {whose} {int(time.time()) // SPAN}"
    AccessEntry.objects.add(Access.LOCK_OUT, about=owner, once=once, details={"step": step})


def _owner(credentials: dict[str, Any]) -> User | None:
    return User.objects.filter(email=str(credentials.get("email", ""))).first()


# --- The second step --------------------------------------------------------------------------------------------------


class Noted(forms.Form):
    """Form mixin for second factors that logs failures about the person who gave the password. A failed passkey without
    a password is logged about nobody, because only the browser claims its owner.
    """

    user: Any
    step = "second step"

    def clean(self) -> Any:
        """Log errors in the fields. An empty form does not count as an attempt."""
        cleaned = super().clean()
        codes = {error.code for errors in self.errors.as_data().values() for error in errors}
        if TOO_MANY in codes:
            enter_lock_out(self.user, step=self.step, address=present_client_address())
        elif codes - {"required"}:
            by = getattr(context.request, "user", None)
            AccessEntry.objects.add(Access.FACTOR_FAILED, by=by, about=self.user, details={"step": self.step})
        return cleaned


class CodeForm(Noted, AuthenticateForm):
    """Form for the code after the password."""


class CodeAgainForm(Noted, ReauthenticateForm):
    """Form for the code before a security-relevant change."""
