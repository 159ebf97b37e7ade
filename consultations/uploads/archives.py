"""Read archives, such as Office files, by their actual entries in sequence, with size limits."""

import stat
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from .kinds import OLE, PROGRAMS, ZIP, ZIP_END
from .rejections import Refused

MEGABYTE = 1024 * 1024
MOST_UNPACKED = 100 * MEGABYTE
MOST_ENTRIES = 2000
MOST_TAGS = 3_000_000  # tags of XML: a sheet of 700,000 cells has fewer, and they are parsed in a second
ENCRYPTED, DESCRIBED_BEHIND = 0x1, 0x8  # flag bits of an entry (APPNOTE 4.4.4)
DESCRIPTORS = (12, 16, 20, 24)


class Archive:
    """Archive with contiguous entries and nothing else, under names that office programs use.

    Raises Refused on opening or reading.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._zip = ZipFile(path)
            self.entries = self._zip.infolist()
            _check_layout(path, self._zip)
        except (BadZipFile, NotImplementedError, struct.error, ValueError, EOFError, UnicodeDecodeError):
            raise Refused("damaged") from None
        _check_names(self.entries)

    @property
    def names(self) -> list[str]:
        """Return the names of the entries in directory order."""
        return [entry.filename for entry in self.entries]

    def contents(self) -> Iterator[tuple[str, bytes]]:
        """Yield each entry with its content. The sizes claimed by the archive are not trusted: the output and its tags
        are counted before parsing.
        """
        total = tags = 0
        for entry in self.entries:
            pieces = []
            for piece in self._pieces(entry):
                total += len(piece)
                if total > MOST_UNPACKED:
                    raise Refused("too_much", limit=MOST_UNPACKED // MEGABYTE)
                pieces.append(piece)
            content = b"".join(pieces)
            tags += content.count(b"<")
            if tags > MOST_TAGS:
                raise Refused("too_hard")
            if content.startswith((*PROGRAMS, ZIP, OLE)):
                raise Refused("macros" if entry.filename.lower().endswith("vbaproject.bin") else "embedded")
            yield entry.filename, content

    def _pieces(self, entry: ZipInfo) -> Iterator[bytes]:
        try:
            with self._zip.open(entry) as stream:
                while piece := stream.read(MEGABYTE):
                    yield piece
        except (BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error):
            raise Refused("damaged") from None


def _check_names(entries: list[ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise Refused("too_many", limit=f"{MOST_ENTRIES:,}")
    seen = set()
    for entry in entries:
        name = entry.orig_filename
        is_link = stat.S_ISLNK(entry.external_attr >> 16)
        odd = not name or name.startswith("/") or "\\" in name or ":" in name or not name.isprintable()
        if odd or is_link or ".." in name.split("/") or name.lower() in seen:
            raise Refused("bad_names")
        seen.add(name.lower())


def _check_layout(path: Path, archive: ZipFile) -> None:
    """Check that each entry starts where the previous one ends, followed by the directory and nothing else."""
    end = 0
    gaps: tuple[int, ...] = (0,)
    with path.open("rb") as file:
        for entry in sorted(archive.infolist(), key=lambda each: each.header_offset):
            if entry.header_offset - end not in gaps:
                raise Refused("two_files")
            file.seek(entry.header_offset)
            header = file.read(30)
            flags, name, extra = struct.unpack("<H", header[6:8]) + struct.unpack("<HH", header[26:30])
            if (flags | entry.flag_bits) & ENCRYPTED:
                raise Refused("password")
            if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                raise Refused("damaged")
            end = entry.header_offset + 30 + name + extra + entry.compress_size
            gaps = DESCRIPTORS if flags & DESCRIBED_BEHIND else (0,)
        size = file.seek(0, 2)
        file.seek(max(0, size - 22))
        if archive.start_dir - end not in gaps or file.read(4) != ZIP_END or archive.comment:
            raise Refused("two_files")
