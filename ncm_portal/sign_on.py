"""Sign-in through an external provider, such as a government's single sign-on, which a deployment can add."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers import registry
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from consultations.email_addresses import NotAnAddress, normal_form
from consultations.models import MailStop
from consultations.notifications.outbox import stop_headers, stop_link
from consultations.workflow import give_up_unconfirmed, may_write_to_account, why_person_waits

from .log_ins import LogInAdapter


class SignOnAdapter(DefaultSocialAccountAdapter):
    """allauth adapter for external sign-in on the pages "Sign in" and "Create an account"."""

    def list_providers(self, request: HttpRequest) -> list[Any]:
        """Return the providers, without a query if no provider is installed."""
        return super().list_providers(request) if registry.get_class_list() else []


# Mails of the account pages to an address that anybody can enter; all others are caused by the account's holder.
TO_ANYBODY = (
    "account/email/email_confirmation_signup",
    "account/email/email_confirmation",
    "account/email/account_already_exists",
    "account/email/password_reset_key",
)
OPTIONAL = TO_ANYBODY[:2]  # to an unclaimed address: its recipient can stop such mail


class AccountAdapter(LogInAdapter):
    """allauth adapter for the account pages."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail unless its recipient stopped such mail or the hourly limit is reached. The page is the same in
        either case, so as not to reveal who has an account. A signed-in person who adds many addresses is told when to
        try again.
        """
        if template_prefix in OPTIONAL and (MailStop.objects.covers(email) or self._has_typed_enough()):
            return
        if template_prefix not in TO_ANYBODY or may_write_to_account(email, template_prefix):
            super().send_mail(template_prefix, email, context)

    def _has_typed_enough(self) -> bool:
        person = self.request.user
        why_not = why_person_waits(person) if person.is_authenticated else ""
        if why_not:
            messages.error(self.request, why_not)
        return bool(why_not)

    def render_mail(
        self, template_prefix: str, email: Any, context: dict[str, Any], headers: dict[str, str] | None = None
    ) -> Any:
        """Render the mail with the portal's own address, and with a link to stop such mail where possible."""
        context = {**context, "portal": settings.PORTAL_ADDRESS}
        if template_prefix in OPTIONAL:
            context = {**context, "stop": stop_link(email)}
            headers = {**(headers or {}), **stop_headers(email)}
        return super().render_mail(template_prefix, email, context, headers)

    def clean_email(self, email: str) -> str:
        """Return the normal form of an address. Raises ValidationError."""
        try:
            return normal_form(email)
        except NotAnAddress as error:
            raise ValidationError(str(error), code="invalid") from error

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Confirm the address for this person: other accounts that claimed it without confirming it lose it."""
        with transaction.atomic():
            confirmed = super().confirm_email(request, email_address)
            if confirmed:
                give_up_unconfirmed(email_address.email, by=email_address.user, keeper=email_address.user)
        return confirmed
