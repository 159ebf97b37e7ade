"""Create the two database roles: the owner of the tables and the runtime role of the portal."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from ncm_portal import database_roles, env_urls


class Command(BaseCommand):
    help = (
        "Create the roles of DATABASE_OWNER_URL and DATABASE_URL where they are missing, give the database to the "
        "first and the rows to the second. Safe to run again; turns an installation with one role into one with two."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--as",
            dest="address",
            metavar="ADDRESS",
            help="log in with the role of this address, a superuser's where roles are to be created "
            "(postgresql://postgres@/portal?host=/run/postgresql); otherwise with DATABASE_OWNER_URL",
        )

    def handle(self, *args: Any, address: str | None, **options: Any) -> None:
        owner, running = settings.DATABASE_ROLES["owner"], settings.DATABASE_ROLES["running"]
        if owner is None:
            raise CommandError("DATABASE_OWNER_URL is not set: it names the role that is to own the tables.")
        if owner["USER"] == running["USER"]:
            raise CommandError(f"DATABASE_URL and DATABASE_OWNER_URL name the same role, {owner['USER']}.")
        try:
            acting = env_urls.database(address) if address else owner
        except env_urls.AddressError as error:
            raise CommandError(str(error)) from error
        if acting["USER"] == running["USER"]:
            raise CommandError(f"{running['USER']} runs the portal and cannot set itself up. Give another with --as.")
        try:
            with database_roles.connected_as(acting):
                database_roles.set_up(owner, running, self.stdout.write)
        except DatabaseError as error:
            raise CommandError(f"Stopped: {str(error).splitlines()[0]}. What was done before stays.") from error
