"""Delete access log entries whose retention period is over."""

from typing import Any

from django.core.management.base import BaseCommand

from consultations.workflow import trim_access_log


class Command(BaseCommand):
    help = "Remove the entries of the access log that are older than a year; their seals stay, and the journal tells."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{trim_access_log()} entries of the access log were removed.")
