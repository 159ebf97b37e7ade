"""Texts of letters and mails in a browser: fields by a click, preview, errors, and the pages at both widths."""

import pytest
from django.urls import reverse

from consultations.models import LetterText, OutgoingMail
from consultations.workflow import change_letter_text
from tests import factories


@pytest.fixture
def round_(transactional_db):
    made = factories.make_consultation(slug="review-2027", short_title="Review 2027", title="Review of the Compact")
    body = factories.make_stakeholder("Union of Domestic and Care Workers (sample)")
    author = factories.make_member(body, user=factories.make_user(name="Rose Moraa Ondieki"))
    factories.make_submission(made, body, author=author, title="Fair recruitment", state="accepted")
    return made


def test_text_is_changed_by_clicks_previewed_and_saved(desktop, live_server, round_):
    desktop.log_in(factories.make_secretariat(name="Hassan Abdi Guyo"))
    desktop.goto(reverse("desk_letters", args=["review-2027"]))
    desktop.check()
    desktop.get_by_role("link", name="Input on file", exact=True).click()
    desktop.check()
    desktop.get_by_label("Subject").fill("On file: ")
    desktop.get_by_role("button", name="reference").click()
    assert desktop.get_by_label("Subject").input_value() == "On file: {reference}"
    desktop.get_by_role("button", name="organisation").click()
    assert desktop.get_by_label("Text").input_value().count("{organisation}") == 2
    desktop.get_by_label("Text").fill("Thank you, {organization}.")
    desktop.expected_statuses.add(422)
    desktop.get_by_role("button", name="Save").click()
    desktop.get_by_role("link", name="Did you mean {organisation}?").click()
    desktop.check()
    desktop.get_by_label("Text").fill("Thank you, {organisation}.\n\nFollow it here: {link}")
    desktop.get_by_role("button", name="Show", exact=True).click()
    desktop.get_by_text("Thank you, Union of Domestic and Care Workers (sample).").wait_for()
    desktop.check()
    desktop.get_by_role("button", name="Send a test to me").click()
    desktop.get_by_text("A test is on its way").wait_for()
    desktop.get_by_role("button", name="Save").click()
    desktop.get_by_text("version 1").wait_for()
    desktop.check()
    assert LetterText.objects.get().subject == "On file: {reference}"
    assert OutgoingMail.objects.get().subject.startswith("Test: On file: NCM-")
    desktop.get_by_role("link", name="Go back to the text that comes with the portal").click()
    desktop.check()
    desktop.get_by_role("button", name="Use the portal’s text").click()
    desktop.get_by_text("is in use again").wait_for()
    assert LetterText.objects.count() == 2


def test_pages_are_read_on_a_phone(phone, live_server, round_):
    officer = factories.make_secretariat()
    change_letter_text(
        round_, "returned", "sw", by=officer, subject="Yetu", body="{reason} {questions} {link}", number=0
    )
    phone.log_in(officer)
    for address in (
        reverse("desk_letters", args=["review-2027"]),
        reverse("desk_letterhead", args=["review-2027"]),
        reverse("desk_letter_text", args=["review-2027", "returned", "sw"]),
        reverse("desk_letter_restore", args=["review-2027", "returned", "sw"]),
    ):
        phone.goto(address)
        phone.check()
