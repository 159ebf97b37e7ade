"""Organisations and people: registration, verification, invitations, membership, mandates."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from consultations import workflow
from consultations.models import Event, Mandate, Membership, MembershipInvitation, OutgoingMail, Stakeholder, User
from consultations.permissions import acts_for, organisations_of
from consultations.workflow import STAKEHOLDER_MOVES
from ncm_portal.workflow import Blocked, NotAllowed, needs_of, now
from tests.access_log import refused_verbs
from tests.factories import (
    make_head,
    make_member,
    make_ministry,
    make_secretariat,
    make_stakeholder,
    make_theme,
    make_user,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db
SECRETARIAT = "Only the secretariat can do this: {}."
MANAGERS = "Only the secretariat or the organisation's primary focal point can do this: {}."


def refused(verb, *args, **kwargs):
    """Return the reasons of a refusal."""
    with pytest.raises(Blocked) as refusal:
        verb(*args, **kwargs)
    return refusal.value.reasons


def verbs(record):
    """Return the journal's verbs about a record, oldest first."""
    return [event.verb for event in Event.objects.about(record)]


def outsiders():
    return [make_user(), make_member(), make_user("official"), make_user("sysadmin")]


def primary_of(body):
    return make_member(body, is_primary=True)


# --- Registering ----------------------------------------------------------------------------------------------------


def test_person_who_registers_organisation_becomes_primary_focal_point():
    person = make_user()
    assert organisations_of(person) == []
    body = workflow.register_organisation(by=person, name="Ng'ang'a Network", group="civil_society")
    membership = body.memberships.get()
    assert (body.name, body.state) == ("Ng'ang'a Network", "registered")
    assert (membership.user, membership.role, membership.is_primary) == (person, "focal_point", True)
    assert organisations_of(person) == [body]
    assert verbs(body) == ["register"]


def test_repeated_registration_registers_once():
    person = make_user()
    first = workflow.register_organisation(by=person, name="Network", group="civil_society")
    second = workflow.register_organisation(by=person, name="Network", group="civil_society")
    another = workflow.register_organisation(by=make_user(), name="Network", group="civil_society")
    assert first == second != another


def test_refused_organisation_can_register_again():
    person = make_user()
    first = workflow.register_organisation(by=person, name="Network", group="civil_society")
    workflow.refuse(first, by=make_secretariat(), reason="Say who you are.")
    assert workflow.register_organisation(by=person, name="Network", group="civil_society") != first


def test_visitor_cannot_register():
    person = make_user(is_active=False)
    assert refused(workflow.register_organisation, by=person, name="Network", group="civil_society") == [
        "Only people who have signed in can do this: Register an organisation."
    ]


@pytest.mark.django_db(transaction=True)
def test_concurrent_registration_registers_once():
    person = make_user()
    at_once(*[lambda: workflow.register_organisation(by=person, name="Network", group="civil_society")] * 2)
    assert Stakeholder.objects.count() == 1


# --- Verifying ------------------------------------------------------------------------------------------------------

WAYS = [
    ("verify", "registered", "verified"),
    ("refuse", "registered", "refused"),
    ("suspend", "verified", "suspended"),
    ("reinstate", "suspended", "verified"),
]


@pytest.mark.parametrize(("verb", "source", "target"), WAYS)
@pytest.mark.parametrize("officer", [make_secretariat, make_head])
def test_secretariat_can_move_organisation(verb, source, target, officer):
    body = make_stakeholder(state=source)
    moved = getattr(workflow, verb)(body, by=officer(), reason=" As asked. ")
    assert (moved.state, moved.state_reason) == (target, "As asked.")
    event = Event.objects.about(body).get()
    assert (event.verb, event.before, event.after) == (verb, source, target)


@pytest.mark.parametrize(("verb", "source", "_target"), WAYS)
def test_others_cannot_move_organisation(verb, source, _target):
    body = make_stakeholder(state=source)
    label = STAKEHOLDER_MOVES[verb].label
    for by in (*outsiders(), primary_of(body)):
        assert refused(getattr(workflow, verb), body, by=by, reason="x") == [SECRETARIAT.format(label)]
    assert (verbs(body), refused_verbs(body)) == ([], [verb] * 5)


@pytest.mark.parametrize("verb", ["refuse", "suspend", "reinstate"])
def test_negative_move_requires_reason(verb):
    source = next(source for name, source, _target in WAYS if name == verb)
    body = make_stakeholder(state=source)
    reasons = refused(getattr(workflow, verb), body, by=make_secretariat(), reason="")
    assert reasons == ["Enter a reason. It is kept in the journal."]


@pytest.mark.parametrize(
    ("verb", "state"),
    [(verb, state) for verb, source, _t in WAYS for state in Stakeholder.State.values if state != source],
)
def test_move_is_refused_in_other_states(verb, state):
    body = make_stakeholder(state=state)
    reasons = refused(getattr(workflow, verb), body, by=make_secretariat(), reason="x")
    word = body.get_state_display()
    assert reasons == [f"You cannot use “{STAKEHOLDER_MOVES[verb].label}” while this is {word}."]


