"""Splitting an input in a browser: by marks, by selected words, by keys, and without JavaScript."""

import pytest
from django.urls import reverse

from consultations import workflow
from consultations.models import Point
from tests.browser.conftest import BOTH, PHONE
from tests.factories import (
    make_consultation,
    make_likeness,
    make_point,
    make_provision,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_theme,
)
from tests.sign_in import give_second_factor

pytestmark = pytest.mark.django_db(transaction=True)
BODY = "We ask for a seasonal pass for herders. It should cost nothing at all.\n\nThank you for reading this."
WORDING = "Kenya issues a seasonal pass to every herder."
SPOT = """([sentence, at]) => {
    const node = document.querySelector(`label[for=s${sentence}]`).firstChild;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    const box = range.getBoundingClientRect();
    return [box.left + 1, box.top + box.height / 2];
}"""


@pytest.fixture
def consultation(db):
    consultation = make_consultation(themes=("T1", "T2"))
    make_provision("GCM-05", theme=make_theme("T2"))
    return consultation


@pytest.fixture
def officer(db):
    officer = make_secretariat()
    give_second_factor(officer)
    return officer


@pytest.fixture
def submission(consultation):
    return make_submission(consultation, body=BODY, proposed_wording=WORDING)


def points():
    return [(point.text, point.kind, point.state) for point in Point.objects.order_by("pk")]


def drag(window, start, end):
    """Select text with the mouse, from one character of a sentence to before another."""
    for (x, y), act in ((window.evaluate(SPOT, start), "down"), (window.evaluate(SPOT, end), "up")):
        window.mouse.move(x, y, steps=3)
        getattr(window.mouse, act)()


def open_page(window, officer, submission):
    window.log_in(officer)
    window.goto(f"/desk/inputs/{submission.key}/")


def test_marked_sentence_becomes_a_point_and_the_page_stays(desktop, officer, submission):
    """The form stands below the paragraph, Enter adds the point, and the focus stays at the sentence."""
    desktop.set_viewport_size({"width": 1280, "height": 420})
    open_page(desktop, officer, submission)
    requests = []
    desktop.page.on("request", lambda request: requests.append(request.method))
    assert desktop.locator("#split").is_hidden()
    desktop.evaluate("document.querySelector('.text-col').scrollTop = 90")
    desktop.get_by_text("Thank you for reading this.").click()
    assert desktop.locator(".fresh").inner_text().splitlines()[-1] == "Thank you for reading this."
    scrolled = desktop.evaluate("document.querySelector('.text-col').scrollTop")
    assert scrolled > 0
    assert desktop.locator("#split").bounding_box()["y"] > desktop.locator("#at2").bounding_box()["y"]
    desktop.keyboard.press("Enter")
    desktop.locator("#p1").wait_for()
    assert points() == [("Thank you for reading this.", "recommendation", "validated")]
    assert requests == ["POST"]
    assert desktop.evaluate("document.querySelector('.text-col').scrollTop") == scrolled
    assert desktop.evaluate("document.activeElement.id") == "s2"
    assert desktop.locator("#at2 mark.took").inner_text() == "Thank you for reading this."
    assert desktop.locator("#split").is_hidden()


def test_selected_words_become_a_point_of_whole_words(desktop, officer, submission):
    open_page(desktop, officer, submission)
    drag(desktop, [0, 15], [0, 24])  # from inside "seasonal" to inside "pass"
    desktop.locator(".fresh", has_text="seasonal pass").wait_for()
    text = desktop.get_by_label("What the point says")
    assert text.input_value() == "seasonal pass"
    assert desktop.locator("#body .s input:checked").count() == 0
    desktop.keyboard.press("Enter")
    desktop.locator("#p1").wait_for()
    assert points() == [("seasonal pass", "recommendation", "validated")]
    drag(desktop, [1, 10], [2, 7])  # across two paragraphs; the number of a point is no word of the text
    desktop.locator(".fresh", has_text="cost nothing at all. Thank you").wait_for()
    assert text.input_value() == "cost nothing at all. Thank you"


def test_own_words_are_never_replaced_by_marks(desktop, officer, submission):
    open_page(desktop, officer, submission)
    mark = desktop.get_by_label("It should cost nothing at all.")
    mark.check()
    text = desktop.get_by_label("What the point says")
    assert text.input_value() == "It should cost nothing at all."
    mark.uncheck()
    assert text.input_value() == ""
    mark.check()
    desktop.get_by_text("Edit the words").click()
    text.fill("A pass of my own words.")
    desktop.get_by_label("Thank you for reading this.").check()
    assert text.input_value() == "A pass of my own words."
    desktop.get_by_label("Commitment").check()
    desktop.get_by_role("button", name="Add the point").click()
    desktop.locator("#p1").wait_for()
    assert points() == [("A pass of my own words.", "commitment", "validated")]


