"""Load the reference data: themes, objectives, targets, instruments, counties, institutions, milestones, terms."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError

from consultations import reference_data


class Command(BaseCommand):
    help = "Bring the reference tables in line with the CSV files. Safe to run again; edits by hand stay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--folder", type=Path, default=reference_data.FOLDER, help="where the CSV files are")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        began = time.monotonic()
        try:
            reference_data.load(folder, say=lambda tally: self.stdout.write(f"  {tally}"))
        except (reference_data.BadRow, IntegrityError) as error:
            raise CommandError(f"Nothing was loaded. {error}") from error
        self.stdout.write(f"Reference data loaded in {time.monotonic() - began:.1f} s.")
