"""Parse Word documents in a child process within the limits of uploads: see consultations.uploads.sandbox."""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from consultations.uploads.rejections import Refused
from consultations.uploads.sandbox import FORBIDDEN, MEGABYTES, SECONDS
from ncm_portal.sandbox import MEGABYTE, ask, limit

MODULE = "positions.imports.sandbox"
LARGEST_OUTPUT = 16 * MEGABYTE


def read_word(data: bytes, *, seconds: int = SECONDS, megabytes: int = MEGABYTES) -> dict[str, Any]:
    """Return the lines and tables of a DOCX as `word.read` does. Raises Refused, also if the child was stopped."""
    with tempfile.TemporaryDirectory(prefix="ncm-word-") as folder:
        path = Path(folder) / "file.docx"
        path.write_bytes(data)
        given = (str(path), str(seconds), str(megabytes))
        _status, output = ask(MODULE, *given, folder=folder, seconds=seconds, most=LARGEST_OUTPUT)
    return _parse(output)


def _parse(answer: bytes) -> dict[str, Any]:
    try:
        result: dict[str, Any] = json.loads(answer)
    except ValueError:  # the child was stopped before it had a result
        raise Refused("too_hard") from None
    if "refused" in result:
        raise Refused(result["refused"], **result["facts"])
    return result


def _answer(path: Path) -> dict[str, Any]:
    """Return the child's result for a file."""
    from consultations.uploads import kinds

    from ..imports import word

    try:
        if kinds.family(path) != "archive":
            return {"refused": "unknown", "facts": {}}
        return word.read(path)
    except Refused as refusal:
        return {"refused": refusal.code, "facts": refusal.facts}
    except MemoryError:
        return {"refused": "too_hard", "facts": {}}
    except (KeyError, ValueError):  # no text, or malformed XML
        return {"refused": "damaged", "facts": {}}


def _forbid(event: str, _arguments: tuple[Any, ...]) -> None:
    if event.startswith(FORBIDDEN):
        raise PermissionError(event)


if __name__ == "__main__":
    limit(int(sys.argv[2]), int(sys.argv[3]), largest_file=LARGEST_OUTPUT)
    sys.addaudithook(_forbid)
    sys.stdout.write(json.dumps(_answer(Path(sys.argv[1]))))
    sys.stdout.flush()
    os._exit(0)
