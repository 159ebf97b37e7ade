"""The clean text as it is read and heard; its tags and fonts are checked with those of the whole paper."""

import json

import pytest

from positions.render import checks, clean
from tests.positions.render import editions, reading


@pytest.fixture(scope="module")
def content():
    return editions.edition(themes=2, paragraphs=16, points=9, participants=6, ministries=2)


@pytest.fixture(scope="module")
def printed(content):
    return clean.render(content, sha256=editions.digest(content), address=editions.address(content))


@pytest.fixture(scope="module")
def tree(printed):
    return reading.read(printed).tree


def test_clean_copy_is_valid_and_has_whole_content(content, printed):
    assert checks.inspect(printed) == []
    assert json.loads(checks.attached_content(printed)) == content


def test_every_paragraph_has_number_and_nothing_beside_it(content, tree):
    expected = [
        f"{each['number']} {' '.join(each['text'].split())}"
        for section in content["sections"]
        for each in section["paragraphs"]
    ]
    reserved = {each["paragraph"] for each in content["reservations"]}
    (text,) = tree.all("Part")
    rows = [row.text() for section in text.kids for row in section.all("Sect")]
    assert len(rows) == len(expected)
    for number, (row, words) in enumerate(zip(rows, expected, strict=True), start=1):
        assert row.startswith(words) if number in reserved else row == words


def test_text_is_followed_by_reservations_record_and_hash_without_annexes(content, tree):
    headings = [each.text() for each in tree.all("H2")]
    texts = [section["heading"] for section in content["sections"] if section["paragraphs"]]
    shown = ["Contents", *texts, "Reservations", "Record of adoption", "How to verify this copy"]
    assert [each.lstrip("0123456789 ") for each in headings] == shown
    said = tree.text()
    assert [person["title"] in said for person in content["participants"]] == [False] * 6
    assert said.count(content["adoption"]["chair"]) == 2
    assert editions.address(content) in said.replace(" ", "")
    assert all(each["organisation"] in said and each["text"] in said for each in content["reservations"])


def test_mismatched_hash_is_refused(content):
    with pytest.raises(ValueError, match="not the SHA-256 of this content"):
        clean.render(content, sha256="0" * 64, address=editions.address(content))
