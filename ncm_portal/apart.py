"""What every child process of the portal gets: an empty environment, and limits that the kernel holds it to.

A file or a paper that is too large or hostile then costs one process and never the portal. Imports nothing of ours.
"""

import os
import resource
import signal
import subprocess

MEGABYTE = 1024 * 1024


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
