"""Inspect a file in a sandboxed child process, so that a hostile file can only crash that process.

The child starts with an empty environment; the kernel limits its CPU time, memory and output; it has no network, cannot
start programs, and is killed at the time limit. It prints its result as one line of JSON, followed by the file's text
as far as time allows.
"""

import errno
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from ncm_portal.sandbox import MEGABYTE, ask, limit

from .rejections import Refused

MODULE = "consultations.uploads.sandbox"
SECONDS, SECONDS_OF_TEXT, MEGABYTES = 10, 3, 1000
LARGEST_OUTPUT = 128 * MEGABYTE
NO_ROOM = 75  # exit status if the disk is full: EX_TEMPFAIL of sysexits.h
MOST_TEXT = 200_000  # characters: as much as the search indexes
FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "ctypes.")


class Inspected(NamedTuple):
    """Result of an inspection: type, text, and whether the image was re-encoded."""

    media_type: str
    text: str
    is_redrawn: bool


def inspect(
    path: Path, redrawn: Path, *, mails: bool = False, seconds: int = SECONDS, megabytes: int = MEGABYTES
) -> Inspected:
    """Inspect the file at `path` in a child process; images are re-encoded into `redrawn`. E-mails are accepted only
    with `mails`.

    Raises Refused, or OSError if the disk is full.
    """
    given = (str(path), str(redrawn), str(seconds), str(megabytes), "mails" if mails else "")
    most = 4 * MOST_TEXT + MEGABYTE
    with tempfile.TemporaryDirectory(prefix="ncm-file-") as folder:
        status, output = ask(MODULE, *given, folder=folder, seconds=seconds, most=most)
    if status == NO_ROOM:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(redrawn))
    verdict, _line, text = output.partition(b"\n")
    return _parse(verdict, text.decode("utf-8", "replace"))


def _parse(verdict: bytes, text: str) -> Inspected:
    try:
        verdict_data: dict[str, Any] = json.loads(verdict)
    except ValueError:  # the child was stopped before it had a result
        raise Refused("too_hard") from None
    if "refused" in verdict_data:
        raise Refused(verdict_data["refused"], **verdict_data["facts"])
    readable = "".join(each if each.isprintable() or each == "\n" else " " for each in text[:MOST_TEXT])
    return Inspected(verdict_data["media_type"], readable, verdict_data["is_redrawn"])


# --- The child ------------------------------------------------------------------------------------------------------


def main(path: Path, redrawn: Path, *, mails: bool) -> None:
    """Print the result and the text."""
    from . import kinds, office, pdfs, pictures
    from . import mails as letters

    family = kinds.family(path, mails=mails)
    if family == "archive":
        kind, text = office.inspect(path)
        _report(media_type=kind.media_type, is_redrawn=False)
        _write(text)
    elif family == "pdf":
        pdfs.inspect(path)
        _report(media_type=kinds.PDF.media_type, is_redrawn=False)
        for words in pdfs.text(path, most=MOST_TEXT, seconds=SECONDS_OF_TEXT):
            _write(words + "\n")
    elif family == "mail":
        text = letters.inspect(path)
        _report(media_type=kinds.MAIL.media_type, is_redrawn=False)
        _write(text)
    else:
        pictures.redraw(path, redrawn, family.upper())
        _report(media_type={"jpeg": kinds.JPEG, "png": kinds.PNG}[family].media_type, is_redrawn=True)


def _report(**verdict: Any) -> None:
    _write(json.dumps(verdict) + "\n")


def _write(text: str) -> None:
    sys.stdout.buffer.write(text[: 2 * MOST_TEXT].encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


def _forbid(event: str, _arguments: tuple[Any, ...]) -> None:
    if event.startswith(FORBIDDEN):
        raise PermissionError(event)


if __name__ == "__main__":
    limit(int(sys.argv[3]), int(sys.argv[4]), largest_file=LARGEST_OUTPUT)
    sys.addaudithook(_forbid)
    try:
        main(Path(sys.argv[1]), Path(sys.argv[2]), mails=sys.argv[5] == "mails")
    except Refused as refusal:
        _report(refused=refusal.code, facts=refusal.facts)
    except MemoryError:
        _report(refused="too_hard", facts={})
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            os._exit(NO_ROOM)
        raise
    sys.stdout.flush()
    os._exit(0)
