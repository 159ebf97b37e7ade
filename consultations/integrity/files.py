"""Check stored files against their rows."""

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Model, QuerySet

from consultations.models import Attachment, AttachmentState, ForumFile, PublicDocument
from consultations.stored_files import StoredFile

from . import Finding, Progress, no_progress

READERS = 2
AT_ONCE = 64  # files waiting to be read
UNDER_WAY = 60 * 60  # seconds for which a file may exist before its row is committed
MAY_BE_GONE = (AttachmentState.UPLOADING, AttachmentState.REFUSED, AttachmentState.REMOVED)
PUT_BACK = "Put the file back from the newest backup, byte for byte; until then nobody is given it."
STRAY = "Nobody is given it. Find out who put it there, then move it out of the folder."


class Stored(NamedTuple):
    """Rows with one file each: how to reload them, and which may lack the file."""

    rows: QuerySet[Model, Any]
    may_be_gone: Callable[[Any], bool] = lambda row: False


OWN = (
    Stored(Attachment.objects.all(), lambda row: row.state in MAY_BE_GONE),
    Stored(ForumFile.objects.all()),
    Stored(PublicDocument.objects.all()),
)


def check(stored: Iterable[Stored] = OWN, progress: Progress = no_progress) -> Iterator[Finding]:
    """Yield each missing or altered file, and each file without a row. Runs outside a transaction, so that a row whose
    file was replaced meanwhile can be reloaded.
    """
    root = Path(settings.MEDIA_ROOT)
    known: set[str] = set()
    total = sum(each.rows.count() for each in stored)
    done = 0
    with ThreadPoolExecutor(READERS) as readers:
        for each in stored:
            rows = _existing(each.rows.order_by("pk").iterator(chunk_size=AT_ONCE), root, known)
            for row, what in _read(rows, readers):
                done += 1
                if what and not _is_settled(each, row, what):
                    yield Finding("files", f"{row._meta.label_lower}:{row.pk}", what, PUT_BACK)
                if done % AT_ONCE == 0:
                    progress(done, total)
    progress(total, total)
    yield from _orphans(root, known)


def _existing(rows: Iterator[Any], root: Path, known: set[str]) -> Iterator[Any]:
    for row in rows:
        path = os.path.relpath(row.stored_file.path, root)
        known.add(path)
        if isinstance(row, Attachment) and row.state in (AttachmentState.UPLOADING, AttachmentState.WAITING):
            known.add(f"{path}.part")
        if row.stored_file.sha256:
            yield row


def _read(rows: Iterator[Any], readers: ThreadPoolExecutor) -> Iterator[tuple[Any, str]]:
    """Yield each row with what is wrong with its file. Reads several files in parallel: hashing releases the GIL."""
    waiting: list[tuple[Any, Future[str]]] = []
    for row in rows:
        waiting.append((row, readers.submit(wrong_with, row.stored_file)))
        if len(waiting) >= AT_ONCE:
            first, future = waiting.pop(0)
            yield first, future.result()
    for row, future in waiting:
        yield row, future.result()


def wrong_with(file: StoredFile) -> str:
    """Return what is wrong with a stored file, which is read in full; empty if it is unaltered."""
    name = _display_path(file.path)
    try:
        if not file.path.is_file():
            return f"Its file is missing: {name}"
        with file.path.open("rb") as opened:
            size = os.fstat(opened.fileno()).st_size
            if file.size is not None and size != file.size:
                return f"Its file has {size} bytes instead of {file.size}: {name}"
            same = hashlib.file_digest(opened, "sha256").hexdigest() == file.sha256
    except OSError as error:
        return f"Its file can't be read ({error.strerror}): {name}"
    return "" if same else f"Its file was altered, its SHA-256 is another one: {name}"


def _display_path(path: Path) -> str:
    return os.path.relpath(path, settings.MEDIA_ROOT)


def _is_settled(kind: Stored, row: Any, what: str) -> bool:
    """Return whether the row may lack the file, or was changed together with it since it was read."""
    if kind.may_be_gone(row) and "missing" in what:
        return True
    now = kind.rows.filter(pk=row.pk).first()
    return (
        now is not None
        and (now.stored_file != row.stored_file or kind.may_be_gone(now))
        and not wrong_with(now.stored_file)
    )


def _orphans(root: Path, known: set[str]) -> Iterator[Finding]:
    """Yield files without a row, except recently written ones, whose row may not be committed yet."""
    newest = time.time() - UNDER_WAY
    for entry in _walk(root):
        name = os.path.relpath(entry.path, root)
        if name not in known and entry.stat(follow_symlinks=False).st_ctime < newest:
            yield Finding("files", f"file:{name}", f"A file that belongs to no record lies there: {name}", STRAY)


def _walk(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _walk(Path(entry.path))
                else:
                    yield entry
    except FileNotFoundError:
        return
