"""Findings in the sample: recorded after milestones, released by the head, one corrected; and a fulfilled
commitment.
"""

from collections.abc import Iterator
from datetime import timedelta

from consultations.models import ActionPoint, Milestone
from consultations.workflow import finish_action, say_done
from positions import sample
from positions.models import Reflection
from positions.workflow import correct_reflection, reflect, release_reflections, write_brief

from .agenda import Act, Chapter, Stage, one_after_another
from .drafting import DRAFTER
from .forum import CHAIR, DESK

MINUTES = timedelta(minutes=4)


def acts(stage: Stage) -> Iterator[Act]:
    """Yield the acts: after each milestone the drafter records findings, and the head releases them."""
    rows = sample.read("aftermath")
    for milestone in rows["milestone"]:
        own = [row for row in rows["finding"] if row["milestone"] == milestone["key"]]
        for at, row in one_after_another(milestone["written"], MINUTES, own):
            yield Act(at, find, (milestone["title"], row))
        yield Act(milestone["released"], release, (milestone["title"],))
    yield Act(rows["brief"]["at"], brief, (rows["brief"],))
    yield Act(rows["correction"]["at"], correct, (rows["correction"],))
    yield Act(rows["promise"]["reported"], report, (rows["promise"],))
    yield Act(rows["promise"]["confirmed"], confirm, (rows["promise"],))


def find(stage: Stage, title: str, row: sample.Row) -> None:
    """Record one finding."""
    (provision,) = stage.provisions([row["provision"]])
    reflect(
        stage.paper,
        by=stage.person(DRAFTER),
        milestone=Milestone.objects.get(title=title),
        paragraph=stage.paragraphs[row["paragraph"]],
        provision=provision,
        **_words(row),
    )


def _words(row: sample.Row) -> dict[str, str]:
    return {"value": row["value"], "reference": row["reference"], "note": row.get("note", "")}


def release(stage: Stage, title: str) -> None:
    """Release the findings after a milestone."""
    release_reflections(stage.paper, by=stage.person(CHAIR), milestone=Milestone.objects.get(title=title))


def brief(stage: Stage, row: sample.Row) -> None:
    """Write the brief for a milestone."""
    parts = {name: row[name] for name in ("ask", "flexibility", "red_line", "speaking_points")}
    paragraphs = [stage.paragraphs[key] for key in row["paragraphs"]]
    milestone = Milestone.objects.get(title=_title(row["milestone"]))
    write_brief(stage.paper, by=stage.person(row["by"]), milestone=milestone, paragraphs=paragraphs, **parts)


def _title(key: str) -> str:
    """Return the title of a milestone of the sample."""
    (title,) = [each["title"] for each in sample.read("aftermath")["milestone"] if each["key"] == key]
    return title


def correct(stage: Stage, row: sample.Row) -> None:
    """Correct one finding."""
    about = {"paragraph": stage.paragraphs[row["paragraph"]], "provision__code": row["provision"]}
    result = Reflection.objects.current().get(milestone__title=_title(row["milestone"]), **about)
    correct_reflection(result, by=stage.person(DRAFTER), reason=row["reason"], **_words(row))


def report(stage: Stage, row: sample.Row) -> None:
    """Report, as the responsible institution, that a commitment is done."""
    say_done(_commitment(stage, row), by=stage.person(row["by"]), note=row["note"])


def confirm(stage: Stage, row: sample.Row) -> None:
    """Confirm it as the secretariat."""
    action = _commitment(stage, row)
    finish_action(action, by=stage.person(DESK), report=action.report)


def _commitment(stage: Stage, row: sample.Row) -> ActionPoint:
    return ActionPoint.objects.get(point=stage.points[row["point"]])


def tally(stage: Stage) -> str:
    """Return the numbers of findings and milestones."""
    rows = Reflection.objects.public().filter(edition__paper=stage.paper)
    return f"{rows.count()} findings after {rows.order_by().values('milestone').distinct().count()} milestones"


CHAPTER = Chapter("After adoption", acts, tally)
