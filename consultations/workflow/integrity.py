"""Integrity check: one at a time, nightly, with its result stored and reported."""

import logging
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from consultations.db.locks import try_lock
from consultations.models import IntegrityCheck
from consultations.notifications import recipients
from ncm_portal.workflow import now

log = logging.getLogger(__name__)

CHECK_LOCK = 20171111
NIGHT = range(1, 5)  # hours in the portal's time zone, EAT
LATE = timedelta(hours=36)  # afterwards it runs by day
LONGEST = 4 * 60 * 60  # seconds
KEPT, TOLD = 200, 5  # findings in the table, and in the mail


def check_is_due(at: datetime | None = None) -> bool:
    """Return whether the nightly check is due: at night if there was none this night; by day if the last one is too
    old. A new portal waits for its first night.
    """
    moment = timezone.localtime(at or now())
    last = IntegrityCheck.objects.order_by("-begun_at").values_list("begun_at", flat=True).first()
    if moment.hour in NIGHT:
        midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        return last is None or last < midnight
    return last is not None and moment - last > LATE


@contextmanager
def only_checker(*, nightly: bool = False) -> Iterator[bool]:
    """Return True for the only process that may check now; for the nightly check only while it is due."""
    with try_lock(CHECK_LOCK) as lock:
        yield lock is not None and (not nightly or check_is_due())


def check_nightly(ending: Callable[[], bool] = lambda: False) -> int:
    """Run the nightly check if it is due, in its own process, to keep the worker small. Returns the number of checks.
    Stops when the worker is asked to stop.
    """
    if not check_is_due():
        return 0
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "verify_all", "--nightly"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    until = time.monotonic() + LONGEST
    while process.poll() is None:
        if ending() or time.monotonic() > until:
            process.kill()
        time.sleep(0.2)
    return 1


@transaction.atomic
def keep_check(report: Mapping[str, Any]) -> IntegrityCheck:
    """Store the result of a check for the desk. Findings are logged and mailed to the head of the secretariat and the
    system administrators.
    """
    kept = IntegrityCheck.objects.create(
        begun_at=report["begun_at"],
        seconds=report["seconds"],
        number=report["number_of_findings"],
        findings=report["findings"][:KEPT],
        looked_at=report["looked_at"],
    )
    if kept.number:
        for each in kept.findings[:TOLD]:
            log.critical("Not as it was written: %s: %s", each["record"], each["words"])
        log.critical("%s findings of the check of everything that is stored", kept.number)
        recipients.not_as_written(kept.number, [f"{each['record']}: {each['words']}" for each in kept.findings[:TOLD]])
    return kept
