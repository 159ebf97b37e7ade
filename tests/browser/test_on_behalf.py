"""Inputs for others in a browser: 5,000 rows with 37 errors, and a scanned letter up to its answer."""

import pytest
from django.utils import timezone
from PIL import Image

from consultations import jobs
from consultations.models import Attachment, Submission
from positions.models import Disposition
from tests.browser.conftest import DESKTOP, PHONE
from tests.consultations.imports.sheets import HEAD, ROW, workbook
from tests.factories import (
    change,
    make_consultation,
    make_member,
    make_provision,
    make_secretariat,
    make_stakeholder,
    make_theme,
)
from tests.paper_factories import bring_paper, make_paper, make_section
from tests.sign_in import give_second_factor

pytestmark = pytest.mark.django_db(transaction=True)


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
    """Return a sheet of so many rows, some with an invalid theme and two with a misspelt organisation."""
    made = [[*ROW[:3], f"Title {turn}", *ROW[4:]] for turn in range(number)]
    for turn in range(wrong):
        made[turn * (number // wrong)][1] = "T77"
    return made


def test_import_of_5000_rows_with_37_errors(desktop, consultation, tmp_path, picture):
    sheet = tmp_path / "inputs.xlsx"
    made = rows(4_995, 37)
    made[1][0] = "Coast Netwrok"
    sheet.write_bytes(workbook(HEAD, *made))
    desktop.log_in(officer("Wanjirũ"))
    desktop.goto("/desk/round-1/intake/")
    desktop.get_by_role("link", name="Import a spreadsheet").click()
    desktop.get_by_role("radio", name="letter").check()
    desktop.get_by_label("Received on").fill(timezone.localdate().isoformat())
    desktop.get_by_label("Spreadsheet").set_input_files(sheet)
    desktop.get_by_role("button", name="Preview").click(timeout=60_000)  # it reads all rows
    desktop.get_by_role("heading", name="Rows: wrong").wait_for(timeout=60_000)
    desktop.check()
    picture(desktop, "import-preview")
    assert desktop.locator("main tbody tr").count() == 38
    desktop.get_by_label("Coast Network", exact=True).check()
    desktop.get_by_role("button", name="Use these names").click(timeout=60_000)  # it compares all rows again
    desktop.get_by_role("button", name="Import 4,958 new inputs").click(timeout=60_000)
    desktop.get_by_text("This page updates every two seconds.").wait_for()
    desktop.check()
    jobs.run_next()  # and not the search for texts that say the same, which it asks for
    desktop.get_by_text("4958 inputs were imported.").wait_for(timeout=60_000)  # the page has asked for it itself
    desktop.check()
    picture(desktop, "import-done")
    assert consultation.submissions.filter(state="submitted").count() == Submission.objects.count() == 4_958


def test_scanned_letter_from_intake_to_outcome(open_window, consultation, tmp_path, picture):
    """Typed by one officer, checked by another, answered in the paper, and read by the organisation."""
    scan = tmp_path / "letter.png"
    Image.new("RGB", (60, 80), "white").save(scan)
    typist, checker = open_window(PHONE, DESKTOP), open_window(PHONE, DESKTOP)
    typist.log_in(officer("The typist"))
    checker.log_in(officer("The checker"))
    type_a_letter(typist, picture)
    add_the_scan(typist, scan, picture)
    check_the_letter(checker, picture)
    letter = Submission.objects.get()
    assert (letter.state, letter.channel, letter.entered_by.name) == ("accepted", "letter", "The typist")
    rest_a_paragraph_on_it(checker, letter)
    read_what_became_of_it(open_window(PHONE, DESKTOP), letter, picture)


def type_a_letter(window, picture):
    window.goto("/desk/round-1/intake/new/")
    window.check()
    picture(window, "intake-new")
    window.get_by_label("Organisation").select_option(label="Coast Network")
    window.get_by_label("letter").check()
    window.get_by_label("Received on").fill(timezone.localdate().isoformat())
    window.get_by_label("Main theme").select_option("T1")
    window.get_by_label("Title").fill("Pay on time")
    window.locator("#id_body").fill("Wages are paid late.")
    window.get_by_role("button", name="Register it").click()
    window.get_by_text("You typed it, so a colleague must check it").wait_for()


def add_the_scan(window, scan, picture):
    window.get_by_label("Add files").set_input_files(scan)
    window.get_by_role("link", name="letter.png", exact=True).wait_for(timeout=30_000)
    assert Attachment.objects.get().kind == "original"
    window.check()
    picture(window, "intake-check")


def check_the_letter(window, picture):
    window.goto("/desk/round-1/intake/")
    window.check()
    picture(window, "intake")
    window.get_by_role("link", name="Pay on time").click()
    window.get_by_role("button", name="Confirm that it matches the original").click()
    window.get_by_text("Checked. You can now read and decide on the input.").wait_for()
    window.check()
    window.get_by_role("button", name="Put on file", exact=True).click()
    window.get_by_text(f"{Submission.objects.get().reference} is on file.").wait_for()


def rest_a_paragraph_on_it(window, letter):
    """Extract the point from the letter, cite it in a paragraph, and answer it."""
    window.goto(f"/desk/inputs/{letter.key}/")
    window.locator('label[for="s0"]').click()
    window.get_by_role("button", name="Add the point").click()
    window.locator("#p1").wait_for()
    paper = make_paper(letter.consultation, short_title="Wages")
    section = make_section(paper, letter.theme)
    window.goto(f"/desk/papers/{paper.slug}/sections/{section.pk}/")
    window.locator("main [name=text]").fill("Kenya calls for wages that are paid on time.")
    window.locator("main [name=strength]").select_option("calls_for")
    window.get_by_role("button", name="Add the paragraph").click()
    window.get_by_role("button", name="Cite it").click()
    window.get_by_role("button", name="Cite it").wait_for(state="detached")
    window.goto(f"/desk/papers/{paper.slug}/dispositions/{letter.reference}.1/")
    window.locator("[name=outcome][value=accepted]").check()
    window.get_by_role("button", name="Save and continue").click()
    window.get_by_text(f"The answer to {letter.reference}.1 is saved.").wait_for()
    change(Disposition.objects.get(), answered_at=timezone.now())
    bring_paper(paper, "published")


def read_what_became_of_it(window, letter, picture):
    window.log_in(make_member(letter.stakeholder))
    window.goto("/my-organisation/")
    window.get_by_role("link", name="Pay on time").click()
    window.get_by_role("heading", name="What became of").first.wait_for()
    for fold in window.locator("main details").all():
        fold.locator("summary").first.click()
    window.get_by_text("Kenya calls for wages that are paid on time.").first.wait_for()
    became = window.locator("main").inner_text()
    assert ("Wages are paid late." in became, f"{letter.reference}.1" in became, "Taken up" in became) == (True,) * 3
    window.check()
    picture(window, "letter-became")
