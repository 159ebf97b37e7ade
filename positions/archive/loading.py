"""Load a package into an empty portal: rows with their keys, files, and the journal's chain.

Bypasses the state guards, which pages never may: only the command calls this (held by a test).
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pgtrigger
from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from consultations.journal_entries import FIRST_HASH
from consultations.models import (
    Attachment,
    Consultation,
    Event,
    ForumFile,
    Milestone,
    PublicDocument,
    Salt,
    copy_values,
)
from consultations.models.journal import JOURNAL_LOCK, LOADED
from consultations.workflow import commit_to_records
from ncm_portal.workflow import journal
from positions.models import AnswerByLetter, Artefact, Edition

from . import checking, tables
from .bagit import BadPackage, Package, Progress
from .exporting import ENTRIES, FULL
from .rows import Row, read_lines, values

# Fields with the path of a row's file.
PLACED_BY: dict[type[Any], str] = {
    Artefact: "file", Attachment: "stored_as", ForumFile: "key", PublicDocument: "key", AnswerByLetter: "key",
}  # fmt: skip
# Triggers to bypass: states and actors are loaded as they were; reference data is replaced by the package's.
PASSED_BY = ("state_starts", "no_delete", "no_office_holder", "confirmed_by_two", "step_locked")


class Loaded(NamedTuple):
    """Result of loading: the consultation, and the numbers of rows, files and journal entries."""

    consultation: Consultation
    rows: int
    files: int
    entries: int


def load(package: Package, progress: Progress = lambda done, total: None) -> Loaded:
    """Verify `package` and load everything into this portal, or nothing.

    Raises BadPackage with every reason: an invalid package, a portal that is not empty, or another version of the
    tables.
    """
    described = checking.check(package)
    _fits(described)
    placed: list[Path] = []
    try:
        with transaction.atomic():
            return _load(package, described, placed, progress)
    except (DatabaseError, UnicodeError) as error:
        _take_away(placed)
        raise BadPackage(f"The database refused what is in the package: {str(error).splitlines()[0]}") from error
    except BaseException:
        _take_away(placed)
        raise


def _take_away(placed: list[Path]) -> None:
    for path in placed:
        path.unlink(missing_ok=True)


def _fits(described: Row) -> None:
    if described["scope"] != FULL:
        raise BadPackage("This package holds what is public only. It can be checked and read, not loaded.")
    theirs, own = described.get("schema") or {}, tables.schema()
    if any(theirs.get(name) != own[name] for name in own if name != "version"):
        theirs = json.dumps(theirs)
        raise BadPackage(f"The tables of this portal are of another version. Load with the version of {theirs}.")
    if set(described["tables"]) != set(tables.packed()):
        raise BadPackage("The package has other tables than this portal.")


def _load(package: Package, described: Row, placed: list[Path], progress: Progress) -> Loaded:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [JOURNAL_LOCK])  # no verb writes meanwhile
    _is_empty()
    with _guards_disabled():
        _clear_reference()
        labels = tables.packed()
        for number, label in enumerate(labels, start=1):
            _rows(package, described["tables"][label]["file"], label, placed)
            progress(number, len(labels))
    entries, bare = _journal(package)
    _check_references()
    consultation = Consultation.objects.get()
    journal(LOADED, consultation, by=None, data={"entries": entries, "elsewhere": bare})
    commit_to_records()  # includes rows of entries of which only the hash is loaded
    rows = sum(table["rows"] for table in described["tables"].values())
    return Loaded(consultation, rows, len(placed), entries)


# --- An empty portal ----------------------------------------------------------------------------------------------


def _is_empty() -> None:
    """Raise BadPackage with everything in this portal other than reference data."""
    result = []
    for model in tables.all_models():
        rows = model._base_manager.all()
        if model is Milestone:
            rows = rows.exclude(consultation=None)
        if model._meta.label_lower not in tables.REFERENCE and (count := rows.count()):
            result.append(f"{count} rows of {model._meta.label_lower} ({model._meta.verbose_name_plural})")
    if result:
        raise BadPackage("This portal is not empty. It holds:", *result)


def _clear_reference() -> None:
    """Delete reference data without journal entries, to be replaced by that of the package."""
    for label in (*tables.REFERENCE, tables.MILESTONE):
        rows: Any = tables.model(label)._base_manager.all()
        rows._raw_delete(rows.db)


@contextmanager
def _guards_disabled() -> Iterator[None]:
    """Disable the state guards for this transaction, so that rows can be inserted in any state. Constraints, and the
    triggers for search and tallies, stay active.
    """
    known = {
        f"{model._meta.label}:{trigger.name}"
        for model in tables.all_models()
        for trigger in getattr(model._meta, "triggers", ())
        if trigger.name in PASSED_BY
    }
    with pgtrigger.ignore(*known), connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # settings travel with statements, but not with COPY
        with transaction.atomic():  # errors roll back before the setting is restored
            yield


# --- Rows ---------------------------------------------------------------------------------------------------------


def _rows(package: Package, name: str, label: str, placed: list[Path]) -> None:
    model, fields = tables.model(label), tables.fields_of(label)
    secrets = tables.SECRETS.get(label, {})
    added: Any = map(model._meta.get_field, [*secrets, *([tables.CONTENT] if model is Edition else [])])

    def prepared() -> Iterator[list[Any]]:
        with package.open(name) as file:
            for number, row in enumerate(read_lines(file, name), start=1):
                result = values(row, fields, f"{name}, line {number},")
                yield [*result, *secrets.values(), *_own_file(package, model, row, placed)]

    copy_values(model, [*fields, *added], prepared())


def _own_file(package: Package, model: type[Any], row: Row, placed: list[Path]) -> list[str]:
    """Store the file of a row. The text of an edition is not a file: it is returned."""
    if tables.IN_PACKAGE not in row:
        if model is Edition:
            raise BadPackage(f"The text of an edition is not in the package: {row['number']}.")
        return []
    name = row[tables.IN_PACKAGE]
    if model is Edition:
        return [package.text(name)]
    try:
        field = model._meta.get_field(PLACED_BY[model])
        place = tables.place_of(model(**{field.name: field.to_python(row[field.name])}))
    except (ValueError, ValidationError) as error:
        raise BadPackage(f"{name} belongs nowhere: {error}.") from error
    _write_file(package, name, place, placed)
    return []


def _write_file(package: Package, name: str, place: Path, placed: list[Path]) -> None:
    """Write a file atomically. An existing file must be identical."""
    if place.exists():
        with place.open("rb") as there:
            if hashlib.file_digest(there, "sha256").hexdigest() == package.hashes[name]:
                return
        raise BadPackage(f"Another file lies at {place} already.")
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=place.parent, delete_on_close=False) as file:
        for block in package.blocks(name):
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
        if digest.hexdigest() != package.hashes[name]:
            raise BadPackage(f"{name} was changed while it was read.")
        Path(file.name).chmod(0o640)
        placed.append(place)
        Path(file.name).replace(place)


# --- The journal and what the database keeps ----------------------------------------------------------------------


def _journal(package: Package) -> tuple[int, int]:
    """Write the whole chain: full entries, and the hashes of the others. Return the number of entries, and of those
    known by their hash only.
    """
    fields = [field for field in Event._meta.local_concrete_fields if not field.primary_key]
    bare = 0
    salts = list(Salt._meta.local_concrete_fields)
    copy_values(Salt, salts, ([field.value_from_object(row) for field in salts] for row in checking.salts(package)))

    def prepared() -> Iterator[list[Any]]:
        nonlocal bare
        for entry in _entries(package, links):
            bare += entry.is_bare
            yield [field.get_db_prep_save(field.value_from_object(entry), connection) for field in fields]

    links = checking.chain(package)
    copy_values(Event, fields, prepared())
    return len(links), bare


def _entries(package: Package, links: list[checking.Link]) -> Iterator[Event]:
    moment = timezone.now()
    with package.open(ENTRIES) as file:
        full = (checking.entry(row) for row in read_lines(file, ENTRIES))
        coming = next(full, None)
        for number, link in enumerate(links, start=1):
            if coming and coming.number == number:
                yield coming
                coming = next(full, None)
            else:
                previous = links[number - 2].hash if number > 1 else FIRST_HASH
                yield Event(number=number, previous_hash=previous, at=moment, recorded_at=moment, **link._asdict())


def _check_references() -> None:
    """Check all foreign keys now, and advance the sequences past the loaded keys."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in connection.ops.sequence_reset_sql(no_style(), list(tables.all_models())):
            cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
