"""Send what waits in the outbox, once or again and again."""

import signal
import threading

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from consultations import emails

PAUSE = 5  # seconds between looks into an empty outbox


class Command(BaseCommand):
    help = "Send the mails that are due. With --watch, go on until the process is asked to end."

    def add_arguments(self, parser):
        parser.add_argument("--watch", action="store_true", help="keep looking every few seconds, and say nothing")

    def handle(self, *args, watch=False, **options):
        if watch:
            self._watch()
        else:
            self.stdout.write(f"{self._deliver_all()} sent")

    def _deliver_all(self) -> int:
        total = 0
        while sent := emails.deliver():
            total += sent
        return total

    def _watch(self) -> None:
        """Send one by one, so that a request to end waits for one mail at most."""
        ending = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ending.set())
        while not ending.is_set():
            try:
                sent = emails.deliver(limit=1)
            except DatabaseError as error:  # the database restarts or is being upgraded: wait for it
                self.stderr.write(f"The outbox cannot be read: {error}")
                sent = 0
            close_old_connections()
            if not sent:
                ending.wait(PAUSE)
