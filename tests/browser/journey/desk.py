"""Three officers over two consultations: what waits for each, reading inputs, slips and how they are taken back."""

from datetime import timedelta

from consultations.models import Consultation, Event, OutgoingMail, Submission
from ncm_portal.workflow import now
from tests.browser.journey.walk import Person, Walk, in_nairobi
from tests.factories import (
    change,
    make_consultation,
    make_delegate,
    make_forum,
    make_head,
    make_member,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_submission,
    make_user,
)
from tests.positions.reviewing import make_reviewable
from tests.sign_in import give_second_factor

BODY = "We ask for a seasonal pass for herders. It should cost nothing at all.\n\nMr Lokai of Lodwar paid twice."
LIST = "/desk/review-2026/inputs/"


def two_consultations_are_open(walk: Walk) -> None:
    """Two places of three officers: one with inputs to read, one that closed and whose paper is being written."""
    for name, make in (("Amina", make_head), ("Baraka", make_secretariat), ("Chebet", make_secretariat)):
        person = walk.person(name)
        give_second_factor(make(email=person.email, name=f"{name} (sample)"))
        person.window.log_in(person.account)
    walk.review = make_consultation(slug="review-2026", short_title="Review 2026", title="Review of the Compact, 2026")
    walk.draft = make_reviewable()
    names = {"slug": "registers-2026", "short_title": "Registers 2026", "title": "Registers of workers"}
    walk.registers = change(walk.draft.consultation, **names)
    walk.forum = make_forum(walk.review, slug="review-2026", title="Forum of the review", state="announced")
    make_session(walk.forum, title="Opening")
    bodies = [make_stakeholder(f"Herders of {place} (sample)") for place in ("Lodwar", "Isiolo")]
    authors = [make_member(body, user=make_user(name=f"Focal point of {body.name}")) for body in bodies]
    walk.inputs = [
        make_submission(
            walk.review, bodies[turn % 2], author=authors[turn % 2], state="submitted", title=f"Pass {turn}", body=BODY
        )
        for turn in range(8)
    ]
    for turn, submission in enumerate(walk.inputs):
        change(submission, submitted_at=now() - timedelta(days=10 - turn))
    walk.register = make_submission(walk.registers, bodies[0], state="submitted", title="A register of agents")


def each_officer_lands_on_what_waits(walk: Walk) -> None:
    """The list crosses places, and each row says in which it is."""
    amina, baraka = walk.person("Amina"), walk.person("Baraka")
    for person in (amina, baraka):
        person.go("/for-you/")
        assert "A register of agents" in person.text
        assert {"Review 2026", "Registers 2026"} <= set(person.window.locator(".inbox .chip").all_text_contents())
    baraka.look_on_a_phone("desk-for-you")


def the_switcher_leads_to_the_other_place(walk: Walk) -> None:
    baraka = walk.person("Baraka")
    baraka.go(LIST)
    assert baraka.window.locator(".row").count() == 8
    switch_to(baraka, "Registers 2026")
    assert baraka.heading == "Registers 2026"
    baraka.follow(baraka.window.locator(".rail").get_by_role("link", name="Inputs"))
    assert baraka.window.locator(".row a").all_text_contents() == ["A register of agents"]
    switch_to(baraka, "Review 2026")
    assert "8 still to read" in baraka.text


def switch_to(person: Person, place: str) -> None:
    person.window.locator(".place summary").click()
    person.follow(person.window.locator(".place li a", has_text=place))


def decide(person: Person, key: str, button: str) -> None:
    """Decide about the open input by its key and Enter, or by the button."""
    if person.window.runs_scripts:
        person.window.keyboard.press(key)
        person.window.keyboard.press("Enter")
        person.window.locator("#desk .undo").wait_for()
        person.look()
    else:
        person.press(button, within=person.window.locator("#pane"))


