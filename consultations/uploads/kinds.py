"""File types accepted for upload, recognised by their first bytes."""

import re
import unicodedata
from pathlib import Path
from typing import NamedTuple

import puremagic

from .rejections import Refused

ENOUGH = 4096  # bytes that identify every type
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
ZIP_END = b"PK\x05\x06"
LONGEST_ZIP_END = 22 + 65_535
OUTLOOK = "__properties_version1.0".encode("utf-16-le")  # a stream in every .msg ([MS-OXMSG], 2.4)
FIELD = re.compile(rb"[A-Za-z0-9-]{1,76}:")  # start of a header, and so of an e-mail (RFC 5322, 2.2)
PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe")


class Kind(NamedTuple):
    """File type: media type and allowed extensions, the usual one first."""

    media_type: str
    ends: tuple[str, ...]


OPEN_XML = "application/vnd.openxmlformats-officedocument"
PDF = Kind("application/pdf", ("pdf",))
DOCX = Kind(f"{OPEN_XML}.wordprocessingml.document", ("docx",))
XLSX = Kind(f"{OPEN_XML}.spreadsheetml.sheet", ("xlsx",))
ODT = Kind("application/vnd.oasis.opendocument.text", ("odt",))
JPEG = Kind("image/jpeg", ("jpg", "jpeg"))
PNG = Kind("image/png", ("png",))
MAIL = Kind("message/rfc822", ("eml",))  # only where a page accepts e-mails
KINDS = {kind.media_type: kind for kind in (PDF, DOCX, ODT, XLSX, JPEG, PNG, MAIL)}


def family(path: Path, *, mails: bool = False) -> str:
    """Return whether a file is a "pdf", "jpeg", "png" or "archive" (Office files); with `mails` also "mail". Raises
    Refused.
    """
    with path.open("rb") as file:
        start = file.read(ENOUGH)
    if not start:
        raise Refused("empty")
    signs = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png", ZIP: "archive"}
    for sign, name in signs.items():
        if start.startswith(sign):
            _refuse_two_in_one(path, start, name)
            return name
    if start.startswith(OLE):
        raise Refused("outlook" if mails and OUTLOOK in path.read_bytes() else "old_office")
    if b"%PDF-" in start[:1024]:
        raise Refused("two_files")
    if mails and FIELD.match(start):
        if _ends_as_archive(path):
            raise Refused("two_files")
        return "mail"
    raise _guess(start, "no_mail" if mails else "unknown")


def _guess(start: bytes, unknown: str) -> Refused:
    if start.startswith(b"MZ"):
        return Refused("another", what="Windows program")
    try:
        result = puremagic.magic_string(start)
    except (puremagic.PureError, ValueError):
        result = []
    return Refused("another", what=result[0].name) if result and result[0].name else Refused(unknown)


def _refuse_two_in_one(path: Path, start: bytes, name: str) -> None:
    """Refuse polyglot files, which other programs would read as a PDF, an archive or HTML."""
    head = start[:1024].lower()
    if name != "pdf" and b"%pdf-" in head:
        raise Refused("two_files")
    if name != "archive" and (any(sign in head for sign in (b"<script", b"<html", b"<svg")) or _ends_as_archive(path)):
        raise Refused("two_files")


def _ends_as_archive(path: Path) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - LONGEST_ZIP_END))
        tail = file.read()
    at = tail.rfind(ZIP_END)
    return at >= 0 and len(tail) - at >= 22


# --- Names of files ---------------------------------------------------------------------------------------------------


LONGEST = 120
ENDS = {end for kind in KINDS.values() for end in kind.ends}


def tidy(name: str) -> str:
    """Return the file name without a path, invisible characters or direction controls."""
    seen = "".join(
        " " if unicodedata.category(each)[0] in "CZ" else each for each in unicodedata.normalize("NFC", name)
    )
    words = " ".join(re.split(r"[/\\]", seen)[-1].split()).strip(". ")
    stem, dot, end = words.rpartition(".")
    if dot and len(end) <= 8:
        return f"{stem[:LONGEST].rstrip()}.{end}"
    return words[:LONGEST].rstrip() or "file"


def fitting(name: str, kind: Kind) -> str:
    """Return the name with an extension of `kind`: replacing that of another known type, or appended."""
    stem, _dot, end = name.rpartition(".")
    if end.lower() in kind.ends and stem:
        return name
    return f"{stem if stem and end.lower() in ENDS else name}.{kind.ends[0]}"
