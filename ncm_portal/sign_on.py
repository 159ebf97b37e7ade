"""Signing in through somebody else, such as a government's single sign-on: a deployment adds the kind of provider."""

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers import registry
from django.http import HttpRequest


class SignOnAdapter(DefaultSocialAccountAdapter):
    """What the pages "Sign in" and "Create an account" offer beside a password."""

    def list_providers(self, request: HttpRequest) -> list[Any]:
        """The providers. Where no kind of provider is installed there can be none: the database is not asked."""
        return super().list_providers(request) if registry.get_class_list() else []
