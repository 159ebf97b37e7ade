"""Write docs/moves.md, the table of moves with their permissions and conditions."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from positions.roles import document

PAGE = Path(settings.BASE_DIR) / "docs" / "moves.md"


class Command(BaseCommand):
    help = "Write docs/moves.md from the tables of moves."

    def handle(self, *args: Any, **options: Any) -> None:
        PAGE.write_text(document(), encoding="utf-8")
        self.stdout.write(f"{PAGE} is written.")
