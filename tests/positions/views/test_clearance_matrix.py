"""The secretariat's page of a clearance: the matrix of answers, and what its pane shows and offers."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from ncm_portal.workflow import now
from positions import workflow
from tests.factories import change
from tests.pages import words
from tests.paper_factories import make_clearance, make_letter, make_paper, make_paragraph, make_section, take_stance
from tests.positions.clearing import make_text
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
# far ahead, and the same on each day on which the tests run
DUE = datetime(2099, 10, 13, 17, 0, tzinfo=ZoneInfo("Africa/Nairobi"))
DUE_TEXT = "13 October 2099, 17:00 EAT (UTC+3)"


@pytest.fixture
def text():
    """Create a text in clearance: ministry one was asked about paragraphs 2 and 3, ministry two about 3."""
    made = make_text()
    made.paper = workflow.request_clearance(made.paper, by=made.secretariat, due_at=DUE)
    asked = {clearance.ministry: clearance for clearance in made.paper.clearances.all()}
    made.asked_one, made.asked_two = asked[made.one], asked[made.two]
    return made


@pytest.fixture
def as_secretariat(text):
    return sign_in(Client(), text.secretariat)


def desk(client, text, **query):
    return client.get(reverse("desk_clearance", args=[text.paper.slug]), query)


def test_matrix_shows_answers_and_opens_the_most_urgent(text, as_secretariat):
    take_stance(text.asked_one, text.first, "object", reason="It costs.", proposed_text="Less.", by=text.officer_one)
    take_stance(text.asked_one, text.second, "agree", by=text.officer_one)
    page = desk(as_secretariat, text)
    assert [(row.numbers, row.looks) for row in page.context["rows"]] == [
        ([2], ["object", "not_asked"]), ([3], ["agree", "no_answer"])
    ]  # fmt: skip
    assert [(column.ministry.name, str(column.standing)) for column in page.context["matrix"].columns] == [
        ("Ministry of One", "all 2 answered"), ("Ministry of Two", "1 of 1 open")
    ]  # fmt: skip
    content = words(page)
    for expected in ("1 objection to settle", "1 without an answer", "It costs.", "Less.", text.first.wording.text):
        assert expected in content
    assert (page.context["answer"].number, page.context["answer"].clearance) == (2, text.asked_one)
    assert [need.text for need in page.context["needs"]] == [
        "Ministry of One objects to a paragraph",
        f"Ministry of One has until {DUE_TEXT}",
        f"Ministry of Two has until {DUE_TEXT}",
        "Next: Reopen the text. Who: the secretariat",
        "Next: Clear the text. Who: the head of the secretariat",
    ]


def test_answer_is_opened_by_address(text, as_secretariat):
    take_stance(text.asked_two, text.second, "reservation", reason="Not yet.", by=text.officer_two)
    page = desk(as_secretariat, text, open=f"3-{text.asked_two.pk}")
    assert (page.context["opens"], page.context["answer"].clearance) == (True, text.asked_two)
    assert "Reservation" in words(page)
    assert "Not yet." in words(page)
    part = as_secretariat.get(f"{page.wsgi_request.get_full_path()}", headers={"X-Fragment": "pane"})
    assert ("<html" in part.text, "Not yet." in part.text, "X-Fragment" in part["Vary"]) == (False, True, True)
    other = make_paper(state="in_clearance")
    make_clearance(other, text.two, *[make_paragraph(make_section(other), "Words.") for _turn in range(3)])
    foreign = as_secretariat.get(reverse("desk_clearance", args=[other.slug]), {"open": f"3-{text.asked_two.pk}"})
    assert ("Not yet." in foreign.text, foreign.context["answer"]) == (False, None)


@pytest.mark.parametrize("at", ["x", "2", "0-0", "99999-1", "2-999999999", "-1-1", "9" * 40, "1-{pk}", "2-{two}"])
def test_address_of_no_answer_opens_none(text, as_secretariat, at):
    page = desk(as_secretariat, text, open=at.format(pk=text.asked_one.pk, two=text.asked_two.pk))
    assert (page.status_code, page.context["opens"]) == (200, False)


def test_matrix_can_show_only_what_is_open(text, as_secretariat):
    for clearance, officer in ((text.asked_one, text.officer_one), (text.asked_two, text.officer_two)):
        take_stance(clearance, text.second, "agree", by=officer)
    assert [row.numbers for row in desk(as_secretariat, text).context["rows"]] == [[2], [3]]
    assert [row.numbers for row in desk(as_secretariat, text, show="open").context["rows"]] == [[2]]


def test_pane_offers_what_can_be_done_next(text, as_secretariat):
    at = {"open": f"2-{text.asked_one.pk}"}
    page = words(desk(as_secretariat, text, **at))
    assert ("Record silence" in page, "Type an answer that came by letter" in page) == (False, True)
    assert "Reminders go out by themselves" in page
    letter = make_letter(text.asked_one, text.first, typed_by=text.head, scan_sha256="a" * 64)
    change(text.asked_one, due_at=now() - timedelta(minutes=5))
    page = desk(as_secretariat, text, **at)
    assert (page.context["acts"]["silence"], page.text.count(reverse("letter", args=[letter.key]))) == (True, 2)
    assert "Compare and countersign" in words(page)
    own = desk(sign_in(Client(), text.head), text, **at)
    assert ("Compare and countersign" in words(own), "See the typed letter" in words(own)) == (False, True)
    workflow.record_silence(text.asked_one, by=text.secretariat)
    page = words(desk(as_secretariat, text, **at))
    assert ("Record silence" in page, "Silent is never agreed" in page) == (False, True)


def test_answer_to_earlier_words_is_shown_with_both(text, as_secretariat):
    workflow.take_stance(text.asked_one, text.first, by=text.officer_one, value="agree")
    workflow.reopen_text(text.paper, by=text.secretariat, reason="A slip.")
    workflow.reword(text.first, by=text.secretariat, text="Kenya calls for two things.", why="Two were meant.")
    at = {"open": f"2-{text.asked_one.pk}"}
    page = words(desk(as_secretariat, text, **at))
    assert "and the words have moved since" in page
    assert "It does not count until it is given again." in page
    for expected in ("Removed: one thing", "Added: two things", "Two were meant."):
        assert expected in page
    workflow.fix_clearance_text(text.paper, by=text.secretariat)
    workflow.request_clearance(text.paper, by=text.secretariat, due_at=DUE)
    page = desk(as_secretariat, text, **at)
    assert [row.looks[0] for row in page.context["rows"]] == ["moved", "no_answer"]
    assert "Removed: one thing" in words(page)
    assert "Asked again: the words moved" in words(page)


def test_table_is_shown_before_request(client):
    empty = make_text("consolidation")
    as_secretariat = sign_in(client, empty.secretariat)
    page = as_secretariat.get(reverse("desk_clearance", args=[empty.paper.slug]))
    assert page.status_code == 200
    assert "No ministry has been asked yet." in words(page)


def test_ministry_is_reminded_from_the_head_of_its_column(text, as_secretariat):
    address = reverse("clearance_remind", args=[text.asked_one.pk])
    assert (address in desk(as_secretariat, text).text, as_secretariat.get(address).status_code) == (True, 405)
    page = as_secretariat.post(address, follow=True)
    says = f"{text.one.label} is reminded. The mail goes to {text.officer_one.name} now, and cannot be taken back."
    assert says in words(page)
    assert "reminded today" in words(page)
    assert address not in page.text
    assert reverse("clearance_remind", args=[text.asked_two.pk]) in page.text
    again = as_secretariat.post(address)
    assert (again.status_code, "The ministry was reminded on" in words(again)) == (409, True)
    assert text.asked_one.reminders.count() == 1
    take_stance(text.asked_two, text.second, "agree", by=text.officer_two)
    assert reverse("clearance_remind", args=[text.asked_two.pk]) not in desk(as_secretariat, text).text


def test_clearing_officer_cannot_remind(text):
    officer = sign_in(Client(), text.officer_one)
    assert officer.post(reverse("clearance_remind", args=[text.asked_one.pk])).status_code == 404
    assert not text.asked_one.reminders.exists()
