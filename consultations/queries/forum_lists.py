"""The lists of a forum as tables, row by row: for the secretariat, which takes them out as files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultations.models import ActionPoint, Delegate, Forum, Invitation, Point, Speech

from .presence import came_by_half_day

BLOCK = 500
Row = list[Any]


class ForumList(NamedTuple):
    """One list: what it is called, what stands in it, and its rows, the first of which are the heads of the columns."""

    label: Any
    what: Any
    rows: Callable[[Forum], Iterator[Row]]


def moment(at: Any) -> str:
    """A moment as a spreadsheet sorts it, in East Africa Time: "2017-10-17 09:05"."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def _each(rows: QuerySet[Any]) -> Iterator[Any]:
    return rows.iterator(chunk_size=BLOCK)


def _delegates_of(forum: Forum) -> QuerySet[Delegate]:
    found = Delegate.objects.filter(forum=forum, merged_into=None)
    return found.select_related("stakeholder", "county", "sits_in_for").order_by("stakeholder__name", "name", "pk")


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
    """Everybody with a seat, or who came, with a column for each half-day in which anybody came."""
    halves = came_by_half_day(forum)
    came = set().union(*halves.values())
    yield [_("Badge"), _("Name"), _("Organisation"), _("Group"), *(half.label for half in halves)]
    for each in _each(_delegates_of(forum)):
        if each.state == Delegate.State.CONFIRMED or each.pk in came:
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
    rows = Point.objects.filter(session__forum=forum).select_related("session", "theme", "stakeholder", "merged_into")
    for each in _each(rows.order_by("session__starts_at", "session__order", "number")):
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
        spent = round((each.ended_at - each.started_at).total_seconds()) if each.ended_at else ""
        yield [
            each.session.title, each.stakeholder.name, each.get_group_display(),
            each.delegate.name if each.delegate else "", moment(each.asked_at), moment(each.started_at),
            moment(each.ended_at), spent, moment(each.struck_at),
        ]  # fmt: skip


FORUM_LISTS = {
    "delegates": ForumList(_("Delegates"), _("Everybody nominated, with seat, badge, group and county."), _delegates),
    "attendance": ForumList(_("Attendance"), _("Who came in which half-day."), _attendance),
    "invitations": ForumList(_("Invitations"), _("Letters sent, and what was answered."), _invitations),
    "points": ForumList(_("Points of the sessions"), _("What was said, by session, whatever its state."), _points),
    "actions": ForumList(_("Action points"), _("Who does what by when, and what came of it."), _actions),
    "speakers": ForumList(_("Speakers"), _("Who asked for the floor, and who spoke how long."), _speakers),
}
