"""Run django-pgtrigger's command as the owner of the tables; only the owner can disable triggers."""

from typing import Any

from django.conf import settings
from pgtrigger.management.commands import pgtrigger

from ncm_portal import database_roles


class Command(pgtrigger.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with database_roles.as_owner():
            try:
                super().handle(*args, **options)
            finally:
                if database_roles.is_owner():
                    database_roles.secure(settings.DATABASE_ROLES["running"], str)
