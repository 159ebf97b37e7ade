"""Style advice for a paragraph: what it reports and what it ignores."""

import csv
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from positions.models import Strength
from positions.text.style_advice import Preference, advise, preferences

LADDER = {value: str(label) for value, label in Strength.choices if value}
IRREGULAR = Preference("irregular", "illegal")


def advice_on(text, strength="", preferred=(IRREGULAR,)):
    return advise(text, strength, ladder=LADDER, preferred=preferred)


def test_vocabulary_has_preferred_terms():
    definitions = [
        "Within or outside the rules of the States concerned; say irregular, not illegal",
        "Say people on the move, not flows. Say irregular, not illegal; say returnee, not deportee",
        "Procuring illegal entry for gain; crime against the State",
    ]
    assert preferences(definitions) == [
        IRREGULAR, Preference("people on the move", "flows"), Preference("returnee", "deportee"),
    ]  # fmt: skip


def test_reference_data_vocabulary_has_preferred_terms():
    with (Path(settings.BASE_DIR) / "consultations/reference/vocabulary.csv").open(encoding="utf-8-sig") as lines:
        definitions = [row["definition_own_words"] for row in csv.DictReader(lines)]
    assert preferences(definitions) == [IRREGULAR]


@pytest.mark.parametrize("text", ["An illegal migrant.", "ILLEGALS", "who crossed illegally"])
def test_discouraged_word_is_reported(text):
    assert advice_on(text) == ["Use “irregular” instead of “illegal”: it is the term of the vocabulary."]


@pytest.mark.parametrize("text", ["The illegality of it.", "An irregular migrant.", ""])
def test_other_words_are_not_reported(text):
    assert advice_on(text) == []


@pytest.mark.parametrize(
    ("text", "strength", "told"),
    [
        ("Kenya calls for agreed routes.", "calls_for", []),
        ("Kenya and its counties call for agreed routes.", "calls_for", []),
        (
            "Agreed routes are needed.",
            "calls_for",
            ["The paragraph is marked “calls for”, but its text does not say so."],
        ),
        (
            "Kenya calls for agreed routes, urges States to pay, and calls for more.",
            "calls_for",
            ["A paragraph has one action, and this one has several (“calls for” “urges”). Split it."],
        ),
        (
            "Kenya urges it.",
            "notes",
            ["The paragraph is marked “notes”, but its text does not say so."],
        ),
        ("Kenya urges it.", "", ["The paragraph is marked as narrative, but it has operative words: “urges”."]),
        ("The reserves of the lake and its fish are small; the support of partners counts.", "", []),
        ("Kenya commits to the reserves of water and to the notes of the meeting.", "commits_to", []),
    ],
)
def test_operative_paragraph_has_one_action_and_its_verb(text, strength, told):
    assert advice_on(text, strength) == told


@given(st.text(max_size=300), st.sampled_from(["", *LADDER]))
def test_style_advice_accepts_any_text(text, strength):
    assert all(isinstance(each, str) and each for each in advice_on(text, strength))
