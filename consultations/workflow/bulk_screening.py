"""Decisions on many inputs at once, and undoing them together: one query for all, one entry for each."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Event, Membership, Point, PointState, SetAsideReason, Submission, User
from consultations.notifications import submissions as notifications
from consultations.permissions import SECRETARIAT, is_secretariat
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
    done, refused = [], []
    for row in _locked(submissions):
        if reasons := why_not_assigned(row, to):
            refused.append((row, reasons))
        elif row.assigned_to_id != (to.pk if to else None):
            row.assigned_to = to
            done.append(row)
    _save(done, ("assigned_to",))
    who = {"to": to.pk if to else None, "name": to.name if to else ""}
    for state in {row.state for row in done}:
        rows = [row for row in done if row.state == state]
        Event.objects.record_many("assign", rows, by=by, before=state, after=state, data=who)
    return Together(done, refused, now())


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
