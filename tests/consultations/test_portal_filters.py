"""How the portal writes dates, numbers, hashes and other people's words."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.utils import dateformat, translation
from hypothesis import given
from hypothesis import strategies as st

from consultations.templatetags import portal
from ncm_portal import workflow


def test_a_moment_is_written_in_kenyan_time():
    assert portal.eat(datetime(2017, 10, 13, 14, tzinfo=UTC)) == "Friday 13 October 2017, 17:00 EAT (UTC+3)"


def test_an_evening_in_utc_is_the_next_day_in_kenya():
    assert portal.eat(datetime(2017, 10, 16, 21, 30, tzinfo=UTC)) == "Tuesday 17 October 2017, 00:30 EAT (UTC+3)"
    assert portal.day(datetime(2017, 10, 16, 21, 30, tzinfo=UTC)) == "17 October 2017"


@pytest.mark.parametrize(("hours", "expected"), [(0, "today"), (14, "1 day"), (24 * 9, "9 days"), (-30, "today")])
def test_waiting_time_is_counted_in_kenyan_days(hours, expected):
    noon = datetime(2017, 10, 13, 9, tzinfo=UTC)
    with workflow.replayed_at(noon):
        assert portal.age(noon - timedelta(hours=hours)) == expected
    assert portal.age(None) == ""


def test_a_day_has_no_time_zone():
    assert portal.day(date(2017, 10, 1)) == "1 October 2017"


def test_dates_follow_the_reader_s_language():
    with translation.override("sw"):
        assert portal.day(date(2017, 10, 1)) == "1 Oktoba 2017"


@given(st.dates(), st.sampled_from(["en", "sw"]))
def test_every_day_is_written_as_django_writes_it(day, language):
    with translation.override(language):
        assert portal.day(day) == dateformat.format(day, "j F Y")


@pytest.mark.parametrize("write", [portal.eat, portal.day, portal.paragraphs, portal.spaced, portal.thousands])
def test_empty_values_format_as_empty(write):
    assert write(None) == ""


@pytest.mark.parametrize(
    ("start", "end", "precision", "expected"),
    [
        (date(2017, 10, 17), None, "day", "17 Oct 2017"),
        (date(2017, 10, 17), date(2017, 10, 17), "day", "17 Oct 2017"),
        (date(2017, 12, 4), date(2017, 12, 6), "day", "4–6 Dec 2017"),
        (date(2017, 11, 30), date(2017, 12, 2), "day", "30 Nov – 2 Dec 2017"),
        (date(2017, 12, 30), date(2018, 1, 2), "day", "30 Dec 2017 – 2 Jan 2018"),
        (date(2018, 3, 5), None, "day (unverified)", "5 Mar 2018"),
        (date(2018, 1, 22), date(2018, 1, 29), "range", "22–29 Jan 2018"),
        (date(2018, 9, 1), None, "month", "Sep 2018"),
        (date(2017, 4, 1), date(2017, 11, 30), "month", "Apr–Nov 2017"),
        (date(2017, 11, 1), date(2018, 1, 31), "month", "Nov 2017 – Jan 2018"),
        (date(2006, 1, 1), None, "year", "2006"),
        (date(2006, 1, 1), date(2007, 1, 1), "year", "2006–2007"),
        (date(2017, 11, 1), None, "unknown", "2017"),
    ],
)
def test_time_span_omits_repeated_and_unknown_parts(start, end, precision, expected):
    assert portal.span(start, end, precision) == expected


def test_planned_and_actual_dates_of_a_milestone():
    moved = SimpleNamespace(
        planned_start=date(2018, 9, 1), planned_end=None, planned_precision="month",
        actual_start=date(2018, 12, 10), actual_end=date(2018, 12, 11), actual_precision="day",
    )  # fmt: skip
    assert (portal.dates(moved, "planned"), portal.dates(moved, "actual")) == ("Sep 2018", "10–11 Dec 2018")
    moved.actual_start = None
    assert portal.dates(moved, "actual") == ""


def test_text_is_shown_literally_in_paragraphs():
    text = "<b>Pwani</b> & {{ Lamu }}\nline two\n\nNg'ang'a"
    expected = "<p>&lt;b&gt;Pwani&lt;/b&gt; &amp; {{ Lamu }}<br>line two</p>\n\n<p>Ng&#x27;ang&#x27;a</p>"
    assert Template("{% load portal %}{{ text|paragraphs }}").render(Context({"text": text})) == expected


@given(st.text())
def test_no_text_becomes_markup(text):
    shown = portal.paragraphs(text).replace("<p>", "").replace("</p>", "").replace("<br>", "")
    assert [sign for sign in "<>\"'" if sign in shown] == []


@pytest.mark.parametrize(
    ("text", "verb", "expected"),
    [
        ("Kenya calls for <b>", "calls for", 'Kenya <span class="verb">calls for</span> &lt;b&gt;'),
        ("urges and urges", "urges", '<span class="verb">urges</span> and urges'),
        ("Footnotes say that Kenya notes", "notes", 'Footnotes say that Kenya <span class="verb">notes</span>'),
        ("Kenya & all", "supports", "Kenya &amp; all"),
        ("Kenya & all", "", "Kenya &amp; all"),
    ],
)
def test_operative_words_are_set_bold_once(text, verb, expected):
    assert portal.operative(text, verb) == expected


def test_a_hash_is_written_in_groups_of_four():
    assert portal.spaced("9f2c41d70be6a8") == "9f2c 41d7 0be6 a8"


@pytest.mark.parametrize(("number", "expected"), [(0, "0"), (999, "999"), (20000, "20,000"), (1234567, "1,234,567")])
def test_thousands_have_a_comma(number, expected):
    assert portal.thousands(number) == expected


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("accept", "Accept"),
        ("return_for_completion", "Ask the sender"),
        ("accept:refused", "Accept: refused"),
        ("admit_late", "Allow after the deadline"),
        ("refuse_late:refused", "Do not allow: refused"),
    ],
)
def test_verb_is_shown_in_words(verb, expected):
    assert portal.spoken(verb) == expected
