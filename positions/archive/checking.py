"""Verify a package: its bytes, the files of its rows and the journal's chain."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from consultations.journal_entries import FIRST_HASH, FORMAT, OLD_FORMAT, chain_hash
from consultations.models import Event, Salt

from . import bagit
from .bagit import BadPackage, Package, Progress
from .exporting import CHAIN, CHAIN_HEAD, DESCRIPTION, ENTRIES, FULL, PUBLIC, SALTS, VERSION
from .exporting import FORMAT as ARCHIVE
from .rows import Row, read_lines
from .tables import IN_PACKAGE

EXPECTED = {"format", "version", "scope", "consultation", "title", "portal", "journal"}
OF_EDITION = {"paper", "number", "sha256", "file"}
EDITION = "positions.edition"
MOST = 20  # maximum number of complaints
READABLE = range(1, VERSION + 1)
OLD_HEAD = b"number,hash\n"  # start of the chain in version 1


def check(package: Package, progress: Progress = lambda done, total: None) -> Row:
    """Return the description of `package` after verifying every byte. Raises BadPackage."""
    result = bagit.complaints(package, progress)
    if result:
        raise BadPackage(*_bounded(result))
    described = description(package)
    if described["scope"] == PUBLIC:
        result = _editions(package, described)
    else:
        result = [*_rows(package, described), *_journal(package, described)]
    if result:
        raise BadPackage(*_bounded(result))
    return described


def _bounded(problems: list[str]) -> list[str]:
    return [*problems[:MOST], f"And {len(problems) - MOST} more."] if len(problems) > MOST else problems


def description(package: Package) -> Row:
    """Return the package's own description. Raises BadPackage for a version that this portal cannot read."""
    try:
        described = json.loads(package.text(DESCRIPTION))
    except (ValueError, RecursionError) as error:
        raise BadPackage(f"{DESCRIPTION} is no JSON.") from error
    if not isinstance(described, dict) or not described.keys() >= EXPECTED or described["format"] != ARCHIVE:
        raise BadPackage(f"{DESCRIPTION} does not describe an archive of this portal.")
    if described["version"] not in READABLE or described["scope"] not in (FULL, PUBLIC):
        raise BadPackage(
            f"The package is of version {described['version']!r}; this portal reads versions 1 to {VERSION}."
        )
    return described


# --- Rows and their files -----------------------------------------------------------------------------------------


def _rows(package: Package, described: Row) -> list[str]:
    """Check that each table has the recorded rows, and each row with a file the right one."""
    result: list[str] = []
    known = {DESCRIPTION, ENTRIES, CHAIN, SALTS}
    tables = described.get("tables")
    if not isinstance(tables, dict):
        return [f"{DESCRIPTION} names no tables."]
    for label, table in sorted(tables.items()):
        try:
            known |= {table["file"]} | _table(package, table, result, whole=label == EDITION)
        except (BadPackage, KeyError, TypeError) as error:
            reasons = error.reasons if isinstance(error, BadPackage) else [f"{DESCRIPTION} does not describe {label}."]
            result += reasons
    extra = sorted(name for name in package.sizes.keys() - known if name.startswith("data/"))
    return result + [f"{name} belongs to no row." for name in extra]


def _table(package: Package, table: Row, problems: list[str], *, whole: bool) -> set[str]:
    """Return the files named by the rows of a table, checked if they must be `whole`; appends to `problems`."""
    name, hashed, number, files = table["file"], table.get("sha256_of_file", ""), 0, set()
    expected = {*table["fields"], IN_PACKAGE}
    with package.open(name) as file:
        for number, row in enumerate(read_lines(file, name), start=1):
            if row.keys() != expected and (whole or row.keys() | {IN_PACKAGE} != expected):
                problems.append(f"{name}, line {number}, has other fields than its table.")
            elif IN_PACKAGE in row:
                files.add(row[IN_PACKAGE])
                if package.hashes.get(row[IN_PACKAGE]) != row.get(hashed):
                    problems.append(
                        f"{row[IN_PACKAGE]} is not the file of {name}, line {number}: SHA-256 {row.get(hashed)}."
                    )
    if number != table["rows"]:
        problems.append(f"{name} has {number} rows; {table['rows']} were written.")
    return files


