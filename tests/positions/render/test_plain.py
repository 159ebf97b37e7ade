from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from positions.render import plain

TEXT = some.text(some.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\r"), max_size=200)


@pytest.mark.parametrize(
    ("given_moment", "shown"),
    [
        ("2017-10-17", "17 October 2017"),
        ("2017-10-17T13:40:00+00:00", "17 October 2017"),
        ("2017-10-17T22:30:00+00:00", "18 October 2017"),
        ("", ""),
    ],
)
def test_date_is_that_of_nairobi(given_moment, shown):
    assert plain.day(given_moment) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("The hall, 4 September – 13 October 2017.", "The hall, 4~September – 13~October~2017."),
        ("May 3 points and 12 Mays of 2017", "May 3 points and 12 Mays of 2017"),
    ],
)
def test_date_on_cover_does_not_wrap(text, shown):
    assert plain.unbroken(text) == shown.replace("~", "\u00a0")


def test_time_names_its_time_zone():
    assert plain.minute("2017-10-17T13:40:00+00:00") == "17 October 2017, 16:40 EAT (UTC+3)"


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        ("2017-10-17", "", "17 October 2017"),
        ("2017-10-17", "2017-10-17", "17 October 2017"),
        ("2017-10-17", "2017-10-19", "17–19 October 2017"),
        ("2017-09-04", "2017-10-13", "4 September – 13 October 2017"),
        ("2017-12-30", "2018-01-02", "30 December 2017 – 2 January 2018"),
    ],
)
def test_date_range_has_month_and_year_once(first, last, shown):
    assert plain.days(first, last) == shown


def test_consecutive_numbers_become_range():
    assert plain.spans([9, 1, 2, 3, 5, 6, 9]) == "1–3, 5, 6, 9"


@given(some.sets(some.integers(1, 500)))
def test_ranges_contain_exactly_the_given_numbers(numbers):
    named = set()
    for part in filter(None, plain.spans(list(numbers)).split(", ")):
        first, _, last = part.partition("–")
        named |= set(range(int(first), int(last or first) + 1))
    assert named == numbers


@given(some.text("0123456789abcdef", min_size=64, max_size=64))
def test_grouped_hash_has_same_digits(digest):
    lines = plain.groups_of_four(digest)
    assert [len(line) for line in lines] == [39, 39]
    assert "".join(lines).replace(" ", "") == digest


def test_short_references_omit_prefix_and_year():
    assert plain.short_reference("NCM-2017-0042.3") == "0042.3"
    assert plain.short_reference("Breakout 4, point 6") == "Breakout 4, point 6"


def test_operative_words_are_bold_once():
    assert plain.blocks("Kenya calls for what it calls for.", "calls for") == [
        [[("Kenya ", False), ("calls for", True), (" what it calls for.", False)]]
    ]


def test_operative_words_are_not_matched_within_words():
    assert plain.blocks("Kenya denotes and notes.", "notes") == [
        [[("Kenya denotes and ", False), ("notes", True), (".", False)]]
    ]


def test_empty_lines_separate_paragraphs_and_line_breaks_lines():
    found = plain.blocks("one\ntwo\r\n\r\n\n\nthree\n")
    assert [[line[0].text for line in paragraph] for paragraph in found] == [["one", "two"], ["three"]]


@given(TEXT, some.sampled_from(["", "notes", "a", ".", "("]))
def test_blocks_keep_every_word_in_order(text, verb):
    printed = "\n".join(
        "".join(piece.text for piece in line) for paragraph in plain.blocks(text, verb) for line in paragraph
    )
    assert printed.split() == text.split()


@given(some.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_every_date_prints_its_year(when):
    assert plain.day(when.isoformat()).endswith(f" {when.year}")
