"""Decisions on many inputs at once: the same as one by one, in few queries."""

from datetime import timedelta

import pytest

from consultations import workflow
from consultations.models import AccessEntry, Event, OutgoingMail
from ncm_portal.workflow import Blocked, NotAllowed, now, replayed_at
from tests.factories import make_consultation, make_member, make_secretariat, make_stakeholder, make_submission

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make_secretariat()


def waiting(number):
    consultation = make_consultation()
    bodies = [make_stakeholder() for _turn in range(number)]
    return [make_submission(consultation, body, author=make_member(body), state="submitted") for body in bodies]


def facts(submission):
    submission.refresh_from_db()
    decided = (submission.state, submission.decided_by, submission.state_reason, submission.set_aside_for)
    entry = Event.objects.about(submission).last()
    mail = OutgoingMail.objects.get(submission=submission)
    return (
        decided,
        (entry.verb, entry.before, entry.after, entry.reason, len(set(entry.commitments) - {"data"})),
        mail.to != "",
    )


@pytest.mark.parametrize("name", ["accept", "set_aside"])
def test_decision_together_is_the_same_as_one_by_one(officer, name):
    one, other, third = waiting(3)
    reason = {"reason": "See .12.", "set_aside_for": "duplicate"} if name == "set_aside" else {}
    getattr(workflow, name)(one, by=officer, **reason)
    result = workflow.decide_together(name, [other, third], by=officer, **reason)
    assert (result.done, result.refused) == ([other, third], [])
    assert facts(other) == facts(third) == facts(one)


def test_refused_inputs_are_returned_with_reasons_and_logged(officer):
    first, second = waiting(2)
    workflow.accept(first, by=make_secretariat())
    result = workflow.decide_together("accept", [first, second], by=officer)
    assert (result.done, result.refused) == (
        [second],
        [(first, ["You cannot use “Put on file” while this is on file."])],
    )
    assert [entry.details["verb"] for entry in AccessEntry.objects.filter(what="refusal")] == ["accept"]


def test_strangers_and_unknown_reasons_are_refused(officer):
    rows = waiting(1)
    for act in (
        lambda by: workflow.decide_together("accept", rows, by=by),
        lambda by: workflow.assign_together(rows, by=by, to=None),
        lambda by: workflow.undo_together(rows, now(), by=by),
    ):
        with pytest.raises(NotAllowed):
            act(rows[0].author)
    with pytest.raises(Blocked, match="Choose a reason from the list"):
        workflow.decide_together("set_aside", rows, by=officer, reason="No.", set_aside_for="whim")


def test_queries_do_not_grow_with_the_number_of_inputs(officer, django_assert_max_num_queries):
    rows = waiting(30)
    with django_assert_max_num_queries(55):  # of them one for each mail
        workflow.decide_together("accept", rows, by=officer)
    with django_assert_max_num_queries(25):
        workflow.undo_together(rows, type(rows[0]).objects.get(pk=rows[0].pk).decided_at, by=officer)


def assigned(rows):
    return [type(row).objects.get(pk=row.pk).assigned_to for row in rows]


def test_assignment_together_is_undone_as_one_and_gives_each_back(officer, django_assert_max_num_queries):
    rows, colleague = waiting(4), make_secretariat(name="Mercy")
    for row in rows[1:3]:
        workflow.assign(row, to=colleague, by=officer)
    result = workflow.assign_together(rows, by=officer, to=officer)
    assert (len(result.done), assigned(rows)) == (4, [officer] * 4)
    with django_assert_max_num_queries(25):
        undone = workflow.unassign_together(rows, result.at, by=officer)
    assert (len(undone.done), undone.refused) == (4, [])
    assert assigned(rows) == [None, colleague, colleague, None]
    entries = list(Event.objects.about(rows[1]).order_by("number"))
    assert [entry.verb for entry in entries] == ["assign", "assign", "undo_assign"]
    assert entries[1].data["act"] == entries[2].data["act"] == result.at.isoformat()
    assert entries[2].data["name"] == "Mercy"
    again = workflow.unassign_together(rows, result.at, by=officer)
    assert (again.done, len(again.refused)) == ([], 4)


def test_inputs_changed_after_an_assignment_are_left_and_named(officer):
    rows, colleague = waiting(4), make_secretariat()
    result = workflow.assign_together(rows, by=officer, to=officer)
    workflow.assign(rows[0], to=colleague, by=colleague)
    workflow.assign(rows[1], to=colleague, by=colleague)
    workflow.assign(rows[1], to=officer, by=colleague)  # with whom it was, but by another act
    workflow.set_aside(rows[2], by=colleague, reason="See .12.", set_aside_for="duplicate")
    undone = workflow.unassign_together(rows, result.at, by=officer)
    assert undone.done == [rows[3]]
    assert undone.refused == [
        (rows[0], ["It moved meanwhile."]), (rows[1], ["It moved meanwhile."]),
        (rows[2], ["It is set aside, so it does not need to be assigned."]),
    ]  # fmt: skip
    assert assigned(rows) == [colleague, officer, officer, None]


def test_assignment_is_undone_only_by_who_made_it_and_within_ten_minutes(officer):
    rows, colleague = waiting(1), make_secretariat()
    result = workflow.assign_together(rows, by=officer, to=officer)
    assert workflow.unassign_together(rows, result.at, by=colleague).done == []
    with pytest.raises(NotAllowed):
        workflow.unassign_together(rows, result.at, by=rows[0].author)
    with replayed_at(now() + timedelta(minutes=10)), pytest.raises(Blocked, match="Ten minutes have passed"):
        workflow.unassign_together(rows, result.at, by=officer)
    assert assigned(rows) == [officer]
