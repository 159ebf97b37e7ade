"""Rules of an opened consultation: changed by two officers, announced to the members, and by no form."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from consultations import workflow as consultation_workflow
from consultations.models import RULES, Consultation, Event, OutgoingMail, RuleChange
from ncm_portal.workflow import Blocked, NotAllowed
from positions.models import ChainStep
from positions.workflow import rules_of
from tests.factories import (
    change,
    make_consultation,
    make_forum,
    make_head,
    make_member,
    make_ministry,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_user,
    walk,
)
from tests.office_factories import change_rules, make_proposal
from tests.paper_factories import make_paper, make_step

pytestmark = pytest.mark.django_db
# A value of each rule that differs from what a consultation begins with.
OTHER = {
    "quorum_member_share": "0.500", "quorum_groups": 3, "clearance_working_days": 15, "needs_roll_call": True,
}  # fmt: skip


@pytest.fixture
def consultation():
    return make_consultation(title="The position")


def propose(consultation, by=None, reason="The members agreed to it.", **values):
    by = by or make_secretariat(name="Wanjiru")
    return consultation_workflow.propose(consultation, act="change_rules", by=by, reason=reason, values=values)


def refused(function, /, *args, kind=Blocked, **kwargs):
    with pytest.raises(kind) as raised:
        function(*args, **kwargs)
    return raised.value.reasons


def test_every_rule_is_tested():
    assert set(OTHER) == set(RULES)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("state", ["open", "closed"])
def test_rule_is_changed_by_two_officers_and_journalled_with_both_values(rule, state):
    consultation = make_consultation(state=state)
    before = rules_of(consultation)[rule]
    second = make_head(name="Ruth")
    consultation_workflow.confirm_proposal(propose(consultation, **{rule: OTHER[rule]}), by=second)
    consultation.refresh_from_db()
    assert rules_of(consultation)[rule] == OTHER[rule]
    entry = Event.objects.about(consultation).last()
    assert (entry.verb, entry.by, entry.data["changed"]) == ("change_rules", second, [[rule, before, OTHER[rule]]])
    assert (entry.data["proposed_by"], entry.data["confirmed_by"]) == ("Wanjiru", "Ruth")
    written = RuleChange.objects.get()
    assert (written.before, written.confirmed_by, written.reason) == (
        {rule: before},
        second,
        "The members agreed to it.",
    )


def test_members_are_mailed_what_changes_and_why(consultation):
    member = make_member(make_ministry())
    make_member(make_stakeholder())
    second = make_secretariat()
    made = propose(consultation, quorum_groups=4, needs_roll_call=True)
    assert made.consequences == [
        "Groups for a quorum: 5 until now, 4 from now on.",
        "Adoption by roll call: no until now, yes from now on.",
        "The people of 1 member institution get an e-mail.",
        "Earlier counts, clearances and decisions do not change.",
    ]
    OutgoingMail.objects.all().delete()
    made = consultation_workflow.confirm_proposal(made, by=second)
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.subject) == (member.email, "The rules of a consultation have changed")
    assert "- Groups for a quorum: 5 until now, 4 from now on." in mail.body
    assert "The members agreed to it." in mail.body
    assert made.consequences[0] == "Groups for a quorum: 5 until now, 4 from now on."  # also when it is done


def test_proposer_cannot_confirm_and_only_secretariat_can_propose_or_confirm(consultation):
    first = make_secretariat()
    made = propose(consultation, by=first, quorum_groups=4)
    for by in (first, make_user("sysadmin"), make_user("official"), make_member(make_ministry())):
        assert refused(consultation_workflow.confirm_proposal, made, kind=NotAllowed, by=by)
        if by != first:
            assert refused(propose, consultation, kind=NotAllowed, by=by, quorum_groups=4)
    assert consultation_workflow.confirm_proposal(made, by=make_secretariat()).state == "confirmed"


def in_a_forum(consultation):
    return make_forum(consultation, state="in_session", title="The meeting")


def in_a_session(consultation):
    return make_session(make_forum(consultation), state="open", title="The meeting")


def in_a_paper(consultation):
    return make_paper(consultation, state="in_session", title="The meeting")


@pytest.mark.parametrize("sits", [in_a_forum, in_a_session, in_a_paper])
def test_rules_cannot_change_during_meeting(consultation, sits):
    made = propose(consultation, quorum_groups=4)
    other = make_consultation()
    sits(consultation)
    sitting = ["“The meeting” is in session, so its rules cannot change now."]
    assert refused(consultation_workflow.confirm_proposal, made, by=make_secretariat()) == sitting
    consultation_workflow.withdraw_proposal(made, by=made.proposed_by)
    assert refused(propose, consultation, quorum_groups=4) == sitting
    assert propose(other, quorum_groups=4).state == "proposed"  # that of another consultation is no matter of it


def test_rules_can_change_after_meeting(consultation):
    forum = in_a_forum(consultation)
    walk(forum, "held")
    assert propose(consultation, quorum_groups=4).state == "proposed"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "This changes nothing."),
        ({"quorum_groups": 5}, "This changes nothing."),
        ({"quorum_member_share": "1.5"}, "Enter a share of member institutions between 0 and 1."),
        ({"quorum_member_share": "0"}, "Enter a share of member institutions between 0 and 1."),
        ({"quorum_member_share": "many"}, "“many” value must be a decimal number."),
        ({"quorum_groups": -1}, "Ensure this value is greater than or equal to 0."),
        ({"closes_at": "2030-01-01"}, "These rules do not exist: closes_at."),
        ({"steps": [{"kind": "legal"}]}, "There is no such step."),
        ({"steps": [{"kind": "legal", "institution": 0, "order": 1, "is_asked": True}]}, "There is no such office."),
    ],
)
def test_unchanged_or_unknown_rules_are_refused(consultation, values, reason):
    assert refused(propose, consultation, **values) == [reason]


def test_rules_are_edited_in_form_before_opening_and_not_after_archiving(client):
    draft, archived = make_consultation(state="draft"), make_consultation(state="archived")
    assert refused(propose, draft, quorum_groups=4) == [
        "The consultation has not opened yet: change its rules in its settings."
    ]
    assert refused(propose, archived, quorum_groups=4) == ["The consultation is archived."]
    assert change(draft, quorum_groups=4).quorum_groups == 4


# --- Steps of the chain ---------------------------------------------------------------------------------------------


def step(office, *, is_asked=True):
    return {"kind": "legal", "institution": office.pk, "order": 1, "is_asked": is_asked}


def test_clearance_step_is_added_and_removed_by_two_officers(consultation):
    office, second = make_stakeholder("Attorney-General"), make_secretariat()
    made = propose(consultation, steps=[step(office)])
    assert made.consequences[0] == "Attorney-General must answer: legal vetting."
    consultation_workflow.confirm_proposal(made, by=second)
    assert ChainStep.objects.get().is_asked
    stays = ["A step stays on record. Mark it as not required instead."]
    assert refused(propose, consultation, steps=[]) == stays
    assert refused(propose, consultation, steps=[step(office), step(office)]) == [
        "The same office is listed twice for the same step. Remove one."
    ]
    made = propose(consultation, steps=[step(office, is_asked=False)])
    assert made.consequences[0] == "Attorney-General does not need to answer: legal vetting."
    consultation_workflow.confirm_proposal(made, by=second)
    assert not ChainStep.objects.get().is_asked


# --- The database's own guards --------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("state", ["open", "closed", "archived"])
def test_database_protects_rules_of_opened_consultation(rule, state):
    consultation = make_consultation(state=state)
    for write in (lambda: change(consultation, **{rule: OTHER[rule]}), lambda: saved(consultation, rule)):
        with pytest.raises(DatabaseError, match="change by two people"), transaction.atomic():
            write()


def saved(consultation, rule):
    setattr(consultation, rule, OTHER[rule])
    consultation.save()


def test_database_accepts_only_last_confirmed_rules(consultation):
    assert change_rules(consultation, quorum_groups=4).quorum_groups == 4
    assert change_rules(consultation, quorum_groups=3).quorum_groups == 3
    for groups in (4, 2):  # one that was in force once, and one that never was
        with pytest.raises(DatabaseError, match="change by two people"), transaction.atomic():
            change(consultation, quorum_groups=groups)
    with pytest.raises(DatabaseError, match="change by two people"), transaction.atomic():
        change(consultation, quorum_groups=3, quorum_member_share=Decimal("0.1"))


def test_database_requires_two_people_for_rule_change(consultation):
    first, second = make_secretariat(), make_secretariat()
    row = {
        "consultation": consultation, **{name: getattr(consultation, name) for name in RULES},
        "reason": "So.", "at": consultation.opens_at, "proposed_by": first, "confirmed_by": second,
    }  # fmt: skip
    with pytest.raises(DatabaseError, match="Two people change this"), transaction.atomic():
        RuleChange.objects.create(**row)
    made = make_proposal(consultation, "change_rules", by=first, values={})
    with pytest.raises(DatabaseError, match="Two people change this"), transaction.atomic():
        RuleChange.objects.create(**row)
    walk(made, "confirmed", decided_by=second, decided_at=consultation.opens_at)
    written = RuleChange.objects.create(**row)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        change(written, quorum_groups=1)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        written.delete()


def test_database_protects_steps_of_opened_consultation(consultation):
    office, draft = make_stakeholder(), make_consultation(state="draft")
    with pytest.raises(DatabaseError, match="change by two people"), transaction.atomic():
        ChainStep.objects.create(consultation=consultation, kind="legal", institution=office)
    early = ChainStep.objects.create(consultation=draft, kind="legal", institution=office)
    assert not change(early, is_asked=False).is_asked
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        change(early, consultation=consultation)
    made = make_step(consultation, "legal", office)
    for fields in ({"is_asked": False}, {"institution": make_stakeholder()}, {"kind": "other"}, {"order": 2}):
        with pytest.raises(DatabaseError, match="change by two people"), transaction.atomic():
            change(made, **fields)
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        made.delete()


def test_opening_keeps_rules_as_entered():
    draft = change(make_consultation(state="draft"), quorum_groups=2)
    opened = walk(draft, "open")
    assert Consultation.objects.get(pk=opened.pk).quorum_groups == 2
