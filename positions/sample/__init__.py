"""The sample consultation of 2017 as data: TOML files, read by the command that plays it and by the test that checks it.

The forum's facts are those of the IOM Kenya article of 19 October 2017. Every organisation that speaks and every person is
invented, and its name ends with "(sample)".
"""

import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
MARK = "(sample)"

type Row = dict[str, Any]


def read(name: str) -> Row:
    """One file of the sample, by its name without ".toml"; raises FileNotFoundError when there is none."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def rows(files: str, kind: str) -> list[Row]:
    """Every `[[kind]]` row of the files whose names match `files`, such as "inputs_*", in order of name and place."""
    names = sorted(path.stem for path in FOLDER.glob(f"{files}.toml"))
    return [row for name in names for row in read(name).get(kind, [])]


def organisations() -> list[Row]:
    """Every organisation: government bodies first."""
    return rows("organisations*", "organisation")


def people() -> list[Row]:
    """Everyone who has an account: the secretariat, clearing officers, rapporteurs, focal points."""
    return rows("people*", "person")


def delegates() -> list[Row]:
    """The representatives at the forum."""
    return rows("delegates*", "delegate")


def inputs() -> list[Row]:
    """Every input with its points, theme by theme; body and first_body without the blank ends the files give them."""
    found = rows("inputs_*", "input")
    for row in found:
        row |= {field: row[field].strip() for field in ("body", "first_body") if field in row}
    return found


def input_points() -> list[Row]:
    """Every point of the inputs, with its input's key and theme; its text is the passage it was taken from unless given."""
    return [
        {"text": point["from"], **point, "input": row["key"], "theme": row["theme"]}
        for row in inputs()
        for point in row.get("point", [])
    ]


def session_points() -> list[Row]:
    """The points entered by rapporteurs in the breakout groups."""
    return rows("session_points", "point")


def sections() -> list[Row]:
    """The sections of the paper in order, each with its paragraphs."""
    return rows("paper_*", "section")


def paragraphs() -> list[Row]:
    """The paragraphs of the paper in order, each with its section's key and theme ("" outside the themes)."""
    return [
        {**paragraph, "section": section["key"], "theme": section.get("theme", "")}
        for section in sections()
        for paragraph in section.get("paragraph", [])
    ]


def adopted_text(paragraph: Row) -> str:
    """The words of a paragraph as adopted: those that met the objection, else the later wording, else the first."""
    objection = read("clearance")["objection"]
    if paragraph["key"] == objection["paragraph"]:
        return objection["new_text"]
    return paragraph.get("text2", paragraph["text"])


def dispositions() -> list[Row]:
    """What became of every point."""
    return rows("dispositions_*", "disposition")
