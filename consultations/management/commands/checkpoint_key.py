"""Create, rotate or print the key that signs checkpoints of the journal."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from consultations.models.checkpoints import keys_file
from consultations.queries.checkpoints import Unreadable, known_keys
from consultations.workflow import make_key, rotate_key, sign_checkpoint, write_checkpoints
from ncm_portal.workflow import Blocked


class Command(BaseCommand):
    help = "Print the public keys with which checkpoints of the journal are signed. Make the first one, or a new one."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--make", action="store_true", help="make the first key, and sign the journal with it at once"
        )
        what.add_argument("--rotate", action="store_true", help="put a new key in the place of the one that signs")

    def handle(self, *args: Any, make: bool = False, rotate: bool = False, **options: Any) -> None:
        try:
            if make or rotate:
                make_key() if make else rotate_key()
                sign_checkpoint(at_once=True)
                write_checkpoints()
            keys = known_keys()
        except (Blocked, Unreadable, OSError) as error:
            raise CommandError(str(error)) from error
        for name, key in keys.items():
            until = f"until {key.until:%d %B %Y, %H:%M} UTC" if key.until else "signs today"
            self.stdout.write(f"{name}  from {key.since:%d %B %Y, %H:%M} UTC, {until}")
        self.stdout.write(f"Publish {keys_file()}, and these names where nobody of this machine can change them.")
