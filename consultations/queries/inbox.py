"""The inbox of one person: everything that waits for somebody, from tables of kinds (`settings.INBOX`).

A kind says whom something can wait for, which records do, and in what words. The kinds that are possible for a person
are read in two queries: those that depend on inputs, and the others. Their rows are kept for that person until the
journal has another entry that concerns them, so the number on every page costs nothing as a rule.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import (
    BooleanField,
    Count,
    DateField,
    DateTimeField,
    F,
    Model,
    Q,
    QuerySet,
    TextField,
    Value,
    Window,
)
from django.db.models.functions import Cast, Coalesce, JSONObject, Now, NullIf, TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import (
    Consultation,
    ConsultationState,
    Forum,
    ForumState,
    Membership,
    Milestone,
    MilestoneState,
)
from consultations.permissions import live_memberships
from ncm_portal.workflow import Words, now

from .changes import EVERY_AREA, FORUM_DAYS, SHARED, kept_for_each
from .changes import PAPERS as PAPERS_AREA
from .holidays import WorkingDays
from .submissions import Counted

MOST = 100  # records of a kind that are counted
SHOWN = 10  # rows of a kind
NEWS = timedelta(days=14)  # how long an answer is listed as new
NEAR = timedelta(days=180)  # days without their year

OTHER_AREAS = (FORUM_DAYS, PAPERS_AREA, SHARED)  # of what does not depend on inputs
NOW = Now()  # of the database: a statement is kept, its moment is not
INPUTS, FORUMS, PAPERS, PORTAL = "inputs", "forums", "papers", "portal"
Facts = dict[str, Any]


def page(url_name: str, *names: str, query: str = "") -> Callable[[Facts], str]:
    """Return how to find the address of a record: the page `url_name` of the facts with these names."""

    def address(facts: Facts) -> str:
        return reverse(url_name, args=[facts[name] for name in names]) + query

    return address


@dataclass(frozen=True)
class Kind:
    """One kind of what can wait for a person.

    `may` decides for whom it is read at all, `rows` returns the records that wait for a person. Records with the same
    values of `each` share a row, which names the one that has waited longest; without `each` a row is one record.
    `since`, `due_at` and `due_on` are fields (or expressions) of the time since which it waits, and by which it is
    due; `days` are working days after `since`. `facts` are fields for the words and the address; `place` is the
    consultation. `own` marks rows of this person. `labels` give the words of facts that are codes. `groups` counts what
    the page of its only row lists, where that is not its records. `is_news` is to be read, not to be done;
    `is_restricted` stays out of mails.
    """

    code: str
    tab: str
    may: Callable[[Any], bool]
    rows: Callable[[Any], QuerySet[Model, Any]]
    one: Words
    button: Words
    at: Callable[[Facts], str]
    many: Words = ""
    about: Words = ""
    about_many: Words = ""
    each: tuple[str, ...] | None = None
    groups: Callable[[Raw], int] | None = None
    since: Any = None
    due_at: Any = None
    due_on: Any = None
    days: int = 0
    place: str = "consultation__short_title"
    facts: Mapping[str, Any] = field(default_factory=dict)
    own: Callable[[Any], Any] | None = None
    labels: Mapping[str, Callable[[Any], Words]] = field(default_factory=dict)
    is_news: bool = False
    is_restricted: bool = False
    reads_inputs: bool = False

    @property
    def depends_on_inputs(self) -> bool:
        """Return whether verbs on inputs and points change what waits: of another tab, `reads_inputs` says so."""
        return self.reads_inputs or self.tab == INPUTS

    def read(self, user: Any) -> QuerySet[Model, Any]:
        """Return what waits for `user`, the longest first, as rows of `Raw`."""
        rows = self.rows(user)
        since = F(self.since) if isinstance(self.since, str) else self.since
        order = ["pk"] if since is None else [since.asc(nulls_last=True), "pk"]
        number: Any = Value(1)
        if self.each is not None:
            number = Window(Count("pk"), partition_by=[F(name) for name in self.each] or None)
            rows = rows.order_by(*self.each, *order).distinct(*self.each) if self.each else rows.order_by(*order)[:1]
        else:
            rows = rows.order_by(*order)
        own = self.own(user) if self.own else Value(False)
        values = (
            Value(self.code, TextField()),
            _or_null(since, DateTimeField()),
            _or_null(self.due_at, DateTimeField()),
            _or_null(self.due_on, DateField()),
            Cast(own, BooleanField()),
            number,
            JSONObject(**{"place": self.place or Value(""), **self.facts}),
        )
        return rows.values_list(*values) if self.each == () else rows.values_list(*values)[:SHOWN]


def _or_null(value: Any, output: Any) -> Any:
    return Cast(Value(None) if value is None else value, output)


class Raw(NamedTuple):
    """What is kept of a row: its kind, times, whether it is the person's own, number of records, and facts."""

    code: str
    since: datetime | None
    due_at: datetime | None
    due_on: date | None
    is_own: bool
    number: int
    facts: Facts


