"""Drafting in the sample: written from the points, reviewed by members, and reworded."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from consultations.models import Term
from ncm_portal.workflow import journal
from positions import sample
from positions.models import Amendment, Disposition, Grounding, GroundingRelation, Paragraph, SectionPart
from positions.workflow import (
    accept_amendment,
    add_paragraph,
    close_review,
    confirm_grounding,
    create_paper,
    decide,
    decline_amendment,
    edit_section,
    ground,
    open_review,
    propose_amendment,
    reword,
)

from .agenda import Act, Chapter, Stage, one_after_another

DRAFTER, JUDGE = "wanjiru", "hassan"  # authors of a paragraph do not answer points against it
KEYS = uuid.uuid5(uuid.NAMESPACE_URL, "https://example.org/ncm-portal/sample")
RELATIONS = {
    "rests_on": GroundingRelation.RESTS_ON,
    "partly": GroundingRelation.PARTLY,
    "contrary": GroundingRelation.CONTRARY,
}
MINUTE = timedelta(minutes=1)


# --- The first wordings ---------------------------------------------------------------------------------------------


def acts(stage: Stage) -> Iterator[Act]:
    """Yield the acts: the outline, the first wordings paragraph by paragraph, then an answer to every point."""
    paragraphs, answers = sample.paragraphs(), input_answers()
    yield Act(stage.moment("drafting_began"), begin_paper)
    yield Act(stage.moment("drafting_began"), enter_acronyms)
    start = stage.moment("merges_done") + 15 * MINUTE
    step = (stage.moment("first_wordings") - start) / len(paragraphs)
    for moment, row in one_after_another(start, step, paragraphs):
        yield Act(moment, write_paragraph, (row,))
    for moment, row in one_after_another(stage.moment("provisional_dispositions"), MINUTE, answers):
        yield Act(moment, answer, (row,))


def input_answers() -> list[sample.Row]:
    """Return the answers to the points of inputs; those of the forum do not exist yet."""
    spoken = {row["key"] for row in sample.session_points()}
    return [row for row in sample.dispositions() if row["point"] not in spoken]


def begin_paper(stage: Stage) -> None:
    """Create the paper with the usual outline and set the sample's headings."""
    facts, drafter = stage.facts["paper"], stage.person(DRAFTER)
    stage.paper = create_paper(
        stage.consultation,
        by=drafter,
        forum=stage.forum,
        **{field: facts[field] for field in ("slug", "title", "short_title", "purpose")},
    )
    written = [row for row in sample.sections() if row["part"] in (SectionPart.BODY, SectionPart.THEME)]
    for row, section in zip(written, stage.paper.sections.order_by("order"), strict=True):
        if section.heading != row["heading"]:
            section = edit_section(section, by=drafter, heading=row["heading"])
        stage.sections[row["key"]] = section


def enter_acronyms(stage: Stage) -> None:
    """Add the acronyms that the paper uses and the vocabulary lacks, as in the admin."""
    for row in sample.rows("paper_*", "acronym"):
        term, made = Term.objects.get_or_create(
            term=row["term"], defaults={"kind": "acronym", "definition": row["meaning"]}
        )
        if made:
            journal("enter", term, by=stage.person(DRAFTER))


def write_paragraph(stage: Stage, row: sample.Row) -> None:
    """Write a paragraph and cite its points."""
    drafter = stage.person(DRAFTER)
    paragraph = add_paragraph(
        stage.sections[row["section"]],
        by=drafter,
        key=uuid.uuid5(KEYS, row["key"]),
        text=row["text"],
        strength=row["strength"],
        is_secretariat_text=row["secretariat_text"],
        provisions=stage.provisions(row["objectives"]),
        why=row["why"],
    )
    for field, relation in RELATIONS.items():
        for point in row.get(field, []):
            ground(paragraph, stage.points[point], by=drafter, relation=relation)
    stage.paragraphs[row["key"]] = paragraph


def answer(stage: Stage, row: sample.Row) -> None:
    """Give a provisional answer to a point, as another officer."""
    decide(
        stage.paper,
        stage.points[row["point"]],
        by=stage.person(JUDGE),
        outcome=row["outcome"],
        reason_code=row.get("reason_code", ""),
        reason=row["reason"],
        paragraphs=[stage.paragraphs[key] for key in row["paragraphs"]],
    )


