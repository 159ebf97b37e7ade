"""A very long paper: hundreds of paragraphs on thousands of points, amendments and ministries."""

import random
from datetime import timedelta
from types import SimpleNamespace

from consultations.models import Mandate, Point, Stakeholder
from ncm_portal import workflow
from positions.models import (
    Amendment,
    Disposition,
    Grounding,
    Outcome,
    Paragraph,
    ReviewRound,
    Section,
    Wording,
    wording_sha256,
)
from tests.crowd import CODES, join_many, point_many, send_many
from tests.factories import make_consultation, make_forum, make_provision, make_secretariat, make_theme, number
from tests.paper_factories import make_edition, make_paper, make_section

SENTENCE = "Kenya calls for agreed routes and shelters so that people who leave because of drought may do so in safety"
LENGTH = 90  # words of a paragraph


def make_long_paper(paragraphs: int, *, points: int, amendments: int, ministries: int) -> SimpleNamespace:
    """Create a paper of eight sections in consolidation; each paragraph cites points."""
    chance = random.Random(paragraphs)
    themes = [make_theme(code) for code in CODES]
    for turn, theme in enumerate(themes, start=1):
        make_provision(f"GCM-{turn:02}", theme=theme)
    consultation = make_consultation(themes=CODES)
    bodies = join_many(max(ministries, 10))
    Mandate.objects.bulk_create(
        [
            Mandate(ministry=body, theme=themes[turn % len(themes)], is_lead=turn < len(themes), is_confirmed=True)
            for turn, body in enumerate(bodies[:ministries])
        ],
        ignore_conflicts=True,  # a second paper has the same ministries
    )
    said = point_many(consultation, send_many(consultation, bodies, points // 2, first=number() * 10_000))
    paper = make_paper(consultation, forum=make_forum(consultation))
    sections = [make_section(paper, heading="Introduction"), *(make_section(paper, theme) for theme in themes)]
    drafter = make_secretariat()
    written = write_many(sections, paragraphs, by=drafter, chance=chance)
    ground_many(written, said, by=drafter)
    amend_many(paper, written, bodies, amendments, by=drafter, chance=chance)
    return SimpleNamespace(paper=paper, sections=sections, points=said, drafter=drafter)


def text(chance: random.Random) -> str:
    """A paragraph of usual length."""
    return f"{' '.join(chance.choice(SENTENCE.split()) for _turn in range(LENGTH))}."


def write_many(sections: list[Section], paragraphs: int, *, by, chance: random.Random) -> list[Paragraph]:
    """Paragraphs in their sections, in order, each with its words."""
    made = Paragraph.objects.bulk_create(
        Paragraph(section=sections[turn * len(sections) // paragraphs], order=turn + 1) for turn in range(paragraphs)
    )
    return word_many(made, by=by, chance=chance)


def word_many(paragraphs: list[Paragraph], *, by, chance: random.Random, turn: int = 1) -> list[Paragraph]:
    """Give the same paragraphs new wordings."""
    said = [text(chance) for _each in paragraphs]
    wordings = Wording.objects.bulk_create(
        Wording(paragraph=each, number=turn, text=words, sha256=wording_sha256(words), by=by, at=workflow.now(), why="So.")
        for each, words in zip(paragraphs, said, strict=True)
    )  # fmt: skip
    for each, wording in zip(paragraphs, wordings, strict=True):
        each.wording = wording
    Paragraph.objects.bulk_update(paragraphs, ["wording"])
    return paragraphs


def ground_many(paragraphs: list[Paragraph], points: list[Point], *, by) -> None:
    """Let every paragraph cite five points; accept every other point in one of them."""
    now, each = workflow.now(), min(5, len(points))
    Grounding.objects.bulk_create(
        Grounding(wording=one.wording, point=points[(turn * each + step) % len(points)], by=by, at=now)
        for turn, one in enumerate(paragraphs)
        for step in range(each)
    )
    paper = paragraphs[0].section.paper
    answers = Disposition.objects.bulk_create(
        Disposition(paper=paper, point=point, outcome=Outcome.ACCEPTED, decided_by=by, decided_at=now)
        for point in points[::2]
    )
    through = Disposition.paragraphs.through
    through.objects.bulk_create(
        through(disposition=answer, paragraph=paragraphs[turn % len(paragraphs)]) for turn, answer in enumerate(answers)
    )


def amend_many(paper, paragraphs: list[Paragraph], bodies: list[Stakeholder], amendments: int, *, by, chance) -> None:
    """Create undecided amendments in a closed round."""
    now = workflow.now()
    round_ = ReviewRound.objects.create(
        paper=paper, number=1, edition=make_edition(paper, "0.0"), opens_at=now - timedelta(days=9),
        closes_at=now - timedelta(days=1),
    )  # fmt: skip
    Amendment.objects.bulk_create(
        Amendment(
            round=round_, paragraph=(one := paragraphs[turn % len(paragraphs)]), base=one.wording, text=text(chance),
            reason="It says more.", sponsor=bodies[turn % len(bodies)], by=by, at=now,
        )
        for turn in range(amendments)
    )  # fmt: skip
