"""Run the checks, the longest in a process of its own, and collect the findings."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone, translation

from consultations.integrity import Check, Finding

from . import AFTERWARDS, APART, AT_ONE_MOMENT, CHECKS
from .naming import named

MOST = 1000  # findings listed individually
Tell = Callable[[str, int, int], None]  # progress: name of a check, how much was checked, of how much


class CouldNotRun(Exception):
    """Raised if a check failed to run; the message says why."""


@dataclass
class Result:
    """Findings of the checks, and how much was checked."""

    begun_at: datetime = field(default_factory=timezone.now)
    ended_at: datetime | None = None
    number: int = 0
    findings: list[dict[str, str]] = field(default_factory=list)
    looked_at: dict[str, int] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """Return the duration in seconds."""
        return ((self.ended_at or timezone.now()) - self.begun_at).total_seconds()

    def as_data(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {
            "begun_at": self.begun_at.isoformat(),
            "seconds": round(self.seconds, 1),
            "is_sound": not self.number,
            "number_of_findings": self.number,
            "findings": self.findings,
            "looked_at": self.looked_at,
        }

    def take(self, data: dict[str, str]) -> None:
        """Count a finding, and keep it up to a limit."""
        self.number += 1
        if len(self.findings) < MOST:
            self.findings.append(data)

    def end(self) -> None:
        """Finish the report, with findings in the order of the checks."""
        order = list(CHECKS)
        self.findings.sort(key=lambda each: order.index(each["check"]))
        self.ended_at = timezone.now()


def run(tell: Tell = lambda name, done, total: None, given: Mapping[str, Check] | None = None) -> Result:
    """Run every check and return the result; `given` replaces checks by name. Raises CouldNotRun, or database errors.

    Inside a transaction, whose changes other sessions cannot see, all checks run here one after the other.
    """
    result = Result()
    with translation.override("en"):
        if connection.in_atomic_block:
            _run_here({**CHECKS, **(given or {})}, result, tell)
        else:
            _run_beside(result, tell, given or {})
    result.end()
    return result


def _run_here(checks: Mapping[str, Check], result: Result, tell: Tell) -> None:
    def progress(name: str) -> Callable[[int, int], None]:
        def looked(done: int, total: int) -> None:
            result.looked_at[name] = done
            tell(name, done, total)

        return looked

    for name, check in checks.items():
        for finding in check(progress(name)):
            result.take(_as_data(name, finding))


def _as_data(name: str, finding: Finding) -> dict[str, str]:
    """Return a finding with the name and page of its record."""
    title, address = named(finding)
    address = settings.PORTAL_ADDRESS + address if address else ""
    return {**finding._asdict(), "check": name, "title": title, "address": address}


# --- Two processes, one moment --------------------------------------------------------------------------------------


def _run_beside(result: Result, tell: Tell, given: Mapping[str, Check]) -> None:
    with transaction.atomic():
        beside = _Beside(_at_one_moment(), result, tell)
        try:
            _run_here({**AT_ONE_MOMENT, **given}, result, tell)
            beside.wait_until_it_reads()
        except BaseException:
            beside.end()
            raise
    try:
        _run_here(AFTERWARDS, result, tell)
        beside.wait()
    finally:
        beside.end()


def _at_one_moment(snapshot: str = "") -> str:
    """Let this transaction read one snapshot: of now, or of another session that exported `snapshot`."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        if snapshot:
            cursor.execute("SET TRANSACTION SNAPSHOT %s", [snapshot])
        cursor.execute("SET LOCAL statement_timeout = 0")
        if not snapshot:
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
    return snapshot


class _Beside:
    """Child process for the separate checks. It reports line by line in JSON."""

    def __init__(self, snapshot: str, result: Result, tell: Tell) -> None:
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "verify_all", "--apart", snapshot]
        command += ["--database-name", connection.settings_dict["NAME"]]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self._result, self._tell = result, tell
        self._is_reading, self._has_ended = threading.Event(), False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            result = json.loads(line)
            if "finding" in result:
                self._result.take(result["finding"])
            elif "looked" in result:
                name, done, total = result["looked"]
                self._result.looked_at[name] = done
                self._tell(name, done, total)
            self._is_reading.set()
            self._has_ended = "end" in result
        self._is_reading.set()

    def wait_until_it_reads(self) -> None:
        """Wait until it has imported the snapshot; the other session's transaction must stay open until then."""
        self._is_reading.wait()

    def wait(self) -> None:
        """Wait for its end. Raises CouldNotRun if it failed."""
        self._reader.join()
        if self._process.wait() or not self._has_ended:
            raise CouldNotRun(f"The check of {', '.join(APART)} broke off; what it wrote stands above.")

    def end(self) -> None:
        """Terminate the process."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


def run_apart(snapshot: str, write: Callable[[str], None]) -> None:
    """Run the separate checks in the child process, reported line by line."""

    def say(**data: Any) -> None:
        write(json.dumps(data))

    class Teller(Result):
        def take(self, data: dict[str, str]) -> None:
            say(finding=data)

    with translation.override("en"), transaction.atomic():
        _at_one_moment(snapshot)
        say(reading=True)
        _run_here(APART, Teller(), lambda *looked: say(looked=looked))
    say(end=True)


def summary(result: Result) -> Iterable[str]:
    """Return the findings line by line."""
    for to_do, group in groupby(result.findings, key=lambda each: each["to_do"]):
        for each in group:
            words = f"{each['title']}: {each['words']}" if each["title"] else each["words"]
            yield f"- {words}." + (f" {each['address']}" if each["address"] else "")
        yield f"  What to do: {to_do}"
    if result.number > len(result.findings):
        yield f"  … and {result.number - len(result.findings)} more."
