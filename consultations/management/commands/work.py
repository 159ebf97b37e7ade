"""Run the worker, which sends mail and runs jobs and periodic tasks, once or continuously."""

import logging
import signal
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, close_old_connections

from consultations import jobs
from consultations.integrity.gate import gate
from consultations.notifications import outbox

log = logging.getLogger(__name__)
PAUSE = 2  # seconds between polls of empty queues


class Command(BaseCommand):
    help = "Send the mail that is due and run the jobs that wait. With --watch, go on until asked to end."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--watch", action="store_true", help="keep looking every few seconds, and say nothing")

    def handle(self, *args: Any, watch: bool = False, **options: Any) -> None:
        if watch:
            self._watch()
        elif reason := gate.reason():
            raise CommandError(reason)
        else:
            run = _until_nothing(lambda: jobs.run_next() is not None)
            done = sum(_until_nothing(chore) for chore in jobs.chores())
            sent = _until_nothing(outbox.deliver)
            self.stdout.write(f"{sent} sent, {run} jobs, {done} chores")

    def _watch(self) -> None:
        """Run three threads, so that neither a long job nor the nightly check delays mail. A stop request waits for the
        current mail or the next step of a job.
        """
        ending = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ending.set())
        mail = [lambda: outbox.deliver(limit=1), *jobs.chores()]
        runs = [lambda: jobs.run_next(ending.is_set) is not None]
        long = [partial(chore, ending.is_set) for chore in jobs.LONG_CHORES]
        threads = [threading.Thread(target=self._loop, args=(ending, acts)) for acts in (mail, runs, long)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _loop(self, ending: threading.Event, acts: list[Callable[[], int]]) -> None:
        while not ending.is_set():
            done = [self._guarded(act) for act in acts] if self._guarded(_may_work) else []
            close_old_connections()
            if not any(done):
                ending.wait(PAUSE)

    def _guarded(self, act: Callable[[], int]) -> int:
        try:
            return act()
        except DatabaseError as error:  # the database is restarting or being upgraded: wait for it
            self.stderr.write(f"The queues cannot be read: {error}")
        except Exception:  # one failing task does not stop the others
            log.exception("The worker")
        return 0


def _may_work() -> int:
    """Return 1 while this code fits the tables, else 0, so that the queues wait for the other version."""
    return 0 if gate.look_again() else 1


def _until_nothing(act: Callable[[], int]) -> int:
    """Call a function until it has nothing to do; return the total."""
    total = 0
    while done := act():
        total += done
    return total
