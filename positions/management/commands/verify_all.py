"""Check that all stored data is unaltered, and list what is not."""

import json
import sys
import threading
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection

from consultations.integrity import Check
from consultations.integrity.journal import checkpoints
from consultations.workflow import keep_check, only_checker
from positions.integrity import CHECKS
from positions.integrity.running import CouldNotRun, Result, run, run_apart, summary

FINDINGS, COULD_NOT_RUN = 1, 2
MAILED = "checkpoints that came by mail, or were kept elsewhere: lines of the file, or a saved mail; may be repeated"
WIDE, EVERY = 30, 0.2  # width of the bar, seconds between updates


class Command(BaseCommand):
    help = (
        "Check tables, journal, records, sums and files against what was written. Ends with 0 where all is sound, "
        "with 1 where something was found, with 2 where it could not look."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", metavar="FILE", help="write a report as JSON")
        parser.add_argument("--nightly", action="store_true", help="once a night: keep the result, tell of findings")
        parser.add_argument("--checkpoints", metavar="FILE", type=Path, action="append", default=[], help=MAILED)
        parser.add_argument("--keys", metavar="FILE", type=Path, help="a published copy of the public keys, to compare")
        parser.add_argument("--keep", action="store_true", help="keep the result for the desk, tell of findings")
        parser.add_argument("--apart", metavar="SNAPSHOT", help="what this command calls itself with")
        parser.add_argument("--database-name", help="what this command calls itself with")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database_name"]:
            connection.settings_dict["NAME"] = options["database_name"]
        if options["apart"]:
            run_apart(options["apart"], self._line)
            return
        with only_checker(nightly=options["nightly"]) as is_free:
            if not is_free and not options["nightly"]:
                raise CommandError("Another check is under way.", returncode=COULD_NOT_RUN)
            if not is_free:
                self.stdout.write("Another check is under way, or was made this night.")
                return
            given = partial(checkpoints, files=options["checkpoints"], keys=options["keys"])
            self._check(options["json"], keeps=options["keep"] or options["nightly"], given={"checkpoints": given})

    def _line(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _check(self, report: str | None, *, keeps: bool, given: Mapping[str, Check]) -> None:
        result = self._result(given)
        if report:
            Path(report).write_text(json.dumps(result.as_data(), indent=2, ensure_ascii=False) + "\n")
        if keeps:
            keep_check(result.as_data())
        for line in summary(result):
            self.stdout.write(line)
        message = f"looked at in {result.seconds:.1f} s"
        if result.number:
            raise CommandError(f"{result.number} findings, {message}.", returncode=FINDINGS)
        self.stdout.write(f"Everything is as it was written, {message}.")

    def _result(self, given: Mapping[str, Check]) -> Result:
        bar = Bar(self.stdout)
        try:
            return run(bar.tell, given)
        except (CouldNotRun, DatabaseError, OSError) as error:
            raise CommandError(f"The check broke off: {error}", returncode=COULD_NOT_RUN) from error
        finally:
            bar.end()


class Bar:
    """Progress of all checks: a bar on a terminal, else a line for each finished check."""

    def __init__(self, out: Any) -> None:
        self._out, self._shares = out, dict.fromkeys(CHECKS, 0.0)
        self._is_terminal = out.isatty() if hasattr(out, "isatty") else sys.stdout.isatty()
        self._drawn_at, self._lock = 0.0, threading.Lock()

    def tell(self, name: str, done: int, total: int) -> None:
        """Set the progress of a check. Thread-safe."""
        with self._lock:
            had_ended, self._shares[name] = self._shares[name] >= 1, done / total if total else 1.0
            if self._is_terminal and time.monotonic() - self._drawn_at > EVERY:
                self._draw()
            elif not self._is_terminal and done >= total and not had_ended:
                self._out.write(f"  {name}: {total:,} looked at")

    def _draw(self) -> None:
        share = sum(self._shares.values()) / len(self._shares)
        parts = " ".join(f"{name} {100 * share:.0f}%" for name, share in self._shares.items())
        bar = "#" * round(WIDE * share)
        self._out.write(f"\r[{bar:.<{WIDE}}] {parts} ", ending="")
        self._out.flush()
        self._drawn_at = time.monotonic()

    def end(self) -> None:
        """Finish the line of the bar."""
        if self._is_terminal and self._drawn_at:
            self._draw()
            self._out.write("")
