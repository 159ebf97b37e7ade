"""Short paper of the open round, in clearance today, so that a clearing officer has something to do."""

from collections.abc import Iterator
from datetime import datetime, time

from django.utils import timezone

from consultations.queries import working_day_after
from positions import sample
from positions.models import Clearance
from positions.workflow import create_paper

from .agenda import Act, Chapter, Stage
from .clearance import ask, fix_text
from .drafting import DRAFTER, MINUTE, answer, close_round, open_round, write_paragraph
from .open_round import DEADLINE, STEP, on

NOON = time(12)


def acts(stage: Stage) -> Iterator[Act]:
    """Yield the acts: written in a morning, reviewed for some days, then sent to the ministries of its theme."""
    rows = sample.read("open_round")["interim"]
    begun, closes = on(-rows["begun_days_ago"]), on(-rows["review_closed_days_ago"], DEADLINE)
    yield Act(begun, begin, (rows,))
    for row in rows["paragraph"]:
        yield Act(begun + STEP, write_paragraph, (row,))
    for row in rows["answer"]:
        yield Act(begun + 2 * STEP, answer, (row,))
    yield Act(on(-rows["begun_days_ago"], NOON), open_round, (closes,))
    yield Act(closes + MINUTE, close_round)
    requested = on(-rows["asked_days_ago"])
    due = working_day_after(timezone.localdate(requested), rows["due_in_working_days"])
    yield Act(requested, fix_text)
    yield Act(requested + STEP, ask, (timezone.make_aware(datetime.combine(due, DEADLINE)),))


def begin(stage: Stage, facts: sample.Row) -> None:
    """Create a paper with the usual outline, with one theme written."""
    fields = {field: facts[field] for field in ("slug", "title", "short_title", "purpose")}
    stage.paper = create_paper(stage.consultation, by=stage.person(DRAFTER), **fields)
    for section in stage.paper.sections.exclude(theme=None).select_related("theme"):
        assert section.theme is not None  # left out above
        stage.sections[section.theme.code] = section


def tally(stage: Stage) -> str:
    """Return whose answers are missing, and until when."""
    waiting = Clearance.objects.filter(paper=stage.paper, state=Clearance.State.REQUESTED)
    due = timezone.localtime(waiting[0].due_at)
    return f"{waiting.count()} ministries are asked about {len(stage.paragraphs)} paragraphs until {due:%d %B %Y}"


CHAPTER = Chapter("In clearance", acts, tally)
