"""Figures of the benchmarks, written into docs/performance.md by the benchmarks themselves.

Each benchmark owns one section, with the day and the machine; it replaces its own and keeps the others.
"""

import ctypes
import gc
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

from django.conf import settings
from django.db import connection
from django.utils import timezone

PAGE = Path(settings.BASE_DIR) / "docs" / "performance.md"
PAUSE = 0.005  # seconds between two looks at children
SIZE = int(os.environ.get("SIZE", "2000"))  # inputs of the benchmarks that grow with them


def record(title: str, head: Sequence[str], rows: Iterable[Sequence[object]], *, on_database: bool = True) -> None:
    """Print a table of figures, and write it into the page of all figures as the section `title`."""
    lines = [
        f"## {title}",
        "",
        machine(on_database=on_database),
        "",
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
    ]
    lines += [f"| {' | '.join(map(str, row))} |" for row in rows]
    print("\n" + "\n".join(lines))
    begin, *sections = re.split(r"^(?=## )", PAGE.read_text(), flags=re.MULTILINE)
    known = {each.partition("\n")[0]: each.strip() for each in sections} | {lines[0]: "\n".join(lines)}
    PAGE.write_text("\n\n".join([begin.strip(), *(known[each] for each in sorted(known))]) + "\n")


def machine(*, on_database: bool = True) -> str:
    """Return the day, the machine, and the database server with what is set otherwise than by default."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{timezone.localdate():%-d %B %Y}, {os.cpu_count()} × {model[1] if model else 'processor'}, {memory:.0f} GB, "
        f"{_server() if on_database else ''}Python {'.'.join(map(str, sys.version_info[:3]))}"
    )


def _server() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (version,) = cursor.fetchone()
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY (%s)", [list(DURABLE)])
        loose = [f"{name}={setting}" for name, setting in cursor.fetchall() if setting != "on"]
    return f"PostgreSQL {version.split()[0]}{f' with {", ".join(loose)}' if loose else ', its defaults'}, "


DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


def spent() -> float:
    """Return the processor time so far in seconds, of this process and of its database backend.

    What else the machine does makes it longer on the clock, but hardly this.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    return time.process_time() + int(Path(f"/proc/{backend}/schedstat").read_text().split()[0]) / 1e9


def taken(work: Callable[[], object]) -> tuple[float, float]:
    """Return the processor time of a call, and its time on the clock."""
    clock, processor = time.perf_counter(), spent()
    work()
    return spent() - processor, time.perf_counter() - clock


# --- Memory -----------------------------------------------------------------------------------------------------------


def grown(work: Callable[[], object]) -> float:
    """Return how much larger this process was during a call than before it, in MB, whatever it did earlier."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what was freed earlier would be used again unseen
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far (proc_pid_clear_refs(5))
    before = _megabytes("self", "VmRSS")
    work()
    return _megabytes("self", "VmHWM") - before


@contextmanager
def children_watched() -> Iterator[list[float]]:
    """Yield a list that ends with the peak of each look at the new children of this process in MB.

    The kernel knows the peak of a child as long as it lives; that of getrusage is the highest of all children so far.
    """
    peaks, over, before = [0.0], Event(), set(_children(os.getpid()))

    def look() -> None:
        while not over.wait(PAUSE):
            children = set(_children(os.getpid())) - before
            peaks.append(max([_megabytes(child, "VmHWM") for child in children], default=0.0))

    watcher = Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield peaks
    finally:
        over.set()
        watcher.join()


def _children(process: int | str) -> Iterator[str]:
    """Yield the children of a process and theirs."""
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            for child in task.read_text().split():
                yield child
                yield from _children(child)


def _megabytes(process: str, what: str) -> float:
    with suppress(OSError):
        if found := re.search(rf"{what}:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text()):
            return int(found[1]) / 1024
    return 0.0  # it has ended
