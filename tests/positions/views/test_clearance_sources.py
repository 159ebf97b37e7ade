"""A ministry's page of its paragraphs: the sources behind each that its officer may read, and what changed since it
answered.
"""

import pytest
from django.urls import reverse

from ncm_portal.workflow import now
from positions import workflow
from positions.models import Grounding, Stance
from tests.factories import change, make_point, make_stakeholder, make_submission
from tests.pages import words
from tests.paper_factories import reword, take_stance
from tests.positions.clearing import make_text
from tests.positions.views.test_clearance import DUE
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def text(client):
    made = make_text()
    made.paper = workflow.request_clearance(made.paper, by=made.secretariat, due_at=DUE)
    made.asked = made.paper.clearances.get(ministry=made.one)
    sign_in(client, made.officer_one)
    return made


def page_of(client, text, **query):
    return client.get(reverse("clearance", args=[text.asked.pk], query=query))


def stances(page):
    return {stance.number: stance for stance in page.context["stances"]}


def cite(text, asked, *, audience="public", relation="rests_on", **about):
    sent = make_submission(text.paper.consultation, make_stakeholder("Herders"), audience=audience, **about)
    point = make_point(sent, text=asked)
    rests = {"wording": text.first.wording, "point": point, "relation": relation}
    Grounding.objects.create(**rests, by=text.secretariat, at=now())
    return point


def move(text, words="Kenya calls for two things."):
    """Let the ministry agree to the first paragraph, then change its words and ask again."""
    answered = take_stance(text.asked, text.first, by=text.officer_one)
    new = reword(text.first, words).wording
    change(answered, replaced_at=now())
    Stance.objects.create(clearance=text.asked, paragraph=text.first, wording=new)
    text.first.refresh_from_db()


def test_sources_behind_a_paragraph_are_those_that_the_officer_may_read(client, text):
    shown = cite(text, "Two passes.")
    cite(text, "A secret.", audience="secretariat", title="Hidden")
    page = page_of(client, text)
    stance = stances(page)[2]
    assert [source.point.pk for source in stance.sources] == [shown.pk]
    assert stance.unread == 1
    assert "Herders" in words(page)
    assert "1 source is not public." in words(page)
    assert "A secret." not in page.content.decode()
    assert f"/inputs/{shown.submission.reference}/" in page.content.decode()


def test_source_that_the_text_goes_against_says_so(client, text):
    cite(text, "No passes.", relation="contrary")
    assert "The text goes against it." in words(page_of(client, text))


def test_text_of_the_secretariat_says_that_it_has_no_source(client, text):
    assert "Text of the secretariat, without a source." in words(page_of(client, text))


def test_changed_words_are_shown_out_and_in_until_they_are_answered(client, text):
    move(text)
    page = page_of(client, text)
    spans = [(span.kind, span.rest) for span in stances(page)[2].spans if span.kind != "same"]
    assert {kind for kind, _words in spans} >= {"removed", "added"}
    assert "Changed since you answered 1" in words(page)
    assert "The words have changed since you answered “agree”" in words(page)
    assert [stance.number for stance in page_of(client, text, show="changed").context["stances"]] == [2]
    form = client.get(reverse("clearance_stance", args=[text.asked.pk, text.first.key]))
    assert "<del>" in form.content.decode()
    workflow.take_stance(text.asked, text.first, by=text.officer_one, value="agree")
    page = page_of(client, text, show="changed")
    assert len(page.context["stances"]) == 2
    assert "Changed since" not in words(page)


def test_answer_to_the_same_words_is_not_a_change(client, text):
    answered = take_stance(text.asked, text.first, by=text.officer_one)
    change(answered, replaced_at=now())
    Stance.objects.create(clearance=text.asked, paragraph=text.first, wording=text.first.wording)
    assert stances(page_of(client, text))[2].earlier is None


def test_silence_of_the_past_is_not_an_answer(client, text):
    move(text)
    Stance.objects.exclude(replaced_at=None).update(value="silent")
    assert stances(page_of(client, text))[2].earlier is None


def test_another_ministry_does_not_read_the_page(client, text):
    sign_in(client, text.officer_two)
    assert page_of(client, text).status_code == 404
