"""Timeline of a paper in plain language."""

from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from consultations.models import Event
from positions import workflow
from positions.queries.timeline import FOR_EVERYONE, SENTENCES, steps
from positions.workflow import PAPER_MOVES
from tests.pages import words
from tests.paper_factories import make_published_paper
from tests.positions.clearing import make_text
from tests.sign_in import sign_in


def test_every_move_of_a_paper_has_its_sentence():
    assert set(PAPER_MOVES) - set(SENTENCES) == set()
    assert set(FOR_EVERYONE) <= set(SENTENCES)


def test_other_events_and_refusals_are_left_out():
    events = [SimpleNamespace(verb=verb, at=None, data={}) for verb in ("adopt:refused", "write_annex", "adopt")]
    assert [step.text for step in steps(events)] == ["The forum adopted the text."]


def test_repeated_step_is_marked_as_repeated():
    events = [SimpleNamespace(verb=verb, at=None, data={}) for verb in ("clear_paper", "adopt", "clear_paper")]
    assert [step.text for step in steps(events)] == [
        "The head of the secretariat cleared the text.",
        "The forum adopted the text.",
        "The head of the secretariat cleared the text again.",
    ]


@pytest.mark.django_db
def test_desk_and_public_page_show_timeline(settings, tmp_path):
    text = make_text()
    workflow.reopen_text(text.paper, by=text.secretariat, reason="A word was wrong.")
    desk = sign_in(Client(), text.secretariat).get(reverse("desk_paper", args=[text.paper.slug]))
    assert "Where this stands The text was reopened." in words(desk)
    for _turn in range(2):
        Event.objects.record("clear_paper", text.paper, by=None)
    desk = sign_in(Client(), text.secretariat).get(reverse("desk_paper", args=[text.paper.slug]))
    assert [step.text for step in desk.context["steps"]][:2] == [
        "The head of the secretariat cleared the text again.",
        "The head of the secretariat cleared the text.",
    ]
    settings.MEDIA_ROOT = tmp_path
    paper = make_published_paper().paper
    for verb in ("break_silence", "adopt", "publish", "issue_corrigendum"):
        Event.objects.record(verb, paper, by=None, data={"edition": "1.0.1"})
    address = reverse("paper_history", args=[paper.slug])
    assert address in Client().get(reverse("paper", args=[paper.slug])).content.decode()
    page = words(Client().get(address))
    assert f"{paper.title} The forum adopted the text." in page
    assert "A mistake was corrected in edition 1.0.1." in page
    assert "A member broke the silence" not in page
    hidden = reverse("paper_history", args=[text.paper.slug])
    assert [Client().get(hidden).status_code, sign_in(Client(), text.secretariat).get(hidden).status_code] == [404, 404]
