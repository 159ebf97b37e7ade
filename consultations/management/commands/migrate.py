"""Django's `migrate`; when the tables are up to date, the journal commits to what stands, once after an upgrade."""

from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from consultations.workflow import commit_after_upgrade


class Command(migrate.Command):
    help = migrate.Command.help

    def handle(self, *args, **options):
        super().handle(*args, **options)
        if options["plan"] or options["check_unapplied"] or not _is_up_to_date(options["database"]):
            return
        if (count := commit_after_upgrade()) and options["verbosity"]:
            self.stdout.write(f"The journal commits to {count} records as they stand now.")


def _is_up_to_date(database: str) -> bool:
    """Whether every migration is applied: only then the tables are those that the models know."""
    executor = MigrationExecutor(connections[database])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
