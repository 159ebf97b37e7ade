"""Sections of the home page of a forum at the desk, and public consultations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultations.models import (
    CheckIn,
    Consultation,
    ConsultationState,
    Event,
    Evidence,
    Forum,
    ForumSession,
    ForumState,
    Framework,
    Invitation,
    Milestone,
    PointState,
    Relation,
    SessionKind,
    Theme,
)
from ncm_portal.workflow import now

from .changes import SHARED, kept
from .delegates import SeatPlan

# --- A forum in three phases ------------------------------------------------------------------------------------------


BEFORE, DAY, AFTER = "before", "day", "after"
MOST_DOTS = 40  # seats drawn of one group


class Room(NamedTuple):
    """Section of the work on a forum: title, URL name (with the forum's slug), description, and its phases."""

    label: Any
    url_name: str
    what_for: Any
    phases: tuple[str, ...]


# In the order of the work. A section is shown once its URL exists. The first three of the day are its large buttons.
ROOMS = (
    Room(
        _("Programme"),
        "forum_programme",
        _("Sessions, rooms, times, and who chairs, moderates and reports."),
        (BEFORE,),
    ),
    Room(_("Change the facts"), "forum_facts", _("Name, days, place, and whom a change reaches."), (BEFORE,)),
    Room(_("Seats"), "forum_seats", _("Seats and reserve places for each group."), (BEFORE,)),
    Room(
        _("Letters of invitation"),
        "forum_letters",
        _("Who is invited, who has answered, and what to send next."),
        (BEFORE,),
    ),
    Room(_("Documents"), "forum_documents", _("Files for participants or for everyone."), (BEFORE, AFTER)),
    Room(_("Check-in"), "door", _("Check in delegates and record points, even without a network."), (DAY,)),
    Room(_("The chair's desk"), "forum_chair", _("Speakers, the current paragraph, and the decision on it."), (DAY,)),
    Room(_("Screen"), "forum_screen", _("For the projector: the text in large type, speakers, quorum."), (DAY,)),
    Room(
        _("Delegates"),
        "forum_delegates",
        _("Who is nominated, confirmed or on the reserve list, and the seat plan."),
        (BEFORE, DAY),
    ),
    Room(_("Notify the delegates"), "forum_tell", _("Review and send each delegate the decision by mail."), (BEFORE,)),
    Room(
        _("Data from devices"), "forum_door", _("Conflicts to resolve, queues to upload, and who is present."), (DAY,)
    ),
    Room(_("Signed register"), "forum_registers", _("Enter who signed on paper, by half-day."), (DAY, AFTER)),
    Room(
        _("Print"),
        "forum_papers",
        _("Badges, registers, programme, sheets for rapporteurs, certificates, minutes."),
        (BEFORE, DAY, AFTER),
    ),
    Room(_("Action points"), "forum_actions", _("Who does what, and by when."), (AFTER,)),
    Room(
        _("Communiqué"),
        "forum_communique",
        _("Draft it from the adopted text, circulate, clear and publish it."),
        (DAY, AFTER),
    ),
    Room(
        _("Figures"),
        "forum_figures",
        _("Who attended, how long people spoke, who did not speak, and points by theme."),
        (AFTER,),
    ),
    Room(
        _("Lists"),
        "forum_lists",
        _("Delegates, attendance, letters, points, action points, speakers, as files."),
        (AFTER,),
    ),
    Room(
        _("Copy this forum"),
        "forum_copy",
        _("Create the next forum with this programme, seats and letter."),
        (BEFORE, AFTER),
    ),
)


class Door(NamedTuple):
    """Section with its URL."""

    label: Any
    url: str
    what_for: Any


class Phase(NamedTuple):
    """Phase of a forum: its code in URLs, its label and its days."""

    code: str
    label: Any
    first: date | None
    last: date | None


class Step(NamedTuple):
    """Step of a long process: its label, whether it is `held`, `here` or `ahead`, its days, and a note."""

    label: Any
    state: str
    first: date | None = None
    last: date | None = None
    note: str = ""


class SeatRow(NamedTuple):
    """Seats of a group as a picture: the sign of each seat, and the numbers that it shows."""

    label: str
    signs: list[str]
    taken: int
    seats: int


class SessionOfDay(NamedTuple):
    """Session with the number of points taken down in it, and those handed in."""

    session: ForumSession
    points: int
    handed_in: int


def doors(forum: Forum, phase: str) -> list[Door]:
    """Return the sections of a phase of `forum` with their URLs."""
    result = []
    for room in ROOMS:
        if phase not in room.phases:
            continue
        try:
            result.append(Door(room.label, reverse(room.url_name, args=[forum.slug]), room.what_for))
        except NoReverseMatch:
            continue
    return result


def earlier_days(forum: Forum) -> list[tuple[date, date]]:
    """Return the days for which a forum was announced before it was moved, as the journal has them. One query."""
    moves = Event.objects.about(forum).filter(verb="change_announced_forum", data__has_key="days")
    kept = [tuple(map(date.fromisoformat, event.data["days"])) for event in moves.order_by("number")]
    return [(first, last) for first, last in dict.fromkeys(kept) if (first, last) != (forum.starts_on, forum.ends_on)]


def phases(forum: Forum) -> list[Phase]:
    """Return the three phases of a forum with their days."""
    eve, morrow = forum.starts_on - timedelta(days=1), forum.ends_on + timedelta(days=1)
    return [
        Phase(BEFORE, _("Before"), None, eve),
        Phase(DAY, _("On the day"), forum.starts_on, forum.ends_on),
        Phase(AFTER, _("After"), morrow, None),
    ]


def phase_of(forum: Forum, today: date) -> str:
    """Return the present phase of a forum, by its state and the day."""
    if forum.state in (ForumState.HELD, ForumState.REPORTED, ForumState.CANCELLED):
        return AFTER
    if forum.state == ForumState.IN_SESSION or today >= forum.starts_on:
        return DAY
    return BEFORE


def forum_steps(forum: Forum) -> list[Step]:
    """Return the steps of a forum from its announcement to its report, exactly one of them `here`. One query."""
    entries = Event.objects.about(forum).filter(verb__in=["announce", "close_registration", "report"]).order_by()
    letters = Invitation.objects.filter(forum=forum).aggregate(sent=Min("sent_at"))["sent"]
    days = {verb: timezone.localdate(at) for verb, at in entries.values_list("verb").annotate(at=Max("at"))}
    order = [*ForumState.values]
    reached = order.index(forum.state)
    rows = [
        (_("Announced"), days.get("announce"), None, "", reached >= order.index(ForumState.ANNOUNCED)),
        (_("Letters sent"), timezone.localdate(letters) if letters else None, None, "", letters is not None),
        (
            _("Replies due"),
            forum.respond_by,
            None,
            "",
            forum.respond_by is not None and forum.respond_by < timezone.localdate(now()),
        ),
        (
            _("Registration closed"),
            days.get("close_registration"),
            None,
            "",
            reached >= order.index(ForumState.REGISTRATION_CLOSED),
        ),
        (_("Forum"), forum.starts_on, forum.ends_on, forum.place, reached >= order.index(ForumState.HELD)),
        (_("Reported"), days.get("report"), None, "", reached >= order.index(ForumState.REPORTED)),
    ]
    held = [turn for turn, row in enumerate(rows) if row[-1]]
    here = rows.index(rows[4]) if forum.state == ForumState.IN_SESSION else max(held, default=0)
    return [
        Step(label, "here" if turn == here else "held" if turn < here else "ahead", first, last, note)
        for turn, (label, first, last, note, _held) in enumerate(rows)
    ]


def seat_rows(plan: SeatPlan, checked_in: Mapping[str, int] | None = None) -> list[SeatRow]:
    """Return the seats of each group as a picture: who is confirmed, who is named, and what is free.

    With `checked_in`, the number of people of each group who were checked in: who of the confirmed ones is here.
    """
    result = []
    for row in plan.groups:
        if checked_in is None:
            free = max(0, (row.seats or 0) - row.confirmed - row.nominated)
            signs = ["taken"] * row.confirmed + ["named"] * row.nominated + ["free"] * free
            signs = signs[:MOST_DOTS] + ["spare"] * min(row.waitlisted, MOST_DOTS)
            result.append(SeatRow(row.label, signs, row.confirmed, row.seats or row.confirmed))
        else:
            here = min(checked_in.get(row.group, 0), row.confirmed)
            signs = ["taken"] * here + ["named"] * (row.confirmed - here)
            result.append(SeatRow(row.label, signs[:MOST_DOTS], here, row.confirmed))
    return result


def checked_in_by_group(forum: Forum) -> dict[str, int]:
    """Return how many people of each group were checked in, on any day. One query."""
    people = CheckIn.objects.filter(delegate__forum=forum, voids=None, voided_by=None).order_by()
    seat = Coalesce("delegate__sits_in_for__group", "delegate__merged_into__group", "delegate__group")
    person = Coalesce("delegate__merged_into", "delegate")
    return dict(people.annotate(of=seat).values_list("of").annotate(number=Count(person, distinct=True)))


def sessions_of_day(forum: Forum) -> list[SessionOfDay]:
    """Return the sessions of a forum in order, breaks apart, with the numbers of their points. One query."""
    rows: Any = forum.sessions.exclude(kind=SessionKind.BREAK).select_related("theme").order_by("starts_at", "order")
    standing = ~Q(points__state=PointState.WITHDRAWN)
    handed_in = standing & ~Q(points__state=PointState.DRAFT)
    rows = rows.annotate(standing=Count("points", filter=standing), handed=Count("points", filter=handed_in))
    return [SessionOfDay(row, row.standing, row.handed) for row in rows]


def now_and_next(sessions: Iterable[SessionOfDay], at: datetime) -> tuple[SessionOfDay | None, SessionOfDay | None]:
    """Return the session at that time, and the first one that begins later on that day."""
    rows = list(sessions)
    current = next((each for each in rows if each.session.starts_at <= at < each.session.ends_at), None)
    day = timezone.localdate(at)
    later = (each for each in rows if each.session.starts_at > at and timezone.localdate(each.session.starts_at) == day)
    return current, next(later, None)


# --- The consultation of the public pages -----------------------------------------------------------------------------


def public_rounds() -> list[Consultation]:
    """Return announced consultations: open ones first, then the latest.

    Each carries `forum_slug` and `forum_title` of its latest announced forum, empty if there is none, and
    `forums_announced`: key, slug and title of all of them, the latest first.
    """
    return sorted(map(copy, _announced_rounds()), key=lambda item: not item.takes_inputs)


@kept(SHARED)
def _announced_rounds() -> list[Consultation]:
    return list(_with_forums().exclude(state=ConsultationState.DRAFT).order_by("-opens_at", "-pk"))


def _with_forums() -> QuerySet[Consultation, Any]:
    forums = Forum.objects.filter(consultation=OuterRef("pk")).exclude(state=ForumState.DRAFT).order_by("-starts_on")
    return Consultation.objects.annotate(
        forum_slug=Subquery(forums.values("slug")[:1]),
        forum_title=Subquery(forums.values("title")[:1]),
        forums_announced=ArraySubquery(forums.values(facts=JSONObject(pk="pk", slug="slug", title="title"))),
    )


def as_if_open(consultation: Consultation) -> Consultation:
    """Return a consultation in preparation as `public_rounds` will give it once it is open; not to be saved."""
    row = _with_forums().get(pk=consultation.pk)
    row.state = ConsultationState.OPEN
    return row


def round_named(slug: str, rounds: list[Consultation]) -> Consultation | None:
    """Return the one of `rounds` (as `public_rounds` gives them) with this slug, or else the only open one, or the
    latest if none is open. None if there is none, or if several are open: then the reader chooses.
    """
    named = next((item for item in rounds if item.slug == slug), None)
    several_are_open = sum(item.takes_inputs for item in rounds) > 1
    return named or (None if several_are_open else next(iter(rounds), None))


def key_milestones(*rounds: Consultation | None) -> list[Milestone]:
    """Return the milestones of the home page timeline in order: those without a consultation and those of the first of
    `rounds` that has any. One query.
    """
    requested = [item.pk for item in rounds if item]
    key = list(Milestone.objects.filter(Q(consultation__in=requested) | Q(consultation=None), is_key=True))
    for number in requested:
        if any(item.consultation_id == number for item in key):
            return [item for item in key if item.consultation_id in (number, None)]
    return key


def own_milestones(consultation: Consultation) -> list[Milestone]:
    """Return the milestones of a consultation for everybody, in order. One query."""
    return list(Milestone.objects.filter(consultation=consultation, is_key=True))


def themes_of(consultations: Iterable[Consultation]) -> QuerySet[Theme]:
    """Return the themes of any of these in order; `objectives` holds the numbers of the lead objectives of the Compact,
    `targets` the codes of SDG targets whose link to the theme has a source, `of` the keys of the consultations.
    """
    keys = [item.pk for item in consultations]
    of = Consultation.themes.through.objects.filter(theme=OuterRef("pk"), consultation__in=keys)
    return Theme.objects.filter(Exists(of)).annotate(
        of=ArraySubquery(of.values("consultation")),
        objectives=_linked("order", framework=Framework.GCM_OBJECTIVE, relation=Relation.LEAD),
        targets=_linked("code", framework=Framework.SDG),
    )


def _linked(field: str, *, framework: str, **conditions: str) -> ArrayAgg:
    """Return the values of `field` of a theme's provisions in `framework`, in order."""
    result = Q(links__provision__framework=framework) & ~Q(links__evidence=Evidence.GENERAL)
    result &= Q(**{f"links__{name}": value for name, value in conditions.items()})
    order = "links__provision__order"
    return ArrayAgg(f"links__provision__{field}", filter=result, order_by=order, default=Value([]))
