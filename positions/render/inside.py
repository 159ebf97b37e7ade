"""Inspect a file that claims to be published: the text of an edition in it, and whether a PDF is complete.

The file may be hostile. It is parsed in a child process with limited time and memory, which returns a few values only.
"""

import hashlib
import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ncm_portal.sandbox import MEGABYTE, ask, limit
from positions.render import redline
from positions.render.paper import ATTACHMENT
from positions.render.sandbox import refuse_network
from positions.text.canonical import canonical

if TYPE_CHECKING:
    from pikepdf import Pdf

MODULE = "positions.render.inside"
SECONDS, MEGABYTES = 5, 600
TOLD = 1000  # bytes: maximum output of the child
HEAD = 1024  # bytes in which readers look for the PDF header
NO_MEMORY = "bad_alloc"  # qpdf's message for a missing one
HASH = re.compile(r"[0-9a-f]{64}")


class TooHard(Exception):
    """Raised if the file could not be inspected within the time and memory limits."""


class Inside(NamedTuple):
    """Content of a file: `kind` is "pdf", "json" or "" for anything else; `sha256` is that of the text of an edition in
    it, or ""; `signatures` is the number of digital signatures of a PDF, not verified here. Files of other types may
    name the edition that they were made from: `claims` is the hash and `says` the text. A redline has two texts, with
    the hashes `before` and `after`.
    """

    kind: str
    sha256: str = ""
    is_damaged: bool = False
    signatures: int = 0
    claims: str = ""
    says: str = ""
    before: str = ""
    after: str = ""


def look_inside(path: Path, *, seconds: int = SECONDS, megabytes: int = MEGABYTES) -> Inside:
    """Inspect the file at `path` in a child process. Raises TooHard."""
    given = (str(path.resolve()), str(seconds), str(megabytes))
    with tempfile.TemporaryDirectory(prefix="ncm-copy-") as folder:
        status, output = ask(MODULE, *given, folder=folder, seconds=2 * seconds, most=TOLD)
    if status:
        raise TooHard
    return Inside(**json.loads(output))


# --- The child ------------------------------------------------------------------------------------------------------


def read(path: Path) -> Inside:
    """Inspect a file in this process: for trusted files, and for the child."""
    from positions.render.self_description import claim

    with path.open("rb") as file:
        is_pdf = b"%PDF-" in file.read(HEAD)
    result = _pdf(path) if is_pdf else _json(path)
    claimed = claim(path) if not result.kind else None
    return Inside(claimed.kind, claims=claimed.sha256, says=claimed.says) if claimed else result


def _pdf(path: Path) -> Inside:
    """Inspect a PDF; a truncated one is opened again after repair, since our text may still be in it."""
    import pikepdf

    unsound = (pikepdf.PdfError, ValueError, RuntimeError, RecursionError)
    try:
        return _opened(path, is_damaged=False)
    except pikepdf.PasswordError:
        return Inside("pdf")
    except unsound as error:
        if NO_MEMORY in str(error):
            raise MemoryError from error
    try:
        return _opened(path, is_damaged=True)
    except unsound:
        return Inside("pdf", is_damaged=True)


def _opened(path: Path, *, is_damaged: bool) -> Inside:
    import pikepdf

    with pikepdf.open(path, attempt_recovery=is_damaged) as document:
        text = document.attachments[ATTACHMENT].get_file().read_bytes() if ATTACHMENT in document.attachments else None
        sha256 = hashlib.sha256(text).hexdigest() if text is not None else ""
        before, after = _compared(document)
        return Inside("pdf", sha256, is_damaged, _signatures(document), before=before, after=after)


def _compared(document: "Pdf") -> tuple[str, str]:
    """Return the hashes of the two texts that a redline compares; empty for any other PDF."""
    if redline.ATTACHMENT not in document.attachments:
        return "", ""
    try:
        data = json.loads(document.attachments[redline.ATTACHMENT].get_file().read_bytes())
        hashes = [data[which]["sha256"] for which in ("before", "after")]
        return (hashes[0], hashes[1]) if all(HASH.fullmatch(each) for each in hashes) else ("", "")
    except (ValueError, KeyError, TypeError, RecursionError):
        return "", ""


def _signatures(document: "Pdf") -> int:
    """Return the number of digital signatures of the PDF (ISO 32000-1, 12.8.1: a dictionary with /ByteRange and
    /Contents).
    """
    from pikepdf import Dictionary

    records = (each for each in document.objects if isinstance(each, Dictionary))
    return sum("/ByteRange" in record and "/Contents" in record for record in records)


def _json(path: Path) -> Inside:
    """Inspect JSON independently of whitespace and key order."""
    try:
        text = canonical(json.loads(path.read_bytes(), object_pairs_hook=_each_once))
    except (ValueError, RecursionError):
        return Inside("")
    return Inside("json", hashlib.sha256(text).hexdigest())


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse duplicate keys: programs differ in which value they read (RFC 8259, 4)."""
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("A name stands twice.")
    return result


if __name__ == "__main__":
    limit(int(sys.argv[2]), int(sys.argv[3]), largest_file=MEGABYTE)
    sys.addaudithook(refuse_network)
    sys.stdout.write(json.dumps(read(Path(sys.argv[1]))._asdict()))
    sys.stdout.flush()
    os._exit(0)
