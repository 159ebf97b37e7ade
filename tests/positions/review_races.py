"""Races over amendments: two users act on the same one at the same time, many times on separate paragraphs."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from ncm_portal.workflow import Blocked, now, replayed_at
from positions import workflow
from positions.models import Amendment, Paragraph, ReviewRound, Wording, wording_sha256
from tests.positions.reviewing import make_reviewable
from tests.threads import at_once

Race = Callable[[Any, Amendment], list[Callable[[], Any]]]


def accept(world: Any, amendment: Amendment) -> Callable[[], Any]:
    return lambda: workflow.accept_amendment(amendment, by=world.drafter, reason="Taken.")


def decline(world: Any, amendment: Amendment) -> Callable[[], Any]:
    return lambda: workflow.decline_amendment(amendment, by=world.colleague, reason="No.")


def withdraw(world: Any, amendment: Amendment) -> Callable[[], Any]:
    return lambda: workflow.withdraw_amendment(amendment, by=world.member)


def reword(world: Any, amendment: Amendment) -> Callable[[], Any]:
    return lambda: workflow.reword(amendment.paragraph, by=world.colleague, text="Moved.", why="So.")


def make_race(rounds: int) -> Any:
    """Create a paper in consolidation with `rounds` paragraphs and one amendment to each."""
    world = make_reviewable()
    paragraphs = write_paragraphs([world.first, world.second], rounds, by=world.drafter)
    paper = workflow.open_review(world.paper, by=world.drafter, closes_at=now() + timedelta(days=2))
    world.amendments = propose_many(world, paper.rounds.get(), paragraphs, rounds)
    with replayed_at(now() + timedelta(days=3)):
        workflow.close_review(paper, by=world.drafter)
    return world


def write_paragraphs(sections: list[Any], count: int, *, by: Any) -> list[Paragraph]:
    """Create paragraphs in bulk, distributed over `sections`."""
    made = Paragraph.objects.bulk_create(
        Paragraph(section=sections[place % len(sections)], order=10 + place, is_secretariat_text=True)
        for place in range(count)
    )
    texts = [f"Kenya calls for route {place} that is agreed and safe for all who travel." for place in range(count)]
    wordings = Wording.objects.bulk_create(
        Wording(paragraph=each, number=1, text=text, sha256=wording_sha256(text), by=by, at=now())
        for each, text in zip(made, texts, strict=True)
    )
    for each, wording in zip(made, wordings, strict=True):
        each.wording = wording
    Paragraph.objects.bulk_update(made, ["wording"])
    return made


def propose_many(world: Any, review: ReviewRound, paragraphs: list[Paragraph], count: int) -> list[Amendment]:
    """Create `count` amendments in bulk, distributed over `paragraphs` and the world's `bodies`."""
    bodies = getattr(world, "bodies", [world.body])
    turns = [(place, paragraphs[place % len(paragraphs)]) for place in range(count)]
    return Amendment.objects.bulk_create(
        Amendment(
            round=review, paragraph=each, base=each.wording, at=now(), reason="Better.", by=world.member,
            text=each.wording.text.replace("agreed", f"agreed {place}"), sponsor=bodies[place % len(bodies)],
        )
        for place, each in turns
    )  # fmt: skip


RACES: dict[str, tuple[Any, Any, set[str]]] = {
    "an accept and a withdrawal": (accept, withdraw, {"accepted", "withdrawn"}),
    "two decisions": (accept, decline, {"accepted", "not_accepted"}),
    "an accept while the words move": (accept, reword, {"accepted", "stale"}),
}


def run(name: str, rounds: int) -> Counter[str]:
    """Run a race `rounds` times and return the outcomes; exactly one action succeeds where both cannot."""
    one, other, allowed = RACES[name]
    world, found = make_race(rounds), Counter[str]()
    for amendment in world.amendments:
        answers = at_once(one(world, amendment), other(world, amendment))
        unexpected = [each for each in answers if isinstance(each, Exception) and not isinstance(each, Blocked)]
        assert unexpected == []
        row = Amendment.objects.select_related("paragraph__wording").get(pk=amendment.pk)
        assert row.state in allowed, row.state
        refused = sum(isinstance(each, Blocked) for each in answers)
        both_may = other is reword and row.state == "accepted"  # first accepted, then worded again
        assert refused == (0 if both_may else 1), (row.state, answers)
        assert (row.taken_at is not None) == (row.state == "accepted")
        assert row.paragraph.wordings.count() <= (3 if both_may else 2)
        found[row.state] += 1
    return found
