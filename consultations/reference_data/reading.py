"""Read the CSV files and convert their cells. Every error names file, line, column and reason."""

import csv
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Field, Model

from consultations.models import Evidence

FOLDER = Path(__file__).resolve().parent.parent / "reference"

# From strong to weak. N is not included: it marks what the secretariat entered, never a file.
MARKS = [Evidence.ARTICLE, Evidence.READ, Evidence.SECONDARY, Evidence.INFERRED, Evidence.GENERAL]


class BadRow(Exception):
    """Raised for an invalid row of a file."""

    def __init__(self, file: str, line: int, column: str, reason: str) -> None:
        self.file, self.line, self.column, self.reason = file, line, column, reason
        super().__init__(f"{file}, line {line}, column {column}: {reason}")


@dataclass(frozen=True)
class Row:
    """One row of a file, with its line number."""

    file: str
    line: int
    cells: Mapping[str, str]

    def bad(self, column: str, reason: str) -> BadRow:
        """Return the error for one cell."""
        return BadRow(self.file, self.line, column, reason)

    def with_cells(self, **cells: str) -> "Row":
        """Return a copy of the row with changed or added cells."""
        return Row(self.file, self.line, {**self.cells, **cells})


def rows(folder: Path, file: str) -> list[Row]:
    """Read a file: UTF-8, a header, every row with as many cells as the header. Raises BadRow."""
    try:
        with (folder / file).open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(lines, strict=True)
            header = next(reader, [])
            result = [_row(file, reader.line_num, header, cells) for cells in reader]
    except FileNotFoundError:
        raise BadRow(file, 0, "-", f"there is no such file in {folder}") from None
    except UnicodeDecodeError as error:
        raise BadRow(file, 0, "-", f"the file is not UTF-8 text ({error.reason})") from None
    except csv.Error as error:
        raise BadRow(file, reader.line_num, "-", f"this is not CSV ({error})") from None
    return result


def _row(file: str, line: int, header: list[str], cells: list[str]) -> Row:
    if len(cells) != len(header):
        raise BadRow(file, line, "-", f"the row has {len(cells)} cells, the header has {len(header)}")
    return Row(file, line, dict(zip(header, (cell.strip() for cell in cells), strict=True)))


# --- Readers: from a row and a column to a value ------------------------------------------------------------------

Reader = Callable[[Row, str], Any]


def text(row: Row, column: str) -> str:
    """Return a cell's text. Raises BadRow if the file has no such column."""
    if column not in row.cells:
        raise row.bad(column, "the file has no such column")
    return row.cells[column]


def required(row: Row, column: str) -> str:
    """Return the text of a cell that may not be empty. Raises BadRow."""
    if not text(row, column):
        raise row.bad(column, "the cell is empty")
    return text(row, column)


def whole_number(row: Row, column: str) -> int:
    """Return a cell as a whole number from 0 up. Raises BadRow."""
    result = text(row, column)
    if not re.fullmatch(r"[0-9]{1,9}", result):
        raise row.bad(column, f"“{result}” is not a whole number")
    return int(result)


def day(row: Row, column: str) -> date | None:
    """Return a cell as a date (YYYY-MM-DD), None when it is empty. Raises BadRow."""
    result = text(row, column)
    try:
        return date.fromisoformat(result) if result else None
    except ValueError:
        raise row.bad(column, f"“{result}” is not a date (YYYY-MM-DD)") from None


def codes(row: Row, column: str) -> list[str]:
    """Return the codes of a cell, separated by semicolons."""
    return [code.strip() for code in text(row, column).split(";") if code.strip()]


def evidence(row: Row, column: str) -> str:
    """Return a cell's evidence mark; of mixed marks ("R/G", "R+G") the weaker one. Raises BadRow."""
    return weakest(row, column, re.split(r"[/+]", text(row, column)))


def weakest(row: Row, column: str, marks: Iterable[str]) -> str:
    """Return the weakest of some marks. Raises BadRow for an invalid mark."""
    given = list(marks)
    unknown = [mark for mark in given if mark not in MARKS]
    if unknown or not given:
        raise row.bad(column, f"“{text(row, column)}” is not an evidence mark (S, R, R2, I, G)")
    return max((Evidence(mark) for mark in given), key=MARKS.index).value


def one_of[Known](known: Mapping[str, Known], kind: str) -> Callable[[Row, str], Known]:
    """Return a function that looks a cell up in a mapping. It raises BadRow for "no such `kind`"."""

    def read(row: Row, column: str) -> Known:
        return look_up(row, column, text(row, column), known, kind)

    return read


def look_up[Known](row: Row, column: str, code: str, known: Mapping[str, Known], kind: str) -> Known:
    """Return the value for `code`. Raises BadRow for "no such `kind`"."""
    if code not in known:
        raise row.bad(column, f"there is no {kind} “{code}”")
    return known[code]


# --- From rows to drafts of records -------------------------------------------------------------------------------


class Cell(NamedTuple):
    """Column that a field is read from, and its converter."""

    column: str
    read: Reader = text


class Draft(NamedTuple):
    """Values of a row for one record by field (foreign keys as `…_id`)."""

    row: Row
    values: dict[str, Any]


def drafts(model: type[Model], source_rows: Iterable[Row], **cells: Cell) -> list[Draft]:
    """Read rows into drafts of `model`. Raises BadRow also for values that the model's fields refuse."""
    return [
        Draft(row, {field: _value(model, field, cell, row) for field, cell in cells.items()}) for row in source_rows
    ]


def _value(model: type[Model], name: str, cell: Cell, row: Row) -> Any:
    field = model._meta.get_field(name)
    value = cell.read(row, cell.column)
    if not isinstance(field, Field) or field.is_relation:
        return value
    try:
        return field.clean(value, None)
    except ValidationError as error:
        raise row.bad(cell.column, " ".join(error.messages)) from None
