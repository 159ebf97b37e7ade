"""Write the schema that the migrations create to `schema.txt`; run it after each new migration, on a fresh database."""

from typing import Any

from django.core.management.base import BaseCommand

from consultations.integrity import schema


class Command(BaseCommand):
    help = "Write consultations/integrity/schema.txt from this database, which the migrations have just made."

    def handle(self, *args: Any, **options: Any) -> None:
        number = schema.write()
        self.stdout.write(f"{number} objects; fingerprint {schema.fingerprint(schema.standing())}")
