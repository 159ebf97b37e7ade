"""Page of a consultation for everybody: where it stands, its questions, the ways to write, and help."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from consultations.models import Letterhead, Milestone, ThemeQuestion
from ncm_portal import workflow
from tests.factories import (
    bring,
    make_consultation,
    make_forum,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_theme,
)
from tests.pages import tidy, words
from tests.paper_factories import make_edition, make_paper

pytestmark = pytest.mark.django_db


def page_of(client, consultation):
    return client.get(reverse("consultation", args=[consultation.slug]))


def steps_of(client, consultation):
    """Return the labels of the steps, each with its state."""
    return [(str(step.label), step.state) for step in page_of(client, consultation).context["steps"]]


@pytest.fixture
def open_round():
    return make_consultation(slug="review", themes=("T1", "T2"), closes_at=workflow.now() + timedelta(days=28))


def test_questions_stand_under_their_theme_with_the_way_to_write(client, open_round):
    ThemeQuestion.objects.create(
        consultation=open_round, theme=make_theme("T1"), order=1, text="What did it cost?", text_sw="Iligharimu nini?"
    )
    other = make_consultation()
    ThemeQuestion.objects.create(consultation=other, theme=make_theme("T1"), order=1, text="Elsewhere?")
    page = page_of(client, open_round)
    assert "Open for 28 more days" in words(page)
    assert "Theme 1 1 question What did it cost?" in words(page)
    assert "Theme 2 in your own words" in words(page)
    assert "Elsewhere?" not in words(page)
    assert f'{reverse("write", args=["review"])}?theme=T1"' in tidy(page.text)
    client.cookies["django_language"] = "sw"
    assert "Iligharimu nini?" in words(page_of(client, open_round))


def test_who_has_not_written_is_counted(client, open_round):
    make_submission(open_round, stakeholder=make_stakeholder())
    assert "1 input from 1 organisation so far." in words(page_of(client, open_round))


def test_a_consultation_in_preparation_is_not_there(client):
    assert page_of(client, make_consultation(state="draft")).status_code == 404
    assert client.get(reverse("consultation", args=["no-such"])).status_code == 404


def test_steps_lead_from_writing_to_the_published_position(client, open_round):
    assert steps_of(client, open_round) == [
        ("Write now", "here"),
        ("We read", "ahead"),
        ("We draft", "ahead"),
        ("You see what became of it", "ahead"),
    ]
    forum = make_forum(open_round)
    make_forum(open_round, state="draft")
    assert steps_of(client, open_round)[2] == ("Forum", "ahead")
    bring(open_round, "closed")
    assert steps_of(client, open_round)[:2] == [("Inputs closed", "held"), ("We read", "here")]
    bring(forum, "held")
    assert steps_of(client, open_round)[1:4] == [("We read", "held"), ("Forum", "held"), ("We draft", "here")]


def test_nothing_is_told_of_a_paper_before_its_publication(client, open_round):
    make_edition(make_paper(open_round, state="in_clearance", title="Not out yet"), "0.9", "draft")
    page = page_of(client, open_round)
    assert page.context["edition"] is None
    assert "Not out yet" not in page.text
    assert dict(steps_of(client, open_round))["We draft"] == "ahead"


def test_published_position_is_the_last_step_and_has_the_button(client):
    closed = make_consultation(state="closed")
    paper = make_paper(closed, state="published")
    make_edition(paper, "1.0", "adopted")
    assert steps_of(client, closed)[-1] == ("You see what became of it", "here")
    page = page_of(client, closed).text
    assert f'class="button" href="{reverse("paper", args=[paper.slug])}"' in tidy(page)
    assert reverse("write", args=[closed.slug]) not in page
    other = make_consultation(state="closed")
    assert page_of(client, other).context["edition"] is None


def test_only_its_own_dates_are_shown(client, open_round):
    line = {"kind": "meeting", "level": "national", "planned_start": "2027-03-18"}
    Milestone.objects.create(title="Its adoption", consultation=open_round, is_key=True, **line)
    Milestone.objects.create(title="Its rehearsal", consultation=open_round, is_key=False, **line)
    Milestone.objects.create(title="Of another", consultation=make_consultation(), is_key=True, **line)
    page = words(page_of(client, open_round))
    assert [name in page for name in ("Its adoption", "Its rehearsal", "Of another")] == [True, False, False]


def test_other_ways_to_write_are_those_of_its_letterhead(client, open_round):
    page = page_of(client, open_round)
    assert ("On paper" in words(page), "By e-mail" in words(page)) == (True, False)
    facts = {"by": make_secretariat(), "at": workflow.now()}
    Letterhead.objects.create(consultation=open_round, contact="Box 1, Nairobi", reply_to="review@ncm.example", **facts)
    page = page_of(client, open_round)
    assert 'href="mailto:review@ncm.example"' in page.text
    assert "Box 1, Nairobi" in words(page)
    assert f"{reverse('contact')}?consultation=review" in page.text


def sheet_of(client, consultation, theme="T1"):
    return client.get(reverse("meeting_sheet", args=[consultation.slug, theme]))


def test_sheet_for_a_meeting_has_the_questions_within_an_hour(client, open_round):
    for order, text in enumerate(("What did it cost?", "Who was paid?"), 1):
        ThemeQuestion.objects.create(consultation=open_round, theme=make_theme("T1"), order=order, text=text)
    assert reverse("meeting_sheet", args=["review", "T1"]) in page_of(client, open_round).text
    page = words(sheet_of(client, open_round))
    assert "What did it cost? 20 minutes Who was paid? 20 minutes" in page
    assert f"{settings.PORTAL_ADDRESS}{reverse('consultation', args=['review'])}" in page
    assert "What do you see, what works, and what should be done? 40 minutes" in words(
        sheet_of(client, open_round, "T2")
    )


def test_there_is_no_sheet_of_another_theme_or_a_closed_consultation(client, open_round):
    make_theme("T9")
    assert sheet_of(client, open_round, "T9").status_code == 404
    bring(open_round, "closed")
    assert sheet_of(client, open_round).status_code == 404
