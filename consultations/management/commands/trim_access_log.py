"""Delete access log entries whose retention period is over."""

from typing import Any

from django.core.management.base import BaseCommand

from consultations.workflow import trim_access_log
from ncm_portal.database_roles import unlimited


class Command(BaseCommand):
    help = "Remove the entries of the access log that are older than a year; their seals stay, and the journal tells."

    def handle(self, *args: Any, **options: Any) -> None:
        with unlimited():
            removed = trim_access_log()
        self.stdout.write(f"{removed} entries of the access log were removed.")
