"""A later paper of the same consultation: it cites what an earlier one answered, and its author reads both answers."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from consultations.models import Event, OutgoingMail, Submission
from ncm_portal.workflow import Blocked, now, replayed_at
from positions import workflow
from positions.queries import grounding, open_data
from positions.queries.dispositions import outcomes_of_points
from positions.workflow import PAPER_MOVES
from positions.workflow.conditions import points_have_dispositions
from tests.factories import (
    bring,
    change,
    make_check_in,
    make_consultation,
    make_delegate,
    make_forum,
    make_head,
    make_mandate,
    make_member,
    make_ministry,
    make_point,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_submission,
    make_theme,
)
from tests.office_factories import change_rules
from tests.pages import words
from tests.paper_factories import bring_paper, make_disposition, make_paper, make_paragraph, make_section
from tests.positions.clearing import make_officer
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """Create a published paper that answered two points and one joined to the first, and a later paper."""
    consultation, body = make_consultation(themes=("T1",)), make_stakeholder("Body A")
    said = make_submission(consultation, body, author=make_member(body))
    taken, left = make_point(said, text="Build routes."), make_point(said, text="Build bridges.")
    joined = make_point(make_submission(consultation), state="merged", into=taken)
    first = make_paper(consultation, short_title="First")
    paragraph = make_paragraph(make_section(first), "Kenya builds routes.", points=(taken,))
    make_disposition(first, taken, "accepted", paragraph)
    make_disposition(first, left, "noted", reason="Bridges come later.", reason_code="time")
    make_disposition(first, joined, "merged", reason="It says the same.")
    publish(first)
    later = workflow.create_paper(
        consultation, by=make_secretariat(), slug="second", title="Second paper", short_title="Second", purpose="Next"
    )
    section = make_section(later, make_theme("T1"))
    return SimpleNamespace(
        consultation=consultation, body=body, said=said, taken=taken, left=left, joined=joined, first=first,
        later=later, section=section, officer=make_secretariat(), colleague=make_secretariat(), head=make_head(),
    )  # fmt: skip


def publish(paper):
    """Publish `paper` and answer its points, as the verb does."""
    bring_paper(paper, "published")
    paper.dispositions.update(answered_at=paper.published_at)
    for each in paper.dispositions.exclude(outcome="merged"):
        change(each.point, state="disposed")


def unmet(paper):
    return [each.text for each in points_have_dispositions(paper) if not each.met]


def test_later_paper_answers_only_what_it_cites(world):
    assert (unmet(world.later), grounding.number_unanswered(world.later)) == ([], 0)
    paragraph = workflow.add_paragraph(world.section, by=world.officer, text="Kenya builds more routes.")
    workflow.ground(paragraph, world.joined, by=world.officer)  # counts as the point it is joined to
    assert [source.point for source in paragraph.wording.groundings.all()] == [world.taken]
    assert unmet(world.later) == ["1 point has no answer yet"]
    assert grounding.first_unanswered(world.later) == world.taken
    fresh = make_point(make_submission(world.consultation))
    assert set(grounding.open_points(world.later)) == {world.taken, fresh}
    assert grounding.number_unanswered(world.later) == 2
    answered = workflow.decide(world.later, world.taken, by=world.colleague, outcome="accepted", paragraphs=[paragraph])
    assert (list(grounding.open_points(world.later)), answered.answered_at) == ([fresh], None)
    assert set(grounding.points_to_answer(world.later)) == {world.taken, fresh}


def test_unpublished_paper_answers_nothing_for_another(world):
    other = make_paper(world.consultation)
    fresh = make_point(make_submission(world.consultation))
    make_disposition(other, fresh, "noted")
    assert list(grounding.open_points(world.later)) == [fresh]
    publish(other)
    assert unmet(world.later) == []


def test_paper_of_another_consultation_answers_nothing(world):
    other = make_paper()
    fresh = make_point(make_submission(other.consultation))
    assert (list(grounding.open_points(other)), grounding.number_unanswered(other)) == ([fresh], 1)


def test_coverage_of_later_paper_leaves_out_points_answered_before(world):
    covered = grounding.coverage(world.later)
    assert (covered.unplaced, covered.answered, covered.answered_before, covered.themes) == (0, 0, 2, [])
    assert [cells for _theme, cells in covered.table] == [[]]
    assert grounding.number_unplaced(world.later) == 0
    paragraph = make_paragraph(world.section, points=(world.taken,))
    make_disposition(world.later, world.left, "noted")
    fresh = make_point(make_submission(world.consultation, world.body))
    covered = grounding.coverage(world.later)
    assert (covered.unplaced, covered.answered, covered.answered_before) == (1, 1, 0)
    assert (covered.themes, [cells for _theme, cells in covered.table]) == ([(fresh.theme, 1)], [[(3, 1)]])
    assert grounding.unplaced_points(world.later, [fresh.theme], 9) == [fresh]
    assert paragraph.wording.groundings.get().point == world.taken


def test_lists_of_sources_name_the_paper_that_answered(client, world):
    sign_in(client, world.officer)
    paragraph = make_paragraph(world.section, points=(world.left,))
    for name, args in (
        ("desk_section", [world.section.pk]),
        ("desk_paragraph", [paragraph.key]),
        ("desk_dispositions", []),
    ):
        text = words(client.get(reverse(name, args=["second", *args]), {"open": "1"}))
        assert "answered in First" in text, name
    rows = words(client.get(reverse("desk_dispositions", args=["second"]), {"outcome": "before"}))
    assert (rows.count("answered in First"), rows.count("None needed"), rows.count("None yet")) == (3, 2, 2)
    assert "3 points answered in an earlier paper" not in words(client.get(reverse("desk_coverage", args=["second"])))
    assert "1 point answered in an earlier paper" in words(client.get(reverse("desk_coverage", args=["second"])))
    page = words(client.get(reverse("desk_disposition", args=["second", world.left.reference])))
    assert "First : noted, it came too late to be weighed Bridges come later." in page
    assert "Answered in an earlier paper" not in words(
        client.get(reverse("desk_disposition", args=[world.first.slug, world.left.reference]))
    )


# --- From the first paragraph to publication --------------------------------------------------------------------------


def test_later_paper_goes_all_the_way_and_author_reads_both_answers(client, world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    published = carry_through(world)
    world.first.refresh_from_db()
    world.taken.refresh_from_db()
    assert (published.state, world.first.state, world.taken.state) == ("published", "published", "disposed")
    assert not Event.objects.about(world.taken).filter(verb="dispose").exists()  # it was before
    frozen = json.loads(published.editions.get(number="1.0").content)
    assert [(each["reference"], each["outcome"]) for each in frozen["points"]] == [
        (world.taken.reference, "accepted_in_part")
    ]
    mail = OutgoingMail.objects.filter(subject="What became of your input").get()
    assert f"{world.taken.reference}: taken up in part, it needs means that nobody has granted. One." in mail.body
    assert world.left.reference not in mail.body
    sign_in(client, world.said.author)
    page = words(client.get(reverse("my_input", args=[world.said.key])))
    for answer in ("Taken up First, paragraph 1", "Taken up in part Second, paragraph 1", "Noted First"):
        assert answer in page, answer
    workflow.supersede(world.first, by=world.head, newer=published, reason="A newer position.")


def carry_through(world):
    """Write, review, clear, adopt and publish the later paper by its verbs."""
    paper, officer, ministry = world.later, world.officer, make_ministry("Ministry of One")
    clearing = make_officer(ministry)
    make_mandate(ministry, make_theme("T1"), is_lead=True)
    paragraph = workflow.add_paragraph(world.section, by=officer, text="Kenya builds more routes.")
    workflow.ground(paragraph, world.taken, by=officer)
    with pytest.raises(Blocked, match="1 point has no answer yet"):
        workflow.open_review(paper, by=officer, closes_at=now() + timedelta(days=2))
    part = {"outcome": "accepted_in_part", "reason_code": "means", "reason": "One.", "paragraphs": [paragraph]}
    workflow.decide(paper, world.taken, by=world.colleague, **part)
    workflow.open_review(paper, by=officer, closes_at=now() + timedelta(days=2))
    with replayed_at(now() + timedelta(days=3)):
        workflow.close_review(paper, by=officer)
        workflow.fix_clearance_text(paper, by=officer)
        workflow.request_clearance(paper, by=officer, due_at=now() + timedelta(days=60))
        workflow.agree_to_rest(paper.clearances.get(), by=clearing)
        workflow.clear_paper(paper, by=world.head, note="Cleared.")
        return hold_meeting(world, paper, ministry)


def hold_meeting(world, paper, ministry):
    forum = make_forum(world.consultation)
    make_session(forum)
    workflow.choose_forum(paper, by=world.officer, forum=forum)
    change_rules(world.consultation, quorum_groups=1, quorum_member_share="0.5")
    workflow.lay_before_forum(paper, by=world.head)
    forum = bring(forum, "in_session")
    make_check_in(make_delegate(forum, ministry))
    paper.refresh_from_db()
    workflow.count_quorum(paper, by=world.head)
    workflow.begin_session(paper, by=world.head)
    workflow.adopt(paper, by=world.head, rule="consensus")
    workflow.make_files(paper.editions.get(number="1.0"), by=world.officer)
    workflow.propose_publication(paper, by=world.officer)
    assert [each.text for each in PAPER_MOVES["publish"].conditions(paper) if not each.met] == [
        "No first officer has proposed publication yet"
    ]  # of the record that was loaded before
    return workflow.publish(paper, by=world.colleague)


# --- What readers see -------------------------------------------------------------------------------------------------


def test_joined_point_shows_the_later_answer_to_the_point_it_is_joined_to(world):
    paragraph = make_paragraph(world.section, "Kenya builds more routes.", points=(world.taken,))
    make_disposition(world.later, world.taken, "accepted", paragraph)
    (before,) = outcomes_of_points([world.joined], AnonymousUser())
    assert [each.disposition.paper for each in before.answers] == [world.first]
    publish(world.later)
    (became,) = outcomes_of_points([world.joined], AnonymousUser())
    answers = [(each.disposition.paper.short_title, each.disposition.outcome) for each in became.answers]
    assert answers == [("First", "merged"), ("Second", "accepted")]
    assert [(place.title, place.text) for place in became.places] == [
        ("First", "Kenya builds routes."),
        ("Second", "Kenya builds more routes."),
    ]
    assert [line.text for line in became.history if line.text.startswith("Answered")] == [
        "Answered with First: joined to another.",
        "Answered with Second: taken up.",
    ]


def test_data_has_the_newest_answer(world):
    def papers():
        rows = open_data.inputs_as_data(Submission.objects.filter(pk=world.said.pk), reader=AnonymousUser())
        return [each["answer"]["paper"] for row in rows for each in row["points"]]

    assert papers() == [world.first.slug, world.first.slug]
    make_disposition(world.later, world.taken, "noted")
    publish(world.later)
    assert papers() == ["second", world.first.slug]
