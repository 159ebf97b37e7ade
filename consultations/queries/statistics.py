"""Statistics of inputs by theme, objective, county and time, for the coverage page and the participation report.

Counts every sent input, since a number reveals no content.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultations.models import (
    Consultation,
    ConsultationState,
    County,
    DayTally,
    Delegate,
    DelegateState,
    Forum,
    Framework,
    Group,
    Provision,
    Submission,
    Tally,
    Theme,
    audiences_of,
    own_organisations_of,
    reads_all_sent,
)
from ncm_portal.workflow import Words

from .changes import INPUTS, kept_for_each
from .forums import themes_of
from .holidays import WorkingDays

TILES = Path(__file__).resolve().parent.parent / "reference" / "county_tiles.csv"
LONGEST_BY_DAY = 21  # a longer consultation is shown by weeks


class Cell(NamedTuple):
    """Inputs of one group."""

    group: str
    number: int


class Line(NamedTuple):
    """Row of a matrix: its name in URLs, its label, and the inputs of each group."""

    code: str
    label: str
    cells: list[Cell]

    @property
    def total(self) -> int:
        """Return the inputs of all groups; with objectives an input counts for each one that it names."""
        return sum(cell.number for cell in self.cells)

    @property
    def gaps(self) -> int:
        """Return the number of groups without an input."""
        return sum(not cell.number for cell in self.cells)


@dataclass(frozen=True)
class Matrix:
    """Inputs by row and group. All groups are included: a gap is a finding."""

    groups: list[tuple[str, str]]
    lines: list[Line]

    @property
    def totals(self) -> list[int]:
        """Return the inputs by group over all rows."""
        return [sum(line.cells[turn].number for line in self.lines) for turn in range(len(self.groups))]

    @property
    def columns(self) -> list[Cell]:
        """Return the totals with their groups."""
        return [Cell(code, number) for (code, _label), number in zip(self.groups, self.totals, strict=True)]

    @property
    def total(self) -> int:
        """Return the sum."""
        return sum(line.total for line in self.lines)

    @property
    def silent(self) -> list[Line]:
        """Return the rows without inputs."""
        return [line for line in self.lines if not line.total]


class Place(NamedTuple):
    """County with its number of organisations and inputs."""

    county: County
    organisations: int
    inputs: int


class Tile(NamedTuple):
    """Position of a county on the tile map, with a label of three letters."""

    label: str
    column: int
    row: int


class Arrival(NamedTuple):
    """Inputs received between two dates (inclusive), and the running total."""

    first: date
    last: date
    inputs: int
    so_far: int

    @property
    def code(self) -> str:
        """Return the period for URLs: "2017-10-02" or "2017-10-02--2017-10-08"."""
        return "--".join(dict.fromkeys([self.first.isoformat(), self.last.isoformat()]))


def by_theme(consultation: Consultation, themes: list[Theme]) -> Matrix:
    """Return the inputs by theme and group. One query on the tallies."""
    counts = {
        (group.code, turn): number
        for group in inputs_by_group(consultation, themes).groups
        for turn, number in enumerate(group.by_theme)
    }
    return _matrix(
        (theme.code, str(theme), [counts.get((code, turn), 0) for code in Group.values])
        for turn, theme in enumerate(themes)
    )


def by_objective(consultation: Consultation) -> Matrix:
    """Return the inputs by named objectives of the Compact and by group; an input can name several. One query on the
    tallies.
    """
    counted = consultation.objective_tallies.filter(provision=OuterRef("pk")).order_by()
    by_group = counted.values(group=F("stakeholder__group")).annotate(number=Sum("inputs"))
    objectives = Provision.objects.filter(framework=Framework.GCM_OBJECTIVE).order_by("order", "code")
    rows = objectives.annotate(counted=ArraySubquery(by_group.values_list(JSONObject(group="group", number="number"))))
    result = []
    for code, order, label, groups in rows.values_list("code", "order", "label", "counted"):
        numbers = {each["group"]: each["number"] for each in groups}
        result.append((code, f"{order}. {label}", [numbers.get(group, 0) for group in Group.values]))
    return _matrix(result)


def _matrix(rows: Iterable[tuple[str, str, list[int]]]) -> Matrix:
    lines = [
        Line(code, label, [Cell(*cell) for cell in zip(Group.values, numbers, strict=True)])
        for code, label, numbers in rows
    ]
    return Matrix([(code, str(label)) for code, label in Group.choices], lines)


def by_county(consultation: Consultation) -> list[Place]:
    """Return all counties by name with their figures. One query on the tallies."""
    heard_from = consultation.tallies.filter(inputs__gt=0, stakeholder__county=OuterRef("pk")).order_by()
    of_county = heard_from.values("stakeholder__county")
    counties = County.objects.order_by("name").annotate(
        organisations=Subquery(of_county.values(number=Count("stakeholder", distinct=True))),
        inputs=Subquery(of_county.values(number=Sum("inputs"))),
    )
    return [Place(county, county.organisations or 0, county.inputs or 0) for county in counties]


@cache
def tiles() -> dict[str, Tile]:
    """Return the positions of the 47 counties on the tile map by code."""
    with TILES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["code"]: Tile(row["label"], int(row["column"]), int(row["row"])) for row in rows}


def arrivals(consultation: Consultation) -> list[Arrival]:
    """Return when the inputs arrived, by days in Nairobi, or by weeks from the first if there are many days. One query.

    Includes days and weeks without inputs.
    """
    days = consultation.day_tallies.filter(inputs__gt=0).order_by().values_list("day")
    return in_line(dict(days.annotate(Sum("inputs"))))


def in_line(by_day: Mapping[date, int]) -> list[Arrival]:
    """Return the counts as a gapless series of days or weeks."""
    if not by_day:
        return []
    first, last, result, so_far = min(by_day), max(by_day), [], 0
    step = 1 if (last - first).days < LONGEST_BY_DAY else 7
    for start in range(0, (last - first).days + 1, step):
        days = [first + timedelta(days=start + turn) for turn in range(step)]
        number = sum(by_day.get(day, 0) for day in days)
        so_far += number
        result.append(Arrival(days[0], days[-1], number, so_far))
    return result


# --- How the work goes ------------------------------------------------------------------------------------------------

MOST_WEEKS = 52  # what came later stands in the last one


class Week(NamedTuple):
    """Inputs of one week of a consultation, and of the same week of the one before."""

    number: int
    inputs: int
    before: int


def inputs_by_week(consultation: Consultation) -> tuple[Consultation | None, list[Week]]:
    """Return the consultation that opened before this one, and the inputs of both by weeks from their opening.

    Two queries. Without inputs there are no weeks.
    """
    earlier = Consultation.objects.filter(opens_at__lt=consultation.opens_at, is_sample=consultation.is_sample)
    previous = earlier.exclude(state=ConsultationState.DRAFT).order_by("-opens_at", "-pk").first()
    opened = {each.pk: timezone.localdate(each.opens_at) for each in (consultation, previous) if each}
    by_week: dict[int, Counter[int]] = {pk: Counter() for pk in opened}
    days = DayTally.objects.filter(consultation__in=opened, inputs__gt=0).order_by()
    for pk, day, number in days.values_list("consultation", "day").annotate(Sum("inputs")):
        by_week[pk][min(max((day - opened[pk]).days // 7, 0), MOST_WEEKS - 1)] += number
    own, before = by_week[consultation.pk], by_week[previous.pk] if previous else Counter[int]()
    number = max([*own, *before], default=-1) + 1
    return previous, [Week(turn + 1, own[turn], before[turn]) for turn in range(number)]


ANSWERED_WITHIN = (1, 3, 5, 10)  # working days
MOST_ANSWERED = 1000


class AnswerTimes(NamedTuple):
    """How long the inputs decided last waited, in working days: numbers by the limits, and those above; half of them
    waited at most `median`.
    """

    within: list[tuple[int, int]]
    longer: int
    median: int

    @property
    def decided(self) -> int:
        """Return the number of inputs decided."""
        return sum(number for _days, number in self.within) + self.longer

    @property
    def most(self) -> int:
        """Return the largest of the numbers."""
        return max(self.longer, *(number for _days, number in self.within))


def times_to_answer(consultation: Consultation) -> AnswerTimes:
    """Return how long the last inputs of a consultation waited, up to MOST_ANSWERED, from the day they were last sent.

    At most one query; the holidays are kept.
    """
    days = [(timezone.localdate(sent), timezone.localdate(decided)) for sent, decided in _decided_last(consultation)]
    calendar = WorkingDays([day for pair in days for day in pair])
    waited = Counter(calendar.between(*pair) for pair in days)
    limits = zip((-1, *ANSWERED_WITHIN), ANSWERED_WITHIN, strict=False)
    within = [(most, sum(n for days, n in waited.items() if least < days <= most)) for least, most in limits]
    longer = sum(n for days, n in waited.items() if days > ANSWERED_WITHIN[-1])
    return AnswerTimes(within, longer, sorted(waited.elements())[(waited.total() - 1) // 2] if waited else 0)


def _key_of(consultation: Consultation) -> int:
    return consultation.pk


@kept_for_each(_key_of, INPUTS)
def _decided_last(consultation: Consultation) -> list[tuple[datetime, datetime]]:
    """Return when the inputs decided last were sent and decided."""
    rows = Submission.objects.filter(consultation=consultation, decided_at__isnull=False).order_by("-decided_at")
    return list(rows.values_list(Coalesce("resent_at", "submitted_at"), "decided_at")[:MOST_ANSWERED])


# --- Figures ----------------------------------------------------------------------------------------------------------


class Participation(NamedTuple):
    """Numbers of participation."""

    inputs: int
    organisations: int
    groups: int


@dataclass(frozen=True)
class ThemeFigures:
    """Theme with its lead objectives and targets and its figures."""

    theme: Theme
    inputs: int
    points: int
    groups: int


class GroupInputs(NamedTuple):
    """One group: its inputs by theme, and in total."""

    code: str
    label: Words
    by_theme: list[int]
    total: int


@dataclass(frozen=True)
class InputsByGroup:
    """Inputs by theme and group: the themes, the groups with inputs and the groups without."""

    themes: list[Theme]
    groups: list[GroupInputs] = field(default_factory=list)
    silent: list[Words] = field(default_factory=list)

    @property
    def totals(self) -> list[int]:
        """Return the inputs by theme over all groups."""
        return [sum(column) for column in zip(*(group.by_theme for group in self.groups), strict=True)]

    @property
    def total(self) -> int:
        """Return all inputs."""
        return sum(group.total for group in self.groups)


class GroupOfDelegates(NamedTuple):
    """Delegates of one group at a forum and their organisations."""

    label: str
    people: int
    organisations: int


class Delegates(NamedTuple):
    """Delegates to a forum by group, and in total."""

    groups: list[GroupOfDelegates]
    people: int
    organisations: int


def participation(consultation: Consultation) -> Participation:
    """Return the numbers of sent inputs, organisations and groups."""
    rows = consultation.tallies.filter(inputs__gt=0).aggregate(
        inputs=Coalesce(Sum("inputs"), 0),
        organisations=Count("stakeholder", distinct=True),
        groups=Count("stakeholder__group", distinct=True),
    )
    return Participation(**rows)


def theme_figures(*consultations: Consultation) -> list[list[ThemeFigures]]:
    """Return for each consultation its themes with their inputs, valid points and groups. Two queries."""
    groups = Count("stakeholder__group", distinct=True, filter=Q(inputs__gt=0))
    rows = Tally.objects.filter(consultation__in=consultations).order_by().values_list("consultation", "theme")
    numbers = rows.annotate(Sum("inputs"), Sum("points"), groups=groups)
    counted = {(consultation, theme): figures for consultation, theme, *figures in numbers}
    themes: list[Any] = list(themes_of(consultations))
    return [
        [ThemeFigures(theme, *counted.get((each.pk, theme.pk), (0, 0, 0))) for theme in themes if each.pk in theme.of]
        for each in consultations
    ]


def inputs_by_group(consultation: Consultation, themes: list[Theme]) -> InputsByGroup:
    """Return the sent inputs by group and theme, over `themes`; one query. Groups keep the order of the register."""
    rows = consultation.tallies.filter(theme__in=themes, inputs__gt=0).values_list("stakeholder__group", "theme")
    counts = {(group, theme): number for group, theme, number in rows.annotate(Sum("inputs"))}
    result = InputsByGroup(themes)
    for code, label in Group.choices:
        by_theme = [counts.get((code, theme.pk), 0) for theme in themes]
        if any(by_theme):
            result.groups.append(GroupInputs(code, label, by_theme, sum(by_theme)))
        else:
            result.silent.append(label)
    return result


def named_organisations(consultation: Consultation, user: Any, theme: Theme) -> QuerySet[Tally, Any]:
    """Return organisations with an input on `theme` that `user` may read, by name, with the number of those inputs
    (`input_count`). One query on the tallies, which count what `readable_by` lets be read.
    """
    number: Any = Value(0)
    for audience in audiences_of(user):
        number = number + F(audience.value)  # the tally has a column for each
    own = Q(stakeholder__in=own_organisations_of(user))
    number = F("inputs") if reads_all_sent(user) else Case(When(own, then=F("inputs")), default=number)
    rows = consultation.tallies.filter(theme=theme, stakeholder__isnull=False).annotate(input_count=number)
    named = rows.filter(input_count__gt=0).annotate(name=F("stakeholder__name")).order_by("name")
    return named.values_list("name", "input_count", named=True)


def delegates_of(forum: Forum) -> Delegates:
    """Return the confirmed delegates of a forum by group, the largest first, without names. One query."""
    confirmed = Delegate.objects.filter(forum=forum, state=DelegateState.CONFIRMED).order_by()
    rows = list(confirmed.values_list("group", "stakeholder").annotate(Count("pk")))
    groups = []
    for code, label in [*Group.choices, ("", _("Without a group"))]:
        sent = [number for group, _organisation, number in rows if group == code]
        if sent:
            groups.append(GroupOfDelegates(str(label), sum(sent), len(sent)))
    groups.sort(key=lambda group: -group.people)
    return Delegates(groups, sum(number for *_who, number in rows), len({row[1] for row in rows}))
