"""Clearance in the sample: ministries answer, one objects, a new text resolves the objection, and the head clears."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from positions import sample
from positions.models import Clearance, Stance, StanceValue
from positions.workflow import (
    agree_to_rest,
    clear_paper,
    fix_clearance_text,
    lay_before_forum,
    record_reservation,
    reopen_text,
    request_clearance,
    take_stance,
)

from .agenda import Act, Chapter, Stage
from .drafting import DRAFTER, fresh, word_again

A_QUARTER = timedelta(minutes=15)


def acts(stage: Stage) -> Iterator[Act]:
    """Yield the acts: request, answers, objection resolved by a new text, second request and answers, clearance."""
    rows = sample.read("clearance")
    yield Act(stage.moment("clearance_text"), fix_text)
    yield Act(rows["clearance"]["sent"], ask, (rows["clearance"]["due"],))
    for row in rows["answer"]:
        stances = [each for each in rows["stance"] if each["ministry"] == row["ministry"]]
        yield Act(row["answered"], give_answer, (row, stances))
    yield Act(rows["objection"]["resolved"], meet_objection, (rows["objection"], rows["clearance"]["due"]))
    for row in rows["objection"]["answer"]:
        yield Act(row["answered"], answer_again, (row, rows["objection"]["paragraph"]))
    for row in rows["reservation"]:
        if row["made"] == "clearance":
            (answered,) = [each["answered"] for each in rows["answer"] if each["ministry"] == row["organisation"]]
            yield Act(answered + A_QUARTER, reserve, (row,))
    yield Act(rows["head"]["cleared"], clear, (rows["head"],))
    yield Act(stage.moment("forum_text_frozen"), lay_text, (rows["head"],))


def fix_text(stage: Stage) -> None:
    """Fix the text for clearance."""
    stage.paper = fix_clearance_text(stage.paper, by=stage.person(DRAFTER))


def ask(stage: Stage, due_at: datetime) -> None:
    """Ask every ministry with a mandate to clear its paragraphs."""
    stage.paper = request_clearance(stage.paper, by=stage.person(DRAFTER), due_at=due_at)


def _clearance(stage: Stage, ministry: str) -> Clearance:
    return Clearance.objects.get(paper=stage.paper, ministry=stage.bodies[ministry])


def give_answer(stage: Stage, row: sample.Row, stances: list[sample.Row]) -> None:
    """Record the stances named in the sample, and agreement on the rest."""
    clearance, officer = _clearance(stage, row["ministry"]), stage.person(row["officer"])
    for stance in stances:
        take_stance(
            clearance,
            fresh(stage, stance["paragraph"]),
            by=officer,
            value=stance["stance"],
            reason=stance.get("comment") or stance.get("text") or stance["reason"],
            proposed_text=stance.get("proposed", ""),
        )
    agree_to_rest(clearance, by=officer)


def meet_objection(stage: Stage, row: sample.Row, due_at: datetime) -> None:
    """Reopen the text, reword the paragraph, and ask only the ministries concerned."""
    name = stage.bodies[row["ministry"]].label
    reason = f"{name} objects to one paragraph and proposes other words. Only this paragraph is opened."
    stage.paper = reopen_text(stage.paper, by=stage.person(DRAFTER), reason=reason)
    word_again(stage, row["paragraph"], row["new_text"], row["why"])
    fix_text(stage)
    ask(stage, due_at)


def answer_again(stage: Stage, row: sample.Row, paragraph: str) -> None:
    """Answer on the new text."""
    (officer,) = [each["officer"] for each in sample.read("clearance")["answer"] if each["ministry"] == row["ministry"]]
    clearance = _clearance(stage, row["ministry"])
    take_stance(clearance, fresh(stage, paragraph), by=stage.person(officer), value=row["stance"])


def reserve(stage: Stage, row: sample.Row, by: str = DRAFTER) -> None:
    """Record a reservation as it will be printed."""
    body, paragraph = stage.bodies[row["organisation"]], fresh(stage, row["paragraph"])
    record_reservation(stage.paper, stakeholder=body, paragraph=paragraph, text=row["text"], by=stage.person(by))


def clear(stage: Stage, row: sample.Row) -> None:
    """Clear the text with a note."""
    stage.paper = clear_paper(stage.paper, by=stage.person(row["by"]), note=row["note"])


def lay_text(stage: Stage, row: sample.Row) -> None:
    """Submit the text to the forum."""
    stage.paper = lay_before_forum(stage.paper, by=stage.person(row["by"]))


def tally(stage: Stage) -> str:
    """Return the number of answers and stances."""
    stances = Stance.objects.filter(clearance__paper=stage.paper)
    objections = stances.filter(value=StanceValue.OBJECT, replaced_at__isnull=False).count()
    ministries = Clearance.objects.filter(paper=stage.paper).count()
    return f"{ministries} ministries, {stances.count()} stances, {objections} objection met by other words"


CHAPTER = Chapter("Clearance", acts, tally)