def the_wrong_button_is_undone_at_once(walk: Walk) -> None:
    """Within ten minutes nothing has left the house, and the history says that it was a slip."""
    baraka, slip = walk.person("Baraka"), walk.inputs[0]
    baraka.go(LIST)
    decide(baraka, "a", "Put on file")
    assert Submission.objects.get(pk=slip.pk).state == "accepted"
    undo = baraka.window.locator("#desk .undo").get_by_role("button", name="Undo")
    if baraka.window.runs_scripts:
        undo.click()
        baraka.window.get_by_text(f"The decision about {slip.reference} is undone.").wait_for()
        baraka.look()
    else:
        baraka.press(undo)
    assert Submission.objects.get(pk=slip.pk).state == "submitted"
    assert OutgoingMail.objects.get(to=slip.author.email).state == "cancelled"
    baraka.go(f"/desk/inputs/{slip.key}/")
    assert baraka.window.locator(".history li > b").all_text_contents() == [
        "Baraka (sample) took the decision back: undone at once",
        "Baraka (sample) read it and put it on file",
    ]


def a_colleague_was_faster(walk: Walk) -> None:
    """Both have the input open; the second one reads who decided, and what was typed is still there."""
    baraka, chebet = walk.person("Baraka"), walk.person("Chebet")
    for person in (baraka, chebet):
        person.go(LIST)
    decide(baraka, "a", "Put on file")
    worded = chebet.window.locator("#return_for_completion")
    worded.locator("summary").click()
    worded.locator("[name=reason]").fill("Which county?")
    chebet.window.expect_status(409)
    worded.get_by_role("button", name="Ask the sender").click()
    chebet.window.locator("#pane .notice blockquote", has_text="Which county?").wait_for()
    chebet.look(409)
    assert [line.split(" on ")[0] for line in chebet.problems] == [
        "You cannot use “Ask the sender” while this is",
        "Baraka (sample) decided",
    ]


def seven_are_decided_together_while_one_moves(walk: Walk) -> None:
    """The one that moved meanwhile is named, and all the others are taken back in one act."""
    baraka, chebet = walk.person("Baraka"), walk.person("Chebet")
    baraka.go(LIST)
    baraka.window.locator("[name=all]").check()
    baraka.press("Put on file", within=baraka.window.locator("#bulk"))
    assert baraka.heading == "Put on file: 7 inputs"
    chebet.go(LIST)
    decide(chebet, "a", "Put on file")
    baraka.press(baraka.window.locator("[name=confirm]"))
    moved = walk.inputs[1].reference
    assert baraka.notices == [
        "6 inputs are on file.",
        f"{moved}: You cannot use “Put on file” while this is on file.",
    ]
    baraka.press("Undo all 6")
    assert baraka.notices == ["6 inputs wait at the desk again."]
    assert list(walk.review.submissions.order_by("submitted_at").values_list("state", flat=True)) == [
        *["accepted"] * 2, *["submitted"] * 6,
    ]  # fmt: skip


def a_reference_is_found_from_anywhere(walk: Walk) -> None:
    chebet, sought = walk.person("Chebet"), walk.inputs[1]
    chebet.go("/desk/registers-2026/")
    if chebet.window.runs_scripts:
        chebet.window.keyboard.press("Control+k")
        chebet.window.keyboard.type(sought.reference)
        chebet.window.locator("[role=option]", has_text=sought.title).first.wait_for()
        chebet.look()
        chebet.window.keyboard.press("Enter")
        chebet.window.wait_for_url(f"**/desk/inputs/{sought.key}/")
    else:
        chebet.follow(chebet.window.locator("a.find"))
        chebet.write(q=sought.reference)
        chebet.press(chebet.window.locator("main form button"))
        chebet.follow(chebet.window.locator("main li a", has_text=sought.title))
    assert sought.title in chebet.text


