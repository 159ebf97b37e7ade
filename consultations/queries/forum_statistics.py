"""Statistics of a forum: invitations, attendance, speaking time, silent organisations and points by theme.

Figures only, except the names of silent organisations, which only the secretariat sees.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, Model, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultations.models import (
    ActionPoint,
    Delegate,
    DelegateState,
    Forum,
    Group,
    Invitation,
    InvitationState,
    Point,
    PointKind,
    Sex,
    Speech,
    Stakeholder,
    Theme,
)

from .checkin import HalfDay, attendance_by_half_day

SEATS = "seats"  # matches no state of a letter
FEWEST = 3  # minimum number of people of one sex to be shown: fewer could be identified


class GroupRow(NamedTuple):
    """One group: letters sent and answered, attendance, and its shares of seats and speaking time."""

    label: str
    invited: int
    answered: int
    confirmed: int
    attended: int
    seats: int
    seat_share: int
    seconds: int
    spoken_share: int

    @property
    def minutes(self) -> int:
        """Return the speaking time in whole minutes."""
        return round(self.seconds / 60)


class Line(NamedTuple):
    """Label with a number."""

    label: Any
    number: int


class ThemeRow(NamedTuple):
    """Theme with its number of points of each kind."""

    theme: Theme
    numbers: list[int]
    total: int


@dataclass(frozen=True)
class ForumFigures:
    """All figures of a forum."""

    invited: int
    answered: int
    declined: int
    confirmed: int
    attended: int
    organisations: int
    groups: list[GroupRow]
    counties: list[Line]
    sexes: list[Line]
    half_days: list[Line]
    silent: list[Stakeholder]
    kinds: list[Any]
    themes: list[ThemeRow]
    points: int
    minutes: int

    @property
    def groups_that_came(self) -> int:
        """Return the number of groups that attended."""
        return sum(bool(group.attended) for group in self.groups)


def shares(numbers: Iterable[int]) -> list[int]:
    """Return the shares in whole per cent, adding up to 100: the largest remainders are rounded up.

    All are 0 if the total is 0.
    """
    result = list(numbers)
    total = sum(result)
    if not total:
        return [0] * len(result)
    parts = [100 * number // total for number in result]
    by_rest = sorted(range(len(result)), key=lambda place: (-(100 * result[place] % total), place))
    for place in by_rest[: 100 - sum(parts)]:
        parts[place] += 1
    return parts


def pooled(stated: Mapping[str, int], unstated: int, fewest: int = FEWEST) -> tuple[dict[str, int], int]:
    """Suppress small numbers: show each of at least `fewest`, and the sum of the others.

    People who gave no answer are in the sum. If the sum itself is too small, the smallest shown number is added to it,
    so that nobody can be identified by subtraction.
    """
    shown = {key: number for key, number in stated.items() if number >= fewest}
    pool = unstated + sum(number for number in stated.values() if number < fewest)
    while 0 < pool < fewest and shown:
        smallest = min(shown, key=lambda key: (shown[key], key))
        pool += shown.pop(smallest)
    return shown, pool


def forum_figures(forum: Forum) -> ForumFigures:
    """Return the figures of a forum. Six queries, whatever its size."""
    half_days = attendance_by_half_day(forum)
    people = _people(forum, {pk for item in half_days.values() for pk in item})
    item = [person for person in people.values() if person["attended"]]
    sent, seats = _letters_and_seats(forum)
    groups, minutes = _groups(forum, sent, seats, people)
    kinds, themes = _themes(forum)
    return ForumFigures(
        invited=sum(number for *_which, number in sent),
        answered=_of_state(sent, InvitationState.ANSWERED),
        declined=_of_state(sent, InvitationState.DECLINED),
        confirmed=sum(person["confirmed"] for person in people.values()),
        attended=len(item),
        organisations=len({person["stakeholder"] for person in item}),
        groups=groups,
        counties=_counties(item),
        sexes=_sexes(item),
        half_days=_half_days(half_days),
        silent=_silent(forum, {person["stakeholder"] for person in item}),
        kinds=kinds,
        themes=themes,
        points=sum(row.total for row in themes),
        minutes=minutes,
    )


def _people(forum: Forum, attended: set[int]) -> dict[int, dict[str, Any]]:
    """Return the delegates with a seat or attendance, by primary key, with what is counted of them."""
    fields = ("pk", "stakeholder", "group", "county__name", "sex", "state")
    rows = Delegate.objects.filter(Q(state=DelegateState.CONFIRMED) | Q(pk__in=attended), forum=forum, merged_into=None)
    result = {}
    for row in rows.values(*fields):
        row |= {"attended": row["pk"] in attended, "confirmed": row["state"] == DelegateState.CONFIRMED}
        result[row["pk"]] = row
    return result


def _letters_and_seats(forum: Forum) -> tuple[list[tuple[str, str, int]], Counter[str]]:
    """Return the sent letters by group and state, and the seats by group. One query."""
    letters = forum.invitations.order_by().values_list("stakeholder__group", "state").annotate(Count("pk"))
    seats = forum.quotas.order_by().values_list("group", Value(SEATS), "seats")
    unsent = [InvitationState.DRAFT, InvitationState.DISCARDED]
    rows = list(letters.exclude(state__in=unsent).union(seats, all=True).order_by())
    sent = [row for row in rows if row[1] != SEATS]
    return sent, Counter({group: number for group, what, number in rows if what == SEATS})


def _of_state(rows: list[tuple[str, str, int]], state: str) -> int:
    return sum(number for _group, item, number in rows if item == state)


def _groups(
    forum: Forum, sent: list[tuple[str, str, int]], quotas: Counter[str], people: Mapping[int, dict[str, Any]]
) -> tuple[list[GroupRow], int]:
    """Return the groups that were invited, seated or heard, and the total speaking minutes."""
    invited, answered = Counter[str](), Counter[str]()
    for group, state, number in sent:
        invited[group] += number
        answered[group] += number if state == InvitationState.ANSWERED else 0
    confirmed = Counter(person["group"] for person in people.values() if person["confirmed"])
    attended = Counter(person["group"] for person in people.values() if person["attended"])
    seats = quotas or confirmed
    spoken = _speaking_time(forum)
    known = [code for code in Group.values if any(each[code] for each in (invited, confirmed, attended, seats, spoken))]
    of_seats, of_time = (shares(each[code] for code in known) for each in (seats, spoken))
    rows = [
        GroupRow(
            str(Group(code).label), invited[code], answered[code], confirmed[code], attended[code],
            seats[code], of_seats[turn], spoken[code], of_time[turn],
        )
        for turn, code in enumerate(known)
    ]  # fmt: skip
    return rows, round(sum(spoken.values()) / 60)


def _speaking_time(forum: Forum) -> Counter[str]:
    """Return the seconds of speaking by group, for finished speeches."""
    ended = Speech.objects.filter(session__forum=forum, ended_at__isnull=False).order_by()
    rows = ended.values_list("group").annotate(spent=Sum(F("ended_at") - F("started_at")))
    return Counter({group: round(spent.total_seconds()) for group, spent in rows})


def _counties(attended: list[dict[str, Any]]) -> list[Line]:
    """Return attendance by county, largest first, people without a county last."""
    counted = Counter(person["county__name"] for person in attended)
    without = counted.pop(None, 0)
    result = [Line(name, number) for name, number in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))]
    return [*result, *([Line("", without)] if without and result else [])]


def _sexes(attended: list[dict[str, Any]]) -> list[Line]:
    """Return attendance by sex if at least FEWEST people stated it, everybody else in one line. Empty if nobody stated
    it.
    """
    counted = Counter(person["sex"] for person in attended)
    unstated = counted.pop("", 0)
    if not counted:
        return []
    shown, rest = pooled(counted, unstated)
    result = [Line(Sex(code).label, shown[code]) for code in Sex.values if code in shown]
    return [*result, *([Line("", rest)] if rest else [])]


def _half_days(attended: Mapping[HalfDay, set[int]]) -> list[Line]:
    return [Line(half.label, len(people)) for half, people in attended.items()]


def _silent(forum: Forum, attended: set[int]) -> list[Stakeholder]:
    """Return organisations that attended but neither spoke nor raised a point, by name."""
    spoke = Speech.objects.filter(session__forum=forum, started_at__isnull=False).order_by().values("stakeholder")
    raised = Point.objects.standing().of_forum(forum).filter(stakeholder__isnull=False).order_by()
    rows = (
        Stakeholder.objects.filter(pk__in=attended).exclude(pk__in=spoke).exclude(pk__in=raised.values("stakeholder"))
    )
    return list(rows.only("name", "short_name", "group").order_by("name"))


def _themes(forum: Forum) -> tuple[list[Any], list[ThemeRow]]:
    """Return the kinds of existing points, and the points of each theme by kind. One query."""
    made = Point.objects.standing().of_forum(forum).filter(theme=OuterRef("pk")).order_by()
    by_kind = made.values("kind").annotate(number=Count("pk")).values_list(JSONObject(kind="kind", number="number"))
    spoken_on = [
        (theme, {each["kind"]: each["number"] for each in theme.kinds})
        for theme in Theme.objects.annotate(kinds=ArraySubquery(by_kind)).order_by("order")
        if theme.kinds
    ]
    kinds = [kind for kind in PointKind if any(kind in counts for _theme, counts in spoken_on)]
    rows = []
    for theme, counts in spoken_on:
        numbers = [counts.get(kind, 0) for kind in kinds]
        rows.append(ThemeRow(theme, numbers, sum(numbers)))
    return [kind.label for kind in kinds], rows


# --- Lists to download ------------------------------------------------------------------------------------------------


BLOCK = 500
Row = list[Any]


class ForumList(NamedTuple):
    """One list to export: name, description and rows, the first of which is the header."""

    label: Any
    what: Any
    rows: Callable[[Forum], Iterator[Row]]


def moment(at: Any) -> str:
    """Return a time in EAT in sortable form: "2017-10-17 09:05"."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def _each[Record: Model](rows: QuerySet[Record]) -> Iterator[Record]:
    return rows.iterator(chunk_size=BLOCK)


