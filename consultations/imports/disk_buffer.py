"""Buffer rows on disk, so that memory use does not depend on the length of a sheet."""

import pickle
import tempfile
import weakref
from array import array
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

from consultations.uploads.disk_space import room_to_write

TOGETHER = 50  # objects read at once


class Spool:
    """Disk-backed list of objects, each loaded on access.

    Stored in an unnamed file that nobody else can open and that disappears with this object or the process.
    """

    def __init__(self) -> None:
        folder = Path(settings.VAR_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        with room_to_write():
            self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - open as long as this object
        self._ends, self._at_end = array("Q", [0]), False
        weakref.finalize(self, _closed, self._file)

    def append(self, thing: Any) -> int:
        """Store an object and return its index. Raises NoRoom if the disk is full."""
        data = pickle.dumps(thing, pickle.HIGHEST_PROTOCOL)
        with room_to_write():
            if not self._at_end:  # each seek empties the buffer
                self._file.seek(self._ends[-1])
            self._file.write(data)
        self._at_end = True
        self._ends.append(self._ends[-1] + len(data))
        return len(self) - 1

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, place: int) -> Any:
        """Return the stored object. Raises IndexError."""
        if not 0 <= place < len(self):
            raise IndexError(place)
        start, end = self._ends[place : place + 2]
        return pickle.loads(self._read(start, end))  # noqa: S301 - nobody but this object writes the file

    def _read(self, start: int, end: int) -> memoryview:
        self._at_end = False
        with room_to_write():  # flush the buffer first
            self._file.seek(start)
        return memoryview(self._file.read(end - start))

    def __iter__(self) -> Iterator[Any]:
        """Yield all objects, some at a time: reading each alone takes as long as unpickling it."""
        for first in range(0, len(self), TOGETHER):
            start, *ends = self._ends[first : first + TOGETHER + 1]
            data = self._read(start, ends[-1])
            for end in ends:
                size = end - start
                yield pickle.loads(data[:size])  # noqa: S301 - nobody but this object writes the file
                data, start = data[size:], end


def _closed(file: BinaryIO) -> None:
    with suppress(OSError):  # data that could not be flushed to a full disk
        file.close()
