"""Read the claim of a file that is neither PDF nor JSON: which edition it was made from, or what it is.

Anybody can write such a claim: it helps the holder and proves nothing. Runs in a child process, since the file may be
hostile.
"""

import csv
import re
import zipfile
import zlib
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree

from positions.render.akoma_meta import hash_within
from positions.render.akoma_names import NAMESPACE

HASH = re.compile(r"[0-9a-f]{64}")
LONGEST = 200  # characters of the claim
MOST_PROPERTIES, MOST_HEAD = 100_000, 10_000  # bytes read of an Office file's properties, or of a table
MARK = b"\xef\xbb\xbf"  # first columns of our tables
IDENTIFICATION = f"{{{NAMESPACE}}}meta/{{{NAMESPACE}}}identification/"
OFFICE = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
UNSOUND = (zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError, RuntimeError, OSError, EOFError)


class Claim(NamedTuple):
    """Type of a file ("akn", "docx", "xlsx", "csv", "bag"), the hash of the edition that it names, and its text."""

    kind: str
    sha256: str = ""
    says: str = ""


def one_line(text: str, most: int = LONGEST) -> str:
    """Return untrusted text as one line that is safe in a terminal and on a page."""
    line = " ".join(re.sub(r"[^\w\s.,;:'’&()/@+-]", "?", text).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def claim(path: Path) -> Claim | None:
    """Return the claim of the file at `path`; None if it has none that could be ours."""
    with path.open("rb") as file:
        head = file.read(MOST_HEAD)
    try:
        if head.startswith(b"PK"):
            return _packed(path)
        if head.lstrip(MARK + b" \r\n\t").startswith(b"<"):
            return _statement(path.read_bytes())
    except UNSOUND:
        return None
    return _table(head) if head.startswith(MARK) else None


def _statement(data: bytes) -> Claim | None:
    """Return the claim of an Akoma Ntoso text, by the URI of its expression (naming convention, 4)."""
    root = _parsed(data)
    part = None if root is None or not str(root.tag).startswith(f"{{{NAMESPACE}}}") else next(iter(root), None)
    if part is None:
        return None

    def text_of(name: str) -> str:
        result = part.find(f"{IDENTIFICATION}{name}")
        return "" if result is None else str(result.get("value", ""))

    uri = text_of(f"{{{NAMESPACE}}}FRBRExpression/{{{NAMESPACE}}}FRBRuri")
    name = text_of(f"{{{NAMESPACE}}}FRBRWork/{{{NAMESPACE}}}FRBRname")
    sha256 = hash_within(data)
    return Claim("akn", sha256 if HASH.fullmatch(sha256) else "", one_line(", ".join(filter(None, [name, uri]))))


def _packed(path: Path) -> Claim | None:
    """Return the claim of an Office file with an edition in its properties, or of an archive."""
    with zipfile.ZipFile(path) as package:
        names = set(package.namelist())
        if any(name.split("/", 1)[-1] == "bagit.txt" for name in names):
            return Claim("bag")
        kind = next((kind for part, kind in OFFICE.items() if part in names), "")
        if not kind or "docProps/core.xml" not in names:
            return None
        with package.open("docProps/core.xml") as file:
            root = _parsed(file.read(MOST_PROPERTIES))
    if root is None:
        return None
    match = HASH.search(root.findtext(f"{DUBLIN_CORE}identifier") or "")
    return Claim(kind, match.group(), one_line(root.findtext(f"{DUBLIN_CORE}title") or "")) if match else None


def _parsed(data: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(data, parser)


def _table(head: bytes) -> Claim | None:
    """Return the claim of a table with our columns, in either language, from its first row."""
    from django.utils import translation

    from positions.render.environment import set_up_alone
    from positions.render.tables import TABLES

    set_up_alone()
    first, second = [*islice(_rows(head), 2), [], []][:2]
    for language in ("en", "sw"):
        with translation.override(language):
            table = next((each for each in TABLES if first[:-1] == each.heads()), None)
            if table:
                return Claim("csv", says=one_line(", ".join([str(table.title), *second[-1:]])))
    return None


def _rows(head: bytes) -> Any:
    text = head.removeprefix(MARK).decode("utf-8", "ignore")
    try:
        yield from csv.reader(StringIO(text, newline=""))
    except csv.Error:
        return
