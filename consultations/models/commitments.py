"""Texts that the journal commits to, and the salts of the commitments.

COMMITTED of a model lists the fields that an entry commits to. In the states listed in STILL_WRITTEN the author may
change the text without an entry, and entries commit to the state only. SILENT_WHILE gives a field value for which a row
is still empty and needs no entry.
"""

import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

import pgtrigger
from django.apps import apps
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from ..db.bulk_copy import prepared_together
from ..db.constraints import no_truncate
from ..journal_entries import as_json, code_of

PLAIN = (bool, int, str)
Subject = tuple[str, str]  # model name and primary key of a record
Salted = tuple[int, bytes]  # number and value of a salt
ERASE = "erase"  # verb of the only entry after which salts may be deleted

# One statement for all subjects: returns the salt of each, creating missing ones. No unique key: a writer that holds
# the journal's end would wait for the key of another writer, which waits for the journal's end.
FIND_OR_MAKE = """
    WITH wanted AS (SELECT * FROM unnest(%s::text[], %s::text[], %s::bytea[]) AS one (kind, object_id, value)),
    known AS (
        SELECT wanted.*, found.id, found.salt FROM wanted LEFT JOIN LATERAL (
            SELECT id, value AS salt FROM consultations_salt
            WHERE kind = wanted.kind AND object_id = wanted.object_id AND id <> ALL(%s) ORDER BY id LIMIT 1
        ) AS found ON true
    ),
    made AS (
        INSERT INTO consultations_salt (kind, object_id, value)
        SELECT kind, object_id, value FROM known WHERE id IS NULL RETURNING kind, object_id, id, value
    )
    SELECT kind, object_id, id, salt FROM known WHERE id IS NOT NULL UNION ALL SELECT * FROM made
"""


def subject_of(record: models.Model) -> Subject:
    """Return the name of a record in salts and entries: a ministry is named as an organisation."""
    concrete = record._meta.concrete_model
    assert concrete is not None  # abstract models have no records
    return concrete._meta.label_lower, str(record.pk)


def key_of(record: models.Model) -> str:
    """Return the name under which an entry commits to the text of a record."""
    return ":".join(subject_of(record))


class CommittedWords(NamedTuple):
    """A record and the text to commit to."""

    subject: Subject
    words: dict[str, Any]

    @property
    def key(self) -> str:
        """Return the name under which an entry commits to it."""
        return ":".join(self.subject)


Worded = models.Model | CommittedWords  # a record, or its prepared text


class SaltQuerySet(models.QuerySet["Salt"]):
    def of(self, subjects: Iterable[Subject], *, other_than: Collection[int] = ()) -> dict[Subject, Salted]:
        """Return a salt for each subject, creating missing ones, but none of `other_than`. One query."""
        unique = list(dict.fromkeys(subjects))
        kinds, keys = [kind for kind, _key in unique], [key for _kind, key in unique]
        new = [secrets.token_bytes(32) for _subject in unique]
        with connection.cursor() as cursor:
            cursor.execute(FIND_OR_MAKE, [kinds, keys, new, list(other_than)])
            return {(kind, key): (number, bytes(value)) for kind, key, number, value in cursor.fetchall()}

    def values_of(self, numbers: Iterable[int]) -> dict[int, bytes]:
        """Return the values of the salts with these numbers that still exist."""
        rows = self.filter(pk__in=list(numbers)).values_list("pk", "value")
        return {number: bytes(value) for number, value in rows}


