"""The QR code of an address as one SVG path."""

from typing import Any

import segno


def code(address: str) -> dict[str, Any]:
    """The number of modules on a side, and the path that draws the dark ones on a light ground."""
    matrix = segno.make(address, error="m", micro=False).matrix
    runs = [run for row, modules in enumerate(matrix) for run in dark_runs(row, modules)]
    return {
        "size": len(matrix),
        "path": "".join(f"M{start} {row}h{length}v1h-{length}z" for row, start, length in runs),
    }


def dark_runs(row: int, modules: Any) -> list[tuple[int, int, int]]:
    """The stretches of dark modules in a row: (row, start, length)."""
    runs: list[tuple[int, int, int]] = []
    for column, dark in enumerate(modules):
        if dark and runs and sum(runs[-1][1:]) == column:
            runs[-1] = (row, runs[-1][1], runs[-1][2] + 1)
        elif dark:
            runs.append((row, column, 1))
    return runs
