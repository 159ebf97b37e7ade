"""Three officers over two consultations: slips of the head and the desk around papers."""

from datetime import timedelta

from django.urls import reverse

from ncm_portal.workflow import now
from positions.models import PaperState
from tests.browser.journey.desk import at
from tests.browser.journey.walk import Walk
from tests.paper_factories import bring_paper, make_paper
from tests.positions.reviewing import closed, make_reviewable, opened


def a_review_hour_in_another_year_is_asked_about(walk: Walk) -> None:
    """More than 90 days away it is asked about first; then the day that was meant is typed."""
    chebet, draft = walk.person("Chebet"), make_reviewable()
    chebet.go(reverse("desk_review", args=[draft.paper.slug]))
    chebet.write(closes_at=at(400))
    send = chebet.window.locator("form:has([name=closes_at]) .button")
    chebet.press(send, refused=422)
    assert "This is 399 days away" in chebet.problems[0]
    assert chebet.value("closes_at") == at(400)
    chebet.look_on_a_phone("desk-far-review")
    assert not draft.paper.rounds.exists()
    chebet.write(closes_at=at(10))
    chebet.press(send)
    assert draft.paper.rounds.get().closes_at - now() < timedelta(days=11)


def a_review_round_is_opened_again(walk: Walk) -> None:
    """It was closed by a slip and nothing is decided: the head opens it again, and members are told."""
    amina, chebet, draft = walk.person("Amina"), walk.person("Chebet"), make_reviewable()
    opened(draft)
    closed(draft)
    for person, seen in ((chebet, 0), (amina, 1)):
        person.go(reverse("desk_review", args=[draft.paper.slug]))
        assert person.window.get_by_role("link", name="Open the review round again").count() == seen
    amina.follow("Open the review round again")
    amina.write(closes_at=at(9), reason="It was closed by a slip.")
    amina.confirm()
    draft.paper.refresh_from_db()
    assert draft.paper.state == "review"
    assert draft.paper.title in walk.mail_to(draft.member.email).body
    amina.look_on_a_phone("desk-review-again")


def a_paper_is_put_in_force_again(walk: Walk) -> None:
    """The wrong paper was marked as replaced: it is in force again, and the public list says so."""
    amina, visitor = walk.person("Amina"), walk.person("Visitor")
    old, new = (make_paper(walk.registers, title=f"Position on agents, {year}") for year in (2025, 2026))
    for paper in (old, new):
        bring_paper(paper, "published")
    amina.go(reverse("desk_publication", args=[old.slug]))
    amina.follow("Mark as superseded")
    amina.choose(newer=new.slug)
    amina.write(reason="The new one replaces it.")
    amina.confirm()
    old.refresh_from_db()
    assert old.state == PaperState.SUPERSEDED
    visitor.go("/papers/")
    assert "Superseded" in visitor.text
    amina.go(reverse("desk_publication", args=[old.slug]))
    amina.follow("Put the paper in force again")
    amina.write(reason="It was the wrong paper.")
    amina.confirm()
    old.refresh_from_db()
    assert old.state == PaperState.PUBLISHED
    visitor.go("/papers/")
    assert old.title in visitor.text
    assert "Superseded" not in visitor.text
