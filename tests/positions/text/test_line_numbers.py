"""Line numbers of a frozen text: every word is in one line, and every line has a number."""

from hypothesis import given
from hypothesis import strategies as st

from positions.text.line_numbers import WIDTH, numbered, wrapped


def content(*sections):
    """Return an edition; each section is given as number, heading and paragraph texts."""
    last, found = 0, []
    for number, heading, *said in sections:
        rows = [{"number": n, "lang": "en", "text": text} for n, text in enumerate(said, start=last + 1)]
        last += len(rows)
        found.append({"number": number, "heading": heading, "paragraphs": rows})
    return {"sections": found}


def test_headings_and_paragraphs_are_numbered_consecutively():
    text = "Kenya calls for agreed routes " * 4
    first, second = numbered(content(("", "Opening", "One line."), ("1", "Routes", text.strip(), "a\n\nb")))
    assert [(each.paragraph, each.lines) for each in first.passages] == [
        (None, [(1, "Opening")]), (1, [(2, "One line.")]),
    ]  # fmt: skip
    assert [(each.paragraph, [line.number for line in each.lines]) for each in second.passages] == [
        (None, [3]), (2, [4, 5]), (3, [6, 7]),
    ]  # fmt: skip
    assert second.passages[0].lines[0].text == "1. Routes"
    assert (first.first, first.last, second.first, second.last) == (1, 2, 3, 7)


def test_line_width_is_unchanged():
    """A change would make every quoted line number wrong."""
    assert WIDTH == 76
    assert wrapped("word " * 16) == ["word " * 14 + "word", "word"]


@given(st.text(max_size=400) | st.lists(st.sampled_from(["Kenya", "w" * 100, "well-known", "\n", "ĩ"])).map(" ".join))
def test_lines_keep_all_characters_within_width(text):
    lines = wrapped(text)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert max(map(len, lines)) <= WIDTH
