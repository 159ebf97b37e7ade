"""Render in a sandboxed child process, so that a huge or hostile paper can only crash that process.

The child reads the edition from standard input and writes the PDF to standard output. It starts with an empty
environment, the kernel limits its CPU time and memory, it has no network, and it is killed at the time limit.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from ncm_portal.sandbox import MEGABYTE, clean_environment, end, limit
from positions.render.fonts import NO_SYSTEM_FONTS
from positions.render.glyphs import obstacles

ROOT = Path(__file__).resolve().parents[2]
MODULE = "positions.render.sandbox"
LARGEST_FILE = 64 * MEGABYTE
TOLD = 2000
DOCUMENTS = {
    "alignment": "positions.render.alignment",
    "brief": "positions.render.brief",
    "clean": "positions.render.clean",
    "day": "positions.render.day",
    "delegation": "positions.render.delegation",
    "form": "positions.render.form",
    "letter": "positions.render.letter",
    "organisation_record": "positions.render.organisation_record",
    "paper": "positions.render.paper",
    "participation": "positions.render.participation",
    "redline": "positions.render.redline",
    "summary": "positions.render.summary",
}
# Bundled fonts only, without WeasyPrint's usual warnings about them.
QUIET = {"FONTCONFIG_FILE": str(NO_SYSTEM_FONTS), "PYTHONWARNINGS": "ignore::UserWarning:weasyprint.text.fonts"}
ALL_WORDS = (
    "brief",
    "day",
    "letter",
    "organisation_record",
    "participation",
)  # types whose every word must be printable
PATIENCE = 3  # on a busy machine a child waits for its CPU time, whose limit is separate
REFUSED = 2  # exit status for an edition that cannot be printed


class RenderFailed(Exception):
    """Raised if the paper could not be printed; the message says why, `reasons` lists what to correct."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = list(reasons)


def render_apart(
    content: dict[str, Any],
    sha256: str,
    address: str,
    *,
    document: str = "paper",
    seconds: int = 60,
    megabytes: int = 1500,
) -> bytes:
    """Run the `render` of DOCUMENTS[document] in a child process with limits.

    Raises RenderFailed with the child's message, or before it starts with the unprintable characters and their places,
    in the user's language.
    """
    if document in ALL_WORDS and (result := obstacles(content)):
        raise RenderFailed(*result)
    order = json.dumps({"content": content, "sha256": sha256, "address": address, "document": document}).encode()
    with tempfile.TemporaryDirectory(prefix="ncm-print-") as folder:
        child = subprocess.Popen(
            [sys.executable, "-m", MODULE, str(seconds), str(megabytes)],
            cwd=ROOT,
            env=clean_environment(folder, **QUIET),
            start_new_session=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            printed, output = child.communicate(order, timeout=PATIENCE * seconds)
        except subprocess.TimeoutExpired:
            raise RenderFailed(f"Printing took longer than {PATIENCE * seconds} seconds and was stopped.") from None
        finally:
            end(child)
    if child.returncode != 0 or not printed.startswith(b"%PDF-"):
        raise RenderFailed(reason(child.returncode, output.decode("utf-8", "replace"), seconds, megabytes))
    return printed


def reason(code: int, output: str, seconds: int, megabytes: int) -> str:
    """Return why the child ended, followed by its last lines of output."""
    if code == REFUSED:
        return output.strip()
    if code == -signal.SIGKILL:
        why = (
            f"The printing process was killed: its {seconds} seconds of processor time were over, or the machine had no"
            " memory left. Nothing was kept. Try again."
        )
    elif code == -signal.SIGXCPU:
        why = f"Printing used up its {seconds} seconds of processor time and was stopped."
    elif "MemoryError" in output or "Cannot allocate memory" in output or "out of memory" in output.lower():
        why = f"Printing needed more than {megabytes} MB of memory and was stopped."
    elif code < 0:
        name = signal.Signals(-code).name
        why = f"The printing process broke down ({name}), perhaps for want of memory: it may use {megabytes} MB."
    else:
        why = (
            f"The printing process failed with code {code}. It may use {seconds} seconds and {megabytes} MB of memory."
        )
    return f"{why}\n{output.strip()[-TOLD:]}".strip()


def refuse_network(event: str, _arguments: tuple[Any, ...]) -> None:
    """Audit hook that blocks connections and name look-ups."""
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto"):
        raise PermissionError(f"The printing process has no network ({event}).")


def main() -> None:
    """Run the child: set limits, read the order, print the paper. Exits without Pango's teardown, which can crash."""
    limit(int(sys.argv[1]), int(sys.argv[2]), largest_file=LARGEST_FILE)
    sys.addaudithook(refuse_network)
    order = json.load(sys.stdin.buffer)
    render = importlib.import_module(DOCUMENTS[order["document"]]).render
    try:
        printed = render(order["content"], sha256=order["sha256"], address=order["address"])
    except (ValueError, KeyError) as error:
        sys.stderr.write(f"This edition can't be printed. {error}")
        sys.exit(REFUSED)
    sys.stdout.buffer.write(printed)
    sys.stdout.buffer.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