def a_sentence_becomes_a_point(walk: Walk) -> None:
    """The officer marks it in the text; the point stands beside it, and can be taken back."""
    chebet, said = walk.person("Chebet"), walk.inputs[1]
    chebet.window.get_by_text("It should cost nothing at all.").click()
    chebet.window.get_by_role("button", name="Add the point").click()
    chebet.window.locator("#p1").wait_for()
    chebet.look()
    assert [(point.text, point.state) for point in said.points.all()] == [
        ("It should cost nothing at all.", "validated")
    ]
    chebet.look_on_a_phone("desk-split")


def words_are_hidden_by_two(walk: Walk) -> None:
    """The author reads that it happened and how to object; the original stays."""
    baraka, chebet, visitor = walk.person("Baraka"), walk.person("Chebet"), walk.person("Visitor")
    said = walk.inputs[0]
    visitor.go(f"/inputs/{said.reference}/")
    assert "Mr Lokai" in visitor.text
    baraka.go(f"/desk/inputs/{said.key}/")
    baraka.follow("Hide words from readers")
    baraka.write(words="Mr Lokai of Lodwar", reason="A neighbour is named.")
    baraka.choose(ground="personal")
    baraka.press("Propose to hide them")
    visitor.go(f"/inputs/{said.reference}/")
    assert "Mr Lokai" in visitor.text
    chebet.go("/desk/proposals/")
    chebet.follow(chebet.window.locator("main a", has_text="Hide words").first)
    chebet.unfold("Confirm")
    chebet.press("Yes: Confirm")
    visitor.go(f"/inputs/{said.reference}/")
    assert "Mr Lokai" not in visitor.text
    assert Submission.objects.get(pk=said.pk).original["body"] == BODY
    author = walk.person("Focal")
    author.window.log_in(said.author)
    author.go("/my-organisation/")
    author.go(walk.link_in(walk.mail_to(said.author.email)))
    assert "Words hidden on" in author.text
    author.unfold("Object")
    author.write(reason="He agreed to be named.")
    author.press("Object", within=author.window.locator("details[open]"))
    assert author.notices == ["The secretariat has your objection and will answer it by e-mail."]


def a_consultation_is_copied_and_opened_early(walk: Walk) -> None:
    """The copy is planned for later; the head is told what opening it today does, and types that it is meant."""
    chebet, amina, visitor = walk.person("Chebet"), walk.person("Amina"), walk.person("Visitor")
    chebet.go("/desk/all/")
    chebet.follow("New consultation")
    chebet.write(title="Counties and migration", short_title="Counties 2027")
    chebet.write(opens_at=at(26), closes_at=at(60))
    chebet.press("Save, go on to the themes")
    for button in ("Save, go on to the rules", "Save, go on to the team", "Save, go on to the forum"):
        chebet.press(button)
    chebet.follow("Not now")
    walk.counties = Consultation.objects.get(slug="counties-2027")
    chebet.go("/desk/counties-2027/moves/open_consultation/")
    assert "Before that day only the head of the secretariat can open it" in chebet.text
    visitor.go("/")
    assert "Counties and migration" not in visitor.text
    amina.go("/desk/counties-2027/")
    amina.follow("Open before the planned day")
    assert "This opens Counties 2027 26 days early" in amina.text
    assert "It appears at once on the home page, beside Review 2026, Registers 2026." in amina.text
    amina.look_on_a_phone("desk-opening")
    amina.confirm(refused=422)
    assert amina.problems == ["Reason: Enter a reason. It is kept in the journal."]
    amina.write(reason="The minister asked for it.")
    amina.confirm()
    assert amina.notices == ["Done: Open before the planned day."]
    visitor.go("/")
    assert "3 consultations are open." in visitor.text
    visitor.look_on_a_phone("desk-three-open")


def at(days: int) -> str:
    """Return an hour some days ahead as a field for it wants it."""
    return f"{in_nairobi(now()) + timedelta(days=days):%Y-%m-%dT08:00}"


