"""Inspect PDF files: intact, without active content or embedded files; and extract their text."""

import contextlib
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
from pypdf import PdfReader

from .rejections import Refused

ACTIONS = {
    "/JavaScript": "javascript", "/Launch": "launch", "/GoToE": "action", "/GoToR": "action", "/ImportData": "action",
    "/SubmitForm": "action", "/Rendition": "action", "/Movie": "action", "/Sound": "action",
    "/RichMediaExecute": "action", "/GoTo3DView": "action", "/SetOCGState": "action",
}  # fmt: skip
KEYS = {"/JS": "javascript", "/JavaScript": "javascript", "/EF": "pdf_files", "/EmbeddedFiles": "pdf_files",
        "/XFA": "pdf_form", "/AA": "action"}  # fmt: skip
MEDIA = {"/FileAttachment", "/RichMedia", "/3D", "/Screen", "/Movie", "/Sound"}
HARMLESS_ADDRESS = re.compile(r"(https?|mailto|tel|ftp):|[^:]*$", re.IGNORECASE)


def inspect(path: Path) -> None:
    """Check every object of a PDF. Raises Refused."""
    _check_end(path)
    try:
        with pikepdf.open(path, attempt_recovery=False) as document:
            for record in _records(document):
                _check(record)
            if len(document.pages) == 0:
                raise Refused("damaged")
    except pikepdf.PasswordError:
        raise Refused("password") from None
    except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError):
        raise Refused("damaged") from None


def _check_end(path: Path) -> None:
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, 2) - 4096))
        _before, mark, behind = file.read().rpartition(b"%%EOF")
    if not mark:
        raise Refused("damaged")
    if behind.strip(b"\r\n\t \0"):
        raise Refused("two_files")


def _records(document: pikepdf.Pdf) -> Iterator[dict[str, Any]]:
    """Yield every dictionary of the document, including nested ones."""
    nested = (pikepdf.Dictionary, pikepdf.Stream, pikepdf.Array)
    pending: list[Any] = [document.trailer]
    for thing in document.objects:
        pending.append(thing)
        while pending:
            each = pending.pop()
            if isinstance(each, pikepdf.Array):
                values: Any = each
            elif isinstance(each, (pikepdf.Dictionary, pikepdf.Stream)):
                record = dict(each.items())
                yield record
                values = record.values()
            else:
                continue
            pending += [value for value in values if isinstance(value, nested) and not value.is_indirect]


def _check(record: dict[str, Any]) -> None:
    for key, code in KEYS.items():
        if key in record:
            raise Refused(code)
    name = record.get("/S")
    if isinstance(name, pikepdf.Name) and str(name) in ACTIONS:
        raise Refused(ACTIONS[str(name)])
    if str(record.get("/Subtype", "")) in MEDIA:
        raise Refused("pdf_files")
    opening = record.get("/OpenAction")
    if isinstance(opening, pikepdf.Dictionary) and str(opening.get("/S", "")) not in ("/GoTo", *ACTIONS):
        raise Refused("action")
    address = record.get("/URI")
    if isinstance(address, pikepdf.String) and not HARMLESS_ADDRESS.match(str(address)):
        raise Refused("action")


def text(path: Path, *, most: int, seconds: float) -> Iterator[str]:
    """Return the text of a PDF page by page, up to `most` characters or the time limit."""
    ends, total = time.monotonic() + seconds, 0
    with contextlib.suppress(Exception):  # whatever the parser fails on: the text is for search only
        for page in PdfReader(path).pages:
            words = page.extract_text()
            total += len(words)
            yield words
            if total > most or time.monotonic() > ends:
                return
