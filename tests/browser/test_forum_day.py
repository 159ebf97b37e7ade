"""A forum day in a browser: a letter answered without an account, two offline phones, a paper register, a substitute, a
wording from the floor, and the printed decisions.
"""

import re
from types import SimpleNamespace

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from consultations import tokens
from consultations import workflow as forums
from consultations.models import CheckIn, Delegate, Point, QueuedRow
from consultations.queries import checkin
from consultations.queries.forums import AFTER, BEFORE, DAY, doors
from ncm_portal.workflow import now
from positions import workflow
from positions.models import FloorDecision, PositionPaper
from tests.browser.conftest import BOTH, DESKTOP, PHONE
from tests.browser.test_door_pages import check_in, cut, unsent, write
from tests.factories import change, make_delegate, make_session, make_stakeholder
from tests.office_factories import change_rules
from tests.positions.clearing import make_text
from tests.positions.plenary import make_session_text

pytestmark = pytest.mark.django_db(transaction=True)
SLUG = "f-day"
FROM_THE_FLOOR = "Kenya commits to another, and to a report each year."
SPOKEN = "Let the report be read in every county."


@pytest.fixture
def day():
    """Cleared text and a forum of today: one institution has a letter, the others have named their people."""
    text = make_text("cleared")
    today = now().astimezone(checkin.NAIROBI).date()
    change(text.forum, slug=SLUG, code="F-DAY", starts_on=today, ends_on=today, state="announced", seats=10)
    change(text.forum, letter_text="Please name who comes.", contact="the secretariat")
    change_rules(text.paper.consultation, quorum_groups=1)
    session = make_session(text.forum, title="Plenary on the text", theme=text.second.section.theme, starts_at=now())
    coast = make_stakeholder("Coast Network of Fishing Communities", short_name="", state="verified")
    forums.write_invitations(
        text.forum, by=text.secretariat, respond_by=today, offers=[(text.one, 1, "one@example.org")]
    )
    letter = text.forum.invitations.get()
    forums.send_invitations(text.forum, by=text.secretariat, keys=[letter.key])
    brian = make_delegate(text.forum, text.two, name="Brian Otieno", badge_number=1)
    chebet = make_delegate(text.forum, coast, name="Chebet Kiprono", badge_number=2)
    link = reverse("forum_answer", args=[tokens.token(letter.key, letter.token_round)])
    return SimpleNamespace(text=text, session=session, coast=coast, brian=brian, chebet=chebet, link=link)


def at(name, *more):
    return reverse(name, args=[SLUG, *more])


def the_letter_is_answered(visitor, day):
    """The ministry answers by the link; the secretariat confirms the seat and a substitute."""
    visitor.goto(day.link)
    visitor.get_by_label("We will attend: the people are named below").check()
    visitor.get_by_label("Your name").fill("Registry")
    visitor.get_by_role("group", name=re.compile("1")).get_by_label("Name", exact=True).first.fill("Asha Ng'ang'a")
    visitor.check()
    visitor.locator("main .actions .button").click()
    expect(visitor.locator("main")).to_contain_text("Asha Ng'ang'a")


def the_seats_are_given(desk, day):
    """The desk confirms the officer and sets a substitute for another."""
    desk.goto(at("forum_delegates"))
    desk.get_by_label(re.compile("Asha Ng'ang'a")).check()
    desk.get_by_role("button", name="Confirm", exact=True).click()
    desk.check()
    desk.get_by_role("button", name="Confirm").first.click()
    assert Delegate.objects.get(name="Asha Ng'ang'a").badge_number == 3
    desk.goto(at("forum_delegate", day.chebet.pk))
    desk.get_by_text("Have someone sit in", exact=True).click()
    desk.locator("details[open] [name$=name]").fill("Dida Wario")
    desk.get_by_role("button", name="Save the substitute").click()
    assert Delegate.objects.get(name="Dida Wario").sits_in_for == day.chebet
    for move in (forums.close_registration, forums.open_forum):
        move(day.text.forum, by=day.text.secretariat)
        day.text.forum.refresh_from_db()
    forums.open_session(day.session, by=day.text.secretariat)


def the_doors_open(one, two, desk, day):
    """Both phones work offline; the register has the other signatures."""
    for device in (one, two):
        device.log_in(day.text.secretariat)
        device.goto(at("door"))
        expect(device.locator("#synced")).to_contain_text("4 badges in the list · opens without a network")
        cut(device)
    check_in(one, "3", "Asha Ng'ang'a")
    write(one, SPOKEN)
    check_in(two, "4", "Dida Wario")
    unsent(one, 2)
    unsent(two, 1)
    assert not QueuedRow.objects.exists()
    for device in (one, two):
        cut(device, False)
        unsent(device, 0)
    assert checkin.present(day.text.forum).seats == 2
    desk.goto(at("forum_registers"))
    desk.get_by_label(re.compile("Brian Otieno")).check()
    desk.get_by_role("button", name="Enter these signatures").click()
    assert CheckIn.objects.count() == checkin.present(day.text.forum).seats == 3


def the_point_is_read_back(desk, day):
    """The point typed on the phone is handed in, read back and validated."""
    desk.goto(reverse("session_points", args=[day.session.pk]))
    desk.get_by_role("button", name=re.compile("^Hand in")).first.click()
    desk.goto(reverse("session_read_back", args=[day.session.pk]))
    expect(desk.locator("main")).to_contain_text(SPOKEN)
    desk.check()
    desk.get_by_role("button", name=re.compile("Validate")).first.click()
    assert Point.objects.get(text=SPOKEN).state == "validated"


