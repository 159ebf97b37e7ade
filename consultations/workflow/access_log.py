"""Access log entries other than refusals: restricted reads, exports of personal data and refused files; and its
seals.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Max, Model
from django.utils import timezone

from consultations.models import Access, AccessEntry, AccessSeal, User
from consultations.models.access_log import KEPT_FOR, SEAL_LOCK, digest_between
from consultations.notifications import recipients
from ncm_portal.workflow import journal

SEALING_LOCK, WARNING_LOCK = 20171024, 20171025  # one worker seals and one warns, the others skip
FIRST_DIGEST = "0" * 64


def enter_reading(record: Model, *, by: User) -> None:
    """Log that `by` read a restricted `record`, once a day. Raises NotLogged, in which case it must not be shown."""
    day = timezone.localdate()
    once = f"read {record._meta.label_lower} {record.pk} {by.pk} {day}"
    AccessEntry.objects.add(Access.READ, by=by, about=record, once=once, must=True)


def enter_export(about: Model | None, *, by: User | None, **details: Any) -> None:
    """Log that `by` exports personal data. Raises NotLogged, in which case nothing must be sent."""
    AccessEntry.objects.add(Access.EXPORT, by=by, about=about, details=details, must=True)


def enter_refused_file(
    about: Model | None, *, by: Any, name: str, sha256: str, size: int, reasons: Sequence[str]
) -> None:
    """Log a refused file and the reason; nothing else of it is kept."""
    details = {"verb": "add_file", "file": name[:200], "size": size, "reasons": list(reasons)}
    AccessEntry.objects.add(Access.UPLOAD_REFUSED, by=by, about=about, sha256=sha256, details=details)


# --- Warnings ---------------------------------------------------------------------------------------------------------

WARNED_OF = (Access.LOCK_OUT, Access.FACTOR_FAILED)
TRIES = 5  # failed sign-ins about one account before it is locked, in SPAN
SPAN, AN_HOUR, A_DAY = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)
ACCOUNT = User._meta.label_lower


class Warned(NamedTuple):
    """Last warning of an owner: time, and last entry included."""

    at: datetime
    last: int


def warn_owners() -> int:
    """Warn the owners of accounts that were locked or whose second step failed: at most one mail an hour for each;
    return how many (periodic task). Run by the worker, so that attackers learn nothing from it.
    """
    since = timezone.now() - A_DAY
    recent = AccessEntry.objects.filter(what__in=WARNED_OF, kind=ACCOUNT, at__gt=since).order_by("pk")
    result = {(entry.object_id, entry.what): entry for entry in recent.exclude(object_id="")}
    if not result:
        return 0
    with transaction.atomic():
        if not _try_lock(WARNING_LOCK):
            return 0
        warned = _last_warnings(since - AN_HOUR)
        return sum(_warn(entry) for key, entry in result.items() if _is_due(entry, warned.get(key)))


def _last_warnings(since: datetime) -> dict[tuple[str, str], Warned]:
    rows = AccessEntry.objects.filter(what=Access.OWNER_WARNED, kind=ACCOUNT, at__gt=since).order_by("pk")
    return {(row.object_id, row.details["of"]): Warned(row.at, row.details["last"]) for row in rows}


def _is_due(entry: AccessEntry, warned: Warned | None) -> bool:
    if warned and (entry.pk <= warned.last or timezone.now() - warned.at < AN_HOUR):
        return False
    return entry.what != Access.LOCK_OUT or entry.details.get("step") != "password" or _was_guessed(entry)


def _was_guessed(entry: AccessEntry) -> bool:
    """Return whether this account itself was attacked, not an address that tries many accounts."""
    failed = AccessEntry.objects.filter(what=Access.LOG_IN_FAILED, kind=ACCOUNT, object_id=entry.object_id)
    return failed.filter(at__gt=entry.at - 2 * SPAN, at__lte=entry.at).count() >= TRIES


def _warn(entry: AccessEntry) -> bool:
    owner = User.objects.filter(pk=entry.object_id, is_active=True).first()
    if owner is None:
        return False
    recipients.warning_of_account(owner, is_locked=entry.what == Access.LOCK_OUT, at=entry.at)
    AccessEntry.objects.add(Access.OWNER_WARNED, about=owner, details={"of": entry.what, "last": entry.pk}, must=True)
    return True


def _try_lock(lock: int) -> bool:
    """Return whether nobody else holds `lock`, acquiring it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock])
        return cursor.fetchone()[0]


# --- Seals ------------------------------------------------------------------------------------------------------------


def seal_access_log(*, at_least: timedelta = timedelta(hours=1)) -> int:
    """Seal the entries since the last seal, if it is at least an hour old; return the number of seals (periodic
    task).
    """
    last = AccessSeal.objects.order_by("-last_id").first()
    if last and timezone.now() - last.at < at_least:
        return 0
    end = _last_final_entry()
    if end is None or (last and end <= last.last_id):
        return 0
    return _seal_up_to(end)


def _last_final_entry() -> int | None:
    """Return the last entry before which no other can still appear; None while one is being written.

    Each writer holds SEAL_LOCK from before its number is assigned until commit. Whoever holds it exclusively knows that
    all lower numbers are final: committed or never used. Uses a try-lock: nobody waits.
    """
    with transaction.atomic():
        return AccessEntry.objects.aggregate(last=Max("pk"))["last"] if _try_lock(SEAL_LOCK) else None


@transaction.atomic
def _seal_up_to(end: int) -> int:
    if not _try_lock(SEALING_LOCK):
        return 0
    last = AccessSeal.objects.order_by("-last_id").first()
    first, previous = (last.last_id + 1, last.digest) if last else (1, FIRST_DIGEST)
    if end < first:
        return 0
    count, digest = digest_between(previous, first, end)
    seal = AccessSeal.objects.create(first_id=first, last_id=end, count=count, previous=previous, digest=digest)
    journal("seal_access_log", seal, by=None, data=seal.facts())
    return 1


@transaction.atomic
def trim_access_log() -> int:
    """Delete entries whose retention period (KEPT_FOR) is over, seal by seal, and journal it; return how many.

    The seals are kept: they and the journal say how many entries there were. The database refuses to delete newer ones.
    """
    seal = AccessSeal.objects.filter(at__lt=timezone.now() - KEPT_FOR).order_by("-last_id").first()
    over = AccessEntry.objects.filter(pk__lte=seal.last_id if seal else 0)
    if seal is None or not over.exists() or not _try_lock(SEALING_LOCK):
        return 0
    removed = over.delete()[0]
    journal("trim_access_log", seal, by=None, data={"last": seal.last_id, "removed": removed})
    return removed
