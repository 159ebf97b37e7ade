"""Public holidays: by rule those of the Act's Schedule, by day those that a notice declared."""

import re
from collections.abc import Iterator
from pathlib import Path

from consultations.models import HolidayRule, PublicHoliday

from .reading import Cell, Row, day, drafts, evidence, one_of, required, rows, text
from .saving import Tally, save

RULES = {str(rule): str(rule) for rule in HolidayRule.values}


def load(folder: Path) -> Iterator[Tally]:
    """Load the public holidays from the files of `folder`. Raises BadRow, also for what a rule does not give."""
    found = drafts(
        PublicHoliday,
        rows(folder, "public_holidays.csv"),
        code=Cell("code", required),
        name=Cell("name", required),
        rule=Cell("rule", one_of(RULES, "rule")),
        on=Cell("on", day),
        month=Cell("month", _number),
        day=Cell("day", _number),
        days_from_easter=Cell("days_from_easter", _number),
        first_year=Cell("first_year", _number),
        last_year=Cell("last_year", _number),
        evidence=Cell("evidence", evidence),
        source=Cell("source"),
    )
    for draft in found:
        holiday = PublicHoliday(**draft.values)
        if not _is_dated(holiday):
            raise draft.row.bad("rule", f"“{holiday.rule}” needs other columns than these")
    yield save("public holidays", PublicHoliday, ["code"], found)


def _number(row: Row, column: str) -> int | None:
    """A whole number, also a negative one; None for an empty cell."""
    found = text(row, column)
    if found and not re.fullmatch(r"-?[0-9]{1,4}", found):
        raise row.bad(column, f"“{found}” is not a whole number")
    return int(found) if found else None


def _is_dated(holiday: PublicHoliday) -> bool:
    """Whether exactly what the rule needs is there, as the database will ask."""
    given = {"once": holiday.on, "every_year": holiday.month and holiday.day, "easter": holiday.days_from_easter}
    return all((value is not None) == (rule == holiday.rule) for rule, value in given.items())
