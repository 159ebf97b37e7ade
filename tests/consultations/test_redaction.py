"""Held-back passages, and Markdown limited to safe HTML."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultations.redaction import (
    as_html,
    badly_marked,
    comes_from_held_back,
    for_everybody,
    hide,
    holds_back,
    in_full,
    is_well_marked,
    mark_hidden,
)

NOTICE = "[passage held back]"
ALLOWED = {"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "a", "mark"}
WORDS = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="[]"), max_size=60)


@pytest.mark.parametrize(
    ("text", "everybody", "full"),
    [
        ("open", "open", "open"),
        ("a [[b]] c", f"a {NOTICE} c", "a b c"),
        ("[[a\nb]]", NOTICE, "a\nb"),
        ("[[a]] and [[b]]", f"{NOTICE} and {NOTICE}", "a and b"),
        ("[[never closed", "[[never closed", "[[never closed"),
        ("[one bracket]", "[one bracket]", "[one bracket]"),
        ("", "", ""),
    ],
)
def test_withheld_passage_is_replaced_by_notice_for_others(text, everybody, full):
    assert (for_everybody(text), in_full(text)) == (everybody, full)
    assert holds_back(text) is (everybody != full)


@pytest.mark.parametrize(
    ("text", "well"),
    [("a [[b]] c", True), ("[[a", False), ("a]]", False), ("[[a [[b]] c]]", False), ("[a]", True), ("[[a]b]]", True)],
)
def test_brackets_must_be_closed_and_not_nested(text, well):
    assert is_well_marked(text) is well


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a [[b]] c", ""),
        ("a [b] c", ""),
        ("We say [[this and no more", "We say [[this and no more"),
        ("[[a]] and then\nthis]] was left", "[[a]] and then this]] was left"),
    ],
)
def test_position_of_invalid_bracket_is_reported(text, where):
    assert badly_marked(text) == where
    assert is_well_marked(text) is not bool(where)


def test_worst_case_brackets_are_parsed_quickly():
    for text in ("[[" * 10_000, "[[a" * 7_000, "]]" * 10_000, "[[" + "a" * 20_000):
        begun = time.process_time()
        assert (holds_back(text), is_well_marked(text)) == (False, False)
        assert time.process_time() - begun < 0.5


@given(WORDS, WORDS.map(lambda words: words if len(words.strip()) > 12 else f"{words}said in confidence"), WORDS)
def test_held_back_text_is_removed_completely(before, held, after):
    text = f"{before}[[{held}]]{after}"
    assert for_everybody(text) == f"{before}{NOTICE}{after}"
    assert in_full(text) == before + held + after


@pytest.mark.parametrize(
    ("quotation", "text", "held"),
    [
        ("the cells", "In [[the  cells\nof X]] there", True),
        ("In the cells of X", "In [[the cells of X]] there", True),
        ("there", "In [[the cells of X]] there", False),
        ("the cells", "the cells are full. In [[the cells of X]]", False),
        ("other words", "In [[the cells of X]] there", False),
        ("", "[[a]]", False),
        ("a summary of the cells of X", "In [[the cells of X]] there", True),
        ("[[The cells of X are full.", "[[The cells of X are full. Nobody counts them.]] Build shelters.", True),
        ("Nobody counts them.]]", "[[The cells of X are full. Nobody counts them.]] Build shelters.", True),
        (
            "Build shelters. Nobody counts them.",
            "[[The cells are full. Nobody counts them.]] And build shelters.",
            True,
        ),
        ("In X the guards counted the cells", "Open. [[We saw that the guards counted the cells of X.]]", True),
        ("Build shelters of stone", "We ask: build shelters of stone. [[Do not build shelters of stone in X.]]", False),
        ("Nobody else has ever spoken to X", "Open. [[We saw that the guards counted the cells of X]]", False),
        ("Nobody pays the guards there", "Open. [[We saw that the guards counted the cells of X]]", False),
        ("Half of it", "We ask: [[Half of it] was never counted.", False),
        ("Half was counted] and", "In [[the half was counted] and]] there", True),
        ("See Mombasa", "We went to [[Mombasa]]", True),
        ("See Mombasa", "We went to Mombasa, to [[Mombasa]]", False),
    ],
)
def test_quotation_overlapping_withheld_passage_is_detected(quotation, text, held):
    assert comes_from_held_back(quotation, text) is held


def test_basic_markdown_is_rendered():
    text = "We *ask* for\n**two** things:\n\n- shelter\n- fuel\n\n> as we said\n\n[here](https://example.org/a)"
    assert as_html(text, full=True) == (
        "<p>We <em>ask</em> for<br>\n<strong>two</strong> things:</p>\n<ul>\n<li>shelter</li>\n<li>fuel</li>\n</ul>\n"
        "<blockquote>\n<p>as we said</p>\n</blockquote>\n"
        '<p><a href="https://example.org/a" rel="nofollow noopener">here</a></p>\n'
    )


def test_withheld_passage_is_marked_for_permitted_readers():
    assert as_html("a [[b *c*]] d", full=True) == '<p>a <mark class="held-back">b <em>c</em></mark> d</p>\n'
    assert as_html("a [[b *c*]] d", full=False) == f"<p>a {NOTICE} d</p>\n"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[click](javascript:alert(1))",
        "![pixel](https://example.org/p.png)",
        "# not a heading",
        "```\ncode\n```",
        "{{ 7|add:7 }} {% now %}",
        "[a](data:text/html,x)",
        "[[" * 200 + "]]" * 200,
        "> " * 300 + "deep",
    ],
)
def test_other_text_is_escaped(text):
    for full in (True, False):
        html = as_html(text, full=full)
        assert set(re.findall(r"<\s*/?\s*([a-zA-Z0-9]+)", html)) <= ALLOWED
        assert re.findall(r"""(?:href|src)\s*=\s*["']?(?:javascript|data)""", html) == []


@given(st.text(max_size=300))
def test_any_text_becomes_allowed_html(text):
    html = as_html(text, full=True)
    assert set(re.findall(r"<\s*/?\s*([a-zA-Z0-9]+)", html)) <= ALLOWED


# --- Phrases that the desk hides ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "phrase", "shown"),
    [
        ("Ask Amina Barasa.", "amina barasa", "Ask (x)."),
        ("Ask **Amina**\nBarasa and AMINA BARASA", "Amina Barasa", "Ask **(x) and (x)"),
        ("Call +254-700-111 now", "254 700 111", "Call +(x) now"),
        ("Mwanamina", "Amina", "Mwanamina"),
        ("ab ab ab c", "ab ab", "(x) c"),
        ("Ask Amina [[Barasa, a widow]] today", "Amina Barasa", "Ask (x)[[, a widow]] today"),
        ("Nothing", "...", "Nothing"),
    ],
)
def test_phrase_is_hidden_wherever_its_words_follow_each_other(text, phrase, shown):
    assert hide(text, {phrase: "(x)"}) == shown


def test_overlapping_phrases_are_hidden_whole():
    assert hide("a b c d", {"a b": "(1)", "b c": "(2)"}) == "(1) d"
    assert hide("Jane Wanjiru", {"Jane": "(1)", "Jane Wanjiru": "(2)"}) == "(1)"


def test_hidden_phrase_is_marked_like_held_back_passage():
    marked = mark_hidden("Ask Amina [[Barasa, a widow]] today", ["Amina Barasa"])
    assert marked == "Ask [[Amina Barasa, a widow]] today"
    assert mark_hidden("Ask [[x", []) == "Ask [[x"
