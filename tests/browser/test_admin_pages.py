"""Admin in a browser: lists, forms, moves and spreadsheets, on phone and desktop."""

from io import BytesIO

import pytest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.timezone import localdate
from openpyxl import Workbook

from consultations.models import Delegate, Forum, Milestone, Ministry, Point, Proposal, Stakeholder, Submission
from tests.browser.conftest import BOTH, DESKTOP, PHONE, WCAG
from tests.factories import (
    make_delegate,
    make_forum,
    make_head,
    make_member,
    make_ministry,
    make_point,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_submission,
)
from tests.sign_in import give_second_factor

pytestmark = pytest.mark.django_db(transaction=True)
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture
def officer(db):
    officer = make_secretariat()
    give_second_factor(officer)
    return officer


@pytest.fixture
def work(db):
    """Records with long names, a programme and to-do items."""
    forum = make_forum(title="A forum with a very long name that has to wrap somewhere on its way (sample)")
    for order in range(1, 4):
        make_session(forum, order=order)
    body = make_stakeholder("A body with a very long name that has to wrap somewhere (sample)")
    make_member(body, is_primary=True)
    make_member(make_stakeholder("Waiting", state="registered"))
    make_delegate(forum, body)
    sent = make_submission(forum.consultation, body, state="submitted", title="t" * 200, body="w" * 5_000)
    make_point(make_submission(forum.consultation, body), text="p" * 2_000)
    return forum, body, sent


def check(window):
    """Check like everywhere; only Django's own tables have empty headers, which WCAG allows."""
    window.wait_for_load_state()
    window.check(WCAG)


def page(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def test_admin_pages_are_accessible(open_window, officer, work):
    forum, body, sent = work
    window = open_window(*BOTH)
    window.log_in(officer)
    ministry = make_ministry()
    for address in (
        reverse("admin:index"),
        page(Forum, "changelist"),
        page(Forum, "change", forum.pk),
        page(Forum, "add"),
        page(Stakeholder, "changelist"),
        page(Stakeholder, "change", body.pk),
        page(Stakeholder, "move", body.pk, "suspend"),
        page(Ministry, "change", ministry.pk),
        page(Submission, "changelist"),
        page(Submission, "change", sent.pk),
        page(Submission, "import"),
        page(Submission, "export"),
    ):
        window.goto(address)
        check(window)


@pytest.mark.parametrize("model", [Delegate, Submission, Point, Milestone, Stakeholder])
def test_list_shows_every_column_and_filters_above_the_rows(desktop, officer, work, model):
    Milestone.objects.create(
        title="A meeting with a long name",
        short_title="Meeting",
        kind="forum",
        place="Nairobi",
        planned_start=localdate(),
    )
    desktop.log_in(officer)
    desktop.goto(page(model, "changelist"))
    assert desktop.locator("h1").inner_text() == capfirst(str(model._meta.verbose_name_plural))
    assert desktop.evaluate("(each => each.scrollWidth - each.clientWidth)(document.querySelector('.results'))") == 0
    if model is Delegate:
        desktop.locator("#changelist-filter summary", has_text="State: All").click()
        desktop.locator("#changelist-filter a:visible", has_text="nominated").click()
        desktop.locator("#changelist-filter summary", has_text="State: nominated").wait_for()
    check(desktop)


@SIZES
def test_a_move_is_made_from_the_record(open_window, officer, work, size):
    window = open_window(size)
    window.log_in(officer)
    waiting = Stakeholder.objects.get(name="Waiting")
    window.goto(page(Stakeholder, "change", waiting.pk))
    window.get_by_role("link", name="Refuse").click()
    window.get_by_role("button", name="Refuse").click()
    check(window)
    assert "Enter a reason. It is kept in the journal." in window.inner_text("#content")
    window.get_by_label("Reason").fill("It is not known.")
    window.get_by_role("button", name="Refuse").click()
    check(window)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.state_reason) == ("refused", "It is not known.")


def test_scripts_fill_addresses_add_rows_and_look_records_up(desktop, officer, work):
    forum, _body, _sent = work
    desktop.log_in(officer)
    desktop.goto(page(Forum, "add"))
    assert desktop.evaluate("document.activeElement.name") == "title"
    desktop.get_by_label("Code").press_sequentially("Lake Forum")
    assert desktop.get_by_label("Address").input_value() == "lake-forum"
    desktop.get_by_role("combobox", name="Consultation").click()
    desktop.get_by_role("searchbox").fill(forum.consultation.title[:8])
    desktop.get_by_role("option", name=forum.consultation.title).click()
    assert desktop.locator("[name=consultation]").input_value() == str(forum.consultation_id)
    desktop.get_by_text("Add another Session").click()
    assert desktop.locator("[name=sessions-TOTAL_FORMS]").input_value() == "1"
    check(desktop)
    with desktop.expect_popup() as opened:
        desktop.locator("#add_id_consultation").click()
    assert "_popup=1" in opened.value.url


def test_actions_count_what_is_selected(desktop, officer, work):
    make_stakeholder("A third one")
    desktop.log_in(officer)
    desktop.goto(page(Stakeholder, "changelist"))
    total = Stakeholder.objects.count()
    desktop.locator("#action-toggle").check()
    assert desktop.inner_text(".action-counter") == f"{total} of {total} selected"
    check(desktop)


def spreadsheet(path, *rows):
    book, out = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    path.write_bytes(out.getvalue())
    return path


@SIZES
def test_corrected_spreadsheet_is_imported(open_window, officer, work, tmp_path, size):
    window = open_window(size)
    window.expect_status(422)
    window.log_in(officer)
    head = ["name", "group"]

    def upload(*row):
        window.goto(page(Stakeholder, "import"))
        window.get_by_label("Spreadsheet").set_input_files(spreadsheet(tmp_path / "bodies.xlsx", head, row))
        window.get_by_role("button", name="Preview").click()
        check(window)

    upload("Lake Union", "choir")
    assert "choir" in window.inner_text("#content")
    upload("Lake Union", "workers")
    assert "Nothing is saved yet." in window.inner_text("#content")
    window.get_by_role("button", name="Confirm import").click()
    check(window)
    assert "Imported: 1 new, 0 changed, 0 unchanged." in window.inner_text("body")
    assert Stakeholder.objects.get(name="Lake Union").group == "workers"


def test_proposed_appointment_changes_nothing_before_confirmation(desktop, db):
    head = make_head()
    give_second_factor(head)
    person = make_secretariat(name="Wanjirũ")
    desktop.log_in(head)
    desktop.goto(reverse("admin:consultations_user_change", args=[person.pk]))
    desktop.get_by_role("link", name="Appoint to an office").click()
    check(desktop)
    desktop.get_by_label("Office").select_option("official")
    desktop.get_by_label("Reason").fill("From today.")
    desktop.get_by_role("button", name="Appoint to an office").click()
    check(desktop)
    person.refresh_from_db()
    proposal = Proposal.objects.get()
    assert (person.office, proposal.record, proposal.values["office"]) == ("secretariat", person, "official")
