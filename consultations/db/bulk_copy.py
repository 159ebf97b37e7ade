"""Many new rows at once, the way PostgreSQL takes them in fastest."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Field, Model


def copy_in(rows: Sequence[Model]) -> None:
    """Write new `rows` of one table by COPY and give each its primary key. Triggers and constraints hold as ever.

    A quarter of the work of `bulk_create`, which writes every value into the text of a statement. Values are prepared
    by their fields; what the database would compute or default by itself is not known to them.
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
    """Write `rows` of bare values of `fields` by COPY; whatever is not among them is the database's to fill in."""
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
    """The values of one field in all rows. One that they share, as they do most, is prepared once."""
    values = [field.pre_save(row, add=True) for row in rows]
    if field.is_relation:
        return values
    first = _prepared(values[0], field)
    return [first if value is values[0] else _prepared(value, field) for value in values]


def _prepared(value: Any, field: Field) -> Any:
    return value if value is None else field.get_db_prep_save(value, connection)
