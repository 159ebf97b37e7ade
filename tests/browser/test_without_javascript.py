"""Everyday tasks work without JavaScript: sending an input, screening one, clearing a paragraph.

Accessibility is checked elsewhere: the checker is a script itself.
"""

import pytest

from consultations.models import MembershipRole, Submission
from positions.models import Stance
from tests.factories import (
    make_consultation,
    make_member,
    make_ministry,
    make_secretariat,
    make_stakeholder,
    make_submission,
)
from tests.paper_factories import make_clearance, make_paper, make_paragraph, make_section

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def plain(open_window):
    """Window with scripts disabled."""
    return open_window(java_script_enabled=False)


def press(window, words: str, within: str = "main") -> None:
    with window.expect_navigation():
        window.locator(within).get_by_role("button", name=words, exact=True).first.click()


def test_scripts_do_not_run(plain):
    plain.set_content("<title>before</title><script>document.title = 'after'</script>")
    assert plain.title() == "before"


def test_an_input_is_sent(plain):
    consultation, member = make_consultation(), make_member(make_stakeholder("Coast Network (sample)"))
    plain.log_in(member)
    plain.goto("/submit/")
    plain.fill("[name=body]", "Refund the fuel of crews.")
    plain.expect_status(422)
    press(plain, "Send")
    assert plain.locator("#problem li").all_inner_texts() == [
        "Main theme: Choose the main theme of your input.",
        "Title: Enter a title.",
    ]
    plain.fill("[name=title]", "Fuel")
    plain.locator("[name=theme][value=T2]").check()
    press(plain, "Send")
    sent = Submission.objects.get()
    assert plain.url.endswith(f"/receipts/{sent.reference}/")
    assert (sent.consultation, sent.title, sent.body) == (consultation, "Fuel", "Refund the fuel of crews.")


def test_input_is_screened_and_split(plain):
    asks = "Build a shelter at every landing site. Refund the fuel of all crews."
    first, second = make_submission(state="submitted", body=asks), make_submission(state="submitted")
    plain.log_in(make_secretariat())
    plain.goto(f"/desk/inputs/{second.key}/")
    plain.locator("summary", has_text="Ask the sender").click()
    plain.locator("#reason-return_for_completion").fill("Please say which county you mean.")
    press(plain, "Ask the sender", "details[open]")
    plain.goto(f"/desk/inputs/{first.key}/")
    press(plain, "Put on file and split")
    plain.locator("[name=point-passages][value='1']").check()
    press(plain, "Add the point")
    states = dict(Submission.objects.values_list("pk", "state"))
    assert states == {first.pk: "accepted", second.pk: "returned"}
    assert first.points.get().text == "Refund the fuel of all crews."


def test_clearance_answer_is_recorded(plain):
    ministry, paper = make_ministry(), make_paper(state="in_clearance")
    section = make_section(paper)
    objected, agreed = make_paragraph(section, "Kenya pays."), make_paragraph(section, "Kenya builds.")
    clearance = make_clearance(paper, ministry, objected, agreed)
    plain.log_in(make_member(ministry, MembershipRole.CLEARING_OFFICER))
    plain.goto(f"/clearances/{clearance.pk}/")
    plain.get_by_role("link", name="Give an answer on paragraph 1").click()
    plain.locator("[name=value][value=object]").check()
    plain.fill("[name=reason]", "No date is named.")
    plain.expect_status(422)
    press(plain, "Record the answer")
    assert plain.input_value("[name=reason]") == "No date is named."
    plain.fill("[name=proposed_text]", "Kenya pays within 30 days.")
    press(plain, "Record the answer")
    press(plain, "Agree to the one open paragraph")
    taken = Stance.objects.order_by("paragraph").values_list("value", "proposed_text")
    assert list(taken) == [("object", "Kenya pays within 30 days."), ("agree", "")]
