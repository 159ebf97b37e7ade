"""Three officers over two consultations: slips of the head and the desk around papers, and what a ministry wrote on
paper.
"""

from datetime import timedelta

from django.urls import reverse

from ncm_portal.workflow import now
from positions import workflow
from positions.models import AnswerByLetter, PaperState
from tests.browser.journey.desk import at
from tests.browser.journey.desk_settings import hand_in
from tests.browser.journey.walk import Walk, in_nairobi
from tests.made_files import pdf
from tests.paper_factories import bring_paper, make_paper
from tests.positions.clearing import make_text
from tests.positions.reviewing import closed, make_reviewable, opened


def a_review_hour_in_another_year_is_asked_about(walk: Walk) -> None:
    """More than 90 days away it is asked about first; then the day that was meant is typed."""
    chebet, draft = walk.person("Chebet"), make_reviewable()
    chebet.go(reverse("desk_review", args=[draft.paper.slug]))
    chebet.write(closes_at=at(400))
    send = chebet.window.locator("form:has([name=closes_at]) .button")
    chebet.press(send, refused=422)
    whole_days = 400 if in_nairobi(now()).hour < 8 else 399  # at(400) is an hour in the morning
    assert f"This is {whole_days} days away" in chebet.problems[0]
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


def a_ministry_answers_by_letter(walk: Walk) -> None:
    """One officer types it and adds the scan, another compares and countersigns: only then it counts."""
    baraka, chebet = walk.person("Baraka"), walk.person("Chebet")
    text = walk.cleared = make_text(themes=("T13", "T14"))
    workflow.request_clearance(text.paper, by=text.secretariat, due_at=now() + timedelta(days=60))
    asked = walk.asked = text.paper.clearances.get(ministry=text.one)
    chebet.go(reverse("clearance", args=[asked.pk]))
    chebet.follow("Type an answer that came by letter")
    chebet.write(reference="MoL/7/1", signed_by="The Principal Secretary")
    chebet.write(received_on=f"{in_nairobi(now()):%Y-%m-%d}", reason_0="It costs money.")
    chebet.press("Save the letter", refused=422)
    assert "Answer: Choose the answer that this text belongs to" in " ".join(chebet.problems)
    chebet.choose(value_0="reservation")
    chebet.press("Save the letter")
    assert "You typed this letter, so another officer must countersign it." in chebet.text
    hand_in(chebet, "file", "letter.pdf", pdf())
    chebet.press("Add the scan")
    letter = AnswerByLetter.objects.get(clearance=asked)
    assert not asked.stances.filter(value="reservation").exists()
    baraka.go(reverse("letter", args=[letter.key]))
    baraka.press("Countersign: it matches the letter")
    assert "Countersigned: the answer counts." in baraka.notices
    assert asked.stances.filter(value="reservation").exists()
    baraka.look_on_a_phone("desk-letter-countersigned")


def its_reservation_is_confirmed_at_adoption(walk: Walk) -> None:
    """What it announced is filled in; the chair confirms it, and it stands on record."""
    amina, text = walk.person("Amina"), walk.cleared
    bring_paper(text.paper, "in_session")
    amina.go(reverse("desk_adoption", args=[text.paper.slug]))
    assert "Announced in clearance" in amina.text
    amina.follow(amina.window.locator("a", has_text="Confirm the reservation"))
    assert amina.value("text") == "It costs money."
    amina.look_on_a_phone("desk-reservation")
    amina.press(amina.window.locator("main form button").last)
    assert amina.notices == ["The reservation is on record."]
    kept = text.paper.reservations.get()
    assert (kept.stakeholder, kept.text, kept.recorded_by) == (text.one, "It costs money.", amina.account)
