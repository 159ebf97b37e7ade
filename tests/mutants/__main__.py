"""Mutation testing: alter the code, one small change at a time, and see whether a test that reaches the line fails.

    python -m tests.mutants                      tries what is left to try; may be stopped and goes on where it was
    python -m tests.mutants --only positions.queries --minutes 30
    python -m tests.mutants --report             what was found so far, by package, with every survivor

In full on modules that stand for themselves and on permissions; of every other package a sample of 300, the same one
each time. Each change is made in a copy of the tree, never in the tree itself. `make coverage` must have run before: it
says which tests reach which line.
"""

import argparse
import difflib
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue

from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkerOutcome, WorkItem, WorkResult

from tests.mutants.covering import Covering
from tests.mutants.mutations import Mutation, mutations_of, sample

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "var" / "mutants"
CODE = ("consultations", "positions", "ncm_portal")
SAMPLE, FULL = 300, " (in full)"
# Modules of functions that stand for themselves, and the rules of who may do what: every change is tried.
IN_FULL = (
    "consultations/bidi.py", "consultations/csv_safety.py", "consultations/email_addresses.py", "consultations/ical.py",
    "consultations/imports/cells.py", "consultations/lookalikes.py", "consultations/permissions.py",
    "consultations/redaction.py", "consultations/similarity.py", "positions/permissions.py", "positions/text/",
)  # fmt: skip


def package_of(path: str) -> str:
    """Return the package a module is reported under; a module tested in full is reported by its own name."""
    parts = Path(path).parts
    if path.startswith(IN_FULL):
        return ".".join(parts).removesuffix(".py") + FULL
    return ".".join(parts[: max(1, min(2, len(parts) - 1))])


def packages() -> dict[str, list[str]]:
    """Map each package to its modules."""
    command = ["git", "ls-files", "-z", *(f"{name}/*.py" for name in CODE)]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    found: dict[str, list[str]] = {}
    for name in filter(None, names):
        if "/migrations/" not in name and (ROOT / name).exists():
            found.setdefault(package_of(name), []).append(name)
    return found


def chosen(only: str) -> dict[str, list[Mutation]]:
    """Return the mutations of this tree to run, by package."""
    found = {}
    for package, names in sorted(packages().items(), key=lambda item: (not item[0].endswith(FULL), item[0])):
        if package.startswith(only):
            every = [each for name in names for each in mutations_of(ROOT / name, ROOT)]
            found[package] = sample(every, None if package.endswith(FULL) else SAMPLE, package)
    return found


def in_turn(by_package: dict[str, list[Mutation]]) -> list[Mutation]:
    """Return what is to be tried in full, then one of each package after another: a stop at any time leaves a sample."""
    whole = [each for package, mutations in by_package.items() if package.endswith(FULL) for each in mutations]
    samples = [mutations for package, mutations in by_package.items() if not package.endswith(FULL)]
    return whole + [each for turn in itertools.zip_longest(*samples) for each in turn if each is not None]


def work_item(mutation: Mutation) -> WorkItem:
    """Convert a mutation to a work item of cosmic-ray."""
    place = (mutation.line, 0)
    spec = MutationSpec(
        module_path=mutation.path, operator_name=mutation.operator, occurrence=mutation.occurrence, start_pos=place,
        end_pos=(mutation.line, 1), operator_args={}, definition_name=None,
    )  # fmt: skip
    return WorkItem(job_id=mutation.key, mutations=(spec,))


# --- Trying ---------------------------------------------------------------------------------------------------------


class Bench:
    """A copy of the tree and its own PostgreSQL, which run one mutation after another."""

    def __init__(self, tree: Path, forks: subprocess.Popen[str]) -> None:
        self.tree, self.forks = tree, forks
        self.known = set(self._answer() or ())
        self.sound: dict[str, bool] = {}  # of tests tried on unaltered code: do they pass?

    def try_out(self, mutation: Mutation, covering: Covering) -> WorkResult:
        """Run the tests that reach the changed line on the altered module."""
        file = self.tree / mutation.path
        source = file.read_text("utf-8")
        tests = self._sound(covering.tests(mutation.path, mutation.line), mutation.path, source, covering)
        if not tests:
            return WorkResult(worker_outcome=WorkerOutcome.NO_TEST)
        changed = mutation.applied(source)
        if changed is None:
            return WorkResult(worker_outcome=WorkerOutcome.SKIPPED, test_outcome=TestOutcome.INCOMPETENT)
        file.write_text(changed, "utf-8")
        try:
            failed = self._ask(mutation.path, source, changed, tests, covering.timeout(tests), ["-x"])
        finally:
            file.write_text(source, "utf-8")
        outcome = TestOutcome.SURVIVED if failed == [] else TestOutcome.KILLED
        said = f"{len(tests)} tests" if failed == [] else (failed or ["time was over"])[0]
        return WorkResult(WorkerOutcome.NORMAL, said, outcome, _difference(source, changed))

    def _sound(self, tests: list[str], path: str, source: str, covering: Covering) -> list[str]:
        """Return the tests that pass on unaltered code here, such as those that need no history of git."""
        tests = [name for name in tests if name in self.known]
        if new := [name for name in tests if name not in self.sound]:
            failed = self._ask(path, source, source, new, 4 * covering.timeout(new), [])
            is_answer = failed is not None and set(failed) <= set(new)
            self.sound.update({name: is_answer and name not in (failed or ()) for name in new})
        return [name for name in tests if self.sound[name]]

    def _ask(
        self, path: str, source: str, changed: str, tests: list[str], timeout: float, options: list[str]
    ) -> list[str] | None:
        asked = {"path": path, "source": source, "changed": changed, "tests": tests, "options": options}
        print(json.dumps(asked | {"timeout": timeout}), file=self.forks.stdin, flush=True)
        return self._answer()

    def _answer(self) -> list[str] | None:
        assert self.forks.stdout is not None
        return json.loads(self.forks.stdout.readline())


