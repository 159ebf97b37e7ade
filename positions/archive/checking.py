"""Whether a package is whole and unaltered: its bytes, the files of its rows, the journal's chain."""

import csv
import io
import json
from datetime import datetime

from consultations.models import Event
from consultations.models.events import FIRST_HASH

from . import bags
from .bags import BadPackage, Package, Progress
from .exporting import CHAIN, CHAIN_HEAD, DESCRIPTION, ENTRIES, FORMAT, FULL, PUBLIC, VERSION
from .rows import Row, read_lines
from .tables import IN_PACKAGE

EXPECTED = {"format", "version", "scope", "consultation", "title", "portal", "journal"}
OF_EDITION = {"paper", "number", "sha256", "file"}
EDITION = "positions.edition"
MOST = 20  # complaints that are told


def check(package: Package, progress: Progress = lambda done, total: None) -> Row:
    """The description of `package`, whose every byte is as it was written. Raises BadPackage with what is wrong."""
    found = bags.complaints(package, progress)
    if found:
        raise BadPackage(*_bounded(found))
    described = description(package)
    if described["scope"] == PUBLIC:
        found = _editions(package, described)
    else:
        found = [*_rows(package, described), *_journal(package, described)]
    if found:
        raise BadPackage(*_bounded(found))
    return described


def _bounded(found: list[str]) -> list[str]:
    return [*found[:MOST], f"And {len(found) - MOST} more."] if len(found) > MOST else found


def description(package: Package) -> Row:
    """What the package says of itself. Raises BadPackage for one that this portal does not know how to read."""
    try:
        described = json.loads(package.text(DESCRIPTION))
    except (ValueError, RecursionError) as error:
        raise BadPackage(f"{DESCRIPTION} is no JSON.") from error
    if not isinstance(described, dict) or not described.keys() >= EXPECTED or described["format"] != FORMAT:
        raise BadPackage(f"{DESCRIPTION} does not describe an archive of this portal.")
    if described["version"] != VERSION or described["scope"] not in (FULL, PUBLIC):
        raise BadPackage(f"The package is of version {described['version']!r}; this portal reads version {VERSION}.")
    return described


# --- Rows and their files -----------------------------------------------------------------------------------------


def _rows(package: Package, described: Row) -> list[str]:
    """Whether each table has the rows that were written, and each row that has a file the right one."""
    found: list[str] = []
    known = {DESCRIPTION, ENTRIES, CHAIN}
    tables = described.get("tables")
    if not isinstance(tables, dict):
        return [f"{DESCRIPTION} names no tables."]
    for label, table in sorted(tables.items()):
        try:
            known |= {table["file"]} | _table(package, table, found, whole=label == EDITION)
        except (BadPackage, KeyError, TypeError) as error:
            reasons = error.reasons if isinstance(error, BadPackage) else [f"{DESCRIPTION} does not describe {label}."]
            found += reasons
    extra = sorted(name for name in package.sizes.keys() - known if name.startswith("data/"))
    return found + [f"{name} belongs to no row." for name in extra]


def _table(package: Package, table: Row, found: list[str], *, whole: bool) -> set[str]:
    """The files that the rows of a table name, each of them where it is to be `whole`; what is wrong with them is added
    to `found`."""
    name, hashed, number, files = table["file"], table.get("sha256_of_file", ""), 0, set()
    expected = {*table["fields"], IN_PACKAGE}
    with package.open(name) as file:
        for number, row in enumerate(read_lines(file, name), start=1):
            if row.keys() != expected and (whole or row.keys() | {IN_PACKAGE} != expected):
                found.append(f"{name}, line {number}, has other fields than its table.")
            elif IN_PACKAGE in row:
                files.add(row[IN_PACKAGE])
                if package.hashes.get(row[IN_PACKAGE]) != row.get(hashed):
                    found.append(
                        f"{row[IN_PACKAGE]} is not the file of {name}, line {number}: SHA-256 {row.get(hashed)}."
                    )
    if number != table["rows"]:
        found.append(f"{name} has {number} rows; {table['rows']} were written.")
    return files


def _editions(package: Package, described: Row) -> list[str]:
    """Whether the text of each edition in a public package has the hash that the edition had."""
    editions = described.get("editions")
    if not isinstance(editions, list) or any(not isinstance(e, dict) or e.keys() != OF_EDITION for e in editions):
        return [f"{DESCRIPTION} does not name the editions."]
    return [
        f"{edition['file']} is not the text of its edition: SHA-256 {edition['sha256']}."
        for edition in editions
        if package.hashes.get(str(edition["file"])) != edition["sha256"]
    ]


# --- The journal --------------------------------------------------------------------------------------------------


def chain(package: Package) -> list[str]:
    """The hashes of the journal, one after the other. Raises BadPackage for a list with a gap."""
    text = package.text(CHAIN)
    if not text.encode().startswith(CHAIN_HEAD):
        raise BadPackage(f"{CHAIN} has another first line.")
    rows = list(csv.reader(io.StringIO(text)))[1:]
    for number, row in enumerate(rows, start=1):
        if len(row) != 2 or row[0] != str(number):
            raise BadPackage(f"{CHAIN} has a gap before entry {number}.")
    return [row[1] for row in rows]


def _journal(package: Package, described: Row) -> list[str]:
    """Whether the chain ends as it was written, and every entry that is here in full stands in it."""
    hashes, in_full, last = chain(package), 0, 0
    found: list[str] = []
    with package.open(ENTRIES) as file:
        for in_full, row in enumerate(read_lines(file, ENTRIES), start=1):
            found += _entry(row, in_full, last, hashes)
            last = row.get("number", 0)
    told = {"entries": len(hashes), "last_hash": hashes[-1] if hashes else FIRST_HASH, "in_full": in_full}
    return found if described["journal"] == told else [*found, f"The journal is not as {DESCRIPTION} says."]


def _entry(row: Row, line: int, last: int, hashes: list[str]) -> list[str]:
    """What is wrong with an entry that is here in full, and comes after the one with the number `last`."""
    try:
        event = entry(row)
        if not last < event.number <= len(hashes):
            return [f"{ENTRIES}, line {line}: entry {event.number} is out of order."]
        before = hashes[event.number - 2] if event.number > 1 else FIRST_HASH
        if event.previous_hash == before and event.hash == hashes[event.number - 1] == event.computed_hash():
            return []
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return [f"{ENTRIES}, line {line}, is no entry of the journal."]
    return [f"{ENTRIES}, line {line}: entry {event.number} does not stand in the chain as it was written."]


def entry(row: Row) -> Event:
    """An entry of the journal as it was written. Raises KeyError, TypeError or ValueError for what is none."""
    moments = {name: datetime.fromisoformat(row[name]) for name in ("at", "recorded_at")}
    said: Row = {name: value for name, value in row.items() if name not in (*moments, "by")}
    return Event(**said, **moments, by_id=row["by"])
