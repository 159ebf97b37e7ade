"""Locations of texts in letters, briefs and forum documents: document, person and line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from positions.render import fonts, glyphs
from positions.render.places import passages
from positions.render.sandbox import RenderFailed, render_apart

LACK = "no font of the portal has these characters: 漢 (U+6F22)."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            {"letters": [{"organisation": "Lake Union", "text": "Dear all,\n\nthe 漢 convenes."}]},
            "Letter to “Lake Union”, text, line 3 (“the 漢 convenes.”)",
        ),
        ({"letters": [{"organisation": "", "addressee": "漢"}, {}]}, "Letter to 1, addressee (“漢”)"),
        ({"people": [{"name": "Amina"}, {"name": "漢 Li", "number": 7}]}, "Person “漢 Li”, name (“漢 Li”)"),
        ({"people": [{"name": "Amina", "organisation": "漢"}]}, "Person “Amina”, organisation (“漢”)"),
        ({"forum": {"venue": "KICC 漢"}, "people": []}, "Forum, venue (“KICC 漢”)"),
        ({"red_line": "None.\r\n漢"}, "Red line, line 2 (“漢”)"),
        ({"paragraphs": [{"number": 12, "text": "Kenya 漢"}]}, "Paragraph 12, text (“Kenya 漢”)"),
        ({"days": [{"day": "2026-12-01", "sessions": [{"title": "漢"}]}]}, "Day 1, session “漢”, title (“漢”)"),
        (
            {"sessions": [{"title": "Opening", "roles": [{"names": ["Li", "漢"]}]}]},
            "Session “Opening”, role 1, name 2 (“漢”)",
        ),
        ({"parts": [{"forum": {"title": "漢"}}, {"forum": {"title": "漢"}}]}, "Forum, title (“漢”)"),
        ({"blocks": [["text", ["Fine."]], ["items", ["a", "漢"]]]}, "Paragraph 2 (“漢”)"),
    ],
)
def test_unprintable_character_is_reported_with_its_place(content, said):
    assert glyphs.obstacles(content) == [f"{said}: {LACK}"]


def test_every_place_is_reported_before_printing_starts():
    people = [{"name": f"漢 {number}"} for number in range(3)]
    with pytest.raises(RenderFailed) as failure:
        render_apart({"people": people}, "0" * 64, "", document="day", seconds=0)
    assert failure.value.reasons == [f"Person “漢 {number}”, name (“漢 {number}”): {LACK}" for number in range(3)]


JSON = st.recursive(
    st.text(max_size=6) | st.integers() | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "people", "text"]), inner),
    max_leaves=8,
)


@given(JSON)
def test_every_unprintable_character_is_reported(content):
    found = set().union(*(fonts.missing_glyphs(line) for _place, line in passages({"text": content})))
    assert found == fonts.missing_glyphs({"text": content})
    assert bool(glyphs.obstacles({"text": content})) == bool(found)
