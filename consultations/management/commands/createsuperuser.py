"""Create a system administrator on the server: Django's command, with a journal entry and mail to all staff."""

from typing import Any

from django.contrib.auth.management.commands import createsuperuser

from consultations.models import Office, User
from consultations.workflow import announce_administrator


class Command(createsuperuser.Command):
    help = "Make a system administrator; everybody who holds an office is told by mail."

    def handle(self, *args: Any, **options: Any) -> None:
        """Create the account, write the journal entry and queue the mails."""
        known = set(User.objects.filter(office=Office.SYSADMIN).values_list("pk", flat=True))
        super().handle(*args, **options)
        for user in User.objects.filter(office=Office.SYSADMIN).exclude(pk__in=known):
            announce_administrator(user, by=None)
