"""Run Django's `migrate` as the owner of the tables, then grant the runtime role access to new tables. Once the tables
are up to date, the journal commits to the existing records, once after an upgrade, and the tables are stamped.
"""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import ProgrammingError
from django.db.migrations.exceptions import InconsistentMigrationHistory

from consultations.integrity import schema
from consultations.workflow import commit_after_upgrade
from ncm_portal import database_roles


class Command(migrate.Command):
    help = migrate.Command.help

    def execute(self, *args: Any, **options: Any) -> str | None:
        with database_roles.as_owner():  # the system checks before it query the database too
            return super().execute(*args, **options)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["plan"] or options["check_unapplied"]:
            super().handle(*args, **options)
            return
        try:
            self._migrate(*args, **options)
            if is_done := not schema.other_version():
                self._commit(loud=options["verbosity"] > 0)
        finally:  # a failed migration keeps the earlier ones: their tables and triggers need guards too
            self._secure(loud=options["verbosity"] > 0)
        if is_done:
            schema.write_stamp()

    def _migrate(self, *args: Any, **options: Any) -> None:
        try:
            super().handle(*args, **options)
        except InconsistentMigrationHistory as error:
            raise CommandError(
                f"These tables cannot be upgraded: {error} Databases from before version 0.2.0 were for trial. Create "
                "a new one; `make clean` removes that of the demo."
            ) from error

    def _commit(self, *, loud: bool) -> None:
        if (count := commit_after_upgrade()) and loud:
            self.stdout.write(f"The journal commits to {count} records as they stand now.")

    def _secure(self, *, loud: bool) -> None:
        try:
            database_roles.secure(settings.DATABASE_ROLES["running"], self.stdout.write if loud else str)
        except ProgrammingError as error:
            raise CommandError(
                f"The rights of the running role could not be set: {str(error).splitlines()[0]}. "
                "manage.py set_up_database_roles sets up both roles; docs/operations.md says how."
            ) from error
