"""Outcomes of points: required fields, permissions and time limits."""

import pytest
from django.db import IntegrityError, transaction

from ncm_portal.workflow import Blocked
from positions import workflow
from positions.models import WITH_CODE, Disposition, Grounding
from positions.queries.grounding import open_points
from tests.access_log import last_refusal
from tests.factories import make_point, make_submission
from tests.paper_factories import bring_paper, make_paper, make_paragraph, make_section
from tests.positions.drafting import last_entry, make_draft
from tests.positions.reviewing import unmet

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    return make_draft()


def refused(act, *args, **kwargs):
    """Return the reasons of a verb's refusal."""
    with pytest.raises(Blocked) as refusal:
        act(*args, **kwargs)
    return refusal.value.reasons


def decide(draft, point, outcome, by=None, **given):
    """Decide as an officer, with a kind of reason where one is required but not under test."""
    if outcome in WITH_CODE:
        given = {"reason_code": "scope", **given}
    return workflow.decide(draft.paper, point, by=by or draft.colleague, outcome=outcome, **given)


def test_point_is_accepted_with_its_paragraph(draft):
    made = decide(draft, draft.point, "accepted", paragraphs=[draft.paragraph])
    assert (made.outcome, list(made.paragraphs.all()), made.decided_by) == (
        "accepted",
        [draft.paragraph],
        draft.colleague,
    )
    assert made.answered_at is None
    assert last_entry(draft.point) == ("decide", "", {"paper": draft.paper.slug, "kind": ""})


def test_a_disposition_can_be_changed_until_adoption(draft):
    decide(draft, draft.point, "accepted", paragraphs=[draft.paragraph])
    made = decide(draft, draft.point, "noted", reason=" Outside the text. ")
    assert (made.outcome, made.reason, made.paragraphs.count()) == ("noted", "Outside the text.", 0)
    assert (made.reason_code, made.kind_of_reason) == ("scope", "it is not for this paper")
    assert Disposition.objects.count() == 1
    bring_paper(draft.paper, "adopted")
    assert refused(decide, draft, draft.point, "noted", reason="Later.") == [
        "The text is adopted, so the answers to points cannot change."
    ]


def test_late_point_is_answered_once_after_adoption(draft):
    decide(draft, draft.point, "accepted", paragraphs=[draft.paragraph])
    bring_paper(draft.paper, "adopted")
    assert [point.reference for point in open_points(draft.paper)] == [draft.other.reference]
    assert decide(draft, draft.other, "noted", reason="It came after the meeting.").outcome == "noted"
    assert not open_points(draft.paper).exists()
    fixed = ["The text is adopted, so the answers to points cannot change."]
    assert refused(decide, draft, draft.other, "not_accepted", reason="On second thoughts.") == fixed
    bring_paper(draft.paper, "published")
    later = make_point(draft.other.submission)
    assert refused(decide, draft, later, "noted", reason="After publication.") == fixed


NAME_ONE = "Choose at least one paragraph that takes up the point."
GIVE_REASON = "Enter a reason: the author will read it."
CHOOSE_KIND = "Choose the kind of reason."
AS_MERGED = "The outcome “joined to another” is for joined points, and only for them."


@pytest.mark.parametrize(
    ("outcome", "reasons"),
    [
        ("accepted", [NAME_ONE]),
        ("accepted_in_part", [GIVE_REASON, CHOOSE_KIND, NAME_ONE]),
        ("noted", [GIVE_REASON, CHOOSE_KIND]),
        ("not_accepted", [GIVE_REASON, CHOOSE_KIND]),
        ("merged", [AS_MERGED, GIVE_REASON]),
    ],
)
def test_refused_outcome_lists_all_missing_values(draft, outcome, reasons):
    assert refused(decide, draft, draft.other, outcome, reason_code="whim") == reasons
    assert last_refusal(draft.paper)[1:] == ("decide", "", reasons)


