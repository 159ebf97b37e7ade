"""Parse a Word document with tracked changes (ECMA-376, part 1, 17.13.5) into the texts before and after. No Django.

Word marks the end of a paragraph separately: an inserted mark splits a paragraph, a deleted one joins two.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree

from consultations.uploads.archives import Archive
from consultations.uploads.office import inspect

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
KEY = re.compile(r"p_([0-9a-f]{32})")
PUT_IN, TAKEN_OUT = ("ins", "moveTo"), ("del", "moveFrom")
MOST_LINES, MOST_ROWS, LONGEST = 5_000, 2_000, 20_000


class Piece(NamedTuple):
    """One paragraph of the file: its text before and after the changes, and the change of its mark."""

    before: str
    after: str
    mark: str  # "", "in" or "out"
    key: str
    comments: list[str]


def read(path: Path) -> dict[str, Any]:
    """Return the lines before the changes, each with its parts after them; and the tables as rows of cells.

    Raises Refused for content that no upload may have, and for more lines than a paper has.
    """
    inspect(path)
    parts = {name: content for name, content in Archive(path).contents() if name.startswith("word/")}
    comments = _comments(parts.get("word/comments.xml"))
    body = _parsed(parts["word/document.xml"]).find(f"{W}body")
    pieces = list(_pieces(body, comments))[:MOST_LINES] if body is not None else []
    tables = [] if body is None else [_rows(table) for table in body.iter(f"{W}tbl")]
    return {"lines": _lines(pieces), "tables": tables}


def _parsed(content: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(content, parser)


def _comments(content: bytes | None) -> dict[str, str]:
    if content is None:
        return {}
    return {each.get(f"{W}id"): _all_text(each) for each in _parsed(content).iter(f"{W}comment")}


def _all_text(element: Any) -> str:
    lines = ("".join(each.text or "" for each in line.iter(f"{W}t")) for line in element.iter(f"{W}p"))
    return "\n".join(filter(None, map(str.strip, lines)))[:LONGEST]


def _pieces(body: Any, comments: dict[str, str]) -> Iterator[Piece]:
    """Return the paragraphs of the body outside tables. A bookmark can precede its paragraph."""
    waiting = ""
    for element in body.iter(f"{W}p", f"{W}bookmarkStart"):
        if any(each.tag == f"{W}tbl" for each in element.iterancestors()):
            continue
        if element.tag == f"{W}bookmarkStart":
            match = KEY.fullmatch(element.get(f"{W}name", ""))
            is_inside = any(each.tag == f"{W}p" for each in element.iterancestors())
            waiting = match[1] if match and not is_inside else waiting
            continue
        inside = (KEY.fullmatch(each.get(f"{W}name", "")) for each in element.iter(f"{W}bookmarkStart"))
        key = next((match[1] for match in inside if match), waiting)
        waiting = ""
        comments_here = [comments.get(each.get(f"{W}id"), "") for each in element.iter(f"{W}commentReference")]
        yield Piece(*_before_and_after(element), _mark(element), key, list(filter(None, comments_here)))


def _before_and_after(paragraph: Any) -> tuple[str, str]:
    before, after = [], []
    for each in paragraph.iter(f"{W}t", f"{W}delText", f"{W}tab", f"{W}br"):
        within = {ancestor.tag.removeprefix(W) for ancestor in each.iterancestors()}
        if "pPr" in within:
            continue
        text = {"tab": "\t", "br": "\n"}.get(each.tag.removeprefix(W), each.text or "")
        if not within.intersection(PUT_IN):
            before.append(text)
        if not within.intersection(TAKEN_OUT):
            after.append(text)
    return "".join(before)[:LONGEST], "".join(after)[:LONGEST]


def _mark(paragraph: Any) -> str:
    marks = paragraph.find(f"{W}pPr/{W}rPr")
    if marks is None:
        return ""
    if any(marks.find(W + name) is not None for name in PUT_IN):
        return "in"
    return "out" if any(marks.find(W + name) is not None for name in TAKEN_OUT) else ""


def _lines(pieces: list[Piece]) -> list[dict[str, Any]]:
    """Return the original paragraphs: those separated by an inserted mark were one."""
    lines: list[list[Piece]] = []
    for piece in pieces:
        if lines and lines[-1][-1].mark == "in":
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [_line(each) for each in lines]


def _line(pieces: list[Piece]) -> dict[str, Any]:
    old = [piece.before for piece in pieces]
    return {
        "key": next((piece.key for piece in pieces if piece.key), ""),
        "before": "".join(old).strip(),
        "after": [piece.after.strip() for piece in pieces],
        "is_new": [not text.strip() for text in old],
        "is_joined": pieces[-1].mark == "out" and bool(pieces[-1].after.strip()),
        "comments": [comment for piece in pieces for comment in piece.comments],
    }


def _rows(table: Any) -> list[list[str]]:
    """Return the cells of a table with changes accepted."""
    rows = list(table.iter(f"{W}tr"))[:MOST_ROWS]
    return [[_cell(cell) for cell in row.findall(f"{W}tc")] for row in rows]


def _cell(cell: Any) -> str:
    lines = (_before_and_after(line)[1].strip() for line in cell.iter(f"{W}p"))
    return "\n".join(filter(None, lines))[:LONGEST]
