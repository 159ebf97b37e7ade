"""Attendance by half-day, and who is present now."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultations.queries import checkin
from consultations.queries.checkin import NAIROBI, HalfDay, half_day
from tests.factories import change, make_check_in, make_delegate, make_forum, make_session, make_stakeholder

DAY = date(2017, 10, 17)
FIRST, LAST = datetime(2015, 1, 1, tzinfo=UTC), datetime(2035, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(int(FIRST.timestamp()), int(LAST.timestamp())).map(lambda at: datetime.fromtimestamp(at, UTC))


def at(hour, minute=0, day=DAY):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=NAIROBI)


@given(MOMENTS, MOMENTS)
def test_half_day_is_determined_by_date_and_noon_in_kenya(one, other):
    there = [moment.astimezone(NAIROBI) for moment in (one, other)]
    alike = there[0].date() == there[1].date() and (there[0].hour < 13) == (there[1].hour < 13)
    assert (half_day(one) == half_day(other)) is alike


@given(MOMENTS)
def test_half_day_interval_is_exact(moment):
    half = half_day(moment)
    first, last = half.span
    assert first <= moment <= last
    assert [half_day(first), half_day(last)] == [half, half]
    step = timedelta(microseconds=1)
    assert half not in (half_day(first - step), half_day(last + step))


@given(st.lists(MOMENTS))
def test_half_days_sort_chronologically(moments):
    moments.sort()
    assert [half_day(moment) for moment in moments] == sorted(half_day(moment) for moment in moments)


def test_noon_belongs_to_afternoon():
    assert [half_day(at(12, 59)), half_day(at(13))] == [HalfDay(DAY, "am"), HalfDay(DAY, "pm")]
    assert half_day(datetime(2017, 10, 16, 21, 30, tzinfo=UTC)) == HalfDay(DAY, "am")  # half past midnight in Kenya
    assert (HalfDay(DAY, "am").code, HalfDay(DAY, "pm").label) == ("2017-10-17-am", "17 October 2017, afternoon")
    assert half_day(HalfDay(DAY, "pm").begins) == HalfDay(DAY, "pm")


@pytest.fixture
def forum(db):
    return make_forum(starts_on=DAY)


def test_half_days_come_from_programme(forum):
    assert checkin.half_days(forum) == [HalfDay(DAY, "am"), HalfDay(DAY, "pm")]
    make_session(forum, starts_at=at(9))
    make_session(forum, starts_at=at(14), kind="break")
    assert checkin.half_days(forum) == [HalfDay(DAY, "am")]


def test_today_check_ins_count_once(forum):
    one, two = make_stakeholder(group="ministry"), make_stakeholder(group="academia")
    principal, guest, gone = make_delegate(forum, one), make_delegate(forum, two), make_delegate(forum, two)
    substitute = make_delegate(forum, make_stakeholder(group="media"), sits_in_for=principal)
    for delegate in (principal, substitute, guest):
        make_check_in(delegate, at=at(9))
    make_check_in(guest, at=at(14, day=DAY - timedelta(days=1)))
    make_check_in(gone, voids=make_check_in(gone, at=at(9)), at=at(9))
    room = checkin.present(forum, at(15))
    assert (room.institutions, room.groups, room.seats) == ({one.pk, two.pk}, {"ministry", "academia"}, 2)
    assert checkin.present(forum, at(8)).seats == 0
    assert checkin.present(forum, at(15, day=DAY + timedelta(days=1))).seats == 0
    came = checkin.attendance_by_half_day(forum)
    assert list(came) == [HalfDay(DAY - timedelta(days=1), "pm"), HalfDay(DAY, "am")]
    assert came[HalfDay(DAY, "am")] == {principal.pk, substitute.pk, guest.pk}


def test_substitute_makes_institution_present(forum):
    principal = make_delegate(forum, make_stakeholder(group="ministry"))
    make_check_in(make_delegate(forum, make_stakeholder(group="media"), sits_in_for=principal), at=at(9))
    room = checkin.present(forum, at(9))
    assert (room.institutions, room.groups) == ({principal.stakeholder_id}, {"ministry"})


def test_merged_duplicate_checks_in_as_kept_entry(forum):
    kept = make_delegate(forum)
    double = make_delegate(forum, kept.stakeholder, state="withdrawn")
    change(double, merged_into=kept)
    make_check_in(kept, at=at(9))
    make_check_in(double, at=at(10))
    assert checkin.attendance_by_half_day(forum) == {HalfDay(DAY, "am"): {kept.pk}}
    assert checkin.present(forum, at(11)).seats == 1
