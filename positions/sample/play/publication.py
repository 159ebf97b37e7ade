"""The files of the adopted edition are made and checked; two officers publish it."""

from collections.abc import Iterator

from consultations.workflow import (
    carry_commitments,
    circulate_communique,
    clear_communique,
    draft_communique,
    publish_communique,
    report_forum,
)
from positions import sample
from positions.models import Artefact, Disposition
from positions.queries.communique import first_draft
from positions.workflow import make_files, propose_publication, publish

from .agenda import Act, Chapter, Stage
from .forum import CHAIR, move_forum


def file_acts(stage: Stage) -> Iterator[Act]:
    """The PDF and the data are made."""
    row = sample.read("clearance")["publication"]
    yield Act(stage.moment("files_made"), make, (row["by"],))
    yield Act(stage.moment("files_made"), tell, (row["by"],))


def make(stage: Stage, by: str) -> None:
    """An officer makes the files of the adopted edition."""
    make_files(stage.paper.editions.get(number="1.0"), by=stage.person(by))


def tell(stage: Stage, by: str) -> None:
    """The officer drafts the communiqué from what was adopted and sends it round; promises go on the list."""
    officer = stage.person(by)
    carry_commitments(stage.forum, by=officer)
    stage.communique = draft_communique(stage.forum, by=officer, body=first_draft(stage.forum))
    stage.communique = circulate_communique(stage.communique, by=officer)


def file_tally(stage: Stage) -> str:
    """The files and their sizes."""
    files = Artefact.objects.filter(edition__paper=stage.paper).order_by("format")
    return ", ".join(f"{file.get_format_display()} {file.size / 1000:.0f} kB" for file in files)


def acts(stage: Stage) -> Iterator[Act]:
    """One officer proposes, another publishes; the forum is reported."""
    row = sample.read("clearance")["publication"]
    yield Act(stage.moment("publication_proposed"), propose, (row["by"],))
    yield Act(stage.moment("communique_cleared"), clear, (CHAIR,))
    yield Act(row["published"], make_public, (row["second_officer"],))
    yield Act(row["published"], move_forum, (report_forum,))


def propose(stage: Stage, by: str) -> None:
    """The first officer proposes publication."""
    stage.paper = propose_publication(stage.paper, by=stage.person(by))


def clear(stage: Stage, by: str) -> None:
    """The head clears the communiqué."""
    stage.communique = clear_communique(stage.communique, by=stage.person(by))


def make_public(stage: Stage, by: str) -> None:
    """The second officer publishes the paper and the communiqué; every author is answered."""
    stage.paper = publish(stage.paper, by=stage.person(by))
    stage.communique = publish_communique(stage.communique, by=stage.person(by))


def tally(stage: Stage) -> str:
    """How many points were answered."""
    answered = Disposition.objects.answered().filter(paper=stage.paper).count()
    return f"edition 1.0 published, {answered} points answered to their authors"


FILES = Chapter("Files", file_acts, file_tally)
CHAPTER = Chapter("Publication", acts, tally)
