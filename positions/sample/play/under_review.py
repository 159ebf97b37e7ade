"""Short paper of the open round, under public review today, with two conflicting amendments."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from consultations.models import PointState
from positions import sample
from positions.models import Amendment, Audience, Outcome
from positions.queries.grounding import open_points
from positions.workflow import decide, join_amendment, open_review, propose_amendment, recommend

from .agenda import Act, Chapter, Stage, one_after_another
from .drafting import DRAFTER, JUDGE, answer, fresh, write_paragraph
from .interim import begin
from .open_round import DEADLINE, on

AGO, MINUTE = timedelta(minutes=30), timedelta(minutes=1)


def beside(stage: Stage) -> Stage:
    """Return the same round for another of its papers."""
    made = Stage(stage.work, people=stage.people, bodies=stage.bodies, points=stage.points)
    made.consultation = stage.consultation
    return made


def acts(stage: Stage) -> Iterator[Act]:
    """Yield the acts, recent enough that the round has days left."""
    rows = sample.read("under_review")
    story = [
        (begin, (rows["paper"],)),
        *[(write_paragraph, (row,)) for row in rows["paragraph"]],
        *[(answer, (row,)) for row in rows["answer"]],
        (note_the_rest, (rows["rest"],)),
        (open_round, (rows["paper"],)),
        *[(propose, (row,)) for row in rows["amendment"]],
        (join, (rows["cosponsor"],)),
        (advise, (rows["recommendation"],)),
    ]
    for moment, (act, given) in one_after_another(timezone.now() - AGO, MINUTE, story):
        yield Act(moment, act, given)


def note_the_rest(stage: Stage, row: sample.Row) -> None:
    """Answer the other points of the round as noted, as another officer."""
    for point in open_points(stage.paper):
        outcome = Outcome.MERGED if point.state == PointState.MERGED else Outcome.NOTED
        decide(stage.paper, point, by=stage.person(JUDGE), outcome=outcome, **row)


def open_round(stage: Stage, facts: sample.Row) -> None:
    """Open the text for everyone to read."""
    closes = on(facts["closes_in_days"], DEADLINE)
    stage.paper = open_review(stage.paper, by=stage.person(DRAFTER), closes_at=closes, audience=Audience.PUBLIC)


def propose(stage: Stage, row: sample.Row) -> None:
    """Propose an amendment as a member."""
    propose_amendment(
        stage.paper.rounds.get(),
        fresh(stage, row["paragraph"]),
        by=stage.person(row["by"]),
        sponsor=stage.bodies[row["organisation"]],
        **{name: row[name] for name in ("operation", "text", "reason")},
    )


def _proposed(stage: Stage, key: str) -> Amendment:
    (row,) = [each for each in sample.read("under_review")["amendment"] if each["key"] == key]
    rows = Amendment.objects.select_related("round__paper")
    return rows.get(round__paper=stage.paper, sponsor=stage.bodies[row["organisation"]])


def join(stage: Stage, row: sample.Row) -> None:
    """Co-sponsor an amendment as another member."""
    join_amendment(
        _proposed(stage, row["amendment"]), by=stage.person(row["by"]), body=stage.bodies[row["organisation"]]
    )


def advise(stage: Stage, row: sample.Row) -> None:
    """Recommend a part of an amendment; its sponsor has not answered yet."""
    given = {name: row[name] for name in ("advice", "text", "reason")}
    recommend(_proposed(stage, row["amendment"]), by=stage.person(DRAFTER), **given)


def tally(stage: Stage) -> str:
    """Return the number of amendments and the closing time."""
    review = stage.paper.rounds.get()
    closes = timezone.localtime(review.closes_at)
    return f"{review.amendments.count()} amendments, two of them for the same words, open until {closes:%d %B %Y}"


CHAPTER = Chapter("Under review", acts, tally)
