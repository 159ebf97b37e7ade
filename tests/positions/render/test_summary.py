"""Summary: at most four pages, only text of the edition, and every cut marked."""

import io
import json

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from positions.render import checks, summary
from tests.positions.render import editions, reading

WORDS = st.text("abcĩũ .,;!?\n", max_size=300)


def pages(printed):
    with pikepdf.open(io.BytesIO(printed)) as document:
        return len(document.pages)


def crowded():
    """Return more of everything than four pages hold: the strongest are shown with a reference to the others."""
    content = editions.edition(paragraphs=240, points=30, participants=60)
    again = {"organisation": "Ministry of Interior", "text": "It is not funded. " * 30}
    content["reservations"] = [{**again, "paragraph": number} for number in range(1, 41)]
    content["sections"][0]["paragraphs"][0] |= {"strength": "commits_to", "text": "Kenya commits to this. " * 300}
    return content


@pytest.fixture(scope="module")
def content():
    return crowded()


@pytest.fixture(scope="module")
def printed(content):
    return summary.render(content, sha256=editions.digest(content), address=editions.address(content))


@pytest.fixture(scope="module")
def tree(printed):
    return reading.read(printed).tree


def test_summary_is_valid_complete_and_at_most_four_pages(content, printed):
    assert checks.inspect(printed) == []
    assert json.loads(checks.attached_content(printed)) == content
    assert pages(printed) == summary.PAGES


def test_every_theme_has_strongest_paragraphs_and_numbers_of_others(content, tree):
    said = tree.text()
    for section in (each for each in content["sections"] if each["part"] == "theme"):
        assert section["heading"] in said
    measure = summary.Measure(3, 160, 6)
    (first, *_rest) = summary.themes(content, measure)
    assert [row["number"] for row in first["rows"]] == [1]
    crowd = next(each for each in content["sections"] if each["theme"] == "T1")
    shown = summary.chosen(crowd, measure)
    assert {each["strength"] for each in shown} == {"commits_to"}
    assert sorted(each["number"] for each in shown) == [each["number"] for each in shown]
    assert "See also paragraphs" in said
    assert "more, printed with the text." in said


def test_summary_has_decision_and_participation(content, tree):
    headings = [each.text() for each in tree.all("H2")]
    assert headings == [
        "What was decided, and how",
        "What it rests on",
        "What Kenya commits to, asks and supports",
        "Reservations",
        "Who was heard",
        "How to verify this copy",
    ]
    said = tree.text()
    assert content["adoption"]["quorum"] in said
    assert all(f"{number} {words}" in said for number, words in [(23, "organisations"), (9, "groups")])
    assert sum(number for _words, number in summary.strengths(content)) == sum(
        bool(each["strength"]) for section in content["sections"] for each in section["paragraphs"]
    )


def test_text_too_long_for_four_pages_is_refused(monkeypatch):
    monkeypatch.setattr(summary, "MEASURES", summary.MEASURES[-1:])
    content = editions.edition(paragraphs=10, themes=1, points=2, participants=2)
    content["paper"]["purpose"] = "Position " * 4000
    with pytest.raises(ValueError, match="does not fit on 4 pages"):
        summary.render(content, sha256=editions.digest(content), address=editions.address(content))


@pytest.mark.parametrize(
    ("text", "verb", "letters", "expected"),
    [
        ("Kenya urges action.", "urges", 40, "Kenya urges action."),
        ("Kenya urges action. It is late. Others wait.", "urges", 32, "Kenya urges action. It is late.\u00a0[…]"),
        ("It is late. Kenya urges action. Others wait.", "urges", 5, "It is late. Kenya urges action.\u00a0[…]"),
        ("Kenya urges a" + ", and more" * 30, "urges", 20, "Kenya urges a" + ", and more" * 8 + "\u00a0[…]"),
        ("Kenya urges\naction  now", "urges", 40, "Kenya urges action now"),
    ],
)
def test_text_is_shortened_at_sentence_end_and_marked(text, verb, letters, expected):
    assert summary.shortened(text, verb, letters) == expected


@given(WORDS, WORDS, st.integers(0, 200))
def test_shortened_text_is_beginning_with_operative_words(before, after, letters):
    whole = " ".join(f"{before} urges {after}".split())
    short = summary.shortened(whole, "urges", letters)
    assert "urges" in short
    assert short == whole or (short.endswith(summary.CUT) and whole.startswith(short.removesuffix(summary.CUT)))
    assert len(short) <= max(letters, whole.find("urges") + 5) + summary.SPARE + len(summary.CUT)