def a_letter_is_worded_by_the_office(walk: Walk) -> None:
    """A field that does not exist is named with the nearest one, and nothing typed is lost."""
    chebet = walk.person("Chebet")
    chebet.go("/desk/review-2026/settings/letters/")
    chebet.follow(chebet.window.locator("main a", has_text="Invitation, by mail"))
    wrong = "Dear colleagues of {organization}, come to {place}. Answer by {reply by}: {link}"
    chebet.write(body=wrong)
    chebet.press("Save", refused=422)
    assert "Did you mean {organisation}?" in chebet.text
    assert chebet.value("body") == wrong
    chebet.write(body=wrong.replace("organization", "organisation"))
    chebet.press("Save")
    assert "version 1" in chebet.text
    assert "Dear colleagues of Herders of Isiolo (sample), come to Nairobi." in chebet.text


def registration_is_closed_by_a_slip(walk: Walk) -> None:
    """Closing asks first and says what it ends; opening again asks for a reason."""
    chebet = walk.person("Chebet")
    for body in {each.stakeholder for each in walk.inputs}:
        make_delegate(walk.forum, body, name=f"Delegate of {body.name}")
    chebet.go("/desk/forums/review-2026/")
    chebet.follow("Close registration")
    assert "Letters of invitation can no longer be sent" in chebet.text
    chebet.confirm()
    chebet.follow("Undo")
    chebet.write(reason="It was the wrong button.")
    chebet.confirm()
    assert Event.objects.about(walk.forum).latest("pk").reason == "It was the wrong button."
    chebet.follow("Close registration")
    chebet.confirm()
    chebet.follow("Open the forum")
    assert "This opens the forum 10 days early" in chebet.text
    chebet.follow("Go back")
    walk.forum.refresh_from_db()
    assert walk.forum.state == "registration_closed"


def later(walk: Walk, **time: float) -> None:
    """Advance the clock, and sign the officers in again."""
    walk.later(**time)
    for name in ("Amina", "Baraka", "Chebet"):
        walk.person(name).window.log_in(walk.person(name).account)


def the_forum_meets(walk: Walk) -> None:
    """On the day its page says who has not come, and afterwards what is left to report."""
    chebet = walk.person("Chebet")
    later(walk, days=7)
    chebet.go("/desk/forums/review-2026/")
    assert "No session at this moment" in chebet.text
    chebet.follow("Open the forum")
    chebet.confirm()
    for line in ("2 delegates have not come yet", "2 badges to print"):
        assert line in chebet.text, line
    chebet.look_on_a_phone("desk-forum-day")
    chebet.follow("Undo")
    chebet.write(reason="The hall is still locked.")
    chebet.confirm()
    chebet.follow("Open the forum")
    chebet.confirm()
    walk.forum.refresh_from_db()
    assert walk.forum.state == "in_session"


def open_work_goes_to_a_colleague(walk: Walk) -> None:
    """Before a leave: what was assigned moves in one act, and comes back in one."""
    baraka, chebet, assigned = walk.person("Baraka"), walk.person("Chebet"), walk.inputs[2]
    baraka.go(f"{LIST}?open={assigned.reference}")
    pane = baraka.window.locator("#pane")
    pane.locator("[name=to]").select_option(str(baraka.account.pk))
    pane.get_by_role("button", name="Assign").click()
    baraka.window.locator(".tabset a", has_text="Mine 1").wait_for()
    baraka.go("/for-you/")
    baraka.follow("Hand over open work")
    baraka.choose(to=str(chebet.account.pk))
    baraka.press("Hand over what is ticked")
    assert Submission.objects.get(pk=assigned.pk).assigned_to == chebet.account
    chebet.go(f"{LIST}?saved=mine")
    assert chebet.window.locator(".row a").all_text_contents() == ["Pass 2"]
    baraka.press("Take it back")
    assert Submission.objects.get(pk=assigned.pk).assigned_to == baraka.account
