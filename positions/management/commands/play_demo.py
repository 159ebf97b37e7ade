"""Create the sample consultation of 2017, from the first account to the published paper, and print how to sign in."""

from io import StringIO
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from consultations.integrity.journal import verdict
from consultations.jobs import run_next
from consultations.models.checkpoints import keys_file
from consultations.stored_files import NotGenuine
from ncm_portal.workflow import Blocked
from positions.sample import play
from positions.sample.play import accounts


class Command(BaseCommand):
    help = (
        "Play the sample consultation of 2017. Safe to run again. Only with DEMO=1 or DEBUG=1: its accounts are open."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--with-tables",
            action="store_true",
            help="make the tables and load the reference data first: one start of Python instead of three",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOCAL:
            raise CommandError("The sample brings accounts with a printed password. It is played with DEMO=1 only.")
        if options["with_tables"]:
            self.stdout.write("→ Making the tables")
            call_command("migrate", verbosity=0)
            if not (Path(settings.CHECKPOINT_KEY).exists() or keys_file().exists()):
                call_command("checkpoint_key", make=True, stdout=StringIO())
            self.stdout.write("→ Loading the reference data")
            call_command("load_reference", stdout=self.stdout)
            self.stdout.write("→ Playing the 2017 consultation")
        began = monotonic()
        try:
            played = play.play(self.stdout.write, run_next)
        except Blocked as refusal:
            raise CommandError("Nothing was played. A verb refused: " + " ".join(refusal.reasons)) from refusal
        except play.CannotPlay as refusal:
            raise CommandError(f"Nothing was played. {refusal}") from refusal
        if played:
            self.stdout.write(f"The consultation of 2017 was played in {monotonic() - began:.1f} s.")
        else:
            self.stdout.write("  The consultation of 2017 was played before; its paper is published. Nothing to do.")
        self._walk_journal()
        self._show_files()
        self._show_log_ins()

    def _walk_journal(self) -> None:
        result = verdict()
        if result.complaint:
            raise CommandError(f"The journal is broken: {result.complaint}.")
        self.stdout.write(f"  The journal is intact: {result.checked} entries.")

    def _show_files(self) -> None:
        try:
            copies = play.copy_files(settings.VAR_DIR / "demo")
        except NotGenuine as gone:
            raise CommandError(f"The file of {gone} is gone or was altered. Begin afresh:  make clean demo") from gone
        for path in copies:
            self.stdout.write(f"  {path.relative_to(settings.VAR_DIR.parent)}")

    def _show_log_ins(self) -> None:
        fits = accounts.password_fits()
        word = accounts.password() if fits else "the one that was printed when the sample was played"
        self.stdout.write(f"Sign in at {settings.PORTAL_ADDRESS}/account/login/ as (password: {word})")
        self.stdout.write(f"  {'Visitor':<24} no account")
        for row in accounts.log_ins():
            code = "and a code" if row.second_factor else ""
            self.stdout.write(f"  {row.role:<24} {row.email:<48} {code}".rstrip())
        self.stdout.write("The code of the moment:  DEMO=1 .venv/bin/python manage.py demo_code E-MAIL")