def test_point_is_edited_removed_and_taken_again_beside_the_text(desktop, officer, submission):
    workflow.split(submission, by=officer, kind="finding", text="It should cost nothing at all.")
    open_page(desktop, officer, submission)
    desktop.get_by_role("link", name="Edit").click()
    desktop.get_by_text("in other words").wait_for()
    text = desktop.get_by_label("What the point says")
    assert text.input_value() == "It should cost nothing at all."
    text.fill("It should cost nothing.")
    desktop.get_by_role("button", name="Save the point").click()
    desktop.locator("#p2").wait_for()
    desktop.locator("#p2 summary", has_text="Remove").click()
    desktop.locator("#p2").get_by_role("button", name="Remove").click()
    desktop.locator("#p2").get_by_role("button", name="Take its words again").click()
    desktop.locator("#p3").wait_for()
    assert points() == [
        ("It should cost nothing at all.", "finding", "withdrawn"),
        ("It should cost nothing.", "finding", "withdrawn"),
        ("It should cost nothing.", "finding", "validated"),
    ]


def test_refused_point_keeps_what_was_typed_beside_the_text(desktop, officer, submission):
    open_page(desktop, officer, submission)
    desktop.get_by_text("Thank you for reading this.").click()
    desktop.get_by_text("Edit the words").click()
    desktop.get_by_label("What the point says").fill("x" * 2_001)
    desktop.expect_status(422)
    desktop.get_by_role("button", name="Add the point").click()
    desktop.locator("#problem:focus").wait_for()
    assert desktop.get_by_label("What the point says").input_value() == "x" * 2_001
    assert points() == []
    desktop.check()


def test_point_is_extracted_without_javascript(open_window, officer, submission):
    window = open_window(PHONE, java_script_enabled=False)
    open_page(window, officer, submission)
    window.get_by_label("We ask for a seasonal pass for herders.").check()
    window.get_by_label("Thank you for reading this.").check()
    window.get_by_role("button", name="Add the point").click()
    window.get_by_role("button", name="Take the proposed wording as a point").click()
    window.get_by_text(WORDING).nth(1).wait_for()
    joined = "We ask for a seasonal pass for herders. Thank you for reading this."
    assert points() == [(joined, "recommendation", "validated"), (WORDING, "recommendation", "validated")]


def test_splitting_page_is_accessible(open_window, picture, consultation, officer, submission):
    first = workflow.split(submission, by=officer, kind="challenge", text="It should cost nothing at all.")
    gone = workflow.split(submission, by=officer, kind="finding", text="Thank you")
    workflow.take_back(gone, by=officer, reason="It is no point.")
    elsewhere = make_submission(consultation, make_stakeholder("Seafarers (sample)"))
    make_likeness(first, make_point(elsewhere, text="It should be free."))
    window = open_window(*BOTH)
    open_page(window, officer, submission)
    window.check()
    picture(window, "splitting")
    window = open_window()
    open_page(window, officer, submission)
    window.get_by_label("We ask for a seasonal pass").check()
    window.locator(".remove summary").first.click()
    window.check()
    picture(window, "splitting-marked")


def test_points_are_read_in_a_pane_beside_their_list(open_window, picture, officer, submission):
    """Rows are as low as those of inputs, and a row opens with one request for the pane."""
    for text in ("It should cost nothing at all.", "Thank you"):
        workflow.split(submission, by=officer, kind="finding", text=text)
    window = open_window(*BOTH)
    window.log_in(officer)
    window.goto(reverse("desk_points", args=[submission.consultation.slug]))
    row = window.locator(".rows .row").first.bounding_box()
    assert row["y"] <= 140
    assert 36 <= row["height"] <= 40
    requests = []
    window.page.on("request", lambda request: requests.append(request.method))
    window.keyboard.press("j")
    window.locator("#pane .took", has_text="It should cost nothing at all.").wait_for()
    assert requests == ["GET"]
    assert f"open={submission.reference}.1" in window.page.url
    window.check()
    picture(window, "points")
    plain = open_window(PHONE, java_script_enabled=False)
    plain.log_in(officer)
    plain.goto(reverse("desk_points", args=[submission.consultation.slug]))
    plain.get_by_role("link", name="Thank you").click()
    assert plain.locator(".list-col").is_hidden()
    plain.get_by_role("link", name="Back to the list").click()
    plain.get_by_role("link", name="Thank you").wait_for()
