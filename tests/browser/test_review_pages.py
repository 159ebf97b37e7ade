"""Review in a browser: two conflicting amendments, one becomes stale and is confirmed, the desk chooses the text."""

import pytest
from django.urls import reverse

from positions import workflow
from positions.models import Amendment
from tests.browser.conftest import DESKTOP, PHONE
from tests.paper_factories import make_paragraph
from tests.positions.reviewing import make_reviewable
from tests.positions.views.reviewed import close, contend, open_review, propose
from tests.positions.views.test_drafting import at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def review(db):
    """Open round on a text with a very long paragraph, and an amendment with long words."""
    draft = make_reviewable()
    make_paragraph(draft.first, "w" * 3_000, is_secretariat_text=True)
    open_review(draft, audience="public")
    draft.amendment = propose(draft)
    propose(draft, "a" * 3_000, operation="insert", reason="r" * 2_000)
    return draft


def bring_a_table(member, review):
    """Upload a comment table up to its preview."""
    member.goto(at("review_import", review))
    member.check()
    sheet = "Paragraph,Comment,Proposed change\n1,Law first.,Kenya calls for lawful routes.\n9,None.,Words.\n"
    member.get_by_label("File").set_input_files({"name": "c.csv", "mimeType": "text/csv", "buffer": sheet.encode()})
    member.get_by_role("button", name="Show the changes").click()
    member.get_by_text("You can now propose 1 change").wait_for()
    member.check()


def decide_at_the_desk(desk, review, rival, size, picture):
    """Look at the list, decline the rival and accept the amendment."""
    name = "phone" if size is PHONE else "desktop"
    desk.log_in(review.drafter)
    opened = f"{at('desk_amendments', review)}?show=all&open={rival.pk}"
    for number, address in enumerate((at("desk_review", review), at("desk_amendments", review), opened)):
        desk.goto(address)
        desk.check()
        picture(desk, f"review-{name}-desk-{number}")
    assert desk.locator(".list-col").is_visible() is (size is DESKTOP)
    workflow.decline_amendment(rival, by=review.drafter, reason="Seasons are a detail.")
    desk.goto(at("desk_amendment", review, review.amendment.pk))
    desk.check()
    picture(desk, f"review-{name}-amendment")
    desk.locator("#accept summary").click()
    desk.check()
    desk.locator("#accept_reason").fill("It says the same, better.")
    desk.get_by_role("button", name="Accept it as proposed").click()
    desk.get_by_text("Ministry of Roads: accepted. The sponsor gets an e-mail").wait_for()
    desk.check()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_conflicting_and_stale_amendments_are_resolved_at_the_desk(open_window, review, size, picture):
    name = "phone" if size is PHONE else "desktop"
    rival, key = contend(review), review.paragraph.key
    visitor = open_window(size)
    for address in (at("read_review", review), at("read_review_section", review, 1)):
        visitor.goto(address)
        visitor.check()
    member = open_window(size)
    member.log_in(review.member)
    pages = [at("review", review), at("review_section", review, 1), at("review_print", review)]
    pages += [
        reverse("review_paragraph", args=[review.paper.slug, key]) + f"?operation={each}" for each in ("", "move")
    ]
    for number, address in enumerate(pages):
        member.goto(address)
        member.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true })")
        member.check()
        picture(member, f"review-{name}-{number}")
    bring_a_table(member, review)
    picture(member, f"review-{name}-import")
    close(review)
    workflow.reword(review.paragraph, by=review.colleague, text="Kenya calls for lawful routes.", why="Law first.")
    workflow.recommend(rival, by=review.drafter, advice="decline", reason="Seasons are a detail.")
    member.goto(at("review_amendment", review, review.amendment.pk))
    member.check()
    picture(member, f"review-{name}-stale")
    member.expect_status(422)
    member.get_by_role("button", name="Confirm the amendment").click()
    member.get_by_text("delete the square brackets").first.wait_for()
    assert member.locator("#problem").evaluate("each => each === document.activeElement")
    member.locator("#confirm textarea").fill("Kenya calls for lawful and safe routes.")
    member.get_by_role("button", name="Confirm the amendment").click()
    member.get_by_text("Confirmed. The drafters decide").wait_for()
    decide_at_the_desk(open_window(size), review, rival, size, picture)
    review.paragraph.refresh_from_db()
    assert review.paragraph.wording.text == "Kenya calls for lawful and safe routes."
    states = Amendment.objects.exclude(operation="insert").order_by("pk").values_list("state", flat=True)
    assert list(states) == ["accepted", "not_accepted"]