def _editions(package: Package, described: Row) -> list[str]:
    """Check that the text of each edition in a public package has the edition's hash."""
    editions = described.get("editions")
    if not isinstance(editions, list) or any(not isinstance(e, dict) or e.keys() != OF_EDITION for e in editions):
        return [f"{DESCRIPTION} does not name the editions."]
    return [
        f"{edition['file']} is not the text of its edition: SHA-256 {edition['sha256']}."
        for edition in editions
        if package.hashes.get(str(edition["file"])) != edition["sha256"]
    ]


# --- The journal --------------------------------------------------------------------------------------------------


class Link(NamedTuple):
    """What a package records of each journal entry, including those not in it."""

    hash: str
    format: int = OLD_FORMAT
    digest: str | None = None


def chain(package: Package) -> list[Link]:
    """Yield the links of the journal in order. Raises BadPackage for a gap."""
    text = package.text(CHAIN)
    width = next((width for head, width in ((CHAIN_HEAD, 4), (OLD_HEAD, 2)) if text.encode().startswith(head)), 0)
    if not width:
        raise BadPackage(f"{CHAIN} has another first line.")
    rows = list(csv.reader(io.StringIO(text)))[1:]
    for number, row in enumerate(rows, start=1):
        if len(row) != width or row[0] != str(number):
            raise BadPackage(f"{CHAIN} has a gap before entry {number}.")
    links = [Link(row[1], *((int(row[2]), row[3] or None) if row[2:3] in (["1"], ["2"]) else ())) for row in rows]
    for number, (before, link) in enumerate(zip([Link(FIRST_HASH), *links], links, strict=False), start=1):
        if link.format == FORMAT and link.hash != chain_hash(number, before.hash, link.digest or ""):
            raise BadPackage(f"{CHAIN}: entry {number} does not follow from the entry before it.")
    return links


def salts(package: Package) -> Iterator[Salt]:
    """Return the salts of the package: none in version 1. Raises BadPackage for an invalid line."""
    if SALTS not in package.sizes:
        return
    with package.open(SALTS) as file:
        for number, row in enumerate(read_lines(file, SALTS), start=1):
            try:
                value = bytes.fromhex(row["value"])
                yield Salt(pk=int(row["id"]), kind=row["kind"], object_id=row["object_id"], value=value)
            except (KeyError, TypeError, ValueError) as error:
                raise BadPackage(f"{SALTS}, line {number}, is no salt.") from error


def _journal(package: Package, described: Row) -> list[str]:
    """Check that the chain ends as recorded, and that every full entry is part of it."""
    links, in_full, last = chain(package), 0, 0
    known = {salt.pk: bytes(salt.value) for salt in salts(package)}
    result: list[str] = []
    with package.open(ENTRIES) as file:
        for in_full, row in enumerate(read_lines(file, ENTRIES), start=1):
            result += _entry(row, in_full, last, links, known)
            last = row.get("number", 0)
    data = {"entries": len(links), "last_hash": links[-1].hash if links else FIRST_HASH, "in_full": in_full}
    return result if described["journal"] == data else [*result, f"The journal is not as {DESCRIPTION} says."]


def _entry(row: Row, line: int, last: int, links: list[Link], known: Mapping[int, bytes]) -> list[str]:
    """Return what is wrong with a full entry that follows the one with the number `last`."""
    try:
        result = entry(row).as_entry()
        if not last < result.number <= len(links):
            return [f"{ENTRIES}, line {line}: entry {result.number} is out of order."]
        before = links[result.number - 2].hash if result.number > 1 else FIRST_HASH
        in_its_place = result.previous_hash == before and result.hash == links[result.number - 1].hash
        if in_its_place and result.is_as_written and not result.altered_words(known):
            return []
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return [f"{ENTRIES}, line {line}, is no entry of the journal."]
    return [f"{ENTRIES}, line {line}: entry {result.number} does not stand in the chain as it was written."]


def entry(row: Row) -> Event:
    """Parse a journal entry. Raises KeyError, TypeError or ValueError if it is invalid."""
    moments = {name: datetime.fromisoformat(row[name]) for name in ("at", "recorded_at")}
    data: Row = {name: value for name, value in row.items() if name not in (*moments, "by")}
    return Event(**data, **moments, by_id=row["by"])
