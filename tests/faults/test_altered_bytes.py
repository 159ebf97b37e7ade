"""Alter one byte in each type of stored data of the sample: as the runtime role, the owner and a superuser. Each is
refused or found by the integrity check.

Types come from the models: new tables are included automatically, or are excluded with a reason.
"""

import pgtrigger
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from consultations.models import Event, committing_models
from positions.integrity import CHECKS, STORED
from tests.faults.passed_over import PASSED_OVER

APPS = ("consultations", "positions")
# Kinds that are checked beside what the journal commits to, each with the fields that count.
CHECKED = {
    "consultations.submission": ("content_sha256",),
    "consultations.event": ("verb", "after", "by_name", "reason", "object_label", "hash", "previous_hash", "digest"),
    "consultations.tally": ("inputs", "points", "public", "members"),
    "consultations.daytally": ("inputs",),
    "consultations.objectivetally": ("inputs",),
    "consultations.unsplitinput": ("submitted_at",),
    "positions.edition": ("content",),
}
ALL_BUT_THE_SCHEMA = [name for name in CHECKS if name not in ("schema", "files")]


def stored() -> dict[str, type[models.Model]]:
    """Return every table of the portal by name."""
    models = [model for name in APPS for model in apps.get_app_config(name).get_models(include_auto_created=True)]
    return {model._meta.label_lower: model for model in models if not model._meta.proxy}


def fields_by_kind() -> dict[str, list[str]]:
    """Return the checked fields of each type, without references to other records."""
    kinds = {label: list(CHECKED.get(label, ())) for label in stored()}
    for model in committing_models():
        names = (name for name in model.COMMITTED if not model._meta.get_field(name).is_relation)
        kinds[model._meta.label_lower] += names
    return {label: list(dict.fromkeys(names)) for label, names in kinds.items() if names}


def rounds(kinds: dict[str, list[str]]) -> list[dict[str, str]]:
    """Return which field of each type to alter in each round: all types are altered before one check."""
    longest = max(map(len, kinds.values()))
    return [{label: names[turn] for label, names in kinds.items() if turn < len(names)} for turn in range(longest)]


ROUNDS = rounds(fields_by_kind())


def test_every_stored_type_is_altered_or_excluded_with_reason():
    kinds = fields_by_kind().keys()
    assert sorted(stored().keys() - kinds - PASSED_OVER.keys()) == []
    assert sorted(PASSED_OVER.keys() & kinds) == []
    assert sorted(PASSED_OVER.keys() - stored().keys()) == []
    assert all(PASSED_OVER.values())


# --- One byte -----------------------------------------------------------------------------------------------------------


def alter(label: str, name: str) -> models.Model | None:
    """Alter one byte of a field in the newest row of a type. Returns the row; None if there is none. Raises
    DatabaseError if the database refuses.
    """
    model = stored()[label]
    field, quote = model._meta.get_field(name), connection.ops.quote_name
    row = rows_with(model, name).first()
    if row is not None:
        column = quote(field.column)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {quote(model._meta.db_table)} SET {column} = {one_byte_on(field, column)} WHERE id = %s",
                [row.pk],
            )
            assert cursor.rowcount == 1
    return row


def rows_with(model, name):
    """Return rows with a value in this field whose text the author may not change, the newest first."""
    rows = model._base_manager.order_by("-pk").exclude(**{f"{name}__isnull": True})
    if isinstance(model._meta.get_field(name), models.CharField | models.TextField):
        rows = rows.exclude(**{name: ""})
    return rows.exclude(state__in=model.STILL_WRITTEN) if hasattr(model, "STILL_WRITTEN") else rows


def one_byte_on(field: models.Field, column: str) -> str:
    """Return SQL for a field's value with one byte or bit changed."""
    match field:
        case models.BooleanField():
            return f"NOT {column}"
        case models.JSONField():
            return f"jsonb_build_array({column})"
        case models.DateTimeField():
            return f"{column} + interval '1 microsecond'"
        case models.DateField() | models.IntegerField() | models.FloatField():
            return f"{column} + 1"
        case models.UUIDField():
            return f"overlay({column}::text placing translate(left({column}::text, 1), '0123456789abcdef', '1032547698badcfe') from 1)::uuid"
    return f"overlay({column} placing chr(ascii({column}) # 1) from 1)"


def name_of(row: models.Model) -> str:
    return f"{row._meta.label_lower}:{row.number if isinstance(row, Event) else row.pk}"


def findings(checks) -> set[str]:
    return {finding.record for name in checks for finding in CHECKS[name](lambda done, total: None)}


def refused_and_altered(turn: dict[str, str]) -> tuple[set[str], set[str]]:
    """Return the types whose change was refused, and the names of altered records."""
    refused, altered = set(), set()
    for label, name in turn.items():
        try:
            with transaction.atomic():
                row = alter(label, name)
        except DatabaseError:
            refused.add(label)
        else:
            altered |= {name_of(row)} if row is not None else set()
    return refused, altered


# --- Who alters it ------------------------------------------------------------------------------------------------------


def test_unaltered_sample_has_no_findings(played):
    assert [finding for check in CHECKS.values() for finding in check(lambda done, total: None)] == []


@pytest.mark.parametrize("turn", ROUNDS, ids=lambda turn: f"{len(turn)} kinds")
def test_changes_by_runtime_role_are_refused_or_detected(played, turn):
    refused, altered = refused_and_altered(turn)
    assert altered - findings(ALL_BUT_THE_SCHEMA) == set()
    assert {"consultations.event", "positions.edition", "positions.wording"} & turn.keys() <= refused


@pytest.mark.usefixtures("by_owner")
@pytest.mark.parametrize("turn", ROUNDS, ids=lambda turn: f"{len(turn)} kinds")
def test_changes_by_table_owner_are_detected(played, turn):
    with pgtrigger.ignore():
        _refused, altered = refused_and_altered(turn)
    assert altered - findings(ALL_BUT_THE_SCHEMA) == set()
    assert turn != ROUNDS[0] or len(altered) >= 8  # constraints refuse what is no state


@pytest.mark.usefixtures("by_superuser")
@pytest.mark.parametrize("turn", ROUNDS, ids=lambda turn: f"{len(turn)} kinds")
def test_changes_by_superuser_are_detected(played, turn):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        _refused, altered = refused_and_altered(turn)
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert altered - findings(ALL_BUT_THE_SCHEMA) == set()
    assert turn != ROUNDS[0] or len(altered) >= 8


@pytest.mark.usefixtures("by_superuser")
def test_disabled_triggers_are_detected(played):
    tables = {model._meta.db_table for model in stored().values() if getattr(model._meta, "triggers", None)}
    with connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f"ALTER TABLE {connection.ops.quote_name(table)} DISABLE TRIGGER USER")
    named = {name.rpartition(" on ")[2] for name in findings(["schema"])}
    assert tables - named == set()


def test_altered_byte_of_any_file_is_detected(played):
    altered = {}
    for kind in STORED:
        for row in kind.rows.filter(**kind_of_files(kind))[:1]:
            path = row.stored_file.path
            altered[name_of(row)] = path, path.read_bytes()
    assert len(altered) >= 1
    try:
        for path, data in altered.values():
            path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        assert {name for name in findings(["files"]) if not name.startswith("file:")} == altered.keys()
    finally:
        for path, data in altered.values():
            path.write_bytes(data)


def kind_of_files(kind):
    return {"state": "ready"} if kind.rows.model._meta.model_name == "attachment" else {}
