"""The page "For you" in a browser, at both widths: rows of each role, the tabs, and the page of somebody without work."""

import pytest

from ncm_portal.workflow import now
from tests.browser.conftest import BOTH, DESKTOP, PHONE
from tests.consultations.queries import test_for_you as among_inputs
from tests.factories import change, make_secretariat, make_submission
from tests.positions.queries import test_for_organisations as of_organisations
from tests.positions.queries import test_for_you as among_papers
from tests.sign_in import give_second_factor
from tests.waiting import make_people

pytestmark = pytest.mark.django_db(transaction=True)
NARROW = {"width": 1000, "height": 700}  # the rail shows small signs here, as on a tablet
CASES = among_inputs.CASES | among_papers.CASES | of_organisations.CASES
WAITING = {
    "head": ("read", "split", "late_input", "organisation", "clear_paper", "adopt"),
    "focal": ("returned", "invitation", "draft", "outcomes"),
    "clearing": ("clearance", "review", "amendment_stale"),
    "official": ("brief", "restricted_paper"),
    "nobody": (),
}


@pytest.mark.parametrize("name", WAITING)
def test_page_of_each_role_is_accessible_at_both_widths(open_window, picture, name):
    people = make_people()
    for code in WAITING[name]:
        CASES[code](people)
    person = getattr(people, name)
    give_second_factor(person)
    window = open_window(*BOTH)
    window.log_in(person)
    window.goto("/for-you/")
    window.check()
    picture(window, f"for-you-{name}")
    listed = window.locator(".inbox .button").all_text_contents()
    assert len(listed) >= len(WAITING[name])


def test_record_of_an_organisation_is_accessible_at_both_widths(open_window, picture):
    people = make_people()
    for code in WAITING["focal"]:
        CASES[code](people)
    window = open_window(*BOTH)
    window.log_in(people.focal)
    window.goto("/for-you/")
    window.get_by_role("link", name="The whole record, also as a file").click()
    window.check()
    picture(window, "record")
    window.get_by_role("link", name="Inputs 3").click()
    assert window.locator(".record tbody tr").count() == 3
    with window.expect_download() as made:
        window.get_by_role("link", name="Download as a table (CSV)").click()
    assert made.value.suggested_filename.endswith(".csv")


def test_first_row_is_the_green_one_and_leads_to_its_page(open_window):
    people = make_people()
    late = change(make_submission(state="submitted", title="Passes"), submitted_at=now().replace(year=now().year - 1))
    make_submission(title="Fish")
    among_inputs.CASES["organisation"](people)
    give_second_factor(people.secretariat)
    window = open_window(*BOTH)
    window.log_in(people.secretariat)
    window.goto("/for-you/")
    colours = window.locator(".inbox .button").evaluate_all("all => all.map(e => getComputedStyle(e).backgroundColor)")
    assert colours[0] != colours[1] == colours[2]
    assert window.locator(".inbox li").first.bounding_box()["y"] < 140
    window.get_by_role("link", name="Inputs 2").click()
    assert window.locator(".inbox .button").count() == 2
    window.get_by_role("link", name="Read: Read “Passes”").click()
    assert window.url.endswith(f"/desk/inputs/{late.key}/")


@pytest.mark.parametrize("size", [DESKTOP, NARROW, PHONE], ids=["desktop", "narrow", "phone"])
def test_foot_of_the_rail_leads_to_the_account_and_signs_out(open_window, picture, size):
    officer = make_secretariat(name="Wanjirũ wa Kamau")
    give_second_factor(officer)
    window = open_window(size)
    window.log_in(officer)
    window.goto("/for-you/#menu")
    window.check()
    picture(window, "rail")
    window.locator(".rail").get_by_role("link", name=officer.name).click()
    window.wait_for_url("**/account/email/")
    window.goto("/for-you/#menu")
    window.locator(".rail").get_by_role("button", name="Sign out").click()
    window.get_by_role("link", name="Sign in", exact=True).first.wait_for()
