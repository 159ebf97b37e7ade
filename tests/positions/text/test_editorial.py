"""Limits of a correction: few words, none that change the meaning, never the operative words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from positions.text.editorial import MOST_WORDS, WEIGHTY, weigh

TEXT = "Kenya calls for safe pathways, as objective 32 of the Compact says, and not for walls."
PLAIN = st.lists(
    st.sampled_from(["safe", "pathways", "migrants", "counties", "borders", "data", "skills"]), max_size=30
)


@pytest.mark.parametrize(
    ("after", "changed", "weighty", "keeps_operative"),
    [
        (TEXT, 0, [], True),
        (TEXT.replace("32", "23"), 1, [], True),
        (TEXT.replace("pathways,", "pathways"), 0, [], True),
        (TEXT.replace("safe ", "safe and regular "), 2, ["and"], True),
        (TEXT.replace("and not for", "and for"), 1, ["not"], True),
        (TEXT.replace("calls for", "considers"), 2, [], False),
        (TEXT + " The counties pay for the roads between them.", 8, [], True),
    ],
)
def test_editorial_changes_are_evaluated(after, changed, weighty, keeps_operative):
    found = weigh(TEXT, after, "calls for")
    assert (found.changed, found.weighty, found.keeps_operative) == (changed, weighty, keeps_operative)


@given(PLAIN, PLAIN)
def test_weight_is_symmetric_and_zero_for_equal_texts(old, new):
    one, other = weigh(" ".join(old), " ".join(new)), weigh(" ".join(new), " ".join(old))
    assert one.weighty == other.weighty == []
    assert weigh(" ".join(old), " ".join(old)).changed == 0
    assert (one.changed == 0) == (old == new)
    assert one.changed >= abs(len(old) - len(new))


@given(PLAIN, st.sampled_from(sorted(WEIGHTY)), st.integers(0, 30))
def test_significant_words_are_never_editorial(words, weighty, place):
    more = [*words[:place], weighty, *words[place:]]
    for before, after in ((words, more), (more, words)):
        assert weigh(" ".join(before), " ".join(after)).weighty == [weighty]


@given(PLAIN, st.lists(st.just("roads"), min_size=MOST_WORDS + 1, max_size=20))
def test_too_many_changes_are_not_editorial(words, more):
    assert weigh(" ".join(words), " ".join([*words, *more])).changed > MOST_WORDS
