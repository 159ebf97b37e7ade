"""Print the current six-digit code of the second factor of a sample account."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from consultations.models import User
from positions.sample.play.accounts import codes


class Command(BaseCommand):
    help = "Print the one-time code of an account of the sample. Only with DEMO=1 or DEBUG=1, and for no other account."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the account's e-mail address")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        if not settings.LOCAL:
            raise CommandError("Codes are shown on a demo or development machine only (DEMO=1).")
        user = User.objects.filter(email=email.lower(), is_sample=True).first()
        if user is None:
            raise CommandError("The sample has no such account.")
        try:
            result = codes(user)
        except Authenticator.DoesNotExist as missing:
            raise CommandError("This account signs in with its password alone.") from missing
        self.stdout.write(f"{result.now}  (for {result.seconds} s, then {result.then})")