def _delegates_of(forum: Forum) -> QuerySet[Delegate]:
    rows = Delegate.objects.filter(forum=forum, merged_into=None)
    return rows.select_related("stakeholder", "county", "sits_in_for").order_by("stakeholder__name", "name", "pk")


def _delegates(forum: Forum) -> Iterator[Row]:
    yield [
        _("Badge"), _("Name"), _("Title"), _("Organisation"), _("Group"), _("County"), _("Role"), _("State"),
        _("E-mail"), _("Sex"), _("Access needs"), _("Sits in for"),
    ]  # fmt: skip
    for each in _each(_delegates_of(forum)):
        yield [
            each.badge_number, each.name, each.title, each.stakeholder.name, each.get_group_display(),
            each.county.name if each.county else "", each.get_role_display(), each.get_state_display(), each.email,
            each.get_sex_display() if each.sex else "", each.access_needs,
            each.sits_in_for.name if each.sits_in_for else "",
        ]  # fmt: skip


def _attendance(forum: Forum) -> Iterator[Row]:
    """Return everybody with a seat or attendance, with a column for each half-day that had check-ins."""
    halves = attendance_by_half_day(forum)
    attended = set().union(*halves.values())
    yield [_("Badge"), _("Name"), _("Organisation"), _("Group"), *(half.label for half in halves)]
    for each in _each(_delegates_of(forum)):
        if each.state == Delegate.State.CONFIRMED or each.pk in attended:
            marks = [_("came") if each.pk in people else "" for people in halves.values()]
            yield [each.badge_number, each.name, each.stakeholder.name, each.get_group_display(), *marks]


