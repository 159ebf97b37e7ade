"""Packages in the BagIt layout (RFC 8493): a folder, or a ZIP file with one folder, in which every file is listed with
its SHA-256. Pure: independent of the content.

The same files in the same order give the same bytes: nothing is compressed, and files carry no timestamps.
"""

import hashlib
import os
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO

BLOCK = 1 << 20
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, TAG_MANIFEST, INFO = "manifest-sha256.txt", "tagmanifest-sha256.txt", "bag-info.txt"
REQUIRED = ("bagit.txt", INFO, MANIFEST, TAG_MANIFEST)
NO_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest date that ZIP supports
OURS_ALONE = 0o600
LINE = re.compile(r"([0-9a-f]{64})  ([^\n]+)")  # in the format of sha256sum; no alternative spellings
ESCAPED = {"%0A": "\n", "%0D": "\r", "%25": "%"}  # RFC 8493, 2.1.3
SWELLS = 100  # maximum compression ratio: beyond it a ZIP file is refused
MOST_FILES = 1_000_000
LARGEST_LIST = 256 * BLOCK  # manifests are read completely

Progress = Callable[[int, int], None]


class BadPackage(Exception):
    """Raised for an invalid package, with every reason and the file concerned."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(*reasons)
        self.reasons = list(reasons)


# --- Writing ------------------------------------------------------------------------------------------------------


class Bag:
    """Package being written: each file once, under its own path."""

    def __init__(self, place: "_Folder | _Zip") -> None:
        self._place = place
        self._hashes: dict[str, str] = {}
        self._payload = (0, 0)  # bytes, files

    def add(self, name: str, blocks: Iterable[bytes]) -> str:
        """Write the file `name` block by block; return its SHA-256. Payload names start with "data/"."""
        if name in self._hashes:
            raise ValueError(f"{name} would be written twice")
        digest, size = hashlib.sha256(), 0
        with self._place.file(name) as file:
            for block in blocks:
                file.write(block)
                digest.update(block)
                size += len(block)
        self._hashes[name] = digest.hexdigest()
        if name.startswith("data/"):
            self._payload = (self._payload[0] + size, self._payload[1] + 1)
        return self._hashes[name]

    def close(self, info: Iterable[tuple[str, str]]) -> None:
        """Write the manifests and `info`."""
        self.add("bagit.txt", [DECLARATION])
        about = [*info, ("Payload-Oxum", "{}.{}".format(*self._payload))]
        self.add(INFO, [f"{name}: {' '.join(value.split())}\n".encode() for name, value in about])
        self.add(MANIFEST, self._list(lambda name: name.startswith("data/")))
        self.add(TAG_MANIFEST, self._list(lambda name: not name.startswith("data/")))

    def _list(self, predicate: Callable[[str], bool]) -> list[bytes]:
        return [f"{self._hashes[name]}  {name}\n".encode() for name in sorted(self._hashes) if predicate(name)]


class _Folder:
    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def file(self, name: str) -> Iterator[IO[bytes]]:
        path = self.root / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(OURS_ALONE, exist_ok=False)
        with path.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())


class _Zip:
    def __init__(self, zipped: zipfile.ZipFile, top: str) -> None:
        self.zipped, self.top = zipped, top

    def file(self, name: str) -> AbstractContextManager[IO[bytes]]:
        entry = zipfile.ZipInfo(f"{self.top}/{name}", NO_TIME)
        entry.create_system, entry.external_attr = 3, (0o100000 | OURS_ALONE) << 16
        return self.zipped.open(entry, "w", force_zip64=True)


@contextmanager
def new_bag(target: Path, top: str) -> Iterator[Bag]:
    """Return a package to be created at `target`, a folder or, by its extension, a ZIP file with one folder, `top`:
    completely or not at all.

    It is written to a temporary path that only its owner can read, then renamed. Raises BadPackage if the target
    exists; OSError if the disk is full.
    """
    if target.exists() or target.is_symlink():
        raise BadPackage(f"{target} is there already; nothing is written over it.")
    if not target.parent.is_dir():
        raise BadPackage(f"{target.parent} is no folder.")
    beside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
    try:
        whole = beside / "whole"
        with _temporary_bag(whole, target, top) as bag:
            yield bag
        whole.rename(target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


@contextmanager
def _temporary_bag(whole: Path, target: Path, top: str) -> Iterator[Bag]:
    if not is_zip(target):
        whole.mkdir(mode=0o700)
        yield Bag(_Folder(whole))
        return
    whole.touch(OURS_ALONE, exist_ok=False)
    with whole.open("wb") as file:
        with zipfile.ZipFile(file, "w") as zipped:
            yield Bag(_Zip(zipped, top))
        file.flush()
        os.fsync(file.fileno())


def is_zip(target: Path) -> bool:
    """Return whether a package of this name is a ZIP file."""
    return target.suffix.lower() == ".zip"


# --- Reading ------------------------------------------------------------------------------------------------------


class Package:
    """Package being read. Nothing is unpacked: files are opened by name."""

    def __init__(self, sizes: dict[str, int], open_file: Callable[[str], IO[bytes]]) -> None:
        self.sizes = sizes
        self._open = open_file
        self.hashes: dict[str, str] = {}  # of the manifests themselves

    def open(self, name: str) -> IO[bytes]:
        """Open the file `name`. Raises BadPackage if there is none."""
        if name not in self.sizes:
            raise BadPackage(f"{name} is missing.")
        return self._open(name)

    def blocks(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of the file `name` in blocks. Raises BadPackage if they cannot be read."""
        try:
            with self.open(name) as file:
                while block := file.read(BLOCK):
                    yield block
        except (OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError) as error:
            raise BadPackage(f"{name} cannot be read: {error}.") from error

    def text(self, name: str) -> str:
        """Return a whole text file. Raises BadPackage if it is not text, or far too long."""
        if self.sizes.get(name, 0) > LARGEST_LIST:
            raise BadPackage(f"{name} is too large.")
        try:
            return b"".join(self.blocks(name)).decode()
        except UnicodeDecodeError as error:
            raise BadPackage(f"{name} is not text in UTF-8.") from error


