"""Word diffs: no text is lost."""

import re

import hypothesis
import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from positions.text import diff
from positions.text.diff import (
    Merged,
    Span,
    changed_stretch,
    longest_rising,
    merge,
    one_text,
    redline,
    side,
    weave,
    words,
)

TEXTS = st.text(max_size=200) | st.lists(
    st.sampled_from(["Kenya", "calls", "for", "the", "Compact", ",", "routes", "\n", "2018"]), max_size=60
).map(" ".join)


LONG = st.builds(
    lambda seeds, cuts: [f"w{seed}" for seed in seeds] * cuts,
    st.lists(st.integers(0, 400), min_size=20, max_size=60),
    st.integers(1, 3),
).map(" ".join)


@pytest.fixture(params=[diff.LARGEST_SQUARE, 100], ids=["short", "long"])
def square(monkeypatch, request):
    """Compare texts as a whole, as for paragraphs, and cut at common places, as for long texts."""
    monkeypatch.setattr(diff, "LARGEST_SQUARE", request.param)


# The bound is set once for all examples and never changes between them.
MANY = hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture], deadline=None)


def apply(spans, text):
    """Apply the changes of a redline to `text`; kept and deleted words must match the text."""
    made = []
    for kind, words_of in spans:
        if kind != "added":
            assert text.startswith(words_of)
            text = text[len(words_of) :]
        if kind != "removed":
            made.append(words_of)
    assert text == ""
    return "".join(made)


def joined(spans, *kinds):
    return "".join(span.text for span in spans if span.kind in kinds)


@given(TEXTS)
def test_joined_tokens_equal_text(text):
    assert "".join(words(text)) == text


@MANY
@given(TEXTS | LONG, TEXTS | LONG)
def test_applying_redline_to_first_text_gives_second(square, before, after):
    assert apply(redline(before, after), before) == after


@given(st.lists(st.integers(0, 60), unique=True))
def test_longest_increasing_subsequence_is_increasing_and_longest(numbers):
    chain = [numbers[index] for index in longest_rising(numbers)]
    assert chain == sorted(chain)
    best = [0] * len(numbers)
    for index, number in enumerate(numbers):
        best[index] = 1 + max((best[at] for at in range(index) if numbers[at] < number), default=0)
    assert len(chain) == max(best, default=0)


def test_long_texts_are_split_at_common_parts():
    before = " ".join(f"w{number}" for number in range(2_000))
    after = before.replace("w500 ", "x500 ").replace("w1500", "new w1500").replace("w1999", "")
    assert [span for span in redline(before, after) if span.kind != "same"] == [
        Span("removed", " w500"), Span("added", " x500"), Span("added", " new"), Span("removed", " w1999"),
        Span("added", " "),
    ]  # fmt: skip
    assert len(redline("a b " * 1_000, "c d " * 1_000)) == 3  # nothing in common but the last space


@given(TEXTS)
def test_unchanged_text_is_one_span(text):
    assert redline(text, text) == ([Span("same", text)] if text else [])


def test_sentence_added_at_end_leaves_rest_unchanged():
    before = "Kenya notes the drought."
    assert redline(before, f"{before} It lasts.") == [Span("same", before), Span("added", " It lasts.")]


def test_sentence_added_after_change_starts_after_full_stop():
    assert redline("Kenya notes it.", "Kenya duly notes it. It acts.") == [
        Span("same", "Kenya"), Span("added", " duly"), Span("same", " notes it."), Span("added", " It acts."),
    ]  # fmt: skip
    assert redline("Kenya duly notes it. It acts.", "Kenya notes it.")[-1] == Span("removed", " It acts.")


def test_span_separates_leading_space_from_text():
    assert (Span("added", "\n It acts.").gap, Span("added", "\n It acts.").rest) == ("\n ", "It acts.")


def test_replaced_word_shows_removed_and_added_text():
    assert redline("States should agree on routes.", "States may agree on routes.") == [
        Span("same", "States"), Span("removed", " should"), Span("added", " may"), Span("same", " agree on routes."),
    ]  # fmt: skip


def test_changes_separated_by_one_word_are_joined():
    spans = redline("within 72 hours of arrest", "after 48 hours of arrest")
    assert spans == [Span("removed", "within 72"), Span("added", "after 48"), Span("same", " hours of arrest")]
    spans = redline("a big red house stands there", "a small red barn stands there")
    assert spans == [
        Span("same", "a"), Span("removed", " big red house"), Span("added", " small red barn"),
        Span("same", " stands there"),
    ]  # fmt: skip


def test_punctuation_is_separate_from_preceding_word():
    assert redline("on routes.", "on routes, and on seasons.") == [
        Span("same", "on routes"), Span("added", ", and on seasons"), Span("same", "."),
    ]  # fmt: skip


