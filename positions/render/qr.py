"""QR code of a URL as one SVG path."""

from typing import Any

import segno


def code(address: str) -> dict[str, Any]:
    """Return the number of modules per side, and the path of the dark ones."""
    matrix = segno.make(address, error="m", micro=False).matrix
    runs = [run for row, modules in enumerate(matrix) for run in dark_runs(row, modules)]
    return {
        "size": len(matrix),
        "path": "".join(f"M{start} {row}h{length}v1h-{length}z" for row, start, length in runs),
    }


def dark_runs(row: int, modules: Any) -> list[tuple[int, int, int]]:
    """Return the runs of dark modules: (row, start, length)."""
    runs: list[tuple[int, int, int]] = []
    for column, dark in enumerate(modules):
        if dark and runs and sum(runs[-1][1:]) == column:
            runs[-1] = (row, runs[-1][1], runs[-1][2] + 1)
        elif dark:
            runs.append((row, column, 1))
    return runs