def tally(stage: Stage) -> str:
    """Return the numbers of paragraphs and citations."""
    groundings = Grounding.objects.filter(wording__paragraph__section__paper=stage.paper).count()
    answers = Disposition.objects.filter(paper=stage.paper).count()
    return f"{len(stage.paragraphs)} paragraphs on {groundings} sources, {answers} points answered"


# --- The review round -----------------------------------------------------------------------------------------------


def review_acts(stage: Stage) -> Iterator[Act]:
    """Yield the acts: members propose amendments; the drafter accepts or declines them, and rewords some paragraphs."""
    amendments = sample.read("amendments")
    yield Act(amendments["review"]["opens"], open_round, (amendments["review"]["closes"],))
    for row in amendments["amendment"]:
        yield Act(row["proposed"], propose, (row,))
    yield Act(amendments["review"]["closes"] + MINUTE, close_round)
    for moment, row in one_after_another(stage.moment("amendments_decided"), MINUTE, amendments["amendment"]):
        yield Act(moment, settle, (row,))
    taken = {row["paragraph"] for row in amendments["amendment"] if row["outcome"] == "accepted"}
    again = [row for row in sample.paragraphs() if "text2" in row and row["key"] not in taken]
    for moment, row in one_after_another(stage.moment("second_wordings"), MINUTE, again):
        yield Act(moment, word_again, (row["key"], row["text2"], row["why2"]))


def open_round(stage: Stage, closes_at: datetime) -> None:
    """Open the text for review."""
    stage.paper = open_review(stage.paper, by=stage.person(DRAFTER), closes_at=closes_at)


def close_round(stage: Stage) -> None:
    """Close the round."""
    stage.paper = close_review(stage.paper, by=stage.person(DRAFTER))


def propose(stage: Stage, row: sample.Row) -> None:
    """Propose an amendment; accepted ones become the paragraph's second wording."""
    written = next(each for each in sample.paragraphs() if each["key"] == row["paragraph"])
    propose_amendment(
        stage.paper.rounds.get(),
        fresh(stage, row["paragraph"]),
        by=stage.person(row["by"]),
        sponsor=stage.bodies[row["organisation"]],
        text=row["text"] if "text" in row else written["text2"],
        reason=row["reason"] if "reason" in row else written["why2"],
    )


def settle(stage: Stage, row: sample.Row) -> None:
    """Accept or decline an amendment with a reason."""
    amendment = Amendment.objects.get(paragraph=stage.paragraphs[row["paragraph"]])
    verb = accept_amendment if row["outcome"] == "accepted" else decline_amendment
    verb(amendment, by=stage.person(DRAFTER), reason=row["decision_reason"])
    confirm_sources(stage, row["paragraph"])


def word_again(stage: Stage, key: str, text: str, why: str) -> None:
    """Reword a paragraph and confirm its sources."""
    paragraph = fresh(stage, key)
    reword(paragraph, by=stage.person(DRAFTER), text=text, why=why, base=paragraph.wording)
    confirm_sources(stage, key)


def confirm_sources(stage: Stage, key: str) -> None:
    """Confirm that the sources of a paragraph still support its text."""
    for grounding in fresh(stage, key).present_wording.groundings.filter(is_confirmed=False):
        confirm_grounding(grounding, by=stage.person(DRAFTER))


def fresh(stage: Stage, key: str) -> Paragraph:
    """Return a paragraph with its present text, as a page would load it."""
    stage.paragraphs[key] = Paragraph.objects.select_related("wording", "section").get(pk=stage.paragraphs[key].pk)
    return stage.paragraphs[key]


def review_tally(stage: Stage) -> str:
    """Return the numbers of amendments and reworded paragraphs."""
    amendments = Amendment.objects.filter(round__paper=stage.paper)
    taken = amendments.filter(state=Amendment.State.ACCEPTED).count()
    again = Paragraph.objects.filter(section__paper=stage.paper, wording__number__gt=1).count()
    return f"{amendments.count()} amendments, {taken} accepted; {again} paragraphs worded again"


CHAPTER = Chapter("Drafting", acts, tally)
REVIEW = Chapter("Review", review_acts, review_tally)
