"""Words compared: nothing of any text is ever lost."""

import re

from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from positions.wording import Merged, Span, merge, redline, words

TEXTS = st.text(max_size=200) | st.lists(
    st.sampled_from(["Kenya", "calls", "for", "the", "Compact", ",", "routes", "\n", "2018"]), max_size=60
).map(" ".join)


def joined(spans, *kinds):
    return "".join(span.text for span in spans if span.kind in kinds)


@given(TEXTS)
def test_words_joined_are_the_text(text):
    assert "".join(words(text)) == text


@given(TEXTS, TEXTS)
def test_a_redline_holds_both_texts(before, after):
    spans = redline(before, after)
    assert joined(spans, "same", "removed") == before
    assert joined(spans, "same", "added") == after


@given(TEXTS)
def test_a_text_that_did_not_change_is_one_span(text):
    assert redline(text, text) == ([Span("same", text)] if text else [])


def test_a_sentence_added_at_the_end_leaves_the_rest_alone():
    before = "Kenya notes the drought."
    assert redline(before, f"{before} It lasts.") == [Span("same", before), Span("added", " It lasts.")]


def test_a_sentence_added_behind_another_change_begins_behind_the_full_stop():
    assert redline("Kenya notes it.", "Kenya duly notes it. It acts.") == [
        Span("same", "Kenya"), Span("added", " duly"), Span("same", " notes it."), Span("added", " It acts."),
    ]  # fmt: skip
    assert redline("Kenya duly notes it. It acts.", "Kenya notes it.")[-1] == Span("removed", " It acts.")


def test_a_span_tells_its_space_from_its_words():
    assert (Span("added", "\n It acts.").gap, Span("added", "\n It acts.").rest) == ("\n ", "It acts.")


def test_a_word_replaced_shows_what_went_and_what_came():
    assert redline("States should agree on routes.", "States may agree on routes.") == [
        Span("same", "States"), Span("removed", " should"), Span("added", " may"), Span("same", " agree on routes."),
    ]  # fmt: skip


def test_two_changes_that_one_word_parts_are_shown_as_one():
    spans = redline("within 72 hours of arrest", "after 48 hours of arrest")
    assert spans == [Span("removed", "within 72"), Span("added", "after 48"), Span("same", " hours of arrest")]
    spans = redline("a big red house stands there", "a small red barn stands there")
    assert spans == [
        Span("same", "a"), Span("removed", " big red house"), Span("added", " small red barn"),
        Span("same", " stands there"),
    ]  # fmt: skip


def test_marks_are_told_apart_from_the_words_before_them():
    assert redline("on routes.", "on routes, and on seasons.") == [
        Span("same", "on routes"), Span("added", ", and on seasons"), Span("same", "."),
    ]  # fmt: skip


def test_a_comma_that_came_stands_on_the_word_before_it():
    assert redline("early warning with plans in time", "early warning, and plans in time") == [
        Span("same", "early warning"), Span("added", ", and"), Span("removed", " with"), Span("same", " plans in time"),
    ]  # fmt: skip
    page = render_to_string("positions/desk/redline.html", {"spans": redline("A word next", "A word, now")})
    read = re.sub(r"<del>.*?</del>|<span.*?</span>|<[^>]+>", "", page)
    assert read.strip() == "A word, now"


def test_a_text_of_one_repeated_word_takes_no_time():
    long = "a " * 1_500
    assert joined(redline(long, "b " + long[: -len("a a ")]), "same", "removed") == long


@given(TEXTS, TEXTS)
def test_who_changed_nothing_takes_over_what_the_other_wrote(base, other):
    assert merge(base, base, other) == Merged(other, 0)
    assert merge(base, other, base) == Merged(other, 0)
    assert merge(base, other, other) == Merged(other, 0)


@given(TEXTS, TEXTS, TEXTS)
def test_a_merge_keeps_every_word_that_either_put_in(base, mine, theirs):
    found = merge(base, mine, theirs)
    for text in (mine, theirs):
        for span in redline(base, text):
            if span.kind == "added":
                assert all(word.strip() in found.text for word in words(span.text))


def test_changes_in_different_places_go_together():
    base = "Kenya urges States to link early warning with planning, in time."
    mine = "Kenya calls on States to link early warning with planning, in time."
    theirs = "Kenya urges States to link early warning with planning, in time and in plain language."
    whole = "Kenya calls on States to link early warning with planning, in time and in plain language."
    assert merge(base, mine, theirs) == Merged(whole, 0)


def test_words_that_both_changed_stand_in_brackets_theirs_first():
    found = merge("within 72 hours of arrest", "within 48 hours of arrest", "within 24 hours of arrest")
    assert found == Merged("within [24] [48] hours of arrest", 1)


def test_words_that_one_changed_and_the_other_took_away_stand_in_brackets():
    assert merge("one two three", "one 2 three", "one three") == Merged("one [2] three", 1)
    assert merge("one two three", "one three", "one 2 three") == Merged("one [2] three", 1)
