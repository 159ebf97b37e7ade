"""BagIt packages: written completely or not at all, and every kind of damage is reported."""

import errno
import re
import stat
import subprocess
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from positions.archive import bagit
from positions.archive.bagit import BadPackage, complaints, new_bag, open_package

FILES = {"data/a.txt": b"first\n", "data/b/c.bin": bytes(range(256)) * 40, "README.txt": b"Read me.\n"}
EVERYTHING = {*FILES, *bagit.REQUIRED}


def write(target, files=FILES):
    with new_bag(target, "position") as bag:
        for name, data in files.items():
            bag.add(name, [data[:7], data[7:]])
        bag.close([("External-Identifier", "position")])
    return target


def wrong(path):
    """Return the errors of the package at `path`, whether or not it can be read."""
    try:
        with open_package(path) as package:
            return complaints(package)
    except BadPackage as error:
        return error.reasons


@pytest.fixture(params=["record", "record.zip"])
def target(request, tmp_path):
    return tmp_path / request.param


def test_package_is_complete_and_private(target):
    assert wrong(write(target)) == []
    with open_package(target) as package:
        assert set(package.sizes) == EVERYTHING
        assert {name: b"".join(package.blocks(name)) for name in FILES} == FILES
    assert stat.S_IMODE(target.stat().st_mode) == (0o700 if target.is_dir() else 0o600)
    assert list(target.parent.iterdir()) == [target]


def test_standard_tools_verify_package(tmp_path):
    folder = write(tmp_path / "record")
    for manifest in (bagit.MANIFEST, bagit.TAG_MANIFEST):
        subprocess.run(["sha256sum", "--strict", "--quiet", "-c", manifest], cwd=folder, check=True)
    assert (folder / "bagit.txt").read_text() == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    assert (folder / "bag-info.txt").read_text().splitlines()[-1] == "Payload-Oxum: 10246.2"


def test_package_bytes_are_reproducible(tmp_path):
    first, second = write(tmp_path / "one.zip"), write(tmp_path / "two.zip")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as zipped:
        assert {name.split("/")[0] for name in zipped.namelist()} == {"position"}


@settings(max_examples=30)
@given(
    payload=st.dictionaries(st.text("abcXYZ019-_", min_size=1, max_size=8), st.binary(max_size=99), max_size=5),
    harm=st.integers(min_value=0),
    bit=st.integers(0, 7),
)
def test_content_round_trips_and_flipped_bit_is_detected(tmp_path_factory, payload, harm, bit):
    folder = write(tmp_path_factory.mktemp("bags") / "record", {f"data/{name}": data for name, data in payload.items()})
    assert wrong(folder) == []
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)
    harmed = files[harm % len(files)]
    data = bytearray(harmed.read_bytes())
    data[harm % len(data)] ^= 1 << bit
    harmed.write_bytes(data)
    assert wrong(folder) != []


# --- Harm ---------------------------------------------------------------------------------------------------------


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("name", sorted(EVERYTHING - {bagit.TAG_MANIFEST, "bagit.txt"}))
def test_flipped_byte_is_reported_with_file(tmp_path, name):
    folder = write(tmp_path / "record")
    flip(folder / name)
    assert name in " ".join(wrong(folder))


@pytest.mark.parametrize("name", sorted(EVERYTHING))
def test_missing_file_is_reported(tmp_path, name):
    folder = write(tmp_path / "record")
    (folder / name).unlink()
    assert any(said.startswith(f"{name} is missing") for said in wrong(folder))


@pytest.mark.parametrize("name", ["data/more.txt", "more.txt", "fetch.txt"])
def test_foreign_file_is_reported(tmp_path, name):
    folder = write(tmp_path / "record")
    (folder / name).write_bytes(b"")
    assert f"{name} is in no list: it came from elsewhere." in wrong(folder)


