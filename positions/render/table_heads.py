"""Assign header cells to the cells of a table for screen readers (ISO 14289-1, 7.5).

Works on any tree of nodes with `role`, `element`, `kids`, `children()`, `everyone()`, `box`, `table` and `identifier`.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Place:
    """Cell and the part of the grid that it covers."""

    cell: Any
    row: int
    column: int
    width: int

    @property
    def columns(self) -> range:
        return range(self.column, self.column + self.width)


def rows_of(table: Any) -> list[tuple[Any, list[Any]]]:
    """Return the rows of a table in order, each with its part (head, body)."""
    rows = []
    for part in table.children():
        if part.role in ("THead", "TBody", "TFoot"):
            rows += [(part, row.children()) for row in part.children() if row.role == "TR"]
        elif part.role == "TR":
            rows.append((table, part.children()))
    return rows


def places(rows: list[list[Any]]) -> list[Place]:
    """Return the grid position of each cell, considering row and column spans."""
    taken: set[tuple[int, int]] = set()
    result = []
    for number, row in enumerate(rows):
        column = 0
        for cell in row:
            while (number, column) in taken:
                column += 1
            wide, high = cell.box.colspan, cell.box.rowspan
            taken |= {(number + down, column + right) for down in range(high) for right in range(wide)}
            result.append(Place(cell, number, column, wide))
            column += wide
    return result


def scope(cell: Any) -> str:
    """Return row, col or rowgroup; a header without a scope applies to its column."""
    return cell.element.get("scope") or "col"


def name_table(table: Any, number: int) -> None:
    """Name the header cells of a table, and list those of each cell."""
    rows = rows_of(table)
    heads: dict[Any, list[str]] = defaultdict(list)
    laid = places([cells for _, cells in rows])
    for place in laid:
        cell, box = place.cell, place.cell.box
        cell.table.update(
            {key: span for key, span in (("ColSpan", box.colspan), ("RowSpan", box.rowspan)) if span != 1}
        )
        if cell.role != "TH":
            continue
        cell.identifier = f"head-{number}-{place.row}-{place.column}"
        cell.table["Scope"] = "/Column" if scope(cell) == "col" else "/Row"
        for key in keys(place, rows):
            heads[key].append(cell.identifier)
    for place in laid:
        if place.cell.role == "TD":
            group = heads[id(rows[place.row][0])]
            columns = [name for column in place.columns for name in heads["column", column]]
            place.cell.table["Headers"] = list(dict.fromkeys(group + heads["row", place.row] + columns))


def keys(place: Place, rows: list[tuple[Any, list[Any]]]) -> list[Any]:
    """Return what a header applies to: its rows, its columns, or the part of the table it opens."""
    kind = scope(place.cell)
    if kind == "rowgroup":
        return [id(rows[place.row][0])]
    if kind == "row":
        return [("row", place.row + down) for down in range(place.cell.box.rowspan)]
    return [("column", column) for column in place.columns]


def name_heads(root: Any) -> None:
    """Name the header cells of every table below `root`."""
    tables = (node for node in root.everyone() if node.role == "Table")
    for number, table in enumerate(tables, start=1):
        name_table(table, number)
