"""Insert many rows with COPY, PostgreSQL's fastest way."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Field, Model


def copy_in(rows: Sequence[Model]) -> None:
    """Insert new `rows` of one table with COPY and set their primary keys. Triggers and constraints apply as usual.

    Takes a quarter of the time of `bulk_create`, which puts every value into the statement. Fields prepare their
    values; database defaults and generated values are not set on the instances.
    """
    if not rows:
        return
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if not field.generated]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [meta.db_table, meta.pk.column, len(rows)],
        )
        for row, (number,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = number
    copy_values(type(rows[0]), fields, zip(*(_column(rows, field) for field in fields), strict=True))
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def copy_values(model: type[Model], fields: Iterable[Field], rows: Iterable[Sequence[Any]]) -> None:
    """Insert `rows` of plain values of `fields` with COPY; the database fills in the other columns."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields if field.column)
    into = f"{quote(model._meta.db_table)} ({columns})"
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(f"COPY {into} FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _column(rows: Sequence[Model], field: Field) -> list[Any]:
    """Return the values of one field in all rows; a value shared by all rows, the usual case, is prepared once."""
    values = [field.pre_save(row, add=True) for row in rows]
    if field.is_relation:
        return values
    first = _prepared(values[0], field)
    return [first if value is values[0] else _prepared(value, field) for value in values]


def _prepared(value: Any, field: Field) -> Any:
    return value if value is None else field.get_db_prep_save(value, connection)
