"""Sample consultation of 2017 as TOML data, read by the demo command and its test.

Facts about the forum are from the IOM Kenya article of 19 October 2017. Every organisation that takes part and every
person is invented and marked "(sample)".
"""

import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
MARK = "(sample)"

type Row = dict[str, Any]


def read(name: str) -> Row:
    """Return one file of the sample by name without ".toml"; raises FileNotFoundError if there is none."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def rows(files: str, kind: str) -> list[Row]:
    """Return every `[[kind]]` row of the files matching `files`, such as "inputs_*", in order of name and position."""
    names = sorted(path.stem for path in FOLDER.glob(f"{files}.toml"))
    return [row for name in names for row in read(name).get(kind, [])]


def organisations() -> list[Row]:
    """Return every organisation, government bodies first."""
    return rows("organisations*", "organisation")


def people() -> list[Row]:
    """Return everyone with an account: secretariat, clearing officers, rapporteurs and focal points."""
    return rows("people*", "person")


def delegates() -> list[Row]:
    """Return the delegates to the forum."""
    return rows("delegates*", "delegate")


def inputs() -> list[Row]:
    """Return every input with its points by theme; body and first_body without trailing blanks."""
    result = rows("inputs_*", "input")
    for row in result:
        row |= {field: row[field].strip() for field in ("body", "first_body") if field in row}
    return result


def input_points() -> list[Row]:
    """Return every point of the inputs with its input's key and theme; its text is the extracted passage unless
    given.
    """
    return [
        {"text": point["from"], **point, "input": row["key"], "theme": row["theme"]}
        for row in inputs()
        for point in row.get("point", [])
    ]


def session_points() -> list[Row]:
    """Return the points recorded by rapporteurs in the breakout groups."""
    return rows("session_points", "point")


def sections() -> list[Row]:
    """Return the sections of the paper in order with their paragraphs."""
    return rows("paper_*", "section")


def paragraphs() -> list[Row]:
    """Return the paragraphs of the paper in order with their section's key and theme ("" outside the themes)."""
    return [
        {**paragraph, "section": section["key"], "theme": section.get("theme", "")}
        for section in sections()
        for paragraph in section.get("paragraph", [])
    ]


def dispositions() -> list[Row]:
    """Return the disposition of every point."""
    return rows("dispositions_*", "disposition")
