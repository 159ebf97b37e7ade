"""Load reference data from the CSV files in consultations/reference/ (see README.md there)."""

from collections.abc import Callable
from pathlib import Path

from django.db import transaction

from . import frame, holidays, milestones, people
from .reading import FOLDER, BadRow
from .saving import Tally

__all__ = ["FOLDER", "BadRow", "Tally", "load"]


def load(folder: Path = FOLDER, say: Callable[[Tally], None] = lambda tally: None) -> list[Tally]:
    """Synchronise the reference tables with the files of `folder` in one transaction.

    Calls back with each table's result and returns one Tally per table. Records that the secretariat entered or edited
    (evidence N) are not changed, nor is anything that the files do not contain: states, confirmations, contact
    addresses. Raises BadRow for the first invalid row.
    """
    tallies = []
    with transaction.atomic():
        for part in (frame, people, milestones, holidays):
            for tally in part.load(folder):
                say(tally)
                tallies.append(tally)
    return tallies
