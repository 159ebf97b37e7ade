"""What is entered in the access log beside refusals: reading of what is restricted, personal data taken out, files
that were not taken; and its seals."""

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

SEALING_LOCK, WARNING_LOCK = 20171024, 20171025  # one worker seals and one warns, the others pass over
FIRST_DIGEST = "0" * 64


def enter_reading(record: Model, *, by: User) -> None:
    """Enter that `by` read a restricted `record`: once a day. Raises NotLogged, and then it may not be shown."""
    day = timezone.localdate()
    once = f"read {record._meta.label_lower} {record.pk} {by.pk} {day}"
    AccessEntry.objects.add(Access.READ, by=by, about=record, once=once, must=True)


def enter_export(about: Model | None, *, by: User | None, **details: Any) -> None:
    """Enter that `by` takes personal data out as a file. Raises NotLogged, and then nothing may go out."""
    AccessEntry.objects.add(Access.EXPORT, by=by, about=about, details=details, must=True)


def enter_refused_file(
    about: Model | None, *, by: Any, name: str, sha256: str, size: int, reasons: Sequence[str]
) -> None:
    """Enter that a file was not taken, and why: nothing else is kept of it."""
    details = {"verb": "add_file", "file": name[:200], "size": size, "reasons": list(reasons)}
    AccessEntry.objects.add(Access.UPLOAD_REFUSED, by=by, about=about, sha256=sha256, details=details)


# --- Warnings ---------------------------------------------------------------------------------------------------------

WARNED_OF = (Access.LOCK_OUT, Access.FACTOR_FAILED)
TRIES = 5  # failed log-ins about one account before it is locked, in SPAN
SPAN, AN_HOUR, A_DAY = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)
ACCOUNT = User._meta.label_lower


class Warned(NamedTuple):
    """The last warning of an owner: when, and up to which entry."""

    at: datetime
    last: int


def warn_owners() -> int:
    """Write to the owners of accounts that were locked, or whose second step failed: at most one mail an hour for each
    of the two; say how many (a chore). Whoever tries learns nothing from it: it is done apart, by the worker."""
    since = timezone.now() - A_DAY
    recent = AccessEntry.objects.filter(what__in=WARNED_OF, kind=ACCOUNT, at__gt=since).order_by("pk")
    found = {(entry.object_id, entry.what): entry for entry in recent.exclude(object_id="")}
    if not found:
        return 0
    with transaction.atomic():
        if not _alone(WARNING_LOCK):
            return 0
        warned = _warned(since - AN_HOUR)
        return sum(_warn(entry) for key, entry in found.items() if _is_due(entry, warned.get(key)))


def _warned(since: datetime) -> dict[tuple[str, str], Warned]:
    rows = AccessEntry.objects.filter(what=Access.OWNER_WARNED, kind=ACCOUNT, at__gt=since).order_by("pk")
    return {(row.object_id, row.details["of"]): Warned(row.at, row.details["last"]) for row in rows}


def _is_due(entry: AccessEntry, warned: Warned | None) -> bool:
    if warned and (entry.pk <= warned.last or timezone.now() - warned.at < AN_HOUR):
        return False
    return entry.what != Access.LOCK_OUT or entry.details.get("step") != "password" or _was_guessed(entry)


def _was_guessed(entry: AccessEntry) -> bool:
    """Whether it is the account that was locked: not an address from which somebody tries one account after another."""
    failed = AccessEntry.objects.filter(what=Access.LOG_IN_FAILED, kind=ACCOUNT, object_id=entry.object_id)
    return failed.filter(at__gt=entry.at - 2 * SPAN, at__lte=entry.at).count() >= TRIES


def _warn(entry: AccessEntry) -> bool:
    owner = User.objects.filter(pk=entry.object_id, is_active=True).first()
    if owner is None:
        return False
    recipients.warning_of_account(owner, is_locked=entry.what == Access.LOCK_OUT, at=entry.at)
    AccessEntry.objects.add(Access.OWNER_WARNED, about=owner, details={"of": entry.what, "last": entry.pk}, must=True)
    return True


def _alone(lock: int) -> bool:
    """Whether nobody else holds `lock`, which is then held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock])
        return cursor.fetchone()[0]


# --- Seals ------------------------------------------------------------------------------------------------------------


def seal_access_log(*, at_least: timedelta = timedelta(hours=1)) -> int:
    """Seal what was entered since the last seal, where that is an hour ago; say how many seals were made (a chore)."""
    last = AccessSeal.objects.order_by("-last_id").first()
    if last and timezone.now() - last.at < at_least:
        return 0
    end = _settled_end()
    if end is None or (last and end <= last.last_id):
        return 0
    return _seal_up_to(end)


def _settled_end() -> int | None:
    """The last entry behind which no other will ever come to stand before it; None while one is being written.

    Each entry holds SEAL_LOCK from before its number is handed out until it is committed. Whoever holds it alone knows
    that every number up to the last is settled: committed, or never to be used. It is only tried: nobody waits.
    """
    with transaction.atomic():
        return AccessEntry.objects.aggregate(last=Max("pk"))["last"] if _alone(SEAL_LOCK) else None


@transaction.atomic
def _seal_up_to(end: int) -> int:
    if not _alone(SEALING_LOCK):
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
    """Remove the entries whose time is over (KEPT_FOR), seal by seal, and enter it in the journal; say how many.

    The seals stay: they and the journal say how many entries there were. The database refuses to remove younger ones.
    """
    seal = AccessSeal.objects.filter(at__lt=timezone.now() - KEPT_FOR).order_by("-last_id").first()
    over = AccessEntry.objects.filter(pk__lte=seal.last_id if seal else 0)
    if seal is None or not over.exists() or not _alone(SEALING_LOCK):
        return 0
    removed = over.delete()[0]
    journal("trim_access_log", seal, by=None, data={"last": seal.last_id, "removed": removed})
    return removed
