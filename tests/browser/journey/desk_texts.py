"""Three officers over two consultations: a question of somebody, one paragraph of two drafters, a round decided in its
list, and a later paper that cites what an earlier one answered.
"""

from django.urls import reverse
from playwright.sync_api import expect

from consultations.models import Enquiry, MembershipRole
from positions.models import PositionPaper
from positions.queries import grounding
from tests.browser.journey.desk import later
from tests.browser.journey.walk import Person, Walk
from tests.factories import change, make_mandate, make_member, make_point
from tests.paper_factories import bring_paper, make_disposition, make_paper, make_paragraph, make_section
from tests.positions.reviewing import another, opened, propose


def a_question_is_asked_and_answered(walk: Walk) -> None:
    """Anybody can ask without an account; an officer takes it, answers, and the answer goes out by mail."""
    visitor, chebet = walk.person("Visitor"), walk.person("Chebet")
    visitor.go("/contact/")
    visitor.write(subject="Where to bring a letter", text="Which door is it?", name="Nekesa Wafula")
    visitor.press("Send the question", refused=422)
    assert visitor.problems == [
        "E-mail address: Enter an e-mail address or a phone number, so that an answer can be given."
    ]
    assert visitor.value("text") == "Which door is it?"
    visitor.write(email="nekesa@example.org")
    visitor.press("Send the question")
    enquiry = Enquiry.objects.get()
    assert enquiry.reference in visitor.text
    chebet.go("/desk/review-2026/enquiries/")
    chebet.follow("1 more about no consultation")
    press_in_pane(chebet, "Take it")
    expect(chebet.window.locator("#pane")).to_contain_text("Chebet (sample)")
    chebet.write(text="The green door.")
    press_in_pane(chebet, "Send the answer")
    expect(chebet.window.locator("#desk")).to_contain_text("answered")
    enquiry.refresh_from_db()
    assert (enquiry.state, enquiry.answered_by) == ("answered", chebet.account)
    assert "The green door." in walk.mail_to("nekesa@example.org").body
    chebet.look_on_a_phone("desk-enquiry")


def press_in_pane(person: Person, button: str) -> None:
    """Press a button of the pane: with scripts the list and the pane change in place."""
    pane = person.window.locator("#pane")
    if not person.window.runs_scripts:
        person.press(button, within=pane)
        return
    with person.window.expect_response(lambda answer: not 300 <= answer.status < 400):
        pane.get_by_role("button", name=button).first.click()
    person.look()


def two_drafters_change_the_same_words(walk: Walk) -> None:
    """Only the place where both changed the same words is asked."""
    chebet, baraka, draft = walk.person("Chebet"), walk.person("Baraka"), walk.draft
    for person in (chebet, baraka):
        person.go(reverse("desk_sources", args=[draft.paper.slug, draft.paragraph.key]))
    reword(chebet, "Kenya calls for agreed and safe routes.")
    reword(baraka, "Kenya calls for agreed and short routes, too.", refused=409)
    assert "In 1 place you both changed the same words: choose there." in baraka.text
    baraka.look_on_a_phone("desk-both-texts")
    baraka.window.get_by_label("Both: and safe and short").check()
    baraka.press_in_place("Save the text of both")
    draft.paragraph.refresh_from_db()
    assert draft.paragraph.wording.text == "Kenya calls for agreed and safe and short routes, too."


def reword(person: Person, text: str, *, refused: int = 0) -> None:
    person.write(text=text)
    person.window.get_by_text("Add a reason").click()
    person.write(why="It says more.")
    person.press_in_place("Save the text", refused=refused)


