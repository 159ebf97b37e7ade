"""A visitor writes an input on a phone before there is an account, with and without JavaScript."""

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from consultations.models import GuestDraft, Submission, ThemeQuestion
from tests.browser.conftest import PHONE
from tests.factories import PASSWORD, make_consultation, make_member, make_stakeholder, make_theme

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def author():
    review = make_consultation(slug="review", themes=("T1", "T2"))
    for order, text in enumerate(("What did workers pay for their job?", "Who was paid?"), 1):
        ThemeQuestion.objects.create(consultation=review, theme=make_theme("T1"), order=order, text=text)
    person = make_member(make_stakeholder("Herders of Moyale"))
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def write_first(window, author, check):
    """Write from the home page on, sign in at the end, and arrive at the draft of the organisation."""
    window.goto(reverse("consultation", args=["review"]))
    window.locator(".button").first.click()
    check()
    window.get_by_role("link", name="Theme 1").click()
    window.get_by_label("What did workers pay for their job?").fill("A year of pay.")
    window.get_by_label("Your main point").fill("Lower fees")
    check()
    window.get_by_role("button", name="Save").click()
    assert window.get_by_label("What did workers pay for their job?").input_value() == "A year of pay."
    window.get_by_role("button", name="Continue").click()
    assert window.locator("h1").inner_text() == "Say who you are"
    check()
    window.get_by_role("link", name="I have an account").click()
    window.fill("[name=login]", author.email)
    window.fill("[name=password]", PASSWORD)
    window.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    assert window.locator("h1").inner_text() == "For whom do you write?"
    check()
    window.get_by_role("button", name="Continue").click()
    window.wait_for_url(f"**{reverse('draft_preview', args=[Submission.objects.get().key])}")
    assert "A year of pay." in window.locator("main").inner_text()
    assert not GuestDraft.objects.exists()


def test_visitor_becomes_an_author_without_a_sign_in_first(phone, author):
    write_first(phone, author, phone.check)


def test_the_same_without_javascript(open_window, author):
    window = open_window(PHONE, java_script_enabled=False)
    write_first(window, author, lambda: None)
