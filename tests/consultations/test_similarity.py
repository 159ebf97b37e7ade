"""Similarity of texts: general properties, labelled pairs, and search results."""

import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from consultations import similarity
from consultations.similarity import (
    INPUTS_ALIKE,
    POINTS_ALIKE,
    likeness,
    marked,
    pairs_among,
    shared_words,
    stem,
    words_of,
)
from tests.consultations.likeness_pairs import DIFFERENT, SAME

WORDS = st.lists(
    st.sampled_from(
        [
            "migrants",
            "herders",
            "wages",
            "not",
            "the",
            "of",
            "na",
            "kwa",
            "wahamiaji",
            "2017",
            "fees",
            "fee",
            "Ng'ang'a",
        ]
    )
)
TEXTS = st.one_of(st.text(max_size=60), WORDS.map(" ".join))


# --- What holds for all texts ---------------------------------------------------------------------------------------


@given(TEXTS, TEXTS)
def test_similarity_is_symmetric_and_between_0_and_1(first, second):
    found = likeness(first, second)
    assert 0 <= found <= 1
    assert found == likeness(second, first)


@given(TEXTS)
def test_text_is_fully_similar_to_itself(text):
    assume(words_of(text))
    assert likeness(text, text) == 1


@given(WORDS, st.randoms())
def test_word_order_does_not_affect_similarity(words, chance):
    assume(words)
    mixed = chance.sample(words, len(words))
    assert likeness(" ".join(words), " ".join(mixed)) == 1


@given(WORDS, TEXTS)
def test_case_and_spaces_do_not_count(words, other):
    text = " ".join(words)
    assert likeness(text, other) == likeness("\n ".join(text.upper().split()) + "  ", other)


@given(TEXTS, TEXTS)
def test_marked_pieces_add_up_to_text(text, other):
    pieces = marked(text, words_of(other))
    assert "".join(piece.text for piece in pieces) == text
    assert all(piece.text for piece in pieces)


@pytest.mark.parametrize("text", ["", " ", "!?", "\0", "…"])
def test_texts_without_words_have_no_similarity(text):
    assert likeness(text, text) == 0
    assert list(pairs_among([(1, text), (2, text)], at_least=0.5)) == [[], []]


# --- Words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "stems"),
    [
        ("recruit recruits recruited recruiting recruitment", {"recruit"}),
        ("agency agencies", {"agency"}),
        ("manage managing manages", {"manag"}),
        ("ban banning banned", {"ban"}),
        ("protection protects", {"protect"}),
        ("bus crisis class press fee fees", {"bus", "crisis", "class", "press", "fee"}),
        ("country's countries", {"country"}),
    ],
)
def test_common_english_endings_are_stripped(words, stems):
    assert words_of(words) == stems


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("policies", "policy"), ("ponies", "pony"), ("ties", "tie"), ("gas", "gas"), ("sees", "see"), ("focus", "focus"),
        ("planned", "plan"), ("running", "run"), ("falling", "fall"), ("passing", "pass"), ("added", "add"),
        ("king", "king"), ("red", "red"), ("used", "used"), ("being", "being"), ("hired", "hir"), ("wage", "wag"),
        ("ice", "ice"), ("the", "the"),
    ],
)  # fmt: skip
def test_short_words_and_double_letters_keep_their_stem(word, expected):
    assert stem(word) == expected


def test_kiswahili_words_are_not_stemmed():
    assert words_of("Mikopo ya biashara kwa wote waliorejea Ng’ambo") == {"mikopo", "biashara", "waliorejea", "ngambo"}
    assert words_of("wa kwa pesa wanyonge") == {"pesa", "wanyonge"}


def test_stop_words_count_if_text_has_no_others():
    assert words_of("We are what we are") == {"we", "are", "what"}


def test_similarity_is_explained_by_shared_words():
    first, second = "Recruitment fees must go, all fees.", "No fee for recruiting nurses"
    assert shared_words(first, second) == ["recruitment", "fees"]
    assert shared_words(second, first) == ["fee", "recruiting"]
    shown = [piece.text for piece in marked(second, words_of(first)) if piece.is_shared]
    assert shown == ["fee", "recruiting"]


