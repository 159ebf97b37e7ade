"""Stored files are read in full when new or changed, and never served if altered."""

import hashlib
import logging
import os
from pathlib import Path

import pytest

from consultations import stored_files
from consultations.stored_files import NotGenuine, StoredFile, open_genuine, read_genuine

DATA = b"%PDF-1.7 what was stored"
OTHER = b"%PDF-1.7 what was forged"


@pytest.fixture
def file(tmp_path, monkeypatch):
    """File stored a while ago, in a process without notes about it."""
    monkeypatch.setattr(stored_files, "_notes", {})
    monkeypatch.setattr(stored_files, "SETTLED", -1)
    path = tmp_path / "file"
    path.write_bytes(DATA)
    return StoredFile(path, hashlib.sha256(DATA).hexdigest(), len(DATA), "consultations.attachment 7")


@pytest.fixture
def hashed(monkeypatch):
    """Return how often a file was hashed in full."""
    real, times = hashlib.file_digest, []
    monkeypatch.setattr(hashlib, "file_digest", lambda *given: times.append(1) or real(*given))
    return times


def read(file):
    with open_genuine(file) as opened:
        return opened.read()


def refused(file, caplog):
    """Return why the file was refused, from the log."""
    caplog.clear()
    with pytest.raises(NotGenuine):
        open_genuine(file)
    return [(record.levelno, record.getMessage()) for record in caplog.records]


def overwrite(path: Path, data: bytes) -> None:
    """Overwrite bytes of a file and restore its modification time, like an attacker."""
    before = path.stat()
    with path.open("r+b") as file:
        file.write(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_unchanged_file_is_hashed_once(file, hashed):
    assert [read(file) for _turn in range(3)] == [DATA] * 3
    assert (len(hashed), read_genuine(file), len(hashed)) == (1, DATA, 1)
    file.path.touch()
    assert (read(file), len(hashed)) == (DATA, 2)
    file.path.rename(file.path.with_suffix(".a")).rename(file.path)
    assert (read(file), len(hashed)) == (DATA, 3)


def test_a_file_is_hashed_again_after_a_day(file, hashed, monkeypatch):
    read(file)
    monkeypatch.setattr(stored_files, "READ_AGAIN", 0)
    assert (read(file), len(hashed)) == (DATA, 2)


def test_recently_written_file_is_hashed_again(file, hashed, monkeypatch):
    """Two writes within one clock tick have the same change time."""
    monkeypatch.setattr(stored_files, "SETTLED", 60_000_000_000)
    assert [read(file) for _turn in range(2)] == [DATA] * 2
    assert len(hashed) == 2


@pytest.mark.parametrize("was_read", [False, True])
def test_altered_byte_with_same_size_and_mtime_is_refused_and_logged(file, caplog, was_read):
    if was_read:
        read(file)
    overwrite(file.path, OTHER)
    words = f"Not handed out: the file of consultations.attachment 7, {file.path}: its SHA-256 is another one"
    assert refused(file, caplog) == [(logging.CRITICAL, words)]
    overwrite(file.path, DATA)
    assert read(file) == DATA


def test_altered_file_is_logged_and_hashed_once_a_minute(file, caplog, hashed, monkeypatch):
    overwrite(file.path, OTHER)
    assert [len(refused(file, caplog)) for _turn in range(3)] == [1, 0, 0]
    assert len(hashed) == 1
    monkeypatch.setattr(stored_files, "TOLD_AGAIN", 0)
    assert (len(refused(file, caplog)), len(hashed)) == (1, 2)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (Path.unlink, "it can't be read (No such file or directory)"),
        (lambda path: path.write_bytes(DATA + b" "), "it has 25 bytes instead of 24"),
        (lambda path: (path.unlink(), path.mkdir()), "it can't be read (Is a directory)"),
        (lambda path: (path.unlink(), os.mkfifo(path)), "it is no file"),
        (lambda path: (path.unlink(), path.symlink_to("/dev/zero")), "it is no file"),
    ],
)
def test_missing_file_or_non_file_is_refused_without_blocking(file, caplog, harm, words):
    harm(file.path)
    [(level, told)] = refused(file, caplog)
    assert (level, told.rpartition(": ")[2]) == (logging.CRITICAL, words)


def test_cached_hash_is_valid_for_one_file_only(file, caplog):
    read(file)
    forged = file._replace(sha256=hashlib.sha256(OTHER).hexdigest())
    assert refused(forged, caplog) != []
    overwrite(file.path, OTHER)
    assert read(forged) == OTHER


def test_opened_file_is_checked_file(file):
    with open_genuine(file) as opened:
        other = file.path.with_suffix(".other")
        other.write_bytes(OTHER)
        other.replace(file.path)
        assert opened.read() == DATA


def test_file_that_changes_during_reading_is_read_again_then_refused(file, caplog, monkeypatch):
    real, turns = hashlib.file_digest, []

    def touched_meanwhile(*given):
        found = real(*given)
        turns.append(1)
        if len(turns) <= most:
            os.utime(file.path)
        return found

    monkeypatch.setattr(hashlib, "file_digest", touched_meanwhile)
    most = 2
    assert (read(file), len(turns)) == (DATA, 3)
    turns.clear()
    most = 9
    os.utime(file.path)
    assert refused(file, caplog)[0][1].endswith("it is being written to")


def test_cache_of_verified_files_is_bounded(file, tmp_path, monkeypatch):
    monkeypatch.setattr(stored_files, "MOST", 3)
    for number in range(7):
        path = tmp_path / str(number)
        path.write_bytes(DATA)
        read(file._replace(path=path))
    assert len(stored_files._notes) == 1
