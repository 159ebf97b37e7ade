"""Offices: appointed and removed by two people, never oneself, with notification of staff."""

import pytest
from django.core.management import call_command

from consultations import workflow
from consultations.models import Event, OutgoingMail, User
from ncm_portal.workflow import Blocked, NotAllowed
from tests.factories import change, make_head, make_member, make_secretariat, make_stakeholder, make_user
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def refused(function, /, *args, kind=Blocked, **kwargs):
    with pytest.raises(kind) as raised:
        function(*args, **kwargs)
    return raised.value.reasons


def appoint(person, office, by, second, reason="From today."):
    made = workflow.propose(person, act="appoint", by=by, reason=reason, values={"office": office})
    workflow.confirm_proposal(made, by=second)
    person.refresh_from_db()
    return person.office


def test_two_people_give_or_withdraw_office_and_all_staff_are_mailed():
    head, officer, technician = make_head(), make_secretariat(), make_user("sysadmin")
    make_user("official")
    make_secretariat(is_active=False)
    person = make_user(name="Njeri (sample)")
    assert appoint(person, "secretariat", head, technician) == "secretariat"
    entry = Event.objects.about(person).last()
    assert (entry.verb, entry.before, entry.after, entry.by, entry.data["proposed_by"]) == (
        "appoint", "", "secretariat", technician, head.name,
    )  # fmt: skip
    mails = OutgoingMail.objects.filter(subject="Somebody’s office has changed")
    assert {mail.to for mail in mails} == {each.email for each in (head, officer, technician, person)}
    body = mails[0].body
    assert "Njeri (sample)" in body
    assert f"Proposed by {head.name}, confirmed by {technician.name}." in body
    assert appoint(person, "", head, officer) == ""


def test_system_administrator_appoints_first_head_alone_but_no_second():
    technician, person, other = make_user("sysadmin"), make_user(), make_user()
    two = ["Only two people, one to propose and one to confirm, can do this: Appoint to an office."]
    assert refused(workflow.appoint, person, kind=NotAllowed, office="secretariat", by=technician) == two
    assert refused(workflow.appoint, technician, kind=NotAllowed, office="head", by=technician) == two
    assert refused(workflow.appoint, person, kind=NotAllowed, office="head", by=make_secretariat()) == two
    assert workflow.appoint(person, office="head", by=technician, reason="The first.").office == "head"
    assert "appointed the first head of the secretariat" in OutgoingMail.objects.first().body
    assert refused(workflow.appoint, other, kind=NotAllowed, office="head", by=technician) == two
    workflow.lay_down_office(by=person)
    assert refused(workflow.appoint, other, kind=NotAllowed, office="head", by=technician) == two


def test_staff_propose_next_head_if_there_is_none():
    head, officer, technician, person = make_head(), make_secretariat(), make_user("sysadmin"), make_user()
    (reason,) = refused(appoint, person, "head", officer, technician, kind=NotAllowed)
    assert reason == "Only the head of the secretariat can do this: Appoint to an office."
    change(head, is_active=False)
    assert appoint(person, "head", officer, technician) == "head"


def test_member_of_organisation_cannot_hold_staff_office():
    head, officer = make_head(), make_secretariat()
    body = make_stakeholder("Herders")
    person = make_member(body, user=make_user(name="Asha"))
    for office in ("secretariat", "head", "sysadmin"):
        assert refused(appoint, person, office, head, officer) == [
            "Asha acts for Herders. End that membership first: nobody can act for both sides."
        ]
    assert appoint(person, "official", head, officer) == "official"  # who sits in a ministry may read for it
    workflow.end_membership(person.memberships.get(), by=officer)
    assert appoint(person, "secretariat", head, officer) == "secretariat"


def test_all_reasons_against_appointment_are_reported():
    head, locked_out = make_head(), make_user(name="Otieno", is_active=False)
    given = {"act": "appoint", "by": head, "reason": "So."}
    assert refused(workflow.propose, locked_out, values={"office": "official"}, **given) == [
        "The account of Otieno is closed."
    ]
    assert refused(workflow.propose, make_user(), values={"office": "king"}, **given) == ["There is no such office."]


def test_holder_gives_up_office_alone_unless_last():
    officer = make_secretariat()
    assert refused(workflow.lay_down_office, by=officer) == [
        "Nobody else holds an office. Have someone else appointed first."
    ]
    make_user("sysadmin")
    assert workflow.lay_down_office(by=officer, reason="I move to Mombasa.").office == ""
    assert "gave up this office" in OutgoingMail.objects.first().body
    assert refused(workflow.lay_down_office, by=officer) == ["You hold no office."]


def test_proposal_page_shows_consequences():
    head, officer = make_head(), make_secretariat(name="Hassan")
    made = workflow.propose(officer, act="appoint", by=head, reason="So.", values={"office": "sysadmin"})
    assert made.consequences == [
        "Hassan is no longer: secretariat.",
        "Hassan becomes: system administrator.",
        "From then on Hassan signs in with a second factor and cannot act for an organisation.",
        "Everyone with an office gets an e-mail.",
    ]


def test_administrator_created_on_server_is_journalled_and_mailed_to_staff(monkeypatch):
    head = make_head()
    given = {"email": "brian@example.org", "name": "Brian Otieno", "interactive": False, "verbosity": 0}
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a long enough password")
    call_command("createsuperuser", **given)
    person = User.objects.get(email="brian@example.org")
    entry = Event.objects.about(person).get()
    assert (person.office, entry.verb, entry.after, entry.by) == ("sysadmin", "appoint", "sysadmin", None)
    assert {mail.to for mail in OutgoingMail.objects.all()} == {head.email, person.email}
    assert "with the command createsuperuser" in OutgoingMail.objects.first().body


@pytest.mark.django_db(transaction=True)
def test_concurrent_appointment_and_membership_exclude_each_other():
    head, officer, body = make_head(), make_secretariat(), make_stakeholder()
    for _turn in range(5):
        person = make_user()
        made = workflow.propose(person, act="appoint", by=head, reason="So.", values={"office": "secretariat"})
        outcomes = at_once(
            lambda made=made: workflow.confirm_proposal(made, by=officer),
            lambda person=person: workflow.add_member(person, body, role="focal_point", by=officer),
        )
        assert [each for each in outcomes if isinstance(each, Exception) and not isinstance(each, Blocked)] == []
        assert sorted(isinstance(outcome, Blocked) for outcome in outcomes) == [False, True]
        person.refresh_from_db()
        assert (person.office == "secretariat") != person.memberships.exists()
