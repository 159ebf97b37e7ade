"""Create the sample consultation of 2017 through the verbs that the pages call, each act at its time.

Sets no state directly: records without a verb (accounts, consultation, forum and programme, organisations entered by
the secretariat) are created as in the admin with a journal entry; everything else uses verbs.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.db import connection, transaction

from consultations.models import Theme
from consultations.models.journal import JOURNAL_LOCK
from consultations.stored_files import open_genuine
from positions import sample
from positions.models import Artefact, ArtefactFormat, PaperState, PositionPaper

from . import (
    accounts,
    agenda,
    clearance,
    drafting,
    findings,
    forum,
    inputs,
    interim,
    next_forum,
    open_round,
    organisations,
    publication,
    under_review,
)

CHAPTERS = [
    accounts.CHAPTER,
    organisations.CHAPTER,
    inputs.ROUND,
    forum.CHAPTER,
    inputs.CHAPTER,
    inputs.POINTS,
    drafting.CHAPTER,
    drafting.REVIEW,
    clearance.CHAPTER,
    forum.ADOPTION,
    publication.FILES,
    publication.CHAPTER,
    findings.CHAPTER,
]
FILES = {ArtefactFormat.PDF: "position-paper.pdf", ArtefactFormat.JSON: "position-paper.json"}


class CannotPlay(Exception):
    """Raised if the sample cannot be created in this database; the message says why."""


def play(say: Callable[[str], None], work: Callable[[], object]) -> bool:
    """Create the whole sample in one transaction: an interrupted run leaves nothing behind.

    Prints a line for each chapter; `work` runs a waiting job. Returns False if the sample exists already, and then
    changes nothing except a round that has ended. Raises CannotPlay, and Blocked if a verb refuses.
    """
    with transaction.atomic():
        _one_at_a_time()
        if played():
            if extended := open_round.keep_open():
                say(f"  The open round had closed; it is open again until {extended.closes_at:%d %B %Y}.")
            return False
        if not Theme.objects.exists():
            raise CannotPlay("There are no themes yet. Load the reference data first:  manage.py load_reference")
        stage = agenda.Stage(work)
        agenda.play(stage, CHAPTERS, say)
        today = open_round.today(stage)
        agenda.play(today, [open_round.CHAPTER, interim.CHAPTER, next_forum.CHAPTER], say)
        agenda.play(under_review.beside(today), [under_review.CHAPTER], say)
    return True


def _one_at_a_time() -> None:
    """Make a second run wait for the first: both write the journal."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [JOURNAL_LOCK])


def played() -> bool:
    """Return whether the sample's paper exists and is public. Raises CannotPlay if another paper has its address."""
    slug = sample.read("consultation")["paper"]["slug"]
    paper = PositionPaper.objects.filter(slug=slug).select_related("consultation").first()
    if paper and not (paper.is_sample and paper.is_official):
        state = PaperState(paper.state).label
        raise CannotPlay(f"A paper with the address “{slug}” is here already and is {state}: the sample finds no room.")
    return paper is not None


def copy_files(folder: Path) -> list[Path]:
    """Copy the files of the adopted edition into `folder`, each atomically; return their paths."""
    slug = sample.read("consultation")["paper"]["slug"]
    folder.mkdir(parents=True, exist_ok=True)
    copies = []
    for artefact in Artefact.objects.filter(edition__paper__slug=slug, edition__number="1.0", format__in=FILES):
        with open_genuine(artefact.stored_file) as kept, NamedTemporaryFile(dir=folder, delete=False) as copy:
            shutil.copyfileobj(kept, copy)
        copies.append(Path(copy.name).rename(folder / FILES[ArtefactFormat(artefact.format)]))
        copies[-1].chmod(0o644)
    return sorted(copies, reverse=True)
