"""What waits among papers, amendments, clearances and briefs: for whom, for nobody else, and until it is done."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from consultations.models import Milestone
from consultations.queries.inbox import kinds
from ncm_portal.workflow import moves_open_to, now
from positions.models import (
    Amendment,
    Comment,
    Corrigendum,
    PositionPaper,
    Reflection,
    Release,
    ReviewRound,
    StepAnswer,
)
from positions.queries import for_you
from positions.workflow import PAPER_MOVES
from tests.factories import (
    change,
    make_consultation,
    make_forum,
    make_ministry,
    make_provision,
    make_session,
    make_theme,
    walk,
)
from tests.paper_factories import (
    bring_paper,
    freeze,
    make_clearance,
    make_decision,
    make_edition,
    make_letter,
    make_paper,
    make_paragraph,
    make_printed_edition,
    make_section,
    make_step,
    take_stance,
)
from tests.waiting import STAFF, Case, check, make_people, rows_of

pytestmark = pytest.mark.django_db
SECOND = {"colleague", "head"}  # the first was `secretariat`


def new_paragraph(paper):
    return make_paragraph(make_section(paper), "Kenya urges a thing.", is_secretariat_text=True)


def new_round(paper, **fields):
    fields = {"opens_at": now() - timedelta(days=9), "closes_at": now() + timedelta(days=2), **fields}
    return ReviewRound.objects.create(paper=paper, number=1, edition=freeze(paper, "0.1", "review"), **fields)


def new_amendment(people, state="consolidation"):
    paper = make_paper(state=state)
    paragraph = new_paragraph(paper)
    return Amendment.objects.create(
        round=new_round(paper), paragraph=paragraph, base=paragraph.wording, text="Other words.", reason="They say more.",
        sponsor=people.ministry, by=people.clearing, at=now(),
    )  # fmt: skip


def new_clearance(people, **fields):
    paper = make_paper(state="in_clearance")
    paragraph = new_paragraph(paper)
    return make_clearance(paper, people.ministry, paragraph, **fields), paragraph


# --- Papers -----------------------------------------------------------------------------------------------------------


def comments(people):
    paragraph = new_paragraph(make_paper())
    said = {"wording": paragraph.wording, "text": "Which pass?", "by": people.secretariat, "at": now()}
    comment = Comment.objects.create(paragraph=paragraph, **said)
    return Case(STAFF, lambda: change(comment, resolved_by=people.head, resolved_at=now()))


def amendments(people):
    amendment = new_amendment(people)
    return Case(STAFF, lambda: walk(amendment, "withdrawn"))


def review_over(people):
    paper = make_paper(state="review")
    new_round(paper, closes_at=now() - timedelta(minutes=1))
    return Case(STAFF, lambda: walk(paper, "consolidation"))


def clearance_to_ask(people):
    paper = make_paper(state="clearance_text")
    make_edition(paper, kind="clearance")
    return Case(STAFF, lambda: walk(paper, "in_clearance"))


def silence_over(people):
    paper = walk(make_paper(state="cleared"), "silence", silence_until=now() - timedelta(minutes=1))
    return Case(STAFF, lambda: walk(paper, "consolidation"))


def forum_to_choose(people):
    paper = make_paper(state="cleared")
    return Case(STAFF, lambda: change(paper, forum=make_forum(paper.consultation)))


def publication_to_propose(people):
    paper = make_paper(forum=make_forum(), state="adopted")
    make_decision(paper)
    proposed = {"publication_proposed_by": people.head, "publication_proposed_at": now()}
    return Case(STAFF, lambda: change(paper, **proposed))


def publish(people):
    paper = make_paper(state="adopted")
    change(paper, publication_proposed_by=people.secretariat, publication_proposed_at=now())
    return Case(SECOND, lambda: walk(paper, "published", published_by=people.head, published_at=now()))


def correction(people):
    paper = make_paper(state="published")
    paragraph = new_paragraph(paper)
    row = Corrigendum.objects.create(
        paper=paper, base=make_printed_edition(paper, paragraph), reason="A slip.", proposed_by=people.secretariat,
        proposed_at=now(),
    )  # fmt: skip
    row.corrections.create(paragraph=paragraph, before="Kenya urges a thing.", after="Kenya urges one thing.")
    return Case(SECOND, lambda: walk(row, "declined", decided_by=people.head, decided_at=now()))


# --- Clearance --------------------------------------------------------------------------------------------------------


def clearances(people):
    clearance, _paragraph = new_clearance(people)
    return Case(STAFF, lambda: walk(clearance, "answered", answered_at=now()))


def silent(people):
    clearance, _paragraph = new_clearance(people, due_at=now() - timedelta(minutes=1))
    return Case(STAFF, lambda: walk(clearance, "silent"))


def letter(people):
    clearance, paragraph = new_clearance(people)
    make_letter(clearance, paragraph, typed_by=people.head)  # without a scan nobody can compare it
    row = make_letter(clearance, paragraph, typed_by=people.secretariat)
    change(row, scan_name="scan.pdf", scan_sha256="0" * 64)
    return Case(SECOND, lambda: walk(row, "counted", decided_by=people.head, decided_at=now()))


def new_step(people):
    consultation = make_consultation()
    step = make_step(consultation, "legal", people.ministry)
    paper = make_paper(consultation, state="in_clearance")
    return paper, step, make_edition(paper, kind="clearance")


def step_letter(people):
    paper, step, edition = new_step(people)
    answer = StepAnswer.objects.create(
        paper=paper, step=step, edition=edition, concurs=True, letter_reference="SG/1", by=people.secretariat, at=now()
    )
    return Case(SECOND, lambda: change(answer, countersigned_by=people.head, countersigned_at=now()))


def objections(people):
    asked, paragraph = new_clearance(people)
    take_stance(asked, paragraph, "object", reason="No.", proposed_text="Other words.")
    return Case(STAFF, lambda: walk(asked.paper, "consolidation"))


def remarks(people):
    asked, paragraph = new_clearance(people)
    take_stance(asked, paragraph, "reservation", reason="Not in Turkana.")
    return Case(STAFF, lambda: take_stance(asked, paragraph))


def step_refused(people):
    paper, asked, edition = new_step(people)
    about = {"paper": paper, "step": asked, "edition": edition, "by": people.clearing}
    StepAnswer.objects.create(**about, concurs=False, text="It is against a law.", at=now())
    return Case(STAFF, lambda: StepAnswer.objects.create(**about, concurs=True, at=now()))


# --- The head ---------------------------------------------------------------------------------------------------------


def clear_paper(people):
    asked, paragraph = new_clearance(people)
    take_stance(asked, paragraph)
    walk(asked, "answered", answered_at=now())
    return Case({"head"}, lambda: walk(asked.paper, "cleared"))


def lay_before_forum(people):
    forum = make_forum()
    make_session(forum)
    paper = make_paper(forum.consultation, forum=forum, state="cleared")
    return Case({"head"}, lambda: walk(paper, "forum_text"))


def adopt(people):
    forum = make_forum(state="in_session")
    paper = make_paper(forum.consultation, forum=forum, state="in_session")
    return Case({"head"}, lambda: walk(paper, "adopted"))


def new_milestone(consultation):
    day = timezone.localdate() + timedelta(days=3)
    return Milestone.objects.create(
        consultation=consultation, title="Regional dialogue", kind="dialogue", level="regional", planned_start=day
    )


def release(people):
    paper = make_paper(state="published")
    paragraph = new_paragraph(paper)
    milestone = new_milestone(paper.consultation)
    Reflection.objects.create(
        edition=make_printed_edition(paper, paragraph), milestone=milestone, paragraph=paragraph,
        provision=make_provision(), value="reflected", reference="Article 2", by=people.secretariat, at=now(),
    )  # fmt: skip
    released = {"paper": paper, "milestone": milestone, "by": people.head, "at": now()}
    return Case({"head"}, lambda: Release.objects.create(**released))


def supersede(people):
    older = make_paper(state="published")
    make_paper(older.consultation, predecessor=older, state="published")
    return Case({"head"}, lambda: walk(older, "superseded"))


def suspended(people):
    paper = make_paper(state="suspended")
    return Case({"head"}, lambda: walk(paper, "drafting", suspended_from=""))


# --- Consultations in preparation -------------------------------------------------------------------------------------


def prepare_round(people):
    draft = make_consultation(state="draft", opens_at=now() + timedelta(days=2), closes_at=now() + timedelta(days=9))
    return Case(STAFF, lambda: change(draft, opens_at=now() - timedelta(minutes=1)))


def round_to_open(people):
    ahead = {"opens_at": now() - timedelta(minutes=1), "closes_at": now() + timedelta(days=9)}
    planned = make_consultation(state="draft", **ahead)
    make_consultation(state="draft", opens_at=now() + timedelta(days=1), closes_at=now() + timedelta(days=9))
    return Case(STAFF, lambda: walk(planned, "open"))


def round_to_close(people):
    over = make_consultation(closes_at=now() - timedelta(minutes=1))
    return Case(STAFF, lambda: walk(over, "closed"))


def test_consultation_in_preparation_says_its_next_missing_step_to_its_team():
    people = make_people()
    days = {"opens_at": now() + timedelta(days=2), "closes_at": now() + timedelta(days=9)}
    draft = make_consultation(state="draft", themes=(), **days)

    def steps_for(person):
        rows = [row for row in rows_of(person) if row.code == "prepare_round"]
        return [(row.words.rpartition(": ")[2], row.url) for row in rows]

    def step(code, label):
        return [(label, reverse("desk_new_step", args=[draft.slug, code]))]

    assert steps_for(people.secretariat) == step("themes", "Themes and questions")
    draft.themes.add(make_theme("T1"))
    assert steps_for(people.secretariat) == step("forum", "Forum")
    make_forum(draft, state="cancelled")
    assert steps_for(people.secretariat) == step("forum", "Forum")
    make_forum(draft, state="draft")
    assert steps_for(people.secretariat) == step("outline", "Outline of the paper")
    make_paper(draft)
    assert steps_for(people.secretariat) == step("test", "Test and open")
    draft.team.add(people.colleague)
    assert (steps_for(people.secretariat), len(steps_for(people.colleague))) == ([], 1)
    change(draft, opens_at=now() - timedelta(days=9), closes_at=now() - timedelta(days=1))
    assert steps_for(people.colleague) == step("facts", "Names and dates")


CASES = {
    "comments": comments, "amendments": amendments, "review_over": review_over, "clearance_to_ask": clearance_to_ask,
    "silence_over": silence_over, "forum_to_choose": forum_to_choose,
    "publication_to_propose": publication_to_propose, "publish": publish, "correction": correction,
    "clearances": clearances, "silent": silent, "objections": objections, "remarks": remarks,
    "step_refused": step_refused, "letter": letter, "step_letter": step_letter,
    "clear_paper": clear_paper, "lay_before_forum": lay_before_forum, "adopt": adopt,
    "release": release, "supersede": supersede, "suspended": suspended,
    "prepare_round": prepare_round,
    "round_to_open": round_to_open, "round_to_close": round_to_close,
}  # fmt: skip


def test_every_kind_has_a_case():
    assert CASES.keys() == {kind.code for kind in for_you.KINDS}


@pytest.mark.parametrize("code", CASES)
def test_kind_waits_for_those_who_can_act_until_it_is_done(code):
    check(code, CASES[code])


def codes_of(user):
    return {row.code for row in rows_of(user)}


def test_head_is_asked_exactly_for_the_moves_that_are_ready():
    """As the table of moves says, which the pages of the papers follow."""
    people = make_people()
    asked, paragraph = new_clearance(people)
    paper = PositionPaper.objects.get(pk=asked.paper_id)

    def is_asked(code):
        rows = {row.code for row in rows_of(people.head)}
        ready = {each.move.verb for each in moves_open_to(PAPER_MOVES, paper, people.head) if each.ready}
        assert (code in rows) == (code in ready), (code, rows, ready)
        return code in rows

    assert not is_asked("clear_paper")  # no answer yet
    take_stance(asked, paragraph, "object", reason="No.", proposed_text="Other words.")
    walk(asked, "answered", answered_at=now())
    assert not is_asked("clear_paper")  # an objection
    take_stance(asked, paragraph)
    assert is_asked("clear_paper")
    step = make_step(paper.consultation, "legal", people.body)
    assert not is_asked("clear_paper")  # the legal vetting is not done
    edition = paper.editions.get()
    said = {"paper": paper, "step": step, "edition": edition, "by": people.focal, "at": now()}
    StepAnswer.objects.create(**said, concurs=False, text="It is against a law.")
    assert not is_asked("clear_paper")
    StepAnswer.objects.create(**{**said, "at": now()}, concurs=True)
    assert is_asked("clear_paper")
    bring_paper(paper, "cleared")
    assert not is_asked("lay_before_forum")  # no forum
    forum = make_forum(paper.consultation)
    change(paper, forum=forum)
    assert not is_asked("lay_before_forum")  # no programme
    make_session(forum)
    assert is_asked("lay_before_forum")


def test_kinds_that_name_a_move_are_for_its_role():
    people, paper = make_people(), make_paper()
    for code in ("clear_paper", "lay_before_forum", "adopt", "supersede"):
        for name in ("secretariat", "head", "official", "clearing", "focal", "sysadmin"):
            user = getattr(people, name)
            assert kinds()[code].may(user) == PAPER_MOVES[code].may(user, paper), (code, name)


def test_answers_of_ministries_share_a_row_for_each_paper_until_the_ministry_gives_way():
    people = make_people()
    asked, paragraph = new_clearance(people)
    other = make_clearance(asked.paper, make_ministry("Ministry of Roads"), paragraph)
    for each, value in ((asked, "object"), (other, "object")):
        take_stance(each, paragraph, value, reason="No.", proposed_text="Other words.")

    def words():
        return [(row.code, row.words) for row in rows_of(people.secretariat)]

    name = asked.paper.short_title
    assert ("objections", f"Settle 2 objections to {name}") in words()
    take_stance(other, paragraph, "agree_with_comment", reason="Mind the spelling.")
    assert ("objections", f"Settle an objection to {name}") in words()
    assert ("remarks", f"Ministry of Roads answered on {name} with a comment or a reservation") in words()
    (remark,) = [row for row in rows_of(people.secretariat) if row.code == "remarks"]
    assert remark.group == "new"


def test_earlier_refusal_of_an_office_is_over_once_another_text_is_fixed():
    people = make_people()
    paper, asked, edition = new_step(people)
    about = {"paper": paper, "step": asked, "by": people.clearing, "at": now()}
    StepAnswer.objects.create(**about, edition=edition, concurs=False, text="It is against a law.")
    assert "step_refused" in codes_of(people.head)
    make_edition(paper, kind="clearance", number="0.9")
    assert "step_refused" not in codes_of(people.head)
