"""Accept a single uploaded file that is not an attachment: inspect it, then store it."""

import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from ncm_portal.workflow import Blocked, NotTaken

from . import clamd, kinds, sandbox
from .kinds import KINDS
from .rejections import Refused, say

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Whole:
    """Accepted file, stored beside its final place until it is kept."""

    name: str
    media_type: str
    size: int
    sha256: str
    lies: Path
    place: Path

    def keep(self) -> None:
        """Move it to its place, replacing an existing file."""
        self.lies.replace(self.place)


@contextmanager
def whole_file(place: Path, *, name: str, data: bytes) -> Iterator[Whole]:
    """Return the inspected upload `name`; it is deleted unless it is kept.

    Raises NotTaken for a refused file, or if the virus scanner gives no result.
    """
    received, redrawn = (place.with_suffix(f".{uuid.uuid4().hex}") for _part in range(2))
    received.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        _write(received, name, data)
        result = _inspected(received, redrawn, name, data)
        lies = redrawn if result.is_redrawn else received
        sha256 = hashlib.sha256(lies.read_bytes()).hexdigest()
        fits = kinds.fitting(kinds.tidy(name), KINDS[result.media_type])
        yield Whole(fits, result.media_type, lies.stat().st_size, sha256, lies, place)
    finally:
        received.unlink(missing_ok=True)
        redrawn.unlink(missing_ok=True)


def _write(path: Path, name: str, data: bytes) -> None:
    if not data:
        raise Blocked(say(Refused("empty")))
    if len(data) > settings.ATTACHMENT_MAX_BYTES:
        too_large = Refused("too_large", limit=settings.ATTACHMENT_MAX_BYTES // MEGABYTE)
        raise NotTaken(say(too_large), name=name, data=data)
    with path.open("wb") as written:
        written.write(data)
        written.flush()
        os.fsync(written.fileno())


def _inspected(file: Path, redrawn: Path, name: str, data: bytes) -> sandbox.Inspected:
    try:
        result = sandbox.inspect(file.resolve(), redrawn.resolve())
        virus = clamd.scan(redrawn if result.is_redrawn else file, settings.CLAMD) if settings.CLAMD else ""
    except Refused as refusal:
        raise NotTaken(say(refusal), name=name, data=data) from refusal
    except clamd.ScannerDown as down:
        raise Blocked(_("The virus scanner is not responding. Add the file again in a few minutes.")) from down
    if virus:
        raise NotTaken(say(Refused("virus", what=virus)), name=name, data=data)
    return result
