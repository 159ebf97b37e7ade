"""Validate every row of a spreadsheet before writing: new, unchanged, changed, or invalid with the reason.

Shared by all imports. A `RowReader` knows one type of record: its columns, the valid cell values and the existing
records. A `Trial` reads a sheet with it, some hundred rows at a time.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import batched, islice
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .disk_buffer import Spool
from .spreadsheets import NotReadable, NotText, Sheet

NONE_KNOWN: dict[str, Any] = {}
TOGETHER = 500  # rows compared at once and held in memory


class RowState(StrEnum):
    """What the import would do with a row."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    ERROR = "error"


class Problem(NamedTuple):
    """Error in one cell, or in the whole row (no column)."""

    row: int
    column: str
    value: str
    why: str


@dataclass(slots=True)
class TriedRow:
    """Row of the sheet with its values by column and its errors."""

    number: int
    cells: Mapping[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    row: Any = None  # the argument of the verb, if it takes no values
    state: RowState = RowState.ERROR
    problems: list[Problem] = field(default_factory=list)
    like: Any = ""  # the existing record, as its type names it, or the row with the same content
    changes: dict[str, Any] = field(default_factory=dict)

    def wrong(self, column: str, why: str) -> None:
        """Add an error of a cell, or of the whole row (no column)."""
        value = self.cells.get(column)
        self.problems.append(Problem(self.number, column, str("" if value is None else value), why))


class RowReader(ABC):
    """Reads the rows of a sheet and compares them with existing records; shared look-ups are made once."""

    columns: tuple[str, ...]  # columns that are read
    known: frozenset[str]  # columns that may be in the sheet without being read, and
    needed: tuple[str, ...]
    shown: tuple[str, ...] = ()  # columns by which a list identifies a row
    limits: Mapping[str, int] = {}
    unknown: Mapping[str, list[int]] = {}  # unknown organisation names, each with its rows
    repeated: Mapping[str, dict[str, Any]] = {}  # columns in which the same texts occur again: their values so far
    missing_words = gettext_lazy("These columns are missing: %(names)s")

    @classmethod
    def check(cls, sheet: Sheet) -> None:
        """Raise NotReadable if columns are missing."""
        missing = [name for name in cls.needed if name not in sheet.headers]
        if missing:
            others = ", ".join(cls.not_read(sheet)) or "-"
            raise NotReadable(cls.missing_words % {"names": ", ".join(missing), "others": others})

    @classmethod
    def not_read(cls, sheet: Sheet) -> list[str]:
        """Return the columns that are ignored."""
        return [name for name in sheet.headers if name not in cls.known]

    def read(self, number: int, cells: Mapping[str, Any]) -> TriedRow:
        """Read a row: all of its cells, also after an error."""
        tried = TriedRow(number, cells)
        for column in self.columns:
            cell = cells.get(column)
            known = self.repeated.get(column, NONE_KNOWN)
            if isinstance(cell, str) and cell in known:
                tried.values[column] = known[cell]
                continue
            try:
                tried.values[column] = value = self._checked(column, cell, number)
            except ValueError as error:
                tried.wrong(column, str(error))
            else:
                if known is not NONE_KNOWN and isinstance(cell, str):
                    known[cell] = value
        return tried

    def _checked(self, column: str, cell: Any, number: int) -> Any:
        if isinstance(cell, NotText):
            raise ValueError(cell.why)  # noqa: TRY004 - it is the cell that is wrong
        value = self.value(column, cell, number)
        if column in self.limits and len(value) > self.limits[column]:
            figures = {"length": f"{len(value):,}", "limit": f"{self.limits[column]:,}"}
            raise ValueError(
                _("The text is %(length)s characters long. It must be %(limit)s characters or fewer.") % figures
            )
        return value

    @abstractmethod
    def value(self, column: str, cell: Any, number: int) -> Any:
        """Return the value of a cell. Raises ValueError."""

    @abstractmethod
    def compare(self, rows: list[TriedRow]) -> None:
        """Set the states of the next rows, and find errors of whole rows or relative to other rows."""


class Verdict(NamedTuple):
    """What a trial keeps of each row in memory; the rest is read again for the rows of a page or a batch."""

    number: int
    state: RowState
    like: Any
    kept: int | None  # index of its problems and changes


class Trial:
    """Result of validating all rows of a sheet. Raises NotReadable if columns are missing, NoRoom if the disk
    is full.
    """

    def __init__(self, sheet: Sheet, reader: RowReader) -> None:
        reader.check(sheet)
        self.sheet, self._reader, self._spool = sheet, reader, Spool()
        self.verdicts: list[Verdict] = []
        for part in batched(sheet, TOGETHER):
            rows = [reader.read(number, cells) for number, cells in part]
            reader.compare(rows)
            self.verdicts += map(self._remember, rows)

    def _remember(self, tried: TriedRow) -> Verdict:
        kept = self._spool.append((tried.problems, tried.changes)) if tried.problems or tried.changes else None
        return Verdict(tried.number, tried.state, tried.like, kept)

    @property
    def columns(self) -> list[str]:
        """Return the column names of the sheet."""
        return self.sheet.headers

    @property
    def not_read(self) -> list[str]:
        """Return the names of ignored columns."""
        return self._reader.not_read(self.sheet)

    @property
    def unknown(self) -> Mapping[str, list[int]]:
        """Return names of unknown organisations, each with its rows."""
        return self._reader.unknown

    def of(self, state: RowState) -> list[Verdict]:
        """Return the rows with a state."""
        return [verdict for verdict in self.verdicts if verdict.state == state]

    def whole(self, verdicts: Iterable[Verdict]) -> Iterator[TriedRow]:
        """Yield these rows with their cells, errors and changes."""
        for number, state, like, kept in verdicts:
            problems, changes = ([], {}) if kept is None else self._spool[kept]
            cells = self.sheet.cells(number)
            yield TriedRow(number, cells, state=state, problems=problems, like=like, changes=changes)

    def built(self, verdicts: Iterable[Verdict]) -> Iterator[TriedRow]:
        """Yield the valid rows as arguments of the verb, in the order of the sheet."""
        numbers = {verdict.number for verdict in verdicts}
        return (self._reader.read(number, cells) for number, cells in self.sheet if number in numbers)

    def problems(self, most: int | None = None) -> list[Problem]:
        """Return the errors cell by cell, up to a limit."""
        rows = self.whole(self.of(RowState.ERROR))
        return list(islice((problem for row in rows for problem in row.problems), most))

    def tally(self) -> dict[str, int]:
        """Return the number of rows in each state."""
        counted = Counter(verdict.state for verdict in self.verdicts)
        return {state.value: counted[state] for state in RowState}
