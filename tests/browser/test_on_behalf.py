"""On behalf of others, in a real browser: 5,000 rows of which 37 are wrong, and a scanned letter up to its acceptance."""

import pytest
from django.core.management import call_command
from django.utils import timezone
from PIL import Image

from consultations.models import Attachment, Submission
from tests.browser.conftest import DESKTOP, PHONE
from tests.consultations.intake.sheets import HEAD, ROW, workbook
from tests.factories import make_consultation, make_provision, make_secretariat, make_stakeholder, make_theme
from tests.sign_in import give_second_factor

pytestmark = pytest.mark.django_db(transaction=True)
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture
def consultation(db):
    make_provision("GCM-02", theme=make_theme("T1"))
    make_stakeholder("Coast Network")
    return make_consultation(slug="round-1")


def officer(name):
    made = make_secretariat(name=name)
    give_second_factor(made)
    return made


def rows(number, wrong):
    """A sheet of so many rows, some with a theme that is none and two with a misspelt organisation."""
    made = [[*ROW[:3], f"Title {turn}", *ROW[4:]] for turn in range(number)]
    for turn in range(wrong):
        made[turn * (number // wrong)][1] = "T77"
    return made


def test_5000_rows_of_which_37_are_wrong(desktop, consultation, tmp_path, picture):
    sheet = tmp_path / "inputs.xlsx"
    made = rows(4_995, 37)
    made[1][0] = "Coast Netwrok"
    sheet.write_bytes(workbook(HEAD, *made))
    desktop.log_in(officer("Wanjirũ"))
    desktop.goto("/desk/intake/")
    desktop.get_by_role("link", name="Import a spreadsheet").click()
    desktop.get_by_label("Consultation").select_option(label=consultation.title)
    desktop.get_by_role("radio", name="letter").check()
    desktop.get_by_label("Received on").fill(timezone.localdate().isoformat())
    desktop.get_by_label("Spreadsheet").set_input_files(sheet)
    desktop.get_by_role("button", name="Preview").click()
    desktop.get_by_role("heading", name="Rows: wrong").wait_for(timeout=60_000)
    desktop.check()
    picture(desktop, "import-preview")
    assert desktop.locator("main tbody tr").count() == 38
    desktop.get_by_label("Coast Network", exact=True).check()
    desktop.get_by_role("button", name="Use these names").click()
    desktop.get_by_role("button", name="Take in 4,958 new inputs").click(timeout=60_000)
    desktop.get_by_text("This page asks for news every two seconds.").wait_for()
    desktop.check()
    call_command("work", verbosity=0)
    desktop.get_by_text("4958 inputs were taken in.").wait_for(timeout=60_000)  # the page has asked for it itself
    desktop.check()
    picture(desktop, "import-done")
    assert Submission.objects.filter(state="submitted").count() == 4_958


@SIZES
def test_a_scanned_letter_from_intake_to_acceptance(open_window, consultation, tmp_path, picture, size):
    scan = tmp_path / "letter.png"
    Image.new("RGB", (60, 80), "white").save(scan)
    window = open_window(size)
    window.log_in(officer("The typist"))
    window.goto("/desk/intake/new/")
    window.check()
    picture(window, "intake-new")
    window.get_by_label("Organisation").select_option(label="Coast Network")
    window.get_by_label("letter").check()
    window.get_by_label("Received on").fill(timezone.localdate().isoformat())
    window.get_by_label("Main theme").select_option("T1")
    window.get_by_label("Title").fill("Pay on time")
    window.locator("#id_body").fill("Wages are paid late.")
    window.get_by_role("button", name="Take it in").click()
    window.get_by_text("You typed it: a colleague checks it").wait_for()
    window.get_by_label("Add files").set_input_files(scan)
    window.get_by_role("link", name="letter.png", exact=True).wait_for(timeout=30_000)
    assert Attachment.objects.get().kind == "original"
    window.check()
    picture(window, "intake-check")

    checker = open_window(size)
    checker.log_in(officer("The checker"))
    checker.goto("/desk/intake/")
    checker.check()
    picture(checker, "intake")
    checker.get_by_role("link", name="Pay on time").click()
    checker.get_by_role("button", name="It says what the original says").click()
    checker.get_by_text("Checked. The input can be screened now.").wait_for()
    checker.check()
    checker.get_by_role("button", name="Accept", exact=True).click()
    checker.get_by_text("Accepted", exact=True).first.wait_for()
    assert Submission.objects.get().state == "accepted"
