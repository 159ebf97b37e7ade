"""Home page: what is open, what was heard, what was adopted."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consultations.models import Milestone
from ncm_portal import workflow
from positions.models import ArtefactFormat
from positions.views.home import next_milestone
from tests.factories import (
    make_consultation,
    make_forum,
    make_point,
    make_provision,
    make_secretariat,
    make_submission,
    make_theme,
    make_user,
)
from tests.pages import tidy, words
from tests.paper_factories import make_edition, make_paper
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


def published(consultation, **fields):
    """Create a published paper with its adopted edition."""
    paper = make_paper(consultation, state="published", **fields)
    return make_edition(paper, "1.0", "adopted")


def test_home_page_works_without_consultation(client):
    page = client.get(reverse("home"))
    assert page.status_code == 200
    assert "No consultation has been opened yet" in words(page)
    assert 'class="button"' not in page.content.decode()


def test_open_consultation_has_one_button_and_deadline(client):
    with time_machine.travel("2017-10-09T09:00:00Z", tick=False):
        consultation = make_consultation(title="What should we stand for?", closes_at="2017-10-13T14:00:00Z")
        make_submission(consultation)
        page = client.get(reverse("home"))
    said = words(page)
    assert '<h1 lang="en">What should we stand for?</h1>' in page.content.decode()
    assert "Open 4 days left Inputs close on Friday 13 October 2017, 17:00 EAT (UTC+3) ." in said
    assert "1 input from 1 organisation so far. Who has written, and who has not yet" in said
    assert re.findall(r'class="button" href="([^"]+)"', page.content.decode()) == [
        reverse("write", args=[consultation.slug])
    ]


@pytest.mark.parametrize(
    ("now", "left"), [("2017-10-12T20:59:00Z", "1 day left"), ("2017-10-12T21:00:00Z", "Last day")]
)
def test_days_are_counted_in_nairobi(client, now, left):
    with time_machine.travel(now, tick=False):
        make_consultation(closes_at="2017-10-13T14:00:00Z")
        assert left in words(client.get(reverse("home")))


def test_closed_consultation_links_to_its_position(client):
    consultation = make_consultation(state="closed")
    edition = published(consultation)
    page = client.get(reverse("home"))
    assert "Closed Inputs are closed" in words(page)
    assert re.findall(r'class="button" href="([^"]+)"', page.content.decode()) == [
        reverse("paper", args=[edition.paper.slug])
    ]


def test_consultation_past_deadline_is_shown_as_closed(client):
    now = workflow.now()
    make_consultation(opens_at=now - timedelta(days=2), closes_at=now - timedelta(seconds=1))
    page = client.get(reverse("home"))
    assert "Inputs are closed" in words(page)
    assert 'class="button"' not in page.content.decode()


def test_paper_of_finished_consultation_is_shown_beside_open_one(client):
    past = workflow.now() - timedelta(days=400)
    finished = make_consultation(state="closed", opens_at=past, closes_at=past + timedelta(days=30), title="Finished")
    edition = published(finished, title="What we said then")
    open_now = make_consultation(title="Open now")
    page = client.get(reverse("home"))
    assert (page.context["round"], page.context["edition"]) == (open_now, edition)
    assert "What we said then" in words(page)
    assert re.findall(r'class="button" href="([^"]+)"', page.content.decode()) == [
        reverse("write", args=[open_now.slug])
    ]


@pytest.mark.parametrize("state", ["drafting", "in_clearance", "in_session", "adopted", "withdrawn", "suspended"])
def test_unpublished_paper_is_not_shown(client, state):
    paper = make_paper(make_consultation(state="closed"), state=state, title="Not out yet")
    make_edition(paper, "1.0", "adopted")
    page = client.get(reverse("home"))
    assert page.context["edition"] is None
    assert "Not out yet" not in page.content.decode()


def test_paper_card_shows_file_status_and_hash(client):
    edition = published(make_consultation(state="closed"))
    edition.artefacts.create(
        format=ArtefactFormat.PDF,
        file="a.pdf",
        sha256="a" * 64,
        size=1_258_291,
        renderer="1",
        rendered_at=workflow.now(),
    )
    page = client.get(reverse("home")).content.decode()
    assert "PDF, 1.2\xa0MB" in tidy(page)
    assert reverse("edition_file", args=[edition.paper.slug, "1.0", "pdf"]) in page
    assert reverse("verify_hash", args=[edition.sha256]) in page
    assert "Status of 1.0" in page


def test_each_theme_tile_has_figures(client):
    consultation = make_consultation(themes=("T1", "T2"))
    for code in ("GCM-04", "GCM-15", "GCM-16", "GCM-17"):
        make_provision(code, theme=make_theme("T1"))
    sent = make_submission(consultation, theme=make_theme("T1"), audience="secretariat")
    make_point(sent)
    page = words(client.get(reverse("home")))
    assert "2 themes Theme 1 Objectives 4, 15–17 input 1 point 1 group 1 Theme 2 inputs 0 points 0 groups 0" in page


@pytest.mark.parametrize("number", [2, 5])
def test_each_open_consultation_has_its_own_button_and_themes(client, number):
    now = workflow.now()
    rounds = [make_consultation(closes_at=now + timedelta(days=9 - turn)) for turn in range(number)]
    make_consultation(state="closed", title="Over by now")
    make_consultation(state="draft", title="Not opened yet")
    make_submission(rounds[0])
    page = client.get(reverse("home"))
    text = tidy(page.content.decode())
    buttons = re.findall(r'class="button" href="([^"]+)"', text)
    assert buttons == [reverse("write", args=[item.slug]) for item in reversed(rounds)]
    assert f"{number} consultations are open." in words(page)
    assert all(f'href="/themes/T1/?round={item.slug}"' in text for item in rounds)
    assert "Over by now" not in text
    assert "Not opened yet" not in text


@pytest.mark.parametrize("name", ["coverage_public", "participation", "theme"])
def test_visitor_chooses_where_several_consultations_are_open(client, name):
    rounds = [make_consultation() for _turn in range(2)]
    address = reverse(name, args=["T1"] if name == "theme" else [])
    page = client.get(address, {"organisations": "all"})
    links = re.findall(r'href="(\?[^"]+)"', tidy(page.content.decode()))
    assert sorted(links) == sorted(f"?organisations=all&amp;round={item.slug}" for item in rounds)
    chosen = client.get(address, {"round": rounds[0].slug})
    assert chosen.context["round"] == rounds[0]


def test_latest_consultation_is_shown_where_none_is_open(client):
    past = workflow.now() - timedelta(days=99)
    make_consultation(state="closed", opens_at=past, closes_at=past + timedelta(days=3))
    latest = make_consultation(state="closed")
    assert client.get(reverse("coverage_public")).context["round"] == latest


def test_announced_forum_is_linked(client):
    consultation = make_consultation()
    make_forum(consultation, state="draft", slug="not-yet")
    assert "/forums/" not in client.get(reverse("home")).content.decode()
    make_forum(consultation, slug="nairobi", title="The forum")
    assert '<a href="/forums/nairobi/" lang="en">The forum</a>' in client.get(reverse("home")).content.decode()


def test_sample_consultation_is_marked_as_sample(client):
    make_consultation()
    assert "SAMPLE" not in words(client.get(reverse("home")))
    make_consultation(is_sample=True, opens_at=workflow.now())
    assert "SAMPLE: not a position of the Government of Kenya." in words(client.get(reverse("home")))


def test_themes_are_in_language_of_reader(client):
    make_consultation(themes=("T1",))
    make_theme("T1")
    client.cookies["django_language"] = "sw"
    page = client.get(reverse("home")).content.decode()
    assert '<html lang="sw">' in page
    assert '<a href="/themes/T1/">Mada 1</a>' in tidy(page)


def test_a_theme_without_kiswahili_is_marked_as_english(client):
    theme = make_theme("T1", title_sw="")
    make_consultation(themes=(theme.code,))
    client.cookies["django_language"] = "sw"
    assert '<a href="/themes/T1/" lang="en">Theme 1</a>' in client.get(reverse("home")).content.decode()


# --- Milestones -----------------------------------------------------------------------------------------------------


def milestone(days, state="planned", **fields):
    day = timezone.localdate(workflow.now()) + timedelta(days=days)
    return Milestone(title=f"In {days} days", planned_start=day, state=state, **fields)


def test_next_milestone_is_first_in_future():
    held, over, cancelled = milestone(-9, "held"), milestone(-3), milestone(1, "cancelled")
    moved = milestone(-1, "moved", actual_start=timezone.localdate(workflow.now()) + timedelta(days=4))
    later = milestone(9)
    assert next_milestone([held, over, cancelled, moved, later]) is moved
    assert next_milestone([held, over, cancelled]) is None
    assert next_milestone([milestone(0)]).title == "In 0 days"


def test_milestones_are_on_timeline_with_previous_dates_struck(client):
    make_consultation()
    Milestone.objects.create(
        title="Intergovernmental Conference", short_title="Conference, Marrakech", kind="meeting", level="global",
        place="Marrakech", planned_start="2018-09-01", planned_precision="month", actual_start="2018-12-10",
        actual_end="2018-12-11", state="held", is_key=True,
    )  # fmt: skip
    page = words(client.get(reverse("home")))
    assert "10–11 Dec 2018 Conference, Marrakech Sept 2018 moved Held" in page.replace("Sep 2018", "Sept 2018")


def test_only_a_closed_consultation_shows_the_milestones_of_the_adopted_position(client):
    before = make_consultation(state="closed", opens_at="2017-09-04T05:00:00Z", closes_at="2017-10-13T14:00:00Z")
    published(before)
    line = {"kind": "meeting", "level": "global", "is_key": True, "state": "held"}
    Milestone.objects.create(title="The old conference", actual_start="2018-12-10", consultation=before, **line)
    assert "The old conference" in words(client.get(reverse("home")))
    now = make_consultation()
    assert "The old conference" not in words(client.get(reverse("home")))
    Milestone.objects.create(title="The next review", actual_start="2026-05-05", consultation=now, **line)
    page = words(client.get(reverse("home")))
    assert ("The next review" in page, "The old conference" in page) == (True, False)
    closed = make_consultation(state="closed")
    assert client.get(reverse("consultation", args=[closed.slug])).context["milestones"] == []


# --- Preview ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def planned():
    days = {"opens_at": workflow.now() + timedelta(days=2), "closes_at": workflow.now() + timedelta(days=9)}
    return make_consultation(state="draft", title="What comes next?", **days)


def preview_of(consultation):
    return reverse("preview", args=[consultation.slug])


def test_preview_is_the_home_page_as_it_will_be_and_changes_nothing(client, planned):
    make_forum(planned, state="draft", title="A secret forum")
    sign_in(client, make_secretariat())
    page = client.get(preview_of(planned))
    shown = words(page)
    for part in (
        "Preview: only the secretariat sees this page.",
        "What comes next?",
        "9 days left",
        "Write your input",
    ):
        assert part in shown
    assert "A secret forum" not in shown
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert '<meta name="robots" content="noindex">' in page.text
    planned.refresh_from_db()
    assert planned.state == "draft"
    public = words(client.get(reverse("home"))) + words(Client().get(reverse("home")))
    assert "What comes next?" not in public
    assert "Preview" not in public


def test_preview_beside_an_open_consultation_lists_both(client, planned):
    make_consultation(title="What is open now?")
    sign_in(client, make_secretariat())
    shown = words(client.get(preview_of(planned)))
    for part in ("Preview: only the secretariat", "What comes next?", "What is open now?"):
        assert part in shown


def test_preview_is_for_the_secretariat_until_the_consultation_opens(client, planned):
    assert client.get(preview_of(planned)).status_code == 302  # to the log-in
    for person in (make_user(), make_user("official"), make_user("sysadmin")):
        sign_in(client, person)
        assert client.get(preview_of(planned)).status_code == 404
    sign_in(client, make_secretariat())
    assert client.get(preview_of(make_consultation()))["Location"] == reverse("home")
    assert client.post(preview_of(planned)).status_code == 405
