"""Questions to the secretariat in a browser: sent by a visitor, answered at the desk, at both widths, with and without
JavaScript.
"""

from datetime import timedelta

import pytest
from django.urls import reverse

from consultations.models import Enquiry
from ncm_portal.workflow import now
from tests.browser.conftest import BOTH
from tests.factories import make_consultation, make_secretariat
from tests.office_factories import make_enquiry
from tests.sign_in import give_second_factor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def review():
    return make_consultation(slug="review-2026")


@pytest.fixture
def officer():
    officer = make_secretariat(name="Hassan Guyo")
    give_second_factor(officer)
    return officer


def ask(window) -> Enquiry:
    """Send a question by the public form, after one that is refused."""
    window.goto(reverse("contact"))
    window.fill("[name=subject]", "Visa")
    window.fill("[name=text]", "May herders cross for the forum?")
    window.expect_status(422)
    window.get_by_role("button", name="Send the question").click()
    window.wait_for_selector("#problem")
    assert window.locator("#problem li").all_inner_texts() == [
        "Your name: Enter a name.",
        "E-mail address: Enter an e-mail address or a phone number, so that an answer can be given.",
    ]
    assert window.input_value("[name=text]") == "May herders cross for the forum?"
    window.fill("[name=name]", "Amina Yusuf")
    window.fill("[name=email]", "amina@example.org")
    window.get_by_role("button", name="Send the question").click()
    window.wait_for_selector("dl.facts")
    made = Enquiry.objects.get()
    assert made.reference in window.inner_text("main")
    return made


def answer(window, made: Enquiry) -> None:
    """Take the enquiry and answer it in the pane."""
    window.goto(reverse("desk_enquiry", args=[made.key]))
    window.get_by_role("button", name="Take it").click()
    window.wait_for_selector("#pane :text('Hassan Guyo gave it to Hassan Guyo')")
    window.fill("#pane .answering textarea", "Yes, with the letter of invitation.")
    window.get_by_role("button", name="Send the answer").click()
    window.wait_for_selector("#pane h3:text('Answer by Hassan Guyo')")
    made.refresh_from_db()
    assert (made.state, made.answer) == ("answered", "Yes, with the letter of invitation.")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_question_is_asked_and_answered(open_window, officer, review, scripts):
    window = open_window(java_script_enabled=scripts)
    made = ask(window)
    window.log_in(officer)
    answer(window, made)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_question_is_moved_and_moved_back(open_window, officer, review, scripts):
    make_consultation(slug="other", short_title="Other round")
    made = make_enquiry(review)
    window = open_window(*BOTH, java_script_enabled=scripts)
    window.log_in(officer)
    window.goto(reverse("desk_enquiry", args=[made.key]))
    window.locator("#move_enquiry summary").click()
    if scripts:
        window.check()
    window.select_option("#move_enquiry select", label="Other round")
    window.get_by_role("button", name="Move it").click()
    window.wait_for_selector(f".undo :text('{made.reference} is now under Other round.')")
    if scripts:
        window.check()
    window.get_by_role("link", name="Undo").click()
    window.get_by_role("button", name="Move it").click()
    window.wait_for_selector(f".undo :text('{made.reference} is now under {review.short_title}.')")
    made.refresh_from_db()
    assert made.consultation == review


def test_pages_are_accessible(open_window, officer, review):
    late = {"received_at": now() - timedelta(days=8), "due_at": now() - timedelta(hours=4)}
    make_enquiry(review, subject="May herders without a passport come?", organisation="Herders of Moyale", **late)
    make_enquiry(review, subject="Where is last year's paper?", state="answered")
    made = make_enquiry(subject="How does an organisation register?", email="", phone="+254712345678")
    window = open_window(*BOTH)
    window.goto(reverse("contact"))
    window.check()
    window.goto(reverse("contact_sent", args=[made.key]))
    window.check()
    window.log_in(officer)
    for address in (
        reverse("desk_enquiries", args=["review-2026"]),
        reverse("desk_enquiries", args=["review-2026"]) + "?words=herders",
        reverse("desk_enquiries", args=["review-2026"]) + "?saved=answered&open=ENQ-0002",
        reverse("desk_enquiry", args=[made.key]),
        reverse("desk_enquiry_new", args=["review-2026"]),
    ):
        window.goto(address)
        window.check()


def test_rows_open_in_the_pane_and_first_row_is_high(desktop, officer, review):
    for subject in ("First question", "Second question"):
        make_enquiry(review, subject=subject)
    desktop.log_in(officer)
    desktop.goto(reverse("desk_enquiries", args=["review-2026"]))
    assert desktop.locator(".rows .row").first.bounding_box()["y"] < 140
    desktop.locator(".rows a", has_text="Second question").click()
    desktop.wait_for_selector("#pane h2:text('Second question')")
    assert "open=ENQ-" in desktop.url
