"""Delegation copy: the paper unchanged, restricted annexes after it, and a mark on every page."""

import pytest

from positions.render import delegation
from tests.positions.render import editions, reading


def made():
    """Print a small edition with two restricted annexes, one written after the freeze."""
    content = editions.edition(themes=1, paragraphs=8, points=2, participants=2, ministries=1)
    content["participants"][0]["name"] = "漢"
    annexes = [
        {"number": 1, "title": "Red <lines>", "text": "Kenya gives way on dates.\n\nOn {{ nothing }} else.", "at": "2017-10-18T08:00:00+00:00"},
        {"number": 3, "title": "Who speaks", "text": "The ambassador.", "at": "2017-10-19T08:00:00+00:00"},
    ]  # fmt: skip
    return delegation.order(content, editions.digest(content), annexes)


def printed(order):
    address = f"{editions.ADDRESS}{order['sha256']}/"
    return delegation.render(order, sha256=editions.digest(order), address=address)


@pytest.fixture(scope="module")
def parsed():
    return reading.read(printed(made()))


def test_paper_is_complete_and_followed_by_annexes(parsed):
    headings = [each.text() for each in parsed.tree.all("H2")]
    assert headings[-3:] == ["Restricted annex 1 Red <lines>", "Restricted annex 3 Who speaks", "What this copy is"]
    assert [each.split(" ")[:2] for each in headings[-9:-3]] == [["Annex", letter] for letter in "ABCDEF"]
    said = parsed.tree.text()
    assert "Kenya gives way on dates." in said
    assert "On {{ nothing }} else." in said
    assert "How to verify this copy" not in said
    assert "[U+6F22]" in said


def test_every_page_and_title_are_marked_restricted(parsed):
    _cover, *pages = parsed.artifacts
    assert ["RESTRICTED" in page for page in pages] == [True] * len(pages)
    assert parsed.tree.all("Sect")[0].text().count("RESTRICTED: for officials") == 1
    values = delegation.book(made(), address="https://portal.example/")
    assert values["title"].startswith("RESTRICTED: for officials, the secretariat and its head – ")


def test_mismatched_hash_is_refused_and_date_is_of_annexes_or_edition():
    order = made()
    foreign = {**order, "sha256": "0" * 64}
    for wrong, sha256 in [(order, "0" * 64), (foreign, editions.digest(foreign))]:
        with pytest.raises(ValueError, match="not the SHA-256 of this content"):
            delegation.render(wrong, sha256=sha256, address="https://portal.example/")
    assert delegation.written(order).isoformat() == "2017-10-19T08:00:00+00:00"
    assert delegation.written({**order, "annexes": []}).isoformat() == order["edition"]["edition"]["frozen_at"]
