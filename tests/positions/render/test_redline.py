"""Printed redline: additions and deletions are also stated in words."""

import copy
import json

import pikepdf
import pytest

from positions.render import redline
from tests.positions.render import editions, reading


def compared():
    """Return an adopted text compared with its draft: one word changed, one paragraph removed, one added, one heading
    reworded.
    """
    after = editions.edition(themes=1, paragraphs=9, points=2, participants=1, ministries=1)
    before = copy.deepcopy(after)
    before["edition"] |= {"number": "0.3", "kind": "draft", "status": "Draft for the forum"}
    before["adoption"] = None
    first, second = before["sections"][0], before["sections"][1]
    first["paragraphs"][0]["text"] = "Kenya welcomes the road that leads there."
    after["sections"][0]["paragraphs"][0]["text"] = "Kenya welcomes the bridge that leads there."
    second["heading"] = "An older heading"
    gone = {**second["paragraphs"][0], "key": "gone", "text": "<b>This went.</b>", "number": 99}
    second["paragraphs"].append(gone)
    after["sections"][0]["paragraphs"].append({**gone, "key": "new", "text": "This {{ came }} 漢.", "number": 98})
    return redline.order(before, after, hashes=(editions.digest(before), editions.digest(after)))


def printed(order):
    return redline.render(order, sha256=editions.digest(order), address="https://portal.example/papers/x/compare/")


@pytest.fixture(scope="module")
def order():
    return compared()


@pytest.fixture(scope="module")
def data(order):
    return printed(order)


@pytest.fixture(scope="module")
def tree(data):
    return reading.read(data).tree


def cells(tree):
    """Return the cells of each row."""
    bodies = [body for table in tree.all("Table") for body in table.all("TBody")]
    return [[cell.text() for cell in row.all("TH", "TD")] for body in bodies for row in body.all("TR")]


def test_each_row_shows_removed_and_added_text(tree):
    changed, new, gone = cells(tree)
    assert changed == [
        "1 Changed",
        "Kenya welcomes the deleted: road that leads there.",
        "Kenya welcomes the inserted: bridge that leads there.",
    ]
    assert new == ["98 New", "Not in the text.", "inserted: This {{ came }} [U+6F22]."]
    assert gone == ["was 99 Removed", "deleted: <b>This went.</b>", "Not in the text."]


def test_heading_names_both_editions_with_hashes_and_draft_mark(order, tree):
    said = tree.text()
    assert "DRAFT, edition 0.3" in said
    assert "What changed from edition 0.3 to 1.0" in tree.all("H1")[0].text()
    for side in ("before", "after"):
        assert order[side]["sha256"] in said.replace(" ", "")
        assert order[side]["edition"]["status"] in said
    assert "It was headed “An older heading”." in said
    assert "Changed 1 · New 1 · Removed 1" in said


def test_document_contains_both_texts_only(order, data, tmp_path):
    (tmp_path / "redline.pdf").write_bytes(data)
    with pikepdf.open(tmp_path / "redline.pdf") as document:
        assert list(document.attachments) == [redline.ATTACHMENT]
        assert json.loads(document.attachments[redline.ATTACHMENT].get_file().read_bytes()) == order
    assert set(order["before"]) == {*redline.KEPT, "adoption", "sections", "sha256"}
    assert set(order["before"]["sections"][0]["paragraphs"][0]) <= set(redline.OF_A_PARAGRAPH)


def test_same_editions_give_same_bytes_and_mismatched_hash_is_refused(order, data):
    assert printed(order) == data
    with pytest.raises(ValueError, match="not the SHA-256 of this content"):
        redline.render(order, sha256="0" * 64, address="https://portal.example/")
