"""Consultations: no slug is a word that the desk uses in other addresses."""

import pytest
from django.core.exceptions import ValidationError

import consultations.urls
import positions.urls
from consultations.models import DESK_WORDS, Consultation


def test_every_first_word_after_desk_is_no_slug_of_a_consultation():
    patterns = [*consultations.urls.urlpatterns, *positions.urls.urlpatterns]
    words = {str(each.pattern).split("/")[1] for each in patterns if str(each.pattern).startswith("desk/")}
    assert {word for word in words if word and "<" not in word} - set(DESK_WORDS) == set()


@pytest.mark.parametrize("word", DESK_WORDS)
def test_word_of_the_desk_is_refused_as_slug(word):
    with pytest.raises(ValidationError) as refusal:
        Consultation(slug=word).clean()
    assert list(refusal.value.message_dict) == ["slug"]
