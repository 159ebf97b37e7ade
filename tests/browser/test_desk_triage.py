"""Screening in a browser by keyboard and mouse, on desktop and phone; and the authors' replies."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from consultations import workflow
from consultations.models import Misreading, Submission
from ncm_portal.workflow import now, replayed_at
from tests.browser.conftest import BOTH, DESKTOP, PHONE
from tests.factories import (
    change,
    make_consultation,
    make_head,
    make_member,
    make_point,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_user,
)
from tests.sign_in import give_second_factor

pytestmark = pytest.mark.django_db(transaction=True)
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
BODY = "We ask for a seasonal pass for herders. It should cost nothing at all.\n\nThank you for reading this."

# Counts what a form would send, and sends nothing.
COUNT_SENT = """
    window.sent = 0;
    addEventListener("submit", (event) => {
        if (!event.defaultPrevented) window.sent += 1;
        event.preventDefault();
    });
"""


@pytest.fixture
def officer(db):
    officer = make_secretariat(name="Wanjirũ wa Kamau")
    give_second_factor(officer)
    return officer


@pytest.fixture
def queue(db):
    consultation = make_consultation()
    made = [make_submission(consultation, state="submitted", title=f"Input {n}", body=BODY) for n in (1, 2, 3)]
    for days, submission in zip((3, 2, 1), made, strict=True):
        change(submission, submitted_at=now() - timedelta(days=days))
    return made


def states(inputs):
    return [Submission.objects.get(pk=each.pk).state for each in inputs]


def focused(window):
    return window.evaluate("document.activeElement.textContent.trim()")


def list_of(queue, **asked):
    return reverse("desk_inputs", args=[queue[0].consultation.slug], query=asked)


def reads(window, submission):
    """Wait until the pane shows this input."""
    window.locator("#pane h2.title", has_text=submission.title).wait_for()


def test_queue_is_processed_by_keyboard_with_one_request_for_each_input(desktop, officer, queue):
    desktop.log_in(officer)
    desktop.goto(list_of(queue))
    requests = []
    desktop.page.on("request", lambda request: requests.append((request.method, request.url)))
    press = desktop.keyboard.press
    press("j")
    reads(desktop, queue[1])
    press("k")
    reads(desktop, queue[0])
    assert [method for method, _url in requests] == ["GET", "GET"]
    requests.clear()
    press("a")
    assert focused(desktop).startswith("Put on file")
    assert states(queue) == ["submitted"] * 3
    press("Enter")
    desktop.get_by_text(f"{queue[0].reference} is on file.").wait_for()
    reads(desktop, queue[1])
    assert states(queue) == ["accepted", "submitted", "submitted"]
    assert [method for method, _url in requests] == ["POST"]
    assert f"open={queue[1].reference}" in desktop.page.url
    press("r")
    assert desktop.evaluate("document.activeElement.id") == "reason-return_for_completion"
    desktop.keyboard.type("Two things, just asked.")  # no letter of it is a command
    desktop.locator("#question_1-return_for_completion").fill("Which county?")
    desktop.locator("#question_2-return_for_completion").fill("Since when?")
    desktop.check()
    press("Control+Enter")
    reads(desktop, queue[2])
    assert states(queue) == ["accepted", "returned", "submitted"]
    assert [each.text for each in queue[1].questions.all()] == ["Which county?", "Since when?"]
    press("s")
    assert desktop.evaluate("document.activeElement.id") == "set_aside_for-set_aside"
    desktop.expect_status(422)
    desktop.locator("#set_aside .button.grave").click()
    desktop.get_by_text("Choose a reason from the list.").first.wait_for()
    expect(desktop.locator("#problem")).to_be_focused()


def test_input_is_read_on_the_same_line_as_its_row(desktop, officer, queue):
    desktop.log_in(officer)
    desktop.goto(list_of(queue))
    row = desktop.locator(".rows .row").first.bounding_box()
    assert row["y"] <= 140
    assert 36 <= row["height"] <= 40
    assert desktop.locator("#pane .said").bounding_box()["x"] > row["x"] + row["width"]


def test_the_keys_can_be_turned_off(desktop, officer, queue):
    desktop.log_in(officer)
    desktop.goto(list_of(queue))
    desktop.get_by_role("button", name="Turn the keys off").click()
    desktop.keyboard.press("a")
    assert focused(desktop) == "Turn the keys on"
    assert desktop.locator(".button kbd").first.is_hidden()
    desktop.goto(list_of(queue))
    desktop.get_by_role("button", name="Turn the keys on").click()
    desktop.keyboard.press("a")
    assert focused(desktop).startswith("Put on file")


def test_queue_works_without_javascript(open_window, officer, queue):
    window = open_window(PHONE, java_script_enabled=False)
    window.log_in(officer)
    window.goto(list_of(queue))
    for submission in queue[:2]:
        window.get_by_label(f"Select {submission.reference}").check()
    window.locator("#bulk").get_by_role("button", name="Assign").click()
    window.get_by_label("Assigned to").select_option(str(officer.pk))
    window.get_by_role("button", name="Assign: 2 inputs").click()
    window.get_by_text("2 inputs are assigned.").wait_for()
    assert list(Submission.objects.order_by("submitted_at").values_list("assigned_to", flat=True)) == [
        officer.pk,
        officer.pk,
        None,
    ]
    window.goto(list_of(queue))
    window.get_by_role("link", name="Input 1").click()
    assert window.locator(".list-col").is_hidden()
    window.get_by_role("button", name="Put on file", exact=True).click()
    window.get_by_text(f"{queue[0].reference} is on file.").wait_for()
    reads(window, queue[1])
    window.get_by_role("link", name="Back to the list").click()
    window.get_by_role("link", name="Input 3").wait_for()


def test_many_are_decided_with_a_sign_and_once(desktop, officer, queue):
    desktop.log_in(officer)
    desktop.goto(list_of(queue))
    desktop.locator("[name=all]").check()
    desktop.locator("#bulk").get_by_role("button", name="Put on file").click()
    desktop.evaluate(COUNT_SENT)
    for _turn in range(2):
        desktop.get_by_role("button", name="Put on file: 3 inputs").click()
        expect(desktop.locator("form [role=status]")).to_contain_text("Put on file: 3 inputs are under way.")
    desktop.check()
    assert desktop.evaluate("window.sent") == 1


@SIZES
def test_decision_and_point_can_be_undone(open_window, officer, queue, size):
    with replayed_at(now() - timedelta(minutes=30)):  # undone at once for ten minutes, and with a reason from then on
        submission = workflow.accept(queue[0], by=officer)
    point = workflow.split(submission, by=officer, kind="recommendation", text="It should cost nothing at all.")
    window = open_window(size)
    window.log_in(officer)
    window.goto(f"/desk/inputs/{submission.key}/")
    assert window.locator("#body mark.took").all_text_contents() == ["It should cost nothing at all."]
    assert window.locator("#undo").count() == 0
    window.check()
    window.goto(f"/desk/points/{point.reference}/")
    window.locator("summary", has_text="Take back").click()
    window.locator("#reason-take_back").fill("It stands in another point.")
    window.locator("details[open] button").click()
    window.get_by_text("Done: Take back.").wait_for()
    window.check()
    window.goto(f"/desk/inputs/{submission.key}/")
    assert window.locator("#body mark.took").count() == 0
    window.locator("summary", has_text="Undo the decision").click()
    window.locator("#reason-reopen").fill("It was the wrong button.")
    window.locator("#undo details[open] button").click()
    window.get_by_text("The decision is undone.").wait_for()
    assert states(queue) == ["submitted"] * 3


@pytest.fixture
def busy(queue):
    """Desk with a late draft, a silent organisation, a reply to a point, and its head."""
    head, consultation = make_head(name="Mwangi wa Njoroge"), queue[0].consultation
    give_second_factor(head)
    others = make_consultation(title="An earlier round")
    body = make_stakeholder("A body with a very long name that has to wrap somewhere (sample)")
    author = make_member(body, user=make_user(name="Akinyi Odhiambo"))
    late = make_submission(others, body, author=author, state="draft", title="On passes at the border")
    change(others, closes_at=now() - timedelta(hours=1))
    workflow.ask_late(late, by=author, reason="The line was down in all of Lodwar.")
    silent = make_stakeholder("Silent fishers (sample)", contact_email="fishers@example.org")
    make_member(silent)
    for days, act in ((9, workflow.request_input), (6, workflow.remind), (3, workflow.remind)):
        with replayed_at(now() - timedelta(days=days)):
            act(silent, consultation=consultation, by=head)
    point = make_point(make_submission(consultation))
    Misreading.objects.create(point=point, stakeholder=point.stakeholder, by=author, text="We asked for two passes.")
    change(queue[0], assigned_to=head)
    return head, consultation


def test_desk_triage_pages_are_accessible(open_window, picture, queue, busy):
    head, consultation = busy
    window = open_window(*BOTH)
    window.log_in(head)
    pages = {
        "desk": "/desk/",
        "desk-inputs": list_of(queue),
        "desk-filter": list_of(queue, filter="1"),
        "desk-opened": list_of(queue, open=queue[0].reference),
        "desk-late": reverse("late_inputs", args=[consultation.slug]),
        "desk-coverage": reverse("coverage_desk", args=[consultation.slug]),
        "desk-silent": reverse("non_responses", args=[consultation.slug]),
        "desk-replies": reverse("desk_replies", args=[consultation.slug]),
        "desk-input": f"/desk/inputs/{queue[0].key}/",
    }
    for name, address in pages.items():
        window.goto(address)
        window.check()
        picture(window, name)


@SIZES
def test_reminders_late_inputs_and_replies_are_processed(open_window, picture, busy, size):
    head, consultation = busy
    late = Submission.objects.get(state="draft").consultation
    window = open_window(size)
    window.log_in(head)
    window.goto(reverse("non_responses", args=[consultation.slug]))
    window.get_by_role("button", name="Remind everyone").click()
    window.get_by_text("the principal (fishers@example.org)").wait_for()
    window.check()
    picture(window, "desk-letters")
    window.get_by_role("button", name="Write to 1 organisation").click()
    window.get_by_text("1 organisation is e-mailed.").wait_for()
    window.goto(reverse("late_inputs", args=[late.slug]))
    window.locator("summary", has_text="Allow after the deadline").click()
    window.locator("details[open] textarea").fill("The line was down in all of Lodwar.")
    window.check()
    window.locator("details[open] button").click()
    window.get_by_text("Done: Allow after the deadline.").wait_for()
    window.goto(reverse("desk_replies", args=[consultation.slug]))
    window.get_by_label("Answer").fill("The paragraph says two now.")
    window.get_by_role("button", name="Answer").click()
    window.get_by_text("Answered. The organisation gets an e-mail.").wait_for()
    window.check()


@SIZES
def test_author_answers_questions_and_requests_late_sending(open_window, picture, size):
    body = make_stakeholder("Herders (sample)")
    author = make_member(body)
    sent = make_submission(make_consultation(), body, author=author, state="submitted", body=BODY)
    workflow.return_for_completion(
        sent, by=make_secretariat(), reason="Two things.", questions=["Which county?", "Since when?"]
    )
    window = open_window(size)
    window.log_in(author)
    window.goto(f"/my-organisation/inputs/{sent.key}/")
    window.check()
    picture(window, "my-questions")
    window.get_by_label("Which county?").fill("Turkana.")
    window.get_by_label("Since when?").fill("Since 2011.")
    window.get_by_role("button", name="Save the answers").click()
    window.get_by_role("button", name="Send").click()
    window.get_by_role("heading", name="We have your input").wait_for()
    window.get_by_text("This SHA-256 is new").wait_for()
    picture(window, "receipt-after-answers")
    draft = make_submission(sent.consultation, body, author=author, state="draft", body=BODY)
    change(sent.consultation, closes_at=now() - timedelta(minutes=1))
    window.expect_status(409)
    window.goto(f"/submit/{draft.key}/")
    window.get_by_role("button", name="Send", exact=True).click()
    window.get_by_text("Inputs closed on").first.wait_for()
    picture(window, "late-refused")
    window.get_by_role("link", name="Ask to send it late").click()
    window.check()
    window.locator("textarea").fill("The line was down.")
    window.get_by_role("button", name="Ask to send it late").click()
    window.get_by_text("You asked on").wait_for()
    window.check()
