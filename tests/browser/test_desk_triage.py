"""Screening in a browser by keyboard and mouse, on desktop and phone; and the authors' replies."""

from datetime import timedelta

import pytest

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


def test_queue_is_processed_by_keyboard(desktop, officer, queue):
    desktop.log_in(officer)
    desktop.goto("/desk/")
    press = desktop.keyboard.press
    press("j")
    assert focused(desktop) == "Input 1"
    press("j")
    press("j")
    press("k")
    assert focused(desktop) == "Input 2"
    press("a")
    desktop.get_by_role("heading", name="Put on file: 1 input").wait_for()
    desktop.check()
    assert states(queue) == ["submitted"] * 3
    desktop.get_by_role("button", name="Put on file: 1 input").click()
    desktop.get_by_text("1 input is on file.").wait_for()
    desktop.locator(".keys").first.wait_for()
    assert states(queue) == ["submitted", "accepted", "submitted"]
    press("j")
    press("r")
    desktop.locator("#return_for_completion[open]").wait_for()
    assert desktop.evaluate("document.activeElement.id") == "reason-return_for_completion"
    desktop.keyboard.type("Two things, just asked.")  # no letter of it is a command
    desktop.locator("#question_1-return_for_completion").fill("Which county?")
    desktop.locator("#question_2-return_for_completion").fill("Since when?")
    desktop.check()
    desktop.locator("#return_for_completion button").click()
    desktop.get_by_text("Done: Ask the sender.").wait_for()
    assert states(queue) == ["returned", "accepted", "submitted"]
    assert [each.text for each in queue[0].questions.all()] == ["Which county?", "Since when?"]
    desktop.locator(".keys").wait_for()  # the script has run
    press("j")
    desktop.wait_for_url(f"**/{queue[2].key}/")
    desktop.locator(".keys").wait_for()
    press("s")
    assert desktop.evaluate("document.activeElement.id") == "set_aside_for-set_aside"


def test_the_keys_can_be_turned_off(desktop, officer, queue):
    desktop.log_in(officer)
    desktop.goto("/desk/")
    desktop.get_by_role("button", name="Turn the keys off").click()
    desktop.keyboard.press("j")
    assert focused(desktop) == "Turn the keys on"
    desktop.goto("/desk/")
    desktop.get_by_role("button", name="Turn the keys on").click()
    desktop.keyboard.press("j")
    assert focused(desktop) == "Input 1"


def test_queue_works_without_javascript(open_window, officer, queue):
    window = open_window(PHONE, java_script_enabled=False)
    window.log_in(officer)
    window.goto("/desk/")
    for submission in queue[:2]:
        window.get_by_label(f"Select {submission.reference}").check()
    window.get_by_role("button", name="Assign").click()
    window.get_by_label("Assigned to").select_option(str(officer.pk))
    window.get_by_role("button", name="Assign: 2 inputs").click()
    window.get_by_text("2 inputs are assigned.").wait_for()
    assert list(Submission.objects.order_by("submitted_at").values_list("assigned_to", flat=True)) == [
        officer.pk,
        officer.pk,
        None,
    ]
    window.goto(f"/desk/inputs/{queue[0].key}/")
    window.get_by_role("link", name="Next in the queue").click()
    window.wait_for_url(f"**/{queue[1].key}/")


@SIZES
def test_decision_and_point_can_be_undone(open_window, officer, queue, size):
    submission = workflow.accept(queue[0], by=officer)
    point = workflow.split(submission, by=officer, kind="recommendation", text="It should cost nothing at all.")
    window = open_window(size)
    window.log_in(officer)
    window.goto(f"/desk/inputs/{submission.key}/")
    assert window.locator("#body mark.taken").all_text_contents() == ["It should cost nothing at all."]
    assert window.locator("#undo").count() == 0
    window.check()
    window.goto(f"/desk/points/{point.reference}/")
    window.locator("summary", has_text="Take back").click()
    window.locator("#reason-take_back").fill("It stands in another point.")
    window.locator("details[open] button").click()
    window.get_by_text("Done: Take back.").wait_for()
    window.check()
    window.goto(f"/desk/inputs/{submission.key}/")
    assert window.locator("#body mark.taken").count() == 0
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
        "desk-late": "/desk/late/",
        "desk-silent": f"/desk/non-responses/?consultation={consultation.slug}",
        "desk-replies": "/desk/replies/",
        "desk-input": f"/desk/inputs/{queue[0].key}/",
    }
    for name, address in pages.items():
        window.goto(address)
        window.check()
        picture(window, name)


@SIZES
def test_reminders_late_inputs_and_replies_are_processed(open_window, picture, busy, size):
    head, consultation = busy
    window = open_window(size)
    window.log_in(head)
    window.goto(f"/desk/non-responses/?consultation={consultation.slug}")
    window.get_by_role("button", name="Remind everyone").click()
    window.get_by_text("the principal (fishers@example.org)").wait_for()
    window.check()
    picture(window, "desk-letters")
    window.get_by_role("button", name="Write to 1 organisation").click()
    window.get_by_text("1 organisation is e-mailed.").wait_for()
    window.goto("/desk/late/")
    window.locator("summary", has_text="Allow after the deadline").click()
    window.locator("details[open] textarea").fill("The line was down in all of Lodwar.")
    window.check()
    window.locator("details[open] button").click()
    window.get_by_text("Done: Allow after the deadline.").wait_for()
    window.goto("/desk/replies/")
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
