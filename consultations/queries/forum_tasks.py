"""Next tasks and figures of a forum: counted in a few queries, derived by pure functions."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.models import Count, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from consultations.models import (
    CheckIn,
    Communique,
    CommuniqueState,
    Delegate,
    DelegateState,
    Forum,
    ForumState,
    Invitation,
    InvitationState,
    Point,
    PointKind,
    PointState,
    QueuedOutcome,
    QueuedRow,
    SessionRoleKind,
)
from ncm_portal.workflow import now

from .delegates import SeatPlan, balance, not_notified, seat_plan
from .programme import clashes, planned, without

NEAR, SHOWN = 7, 3  # days before a forum from which missing items are urgent; maximum lines of one kind
BEFORE = {ForumState.DRAFT, ForumState.ANNOUNCED, ForumState.REGISTRATION_CLOSED}
DURING_OR_AFTER = {ForumState.IN_SESSION, ForumState.HELD}


class Counts(NamedTuple):
    """Counts from which the next tasks are derived."""

    state: str
    days_left: int
    seats: SeatPlan
    sessions: int = 0
    clashes: tuple[str, ...] = ()
    no_rapporteur: tuple[str, ...] = ()
    letters: int = 0
    letters_to_send: int = 0
    unanswered: int = 0
    overdue: int = 0
    answered: int = 0
    declined: int = 0
    nominated_in_all: int = 0
    not_notified: int = 0
    attended: int = 0
    to_print: int = 0
    printed: int = 0
    to_take_back: int = 0
    conflicts: int = 0
    points: int = 0
    drafts: int = 0
    to_carry: int = 0
    communiques: int = 0
    communiques_out: int = 0


OF_CONSULTATION = {"desk_points"}  # pages of the forum's consultation


class Action(NamedTuple):
    """One task: label, URL name, and whether it is urgent."""

    words: str
    url_name: str
    urgent: bool = False


def next_actions(counts: Counts) -> list[Action]:
    """Return the tasks of a forum, the most urgent first: check-in, then what blocks the forum, then participants;
    after the forum, its follow-up.
    """
    if counts.state in DURING_OR_AFTER:
        on_the_day = counts.state == ForumState.IN_SESSION
        result = _at_the_door(counts) + (_absent(counts) + _badges(counts) if on_the_day else [])
        result += _notifications(counts) + _points(counts)
        return result + (_follow_up(counts) if counts.state == ForumState.HELD else [])
    if counts.state not in BEFORE:
        return []
    result = [*_programme(counts), *_letters(counts), *_people(counts), *_notifications(counts), *_badges(counts)]
    return sorted(result, key=lambda action: not action.urgent)


def _if_any(number: int, words: str, url_name: str, urgent: bool = False) -> list[Action]:
    return [Action(words % {"n": number}, url_name, urgent)] if number else []


def _at_the_door(counts: Counts) -> list[Action]:
    n = counts.conflicts
    words = ngettext("%(n)s check-in conflict to resolve", "%(n)s check-in conflicts to resolve", n)
    return _if_any(n, words, "forum_door", True)


def _absent(counts: Counts) -> list[Action]:
    """Return how many delegates with a seat have not checked in on any half-day."""
    n = max(0, counts.seats.confirmed - counts.attended)
    words = ngettext("%(n)s delegate has not come yet", "%(n)s delegates have not come yet", n)
    return _if_any(n, words, "forum_registers")


def _points(counts: Counts) -> list[Action]:
    n = counts.points
    words = ngettext("%(n)s point of the sessions to validate", "%(n)s points of the sessions to validate", n)
    return _if_any(n, words, "desk_points")


def _follow_up(counts: Counts) -> list[Action]:
    drafts, n = counts.drafts, counts.to_carry
    words = ngettext(
        "%(n)s point of the sessions is still a draft", "%(n)s points of the sessions are still drafts", drafts
    )
    result = _if_any(drafts, words, "desk_points")
    words = ngettext("%(n)s commitment to carry over", "%(n)s commitments to carry over", n)
    result += _if_any(n, words, "forum_actions")
    if counts.communiques_out:
        return result
    words = _("The communiqué is not published yet") if counts.communiques else _("No communiqué yet")
    return [*result, Action(words, "forum_communique")]


def _programme(counts: Counts) -> list[Action]:
    is_near, at = counts.days_left <= NEAR, "forum_programme"
    if not counts.sessions:
        return [Action(_("No programme yet"), at, is_near)]
    result = [Action(_("Programme: %(clash)s") % {"clash": words}, at, True) for words in counts.clashes[:SHOWN]]
    n = len(counts.clashes) - SHOWN
    result += _if_any(max(0, n), ngettext("Programme: %(n)s more clash", "Programme: %(n)s more clashes", n), at, True)
    if names := counts.no_rapporteur:
        shown = ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
        result.append(Action(_("No rapporteur for %(sessions)s") % {"sessions": shown}, at, is_near))
    return result


def _letters(counts: Counts) -> list[Action]:
    at = "forum_letters"
    if not counts.letters:
        is_late = counts.state == ForumState.REGISTRATION_CLOSED
        return [] if is_late else [Action(_("No letter of invitation yet"), at)]
    late, waiting, unsent = counts.overdue, counts.unanswered - counts.overdue, counts.letters_to_send
    words = ngettext("%(n)s letter with no reply, overdue", "%(n)s letters with no reply, overdue", late)
    return [
        *_if_any(late, words, at, True),
        *_if_any(unsent, ngettext("%(n)s letter to send", "%(n)s letters to send", unsent), at),
        *_if_any(waiting, ngettext("%(n)s letter with no reply yet", "%(n)s letters with no reply yet", waiting), at),
    ]


def _people(counts: Counts) -> list[Action]:
    plan, at = counts.seats, "forum_delegates"
    waiting = sum(row.nominated for row in plan.groups)
    words = ngettext("%(n)s nomination to decide", "%(n)s nominations to decide", waiting)
    result = _if_any(waiting, words, at, counts.days_left <= NEAR)
    if all(row.seats is None for row in plan.groups):
        result.append(Action(_("No seats planned for the groups"), "forum_seats"))
    elif remarks := balance(plan):
        words = ngettext("Balance: %(first)s", "Balance of the seats: %(n)s remarks", len(remarks))
        result.append(Action(words % {"first": remarks[0], "n": len(remarks)}, at))
    fillable = [row.label for row in plan.groups if row.waitlisted and row.free != 0 and plan.free]
    words = _("%(group)s: a seat is free and there are people on the reserve list")
    return result + [Action(words % {"group": label}, at) for label in fillable[:SHOWN]]


def _notifications(counts: Counts) -> list[Action]:
    n = counts.not_notified
    words = ngettext("%(n)s person to notify", "%(n)s people to notify", n)
    return _if_any(n, words, "forum_tell", counts.days_left <= NEAR)


def _badges(counts: Counts) -> list[Action]:
    n, stray = counts.to_print, counts.to_take_back
    since = ngettext(
        "Badges: %(n)s delegate confirmed since the last print",
        "Badges: %(n)s delegates confirmed since the last print",
        n,
    )
    fresh = ngettext("%(n)s badge to print", "%(n)s badges to print", n)
    back = ngettext(
        "Badges: %(n)s was printed for someone who no longer has a seat: collect it",
        "Badges: %(n)s were printed for people who no longer have a seat: collect them",
        stray,
    )
    printing = _if_any(n, since if counts.printed else fresh, "forum_papers", counts.days_left <= NEAR)
    return _if_any(stray, back, "forum_delegates", True) + printing


BUTTONS = {
    "desk_points": gettext_lazy("Read"),
    "forum_actions": gettext_lazy("Carry over"),
    "forum_communique": gettext_lazy("Write"),
    "forum_door": gettext_lazy("Resolve"),
    "forum_papers": gettext_lazy("Print"),
    "forum_registers": gettext_lazy("See who"),
    "forum_seats": gettext_lazy("Plan"),
    "forum_tell": gettext_lazy("Notify"),
}


class Linked(NamedTuple):
    """Task with its URL, empty if the page does not exist, and the label of its button."""

    words: str
    url: str
    urgent: bool
    button: Any


def linked(forum: Forum, actions: list[Action]) -> list[Linked]:
    """Return the actions with their URLs and buttons."""
    return [
        Linked(action.words, _address(action.url_name, forum), action.urgent, BUTTONS.get(action.url_name, _("Open")))
        for action in actions
    ]


def _address(name: str, forum: Forum) -> str:
    slug = forum.consultation.slug if name in OF_CONSULTATION else forum.slug
    for args in ([slug], []):
        try:
            return reverse(name, args=args)
        except NoReverseMatch:
            continue
    return ""


# --- Counting -------------------------------------------------------------------------------------------------------


def counts_of(forum: Forum) -> Counts:
    """Return all counts for the home page of `forum`. Five queries, whatever its size."""
    sessions = planned(forum)
    result = clashes(sessions, forum.starts_on, forum.ends_on)
    speakers = without(SessionRoleKind.RAPPORTEUR, sessions)
    return Counts(
        state=forum.state,
        days_left=(forum.starts_on - timezone.localdate(now())).days,
        seats=seat_plan(forum),
        sessions=len(sessions),
        clashes=tuple(clash.words for clash in result),
        no_rapporteur=tuple(each.title for each in speakers),
        **_numbers(forum),
    )


def _numbers(forum: Forum) -> dict[str, int]:
    """Return the numbers of letters, people, badges, check-ins, check-in conflicts and points to validate in
    one query.
    """
    parts = {**_letters_parts(), **_people_parts(), **_day_parts()}
    return Forum.objects.filter(pk=forum.pk).annotate(**parts).values(*parts).get()


def _letters_parts() -> dict[str, Any]:
    letters = Invitation.objects.filter(forum=OuterRef("pk")).exclude(state=InvitationState.DISCARDED)
    sent = letters.filter(state=InvitationState.SENT)
    return {
        "letters": _number(letters),
        "letters_to_send": _number(letters.filter(state=InvitationState.DRAFT)),
        "unanswered": _number(sent),
        "overdue": _number(sent.filter(respond_by__lt=timezone.localdate(now()))),
        "answered": _number(letters.filter(state=InvitationState.ANSWERED)),
        "declined": _number(letters.filter(state=InvitationState.DECLINED)),
    }


def _people_parts() -> dict[str, Any]:
    people = Delegate.objects.filter(forum=OuterRef("pk"))
    confirmed = Q(state=DelegateState.CONFIRMED)
    printed = people.filter(badge_printed_at__isnull=False)
    return {
        "nominated_in_all": _number(people.filter(merged_into=None, sits_in_for=None)),
        "not_notified": _number(not_notified().filter(forum=OuterRef("pk"))),
        "to_print": _number(people.filter(confirmed, badge_printed_at=None)),
        "printed": _number(printed.filter(confirmed)),
        "to_take_back": _number(printed.exclude(confirmed)),
    }


def _day_parts() -> dict[str, Any]:
    """Return attendance by half-day; merged entries count as the kept one, voided check-ins do not count."""
    check_ins = CheckIn.objects.filter(delegate__forum=OuterRef("pk"), voids=None, voided_by=None)
    rows = QueuedRow.objects.filter(forum=OuterRef("pk"), settled_at=None).exclude(outcome=QueuedOutcome.TAKEN)
    person = Count(Coalesce("delegate__merged_into", "delegate"), distinct=True)
    return {"attended": _number(check_ins, person), "conflicts": _number(rows), **_outcome_parts()}


def _outcome_parts() -> dict[str, Any]:
    rows = Point.objects.of_forum(OuterRef("pk"))
    promised = rows.filter(kind=PointKind.COMMITMENT, action=None)
    texts = Communique.objects.filter(forum=OuterRef("pk"))
    return {
        "points": _number(rows.filter(state=PointState.SUBMITTED)),
        "drafts": _number(rows.filter(state=PointState.DRAFT)),
        "to_carry": _number(promised.filter(state__in=[PointState.VALIDATED, PointState.DISPOSED])),
        "communiques": _number(texts),
        "communiques_out": _number(texts.filter(state=CommuniqueState.PUBLISHED)),
    }


def _number(rows: QuerySet[Model], what: Any = None) -> Any:
    """Return a count subquery."""
    counted = rows.order_by().annotate(one=Value(1)).values("one").annotate(number=what or Count("pk"))
    return Coalesce(Subquery(counted.values("number")), 0)


def figures(counts: Counts) -> list[tuple[int, Any]]:
    """Return the figures of a forum with their labels."""
    waitlisted = sum(row.waitlisted for row in counts.seats.groups)
    return [
        (counts.letters - counts.letters_to_send, _("invited")),
        (counts.answered, _("answered")),
        (counts.declined, _("declined")),
        (counts.nominated_in_all, _("named")),
        (counts.seats.confirmed, _("confirmed")),
        (waitlisted, _("on the reserve list")),
        (counts.attended, _("came")),
    ]