def _difference(before: str, after: str) -> str:
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))
    return "\n".join(line.rstrip() for line in lines[3:])


@contextmanager
def bench(place: int) -> Iterator[Bench]:
    """Copy the files tracked by git and start the test server once for all mutations."""
    tree = FOLDER / f"tree-{place}"
    shutil.rmtree(tree, ignore_errors=True)
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).exists():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    (tree / ".venv").symlink_to(ROOT / ".venv")
    run = Path(tempfile.gettempdir()) / f"ncm-tests-{os.getuid()}-{os.getpid()}-{place}"
    around = {"cwd": tree, "env": os.environ | {"NCM_TEST_RUN": str(run), "PYTHONDONTWRITEBYTECODE": "1"}}
    server = [sys.executable, "-m", "tests.mutants.server", str(run)]
    subprocess.run([*server, "start"], check=True, **around)
    piped = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "start_new_session": True}
    try:
        with subprocess.Popen([sys.executable, "-m", "tests.mutants.forks"], **piped, **around) as forks:
            yield Bench(tree, forks)
    finally:
        subprocess.run([*server, "stop"], check=True, **around)
        shutil.rmtree(tree, ignore_errors=True)


def try_all(left: list[Mutation], database: WorkDB, covering: Covering, *, jobs: int, until: float) -> None:
    """Run mutations on `jobs` benches until none is left, time is over or the user stops it, and store each result.

    Mutations that are running when it is stopped are finished.
    """
    waiting: SimpleQueue[Mutation] = SimpleQueue()
    done: SimpleQueue[tuple[Mutation, WorkResult]] = SimpleQueue()
    stopped = threading.Event()
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, lambda *_given: stopped.set())
    for each in left:
        waiting.put(each)

    def work(place: int) -> None:
        with bench(place) as own:
            while time.time() < until and not stopped.is_set():
                try:
                    mutation = waiting.get_nowait()
                except Empty:
                    return
                done.put((mutation, own.try_out(mutation, covering)))

    with ThreadPoolExecutor(jobs) as pool:
        working, kept = [pool.submit(work, place) for place in range(jobs)], 0
        while not all(each.done() for each in working) or not done.empty():
            try:
                mutation, result = done.get(timeout=1)
            except Empty:
                continue
            database.set_result(mutation.key, result)
            kept += 1
            if result.test_outcome == TestOutcome.SURVIVED:
                print(f"[{kept} of {len(left)}] survived: {mutation.path}:{mutation.line}\n{result.diff}", flush=True)
        for each in working:
            each.result()


# --- Telling --------------------------------------------------------------------------------------------------------


def report(by_package: dict[str, list[Mutation]], results: dict[str, WorkResult]) -> str:
    """Return the figures of each package, followed by every surviving mutation."""
    lines = [f"{'package':<42} mutations  tried  killed  survived  reached by no test"]
    survivors = []
    for package, mutations in by_package.items():
        tried = [(each, results[each.key]) for each in mutations if each.key in results]
        tried = [pair for pair in tried if pair[1].worker_outcome != WorkerOutcome.SKIPPED]
        alive = [pair for pair in tried if pair[1].test_outcome == TestOutcome.SURVIVED]
        unseen = [pair for pair in tried if pair[1].worker_outcome == WorkerOutcome.NO_TEST]
        killed = len(tried) - len(alive) - len(unseen)
        lines.append(f"{package:<42} {len(mutations):>9} {len(tried):>6} {killed:>7} {len(alive):>9} {len(unseen):>19}")
        survivors += alive
    ordered = sorted(survivors, key=lambda pair: (pair[0].path, pair[0].line))
    lines += ["", *(f"{each.path}:{each.line} ({result.output})\n{result.diff}" for each, result in ordered)]
    return "\n".join(lines)


def main() -> None:
    """Run the remaining mutations, then print the report."""
    asked = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    asked.add_argument("--only", default="", help="packages that begin like this, such as positions.queries")
    asked.add_argument("--minutes", type=float, default=float("inf"), help="stop after so many minutes")
    asked.add_argument("--jobs", type=int, default=2, help="how many at the same time")
    asked.add_argument("--report", action="store_true", help="only report")
    given = asked.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    until = time.time() + 60 * given.minutes
    by_package = chosen(given.only)
    with use_db(FOLDER / "session.sqlite") as database:
        known = {item.job_id for item in database.work_items}
        every = in_turn(by_package)
        database.add_work_items(work_item(each) for each in every if each.key not in known)
        results = dict(database.results)
        left = [each for each in every if each.key not in results]
        if left and not given.report:
            try_all(left, database, Covering(ROOT / "var" / "coverage"), jobs=given.jobs, until=until)
        print(report(by_package, dict(database.results)))


if __name__ == "__main__":
    main()
