"""Printed documents about people: badges, name-plates, registers, certificates and the seat plan, as JSON values."""

from collections.abc import Collection
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from consultations.models import CheckInChannel, Delegate, DelegateRole, DelegateState, ForumState, Group
from consultations.queries import delegates
from consultations.queries.checkin import HalfDay, half_day
from consultations.tokens import room_code

from .reading import Content, Day, head

WALK_INS = 10  # minimum of blank rows in a register; a tenth of a large forum


def person(delegate: Delegate) -> Content:
    """Return the data of a person for a badge."""
    return {
        "pk": delegate.pk,
        "name": delegate.name,
        "organisation": delegate.stakeholder.name,
        "group": delegate.group,
        "group_name": str(Group(delegate.group).label) if delegate.group else "",
        "role": str(DelegateRole(delegate.role).label),
        "number": delegate.badge_number,
    }


Only = Collection[int] | None  # primary keys of the people to print for; None: all


def chosen(people: list[Delegate], only: Only) -> list[Delegate]:
    """Return those of `people` to print, by number."""
    return _by_number([each for each in people if only is None or each.pk in only])


def badges(day: Day, *, only: Only = None) -> Content:
    """Return badges with the check-in code, four per sheet."""
    rows = [
        {**person(each), "ticket": each.ticket.hex, "room_code": room_code(each.ticket)}
        for each in chosen(day.confirmed, only)
    ]
    return {**head(day, "badges"), "people": rows, "room": settings.PORTAL_ADDRESS + reverse("room")}


def single_badges(day: Day, *, only: Only = None) -> Content:
    """Return badges on single pages."""
    return {**badges(day, only=only), "paper": "badges-single"}


def plates(day: Day, *, only: Only = None) -> Content:
    """Return name-plates for the table."""
    return {**head(day, "name-plates"), "people": [person(each) for each in chosen(day.confirmed, only)]}


def _by_number(people: list[Delegate]) -> list[Delegate]:
    return sorted(people, key=lambda each: (each.badge_number or 0, each.name, each.pk))


def half(each: HalfDay) -> Content:
    """Return a half-day as values."""
    return {"code": each.code, "day": each.day.isoformat(), "is_morning": each.part == "am"}


def register(day: Day, *, only: Only = None) -> Content:
    """Return the register to sign by badge number, one for each half-day, with blank rows for unregistered
    participants.
    """
    rows = [person(each) for each in chosen(day.confirmed, None)]
    blank = max(WALK_INS, -(-len(rows) // 10))
    return {**head(day, "register"), "halves": [half(each) for each in day.half_days], "people": rows, "blank": blank}


def attendance(day: Day, *, only: Only = None) -> Content:
    """Return the attendance in each half-day with time and channel, from valid check-ins."""
    halves = _halves_of_attendance(day)
    rows = [
        {
            **person(each),
            "sits_in_for": each.sits_in_for.name if each.sits_in_for else "",
            "came": _first_check_ins(day, each),
        }
        for each in day.who_came
    ]
    return {
        **head(day, "attendance"),
        "halves": [half(each) for each in halves],
        "people": rows,
        "confirmed": len(day.confirmed),
        "absent": [
            {"name": each.name, "organisation": each.stakeholder.name}
            for each in day.confirmed
            if each.pk not in day.check_ins
        ],
    }


def _halves_of_attendance(day: Day) -> list[HalfDay]:
    """Return the half-days of the programme, and others with check-ins."""
    others = {half_day(check.at) for checks in day.check_ins.values() for check in checks}
    return sorted({*day.half_days, *others})


def _first_check_ins(day: Day, delegate: Delegate) -> dict[str, Content]:
    """Return the first check-in by half-day: time and channel."""
    result: dict[str, Content] = {}
    for check in day.check_ins[delegate.pk]:
        how = {"at": f"{timezone.localtime(check.at):%H:%M}", "how": str(CheckInChannel(check.channel).label)}
        result.setdefault(half_day(check.at).code, how)
    return result


def days_of(day: Day, delegate: Delegate) -> list[date]:
    """Return the days on which a delegate attended."""
    return sorted({half_day(check.at).day for check in day.check_ins.get(delegate.pk, [])})


def certificates(day: Day, *, only: Only = None) -> Content:
    """Return certificates for people who attended, with the days, once the forum is over."""
    rows = [
        {**person(each), "days": [item.isoformat() for item in days_of(day, each)]}
        for each in chosen(day.who_came, only)
    ]
    return {**head(day, "certificates"), "people": rows}


def is_over(day: Day) -> bool:
    """Return whether the forum took place."""
    return day.forum.state in (ForumState.HELD, ForumState.REPORTED)


def seat_plan(day: Day, *, only: Only = None) -> Content:
    """Return the seats by group: their number, who has one, and who is on the reserve list."""
    seats = delegates.seat_plan(day.forum)
    return {
        **head(day, "seat-plan"),
        "seats": seats.seats,
        "taken": seats.confirmed,
        "free": seats.free,
        "planned": seats.planned,
        "groups": [_group(day, row) for row in seats.groups],
        "counties": [list(row) for row in seats.counties.items()],
    }


def _group(day: Day, row: delegates.GroupSeats) -> Content:
    own = [each for each in day.delegates if each.group == row.group]
    return {
        "group": row.group,
        "name": row.label,
        "seats": row.seats,
        "taken": row.confirmed,
        "free": row.free,
        "over": row.over,
        "undecided": row.nominated,
        "confirmed": [_seated(each) for each in own if each.state == DelegateState.CONFIRMED],
        "reserve": [_seated(each) for each in own if each.state == DelegateState.WAITLISTED],
    }


def _seated(delegate: Delegate) -> Content:
    place, needs = delegate.county.name if delegate.county else "", delegate.access_needs
    principal = delegate.sits_in_for.name if delegate.sits_in_for else ""
    return {**person(delegate), "county": place, "access_needs": needs, "sits_in_for": principal}
