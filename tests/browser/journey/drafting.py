"""Journey: the paper is written from the outline, cites points, is reviewed by members, and every point has an
answer.
"""

from datetime import timedelta

from consultations.models import Point
from ncm_portal import workflow
from positions.models import Paragraph, PositionPaper
from tests.browser.journey.opening import MINUTE, THEMES, TITLE
from tests.browser.journey.walk import Person, Walk, in_nairobi

INTRODUCTION = "This paper says what Kenya stands for on the crossing of lakes."
SHELTER = "Kenya calls for a shelter at every landing site."
FUEL = "Kenya urges that crews be paid the fuel of every rescue."
COMPLAINTS = "Kenya supports that passengers complain on the boat."
DESK = "/desk/papers/lakes/"


def the_paper_is_begun(walk: Walk) -> None:
    amina = walk.person("Amina")
    amina.go(f"/desk/{walk.consultation.slug}/papers/")
    amina.follow("Create a paper")
    amina.choose(consultation=walk.consultation.slug, forum=walk.forum.slug)
    amina.write(title=TITLE, short_title="Lakes", purpose="The dialogue of the lakes")
    amina.press("Create the paper")
    walk.paper = PositionPaper.objects.get()
    assert list(walk.paper.sections.exclude(theme=None).values_list("heading", flat=True)) == list(THEMES)
    amina.look_on_a_phone("journey-paper")


def paragraphs_are_written(walk: Walk) -> None:
    """Each paragraph cites the points beside the text."""
    amina = walk.person("Amina")
    own = walk.public.reference
    write_a_paragraph(amina, "Introduction and mandate of the NCM", INTRODUCTION)
    write_a_paragraph(amina, THEMES[0], SHELTER, "calls_for", rests_on=f"{own}.1")
    amina.look_on_a_phone()
    write_a_paragraph(amina, THEMES[0], FUEL, "urges", rests_on=f"{own}.2")
    write_a_paragraph(amina, THEMES[1], COMPLAINTS, "supports", rests_on=walk.spoken.reference)
    amina.write(words="crews")
    amina.press_in_place("Show")
    amina.press_in_place(f"In part: {walk.secretariat.reference}.1")
    written = Paragraph.objects.standing().order_by("pk").values_list("wording__text", flat=True)
    assert list(written) == [INTRODUCTION, SHELTER, FUEL, COMPLAINTS]


def write_a_paragraph(person: Person, section: str, text: str, strength: str = "", rests_on: str = "") -> None:
    person.go(DESK)
    person.follow(section)
    if not person.window.locator("#write").count():
        person.press_in_place("Add a paragraph", role="link")
    person.write(text=text)
    if not rests_on:
        person.window.get_by_text("Other…").click()
        person.window.locator("[name=is_secretariat_text]").check()
    person.choose(strength=strength)
    person.press_in_place("Add the paragraph")
    if rests_on:
        person.press_in_place(f"Cite it: {rests_on}")


def every_point_gets_an_answer(walk: Walk) -> None:
    """Answer one point after another by the link to the next."""
    amina, own = walk.person("Amina"), walk.public.reference
    answers = {
        f"{own}.1": ("accepted", "", ""),
        f"{own}.2": ("accepted_in_part", "means", "Fuel is paid for rescues only."),
        f"{walk.members.reference}.1": ("merged", "", "It counts with the other point."),
        f"{walk.secretariat.reference}.1": ("noted", "elsewhere", "The crews of Mfangano were heard."),
        walk.spoken.reference: ("not_accepted", "elsewhere", "Complaints go to the harbour office."),
    }
    amina.go(f"{DESK}dispositions/")
    amina.follow("Answer the next point")
    while answers:
        outcome, kind, reason = answers.pop(reference := amina.heading.removeprefix("Answer to "))
        amina.choose(outcome=outcome)
        amina.choose(reason_code=kind)
        amina.write(reason=reason)
        amina.press("Save and continue")
        assert amina.notices == [f"The answer to {reference} is saved."]
    assert "Every point has an answer." in amina.text


def nothing_is_left_open(walk: Walk) -> None:
    amina = walk.person("Amina")
    amina.go(f"{DESK}coverage/")
    headings = amina.window.locator("main h2").all_text_contents()
    assert headings[:3] == [
        "0 points with no paragraph and no answer",
        "0 paragraphs without a source",
        "0 paragraphs with sources to confirm",
    ]
    amina.look_on_a_phone()