def test_path_outside_package_is_refused(tmp_path):
    folder = write(tmp_path / "record")
    with (folder / bagit.MANIFEST).open("a") as manifest:
        manifest.write(f"{'0' * 64}  data/../../passwords\n")
    said = [f"{bagit.MANIFEST}, line 3, names no file of this package, or one twice."]
    assert wrong(folder) == said


def test_symbolic_link_is_not_followed(tmp_path):
    folder = write(tmp_path / "record")
    (folder / "data/a.txt").unlink()
    (folder / "data/a.txt").symlink_to("/etc/hostname")
    assert wrong(folder) == ["data/a.txt is a link or no ordinary file."]


def zipped(path, *entries, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, data in entries:
            file.writestr(name, data)
    return path


def test_harmful_zip_files_are_refused(tmp_path):
    bomb = zipped(tmp_path / "bomb.zip", ("x/data/a", bytes(10_000_000)), compression=zipfile.ZIP_DEFLATED)
    assert wrong(bomb) == ["The ZIP file would swell to many times its size. It is not read."]
    for name in ("../out", "/out", "x/../../out", "x\\out", "c:/out"):
        assert wrong(zipped(tmp_path / "out.zip", (name, b""))) == [f"{name!r} in the ZIP file leaves its folder."]
    link = zipfile.ZipInfo("x/link")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    assert wrong(zipped(tmp_path / "l.zip", (link, b"/etc"))) == [
        "'x/link' in the ZIP file is a link or no ordinary file."
    ]
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = zipped(tmp_path / "twice.zip", ("x/a", b""), ("x/a", b"b"))
    assert wrong(twice) == ["'x/a' in the ZIP file is there twice."]


def test_flipped_byte_or_truncation_of_zip_file_is_detected(tmp_path):
    target = write(tmp_path / "record.zip")
    whole = target.read_bytes()
    at = whole.index(FILES["data/b/c.bin"]) + 5
    target.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    assert wrong(target) == ["data/b/c.bin cannot be read: Bad CRC-32 for file 'position/data/b/c.bin'."]
    target.write_bytes(whole[: len(whole) // 2])
    assert wrong(target) == [f"{target} is neither a folder nor a whole ZIP file: File is not a zip file."]


def test_repacked_package_is_read(tmp_path):
    folder = write(tmp_path / "record")
    files = [(f"other/{path.relative_to(folder)}", path.read_bytes()) for path in folder.rglob("*") if path.is_file()]
    assert wrong(zipped(tmp_path / "other.zip", *files, compression=zipfile.ZIP_DEFLATED)) == []


def test_zip_file_with_password_is_refused(tmp_path):
    target = write(tmp_path / "record.zip")
    data = bytearray(target.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # of each file, and in the list of all files
        for found in re.finditer(re.escape(mark), bytes(data)):
            data[found.start() + flags] |= 1
    target.write_bytes(data)
    assert wrong(target) == ["'position/data/a.txt' in the ZIP file is encrypted."]


def test_invalid_package_is_reported(tmp_path):
    assert wrong(tmp_path / "nowhere") == [f"{tmp_path / 'nowhere'} is not there."]
    assert wrong(tmp_path) == [f"{name} is missing: this is no package in the BagIt layout." for name in bagit.REQUIRED]


# --- Whole, or not at all -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit, OSError(errno.ENOSPC, "No space left on device")])
def test_interrupted_writing_leaves_nothing(target, end):
    def blocks():
        yield b"half"
        raise end

    with pytest.raises(end if isinstance(end, type) else OSError), new_bag(target, "position") as bag:
        bag.add("data/a.txt", blocks())
    assert list(target.parent.iterdir()) == []


def test_existing_files_are_not_overwritten(target):
    write(target)
    with pytest.raises(BadPackage, match="is there already"):
        write(target)
    with pytest.raises(BadPackage, match="is no folder"):
        write(target.parent / "nowhere" / "record")
    assert wrong(target) == []
