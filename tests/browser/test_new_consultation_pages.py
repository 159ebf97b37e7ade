"""A new consultation in guided steps: from "copy the last one" to the first letter, with counted clicks and fields."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from consultations.models import Consultation, Invitation, OutgoingMail, ThemeQuestion
from consultations.workflow import add_milestone, begin_consultation
from positions.queries.consultation_settings import CODES
from tests import factories

CLICKS, FIELDS = 20, 6  # the measured work: it may be at most 40 clicks and 25 fields


class Counted:
    """Counts what a person clicks and fills in."""

    def __init__(self, window):
        self.window, self.clicks, self.fields = window, 0, 0

    def click(self, role: str, name: str) -> None:
        self.window.get_by_role(role, name=name, exact=True).first.click()
        self.clicks += 1

    def fill(self, label: str, words: str) -> None:
        self.window.get_by_label(label, exact=True).fill(words)
        self.fields += 1

    def tick(self, label: str) -> None:
        self.window.get_by_role("checkbox", name=label).check()
        self.clicks += 1


@pytest.fixture
def last_round(transactional_db):
    made = factories.make_consultation(
        slug="review-2026", short_title="Review 2026", title="Review of the Compact, 2026"
    )
    theme = made.themes.order_by("order").first()
    ThemeQuestion.objects.create(consultation=made, theme=theme, order=1, text="What did workers pay?")
    forum = factories.make_forum(
        made, code="NCM-2026", letter_text="You are invited.", title="Forum on the review",
        respond_by=timezone.localdate() - timedelta(days=14), state="held",
    )  # fmt: skip
    factories.make_session(forum, title="Opening")
    body = factories.make_stakeholder("Union of Domestic and Care Workers (sample)", contact_email="union@example.org")
    factories.make_member(body, user=factories.make_user(name="Rose Moraa Ondieki"))
    return made


def at(days: int) -> str:
    return f"{timezone.localtime() + timedelta(days=days):%Y-%m-%dT08:00}"


def day(days: int) -> str:
    return f"{timezone.localdate() + timedelta(days=days):%Y-%m-%d}"


def test_copy_of_the_last_one_leads_to_the_first_letter(desktop, live_server, last_round, picture):
    desktop.log_in(factories.make_secretariat(name="Hassan Abdi Guyo", email="hassan@example.org"))
    desktop.goto(reverse("desk_all"))
    count = Counted(desktop)
    count.click("link", "New consultation")
    desktop.check()
    picture(desktop, "new")
    count.fill("Title", "Counties and migration")
    count.fill("Short title", "Counties 2027")
    count.fill("Opens for inputs (EAT)", at(-1))
    count.fill("Closes for inputs (EAT)", at(60))
    count.click("button", "Save, go on to the themes")
    desktop.check()
    picture(desktop, "themes")
    for button in ("Save, go on to the rules", "Save, go on to the team", "Save, go on to the forum"):
        count.click("button", button)
        desktop.check()
        picture(desktop, button[-5:].strip())
    count.fill("Code", "NCM-2027")
    count.fill("First day", day(90))
    count.click("button", "Copy the forum, go on")
    desktop.check()
    picture(desktop, "outline")
    count.click("button", "Begin the paper, go on")
    desktop.check()
    picture(desktop, "letters")
    count.click("link", "Go on to the test")
    desktop.check()
    picture(desktop, "test")
    count.click("button", "Send a test to me")
    count.click("link", "Open for inputs")
    count.click("button", "Open for inputs")
    made = Consultation.objects.get(slug="counties-2027")
    assert (made.state, OutgoingMail.objects.get().to) == ("open", "hassan@example.org")
    invite(count)
    assert Invitation.objects.get().state == "sent"
    assert (count.clicks, count.fields) == (CLICKS, FIELDS)


def invite(count: Counted) -> None:
    """Announce the forum, and send a letter to the first institution."""
    count.click("link", "Forum on the review")
    count.click("link", "Announce")
    count.click("button", "Announce")
    count.click("link", "Letters of invitation")
    count.click("link", "Invite institutions")
    count.tick("Union of Domestic and Care Workers (sample)")
    count.click("button", "Write the letters")
    count.click("link", "Review and send 1 letter")
    count.click("button", "Send 1 letter")


def test_steps_are_read_on_a_phone(phone, live_server, last_round, picture):
    officer = factories.make_secretariat()
    last_round.team.add(officer)
    draft = begin_consultation(
        by=officer, source=last_round, title="Counties and migration", short_title="Counties 2027",
        opens_at=timezone.now(), closes_at=timezone.now() + timedelta(days=60),
    )  # fmt: skip
    phone.log_in(officer)
    phone.goto(reverse("desk_new"))
    phone.check()
    picture(phone, "new")
    for step in CODES:
        phone.goto(reverse("desk_new_step", args=[draft.slug, step]))
        phone.check()
        picture(phone, f"step-{step}")
    day = timezone.localdate() + timedelta(days=200)
    add_milestone(draft, by=officer, title="Second review forum", place="New York", planned_start=day)
    phone.goto(reverse("desk_settings_page", args=[draft.slug, "milestones"]))
    phone.check()
    picture(phone, "milestones")
    phone.get_by_role("link", name="Second review forum").click()
    phone.check()
    picture(phone, "milestone")
    phone.goto(reverse("desk_settings_page", args=[draft.slug, "chain"]))
    phone.check()
    phone.goto(reverse("desk_settings_page", args=[draft.slug, "documents"]))
    phone.check()
    picture(phone, "documents")
    for code in ("T1", "new"):
        phone.goto(reverse("desk_settings_theme", args=[draft.slug, code]))
        phone.check()
        picture(phone, f"theme-{code}")
