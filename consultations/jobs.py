"""Background jobs: each type of job has a runner; the worker runs waiting jobs one after the other."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case, When
from django.utils import timezone, translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from ncm_portal.workflow import Blocked

from .db.locks import try_lock
from .imports import clear_uploads, import_inputs
from .models import Job, JobKind, JobState
from .notifications.outbox import delete_texts, join_digests
from .workflow import check_nightly, clear_mail_counts, clear_unfinished, compare, inspect_waiting

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]  # progress: how much is done, of how much
Runner = Callable[[Job, Progress], dict[str, Any]]
Chore = Callable[[], int]  # does a little of a recurring task; returns how much it did
LongChore = Callable[[Callable[[], bool]], int]  # takes minutes, and checks now and then whether the worker should stop

JOB_LOCK = 20171019
MOST_BEGINNINGS = 3
UNDER_WAY = [JobState.WAITING, JobState.RUNNING]
SOMEBODY_WAITS = Case(When(kind=JobKind.COMPARE, then=1), default=0)

# A runner performs a job and returns its result (JSON). It reports progress outside any transaction, often enough to be
# seen; it can be interrupted there and restarted, and then does not repeat what it did.
RUNNERS: dict[JobKind, Runner] = {JobKind.IMPORT_INPUTS: import_inputs, JobKind.COMPARE: compare}

# Periodic tasks of the worker besides mail and jobs.
CHORES: list[Chore] = [join_digests, delete_texts, inspect_waiting, clear_unfinished, clear_uploads, clear_mail_counts]


def chores() -> list[Chore]:
    """Return the periodic tasks of the worker: our own and those from the settings."""
    return [*CHORES, *map(import_string, settings.CHORES)]


# Tasks that can take minutes: they have a thread of their own.
LONG_CHORES: list[LongChore] = [check_nightly]


def run_next(ending: Callable[[], bool] = lambda: False) -> Job | None:
    """Run the job that has waited longest, or one whose worker died; return it, or None if there is none.

    Comparisons, which no user waits for, run after all others.

    `ending` returns whether the worker should stop: the job then stops at its next progress report and is restarted
    later.
    """
    begun = Job.objects.filter(state__in=UNDER_WAY).order_by(SOMEBODY_WAITS, "at", "pk")
    for pk in begun.values_list("pk", flat=True):
        # A worker holds the lock while it runs the job: a job that is running but unlocked has lost its worker.
        with try_lock(JOB_LOCK, pk) as lock:
            job = _lock_job(pk) if lock else None
            if lock and job:
                _run(job, lambda: ending() or not lock.is_usable())
                return job
    return None


def _lock_job(pk: int) -> Job | None:
    """Mark a job as running and return it; return None if it ended before its lock was acquired."""
    with transaction.atomic():
        job = Job.objects.select_for_update(of=("self",), no_key=True).filter(pk=pk, state__in=UNDER_WAY).first()
        if job:
            job.result = {**job.result, "beginnings": job.result.get("beginnings", 0) + 1}
            job.state, job.started_at, job.beat_at = JobState.RUNNING, timezone.now(), timezone.now()
            job.save()
    return job


class _BrokenOff(Exception):
    """Raised inside a job when the worker should stop or has lost its lock on the job."""


def _run(job: Job, ending: Callable[[], bool]) -> None:
    def progress(done: int, total: int) -> None:
        Job.objects.filter(pk=job.pk).update(done=done, total=total, beat_at=timezone.now())
        if ending():
            raise _BrokenOff

    if job.result["beginnings"] > MOST_BEGINNINGS:
        _end(job, JobState.FAILED, error=_("This task failed several times and was stopped."))
        return
    try:
        with translation.override(job.by.language):
            result = RUNNERS[JobKind(job.kind)](job, progress)
    except _BrokenOff:
        return
    except Blocked as refusal:
        _end(job, JobState.FAILED, error=str(refusal))
    except Exception:  # an error must not stop the queue; the log has it
        log.exception("Job %s, %s", job.pk, job.kind)
        _end(job, JobState.FAILED, error=_("Something went wrong. The error was recorded for the administrators."))
    else:
        _end(job, JobState.DONE, result=result)


def _end(job: Job, state: JobState, **fields: Any) -> None:
    Job.objects.filter(pk=job.pk).update(state=state, ended_at=timezone.now(), **fields)
