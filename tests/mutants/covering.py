"""Read from the data of `make coverage` which tests reach which line and how long each takes."""

import xml.etree.ElementTree as ET
from collections import Counter
from functools import cache
from pathlib import Path

from coverage import CoverageData

MOST = 25  # tests of other modules for one mutation: a line that thousands pass is judged by those that stand nearest
SLOWEST = 4.0  # seconds


class Covering:
    """The tests that reach each line, from the data of a run with `--cov-context=test`."""

    def __init__(self, folder: Path) -> None:
        self.data = CoverageData(str(folder / "data"))
        self.data.read()
        self.seconds = _durations(folder / "durations.xml")

    @cache  # noqa: B019 - one of them lives as long as the command
    def _by_line(self, path: str) -> dict[int, list[str]]:
        return self.data.contexts_by_lineno(path)

    def tests(self, path: str, line: int) -> list[str]:
        """Return tests that reach the line: all of the module's own test file, then up to MOST others.

        The shortest come first; the number per file is limited so that every file is represented.
        """
        contexts = self._by_line(path)
        here = contexts.get(line, [])
        if here == [""]:  # it runs when the module is imported: whoever uses the module may notice
            here = [context for each in contexts.values() for context in each]
        reached = {context.rpartition("|")[0] for context in here if context}
        reached = {name for name in reached if not name.startswith("tests/browser/")}
        found = sorted(reached, key=lambda name: (self.seconds.get(_plain(name), 1.0), name))
        short = [name for name in found if self.seconds.get(_plain(name), 1.0) <= SLOWEST]
        own = [name for name in short if Path(path).stem in Path(name.partition("::")[0]).stem]
        turns: Counter[str] = Counter()
        ranked = []
        for name in [name for name in short if name not in own]:
            file = name.partition("::")[0]
            ranked.append((turns[file], len(ranked), name))
            turns[file] += 1
        return own + [name for *_rank, name in sorted(ranked)[:MOST]]

    def timeout(self, tests: list[str]) -> float:
        """Return the time after which a mutation counts as an endless loop."""
        return 30 + 3 * sum(self.seconds.get(_plain(name), 1.0) for name in tests)


def _plain(name: str) -> str:
    """Return the test `tests/a/test_b.py::test_c[x]` as the durations file names it."""
    file, _, test = name.partition("::")
    return f"{file.removesuffix('.py').replace('/', '.')}::{test.replace('::', '.')}"


def _durations(file: Path) -> dict[str, float]:
    if not file.exists():
        return {}
    cases = ET.parse(file).getroot().iter("testcase")
    return {f"{case.get('classname')}::{case.get('name')}": float(case.get("time") or 0) for case in cases}
