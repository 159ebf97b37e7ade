"""Kenyan working days: Monday to Friday without public holidays."""

from collections.abc import Container, Iterable
from datetime import date, timedelta

from django.db.models import Q

from consultations.models import HolidayRule, PublicHoliday

from .changes import SHARED, kept

SUNDAY = 6


def days_off(holidays: Iterable[PublicHoliday], years: Iterable[int]) -> dict[date, str]:
    """Return the public holidays of `years` with their names.

    A day of Part I of the Schedule that falls on a Sunday moves to the next day that is not a public holiday (Public
    Holidays Act, Cap. 110, section 4). Gazetted days are not moved.
    """
    kept = [(day, each) for year in years for each in holidays if (day := each.in_year(year))]
    moves = [(day, each) for day, each in kept if day.weekday() == SUNDAY and each.rule != HolidayRule.ONCE]
    result = {day: each.name for day, each in kept if (day, each) not in moves}
    for day, each in sorted(moves, key=lambda move: move[0]):
        while day in result or day.weekday() == SUNDAY:
            day += timedelta(days=1)
        result[day] = each.name
    return result


def public_holidays(start: date, end: date) -> dict[date, str]:
    """The public holidays from `start` to `end`, both included, in order. One query."""
    rows = list(PublicHoliday.objects.filter(Q(on=None) | Q(on__year__gte=start.year - 1, on__year__lte=end.year)))
    result = days_off(rows, range(start.year - 1, end.year + 1))  # a Sunday holiday can move into the next year
    return {day: name for day, name in sorted(result.items()) if start <= day <= end}


def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and including `end`. One query."""
    return _counted(start, end, public_holidays(start, end) if end > start else {})


def _counted(start: date, end: date, off: Container[date]) -> int:
    days = (start + timedelta(days=number) for number in range(1, (end - start).days + 1))
    return sum(day.weekday() < 5 and day not in off for day in days)


def working_day_after(start: date, number: int) -> date:
    """Return the day on which `number` working days after `start` are complete. One query."""
    return WorkingDays([start], most=number).after(start, number)


class WorkingDays:
    """The working days after some days of start, up to `most` of them. One query if there are any starts; the holidays
    are kept.
    """

    def __init__(self, starts: Iterable[date], most: int = 0) -> None:
        years = {day.year for day in starts}
        longest = 3 + most // 200  # years; fewer than 200 working days never last two years
        self.off = days_off(_every_holiday(), range(min(years) - 1, max(years) + longest)) if years else {}

    def after(self, start: date, number: int) -> date:
        """Return the day on which `number` working days after `start` are complete."""
        day, left = start, number
        while left > 0:
            day += timedelta(days=1)
            left -= day.weekday() < 5 and day not in self.off
        return day

    def between(self, start: date, end: date) -> int:
        """Return the working days after `start` up to and including `end`."""
        return _counted(start, end, self.off)


@kept(SHARED)
def _every_holiday() -> list[PublicHoliday]:
    return list(PublicHoliday.objects.all())
