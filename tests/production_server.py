"""The production server (gunicorn) on a database of the test run."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection

PORTAL = ("--config", "python:ncm_portal.gunicorn_config", "--log-level", "warning")

NOT_IN_PRODUCTION = {"DEBUG", "NCM_TEST_RUN", "PYTHONDONTWRITEBYTECODE"}


class Server(NamedTuple):
    """A running server: its first process and its port."""

    pid: int
    port: int

    def processes(self) -> list[int]:
        """Return the numbers of its processes, the first one and its workers."""
        return [self.pid, *map(int, Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split())]

    def get(self, address: str, *, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """Request a page on a connection of its own; return its status and its content."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            line.request("GET", address, headers=dict(headers or {}))
            answer = line.getresponse()
            return answer.status, answer.read()
        finally:
            line.close()


def environment(folder: Path, address: str, **more: str) -> dict[str, str]:
    """Return the settings of a process of the portal outside the tests, on the database of this connection.

    `folder` keeps what the portal writes, static files included; `address` is the portal's.
    """
    own = {name: value for name, value in os.environ.items() if name not in NOT_IN_PRODUCTION}
    return own | {
        "DJANGO_SETTINGS_MODULE": "ncm_portal.settings",
        "DEMO": "1",
        "VAR_DIR": str(folder),
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        "PORTAL_ADDRESS": address,
        "SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": url_of(str(connection.settings_dict["NAME"])),
        **more,
    }


def url_of(name: str) -> str:
    """Return the URL of a database of the test server."""
    own = connection.settings_dict
    person = quote(own["USER"], safe="") + (f":{quote(own['PASSWORD'], safe='')}" if own["PASSWORD"] else "")
    more = {key: words for key, words in own["OPTIONS"].items() if isinstance(words, str)}
    place = {"host": own["HOST"], **({"port": own["PORT"]} if own["PORT"] else {}), **more}
    return f"postgresql://{person}@/{quote(name)}?{urlencode(place)}"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@contextmanager
def serving(
    folder: Path,
    *options: str,
    application: Sequence[str] = PORTAL,
    at: str = "/health/",
    database: str = "",
    errors: IO[bytes] | None = None,
    **more: str,
) -> Iterator[Server]:
    """Start the server as in production, with `options` of gunicorn and `more` settings; end it afterwards.

    It is yielded once it answers at `at`. `database` is another one of the test run, `errors` a file for its log.
    """
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "gunicorn", *application, "--bind", f"127.0.0.1:{port}"]
    given = environment(folder, f"http://127.0.0.1:{port}", **more)
    if database:
        given["DATABASE_URL"] = url_of(database)
    process = subprocess.Popen([*command, *options], env=given, cwd=settings.BASE_DIR, stderr=errors)
    server = Server(process.pid, port)
    try:
        wait_for(server, at)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def wait_for(server: Server, address: str) -> None:
    for _turn in range(2_400):
        with suppress(OSError):
            server.get(address)
            return
        time.sleep(0.025)
    raise TimeoutError(f"nothing answers at {address}")


def collect_static(folder: Path) -> None:
    """Make the static files of a server whose folder this is."""
    command = [sys.executable, "-W", "ignore", "manage.py", "collectstatic", "--noinput", "-v0"]
    subprocess.run(command, env=environment(folder, "http://127.0.0.1"), cwd=settings.BASE_DIR, check=True)


def memory(processes: list[int]) -> float:
    """Return the memory of processes in MB, with what they share counted once (PSS)."""
    return sum(_proportional(each) for each in processes) / 1024


def _proportional(process: int) -> int:
    found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{process}/smaps_rollup").read_text(), flags=re.MULTILINE)
    assert found
    return int(found[1])
