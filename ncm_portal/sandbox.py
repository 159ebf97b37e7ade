"""Sandbox of child processes: an empty environment, and limits enforced by the kernel.

A huge or hostile file can then only crash its own process. Imports nothing of ours.
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
    """Run one of our modules as a child process in `folder`; return its exit status and up to `most` bytes of output.
    It is killed after `seconds`, which invalidates its output.
    """
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=clean_environment(folder),
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
        )
        try:
            child.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            end(child)
        output.seek(0)
        return child.returncode, output.read(most)


def clean_environment(folder: str, **more: str) -> dict[str, str]:
    """Return the environment of a child in `folder`: without the portal's settings, passwords and proxies."""
    return {
        "LANG": "C.UTF-8",
        "PATH": os.defpath,
        "HOME": folder,
        "TMPDIR": folder,
        "PYTHONDONTWRITEBYTECODE": "1",
        **more,
    }


def limit(seconds: int, megabytes: int, *, largest_file: int) -> None:
    """Limit the CPU time, memory and disk use (bytes) of this process; disable core dumps."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * MEGABYTE, megabytes * MEGABYTE))
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def end(child: subprocess.Popen[bytes]) -> None:
    """Kill the child and its descendants if they still run."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