def oldest[R: Model](rows: QuerySet[R, Any], *order: str) -> QuerySet[R, Any]:
    """Return those of `rows` that are counted: the first ones in an order that an index has."""
    return rows.filter(pk__in=rows.order_by(*order).values("pk")[: MOST + 1])


def or_else(field_name: str, *others: str) -> Coalesce:
    """Return an expression for the first of these fields that is not empty."""
    filled = (NullIf(Cast(name, TextField()), Value("")) for name in (field_name, *others))
    return Coalesce(*filled, Value(""), output_field=TextField())


@cache
def kinds() -> dict[str, Kind]:
    """Return all kinds by code, in the order of the tables."""
    return {kind.code: kind for kind in chain.from_iterable(map(import_string, settings.INBOX))}


def _key_of(user: Any) -> int:
    key: int = user.pk
    return key


def waiting_rows(user: Any) -> list[Raw]:
    """Return what waits for `user`. Two queries; an entry about an input makes only one of them anew."""
    return [*_rows_of_inputs(user), *_other_rows(user)]


@kept_for_each(_key_of, *EVERY_AREA)
def _rows_of_inputs(user: Any) -> list[Raw]:
    return _rows(user, of_inputs=True)


@kept_for_each(_key_of, *OTHER_AREAS)
def _other_rows(user: Any) -> list[Raw]:
    return _rows(user, of_inputs=False)


def _rows(user: Any, *, of_inputs: bool) -> list[Raw]:
    sql, parameters = _statement(user, of_inputs)
    if not sql:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, [user.pk if value == SOMEBODY else value for value in parameters])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return [_counted_anew(Raw._make([*row[:-1], json.loads(row[-1])])) for row in rows]


def _counted_anew(raw: Raw) -> Raw:
    """Return the row with the number of its groups, if its kind counts these."""
    count = kinds()[raw.code].groups
    return raw._replace(number=count(raw)) if count else raw


# --- The statement ----------------------------------------------------------------------------------------------------
#
# To compile thirty queries takes longer than to run them. What they ask for depends on the office and the memberships
# of a person, so the statements are kept for these; the key of the person is filled in.

SOMEBODY = 2**53 - 111  # stands for the key of a person
MOST_STATEMENTS = 300
Statement = tuple[str, tuple[Any, ...]]
_statements: dict[Any, Statement] = {}


def _statement(user: Any, of_inputs: bool) -> Statement:
    asker = of_inputs, user.office, user.is_active, tuple(sorted(map(_what_counts, _memberships(user))))
    if asker not in _statements:
        if len(_statements) >= MOST_STATEMENTS:
            _statements.clear()
        _statements[asker] = _compiled(user, of_inputs)
    return _statements[asker]


def _memberships(user: Any) -> list[Membership]:
    """Return the memberships of `user`: who holds an office of the staff has none."""
    return [] if user.is_staff else live_memberships(user)


def _what_counts(member: Membership) -> tuple[Any, ...]:
    body = member.stakeholder
    return body.pk, member.role, member.is_primary, body.state, body.is_ncm_member


def _compiled(user: Any, of_inputs: bool) -> Statement:
    """Return a statement for everybody with the office and the memberships of `user`: the kinds that depend on inputs,
    or the others.
    """
    somebody = copy(user)
    somebody.pk, somebody.live_memberships = SOMEBODY, _memberships(user)
    fitting = [kind for kind in kinds().values() if kind.depends_on_inputs == of_inputs]
    possible = [kind.read(somebody) for kind in fitting if kind.may(somebody)]
    if not possible:
        return "", ()
    return compiled_union(possible)


def compiled_union(querysets: Sequence[QuerySet[Model, Any]]) -> Statement:
    """Return one statement for all rows of `querysets`, at least one, to be kept and run again."""
    first, *others = querysets
    rows = first.union(*others, all=True).order_by() if others else first
    sql, parameters = rows.query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    return sql, tuple(parameters)


def waiting_count(user: Any) -> int:
    """Return the number of rows in the inbox of `user`, for the menu of every page; without a query as a rule."""
    return len(waiting_rows(user)) if user.is_authenticated and user.is_active else 0


# --- In words ---------------------------------------------------------------------------------------------------------

LATE, TODAY, WEEK, LATER, NEW = "late", "today", "week", "later", "new"
GROUPS = (LATE, TODAY, WEEK, LATER, NEW)
LABELS: dict[str, Words] = {
    LATE: gettext_lazy("Late"),
    TODAY: gettext_lazy("Today"),
    WEEK: gettext_lazy("This week"),
    LATER: gettext_lazy("Later"),
    NEW: gettext_lazy("New"),
}
TABS: dict[str, Words] = {
    INPUTS: gettext_lazy("Inputs"),
    FORUMS: gettext_lazy("Forum and letters"),
    PAPERS: gettext_lazy("Papers"),
    PORTAL: gettext_lazy("People and portal"),
}