def test_rows_stand_below_the_bar_and_keys_open_what_they_name(desktop, review):
    close(review)
    desktop.log_in(review.drafter)
    desktop.goto(at("desk_amendments", review))
    row = desktop.locator(".rows .row").first.bounding_box()
    assert (row["y"] < 140, 36 <= row["height"] <= 40) == (True, True)
    desktop.keyboard.press("j")
    desktop.locator("#pane h2", has_text="add a paragraph after it").wait_for()
    for key, field in (("a", "accept_reason"), ("p", "fit_text"), ("d", "decline_reason"), ("r", "recommend_advice_0")):
        desktop.keyboard.press(key)
        assert desktop.evaluate("document.activeElement.id") == field
        desktop.keyboard.press("Tab")
        desktop.evaluate("document.activeElement.blur()")
    desktop.check()


def test_amendments_are_decided_without_javascript(open_window, review):
    close(review)
    plain = open_window(java_script_enabled=False)
    plain.log_in(review.drafter)
    plain.goto(at("desk_amendments", review))
    plain.locator("#decline summary").click()
    plain.expect_status(422)
    plain.get_by_role("button", name="Do not change the text").click()
    assert "Enter why you do not accept the amendment" in plain.locator("#problem").inner_text()
    plain.locator("#decline_reason").fill("Safe is understood.")
    plain.get_by_role("button", name="Do not change the text").click()
    assert "Ministry of Roads: not accepted" in plain.locator(".undo").inner_text()
    assert "add a paragraph after it" in plain.locator("#pane h2").inner_text()
    review.amendment.refresh_from_db()
    assert (review.amendment.state, review.amendment.decision_reason) == ("not_accepted", "Safe is understood.")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_two_changes_to_the_same_words_are_decided_together(open_window, review, size):
    rival = contend(review)
    close(review)
    desk = open_window(size)
    desk.log_in(review.drafter)
    desk.goto(f"{at('desk_amendments', review)}?open={rival.pk}")
    desk.expect_status(422)
    sides = [each.bounding_box() for each in desk.locator("#pane .pair > div").all()]
    assert (sides[0]["y"] == sides[1]["y"]) is (size is DESKTOP)
    if size is DESKTOP:
        desk.keyboard.press("a")
        assert desk.evaluate("document.activeElement.id") == "together"
    assert not desk.get_by_role("button", name="Show how it would read").is_visible()
    choose(desk, "A", "Accept")
    assert added(desk, " and safe")
    choose(desk, "B", "In part")
    assert added(desk, " and seasons")
    desk.locator(f"#together_reason_{rival.pk}").fill("Seasons matter most.")
    desk.get_by_text("Edit these words").click()
    desk.locator("#together_text").fill("Kenya calls for agreed and safe routes in all seasons.")
    assert added(desk, " in all seasons")
    desk.check()
    desk.get_by_role("button", name="Decide A and B, open § 1").click()
    desk.locator("#problem").wait_for()
    assert "Enter a reason for the amendment of Ministry of Roads" in desk.locator("#problem").inner_text()
    desk.check()
    desk.locator(f"#together_reason_{review.amendment.pk}").fill("Safety first.")
    desk.get_by_role("button", name="Decide A and B, open § 1").click()
    desk.get_by_text("Ministry of Ports: in part.").wait_for()
    assert "add a paragraph after it" in desk.locator("#pane h2").inner_text()
    review.paragraph.refresh_from_db()
    assert review.paragraph.wording.text == "Kenya calls for agreed and safe routes in all seasons."
    reasons = dict(Amendment.objects.exclude(decision_reason="").values_list("pk", "decision_reason"))
    assert reasons == {review.amendment.pk: "Safety first.", rival.pk: "Seasons matter most."}


def choose(page, letter, decision):
    """Choose a decision on an amendment."""
    page.get_by_role("group", name=f"Decide {letter}").get_by_label(decision, exact=True).check()


def added(page, words):
    """Wait until the text of the paragraph, so decided, has these words."""
    page.locator("#as-decided ins", has_text=words.strip()).wait_for()
    return True


def test_two_changes_are_decided_together_without_javascript(open_window, review):
    rival = contend(review)
    close(review)
    plain = open_window(java_script_enabled=False)
    plain.log_in(review.drafter)
    plain.goto(f"{at('desk_amendments', review)}?open={rival.pk}")
    plain.expect_status(422)
    plain.locator(f"#together_reason_{rival.pk}").fill("Both.")
    plain.get_by_role("button", name="Decide A and B").click()
    assert "Decide A: Decide on A." in plain.locator("#problem").inner_text()
    choose(plain, "A", "Accept")
    choose(plain, "B", "Accept")
    plain.locator(f"#together_reason_{review.amendment.pk}").fill("Safer.")
    plain.get_by_role("button", name="Show how it would read").click()
    assert added(plain, " and seasons")
    plain.get_by_role("button", name="Decide A and B").click()
    assert "accepted" in plain.locator(".undo").inner_text()
    review.paragraph.refresh_from_db()
    assert review.paragraph.wording.text == "Kenya calls for agreed and safe routes and seasons."