def the_chair_decides(chair, screen, day):
    """Decide one paragraph by a wording from the floor, one with a reservation, then the whole."""
    text = day.text
    workflow.lay_before_forum(text.paper, by=text.head)
    workflow.count_quorum(text.paper, by=text.head)
    workflow.begin_session(text.paper, by=text.head)
    chair.goto(at("forum_chair"))
    chair.get_by_label("Session").select_option(label="Plenary on the text")
    chair.get_by_role("button", name="Show on the screen").click()
    chair.goto(at("forum_chair_decide", text.second.key))
    chair.locator("#floor textarea").fill(FROM_THE_FLOOR)
    chair.locator("#floor select").select_option(label="Ministry of Two")
    chair.get_by_role("button", name="Show on the screen").click()
    screen.goto(at("forum_screen"))
    expect(screen.locator("main")).to_contain_text("and to a report each year")
    screen.check()
    for paragraph, outcome in (
        (text.second, "Adopted"),
        (text.first, "Adopted with a reservation, which is printed and does not block"),
        (text.opening, "Adopted"),
    ):
        decide(chair, paragraph, outcome)
    assert FloorDecision.objects.count() == 3


def decide(chair, paragraph, outcome):
    chair.goto(at("forum_chair_decide", paragraph.key))
    form = chair.locator("#decide")
    form.get_by_label(outcome, exact=True).check()
    if form.locator("[name=words]").count():
        form.get_by_label("In the wording proposed from the floor").check()
    if outcome != "Adopted":
        form.locator("[name=reserving]").select_option(label="Ministry of Two")
        form.locator("[name=reservation]").fill("It costs money.")
    chair.check()
    chair.get_by_role("button", name="Record the decision").click()


def every_room_is_sound(desk, day):
    """Pages linked from the forum's home page are accessible at both widths."""
    desk.log_in(day.text.secretariat)
    for address in {door.url: None for phase in (BEFORE, DAY, AFTER) for door in doors(day.text.forum, phase)}:
        desk.goto(address)
        desk.check()


def test_forum_from_invitation_to_adoption(open_window, day):
    desk, one, two = open_window(DESKTOP), open_window(PHONE), open_window(PHONE)
    desk.log_in(day.text.secretariat)
    the_letter_is_answered(open_window(PHONE), day)
    the_seats_are_given(desk, day)
    the_doors_open(one, two, desk, day)
    the_point_is_read_back(desk, day)
    chair = open_window(DESKTOP)
    chair.log_in(day.text.head)
    the_chair_decides(chair, desk, day)
    chair.goto(reverse("desk_paper_move", args=[day.text.paper.slug, "adopt"]))
    chair.get_by_label("Consensus with reservations").check()
    chair.locator("[name=reasons]").fill("One ministry reserves.")
    chair.get_by_role("button", name="Declare adopted", exact=True).click()
    assert PositionPaper.objects.get().state == "adopted"
    chair.goto(reverse("edition_whole", args=[day.text.paper.slug, "1.0"]))
    printed = chair.inner_text("main")
    assert FROM_THE_FLOOR in printed
    assert "Ministry of Two: It costs money." in printed
    every_room_is_sound(open_window(*BOTH), day)


@pytest.mark.parametrize("width", [1280, 1920])
def test_words_fill_screen_in_its_typeface_without_scrolling(open_window, width):
    text = make_session_text()
    session = make_session(text.forum, title="Plenary on the text", state="open")
    screen = open_window({"width": width, "height": width * 9 // 16})
    screen.log_in(text.secretariat)
    heights = []
    screen.goto(reverse("forum_screen", args=[text.forum.slug]))
    assert screen.locator("#stage").bounding_box()["width"] > width * 0.9  # with hardly a word on it
    for amendment in ("", FROM_THE_FLOOR, FROM_THE_FLOOR * 9, FROM_THE_FLOOR * 40):
        moved_by = text.two if amendment else None
        workflow.show_on_screen(
            text.forum, by=text.secretariat, session=session, heading="Item 3", paragraph=text.first,
            amendment=amendment, moved_by=moved_by,
        )  # fmt: skip
        screen.goto(reverse("forum_screen", args=[text.forum.slug]))
        screen.wait_for_function("document.fonts.check('20px \"Portal Serif\"')")
        assert screen.evaluate("document.documentElement.scrollHeight") <= width * 9 // 16
        heights.append(screen.evaluate("parseFloat(getComputedStyle(document.querySelector('.words')).fontSize)"))
    assert heights[0] > width * 0.06
    assert heights == sorted(heights, reverse=True)
    assert heights[-1] > width / 80


def test_badge_opens_text_in_room_on_phone_without_account(open_window):
    text, today = make_session_text(), now().astimezone(checkin.NAIROBI).date()
    change(text.forum, starts_on=today, ends_on=today)
    session = make_session(text.forum, title="Plenary on the text", state="open")
    shown = {"session": session, "heading": "Item 3", "paragraph": text.first}
    workflow.show_on_screen(text.forum, by=text.secretariat, **shown)
    phone = open_window(PHONE)
    phone.expect_status(422)
    phone.goto(reverse("room"))
    phone.get_by_label("Code on your badge").fill("abcd-efgh")
    phone.get_by_role("button", name="Open the text").click()
    phone.check()
    assert phone.get_by_label("Code on your badge").input_value() == "abcd-efgh"
    phone.get_by_label("Code on your badge").fill(tokens.room_code(text.delegates[0].ticket))
    phone.get_by_role("button", name="Open the text").click()
    expect(phone.locator("#stage")).to_contain_text("Kenya calls for one thing.")
    phone.check()
    workflow.show_on_screen(text.forum, by=text.secretariat, **{**shown, "paragraph": text.second})
    expect(phone.locator("#stage")).to_contain_text("Paragraph 3", timeout=8000)  # without a reload
