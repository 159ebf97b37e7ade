"""Publication in the sample: files are rendered and checked; two officers publish."""

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
    """Yield the act that renders the PDF and the data."""
    row = sample.read("clearance")["publication"]
    yield Act(stage.moment("files_made"), make, (row["by"],))
    yield Act(stage.moment("files_made"), tell, (row["by"],))


def make(stage: Stage, by: str) -> None:
    """Render the files of the adopted edition."""
    make_files(stage.paper.editions.get(number="1.0"), by=stage.person(by))


def tell(stage: Stage, by: str) -> None:
    """Draft the communiqué and circulate it; create action points from commitments."""
    officer = stage.person(by)
    carry_commitments(stage.forum, by=officer)
    stage.communique = draft_communique(stage.forum, by=officer, body=first_draft(stage.forum))
    stage.communique = circulate_communique(stage.communique, by=officer)


def file_tally(stage: Stage) -> str:
    """Return the files and their sizes."""
    files = Artefact.objects.filter(edition__paper=stage.paper).order_by("format")
    return ", ".join(f"{file.get_format_display()} {file.size / 1000:.0f} kB" for file in files)


def acts(stage: Stage) -> Iterator[Act]:
    """Yield the acts: one officer proposes, another publishes; the forum is reported."""
    row = sample.read("clearance")["publication"]
    yield Act(stage.moment("publication_proposed"), propose, (row["by"],))
    yield Act(stage.moment("communique_cleared"), clear, (CHAIR,))
    yield Act(row["published"], make_public, (row["second_officer"],))
    yield Act(row["published"], move_forum, (report_forum,))


def propose(stage: Stage, by: str) -> None:
    """Propose publication as the first officer."""
    stage.paper = propose_publication(stage.paper, by=stage.person(by))


def clear(stage: Stage, by: str) -> None:
    """Clear the communiqué as the head."""
    stage.communique = clear_communique(stage.communique, by=stage.person(by))


def make_public(stage: Stage, by: str) -> None:
    """Publish the paper and the communiqué as the second officer; every author is answered."""
    stage.paper = publish(stage.paper, by=stage.person(by))
    stage.communique = publish_communique(stage.communique, by=stage.person(by))


def tally(stage: Stage) -> str:
    """Return the number of answered points."""
    answered = Disposition.objects.answered().filter(paper=stage.paper).count()
    return f"edition 1.0 published, {answered} points answered to their authors"


FILES = Chapter("Files", file_acts, file_tally)
CHAPTER = Chapter("Publication", acts, tally)