class Row(NamedTuple):
    """One row of the inbox, in words."""

    code: str
    tab: str
    group: str
    words: str
    about: str
    place: str
    button: str
    url: str
    since: datetime | None
    due: date | None
    due_at: datetime | None
    is_own: bool
    is_restricted: bool

    @property
    def when(self) -> str:
        """Return by when it is due, or since when it waits: "12:00", "today", "Fri 4 Dec", "4 Dec 2027"."""
        if self.group == TODAY:
            return date_format(timezone.localtime(self.due_at), "H:i") if self.due_at else _("today")
        moment = self.due or (timezone.localdate(self.since) if self.since else None)
        if moment is None:
            return ""
        is_near = abs(moment - timezone.localdate(now())) < NEAR
        if self.due or self.group == NEW:
            return date_format(moment, "D j M" if is_near else "j M Y")
        return _("since %(day)s") % {"day": date_format(moment, "j M" if is_near else "j M Y")}


def inbox(user: Any) -> list[Row]:
    """Return the rows of the inbox of `user`: what is late first, then by day; of one day the person's own first, then
    what has waited longest. Two queries, and one for the public holidays; without any if they are kept.
    """
    rows, known = waiting_rows(user), kinds()
    calendar = WorkingDays([row.since for row in rows if row.since and known[row.code].days])
    return sorted((_in_words(known[row.code], row, calendar) for row in rows), key=_place_in_order)


def _place_in_order(row: Row) -> tuple[Any, ...]:
    return GROUPS.index(row.group), row.due or date.max, not row.is_own, row.since or now(), row.words


def _in_words(kind: Kind, raw: Raw, calendar: WorkingDays) -> Row:
    due = raw.due_on or (timezone.localdate(raw.due_at) if raw.due_at else None)
    if due is None and kind.days and raw.since:
        due = calendar.after(timezone.localdate(raw.since), kind.days)
    many = kind.many and raw.number > 1
    count = Counted(min(raw.number, MOST), raw.number > MOST)
    others = Counted(min(raw.number - 1, MOST), raw.number > MOST)
    labels = {name: label(raw.facts[name]) for name, label in kind.labels.items()}
    facts = {**raw.facts, **labels, "n": count, "others": others}
    about = kind.about_many if many else kind.about
    return Row(
        code=kind.code,
        tab=kind.tab,
        group=NEW if kind.is_news else group_of(due, raw.due_at),
        words=str(kind.many if many else kind.one) % facts,
        about=str(about) % facts if about else "",
        place=raw.facts["place"] or "",
        button=str(kind.button),
        url=kind.at(raw.facts),
        since=raw.since,
        due=due,
        due_at=raw.due_at,
        is_own=raw.is_own,
        is_restricted=kind.is_restricted,
    )


def group_of(due: date | None, due_at: datetime | None = None) -> str:
    """Return the group of what is due on a day, or at an hour: a week ends on Sunday."""
    today = timezone.localdate(now())
    if due is None or due > today + timedelta(days=6 - today.weekday()):
        return LATER
    if due < today or (due_at and due_at < now()):
        return LATE
    return TODAY if due == today else WEEK


def in_groups(rows: Iterable[Row]) -> list[tuple[str, Words, list[Row]]]:
    """Return the groups that have rows, in order, each with its label."""
    listed = list(rows)
    groups = ((group, LABELS[group], [row for row in listed if row.group == group]) for group in GROUPS)
    return [each for each in groups if each[2]]


# --- What comes next --------------------------------------------------------------------------------------------------


class NextDate(NamedTuple):
    """A day that everybody may know: the end of a consultation, the first day of a forum, or a milestone."""

    day: date
    kind: str
    title: str

    @property
    def words(self) -> str:
        """Return what happens on that day."""
        words = NEXT.get(self.kind)
        return str(words) % {"title": self.title} if words else self.title


NEXT = {"closes": gettext_lazy("Inputs close, %(title)s"), "forum": gettext_lazy("Forum: %(title)s")}
MOST_DATES = 5


@kept_for_each(lambda today: today, SHARED)
def next_dates(today: date) -> list[NextDate]:
    """Return the next days that everybody may know, from `today` on. One query."""
    announced = Q(consultation__state__in=[ConsultationState.OPEN, ConsultationState.CLOSED])
    hidden, ahead = [ForumState.DRAFT, ForumState.CANCELLED], [MilestoneState.PLANNED, MilestoneState.MOVED]
    rounds = Consultation.objects.filter(state=ConsultationState.OPEN, closes_at__gte=NOW)
    each = (
        _dated(rounds, "closes", TruncDate("closes_at"), "short_title", today),
        _dated(Forum.objects.exclude(state__in=hidden), "forum", F("starts_on"), "title", today),
        _dated(Milestone.objects.filter(announced, state__in=ahead), "milestone", HELD_ON, "title", today),
    )
    return sorted(NextDate(*row) for row in each[0].union(*each[1:], all=True).order_by())[:MOST_DATES]


HELD_ON = Coalesce("actual_start", "planned_start")


def _dated(rows: QuerySet[Model, Any], kind: str, day: Any, title: str, today: date) -> QuerySet[Model, Any]:
    first = rows.annotate(day=day).filter(day__gte=today).order_by("day", "pk")
    return first.values_list("day", Value(kind, TextField()), Cast(title, TextField()))[:MOST_DATES]
