"""Public holidays and working days: the Act's rules on real years, and refusals of loader and database."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from consultations import reference_data
from consultations.models import PublicHoliday, easter_sunday
from consultations.queries import days_off, public_holidays, working_day_after, working_days_between
from consultations.reference_data import FOLDER, BadRow
from consultations.reference_data import holidays as loader

NEW_YEAR = PublicHoliday(name="New Year's Day", rule="every_year", month=1, day=1)
CHRISTMAS = PublicHoliday(name="Christmas Day", rule="every_year", month=12, day=25)
BOXING = PublicHoliday(name="Boxing Day", rule="every_year", month=12, day=26)
FRIDAY = PublicHoliday(name="Good Friday", rule="easter", days_from_easter=-2)


@pytest.fixture
def loaded(db):
    return list(loader.load(FOLDER))


@pytest.mark.parametrize(
    ("year", "day"),
    [(1961, date(1961, 4, 2)), (2000, date(2000, 4, 23)), (2017, date(2017, 4, 16)), (2024, date(2024, 3, 31)),
     (2026, date(2026, 4, 5)), (2038, date(2038, 4, 25))],
)  # fmt: skip
def test_known_easter_sundays_are_computed(year, day):
    assert easter_sunday(year) == day


@given(st.integers(1583, 4099))
def test_easter_is_a_sunday_between_22_march_and_25_april(year):
    found = easter_sunday(year)
    assert found.weekday() == 6
    assert date(year, 3, 22) <= found <= date(year, 4, 25)


def test_holiday_on_sunday_moves_to_next_working_day():
    """25 December 2022 was a Sunday and 26 December Boxing Day: the notice of 22 December 2022 gave the 27th."""
    assert days_off([CHRISTMAS, BOXING], [2022]) == {
        date(2022, 12, 26): "Boxing Day",
        date(2022, 12, 27): "Christmas Day",
    }
    assert days_off([NEW_YEAR], [2023]) == {date(2023, 1, 2): "New Year's Day"}


def test_saturday_and_gazetted_holidays_are_not_moved():
    notice = PublicHoliday(name="Election", rule="once", on=date(2022, 8, 7))  # a Sunday
    assert days_off([NEW_YEAR, notice], [2022]) == {date(2022, 1, 1): "New Year's Day", date(2022, 8, 7): "Election"}


def test_holiday_applies_only_in_its_years_and_while_active():
    october = PublicHoliday(name="10 October", rule="every_year", month=10, day=10, first_year=2018, last_year=2019)
    years = [2017, 2018, 2019, 2020]
    assert [october.in_year(year) for year in years] == [None, date(2018, 10, 10), date(2019, 10, 10), None]
    october.counts = False
    assert [october.in_year(year) for year in years] == [None] * 4


@given(st.integers(1990, 2100))
def test_each_holiday_is_observed_on_one_day_never_sunday(year):
    found = days_off([NEW_YEAR, FRIDAY, CHRISTMAS, BOXING], [year])
    assert len(found) == 4
    assert [day for day in found if day.weekday() == 6] == []


def test_the_file_gives_the_holidays_of_a_year(loaded, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = public_holidays(date(2017, 1, 1), date(2017, 12, 31))
    assert {f"{day:%d %b}": name for day, name in found.items()} == {
        "02 Jan": "New Year's Day", "14 Apr": "Good Friday", "17 Apr": "Easter Monday", "01 May": "Labour Day",
        "01 Jun": "Madaraka Day", "20 Oct": "Mashujaa Day", "12 Dec": "Jamhuri Day", "25 Dec": "Christmas Day",
        "26 Dec": "Boxing Day",
    }  # fmt: skip
    assert date(2024, 6, 17) in public_holidays(date(2024, 6, 1), date(2024, 6, 30))  # Idd-ul-Azha, by notice


@pytest.mark.django_db
def test_working_days_leave_out_weekends_and_holidays(loaded):
    assert working_days_between(date(2017, 10, 18), date(2017, 10, 25)) == 4  # not 20 October, a Friday
    assert working_days_between(date(2022, 12, 30), date(2023, 1, 3)) == 1  # 1 January moved to the Monday
    assert working_days_between(date(2017, 10, 25), date(2017, 10, 18)) == 0
    for start in (date(2026, 11, 26), date(2017, 12, 20), date(2026, 4, 1)):
        for number in (0, 1, 10, 30):
            end = working_day_after(start, number)
            assert working_days_between(start, end) == number
            assert number == 0 or working_days_between(start, end - timedelta(days=1)) == number - 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"rule": "once", "month": 1, "day": 1},
        {"rule": "every_year", "month": 2, "day": 29},
        {"rule": "every_year", "month": 4, "day": 31},
        {"rule": "every_year", "month": 13, "day": 1},
        {"rule": "easter", "days_from_easter": 61},
        {"rule": "easter", "days_from_easter": 1, "on": date(2026, 1, 1)},
        {"rule": "weekly", "on": date(2026, 1, 1)},
    ],
)
def test_database_refuses_date_that_contradicts_its_rule(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        PublicHoliday.objects.create(name="Odd Day", **fields)


@pytest.mark.django_db
def test_loader_reports_row_and_keeps_entries_of_secretariat(tmp_path, loaded):
    head = (FOLDER / "public_holidays.csv").read_text().splitlines()[0]
    (tmp_path / "public_holidays.csv").write_text(f"{head}\nX,Odd Day,easter,,1,1,,,,R,somewhere\n")
    with pytest.raises(BadRow, match=r"public_holidays\.csv, line 2, column rule: “easter” needs other columns"):
        list(loader.load(tmp_path))
    (tmp_path / "public_holidays.csv").write_text(f"{head}\nX,Odd Day,easter,,,,two,,,R,somewhere\n")
    with pytest.raises(BadRow, match="“two” is not a whole number"):
        list(loader.load(tmp_path))
    PublicHoliday.objects.filter(code="KE-10-OCTOBER").update(counts=False, evidence="N")
    (tally,) = reference_data.holidays.load(FOLDER)
    assert (tally.new, tally.changed, tally.kept) == (0, 0, 1)
    assert not PublicHoliday.objects.get(code="KE-10-OCTOBER").counts
