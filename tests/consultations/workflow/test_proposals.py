"""Changes by two people: proposed, confirmed in time, never about oneself."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from consultations import queries, workflow
from consultations.models import Event, OutgoingMail, Proposal
from consultations.queries.inbox import inbox
from ncm_portal.workflow import Blocked, NotAllowed, now, replayed_at
from tests.factories import change, make_head, make_secretariat, make_user
from tests.office_factories import make_proposal

pytestmark = pytest.mark.django_db


@pytest.fixture
def head():
    return make_head(name="Ruth Langat")


@pytest.fixture
def officer():
    return make_secretariat(name="Hassan Abdi")


@pytest.fixture
def person():
    return make_user(name="Peter Kimani")


def propose(person, by, **values):
    given = {"reason": "He joins us.", "values": {"office": "official"}} | values
    return workflow.propose(person, act="appoint", by=by, **given)


def refused(act, *args, kind=Blocked, **kwargs):
    with pytest.raises(kind) as raised:
        act(*args, **kwargs)
    return raised.value.reasons


def test_proposal_changes_nothing_and_is_mailed_to_possible_confirmers(head, officer, person):
    technician = make_user("sysadmin")
    make_user("official")
    made = propose(person, head)
    person.refresh_from_db()
    assert (made.state, made.record, person.office) == ("proposed", person, "")
    assert made.lapses_at == made.proposed_at + timedelta(days=7)
    assert str(made) == "Appoint to an office: Peter Kimani"
    mails = OutgoingMail.objects.all()
    assert {mail.to for mail in mails} == {officer.email, technician.email}
    assert {mail.subject for mail in mails} == {"A proposal needs a second person: Appoint to an office"}
    body = " ".join(mails[0].body.split())
    assert "Ruth Langat proposes: Appoint to an office, Peter Kimani." in body
    assert "He joins us." in body
    assert f"/desk/proposals/{made.key}/" in body


def test_confirmed_proposal_is_executed_and_journalled_with_both_people(head, officer, person):
    made = workflow.confirm_proposal(propose(person, head), by=officer)
    person.refresh_from_db()
    assert (made.state, made.decided_by, person.office) == ("confirmed", officer, "official")
    entry = Event.objects.about(made).last()
    assert (entry.verb, entry.by, entry.data["proposed_by"], entry.data["decided_by"]) == (
        "confirm_proposal",
        officer,
        "Ruth Langat",
        "Hassan Abdi",
    )
    assert [each.verb for each in Event.objects.about(made)] == ["propose", "confirm_proposal"]


def test_proposer_and_person_concerned_cannot_confirm_or_refuse(head, officer):
    made = propose(officer, head, values={"office": "official"})
    for by in (head, officer):
        for verb, given in (("confirm_proposal", {}), ("refuse_proposal", {"reason": "No."})):
            (reason,) = refused(getattr(workflow, verb), made, kind=NotAllowed, by=by, **given)
            assert reason.startswith("Only a second person with the right to confirm it, who neither proposed it")
    officer.refresh_from_db()
    assert officer.office == "secretariat"


def test_nobody_can_propose_for_themselves(head):
    assert refused(propose, head, head, kind=NotAllowed) == [
        "Only the head of the secretariat can do this: Appoint to an office."
    ]
    assert not Proposal.objects.exists()


def test_proposal_requires_reason_and_met_conditions(head, person):
    reasons = refused(propose, person, head, reason=" ", values={"office": ""})
    assert reasons == ["Enter a reason. It is kept in the journal.", "This changes nothing."]


def test_one_open_proposal_per_action_and_record(head, person):
    first = propose(person, head)
    again = ["The same change is already waiting for a second person. Withdraw that proposal first."]
    assert refused(propose, person, head) == again
    assert propose(make_user(), head).state == "proposed"  # another record
    workflow.withdraw_proposal(first, by=head)
    assert propose(person, head).state == "proposed"


def test_conditions_are_rechecked_at_confirmation_and_failure_undoes_it(head, officer, person):
    made = propose(person, head)
    change(person, is_active=False)
    assert refused(workflow.confirm_proposal, made, by=officer) == ["The account of Peter Kimani is closed."]
    made.refresh_from_db()
    assert (made.state, made.decided_by) == ("proposed", None)


def test_proposal_of_person_without_right_cannot_be_confirmed(head, officer, person):
    made = propose(person, head)
    change(head, office="")
    make_head()
    assert refused(workflow.confirm_proposal, made, by=officer) == ["Ruth Langat is no longer allowed to propose this."]


def test_refusal_requires_reason_and_is_mailed_to_proposer(head, officer, person):
    made = propose(person, head)
    assert refused(workflow.refuse_proposal, made, by=officer, reason="") == [
        "Enter a reason. It is kept in the journal."
    ]
    OutgoingMail.objects.all().delete()
    assert workflow.refuse_proposal(made, by=officer, reason="Not yet.").state == "refused"
    mail = OutgoingMail.objects.get()
    assert (mail.to, "Hassan Abdi did not confirm your proposal" in mail.body, "Not yet." in mail.body) == (
        head.email,
        True,
        True,
    )
    person.refresh_from_db()
    assert person.office == ""


def test_only_the_proposer_withdraws(head, officer, person):
    made = propose(person, head)
    assert refused(workflow.withdraw_proposal, made, by=officer, kind=NotAllowed)
    assert workflow.withdraw_proposal(made, by=head).state == "withdrawn"


def test_proposal_lapses_after_its_time(head, officer, person):
    made = propose(person, head)
    with replayed_at(made.lapses_at):
        assert workflow.lapse_proposals() == 0
        assert queries.proposals_to_confirm(officer) == [made]
    with replayed_at(made.lapses_at + timedelta(seconds=1)):
        assert queries.proposals_to_confirm(officer) == []
        late = ["Nobody confirmed this in time. Propose it again."]
        assert refused(workflow.confirm_proposal, made, by=officer) == late
        OutgoingMail.objects.all().delete()
        assert (workflow.lapse_proposals(), workflow.lapse_proposals()) == (1, 0)
    made.refresh_from_db()
    assert (made.state, made.decided_by) == ("lapsed", None)
    assert "Nobody confirmed your proposal in time" in OutgoingMail.objects.get(to=head.email).body


def test_expired_proposal_allows_new_one(head, person):
    first = propose(person, head)
    with replayed_at(first.lapses_at + timedelta(hours=1)):
        second = propose(person, head)
    first.refresh_from_db()
    assert (first.state, second.state) == ("lapsed", "proposed")


def test_pending_proposals_by_role(head, officer, person):
    technician, official = make_user("sysadmin"), make_user("official")
    made = propose(person, head)
    waits = {user.pk: queries.proposals_to_confirm(user) for user in (head, officer, technician, official, person)}
    assert waits == {head.pk: [], officer.pk: [made], technician.pk: [made], official.pk: [], person.pk: []}
    (line,) = inbox(technician)
    assert (line.words, line.url, line.group == "late") == (
        "Confirm as the second person: Appoint to an office",
        f"/desk/proposals/{made.key}/",
        False,
    )
    assert line.about.startswith("Peter Kimani; proposed by ")


# --- The database's own guards ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        (lambda head, person, other: {"state": "confirmed", "decided_by": head}, "proposal_two_people"),
        (lambda head, person, other: {"state": "confirmed", "decided_by": person}, "proposal_not_in_ones_own_matter"),
        (lambda head, person, other: {"state": "refused", "decided_by": head}, "proposal_two_people"),
        (lambda head, person, other: {"state": "confirmed", "decided_by": None}, "proposal_two_people"),
        (lambda head, person, other: {"state": "withdrawn", "decided_by": other}, "proposal_two_people"),
        (
            lambda head, person, other: {"state": "confirmed", "decided_by": other, "decided_at": None},
            "proposal_decided",
        ),
        (lambda head, person, other: {"values": {"office": "head"}}, "Cannot update rows"),
        (lambda head, person, other: {"proposed_by": other}, "Cannot update rows"),
    ],
)
def test_database_requires_two_people_and_keeps_proposed_values(head, officer, person, fields, name):
    made = make_proposal(person, by=head)
    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        Proposal.objects.filter(pk=made.pk).update(**{"decided_at": now(), **fields(head, person, officer)})


def test_database_requires_other_person_to_confirm_and_keeps_decision(head, officer, person):
    made = make_proposal(person, by=head, decided_by=officer, state="confirmed")
    with pytest.raises(DatabaseError, match="Cannot update rows"), transaction.atomic():
        change(made, decided_by=make_secretariat())


def test_database_refuses_own_and_duplicate_proposals(head, person):
    with pytest.raises(IntegrityError, match="proposal_not_in_ones_own_matter"), transaction.atomic():
        make_proposal(head, by=head)
    make_proposal(person, by=head)
    with pytest.raises(IntegrityError, match="proposal_one_open"), transaction.atomic():
        make_proposal(person, by=head)
