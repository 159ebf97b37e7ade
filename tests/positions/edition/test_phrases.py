"""Detection of the operative words in a paragraph's text."""

import pytest

from positions.edition.phrases import operative_words


@pytest.mark.parametrize(
    ("label", "text", "expected"),
    [
        ("calls for", "Kenya calls for data.", "calls for"),
        ("calls for", "The members call for data.", "call for"),
        ("commits to", "Kenya and its counties commit to it.", "commit to"),
        ("urges", "It surges.", "urges"),
        ("notes", "A note of hope: Kenya notes it.", "notes"),
        ("notes", "A footnote.", "notes"),
    ],
)
def test_operative_words_form_is_found(label, text, expected):
    assert operative_words(label, text) == expected
