"""Store uploaded spreadsheets between preview and confirmation, and log refused files."""

import hashlib
import re
import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpRequest

from consultations import workflow
from consultations.models import Job, JobState
from consultations.uploads.disk_space import NoRoom, NotKept, room_to_write

A_DAY = 24 * 60 * 60


class UploadFolder:
    """Folder of files with random names that only the portal can read, kept for a day, with the rows read of each."""

    def __init__(self, name: str = "") -> None:
        self.name = name or uuid.uuid4().hex

    def _path(self) -> Path:
        """Return the path. Raises FileNotFoundError for names that this class did not generate."""
        if not re.fullmatch("[0-9a-f]{32}", self.name):
            raise FileNotFoundError(self.name)
        return _folder() / self.name

    def save(self, data: bytes) -> None:
        """Store `data` and return its name. Raises NoRoom."""
        clear_uploads()
        try:
            with room_to_write():
                self._path().touch(mode=0o600)
                self._path().write_bytes(data)
        except NoRoom:
            self.remove()
            raise

    def read(self) -> bytes:
        """Return the stored data. Raises FileNotFoundError if it was deleted."""
        return self._path().read_bytes()

    def save_rows(self, lines: Iterable[bytes]) -> str:
        """Store the rows of the file, and return the SHA-256 of all lines; nothing is kept of lines that break off.

        Raises NoRoom, or what `lines` does.
        """
        hashed = hashlib.sha256()
        try:
            with room_to_write():
                self._rows().touch(mode=0o600)
                with self._rows().open("wb") as file:
                    for line in lines:
                        hashed.update(line)
                        file.write(line)
        except Exception:
            self._rows().unlink(missing_ok=True)
            raise
        return hashed.hexdigest()

    def rows(self, sha256: str) -> Iterator[bytes]:
        """Yield the stored rows. Raises FileNotFoundError if they were deleted or are not those of the hash."""
        with self._rows().open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                raise FileNotFoundError(self.name)
            file.seek(0)
            yield from file

    def _rows(self) -> Path:
        return self._path().with_suffix(".rows")

    def remove(self) -> None:
        """Delete the file and its rows."""
        self._path().unlink(missing_ok=True)
        self._rows().unlink(missing_ok=True)


def _folder() -> Path:
    folder = Path(settings.VAR_DIR) / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def clear_uploads() -> int:
    """Delete uploads older than a day, except those of confirmed imports; return how many."""
    old = [path for path in _folder().iterdir() if path.stat().st_mtime < time.time() - A_DAY]
    rows = Job.objects.filter(state__in=(JobState.WAITING, JobState.RUNNING)).values_list("asked__file", flat=True)
    waiting = set(rows) if old else set()
    gone = [path for path in old if path.stem not in waiting]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def enter_refused_files(request: HttpRequest, form: BaseForm, about: Model | None = None) -> None:
    """Log each file of the request whose field in `form` has an error. A file that failed only because the disk was
    full does not count as refused.
    """
    for name, file in request.FILES.items():
        if name in form.errors and isinstance(file, UploadedFile) and not isinstance(file, NotKept):
            reasons = [str(reason) for reason in form.errors[name]]
            facts: dict[str, Any] = {"name": str(file.name), "size": file.size or 0, "sha256": _hash(file)}
            workflow.enter_refused_file(about, by=request.user, reasons=reasons, **facts)


def _hash(file: Any) -> str:
    hashed = hashlib.sha256()
    for piece in file.chunks():
        hashed.update(piece)
    return hashed.hexdigest()
