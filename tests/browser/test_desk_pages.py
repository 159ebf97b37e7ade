"""Pages of organisations and the desk in a browser, on phone and desktop: accessible."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from consultations import workflow
from consultations.models import ActionPoint, Submission
from ncm_portal.workflow import now
from tests.browser.conftest import BOTH, DESKTOP, PHONE
from tests.factories import (
    make_action,
    make_consultation,
    make_forum,
    make_invitation,
    make_member,
    make_point,
    make_provision,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_submission,
    make_theme,
    make_user,
)
from tests.sign_in import give_second_factor

pytestmark = pytest.mark.django_db(transaction=True)
BODY = "We ask for a seasonal pass for herders. It should cost nothing at all.\n\nThank you for reading this."


@pytest.fixture
def consultation(db):
    consultation = make_consultation(themes=("T1", "T2"))
    for code, theme in (("GCM-02", "T1"), ("GCM-05", "T2"), ("GCM-08", "T2")):
        make_provision(code, theme=make_theme(theme))
    return consultation


@pytest.fixture
def officer(db):
    officer = make_secretariat()
    give_second_factor(officer)
    return officer


def work_of(consultation):
    """Records in every state that the pages show."""
    body = make_stakeholder("A body with a very long name that has to wrap somewhere (sample)")
    person = make_member(body, is_primary=True)
    inputs = {
        state: make_submission(consultation, body, author=person, state=state, body="w" * 10_000, title="t" * 200)
        for state in ("draft", "submitted", "accepted", "returned", "set_aside")
    }
    into = make_point(inputs["accepted"], text="p" * 2_000)
    make_point(inputs["accepted"], state="merged", into=into)
    session = make_session(theme=make_theme("T1"))
    make_point(session=session, state="draft", text="p" * 2_000)
    session.roles.create(user=person, kind="rapporteur")
    late = now().date() - timedelta(days=9)
    promise = make_point(session=session, kind="commitment", stakeholder=body, text="p" * 2_000)
    make_action(session.forum, stakeholder=body, point=promise, text=promise.text, due_on=late, report="Soon. " * 99)
    make_member(make_stakeholder(state="registered"))
    return person, inputs, into, session


def test_organisation_pages_are_accessible(open_window, consultation):
    person, inputs, _into, session = work_of(consultation)
    window = open_window(*BOTH)
    window.log_in(person)
    addresses = [
        "/submit/",
        f"/submit/?consultation={consultation.slug}",
        "/my-organisation/",
        "/organisations/register/",
        f"/sessions/{session.pk}/points/",
    ]
    addresses += [reverse("my_input", args=[each.key]) for each in inputs.values()]
    addresses += [reverse("draft", args=[inputs["returned"].key])]
    addresses += [reverse("receipt", args=[inputs["accepted"].reference])]
    addresses += [f"/organisations/{inputs['draft'].stakeholder.pk}/invite/"]
    addresses += [reverse("my_action", args=[ActionPoint.objects.get().key])]
    for address in addresses:
        window.goto(address)
        window.check()


def test_desk_pages_are_accessible(open_window, consultation, officer):
    _person, inputs, into, session = work_of(consultation)
    forum, action = session.forum, ActionPoint.objects.get()
    window = open_window(*BOTH)
    window.log_in(officer)
    lists = [reverse(name, args=[consultation.slug]) for name in ("desk_inputs", "desk_points")]
    addresses = ["/desk/", *lists, "/desk/organisations/", f"/desk/points/{into.reference}/"]
    addresses += [f"/desk/inputs/{inputs[state].key}/" for state in ("submitted", "accepted", "set_aside")]
    addresses += [f"/desk/organisations/{inputs['draft'].stakeholder.pk}/", "/desk/commitments/"]
    parts = ("forum_actions", "forum_communique", "forum_figures", "forum_lists")
    addresses += [reverse(part, args=[forum.slug]) for part in parts]
    addresses += [reverse("forum_action", args=[forum.slug, action.key])]
    for address in addresses:
        window.goto(address)
        window.check()


def test_an_input_is_written_and_sent_from_a_phone(phone, consultation):
    person = make_member()
    phone.log_in(person)
    phone.expect_status(422)
    phone.goto("/submit/")
    phone.get_by_role("button", name="Send").click()
    expect(phone.locator("#problem")).to_be_focused()
    phone.check()
    phone.get_by_role("link", name="Title: Enter a title.").click()
    assert phone.evaluate("document.activeElement.name") == "title"
    phone.get_by_role("radio", name="Theme 1").check()
    phone.locator("#id_title").fill("A seasonal pass")
    phone.locator("#id_body").fill(BODY)
    phone.get_by_text("Objectives of the Compact").click()
    phone.get_by_label("2 Label GCM-02").check()
    phone.get_by_label("Members of the NCM only").check()
    phone.get_by_role("button", name="Send").click()
    phone.get_by_role("heading", name="We have your input").wait_for()
    sent = Submission.objects.get()
    assert (sent.title, sent.body, sent.audience) == ("A seasonal pass", BODY, "members")
    assert [provision.code for provision in sent.provisions.all()] == ["GCM-02"]
    phone.check()


def test_enter_key_in_title_field_saves_without_sending(desktop, consultation):
    desktop.log_in(make_member())
    desktop.goto("/submit/")
    desktop.get_by_role("radio", name="Theme 1").check()
    desktop.locator("#id_title").fill("A seasonal pass")
    desktop.locator("#id_title").press("Enter")
    desktop.get_by_text("Saved. Only your organisation can see it until you send it.").wait_for()
    assert Submission.objects.get().state == "draft"


def test_two_people_see_both_texts_side_by_side(open_window, consultation):
    body = make_stakeholder()
    first, second = make_member(body), make_member(body, "alternate")
    draft = make_submission(consultation, body, author=first, state="draft")
    windows = [open_window(DESKTOP), open_window(PHONE)]
    for window, person in zip(windows, (first, second), strict=True):
        window.log_in(person)
        window.goto(reverse("draft", args=[draft.key]))
    for window, text in zip(windows, ("What the first wrote.", "What the second wrote."), strict=True):
        window.expect_status(409)
        window.locator("#id_body").fill(text)
        window.get_by_role("button", name="Save", exact=True).click()
    late = windows[1]
    late.get_by_role("heading", name="Two texts").wait_for()
    assert late.get_by_text("What the first wrote.").count() == 1
    assert late.locator("#id_body").input_value() == "What the second wrote."
    late.check()


def test_setting_aside_asks_for_a_reason(desktop, consultation, officer):
    submission = make_submission(consultation, state="submitted")
    desktop.log_in(officer)
    desktop.goto(f"/desk/inputs/{submission.key}/")
    desktop.locator("summary", has_text="Set aside").click()
    desktop.check()
    desktop.locator("#set_aside_for-set_aside").select_option("off_topic")
    desktop.locator("#reason-set_aside").fill("It is about something else.")
    desktop.locator("details[open] button").click()
    desktop.get_by_text(f"{submission.reference} is set aside.").wait_for()
    submission.refresh_from_db()
    assert (submission.set_aside_for, submission.state_reason) == ("off_topic", "It is about something else.")


def test_invitation_page_shows_its_purpose_to_visitors(phone, db):

    _row, token = workflow.invite_officer(
        make_stakeholder("Herders (sample)"), email="new@example.org", role="alternate", by=make_secretariat()
    )
    phone.goto(f"/organisations/join/{token}/")
    phone.get_by_role("heading", name="Act for Herders (sample)").wait_for()
    phone.check()
    phone.log_in(make_user(email="new@example.org"))
    phone.goto(f"/organisations/join/{token}/")
    phone.get_by_role("button", name="Accept").click()
    phone.get_by_text("You now act for Herders (sample).").wait_for()
    phone.check()


def test_announced_forum_is_moved_after_the_page_said_whom_that_reaches(open_window, officer):
    forum = make_forum()
    make_session(forum), make_invitation(forum)
    later = forum.starts_on + timedelta(days=7)
    window = open_window(*BOTH)
    window.log_in(officer)
    window.goto(reverse("forum_facts", args=[forum.slug]))
    for label in ("First day", "Last day"):
        window.get_by_label(label).fill(later.isoformat())
    window.get_by_label("Reason").fill("The hall is flooded.")
    window.check()
    window.get_by_role("button", name="Go on").click()
    window.get_by_text("1 letter was sent with the earlier facts.").wait_for()
    window.check()
    window.get_by_role("button", name="Move the forum and send 1 e-mail").click()
    window.get_by_text("The facts of the forum are changed.").wait_for()
    window.goto(reverse("forum", args=[forum.slug]))
    expect(window.locator("s")).to_have_count(1)
    window.check()