def a_round_is_decided_in_its_list(walk: Walk) -> None:
    """Two members changed the same words: one act takes one of them, and the other sponsor reads why not."""
    baraka, draft = walk.person("Baraka"), walk.draft
    baraka.go(reverse("desk_sources", args=[draft.paper.slug, draft.paragraph.key]))
    baraka.press_in_place(f"Confirm: {draft.point.reference}")
    opened(draft)
    proposed = propose(draft, "Kenya calls for agreed, safe and short routes, too.")
    other = propose(draft, "Kenya urges agreed and safe and short routes, too.", **another(draft))
    later(walk, days=3)
    baraka.go(reverse("desk_review", args=[draft.paper.slug]))
    baraka.follow("Close the review round")
    baraka.confirm()
    baraka.go(reverse("desk_amendments", args=[draft.paper.slug]))
    baraka.look_on_a_phone("desk-amendments")
    for letter, decision in (("A", "Accept"), ("B", "Do not accept")):
        baraka.window.get_by_role("group", name=f"Decide {letter}").get_by_label(decision, exact=True).check()
    for each, why in ((proposed, "Short is clear."), (other, "Urging is too much.")):
        baraka.window.locator(f"#together_reason_{each.pk}").fill(why)
    show = baraka.window.get_by_role("button", name="Show how it would read")
    if show.is_visible():
        press_in_pane(baraka, "Show how it would read")
    baraka.window.locator("#as-decided ins").first.wait_for()
    baraka.look()
    press_in_pane(baraka, "Decide A and B")
    baraka.window.locator(".tabset a", has_text="To decide 0").wait_for()
    states = {each.pk: each.state for each in draft.round.amendments.all()}
    assert states == {proposed.pk: "accepted", other.pk: "not_accepted"}
    draft.paragraph.refresh_from_db()
    assert draft.paragraph.wording.text == "Kenya calls for agreed, safe and short routes, too."
    assert "not accepted" in walk.mail_to(other.by.email).body


def a_ministry_lets_its_time_pass(walk: Walk) -> None:
    """After the due hour the table of answers offers to record silence."""
    baraka, draft = walk.person("Baraka"), walk.draft
    make_mandate(draft.body, draft.t1, is_lead=True)
    make_member(draft.body, MembershipRole.CLEARING_OFFICER)
    baraka.go(reverse("desk_sources", args=[draft.paper.slug, draft.paragraph.key]))
    baraka.press_in_place(f"Confirm: {draft.point.reference}")
    baraka.go(reverse("desk_clearance", args=[draft.paper.slug]))
    baraka.follow("Fix the text for clearance")
    baraka.confirm()
    baraka.follow("Ask the ministries to clear")
    baraka.confirm()
    assert "Record silence" not in baraka.text
    later(walk, days=30)
    baraka.go(reverse("desk_clearance", args=[draft.paper.slug]))
    baraka.look_on_a_phone("desk-clearance")
    press_in_pane(baraka, "Record silence")
    expect(baraka.window.locator("main")).to_contain_text("silent")
    assert draft.paper.clearances.get().state == "silent"


def a_later_paper_cites_what_was_answered(walk: Walk) -> None:
    """The point stays answered; the author will read both answers."""
    baraka = walk.person("Baraka")
    answered = make_point(walk.inputs[1], text="Passes should be free.")
    first = make_paper(walk.review, short_title="First")
    paragraph = make_paragraph(make_section(first, walk.inputs[1].theme), "Kenya frees passes.", points=(answered,))
    make_disposition(first, answered, "accepted", paragraph)
    bring_paper(first, "published")
    first.dispositions.update(answered_at=first.published_at)
    change(answered, state="disposed")
    baraka.go("/desk/review-2026/papers/")
    baraka.follow("Create a paper")
    baraka.write(title="Passes, second paper", short_title="Second", purpose="The next dialogue")
    baraka.press("Create the paper")
    later_paper = PositionPaper.objects.latest("pk")
    section = make_section(later_paper, walk.inputs[1].theme)
    baraka.go(reverse("desk_section", args=[later_paper.slug, section.pk]))
    assert "answered in First" in baraka.text
    baraka.write(text="Kenya frees passes in all counties.")
    baraka.press_in_place("Add the paragraph")
    baraka.press_in_place(f"Cite it: {answered.reference}")
    assert answered in grounding.points_to_answer(later_paper)
    answered.refresh_from_db()
    assert answered.state == "disposed"
