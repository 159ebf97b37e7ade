"""Load public holidays: rules of the Act's Schedule, and gazetted dates."""

import re
from collections.abc import Iterator
from pathlib import Path

from consultations.models import HolidayRule, PublicHoliday

from .reading import Cell, Row, day, drafts, evidence, one_of, required, rows, text
from .saving import Tally, save

RULES = {str(rule): str(rule) for rule in HolidayRule.values}


def load(folder: Path) -> Iterator[Tally]:
    """Load the public holidays from the files of `folder`. Raises BadRow, also for rules that yield no date."""
    result = drafts(
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
    for draft in result:
        holiday = PublicHoliday(**draft.values)
        if not _is_dated(holiday):
            raise draft.row.bad("rule", f"“{holiday.rule}” needs other columns than these")
    yield save("public holidays", PublicHoliday, ["code"], result)


def _number(row: Row, column: str) -> int | None:
    """Return a whole number, possibly negative; None for an empty cell."""
    result = text(row, column)
    if result and not re.fullmatch(r"-?[0-9]{1,4}", result):
        raise row.bad(column, f"“{result}” is not a whole number")
    return int(result) if result else None


def _is_dated(holiday: PublicHoliday) -> bool:
    """Return whether the row has exactly what its rule requires, like the database constraint."""
    given = {"once": holiday.on, "every_year": holiday.month and holiday.day, "easter": holiday.days_from_easter}
    return all((value is not None) == (rule == holiday.rule) for rule, value in given.items())
