import io

import pikepdf
import pytest

from positions.render import press

HEAD = '<!doctype html><html lang="en"><head><title>Table</title></head><body><table><caption>Words</caption>'


def cells(rows):
    """Return the text of each cell with its header texts, read from a printed file."""
    data = printed(HEAD + rows + "</table></body></html>")
    with pikepdf.open(io.BytesIO(data)) as document:
        nodes = [
            thing
            for thing in document.objects
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/StructElem"
        ]
        heads = [str(node.ID) for node in nodes if node.S == "/TH"]
        return [[heads.index(str(name)) for name in node.A.Headers] for node in nodes if node.S == "/TD"]


def printed(html):
    from datetime import UTC, datetime

    return press.press(
        html, attachment=b"{}", name="a.json", description="a", moment=datetime(2017, 10, 17, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("rows", "heads"),
    [
        ("<thead><tr><th>A<th>B</thead><tbody><tr><td>1<td>2<tr><td>3<td>4", [[0], [1], [0], [1]]),
        ("<thead><tr><th>A<th>B</thead><tbody><tr><th scope=row>R<td>2", [[2, 1]]),
        ("<thead><tr><th>A<th>B</thead><tbody><tr><td colspan=2>1", [[0, 1]]),
        ("<thead><tr><th colspan=2>A</thead><tbody><tr><td>1<td>2", [[0], [0]]),
        ("<thead><tr><th>A<th>B</thead><tbody><tr><th scope=row rowspan=2>R<td>1<tr><td>2", [[2, 1], [2, 1]]),
        (
            "<thead><tr><th>A<th>B<tbody><tr><th scope=rowgroup colspan=2>G<tr><td>1<td>2<tbody><tr><td>3<td>4",
            [[2, 0], [2, 1], [0], [1]],
        ),
    ],
    ids=["columns", "row and column", "wide cell", "wide head", "tall head", "group of rows"],
)
def test_each_cell_references_its_headers(rows, heads):
    assert cells(rows) == heads
