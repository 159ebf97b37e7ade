"""Reminders about clearance: before the due time, on its day, and after it also to the principal."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from consultations.models import User
from consultations.queries import working_days_between
from ncm_portal.workflow import deadline_passed, journal, make, now, verb
from positions import notifications
from positions.models import Clearance, ClearanceReminder, ClearanceState, PaperState, ReminderStep
from positions.queries.clearance import REMIND_AGAIN

from .clearance import CLEARANCE_MOVES

DAYS_BEFORE = 2  # working days
LOOK_AHEAD = timedelta(days=9)  # two working days with a week of holidays in between
MORNING = 7  # hour of the due day, EAT


def rung(requested_at: datetime, due_at: datetime, at: datetime) -> ReminderStep | None:
    """Return which reminder is due at `at`; None if it is too early, and for very recent requests."""
    requested, due, today = (timezone.localdate(moment) for moment in (requested_at, due_at, at))
    if deadline_passed(due_at, at):
        return ReminderStep.AFTER
    if requested == today:
        return None
    if today == due:
        return ReminderStep.DUE if timezone.localtime(at).hour >= MORNING else None
    return ReminderStep.BEFORE if working_days_between(today, due) <= DAYS_BEFORE else None


def remind_clearances() -> int:
    """Queue due reminders, each once with any number of workers; return how many. Periodic task."""
    waiting = Clearance.objects.filter(state=ClearanceState.REQUESTED, paper__state=PaperState.IN_CLEARANCE)
    near = waiting.filter(due_at__lte=now() + LOOK_AHEAD).values_list("pk", flat=True)
    return sum(_remind(pk) for pk in list(near))


@transaction.atomic
def _remind(pk: int) -> bool:
    rows = Clearance.objects.select_for_update(skip_locked=True, of=("self",), no_key=True).select_related(
        "ministry", "paper"
    )
    row = rows.filter(pk=pk, state=ClearanceState.REQUESTED).first()
    step = rung(row.requested_at, row.due_at, now()) if row else None
    if row is None or step is None:
        return False
    by_hand = Q(step=ReminderStep.HAND, at__gt=now() - REMIND_AGAIN)  # this one follows later
    if row.reminders.filter(Q(due_at=row.due_at, step=step) | by_hand).exists():
        return False
    _write(row, step)
    journal("remind", row, by=None, before=row.state, after=row.state, data={"step": step})
    return True


def _write(row: Clearance, step: ReminderStep) -> None:
    """Note the reminder and queue its mails."""
    people = notifications.asked_to_clear(row)
    to_principal = any(each.user is None for each in people)
    made = ClearanceReminder.objects.create(
        clearance=row, step=step, due_at=row.due_at, to_principal=to_principal, at=now()
    )
    notifications.clearance_reminder(made, people)


@verb
def remind_clearance(clearance: Clearance, *, by: User) -> Clearance:
    """Remind a ministry that a paragraph waits for its answer, in a mail that leaves at once.

    After the due time its principal is written to as well. Raises NotAllowed, or Blocked with every reason.
    """
    return make(
        CLEARANCE_MOVES["remind_clearance"], clearance, by=by, change=lambda row: _write(row, ReminderStep.HAND)
    )
