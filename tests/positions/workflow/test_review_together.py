"""Amendments to the same words decided together: one of them, none, or one text of all, in one transaction."""

import pytest

from consultations.models import Event, OutgoingMail
from ncm_portal.workflow import Conflict, NotAllowed
from positions import workflow
from positions.models import Amendment
from tests.factories import change
from tests.positions.reviewing import TEXT, another, closed, make_reviewable, opened, propose, refused, standing

pytestmark = pytest.mark.django_db
FIRST, SECOND = "Kenya calls for agreed and safe routes.", "Kenya calls for agreed routes and seasons."


@pytest.fixture
def draft():
    """Two amendments to the same words, after the round."""
    made = make_reviewable()
    opened(made)
    made.a = propose(made, FIRST)
    made.rival = another(made)
    made.b = propose(made, SECOND, reason="Seasons differ.", **made.rival)
    closed(made)
    return made


def decide(draft, **given):
    given = {"by": draft.drafter, "reason": "Safety first.", "seen": [draft.a.pk, draft.b.pk], **given}
    return workflow.decide_together(draft.paragraph, **given)


def stand(draft):
    rows = Amendment.objects.order_by("pk").values_list("state", "decision_reason")
    return [*rows, standing(draft)]


def test_one_is_accepted_and_its_rival_is_not(draft):
    before = OutgoingMail.objects.count()
    decide(draft, chosen=draft.b)
    assert stand(draft) == [
        ("not_accepted", "The amendment of Ministry of Ports to the same words was accepted: Safety first."),
        ("accepted", "Safety first."),
        SECOND,
    ]
    assert OutgoingMail.objects.count() == before + 2
    entry = Event.objects.about(draft.paragraph).filter(verb="decide_together").get()
    assert (entry.reason, entry.data) == (
        "Safety first.", {"amendments": [draft.a.pk, draft.b.pk], "accepted": draft.b.pk}
    )  # fmt: skip


def test_none_is_accepted(draft):
    decide(draft)
    assert stand(draft) == [("not_accepted", "Safety first.")] * 2 + [TEXT]


def test_one_text_of_all_is_accepted_in_part(draft):
    both = "Kenya calls for agreed and safe routes and seasons."
    decide(draft, text=both, base=draft.paragraph.wording_id)
    assert stand(draft) == [("in_part", "Safety first.")] * 2 + [both]
    assert not Amendment.objects.untaken().exists()


def test_what_the_chosen_one_leaves_possible_stays_open(draft):
    change(draft.paper, state="review")
    place = workflow.propose_amendment(
        draft.round, draft.paragraph, operation="move", section=draft.second, reason="There.", **draft.rival
    )
    gone = workflow.propose_amendment(draft.round, draft.paragraph, operation="delete", reason="Gone.", **draft.rival)
    closed(draft)
    decide(draft, chosen=draft.a, seen=[each.pk for each in (draft.a, draft.b, place, gone)])
    states = dict(Amendment.objects.values_list("pk", "state"))
    assert states == {
        draft.a.pk: "accepted", draft.b.pk: "not_accepted", place.pk: "proposed", gone.pk: "not_accepted"
    }  # fmt: skip


def test_second_officer_is_refused_and_nothing_changes(draft):
    decide(draft, chosen=draft.a)
    before = stand(draft)
    reasons = refused(decide, draft, chosen=draft.b, by=draft.colleague)
    assert [words[:40] for words in reasons] == ["These amendments are not as you read the"]
    assert stand(draft) == before


def test_amendment_that_was_not_read_is_not_decided(draft):
    assert refused(decide, draft, chosen=draft.a, seen=[draft.a.pk]) == [
        "These amendments are not as you read them: a colleague decided, or a sponsor acted. Read them again."
    ]
    workflow.withdraw_amendment(draft.b, by=draft.rival["by"])
    assert len(refused(decide, draft)) == 1
    assert [state for state, _reason in stand(draft)[:2]] == ["proposed", "withdrawn"]


def test_refusal_of_one_part_undoes_the_other(draft):
    workflow.reword(draft.paragraph, by=draft.colleague, text="Kenya calls for fair routes.", why="Fair.")
    assert refused(decide, draft, chosen=draft.a) == [
        "You cannot use “Accept” while this is to be confirmed: the paragraph has changed."
    ]
    assert [state for state, _reason in stand(draft)[:2]] == ["stale", "stale"]
    with pytest.raises(Conflict):
        decide(draft, text="Words.", base=draft.a.base_id)
    assert [state for state, _reason in stand(draft)[:2]] == ["stale", "stale"]


def test_every_reason_against_it_is_given(draft):
    workflow.accept_amendment(draft.a, by=draft.drafter, reason="Yes.")
    assert refused(decide, draft, reason=" ", seen=[draft.b.pk]) == [
        "Enter why: all sponsors will read it.",
        "One of them is accepted already. Decide on the others one by one, then choose the text.",
    ]
    assert "Choose one of the amendments to these words." in refused(decide, draft, chosen=draft.a, seen=[draft.b.pk])


@pytest.mark.parametrize("text", ["", " \n "])
def test_empty_text_of_all_is_refused_and_declines_nothing(draft, text):
    assert refused(decide, draft, text=text) == ["Enter the text of the paragraph."]
    assert [state for state, _reason in stand(draft)[:2]] == ["proposed", "proposed"]


def test_only_drafters_decide(draft):
    with pytest.raises(NotAllowed):
        decide(draft, by=draft.member, chosen=draft.a)
    assert [state for state, _reason in stand(draft)[:2]] == ["proposed", "proposed"]
