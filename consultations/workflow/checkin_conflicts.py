"""Resolution of check-in conflicts: nothing is deleted, a further row voids."""

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import (
    CheckIn,
    CheckInChannel,
    Event,
    Forum,
    QueuedKind,
    QueuedOutcome,
    QueuedRow,
    User,
    copy_in,
)
from consultations.permissions import SECRETARIAT, is_secretariat
from consultations.queries import checkin
from ncm_portal.workflow import Blocked, demand, journal, locked, now, verb

HOW_LIMIT, REASON_LIMIT = 300, 200


class ConflictResolution(TextChoices):
    """How a conflict is resolved."""

    FIRST = "first", gettext_lazy("Keep the first and void later ones")
    THIS = "this", gettext_lazy("Keep this one and void the others")
    VOID = "void", gettext_lazy("Void this one")
    NOTE = "note", gettext_lazy("Keep it as it is, with a note")


@verb
def settle_queued(row: QueuedRow, *, by: User, how: str, note: str = "") -> QueuedRow:
    """Resolve a refused or conflicting row. Check-ins are never deleted: a further one voids them.

    If others of its seat and half-day are voided too, their rows are resolved as well. Raises NotAllowed, or Blocked
    with every reason.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Resolve a check-in conflict"))
    Forum.objects.select_for_update(no_key=True).get(pk=row.forum_id)
    fresh = locked(row)
    alike = alike_of(fresh)
    reasons = _not_to_be_settled(fresh, how, note, alike)
    if reasons:
        raise Blocked(reasons)
    voided = _voided(fresh, how, alike)
    resolution = f"{ConflictResolution(how).label}. {note.strip()}".strip()[:HOW_LIMIT]
    _void(voided, by=by, reason=resolution)
    kept_apart = how in (ConflictResolution.FIRST, ConflictResolution.THIS)
    keys = {fresh.key, *(check.key for check in alike if kept_apart)}
    settled = QueuedRow.objects.filter(key__in=keys, settled_at=None).exclude(outcome=QueuedOutcome.TAKEN)
    settled.update(settled_by=by, settled_at=now(), settled_how=resolution)
    journal("settle_queued", fresh, by=by, reason=note, data={"how": str(how), "voided": len(voided)})
    fresh.refresh_from_db()
    return fresh


def alike_of(row: QueuedRow) -> list[CheckIn]:
    """Return the valid check-ins for the seat and half-day of this row's check-in, the earliest first.

    Empty if the row created none, or it is void.
    """
    own = checkin.counting(row.forum).filter(key=row.key).first()
    if own is None:
        return []
    seat, half = checkin.seat_of(own.delegate).pk, checkin.half_day(own.at)
    rows = checkin.counting(row.forum).filter(at__range=half.span).order_by("at", "pk")
    return [check for check in rows if checkin.seat_of(check.delegate).pk == seat]


def _not_to_be_settled(row: QueuedRow, how: str, note: str, alike: list[CheckIn]) -> list[str]:
    reasons = []
    if row.outcome == QueuedOutcome.TAKEN:
        reasons.append(_("It was imported without a conflict, so there is nothing to resolve."))
    if row.settled_by:
        reasons.append(_("%(name)s has already resolved it.") % {"name": row.settled_by.name})
    if how not in ConflictResolution.values:
        reasons.append(_("Choose how to resolve it."))
    elif how == ConflictResolution.NOTE and not note.strip():
        reasons.append(_("Enter a note: what you found out and why it can stay."))
    elif how != ConflictResolution.NOTE and not alike:
        reasons.append(_("It did not create a check-in that could be voided. Keep it with a note."))
    return reasons


def _voided(row: QueuedRow, how: str, alike: list[CheckIn]) -> list[CheckIn]:
    """Return which of the check-ins this resolution voids."""
    if how == ConflictResolution.NOTE:
        return []
    own = next(check for check in alike if check.key == row.key)
    return (
        [own]
        if how == ConflictResolution.VOID
        else _others(first_of(alike) if how == ConflictResolution.FIRST else own, alike)
    )


def first_of(alike: list[CheckIn]) -> CheckIn:
    """Return the earliest check-in. A paper signature has no time: it comes first only if there is nothing else."""
    return next((check for check in alike if check.channel != CheckInChannel.PAPER), alike[0])


def _others(kept: CheckIn, alike: list[CheckIn]) -> list[CheckIn]:
    """Return all but the kept one; a paper signature of the kept person is kept too."""
    person = checkin.person_of(kept.delegate)
    return [
        check
        for check in alike
        if check.pk != kept.pk
        and not (check.channel == CheckInChannel.PAPER and checkin.person_of(check.delegate) == person)
    ]


def _void(checks: list[CheckIn], *, by: User, reason: str) -> None:
    """Void check-ins, each by a further row."""
    copy_in([
        CheckIn(
            delegate=check.delegate, channel=check.channel, at=now(), received_at=timezone.now(), by=by, voids=check,
            reason=reason[:REASON_LIMIT],
        )
        for check in checks
    ])  # fmt: skip
    if checks:
        Event.objects.record_many("void_check_in", [check.delegate for check in checks], by=by, reason=reason)


# --- Many at once ---------------------------------------------------------------------------------------------------


def doubles(forum: Forum) -> tuple[list[QueuedRow], list[CheckIn]]:
    """Return open conflicts in which one badge was checked in on several devices and nobody else uses its seat: their
    rows, and the check-ins after the first.
    """
    rows = forum.queued_rows.filter(outcome=QueuedOutcome.CONFLICT, kind=QueuedKind.CHECK_IN, settled_at=None)
    waiting = {row.key: row for row in rows}
    result: tuple[list[QueuedRow], list[CheckIn]] = [], []
    if not waiting:
        return result
    places: dict[tuple[int, checkin.HalfDay], list[CheckIn]] = {}
    for check in checkin.counting(forum).order_by("at", "pk"):
        places.setdefault((checkin.seat_of(check.delegate).pk, checkin.half_day(check.at)), []).append(check)
    for alike in places.values():
        mine = [waiting[check.key] for check in alike if check.key in waiting]
        if mine and len({checkin.person_of(check.delegate).pk for check in alike}) == 1:
            result[0].extend(mine)
            result[1].extend(_others(first_of(alike), alike))
    return result


@verb
def settle_doubles(forum: Forum, *, by: User) -> int:
    """Keep the first check-in of each badge checked in on several devices and void later ones, all together.

    Substitutes are resolved one by one. Returns the number of rows. Raises NotAllowed, or Blocked if there are none.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Resolve a check-in conflict"))
    Forum.objects.select_for_update(no_key=True).get(pk=forum.pk)
    rows, later = doubles(forum)
    if not rows:
        raise Blocked(_("There are no more badges checked in on several devices to resolve."))
    resolution = str(ConflictResolution.FIRST.label)
    _void(later, by=by, reason=resolution)
    keys = [row.pk for row in rows]
    QueuedRow.objects.filter(pk__in=keys).update(settled_by=by, settled_at=now(), settled_how=resolution)
    journal("settle_doubles", forum, by=by, data={"rows": len(rows), "voided": len(later)})
    return len(rows)
