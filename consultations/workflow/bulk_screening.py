"""Decisions on many inputs at once, and undoing them together: one query for all, one entry for each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Event, Membership, Point, PointState, SetAsideReason, Submission, User
from consultations.notifications import submissions as notifications
from consultations.permissions import SECRETARIAT, UNDO_WITHIN, is_secretariat
from ncm_portal.workflow import Blocked, Move, check, demand, log_refusal, now, verb

from .screening import cancel_mails, undecide, why_not_assigned
from .submissions import SUBMISSION_MOVES

TELL = {"accept": notifications.accepted, "set_aside": notifications.set_aside}
DECISION = ("state", "decided_by", "decided_at", "state_reason", "set_aside_for")


class Together(NamedTuple):
    """Result of a bulk act: the inputs that were changed, the others with every reason, and its moment, which is its
    id.
    """

    done: list[Submission]
    refused: list[tuple[Submission, list[str]]]
    at: datetime


@verb
def decide_together(
    name: str, submissions: Iterable[Submission], *, by: User, reason: str = "", set_aside_for: str = ""
) -> Together:
    """Put inputs on file (`name` "accept") or set them aside ("set_aside"), each as its own verb does; one that is
    refused does not stop the others. Mails the authors. Raises NotAllowed, or Blocked for an unknown reason.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=SUBMISSION_MOVES[name].label)
    if name == "set_aside" and set_aside_for not in SetAsideReason.values:
        raise Blocked(_("Choose a reason from the list."))
    move, moment = SUBMISSION_MOVES[name], now()
    done, refused = _checked(move, _locked(submissions), by, reason)
    for row in done:
        row.state, row.decided_by, row.decided_at = str(move.target), by, moment
        row.state_reason, row.set_aside_for = reason.strip(), set_aside_for
    _save(done, DECISION)
    act = {"act": moment.isoformat(), "inputs": len(done)}
    before, after = move.sources[0], move.target
    Event.objects.record_many(name, done, by=by, before=before, after=after, reason=reason, data=act, commits=True)
    _load_memberships(done)
    for row in done:
        TELL[name](row)
    return Together(done, refused, moment)


@verb
def undo_together(submissions: Iterable[Submission], at: datetime, *, by: User) -> Together:
    """Undo one's own bulk decision made at the moment `at`, within ten minutes: the inputs wait at the desk again, the
    mails are cancelled. What moved meanwhile is left, and named. Raises NotAllowed.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=SUBMISSION_MOVES["undo_at_once"].label)
    rows, move = list(_locked(submissions)), SUBMISSION_MOVES["undo_at_once"]
    standing = {row.pk for row in rows if row.decided_by_id == by.pk and row.decided_at == at}
    split = set(
        Point.objects.exclude(state=PointState.WITHDRAWN)
        .values_list("submission", flat=True)
        .filter(submission__in=standing)
    )
    for row in rows:
        vars(row)["has_points"] = row.pk in split
    moved = [row for row in rows if row.pk not in standing]
    done, refused = _checked(move, [row for row in rows if row.pk in standing], by, "")
    cancel_mails(done)
    before = done[0].state if done else ""
    for row in done:
        undecide(row)
        row.state = str(move.target)
    _save(done, DECISION)
    act = {"act": at.isoformat(), "inputs": len(done)}
    Event.objects.record_many("undo_at_once", done, by=by, before=before, after=move.target, data=act, commits=True)
    return Together(done, [*refused, *((row, [_("It moved meanwhile.")]) for row in moved)], at)


@verb
def assign_together(submissions: Iterable[Submission], *, by: User, to: User | None) -> Together:
    """Assign inputs to an officer; None removes the assignment. Raises NotAllowed."""
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Assign an input"))
    done, refused, moment = [], [], now()
    former: dict[int | None, list[Submission]] = defaultdict(list)
    for row in _locked(submissions):
        if reasons := why_not_assigned(row, to):
            refused.append((row, reasons))
        elif row.assigned_to_id != (to.pk if to else None):
            former[row.assigned_to_id].append(row)
            done.append(row)
    act = {"act": moment.isoformat(), "inputs": len(done), **_named(to)}
    for officer, rows in former.items():
        for state, alike in _given(rows, to):
            data = {**act, "from": officer}
            Event.objects.record_many("assign", alike, by=by, before=state, after=state, data=data)
    return Together(done, refused, moment)


@verb
def unassign_together(submissions: Iterable[Submission], at: datetime, *, by: User) -> Together:
    """Undo one's own bulk assignment made at the moment `at`, within ten minutes: each input is assigned again to whom
    it was before. What was assigned or decided meanwhile is left, and named. Raises NotAllowed, or Blocked later.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Assign an input"))
    if now() - at >= UNDO_WITHIN:
        raise Blocked(_("Ten minutes have passed: assign them anew."))
    rows = list(_locked(submissions))
    act: dict[str, Any] = {"act": at.isoformat(), "inputs": len(rows)}
    own = {pk: entry for pk, entry in _last_assignments(rows).items() if _is_of(entry, act["act"], by)}
    officers: dict[int | None, User | None] = {None: None}
    officers |= User.objects.in_bulk({entry.data["from"] for entry in own.values()} - {None})
    done, refused = [], []
    former: dict[int | None, list[Submission]] = defaultdict(list)
    for row in rows:
        before = own[row.pk].data["from"] if row.pk in own else None
        if reasons := why_not_assigned(row, officers[before]) if row.pk in own else [_("It moved meanwhile.")]:
            refused.append((row, reasons))
        else:
            former[before].append(row)
            done.append(row)
    for pk, given in former.items():
        for state, alike in _given(given, officers[pk]):
            data = {**act, **_named(officers[pk])}
            Event.objects.record_many("undo_assign", alike, by=by, before=state, after=state, data=data)
    return Together(done, refused, at)