@contextmanager
def open_package(path: Path) -> Iterator[Package]:
    """Open the package at `path`. Raises BadPackage if it is invalid or contains anything dangerous."""
    if path.is_dir():
        yield _in_folder(path)
    elif path.is_file():
        try:
            zipped = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, RuntimeError) as error:
            raise BadPackage(f"{path} is neither a folder nor a whole ZIP file: {error}.") from error
        with zipped:
            yield _in_zip(zipped, path.stat().st_size)
    else:
        raise BadPackage(f"{path} is not there.")


def _in_folder(root: Path) -> Package:
    sizes = {}
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = Path(folder, name)
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                raise BadPackage(f"{path.relative_to(root)} is a link or no ordinary file.")
            if path.is_file():
                sizes[path.relative_to(root).as_posix()] = path.stat().st_size
    return Package(sizes, lambda name: (root / name).open("rb"))


def _in_zip(zipped: zipfile.ZipFile, size: int) -> Package:
    entries = zipped.infolist()
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > SWELLS * size:
        raise BadPackage("The ZIP file would swell to many times its size. It is not read.")
    if sum(entry.compress_size for entry in entries) > size:
        raise BadPackage("Files in the ZIP file lie over each other. It is not read.")
    names: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        reason = _unfit(entry)
        if reason or entry.filename in names:
            raise BadPackage(f"{entry.filename!r} in the ZIP file {reason or 'is there twice'}.")
        if not entry.is_dir():
            names[entry.filename] = entry
    tops = {name.split("/")[0] for name in names}
    top = f"{tops.pop()}/" if len(tops) == 1 and not tops & set(REQUIRED) else ""
    inside = {name.removeprefix(top): entry for name, entry in names.items()}
    return Package({name: entry.file_size for name, entry in inside.items()}, lambda name: zipped.open(inside[name]))


def _unfit(entry: zipfile.ZipInfo) -> str:
    """Return why an entry of a ZIP file is not read."""
    parts = entry.filename.removesuffix("/").split("/")
    if not _is_relative(parts) or "\\" in entry.filename:
        return "leaves its folder"
    if (entry.external_attr >> 16) & 0o170000 not in (0, 0o100000, 0o040000):
        return "is a link or no ordinary file"
    return "is encrypted" if entry.flag_bits & 1 else ""


def _is_relative(parts: list[str]) -> bool:
    return all(part not in ("", ".", "..") and ":" not in part and "\0" not in part for part in parts)


# --- Checking -----------------------------------------------------------------------------------------------------


def complaints(package: Package, progress: Progress = lambda done, total: None) -> list[str]:
    """Yield each file of `package` that is missing, unexpected or altered."""
    missing = [name for name in REQUIRED if name not in package.sizes]
    if missing:
        return [f"{name} is missing: this is no package in the BagIt layout." for name in missing]
    if package.text("bagit.txt").replace("\r\n", "\n") != DECLARATION.decode():
        return ["bagit.txt does not declare BagIt 1.0."]
    package.hashes = _listed(package, MANIFEST, payload=True) | _listed(package, TAG_MANIFEST, payload=False)
    expected = package.hashes.keys() | {TAG_MANIFEST}
    result = [f"{name} is missing." for name in sorted(expected - package.sizes.keys())]
    result += [f"{name} is in no list: it came from elsewhere." for name in sorted(package.sizes.keys() - expected)]
    return result + _changed(package, progress) + _oxum(package)


def _listed(package: Package, manifest: str, *, payload: bool) -> dict[str, str]:
    """Return the files of a manifest with their hashes. Raises BadPackage for an invalid line."""
    result: dict[str, str] = {}
    lines = package.text(manifest).split("\n")
    for number, line in enumerate(lines if lines[-1] else lines[:-1], start=1):
        match = LINE.fullmatch(line)
        name = _unescaped(match[2]) if match else ""
        if not match or name in result or not _is_relative(name.split("/")) or name.startswith("data/") != payload:
            raise BadPackage(f"{manifest}, line {number}, names no file of this package, or one twice.")
        result[name] = match[1]
    return result


def _unescaped(name: str) -> str:
    return re.sub("%0A|%0D|%25", lambda match: ESCAPED[match[0].upper()], name, flags=re.IGNORECASE)


def _changed(package: Package, progress: Progress) -> list[str]:
    result, done = [], 0
    total = sum(package.sizes.get(name, 0) for name in package.hashes)
    for name in sorted(package.hashes.keys() & package.sizes.keys()):
        digest = hashlib.sha256()
        try:
            for block in package.blocks(name):
                digest.update(block)
                done += len(block)
                progress(done, total)
        except BadPackage as error:
            result += error.reasons
        else:
            if digest.hexdigest() != package.hashes[name]:
                result.append(f"{name} was changed: its SHA-256 is not the one in the list.")
    return result


def _oxum(package: Package) -> list[str]:
    """Return whether the package's Payload-Oxum matches its files (RFC 8493, 2.2.2)."""
    payload = [size for name, size in package.sizes.items() if name.startswith("data/")]
    lines = [line for line in package.text(INFO).splitlines() if line.startswith("Payload-Oxum:")]
    right = f"Payload-Oxum: {sum(payload)}.{len(payload)}"
    return [] if lines == [right] else [f"{INFO} does not tell the sum of the files, which is {right!r}."]