def test_members_are_mailed_about_verification():
    body = make_stakeholder(state="registered")
    person = make_member(body)
    workflow.verify(body, by=make_secretariat())
    assert OutgoingMail.objects.get().to == person.email


def test_members_are_mailed_reason_of_refusal():
    body = make_stakeholder(state="registered")
    make_member(body)
    workflow.refuse(body, by=make_secretariat(), reason="Send us your certificate.")
    assert "Send us your certificate." in OutgoingMail.objects.get().body


def test_panel_states_that_secretariat_verifies():
    needs = needs_of(STAKEHOLDER_MOVES, make_stakeholder(state="registered"))
    assert [need.text for need in needs] == ["Next: Verify, Refuse. Who: the secretariat"]


# --- Inviting and joining -------------------------------------------------------------------------------------------


def test_only_hash_of_invitation_link_is_stored():
    body = make_stakeholder()
    invitation, token = workflow.invite_officer(body, email="New@Example.org", role="alternate", by=primary_of(body))
    assert invitation.email == "new@example.org"
    assert token not in str(invitation.__dict__)
    assert workflow.invited(token) == invitation
    mail = OutgoingMail.objects.get()
    assert mail.to == "new@example.org"
    assert f"/organisations/join/{token}/" in mail.body
    assert Event.objects.about(body).get().data == {"email": "new@example.org", "role": "alternate"}


def test_permitted_inviters():
    body = make_stakeholder()
    alternate = make_member(body, "alternate")
    for by in (*outsiders(), alternate, primary_of(make_stakeholder())):
        reasons = refused(workflow.invite_officer, body, email="a@example.org", role="alternate", by=by)
        assert reasons == [MANAGERS.format("Invite people to an organisation")]
    assert not MembershipInvitation.objects.exists()


def test_only_the_secretariat_invites_clearing_officers():
    body = make_ministry()
    invite = {"email": "a@example.org", "role": "clearing_officer"}
    with pytest.raises(NotAllowed):
        workflow.invite_officer(body, by=primary_of(body), **invite)
    invitation, _token = workflow.invite_officer(body, by=make_secretariat(), **invite)
    assert invitation.role == "clearing_officer"


def test_invitation_matches_any_spelling_of_address():
    body, person = make_stakeholder(), make_user(email="ayse@xn--k-ekaa7p.com.tr")
    token = invite(body, " AYSE@ışık.com.tr ")
    assert MembershipInvitation.objects.get().email == person.email
    assert workflow.join(token, by=person).stakeholder == body
    look_alike = make_user(email="ruth@xn--secretarat-4ub.example.org")
    token = invite(body, "ruth@secretariat.example.org")
    assert refused(workflow.join, token, by=look_alike)
    (reason,) = refused(workflow.invite_officer, body, email="γ@x.org", role="alternate", by=make_secretariat())
    assert reason.startswith("The part before the @ must only include letters")


def invite(body, email, role="alternate"):
    return workflow.invite_officer(body, email=email, role=role, by=make_secretariat())[1]


def test_invited_person_joins_once():
    body, person = make_stakeholder(), make_user(email="new@example.org")
    token = invite(body, person.email)
    membership = workflow.join(token, by=person)
    assert (membership.stakeholder, membership.role, membership.is_primary) == (body, "alternate", False)
    assert acts_for(person, body)
    invitation = MembershipInvitation.objects.get()
    assert (invitation.accepted_by, invitation.accepted_at is None) == (person, False)
    assert refused(workflow.join, token, by=person) == ["This invitation is no longer valid. Ask for a new one."]


def test_first_focal_point_becomes_primary():
    body = make_stakeholder()
    people = [make_user(), make_user()]
    joined = [workflow.join(invite(body, each.email, "focal_point"), by=each) for each in people]
    assert [membership.is_primary for membership in joined] == [True, False]


def test_an_invitation_is_for_one_address():
    token = invite(make_stakeholder(), "new@example.org")
    assert refused(workflow.join, token, by=make_user()) == [
        "This invitation was sent to another address. Sign in with that address to accept it."
    ]
    assert workflow.invited(token) is not None


def test_invitation_expires_after_two_weeks():
    token = invite(make_stakeholder(), "new@example.org")
    with time_machine.travel(now() + timedelta(days=15), tick=False):
        assert workflow.invited(token) is None
    assert workflow.invited("no such token") is None


@pytest.mark.django_db(transaction=True)
def test_concurrent_acceptance_creates_one_membership():
    person = make_user()
    token = invite(make_stakeholder(), person.email)
    at_once(*[lambda: workflow.join(token, by=User.objects.get(pk=person.pk))] * 2)
    assert Membership.objects.count() == 1


# --- Members, mandates, offices -------------------------------------------------------------------------------------


