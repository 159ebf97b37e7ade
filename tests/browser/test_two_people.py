"""Two-person changes in a browser: accessible pages, and a change made with the second click."""

import pytest
from playwright.sync_api import expect

from consultations.models import Proposal
from tests.browser.conftest import BOTH, DESKTOP
from tests.factories import make_consultation, make_head, make_secretariat, make_stakeholder, make_user
from tests.office_factories import make_proposal
from tests.paper_factories import make_step
from tests.sign_in import give_second_factor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def officer(db):
    officer = make_secretariat(name="Hassan Abdi")
    give_second_factor(officer)
    return officer


def test_two_person_pages_are_accessible(open_window, officer):
    consultation = make_consultation(slug="review", short_title="Review")
    make_step(
        consultation, "legal", make_stakeholder("A body with a very long name that has to wrap somewhere (sample)")
    )
    technician, head = make_user("sysadmin"), make_head()
    proposals = [
        make_proposal(make_user(name="Peter Kimani " * 9), by=head, decided_by=officer, state=state, reason="w" * 2_000)
        for state in Proposal.State.values
    ]
    addresses = ["/desk/proposals/", *(f"/desk/proposals/{each.key}/" for each in proposals)]
    for reader, pages in ((officer, [*addresses, "/desk/consultations/review/rules/"]), (technician, addresses[:2])):
        window = open_window(*BOTH)
        window.log_in(reader)
        for address in pages:
            window.goto(address)
            window.check()


def test_proposed_change_is_refused_with_reason_or_confirmed(open_window, officer):
    person, head = make_user(name="Peter Kimani"), make_head(name="Ruth Langat")
    made = make_proposal(person, by=head)
    window = open_window(DESKTOP)
    window.log_in(officer)
    window.goto("/desk/proposals/")
    window.get_by_role("link", name="Appoint to an office: Peter Kimani").first.click()
    expect(window.get_by_text("Peter Kimani becomes: official.")).to_be_visible()
    window.locator("summary", has_text="Confirm").first.click()
    window.get_by_role("button", name="Yes: Confirm").click()
    window.get_by_text("Confirmed. The change is made.").wait_for()
    person.refresh_from_db()
    made.refresh_from_db()
    assert (person.office, made.decided_by) == ("official", officer)
