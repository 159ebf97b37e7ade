"""Comparison of two editions: every paragraph of both appears once, matched by key whatever its number."""

from hypothesis import given
from hypothesis import strategies as st

from positions.text.compare import compare, tally


def paragraph(key, number, text="", **more):
    return {"key": key, "number": number, "text": text or f"Text of {key}.", "strength": "", "verb": "", **more}


def content(**sections):
    """Return an edition with these sections; a paragraph is given as key, key and text, or dict with a key."""
    last, found = 0, []
    for heading, given_ones in sections.items():
        rows = []
        for each in given_ones:
            last += 1
            named = each if isinstance(each, dict) else dict(zip(("key", "text"), each.split(": "), strict=False))
            rows.append(paragraph(**{"number": last, **named}))
        found.append({"heading": heading, "theme": None, "number": str(len(found) + 1), "paragraphs": rows})
    return {"sections": found}


def changes_between(before, after):
    """Return the change of each paragraph in the order of the rows."""
    return [
        (part.heading or part.old_heading, (row.after or row.before)["key"], row.kind)
        for part in compare(before, after)
        for row in part.rows
    ]


def test_unchanged_text_has_no_changes():
    text = content(One=["a", "b"], Two=["c"])
    assert changes_between(text, text) == [("One", "a", "same"), ("One", "b", "same"), ("Two", "c", "same")]
    assert [part.is_changed for part in compare(text, text)] == [False, False]


def test_paragraphs_are_changed_new_moved_or_removed():
    before = content(One=["a", "b: Kenya notes it.", "c", "d"], Two=["e", "f"])
    after = content(One=["a", "b: Kenya duly notes it.", "n", "d"], Two=["f", "e: Other words."])
    assert changes_between(before, after) == [
        ("One", "a", "same"), ("One", "b", "changed"), ("One", "c", "removed"), ("One", "n", "new"),
        ("One", "d", "same"), ("Two", "f", "same"), ("Two", "e", "moved and changed"),
    ]  # fmt: skip
    assert tally(compare(before, after)) == {
        "same": 3, "changed": 1, "removed": 1, "new": 1, "moved and changed": 1,
    }  # fmt: skip


def test_row_shows_text_of_both_editions():
    before, after = content(One=["b: Kenya notes it."]), content(One=["b: Kenya duly notes it."])
    (row,) = compare(before, after)[0].rows
    assert ["".join(span.text for span in side) for side in (row.old, row.new)] == [
        "Kenya notes it.",
        "Kenya duly notes it.",
    ]
    assert [span.text for span in row.new if span.kind == "added"] == [" duly"]


def test_changed_number_is_no_change_but_changed_strength_is():
    before = content(One=["a", {"key": "b", "strength": "urges"}])
    after = content(One=["n", "a", {"key": "b", "strength": "calls_for"}])
    assert changes_between(before, after) == [("One", "n", "new"), ("One", "a", "same"), ("One", "b", "changed")]
    row = compare(before, after)[0].rows[-1]
    assert (row.has_other_words, row.has_other_strength, row.number, row.before["number"]) == (False, True, 3, 2)


def test_paragraph_in_other_section_is_moved_even_if_order_is_equal():
    before, after = content(One=["a", "b"], Two=["c"]), content(One=["a"], Two=["b", "c"])
    assert changes_between(before, after) == [("One", "a", "same"), ("Two", "b", "moved"), ("Two", "c", "same")]


def test_renamed_section_is_recognised_by_its_paragraphs():
    before, after = content(Old=["a", "b"], Two=["c"]), content(New=["a", "b"], Two=["c"])
    parts = compare(before, after)
    assert [(part.heading, part.old_heading, part.is_changed) for part in parts] == [
        ("New", "Old", True), ("Two", "Two", False),
    ]  # fmt: skip
    assert tally(parts) == {"same": 3}


def test_section_keeps_name_when_other_section_is_merged_into_it():
    before, after = content(One=["a", "b"], Two=["c"]), content(Two=["a", "b", "c"])
    assert [(part.heading, part.old_heading) for part in compare(before, after)] == [("Two", "Two")]
    assert changes_between(before, after) == [("Two", "a", "moved"), ("Two", "b", "moved"), ("Two", "c", "same")]


def test_removed_section_is_listed_last():
    before, after = content(One=["a"], Two=["b", "c"]), content(One=["a"])
    parts = compare(before, after)
    assert [(part.heading, part.old_heading, tally([part])) for part in parts] == [
        ("One", "One", {"same": 1}), ("", "Two", {"removed": 2}),
    ]  # fmt: skip


def test_split_and_merged_paragraphs_are_linked():
    before = content(One=["a", "b", "c"])
    after = content(
        One=[{"key": "a", "came_from": ["b"]}, "c", {"key": "d", "came_from": ["c"]}, {"key": "x", "came_from": ["y"]}]
    )
    rows = {(row.after or row.before)["key"]: row for row in compare(before, after)[0].rows}
    assert [(rows[key].kind, rows[key].into, rows[key].out_of) for key in "abdx"] == [
        ("same", (), (2,)), ("removed", (1,), ()), ("new", (), (3,)), ("new", (), ()),
    ]  # fmt: skip


TEXTS = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(["", "One text.", "Another."]), max_size=8)


@st.composite
def editions(draw):
    """Generate an edition of up to three sections, named or renamed, with some of eight paragraphs in any order."""
    words = draw(TEXTS)
    keys = draw(st.permutations(sorted(words)))
    cuts = sorted(draw(st.lists(st.integers(0, len(keys)), min_size=2, max_size=2)))
    pieces = [keys[: cuts[0]], keys[cuts[0] : cuts[1]], keys[cuts[1] :]]
    heads = draw(st.lists(st.sampled_from("ABCD"), min_size=3, max_size=3, unique=True))
    held = zip(heads, pieces, strict=True)
    return content(**{head: [{"key": k, "text": words[k] or k} for k in piece] for head, piece in held if piece})


def texts(found):
    return [(each["key"], each["text"]) for section in found["sections"] for each in section["paragraphs"]]


@given(editions(), editions())
def test_rows_contain_both_editions_completely(before, after):
    rows = [row for part in compare(before, after) for row in part.rows]
    later = [(row.after["key"], "".join(span.text for span in row.new)) for row in rows if row.after]
    earlier = [(row.before["key"], "".join(span.text for span in row.old)) for row in rows if row.before]
    assert later == texts(after)
    assert sorted(earlier) == sorted(texts(before))
    stayed = [row.before["number"] for row in rows if row.after and row.before and not row.is_moved]
    assert stayed == sorted(stayed)


def test_row_has_number_of_later_edition_or_of_only_one():
    [part] = compare(content(One=["a", "b", "c"]), content(One=["new", "c", "a"]))
    assert {row.kind: row.number for row in part.rows} == {"new": 1, "same": 2, "moved": 3, "removed": 2}