def test_numbers_and_negations_count_as_words():
    assert likeness("Visas within 30 days", "Visas within 60 days") < 1
    assert likeness("Fees are legal", "Fees are not legal") < 1


# --- How good it is -------------------------------------------------------------------------------------------------


def test_threshold_meets_stated_precision_and_recall_on_labelled_pairs():
    """At least seven of ten shown pairs are right, though half of the wrong ones are about the same subject; at least
    seven of ten duplicates are shown. Paraphrases and translations are missed.
    """
    right = [pair for pair in SAME if likeness(*pair) >= POINTS_ALIKE]
    wrong = [pair for pair in DIFFERENT if likeness(*pair) >= POINTS_ALIKE]
    assert (len(SAME), len(DIFFERENT)) == (45, 41)
    assert len(right) / (len(right) + len(wrong)) >= 0.7
    assert len(right) / len(SAME) >= 0.7


def test_no_labelled_pair_is_taken_for_a_campaign():
    assert [pair for pair in DIFFERENT if likeness(*pair) >= INPUTS_ALIKE] == []


LETTER = (
    "We are writing as members of the herders' union. Animals must cross the border with the rains, and so must we. We"
    " ask for a seasonal pass that costs nothing, for water points on both sides, and for a veterinary post at each"
    " crossing. Our grandparents crossed without papers; our children should cross with one that is easy to get."
)


@pytest.mark.parametrize(
    "other",
    [
        LETTER.upper(),
        LETTER.replace("herders' union", "Moyale market women"),
        f"Dear Sir or Madam, {LETTER} Yours, Amina of Mandera",
        LETTER.replace(" We ask for a seasonal pass that costs nothing, for", " We ask for"),
    ],
)
def test_campaign_letters_are_recognised(other):
    assert likeness(LETTER, other) >= INPUTS_ALIKE


# --- Many texts -----------------------------------------------------------------------------------------------------


def texts(number: int, seed: int) -> list[tuple[int, str]]:
    """Texts of a few words, some of them similar."""
    chance = random.Random(seed)
    known = [f"{start}{end}" for start in ["ba", "ke", "lo", "mi", "nu", "pa"] for end in ["rak", "tiv", "son", "lum"]]
    return [(key, " ".join(chance.choices(known, k=chance.randint(1, 8)))) for key in range(number)]


def brute(found: list[tuple[int, str]], at_least: float) -> set[tuple[int, int, float]]:
    return {
        (first, second, score)
        for first, one in found
        for second, other in found
        if first < second and (score := likeness(one, other)) >= at_least
    }


@pytest.mark.parametrize("at_least", [0.3, POINTS_ALIKE, 0.6, INPUTS_ALIKE, 1])
@pytest.mark.parametrize("seed", range(5))
def test_a_search_misses_no_pair(at_least, seed, monkeypatch):
    monkeypatch.setattr(similarity, "LOOKED_AT", 1000)
    found = texts(60, seed)
    pairs = {tuple(pair) for each in pairs_among(found, at_least=at_least, most=1000) for pair in each}
    assert pairs == brute(found, at_least)


def test_old_pairs_are_not_recomputed(monkeypatch):
    monkeypatch.setattr(similarity, "LOOKED_AT", 1000)
    found = texts(60, 7)
    old, new = found[:40], found[40:]
    later = {tuple(pair) for each in pairs_among(new, old, at_least=0.4, most=1000) for pair in each}
    before = {tuple(pair) for each in pairs_among(old, at_least=0.4, most=1000) for pair in each}
    assert {second < 40 for _first, second, _score in later} == {False}
    assert before | later == brute(found, 0.4)


def test_the_most_similar_partners_are_kept_and_come_first():
    letters = [(0, f"{LETTER} Boats and harbours need more lamps"), (1, LETTER), (2, f"{LETTER} Soon"), (3, LETTER)]
    *_earlier, last = pairs_among(letters, at_least=0.3, most=2)
    assert [pair[:2] for pair in last] == [(1, 3), (2, 3)]


def test_campaign_has_linear_number_of_pairs():
    letters = [(number, f"{LETTER} Number {number}") for number in range(40)]
    found = list(pairs_among(letters, at_least=INPUTS_ALIKE, most=3))
    assert [len(each) for each in found] == [min(number, 3) for number in range(40)]