def _given(rows: list[Submission], to: User | None) -> Iterator[tuple[str, list[Submission]]]:
    """Assign rows to one officer, and return them by their state."""
    for row in rows:
        row.assigned_to = to
    _save(rows, ("assigned_to",))
    for state in dict.fromkeys(row.state for row in rows):
        yield state, [row for row in rows if row.state == state]


def _named(to: User | None) -> dict[str, Any]:
    return {"to": to.pk if to else None, "name": to.name if to else ""}


def _last_assignments(rows: Iterable[Submission]) -> dict[int, Event]:
    """Return the last entry about whom each input is assigned to. One query."""
    keys = [str(row.pk) for row in rows]
    entries = Event.objects.filter(kind=Submission._meta.label_lower, object_id__in=keys)
    assigned = entries.filter(verb__in=["assign", "undo_assign"]).order_by("number")
    return {int(entry.object_id): entry for entry in assigned}


def _is_of(entry: Event, act: str, by: User) -> bool:
    """Return whether an entry belongs to this bulk assignment of this person."""
    return entry.verb == "assign" and entry.by_id == by.pk and entry.data.get("act") == act


def _locked(submissions: Iterable[Submission]) -> QuerySet[Submission]:
    """Return the inputs reloaded and locked, in the order of their keys, so that two bulk acts never block each
    other.
    """
    rows = Submission.objects.filter(pk__in=[each.pk for each in submissions]).order_by("pk")
    return rows.select_related("consultation", "stakeholder", "theme", "author").select_for_update(
        of=("self",), no_key=True
    )


def _checked(
    move: Move, rows: Iterable[Submission], by: User, reason: str
) -> tuple[list[Submission], list[tuple[Submission, list[str]]]]:
    done, refused = [], []
    for row in rows:
        try:
            check(move, row, by=by, reason=reason)
        except Blocked as refusal:
            log_refusal(move.verb, row, by=by, refusal=refusal, reason=reason)
            refused.append((row, refusal.reasons))
        else:
            done.append(row)
    return done, refused


def _save(rows: list[Submission], fields: tuple[str, ...]) -> None:
    """Write what all rows have in common."""
    if rows:
        values: dict[str, Any] = {name: getattr(rows[0], name) for name in fields}
        Submission.objects.filter(pk__in=[row.pk for row in rows]).update(**values)


def _load_memberships(rows: Iterable[Submission]) -> None:
    """Load the current memberships of all authors in two queries, as `User.live_memberships` would for each."""
    authors = {row.author_id: row.author for row in rows}
    live: dict[int, list[Membership]] = {pk: [] for pk in authors}
    for membership in Membership.objects.live().with_asked().filter(user__in=authors).select_related("stakeholder"):
        live[membership.user_id].append(membership)
    for row in rows:
        vars(row.author)["live_memberships"] = live[row.author_id]
