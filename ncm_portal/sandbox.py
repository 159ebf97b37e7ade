"""What every child process of the portal gets: an empty environment, and limits that the kernel holds it to.

A file or a paper that is too large or hostile then costs one process and never the portal. Imports nothing of ours.
"""

import os
import resource
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 1024 * 1024


def ask(module: str, *arguments: str, folder: str, seconds: int, most: int) -> tuple[int, bytes]:
    """Run a module of ours as a child process that works in `folder`: its exit status, and what it said, up to `most`
    bytes. A child that needs more than `seconds` is killed; what it said until then is no answer it stands by."""
    with tempfile.TemporaryFile() as told:
        child = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=clean_environment(folder),
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=subprocess.DEVNULL,
        )
        try:
            child.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            end(child)
        told.seek(0)
        return child.returncode, told.read(most)


def clean_environment(folder: str, **more: str) -> dict[str, str]:
    """What a child may know, working in `folder`: nothing of the portal's settings, passwords or proxies."""
    return {
        "LANG": "C.UTF-8",
        "PATH": os.defpath,
        "HOME": folder,
        "TMPDIR": folder,
        "PYTHONDONTWRITEBYTECODE": "1",
        **more,
    }


def limit(seconds: int, megabytes: int, *, largest_file: int) -> None:
    """Let the kernel hold this process to its share of time, memory and disk (bytes); leave no core file behind."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * MEGABYTE, megabytes * MEGABYTE))
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def end(child: subprocess.Popen[bytes]) -> None:
    """Kill the child and whatever it started, if it still runs."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
