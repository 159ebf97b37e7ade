"""Look-alike names, right-to-left text, and a receipt that covers answers, in a browser."""

import os

import pytest
from django.urls import reverse

from consultations import workflow
from consultations.models import Question, Stakeholder
from tests.browser.conftest import BOTH
from tests.factories import make_consultation, make_member, make_secretariat, make_stakeholder, make_submission
from tests.sign_in import give_second_factor

pytestmark = pytest.mark.django_db
SIZES = pytest.mark.parametrize("size", BOTH, ids=["desktop", "phone"])
ARABIC = "الهلال الأحمر"


def shot(window, name):
    if folder := os.environ.get("SHOTS"):
        window.page.screenshot(path=f"{folder}/{name}-{window.sizes[0]['width']}.png", full_page=True)


@SIZES
def test_desk_shows_which_name_to_check_and_why(open_window, size):
    officer = make_secretariat()
    give_second_factor(officer)
    make_stakeholder("Kenya Red Cross")
    false = make_stakeholder("Kenya Red Cr\u043ess\u200b", state="registered")
    make_member(false, is_primary=True)
    Stakeholder.objects.filter(pk=make_stakeholder("x").pk).update(name=f"\u202e{ARABIC}")
    window = open_window(size)
    window.log_in(officer)
    for name, page in (("list", reverse("desk_organisations")), ("one", reverse("desk_organisation", args=[false.pk]))):
        window.goto(page)
        window.check()
        shot(window, f"organisation-{name}")
    assert "U+043E CYRILLIC SMALL LETTER O" in window.inner_text("main")
    window.goto(reverse("admin:consultations_stakeholder_change", args=[false.pk]))
    shot(window, "organisation-admin")


@SIZES
def test_receipt_states_that_it_covers_answers(open_window, size):
    author = make_member(make_stakeholder(ARABIC), is_primary=True)
    body = author.memberships.get().stakeholder
    sent = make_submission(make_consultation(), body, author=author, state="submitted")
    workflow.return_for_completion(sent, by=make_secretariat(), reason="One thing.", questions=["Which county?"])
    workflow.answer_question(Question.objects.get(), by=author, answer="Turkana West.")
    sent.refresh_from_db()
    sent = workflow.submit(sent, by=author)
    window = open_window(size)
    window.log_in(author)
    window.goto(reverse("receipt", args=[sent.reference]))
    window.check()
    shot(window, "receipt")
    assert "Turkana West." in window.inner_text("main")
    assert window.locator("main bdi").count() >= 1