def two_drafters_edit_one_paragraph(walk: Walk) -> None:
    """The second drafter sees both texts and a merged one."""
    amina, baraka = walk.person("Amina"), walk.person("Baraka")
    walk.shelter = Paragraph.objects.get(wording__text=SHELTER)
    for drafter in (amina, baraka):
        drafter.go(f"{DESK}paragraphs/{walk.shelter.key}/sources/")
    reword(amina, SHELTER.replace("a shelter", "a dry shelter"), "Sheds leak.")
    reword(baraka, SHELTER.replace("landing site", "landing site and pier"), "Piers count too.", refused=409)
    assert "saved paragraph 2 while you wrote" in baraka.text
    saved, typed = baraka.window.locator(".three > :not(.one)").all_text_contents()
    assert ("dry" in saved, "dry" in typed, "pier" in saved, "pier" in typed) == (True, False, False, True)
    baraka.look_on_a_phone("journey-both-texts")
    baraka.press_in_place("Save the text of both")
    walk.shelter.refresh_from_db()
    said = walk.shelter.wordings.order_by("number").values_list("text", flat=True)
    assert list(said) == [
        SHELTER,
        "Kenya calls for a dry shelter at every landing site.",
        "Kenya calls for a dry shelter at every landing site and pier.",
    ]


def reword(person: Person, text: str, why: str, *, refused: int = 0) -> None:
    person.write(text=text)
    person.window.locator("details.reason").evaluate("each => { each.open = true }")  # it may be open by now
    person.write(why=why)
    person.press_in_place("Save the text", refused=refused)


def confirm_the_source(person: Person, paragraph: Paragraph, point: str) -> None:
    person.go(f"{DESK}paragraphs/{paragraph.key}/sources/")
    person.press_in_place(f"Confirm: {point}")


def a_review_round_is_opened(walk: Walk) -> None:
    amina = walk.person("Amina")
    confirm_the_source(amina, walk.shelter, f"{walk.public.reference}.1")
    amina.go(f"{DESK}review/")
    amina.write(closes_at=f"{in_nairobi(workflow.now()) + timedelta(hours=2):{MINUTE}}")
    amina.confirm()
    assert amina.notices == ["The round is open. Everybody invited gets an e-mail."]


def a_member_proposes_other_words(walk: Walk) -> None:
    chebet, visitor = walk.person("Chebet"), walk.person("Visitor")
    invitation = walk.mail_to(chebet.email)
    assert "review" in invitation.body
    for address in ("/papers/lakes/", "/review/lakes/"):
        visitor.go(address, refused=404 if address.startswith("/papers") else 200)
    chebet.go(walk.link_in(invitation))
    chebet.go("/review/lakes/")
    chebet.follow(THEMES[0])
    chebet.look_on_a_phone()
    chebet.follow("Propose a change to paragraph 3")
    chebet.write(text=FUEL.replace("every rescue", "every rescue by night"), reason="Rescues by day cost less.")
    chebet.press("Propose this change")
    assert chebet.notices == ["Proposed. You get the decision by e-mail."]


def the_round_closes_and_the_words_are_taken(walk: Walk) -> None:
    amina = walk.person("Amina")
    amina.go(f"{DESK}review/")
    assert "Open: The review round closes on" in amina.text
    assert amina.window.get_by_role("link", name="Close the review round").count() == 0
    walk.later(hours=3)
    amina.go(f"{DESK}review/")
    amina.follow("Close the review round")
    amina.confirm()
    amina.go(f"{DESK}review/amendments/")
    amina.unfold("Accept")
    amina.window.locator("#accept_reason").fill("Agreed.")
    amina.window.get_by_role("button", name="Accept it as proposed").click()
    amina.window.locator(".tabset a", has_text="To decide 0").wait_for()
    walk.fuel = Paragraph.objects.get(wording__text__startswith=FUEL.rstrip("."))
    assert walk.fuel.wording.text == FUEL.replace("every rescue", "every rescue by night")
    confirm_the_source(amina, walk.fuel, f"{walk.public.reference}.2")
    assert "accepted" in walk.mail_to(walk.person("Chebet").email).body
    assert Point.objects.filter(state="disposed").count() == 0
