"""Clearance, adoption and publication in a browser, on phone and desktop."""

from datetime import timedelta

import pytest
from django.urls import reverse

from ncm_portal.workflow import now
from positions import workflow
from tests.browser.conftest import BOTH, DESKTOP, PHONE
from tests.factories import change, make_check_in, make_delegate
from tests.paper_factories import make_letter, make_reservation, make_step, take_stance
from tests.positions.clearing import make_text
from tests.sign_in import give_second_factor

pytestmark = pytest.mark.django_db(transaction=True)
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
LONG = "w" * 600


@pytest.fixture
def text(db):
    """Create a text in clearance; one ministry has an objection with unbreakable words."""
    made = make_text()
    made.paper = workflow.request_clearance(made.paper, by=made.secretariat, due_at=now() + timedelta(days=30))
    made.asked = made.paper.clearances.get(ministry=made.one)
    take_stance(made.asked, made.second, "object", reason=LONG, proposed_text=LONG, by=made.officer_one)
    for person in (made.officer_one, made.secretariat, made.head):
        give_second_factor(person)
    return made


@SIZES
def test_clearing_officer_answers_all_paragraphs(open_window, text, size):
    window = open_window(size)
    window.expect_status(422)
    window.log_in(text.officer_one)
    window.goto(reverse("clearances"))
    window.check()
    window.get_by_role("link", name="Ministry of One").click()
    window.check()
    window.get_by_role("link", name="Give an answer on paragraph 2").click()
    window.get_by_label("Object: this blocks the text").check()
    window.get_by_label("Proposed wording").fill("Kenya supports one thing.")
    window.get_by_role("button", name="Record the answer").click()
    window.check()
    assert window.get_by_label("Proposed wording").input_value() == "Kenya supports one thing."
    window.get_by_label("Reason").fill("It costs.")
    window.get_by_role("button", name="Record the answer").click()
    window.check()
    assert "Every paragraph has an answer" in window.inner_text("main")
    text.asked.refresh_from_db()
    assert text.asked.state == "answered"


def test_secretariat_sees_state_of_each_ministry(open_window, text):
    window = open_window(*BOTH)
    window.log_in(text.secretariat)
    letter = make_letter(text.asked, text.first, typed_by=text.head)
    step = make_step(text.paper.consultation, "legal", text.two)
    workflow.answer_step(text.paper, step, by=text.head, concurs=False, text=LONG, letter_reference="AG/1")
    for address in (
        reverse("step", args=[text.paper.slug, step.pk]),
        reverse("desk_clearance", args=[text.paper.slug]),
        reverse("desk_matrix", args=[text.paper.slug]),
        reverse("desk_mandate", args=[text.paper.slug, text.first.key]),
        reverse("clearance_print", args=[text.asked.pk]),
        reverse("letter_new", args=[text.asked.pk]),
        reverse("letter", args=[letter.key]),
        reverse("clearance", args=[text.asked.pk]),
        reverse("desk_paper_move", args=[text.paper.slug, "reopen_text"]),
        reverse("desk_paper_move", args=[text.paper.slug, "clear_paper"]),
    ):
        window.goto(address)
        window.check()


@SIZES
def test_the_chair_declares_and_two_officers_publish(open_window, text, size):
    change(text.paper, state="cleared")
    for state in ("forum_text", "in_session"):
        change(text.paper, state=state)
    for state in ("registration_closed", "in_session"):
        change(text.forum, state=state)
    for ministry in (text.one, text.two):
        make_check_in(make_delegate(text.forum, ministry), by=text.secretariat)
    reservation = make_reservation(text.paper, text.first, text.one, LONG)
    window = open_window(size)
    window.log_in(text.head)
    adoption = reverse("desk_adoption", args=[text.paper.slug])
    window.goto(adoption)
    window.get_by_role("button", name="Count the quorum now").click()
    for address in (
        adoption,
        reverse("desk_reservation", args=[text.paper.slug]),
        reverse("desk_reservation_withdraw", args=[text.paper.slug, reservation.pk]),
        reverse("desk_paper_move", args=[text.paper.slug, "adopt"]),
        reverse("desk_roll_call", args=[text.paper.slug]),
        reverse("desk_agreed", args=[text.paper.slug]),
        reverse("forum_chair", args=[text.forum.slug]),
        reverse("forum_chair_decide", args=[text.forum.slug, text.first.key]) + "?how=roll_call",
        reverse("forum_screen", args=[text.forum.slug]),
        reverse("desk_explanation", args=[text.paper.slug]),
        reverse("desk_publication", args=[text.paper.slug]),
    ):
        window.goto(address)
        window.check()


def test_answers_are_read_beside_the_matrix(open_window, text):
    workflow.take_stance(text.paper.clearances.get(ministry=text.two), text.second, by=text.officer_two, value="agree")
    wide, narrow = open_window(DESKTOP), open_window(PHONE)
    for window in (wide, narrow):
        window.log_in(text.secretariat)
        window.goto(reverse("desk_clearance", args=[text.paper.slug]))
        window.check()
    row = wide.locator(".matrix tbody tr").nth(1).bounding_box()
    assert 24 <= row["height"] <= 40
    assert "It costs" not in wide.locator("#pane").inner_text()
    assert LONG in wide.locator("#pane").inner_text()
    wide.evaluate("window.isFirstPage = true")
    wide.locator(".matrix td a", has_text="agree").click()
    wide.locator("#pane h2", has_text="Agree").wait_for()
    assert wide.evaluate("window.isFirstPage")
    assert wide.locator(".matrix [aria-current]").inner_text().startswith("agree")
    wide.check()
    wide.reload()
    wide.locator("#pane h2", has_text="Agree").wait_for()
    assert not narrow.locator("#pane").is_visible()
    narrow.locator(".matrix td a", has_text="agree").click()
    narrow.locator("#pane h2", has_text="Agree").wait_for()
    narrow.check()
    assert not narrow.locator(".matrix").is_visible()
    narrow.get_by_role("link", name="Back to the answers").click()
    narrow.locator(".matrix").wait_for()


def test_silence_is_recorded_without_javascript(open_window, text):
    silent = text.paper.clearances.get(ministry=text.two)
    change(silent, due_at=now() - timedelta(minutes=5))
    plain = open_window(java_script_enabled=False)
    plain.log_in(text.secretariat)
    plain.goto(reverse("desk_clearance", args=[text.paper.slug]))
    plain.locator(".matrix td a", has_text="no answer yet").last.click()
    assert "Ministry of Two" in plain.locator("#pane").inner_text()
    plain.locator("#pane").get_by_role("button", name="Record silence").click()
    assert "Ministry of Two is recorded as silent." in plain.locator("main").inner_text()
    silent.refresh_from_db()
    assert silent.state == "silent"
