"""Browser: a stakeholder and two ministries propose conflicting amendments, until the forum adopts the text with a
reservation.
"""

from datetime import timedelta

import pytest
from django.urls import reverse

from ncm_portal.workflow import now
from positions import workflow
from positions.models import Amendment, PositionPaper
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import change, make_check_in, make_delegate, make_member, make_stakeholder
from tests.office_factories import change_rules
from tests.positions.clearing import make_text

pytestmark = pytest.mark.django_db(transaction=True)
PROPOSED = "Kenya commits to another, and to shelters."
OBJECTED = "Kenya commits to another, and to shelters in turn."


@pytest.fixture
def text():
    """Create a text in review whose third paragraph two ministries clear."""
    made = make_text("drafting")
    made.member = make_member(make_stakeholder(state="verified", is_ncm_member=True))
    workflow.open_review(made.paper, by=made.secretariat, closes_at=now() + timedelta(days=1))
    return made


def person(open_window, user, size=DESKTOP):
    window = open_window(size)
    window.log_in(user)
    return window


def send(window, address, button, choose="", **fields):
    """Fill in a form and send it."""
    window.goto(address)
    if choose:
        window.get_by_label(choose).check()
    for name, words in fields.items():
        window.locator(f"[name={name}]").fill(words)
    window.get_by_role("button", name=button, exact=True).click()
    window.check()


def ask(made, **words):
    """Fix the text, optionally with a new wording, and ask the ministries."""
    if words:
        made.second.refresh_from_db()
        workflow.reword(made.second, by=made.secretariat, **words)
    workflow.fix_clearance_text(made.paper, by=made.secretariat)
    workflow.request_clearance(made.paper, by=made.secretariat, due_at=now() + timedelta(days=30))
    return {each.ministry: each for each in made.paper.clearances.all()}


def object_to(window, address):
    words = {"reason": "Not all at once.", "proposed_text": OBJECTED}
    send(window, address, "Record the answer", "Object: this blocks the text", **words)


def test_three_conflicting_amendments_and_adoption_with_reservation(open_window, text):
    member, one, two = (person(open_window, user, PHONE) for user in (text.member, text.officer_one, text.officer_two))
    address = reverse("review_paragraph", args=[text.paper.slug, text.second.key])
    member.goto(address)
    member.locator("[name=text]").fill(PROPOSED)
    member.locator("[name=reason]").fill("People sleep outside.")
    member.locator("form:has([name=text]) button.button").first.click()
    amendment = Amendment.objects.get()
    assert (amendment.text, amendment.sponsor) == (PROPOSED, text.member.live_memberships[0].stakeholder)
    change(amendment.round, opens_at=now() - timedelta(days=2), closes_at=now() - timedelta(hours=1))
    workflow.close_review(text.paper, by=text.secretariat)
    workflow.accept_amendment(amendment, by=text.secretariat, reason="Taken.")

    asked = ask(text)
    stance = {body: reverse("clearance_stance", args=[row.pk, text.second.key]) for body, row in asked.items()}
    object_to(one, stance[text.one])
    send(two, stance[text.two], "Record the answer", "Reserve our position", reason="It costs money.")
    head = person(open_window, text.head)
    move = lambda verb: reverse("desk_paper_move", args=[text.paper.slug, verb])  # noqa: E731
    head.goto(move("clear_paper"))
    assert "Ministry of One objects to a paragraph" in head.inner_text("main")

    workflow.reopen_text(text.paper, by=text.secretariat, reason="An objection stands.")
    ask(text, text=OBJECTED, why="What Ministry of One can clear.")
    one.goto(reverse("clearance", args=[asked[text.one].pk]))
    one.get_by_role("button", name="Agree to the 2 open paragraphs").click()
    send(two, stance[text.two], "Record the answer", "Reserve our position", reason="It costs money.")
    send(head, move("clear_paper"), "Clear the text", note="Cleared by both ministries.")

    for state in ("registration_closed", "in_session"):
        change(text.forum, state=state)
    change_rules(text.paper.consultation, quorum_groups=1)
    for ministry in (text.one, text.two, text.member.live_memberships[0].stakeholder):
        make_check_in(make_delegate(text.forum, ministry), by=text.secretariat)
    for verb in ("lay_before_forum", "count_quorum", "begin_session"):
        getattr(workflow, verb)(text.paper, by=text.head)
    desk = person(open_window, text.secretariat)
    desk.goto(reverse("desk_reservation", args=[text.paper.slug]))
    desk.locator("[name=stakeholder]").select_option(label="Ministry of Two")
    desk.locator("[name=paragraph]").select_option(value=str(text.second.key))
    desk.locator("[name=text]").fill("It costs money.")
    desk.get_by_role("button", name="Record", exact=True).click()
    send(head, move("adopt"), "Declare adopted", "Consensus with reservations", reasons="One ministry reserves.")
    assert PositionPaper.objects.get(pk=text.paper.pk).state == "adopted"
    head.goto(reverse("edition_whole", args=[text.paper.slug, "1.0"]))
    head.check()
    printed = head.inner_text("main")
    assert [words in printed for words in (OBJECTED, "Ministry of Two: It costs money.")] == [True, True]
    head.goto(reverse("paper_edition", args=[text.paper.slug, "1.0"]))
    assert "One ministry reserves." in head.inner_text("main")
