"""Reference data: what everybody builds on, read from the CSV files in consultations/reference/ (README.md there)."""

from collections.abc import Callable
from pathlib import Path

from django.db import transaction

from . import frame, holidays, milestones, people
from .reading import FOLDER, BadRow
from .saving import Tally

__all__ = ["FOLDER", "BadRow", "Tally", "load"]


def load(folder: Path = FOLDER, say: Callable[[Tally], None] = lambda tally: None) -> list[Tally]:
    """Bring the reference tables in line with the files of `folder`; all of it or nothing.

    In: the folder, and what to do with each table's result as soon as it is there. Out: one Tally per table.
    Records that the secretariat entered or edited (evidence N) stay as they are, and so does everything that the files
    do not know: states, confirmations, contact addresses. Raises BadRow for the first row that cannot be right.
    """
    tallies = []
    with transaction.atomic():
        for part in (frame, people, milestones, holidays):
            for tally in part.load(folder):
                say(tally)
                tallies.append(tally)
    return tallies