def test_added_comma_follows_preceding_word():
    assert redline("early warning with plans in time", "early warning, and plans in time") == [
        Span("same", "early warning"), Span("added", ", and"), Span("removed", " with"), Span("same", " plans in time"),
    ]  # fmt: skip
    page = render_to_string("positions/drafting/_redline.html", {"spans": redline("A word next", "A word, now")})
    read = re.sub(r"<del>.*?</del>|<span.*?</span>|<[^>]+>", "", page)
    assert read.strip() == "A word, now"


def test_text_of_one_repeated_word_is_compared_quickly():
    long = "a " * 1_500
    assert joined(redline(long, "b " + long[: -len("a a ")]), "same", "removed") == long


@MANY
@given(TEXTS | LONG, TEXTS | LONG)
def test_merge_takes_the_only_changed_side(square, base, other):
    assert merge(base, base, other) == Merged(other, 0)
    assert merge(base, other, base) == Merged(other, 0)
    assert merge(base, other, other) == Merged(other, 0)


@MANY
@given(TEXTS | LONG, TEXTS | LONG, TEXTS | LONG)
def test_merge_keeps_every_added_word(square, base, mine, theirs):
    found = merge(base, mine, theirs)
    for text in (mine, theirs):
        for span in redline(base, text):
            if span.kind == "added":
                assert all(word.strip() in found.text for word in words(span.text))


@MANY
@given(TEXTS, TEXTS, TEXTS)
def test_merge_is_symmetric(square, base, mine, theirs):
    """Except for the order inside the brackets."""
    found, turned = merge(base, mine, theirs), merge(base, theirs, mine)
    assert found.conflicts == turned.conflicts
    assert found.conflicts or found == turned


EDITS = st.sampled_from(["", "{0} and more", "other", "before {0}"])


@MANY
@given(st.integers(9, 40), st.data())
def test_merge_contains_edits_in_different_places(square, length, data):
    base = [f"w{number}" for number in range(length)]
    places = st.sets(st.integers(0, length - 1), max_size=6)
    left = data.draw(places)
    right = {place for place in data.draw(places) if not {place - 1, place, place + 1} & left}
    edits = {place: data.draw(EDITS) for place in left | right}

    def edited(chosen):
        return " ".join(filter(None, (edits[n].format(w) if n in chosen else w for n, w in enumerate(base))))

    whole = merge(edited(set()), edited(left), edited(right))
    assert (whole.conflicts, whole.text.split()) == (0, edited(left | right).split())


def test_removed_first_word_leaves_next_one_unchanged():
    assert merge("One two three four five.", "two three four five.", "One two four five.") == ("two four five.", 0)


def test_changes_in_different_places_are_merged():
    base = "Kenya urges States to link early warning with planning, in time."
    mine = "Kenya calls on States to link early warning with planning, in time."
    theirs = "Kenya urges States to link early warning with planning, in time and in plain language."
    whole = "Kenya calls on States to link early warning with planning, in time and in plain language."
    assert merge(base, mine, theirs) == Merged(whole, 0)


def test_conflicting_changes_are_bracketed_theirs_first():
    found = merge("within 72 hours of arrest", "within 48 hours of arrest", "within 24 hours of arrest")
    assert found == Merged("within [24] [48] hours of arrest", 1)


def test_change_conflicting_with_removal_is_bracketed():
    assert merge("one two three", "one 2 three", "one three") == Merged("one [2] three", 1)
    assert merge("one two three", "one three", "one 2 three") == Merged("one [2] three", 1)


# --- Open text ------------------------------------------------------------------------------------------------------

BASE = "Kenya calls for agreed routes."


def printed(pieces):
    return "".join(
        each if isinstance(each, str) else "".join(f"[{name}:{text}]" for name, text in each) for each in pieces
    )


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ({}, "Kenya calls for agreed routes."),
        ({"A": "Kenya calls for agreed and safe routes."}, "Kenya calls for agreed[A:and safe] routes."),
        ({"A": "Kenya calls for safe routes.", "B": BASE}, "Kenya calls for[:agreed][A:safe] routes."),
        (
            {"A": "Kenya calls for safe routes.", "B": "Kenya calls for legal routes."},
            "Kenya calls for[A:safe][B:legal] routes.",
        ),
        (
            {"A": "Kenya calls for safe routes.", "B": "Kenya calls for safe routes."},
            "Kenya calls for[A, B:safe] routes.",
        ),
        ({"A": "", "B": BASE}, "[:Kenya calls for agreed routes.][A:]"),
        ({"A": "calls for agreed routes."}, "[A:] calls for agreed routes."),
    ],
)
def test_conflicting_text_is_bracketed_with_names_of_supporters(others, expected):
    assert printed(diff.bracketed(BASE, others)) == expected


