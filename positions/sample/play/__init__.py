"""Play the sample consultation of 2017 through the verbs that the pages call, each act at its moment.

No state is written here: records that have no verb (accounts, the consultation, the forum and its programme, bodies
that the secretariat enters) are made as in the admin and entered in the journal, and everything else is a verb.
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
    """The sample cannot be played into this database; the message says why."""


def play(say: Callable[[str], None], work: Callable[[], object]) -> bool:
    """Play the whole sample in one transaction: a run that is ended halfway leaves nothing behind.

    Says a line for each chapter; `work` lets the worker do a job that waits. Returns False, and changes nothing but a
    round that has run out, when it was played before. Raises CannotPlay, and Blocked when a verb refuses.
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
    """A second run waits for the first: both would write the journal."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [JOURNAL_LOCK])


def played() -> bool:
    """Whether the sample's paper is there and public. Raises CannotPlay when another paper has its address."""
    slug = sample.read("consultation")["paper"]["slug"]
    paper = PositionPaper.objects.filter(slug=slug).select_related("consultation").first()
    if paper and not (paper.is_sample and paper.is_official):
        state = PaperState(paper.state).label
        raise CannotPlay(f"A paper with the address “{slug}” is here already and is {state}: the sample finds no room.")
    return paper is not None


def copy_files(folder: Path) -> list[Path]:
    """Copy the files of the adopted edition into `folder`, each whole or not at all; return where they are."""
    slug = sample.read("consultation")["paper"]["slug"]
    folder.mkdir(parents=True, exist_ok=True)
    copies = []
    for artefact in Artefact.objects.filter(edition__paper__slug=slug, edition__number="1.0", format__in=FILES):
        with open_genuine(artefact.stored_file) as kept, NamedTemporaryFile(dir=folder, delete=False) as copy:
            shutil.copyfileobj(kept, copy)
        copies.append(Path(copy.name).rename(folder / FILES[ArtefactFormat(artefact.format)]))
        copies[-1].chmod(0o644)
    return sorted(copies, reverse=True)
