"""Characters that no font draws are reported to the drafters, and printed as numbers in texts by others."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from positions.render import fonts, glyphs
from positions.render.checks import attached_content
from positions.render.glyphs import Passage
from positions.text.canonical import canonical
from tests import pdf_text
from tests.positions.render import editions
from tests.positions.render.conftest import printed_in_process

LACK = "no font of the portal has these characters:"


@pytest.fixture
def small():
    return editions.edition(themes=1, paragraphs=8, points=4, participants=3, ministries=1)


def test_unprintable_paragraph_is_named_by_number_beginning_and_characters():
    text = "Kenya and its counties\ncommit to a 漢字 that all can read 🙂"
    assert glyphs.complaints([Passage(1, "Fine."), Passage(12, text), Passage(0, "The 漢 heading")]) == [
        f"Paragraph 12 (“Kenya and its counties commit to a 漢字 …”): {LACK} 字 (U+5B57), 漢 (U+6F22), 🙂 (U+1F642).",
        f"The title or heading “The 漢 heading”: {LACK} 漢 (U+6F22).",
    ]


def test_long_lists_are_shortened():
    many = "".join(map(chr, range(0x6F22, 0x6F22 + 12)))
    told = glyphs.complaints([Passage(number, many) for number in range(1, 26)])
    assert (len(told), told[-1]) == (21, "5 more places have the same problem.")
    assert told[0].endswith("漫 (U+6F2B) and 2 more.")


def test_only_text_of_paper_itself_blocks_printing(small):
    small["points"][0]["text"] = small["points"][1]["reason"] = "漢字"
    small["participants"][0]["name"] = "李明"
    assert glyphs.obstacles(small) == []
    small["sections"][0]["heading"] = small["sections"][1]["paragraphs"][0]["text"] = small["paper"]["title"] = "漢"
    number = small["sections"][1]["paragraphs"][0]["number"]
    heading = f"The title or heading “漢”: {LACK} 漢 (U+6F22)."
    assert glyphs.obstacles(small) == [heading, heading, f"Paragraph {number} (“漢”): {LACK} 漢 (U+6F22)."]


def test_every_character_counts_in_other_documents():
    assert glyphs.obstacles({"addressee": "李"}) == [f"Addressee (“李”): {LACK} 李 (U+674E)."]
    assert glyphs.obstacles({"addressee": "Ng'ang'a"}) == []


def test_unprintable_text_of_others_does_not_block_paper(small):
    before = copy.deepcopy(small)
    small["participants"][0]["name"] = "李明 Wanjikũ ❤\ufe0f"
    pdf = printed_in_process(small)
    said = " ".join(" ".join(pdf_text.pages(pdf)).split())
    assert "[U+674E][U+660E] Wanjikũ [U+2764]" in said
    assert "are printed as their number in Unicode" in said
    assert attached_content(pdf) == canonical(small) != canonical(before)


@given(st.text(max_size=60))
def test_legible_text_is_printable_and_printable_text_unchanged(text):
    shown = glyphs.legible(text)
    assert fonts.missing_glyphs(shown) == set()
    assert (shown == text) == (not fonts.missing_glyphs(text))
    assert len(glyphs.shortened(text)) <= glyphs.BEGINNING + 2
