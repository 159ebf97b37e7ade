"""Load milestones with planned and actual dates."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from consultations.models import Milestone, MilestoneState

from .reading import Cell, Row, day, drafts, evidence, look_up, rows, text
from .saving import Tally, save

HELD, PLANNED, SUPERSEDED = "actual", "planned", "superseded plan"
STATES = {HELD: MilestoneState.HELD, PLANNED: MilestoneState.PLANNED, "unconfirmed": MilestoneState.PLANNED}
# A date that was not verified is shown as its month.
PRECISIONS = {name: name for name in ("day", "range", "month", "year", "unknown")} | {"day (unverified)": "month"}


def load(folder: Path) -> Iterator[Tally]:
    """Load the milestones from the files of `folder`. Raises BadRow.

    A superseded plan is not a milestone of its own: its dates become the planned dates of what took place instead. If
    only a plan is known, the milestone stays planned until the secretariat confirms that it took place.
    """
    keys = {text(row, "title"): text(row, "short_title") for row in rows(folder, "key_milestones.csv")}
    result = drafts(
        Milestone,
        _joined(rows(folder, "timeline.csv")),
        title=Cell("title"),
        short_title=Cell("title", lambda row, column: keys.get(text(row, column), "")),
        kind=Cell("event_type"),
        level=Cell("level"),
        place=Cell("place"),
        planned_start=Cell("planned_start", day),
        planned_end=Cell("planned_end", day),
        planned_precision=Cell("planned_precision", _precision),
        actual_start=Cell("actual_start", day),
        actual_end=Cell("actual_end", day),
        actual_precision=Cell("actual_precision", _precision),
        state=Cell("status", lambda row, column: look_up(row, column, text(row, column), STATES, "state")),
        is_key=Cell("title", lambda row, column: text(row, column) in keys),
        reference=Cell("reference_or_note"),
        evidence=Cell("evidence", evidence),
        source=Cell("source"),
    )
    yield save("milestones", Milestone, ["title"], result)


def _precision(row: Row, column: str) -> str:
    result = text(row, column)
    return look_up(row, "date_precision", result, PRECISIONS, "precision") if result else ""


def _joined(milestones: list[Row]) -> list[Row]:
    """Return one row for each milestone, with planned and actual dates side by side."""
    for row in milestones:
        _start(row)
        day(row, "date_end")
    plans = {_replacement(plan, milestones).line: plan for plan in milestones if text(plan, "status") == SUPERSEDED}
    return [_with_dates(row, plans) for row in milestones if text(row, "status") != SUPERSEDED]


def _replacement(plan: Row, milestones: list[Row]) -> Row:
    """Return what replaced a plan: the next held milestone of the same kind and level."""

    def follows(row: Row) -> bool:
        alike = all(text(row, column) == text(plan, column) for column in ("event_type", "level"))
        return alike and text(row, "status") == HELD and _start(row) > _start(plan)

    later = sorted(filter(follows, milestones), key=_start)
    if not later:
        raise plan.bad("status", "nothing of this kind was held after this plan")
    return later[0]


def _start(row: Row) -> date:
    result = day(row, "date_start")
    if result is None:
        raise row.bad("date_start", "a milestone needs a date")
    return result


def _with_dates(row: Row, plans: Mapping[int, Row]) -> Row:
    if text(row, "status") != HELD:
        return row.with_cells(**_dates("planned", row), **_dates("actual"))
    plan = plans.get(row.line)
    if plan is None:
        return row.with_cells(**_dates("planned"), **_dates("actual", row))
    both = {
        "evidence": f"{text(row, 'evidence')}/{text(plan, 'evidence')}",
        "source": f"{text(row, 'source')} ; {text(plan, 'source')}",
    }
    return row.with_cells(**both, **_dates("planned", plan), **_dates("actual", row))


def _dates(which: str, row: Row | None = None) -> dict[str, str]:
    columns = {"start": "date_start", "end": "date_end", "precision": "date_precision"}
    return {f"{which}_{name}": text(row, column) if row else "" for name, column in columns.items()}
