"""The files of the adopted edition are made and checked; two officers publish it."""

from collections.abc import Iterator

from consultations.workflow import report_forum
from positions import sample
from positions.models import Artefact, Disposition
from positions.workflow import make_files, propose_publication, publish

from .agenda import Act, Chapter, Stage
from .forum import move_forum


def file_acts(stage: Stage) -> Iterator[Act]:
    """The PDF and the data are made."""
    yield Act(stage.moment("files_made"), make, (sample.read("clearance")["publication"]["by"],))


def make(stage: Stage, by: str) -> None:
    """An officer makes the files of the adopted edition."""
    make_files(stage.paper.editions.get(number="1.0"), by=stage.person(by))


def file_tally(stage: Stage) -> str:
    """The files and their sizes."""
    files = Artefact.objects.filter(edition__paper=stage.paper).order_by("format")
    return ", ".join(f"{file.get_format_display()} {file.size / 1000:.0f} kB" for file in files)


def acts(stage: Stage) -> Iterator[Act]:
    """One officer proposes, another publishes; the forum is reported."""
    row = sample.read("clearance")["publication"]
    yield Act(stage.moment("publication_proposed"), propose, (row["by"],))
    yield Act(row["published"], make_public, (row["second_officer"],))
    yield Act(row["published"], move_forum, (report_forum,))


def propose(stage: Stage, by: str) -> None:
    """The first officer proposes publication."""
    stage.paper = propose_publication(stage.paper, by=stage.person(by))


def make_public(stage: Stage, by: str) -> None:
    """The second officer publishes; every author is answered."""
    stage.paper = publish(stage.paper, by=stage.person(by))


def tally(stage: Stage) -> str:
    """How many points were answered."""
    answered = Disposition.objects.answered().filter(paper=stage.paper).count()
    return f"edition 1.0 published, {answered} points answered to their authors"


FILES = Chapter("Files", file_acts, file_tally)
CHAPTER = Chapter("Publication", acts, tally)