def test_reason_code_is_stored_only_if_something_is_left_out(draft):
    made = decide(draft, draft.point, "accepted", reason_code="law", paragraphs=[draft.paragraph])
    assert (made.reason_code, made.kind_of_reason) == ("", "")
    assert decide(draft, draft.other, "noted", reason="So.", reason_code="other").kind_of_reason == ""
    for outcome, code in (("noted", ""), ("noted", "whim"), ("accepted", "law")):
        with pytest.raises(IntegrityError), transaction.atomic():
            Disposition.objects.update(outcome=outcome, reason_code=code, reason="So.")


def test_merged_point_has_outcome_merged_only(draft):
    twin = make_point(draft.other.submission, state="merged", into=draft.other)
    assert refused(decide, draft, twin, "noted", reason="So.") == [AS_MERGED]
    assert decide(draft, twin, "merged", reason="It says what another says.").outcome == "merged"


def test_foreign_and_unvalidated_points_and_foreign_paragraphs_are_refused(draft):
    foreign = make_paragraph(make_section(make_paper()), "Elsewhere.")
    stranger = make_point(make_submission(), state="submitted")
    assert refused(decide, draft, stranger, "accepted", paragraphs=[foreign]) == [
        "The point belongs to another consultation.",
        f"{stranger.reference} is not validated yet.",
        "Choose only paragraphs of this paper.",
    ]


def test_author_cannot_answer_contrary_point(draft):
    workflow.ground(draft.paragraph, draft.other, by=draft.colleague, relation="contrary")
    reasons = ["The point goes against a paragraph that you wrote: another officer must answer it."]
    assert refused(decide, draft, draft.other, "not_accepted", reason="No.", by=draft.drafter) == reasons
    assert decide(draft, draft.other, "not_accepted", reason="No.").outcome == "not_accepted"
    workflow.reword(draft.paragraph, by=draft.colleague, text="Other words.", why="So.")
    assert refused(decide, draft, draft.other, "noted", reason="No.") == reasons


@pytest.mark.parametrize("way", ["unground", "ground"])
def test_author_cannot_remove_contrary_point(draft, way):
    def take_back(by):
        if way == "unground":
            return workflow.unground(draft.paragraph.wording.groundings.get(point=draft.other), by=by)
        return workflow.ground(draft.paragraph, draft.other, by=by, relation="partly")

    workflow.ground(draft.paragraph, draft.other, by=draft.drafter, relation="contrary")
    workflow.ground(draft.paragraph, draft.other, by=draft.drafter, relation="contrary")  # said again: no way back
    assert refused(lambda _none, by: take_back(by), None, by=draft.drafter) == [
        "The point goes against a paragraph that you wrote: another officer must remove it."
    ]
    assert draft.paragraph.wording.groundings.get(point=draft.other).relation == "contrary"
    take_back(draft.colleague)
    assert decide(draft, draft.other, "noted", reason="So.", by=draft.drafter).outcome == "noted"


def test_answer_before_challenge_must_be_repeated_by_other_officer(draft):
    decide(draft, draft.point, "accepted", paragraphs=[draft.paragraph])
    decide(draft, draft.other, "noted", reason="So.", by=draft.drafter)
    told = [
        f"{draft.other.reference} goes against a paragraph that {draft.drafter.name} wrote and answered: "
        "another officer must answer it"
    ]
    assert unmet(draft.paper) == []
    workflow.ground(draft.paragraph, draft.other, by=draft.colleague, relation="contrary")
    assert unmet(draft.paper) == told
    decide(draft, draft.other, "noted", reason="So.")
    assert unmet(draft.paper) == []
    workflow.reword(draft.paragraph, by=draft.colleague, text="Words that take it up.", why="So.")  # written afterwards
    assert unmet(draft.paper) == ["1 paragraph has sources to confirm after an edit"]


def test_challenge_to_paragraph_of_other_paper_is_answered_here(draft):
    elsewhere = make_paper(draft.consultation, purpose="Another purpose")
    theirs = make_paragraph(make_section(elsewhere), "There.", by=draft.drafter)
    Grounding.objects.create(
        wording=theirs.wording, point=draft.other, relation="contrary", by=draft.drafter, at=elsewhere.created_at
    )
    assert decide(draft, draft.other, "noted", reason="So.", by=draft.drafter).outcome == "noted"