def test_secretariat_adds_person_named_by_letter():
    body, person = make_ministry(), make_user()
    focal = primary_of(body)
    membership = workflow.add_member(person, body, role="clearing_officer", by=make_secretariat(), letter="OP/CAB.9/1")
    assert (membership.role, membership.mandate_letter) == ("clearing_officer", "OP/CAB.9/1")
    told = [(mail.to, "Letter of mandate: OP/CAB.9/1" in mail.body) for mail in OutgoingMail.objects.all()]
    assert told == [(focal.email, True)]
    again = workflow.add_member(person, body, role="clearing_officer", by=make_secretariat())
    assert again == membership
    for by in (*outsiders(), focal):
        reasons = refused(workflow.add_member, person, body, role="alternate", by=by)
        assert reasons == [SECRETARIAT.format("Add a person to an organisation")]
    assert OutgoingMail.objects.count() == 1


def test_ended_membership_is_effective_at_once_and_kept():
    body = make_stakeholder()
    person = make_member(body, "alternate")
    assert acts_for(person, body)
    ended = workflow.end_membership(person.memberships.get(), by=primary_of(body), reason="Moved on.")
    assert ended.valid_until == timezone.localdate()
    assert not acts_for(User.objects.get(pk=person.pk), body)
    event = Event.objects.about(body).last()
    data = {"person": person.name, "role": "alternate"}
    assert (event.verb, event.reason, event.data) == ("leave", "Moved on.", data)


def test_membership_begins_and_ends_on_the_days_given():
    body, person, officer, today = make_stakeholder(), make_user(), make_secretariat(), timezone.localdate()
    first, last, late = (today - timedelta(days=days) for days in (9, 2, -1))
    membership = workflow.add_member(person, body, role="alternate", by=officer, valid_from=first)
    assert membership.valid_from == first
    reasons = refused(workflow.end_membership, membership, by=officer, day=late)
    assert reasons == ["The date must be today or in the past."]
    assert workflow.end_membership(membership, by=officer, day=last).valid_until == last


def test_membership_started_today_can_be_ended_today():
    body = make_stakeholder()
    person = make_member(body, valid_from=timezone.localdate())
    workflow.end_membership(person.memberships.get(), by=make_secretariat())
    assert not acts_for(User.objects.get(pk=person.pk), body)


def test_ended_membership_cannot_be_ended_again():
    membership = make_member(valid_until=timezone.localdate() - timedelta(days=9)).memberships.get()
    assert refused(workflow.end_membership, membership, by=make_secretariat()) == ["This membership has already ended."]
    assert verbs(membership.stakeholder) == []


def test_membership_is_valid_from_first_day_until_end_day():
    today = timezone.localdate()
    membership = make_member(valid_from=today, valid_until=today + timedelta(days=2)).memberships.get()
    live = [bool(Membership.objects.live(today + timedelta(days=turn))) for turn in (-1, 0, 1, 2)]
    assert live == [False, True, True, False]
    assert str(membership._meta.get_field("valid_until").verbose_name) == "no longer from"


def test_others_cannot_end_membership():
    body = make_stakeholder()
    membership = make_member(body).memberships.get()
    for by in (*outsiders(), make_member(body, "alternate")):
        assert refused(workflow.end_membership, membership, by=by) == [MANAGERS.format("End a membership")]


def test_a_mandate_is_confirmed_by_the_secretariat():
    ministry, theme = make_ministry(), make_theme()
    mandate = workflow.confirm_mandate(ministry, theme, by=make_secretariat(), is_lead=True, basis="EO 2/2013")
    assert (mandate.is_confirmed, mandate.is_lead, mandate.basis) == (True, True, "EO 2/2013")
    assert Event.objects.about(ministry).get().data == {"theme": theme.code, "lead": True, "basis": "EO 2/2013"}
    for by in outsiders():
        reasons = refused(workflow.confirm_mandate, ministry, theme, by=by)
        assert reasons == [SECRETARIAT.format("Confirm a mandate")]
    assert Mandate.objects.count() == 1


def test_one_ministry_leads_on_a_theme():
    (one, two), theme, by = (make_ministry(), make_ministry()), make_theme(), make_secretariat()
    assert [workflow.confirm_mandate(one, theme, by=by, is_lead=True).is_lead for _again in range(2)] == [True, True]
    reasons = refused(workflow.confirm_mandate, two, theme, by=by, is_lead=True)
    assert reasons == ["This theme already has a confirmed lead ministry."]
    assert not workflow.confirm_mandate(two, theme, by=by).is_lead


def test_database_allows_one_primary_focal_point_per_organisation():
    body = make_stakeholder()
    primary_of(body)
    with pytest.raises(IntegrityError), transaction.atomic():
        primary_of(body)


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": "chief"},
        {"role": "alternate", "is_primary": True},
        {"valid_until": now().date() - timedelta(days=4_000)},
    ],
)
def test_database_refuses_incomplete_membership(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_member(**wrong)
