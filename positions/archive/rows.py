"""Serialise table rows as lines of JSON with named fields, and parse them."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Field

from .bagit import BadPackage

LONGEST_LINE = 32 * 1024 * 1024

Row = dict[str, Any]


def line(row: Row) -> bytes:
    """Serialise a row as one line: fields in order, times in UTC to the microsecond."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=_plain).encode() + b"\n"


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | UUID | Decimal):
        return value.isoformat() if isinstance(value, date) else str(value)
    raise TypeError(f"{value!r} has no form in JSON")


def read_lines(file: IO[bytes], name: str) -> Iterator[Row]:
    """Parse each line of a file as a row. Raises BadPackage with an invalid line."""
    number = 0
    while raw := file.readline(LONGEST_LINE):
        number += 1
        try:
            row = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise BadPackage(f"{name}, line {number}, is no row in JSON.") from error
        if not isinstance(row, dict):
            raise BadPackage(f"{name}, line {number}, is no row in JSON.")
        yield row


def values(row: Row, fields: Sequence[Field], where: str) -> list[Any]:
    """Return the values of `fields` for the database. Raises BadPackage for a row with other fields or invalid
    values.
    """
    try:
        return [_value(field, row[field.name]) for field in fields]
    except (KeyError, TypeError, ValueError, ValidationError, ArithmeticError) as error:
        raise BadPackage(f"{where} does not fit its table: {error!r}.") from error


def _value(field: Field, value: Any) -> Any:
    return None if value is None else field.get_db_prep_save(field.to_python(value), connection)
