"""Signing in through somebody else, such as a government's single sign-on: a deployment adds the kind of provider."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers import registry
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from consultations.email_addresses import NotAnAddress, normal_form


class SignOnAdapter(DefaultSocialAccountAdapter):
    """What the pages "Sign in" and "Create an account" offer beside a password."""

    def list_providers(self, request: HttpRequest) -> list[Any]:
        """The providers. Where no kind of provider is installed there can be none: the database is not asked."""
        return super().list_providers(request) if registry.get_class_list() else []


class AccountAdapter(DefaultAccountAdapter):
    """What the account pages ask the portal."""

    def clean_email(self, email: str) -> str:
        """The normal form of an address, wherever it comes from. Raises ValidationError."""
        try:
            return normal_form(email)
        except NotAnAddress as error:
            raise ValidationError(str(error), code="invalid") from error