def test_text_is_split_at_empty_lines():
    assert diff.parts(" One.\n\nTwo,\nthree. \n \n") == ["One.", "Two,\nthree."]


def test_new_brackets_are_unresolved_conflicts():
    assert diff.is_unsettled("Kenya [urges] [calls for] routes.", BASE)
    assert not diff.is_unsettled("Kenya [sic] urges.", BASE, "Kenya [sic] calls.")
    assert not diff.is_unsettled("Kenya urges.", BASE)


def chosen(pieces, name):
    """Return the text for one reader of the brackets: its own option, otherwise the common words."""
    said = []
    for each in pieces:
        if isinstance(each, str):
            said.append(each)
        else:
            own = [text for names, text in each if name in names.split(", ")]
            said += own or [text for names, text in each if not names]
    return " ".join(" ".join(said).split())


@given(st.lists(st.lists(st.sampled_from("abcd"), max_size=7).map(" ".join), min_size=2, max_size=4))
def test_choosing_own_brackets_gives_own_text(texts):
    base, *others = texts
    named = dict(zip("ABC", others, strict=False))
    pieces = diff.bracketed(base, named)
    assert {name: chosen(pieces, name) for name in named} == named
    assert chosen(diff.bracketed(base, {}), "A") == base


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ("Kenya calls for routes.", "Kenya calls for safe routes.", ("", "safe")),
        ("Kenya calls for safe routes.", "Kenya calls for routes.", ("safe", "")),
        ("One way.", "Another way.", ("One", "Another")),
        ("a b a b", "a b", ("a b", "")),
        ("Same.", "Same.", ("", "")),
        ("", "New.", ("", "New.")),
    ],
)
def test_changed_stretch_is_between_common_beginning_and_end(before, after, changed):
    assert changed_stretch(before, after) == changed


# --- Two texts, and one of both -------------------------------------------------------------------------------------


def spaced(text):
    return text.lstrip()


@MANY
@given(TEXTS | LONG, TEXTS | LONG, TEXTS | LONG)
def test_strands_of_each_text_are_the_text(square, base, mine, theirs):
    strands = weave(base, mine, theirs)
    joined_up = ["".join(texts) for texts in zip(*strands, strict=True)] or ["", "", ""]
    assert [spaced(text) for text in joined_up] == [spaced(text) for text in (base, mine, theirs)]
    for name, text in (("mine", mine), ("theirs", theirs)):
        spans = side(strands, name)
        assert spaced(joined(spans, "same", "removed")) == spaced(base)
        assert spaced(joined(spans, "same", "added", "clash")) == spaced(text)


@MANY
@given(TEXTS | LONG, TEXTS | LONG)
def test_text_that_only_one_changed_has_no_clash(square, base, other):
    for mine, theirs in ((base, other), (other, base), (other, other)):
        strands = weave(base, mine, theirs)
        assert not any(strand.is_clash for strand in strands)
        assert spaced(joined(one_text(strands, {}), "same", "added")) == spaced(other)


@MANY
@given(TEXTS, TEXTS, TEXTS)
def test_picking_one_side_everywhere_keeps_its_changes_and_those_of_the_other_elsewhere(square, base, mine, theirs):
    strands = weave(base, mine, theirs)
    clashes = [strand for strand in strands if strand.is_clash]
    picked = one_text(strands, {number: strand.mine.strip() for number, strand in enumerate(clashes)})
    assert [span.rest.strip() for span in picked if span.kind == "clash"] == [each.mine.strip() for each in clashes]
    if all(strand.is_clash or strand.theirs == strand.base for strand in strands):
        assert joined(picked, "same", "added", "clash").split() == mine.split()


def test_only_what_both_changed_clashes():
    base = "that the totals by agency be published once a year."
    mine = "that all totals by agency be published every March."
    theirs = "that the totals by agency and by county be published twice a year."
    strands = weave(base, mine, theirs)
    assert [(each.theirs, each.mine) for each in strands if each.is_clash] == [(" twice a year", " every March")]
    assert joined(one_text(strands, {0: "each March"}), "same", "added", "clash").strip() == (
        "that all totals by agency and by county be published each March."
    )
    assert [span for span in side(strands, "theirs") if span.kind != "same"] == [
        Span("added", " and by county"), Span("removed", " once a year"), Span("clash", " twice a year"),
    ]  # fmt: skip


def test_clashes_with_hardly_a_word_between_are_one():
    strands = weave("one two three four", "1 two 3 four", "i two iii four")
    assert [strand for strand in strands if strand.is_clash] == [(" one two three", " 1 two 3", " i two iii")]


def test_words_that_are_left_out_close_up():
    strands = weave("Kenya calls for safe routes.", "Kenya calls for routes.", "Kenya calls for short routes.")
    assert joined(one_text(strands, {0: ""}), "same", "clash").strip() == "Kenya calls for routes."