def _invitations(forum: Forum) -> Iterator[Row]:
    yield [
        _("Reference"), _("Organisation"), _("Group"), _("Seats"), _("Addressee"), _("E-mail"), _("State"), _("Sent"),
        _("Answer by"), _("Reminders"), _("Answered"), _("Who answered"), _("Reference of the answer"), _("Message"),
    ]  # fmt: skip
    rows = Invitation.objects.filter(forum=forum).select_related("stakeholder")
    for each in _each(rows.order_by("stakeholder__name", "pk")):
        yield [
            each.reference, each.stakeholder.name, each.stakeholder.get_group_display(), each.seats, each.addressee,
            each.email, each.get_state_display(), moment(each.sent_at), each.respond_by, each.reminders,
            moment(each.answered_at), each.answered_by, each.answer_reference, each.message,
        ]  # fmt: skip


def _points(forum: Forum) -> Iterator[Row]:
    yield [
        _("Reference"), _("Session"), _("Kind"), _("Theme"), _("Raised by"), _("Text"), _("Who will do it"),
        _("By when"), _("State"), _("Merged into"),
    ]  # fmt: skip
    rows = Point.objects.of_forum(forum).select_related("session", "theme", "stakeholder", "merged_into")
    for each in _each(rows.order_by("session__starts_at", "session__order", "number")):
        assert each.session is not None  # filtered above
        yield [
            each.reference, each.session.title, each.get_kind_display(), str(each.theme),
            each.stakeholder.name if each.stakeholder else "", each.text, each.responsible, each.due_on,
            each.get_state_display(), each.merged_into.reference if each.merged_into else "",
        ]  # fmt: skip