class Salt(models.Model):
    """32 random bytes for one record or person; destroying them makes its commitments unverifiable.

    Never changed. Deleted only after a journal entry about the same subject lists it as erased.
    """

    kind = models.CharField(_("kind of record"), max_length=60)
    object_id = models.CharField(_("record"), max_length=64)
    value = models.BinaryField(max_length=32)

    objects = SaltQuerySet.as_manager()

    class Meta:
        verbose_name = _("salt")
        verbose_name_plural = _("salts")
        indexes = [models.Index(fields=["kind", "object_id"], name="salt_of")]
        triggers = [
            pgtrigger.Protect(name="no_change", operation=pgtrigger.Update),
            pgtrigger.Trigger(
                name="erased_by_entry",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func=f"""
                    IF EXISTS (
                        SELECT FROM consultations_event WHERE kind = OLD.kind AND object_id = OLD.object_id
                        AND verb = '{ERASE}' AND commitments -> 'erases' @> to_jsonb(OLD.id)
                    ) THEN RETURN OLD; END IF;
                    RAISE EXCEPTION 'pgtrigger: no entry of the journal erases salt %', OLD.id;
                """,
            ),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.object_id}"


# --- What a record says ---------------------------------------------------------------------------------------------


def committing_models() -> list[type[models.Model]]:
    """Return the models whose texts the journal commits to."""
    result = (model for model in apps.get_models() if getattr(model, "COMMITTED", ()) and not model._meta.proxy)
    return sorted(result, key=lambda model: model._meta.label_lower)


def committed_words(record: models.Model) -> dict[str, Any] | None:
    """Return the text of `record` that entries commit to, as the database stores it; None if its model has none."""
    if not (fields := _committed_fields(type(record))):
        return None
    return words_of(
        type(record), {field.name: field.get_prep_value(getattr(record, field.attname)) for field in fields}
    )


@cache
def _committed_fields(model: type[models.Model]) -> list[models.Field]:
    names = getattr(model, "COMMITTED", ())
    return [field for name in names if isinstance(field := model._meta.get_field(name), models.Field)]


def committed_together(records: Sequence[models.Model]) -> list[CommittedWords]:
    """Return the texts of many records of one model to commit to; a value that all of them share is prepared once."""
    model = type(records[0])
    if not (fields := _committed_fields(model)):
        return [CommittedWords(subject_of(record), {}) for record in records]
    columns = [
        [*map(_plain, prepared_together([*map(attrgetter(field.attname), records)], field.get_prep_value))]
        for field in fields
    ]
    names = [field.name for field in fields]
    return [
        CommittedWords(subject_of(record), words_of(model, dict(zip(names, values, strict=True))))
        for record, values in zip(records, zip(*columns, strict=True), strict=True)
    ]


def committed_by(records: Iterable[Worded]) -> list[CommittedWords]:
    """Return the texts of those `records` whose models commit to texts; already prepared ones unchanged."""
    result = (
        each if isinstance(each, CommittedWords) else CommittedWords(subject_of(each), committed_words(each) or {})
        for each in records
    )
    return [each for each in result if each.words]


def words_of(model: type[models.Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the text that an entry commits to for a row of `model` with these `values` of COMMITTED fields. Pure."""
    if values.get("state") in getattr(model, "STILL_WRITTEN", ()):
        return {"state": values["state"]}
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, PLAIN):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return as_json(value) if isinstance(value, dict | list | float) else str(value)


def is_silent(model: type[models.Model], values: Mapping[str, Any]) -> bool:
    """Return whether a row of `model` with these values is still empty and needs no entry."""
    silent = getattr(model, "SILENT_WHILE", {})
    return bool(silent) and all(values[name] == value for name, value in silent.items())


def standing_words(model: type[Any]) -> Iterator[tuple[int, dict[str, Any], bool]]:
    """Yield the key, text and emptiness of every row of `model` by key, some thousand at a time."""
    names = [model._meta.get_field(name).attname for name in model.COMMITTED]
    rows = model._base_manager.order_by("pk").values_list("pk", *names)
    for pk, *values in rows.iterator(chunk_size=2000):
        named = dict(zip(model.COMMITTED, values, strict=True))
        yield pk, words_of(model, named), is_silent(model, named)


def salted(salt: Salted, message: bytes) -> list[Any]:
    """Return the value in an entry for a message: the number of the salt and the code."""
    return [salt[0], code_of(salt[1], message)]
