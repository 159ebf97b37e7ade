"""Run tests on altered code without starting anew:  python -m tests.mutants.forks

Prints the names of all tests, then reads one request per line from standard input, a JSON object with `path`, `source`, `changed`, `tests` and `timeout`, and
answers with a line of its own: the tests that failed, or null if time was over. Everything is imported once; each request
runs in a fork in which the functions that differ get their new code. A change outside functions, such as in the fields of
a form, takes effect when a module is imported: it runs in a fork that has imported no module of the portal yet.
"""

import contextlib
import functools
import gc
import inspect
import json
import os
import select
import signal
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, TextIO

import pytest

LIBRARIES = [
    "django.test", "django.contrib.admin", "django.contrib.postgres.search", "django.forms", "psycopg", "weasyprint",
    "pikepdf", "lxml.etree", "docx", "openpyxl", "pypdf", "PIL.Image", "nh3", "markdown_it", "import_export", "hypothesis",
    "cryptography.x509", "segno", "pgtrigger", "playwright.sync_api",
]  # fmt: skip
TWICE = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # plugins that another pytest of this process imported
QUIET = ["-q", "--no-header", "--tb=no", *TWICE]


OF_FUNCTION = inspect.CO_NEWLOCALS  # neither of a module nor of the body of a class


def codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a code object and every one inside it, outside in."""
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from codes(each)


def _own(code: CodeType) -> tuple[object, ...]:
    """Return what a code object does, apart from the code objects inside it."""
    constants = [(type(each), each) for each in code.co_consts if not isinstance(each, CodeType)]
    names = code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars
    return code.co_name, code.co_code, code.co_exceptiontable, repr(constants), names


def swaps(path: str, source: str, changed: str) -> list[tuple[CodeType, CodeType]] | None:
    """Return the code of each function that differs, before and after; None if more than functions differs."""
    before, after = (list(codes(compile(text, path, "exec", dont_inherit=True))) for text in (source, changed))
    if [each.co_name for each in before] != [each.co_name for each in after]:
        return None
    pairs = [(old, new) for old, new in zip(before, after, strict=True) if _own(old) != _own(new)]
    is_function = [old.co_flags & OF_FUNCTION for old, _new in pairs]
    is_same_shape = [old.co_freevars == new.co_freevars for old, new in pairs]
    if not pairs or not all(is_function) or not all(is_same_shape):
        return None
    # A function around one that differs holds its code among its constants, so it is exchanged as well.
    return [(old, new) for old, new in zip(before, after, strict=True) if old.co_flags & OF_FUNCTION and old != new]


def living(
    functions: list[FunctionType], pairs: list[tuple[CodeType, CodeType]]
) -> list[tuple[FunctionType, CodeType]]:
    """Return the functions that have new code, with that code."""
    by_place = {(old.co_qualname, old.co_firstlineno): new for old, new in pairs}
    ours = [(each, each.__code__) for each in functions]
    found = [(each, by_place.get((code.co_qualname, code.co_firstlineno))) for each, code in ours]
    return [(each, code) for each, code in found if code is not None]


def functions_by_file() -> dict[str, list[FunctionType]]:
    """Return every function that exists, by the file it comes from."""
    found: dict[str, list[FunctionType]] = {}
    for each in gc.get_objects():
        if isinstance(each, FunctionType):
            found.setdefault(each.__code__.co_filename, []).append(each)
    return found


class Collected:
    """Pytest plugin: the names of all tests."""

    names: list[str]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note what was found."""
        self.names = [item.nodeid for item in session.items]


class Failed:
    """Pytest plugin: the names of tests that failed. Tests run in the given order, those without a database too."""

    def __init__(self, tests: list[str]) -> None:
        self.names: set[str] = set()
        self.turns = {name: turn for turn, name in enumerate(tests)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Undo what other plugins sorted."""
        items.sort(key=lambda item: self.turns.get(item.nodeid, len(items)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that failed."""
        if report.failed:
            self.names.add(report.nodeid)


def run(asked: dict[str, Any]) -> list[str]:
    """Run the tests of a request and return those that failed; if pytest itself fails, its exit code."""
    failed = Failed(asked["tests"])
    code = pytest.main([*QUIET, *asked["options"], *asked["tests"]], plugins=[failed])
    return sorted(failed.names) or ([f"exit code {int(code)}"] if code else [])


def in_fork(act: Callable[[], list[str]], timeout: float) -> list[str] | None:
    """Run `act` in a process of its own and return what it returns; None if time is over."""
    answer, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        quiet = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(quiet, stream)
        found = ["the process ended"]
        with contextlib.suppress(BaseException):
            found = act()
        os.write(told, json.dumps(found).encode())
        os._exit(0)
    os.close(told)
    is_over = bool(select.select([answer], [], [], timeout)[0])
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # with what a test left behind
    os.waitpid(child, 0)
    with os.fdopen(answer) as answers:
        text = answers.read() if is_over else ""
    return (json.loads(text) if text else ["the process was killed"]) if is_over else None


def serve(answer: Callable[[dict[str, Any]], list[str] | None], requests: TextIO, answers: TextIO) -> None:
    """Answer requests, one after another."""
    for line in requests:
        print(json.dumps(answer(json.loads(line))), file=answers, flush=True)


class Forks:
    """Two processes to fork from: this one, which has imported everything, and one that has imported libraries only."""

    def __init__(self) -> None:
        for name in LIBRARIES:
            import_module(name)
        self.bare, self.answers = self._bare()
        collected = Collected()
        pytest.main(["-q", "--collect-only", *TWICE], plugins=[collected])
        self.tests = collected.names
        gc.collect()
        self.functions = functions_by_file()
        self.caches = [each for each in gc.get_objects() if isinstance(each, functools._lru_cache_wrapper)]
        gc.freeze()  # after which the collector lists nothing of this any more

    def _bare(self) -> tuple[TextIO, TextIO]:
        """Start the process that has imported libraries only."""
        requests, asks = os.pipe()
        answers, tells = os.pipe()
        if os.fork() == 0:
            os.close(asks)
            serve(
                lambda asked: in_fork(functools.partial(run, asked), asked["timeout"]),
                os.fdopen(requests),
                os.fdopen(tells, "w"),
            )
            os._exit(0)
        os.close(requests)
        os.close(tells)
        return os.fdopen(asks, "w"), os.fdopen(answers)

    def answer(self, asked: dict[str, Any]) -> list[str] | None:
        """Answer one request; the altered module stands on the disk."""
        path = str(Path.cwd() / asked["path"])
        functions = living(self.functions.get(path, []), swaps(path, asked["source"], asked["changed"]) or [])

        def altered() -> list[str]:
            for function, code in functions:
                function.__code__ = code
            for each in self.caches:
                each.cache_clear()
            return run(asked)

        if functions or asked["source"] == asked["changed"]:
            return in_fork(altered, asked["timeout"])
        print(json.dumps(asked), file=self.bare, flush=True)
        return json.loads(self.answers.readline())


def main() -> None:
    """Answer until standard input ends; what pytest prints goes nowhere."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    forks = Forks()
    print(json.dumps(forks.tests), file=answers, flush=True)
    serve(forks.answer, sys.stdin, answers)


if __name__ == "__main__":
    main()
