"""Serve stored files only if their content matches its SHA-256.

The size, inode and change time of a file when it was last verified (ctime cannot be set by programs) are kept in the
memory of this process, out of reach of anyone who can write files. While they are unchanged, the file is not read again
for a day; when they change, or in a new process, it is hashed first.
"""

import hashlib
import logging
import os
import stat
import time
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

log = logging.getLogger(__name__)

MOST = 20_000  # number of notes, about 5 MB
SETTLED = 2_000_000_000  # ns; a file can be written twice within one tick of the clock for change times
READ_AGAIN = 24 * 60 * 60.0  # seconds; writes below the file system do not change metadata
TOLD_AGAIN = 60.0  # seconds after which an altered file is read and logged again


class StoredFile(NamedTuple):
    """Path, size and hash of a file, and its record, in words for the log."""

    path: Path
    sha256: str
    size: int | None
    record: str


class NotGenuine(Exception):
    """Raised if the file is missing, unreadable or altered; the server log names it."""


class _Note(NamedTuple):
    """State of a file when it was verified, the time, and the result."""

    sha256: str
    like: tuple[int, ...]
    read_at: float
    fits: bool


_notes: dict[Path, _Note] = {}


def open_genuine(file: StoredFile) -> BufferedReader:
    """Open a stored file whose content matches its hash. The open file stays the verified one even if it is replaced
    later. Raises NotGenuine.
    """
    try:
        opened = open(file.path, "rb", opener=_open_nonblocking)  # noqa: SIM115 -- closed by the caller
    except OSError as error:
        raise _refused(file, (), f"it can't be read ({error.strerror})") from error
    try:
        _check(file, opened)
    except BaseException:
        opened.close()
        raise
    return opened


def read_genuine(file: StoredFile) -> bytes:
    """Return the content of a stored file, hashed while reading. Raises NotGenuine."""
    with open_genuine(file) as opened:
        data = opened.read()
        like = _like(opened)
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise _refused(file, like, "its SHA-256 is another one")
    return data


def _open_nonblocking(path: str, flags: int) -> int:
    """Open a file without blocking, for example on a named pipe."""
    return os.open(path, flags | os.O_NONBLOCK)


def _like(opened: BufferedReader) -> tuple[int, ...]:
    now = os.fstat(opened.fileno())
    return now.st_size, now.st_ctime_ns, now.st_ino, now.st_dev


def _check(file: StoredFile, opened: BufferedReader) -> None:
    like = _like(opened)
    note = _notes.get(file.path)
    if note is None or not _holds(note, file, like):
        _read_in_full(file, opened, like)
    elif not note.fits:
        raise NotGenuine(file.record)


def _holds(note: _Note, file: StoredFile, like: tuple[int, ...]) -> bool:
    age = time.monotonic() - note.read_at
    return (note.sha256, note.like) == (file.sha256, like) and age < (READ_AGAIN if note.fits else TOLD_AGAIN)


def _read_in_full(file: StoredFile, opened: BufferedReader, like: tuple[int, ...]) -> None:
    if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
        raise _refused(file, like, "it is no file")
    for _turn in range(3):
        if file.size is not None and like[0] != file.size:
            raise _refused(file, like, f"it has {like[0]} bytes instead of {file.size}")
        begun, before = time.time_ns(), like
        if _sha256(file, opened) != file.sha256:
            raise _refused(file, like, "its SHA-256 is another one")
        like = _like(opened)
        if like == before:
            if begun - like[1] > SETTLED:
                _note(file, like, fits=True)
            return
    raise _refused(file, like, "it is being written to")


def _sha256(file: StoredFile, opened: BufferedReader) -> str:
    try:
        result = hashlib.file_digest(opened, "sha256").hexdigest()
        opened.seek(0)
    except OSError as error:
        raise _refused(file, (), f"it can't be read ({error.strerror})") from error
    return result


def _note(file: StoredFile, like: tuple[int, ...], *, fits: bool) -> None:
    if len(_notes) >= MOST:
        _notes.clear()
    _notes[file.path] = _Note(file.sha256, like, time.monotonic(), fits)


def _refused(file: StoredFile, like: tuple[int, ...], why: str) -> NotGenuine:
    """Return the exception for an altered file; logged once a minute, however many requests there are."""
    note = _notes.get(file.path)
    if note is None or note.fits or not _holds(note, file, like):
        log.critical("Not handed out: the file of %s, %s: %s", file.record, file.path, why)
        _note(file, like, fits=False)
    return NotGenuine(file.record)