def _actions(forum: Forum) -> Iterator[Row]:
    yield [
        _("What is to be done"), _("Organisation"), _("Who will do it"), _("By when"), _("State"), _("Ended"),
        _("What came of it"), _("Commitment"),
    ]  # fmt: skip
    rows = ActionPoint.objects.filter(forum=forum).select_related("stakeholder", "point")
    for each in _each(rows.order_by("due_on", "pk")):
        yield [
            each.text, each.stakeholder.name if each.stakeholder else "", each.responsible, each.due_on,
            each.get_state_display(), each.ended_on, each.report, each.point.reference if each.point else "",
        ]  # fmt: skip


def _speakers(forum: Forum) -> Iterator[Row]:
    yield [
        _("Session"), _("Organisation"), _("Group"), _("Delegate"), _("Asked for the floor"), _("Began"), _("Ended"),
        _("Seconds"), _("Taken off the list"),
    ]  # fmt: skip
    rows = Speech.objects.filter(session__forum=forum).select_related("session", "stakeholder", "delegate")
    for each in _each(rows.order_by("session__starts_at", "session__order", "order", "pk")):
        spent = round((each.ended_at - each.started_at).total_seconds()) if each.started_at and each.ended_at else ""
        yield [
            each.session.title, each.stakeholder.name, each.get_group_display(),
            each.delegate.name if each.delegate else "", moment(each.asked_at), moment(each.started_at),
            moment(each.ended_at), spent, moment(each.struck_at),
        ]  # fmt: skip


FORUM_LISTS = {
    "delegates": ForumList(_("Delegates"), _("Everyone nominated, with seat, badge, group and county."), _delegates),
    "attendance": ForumList(_("Attendance"), _("Who attended each half-day."), _attendance),
    "invitations": ForumList(_("Invitations"), _("Letters sent, and the answers."), _invitations),
    "points": ForumList(_("Points of the sessions"), _("All points by session, in any state."), _points),
    "actions": ForumList(_("Action points"), _("Who does what by when, and the result."), _actions),
    "speakers": ForumList(_("Speakers"), _("Who asked for the floor, and how long they spoke."), _speakers),
}
