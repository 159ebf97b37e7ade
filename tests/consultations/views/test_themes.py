"""Questions about the themes on the page where an input is written."""

import pytest
from django.urls import reverse

from consultations.models import ThemeQuestion
from tests import factories
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


def test_writers_read_the_questions_and_later_those_of_their_theme(client):
    round_ = factories.make_consultation(slug="review")
    for theme, order, text in (("T1", 1, "What did it cost?"), ("T1", 2, "Who was paid?"), ("T2", 1, "Who was safe?")):
        ThemeQuestion.objects.create(
            consultation=round_, theme=factories.make_theme(theme), order=order, text=text, text_sw=f"{text} (sw)"
        )
    other = factories.make_consultation()
    ThemeQuestion.objects.create(consultation=other, theme=factories.make_theme("T1"), order=1, text="Elsewhere?")
    body = factories.make_stakeholder()
    author = factories.make_member(body)
    sign_in(client, author)
    page = words(client.get(f"{reverse('submit')}?consultation=review"))
    assert "Theme 1 What did it cost? Who was paid? Theme 2 Who was safe?" in page
    assert "Elsewhere?" not in page
    draft = factories.make_submission(round_, body, state="draft", author=author, theme=factories.make_theme("T2"))
    page = words(client.get(reverse("draft", args=[draft.key])))
    assert "Who was safe?" in page
    assert "What did it cost?" not in page
