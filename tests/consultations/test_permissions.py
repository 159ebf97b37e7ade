"""Who may do what: each rule for one person of every kind of rights."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser

from consultations import permissions
from consultations.models import MembershipRole
from tests.factories import (
    change,
    make_attachment,
    make_check_in,
    make_communique,
    make_delegate,
    make_forum,
    make_head,
    make_member,
    make_ministry,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_user,
)
from tests.office_factories import make_double

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """Create an organisation, a ministry, and one person of each kind of rights."""
    body, ministry = make_stakeholder("Body"), make_ministry("Ministry")
    people = {
        "visitor": AnonymousUser(),
        "person": make_user(),
        "focal point": make_member(body, is_primary=True),
        "alternate": make_member(body, MembershipRole.ALTERNATE),
        "of the ministry": make_member(ministry, is_primary=True),
        "clearing officer": make_member(ministry, MembershipRole.CLEARING_OFFICER),
        "official": make_user("official"),
        "officer": make_secretariat(),
        "officer who acts for it": make_double(body, make_secretariat()),
        "head": make_head(),
        "sysadmin": make_user("sysadmin"),
        "closed account of an officer": make_secretariat(is_active=False),
    }
    people["officer who acts for it"].live_memberships[0].is_asked = False
    return SimpleNamespace(body=body, ministry=ministry, people=people)


def allowed(world, rule, *about):
    """Return who passes the rule."""
    return {name for name, person in world.people.items() if getattr(permissions, rule)(person, *about)}


OFFICERS = {"officer", "officer who acts for it", "head"}
STAFF = OFFICERS | {"sysadmin"}
AUTHORS = {"focal point", "alternate", "officer who acts for it"}
SIGNED_IN = {
    "person", "focal point", "alternate", "of the ministry", "clearing officer", "official", "sysadmin", *OFFICERS,
}  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "people"),
    [
        ("is_signed_in", SIGNED_IN),
        ("is_secretariat", OFFICERS),
        ("is_head", {"head"}),
        ("is_official", {"official"}),
        ("is_sysadmin", {"sysadmin"}),
        ("is_staff", STAFF),
        ("may_enter_admin", STAFF),
        ("is_clearing_officer", {"clearing officer"}),
        ("has_clearances", {"clearing officer"}),
        ("needs_second_factor", STAFF | {"official", "clearing officer"}),
        ("is_member", {"of the ministry", "clearing officer"}),
    ],
)
def test_rights_of_each_office(world, rule, people):
    assert allowed(world, rule) == people


def test_organisation_asked_for_a_clearance_step_has_clearances_too(world):
    person = world.people["focal point"]
    person.live_memberships[0].is_asked = True
    assert allowed(world, "has_clearances") == {"clearing officer", "focal point"}


def test_whoever_is_no_account_of_ours_is_not_signed_in():
    assert not permissions.is_signed_in(SimpleNamespace(is_active=True))
    assert not permissions.may_enter_admin(SimpleNamespace(is_authenticated=True, is_active=True, is_staff=True))


@pytest.mark.parametrize(
    ("rule", "people"),
    [
        ("acts_for", AUTHORS),
        ("clears_for", set()),
        ("may_rule_on_sign_off", {"focal point"}),
        ("may_manage_members", OFFICERS | {"focal point"}),
    ],
)
def test_rights_over_an_organisation(world, rule, people):
    assert allowed(world, rule, world.body) == people


def test_only_its_clearing_officer_clears_for_a_ministry(world):
    assert allowed(world, "clears_for", world.ministry) == allowed(world, "clears_for", world.ministry.pk)
    assert allowed(world, "clears_for", world.ministry) == {"clearing officer"}


@pytest.mark.parametrize(
    ("rule", "people"),
    [
        ("may_submit", AUTHORS),
        ("may_sign_off", {"focal point"}),
        ("may_take_in", OFFICERS),
        ("may_screen", OFFICERS - {"officer who acts for it"}),
        ("may_check", set()),
    ],
)
def test_rights_over_an_input_from_the_web(world, rule, people):
    assert allowed(world, rule, make_submission(stakeholder=world.body, state="submitted")) == people


def test_typed_input_is_checked_by_another_officer(world):
    typed = make_submission(stakeholder=world.body, state="submitted")
    typed.entered_by_id = world.people["officer"].pk
    assert allowed(world, "may_check", typed) == OFFICERS - {"officer"}


@pytest.mark.parametrize(
    ("state", "kind", "typist", "people"),
    [
        ("draft", "evidence", "", AUTHORS),
        ("draft", "original", "", set()),
        ("submitted", "evidence", "", {"focal point", "alternate"}),
        ("submitted", "original", "", {"focal point", "alternate"}),
        ("submitted", "evidence", "officer", {"focal point", "alternate"}),
        ("submitted", "original", "officer", {"focal point", "alternate", *OFFICERS}),
    ],
)
def test_rights_over_a_file(world, state, kind, typist, people):
    submission = make_submission(stakeholder=world.body, state=state)
    file = make_attachment(submission)
    file.kind, file.submission = kind, submission
    submission.entered_by_id = world.people[typist].pk if typist else None
    assert allowed(world, "may_handle_file", file) == people


def test_communique_is_read_by_participants_while_it_circulates_and_by_everybody_once_published(world):
    forum = make_forum(state="held")
    make_check_in(make_delegate(forum, world.body))
    read = {}
    for state in ("draft", "circulated", "published"):
        read[state] = allowed(world, "reads_communique", SimpleNamespace(state=state, forum_id=forum.pk))
    assert read == {
        "draft": OFFICERS,
        "circulated": OFFICERS | {"focal point", "alternate"},
        "published": set(world.people),
    }


def test_communique_is_published_by_somebody_other_than_its_last_editor(world):
    communique = make_communique(make_forum(state="held"))
    communique.written_by_id = world.people["officer"].pk
    assert allowed(world, "may_publish_communique", communique) == OFFICERS - {"officer"}


def test_account_is_closed_by_staff_and_corrected_by_the_secretariat_but_not_ones_own(world):
    person, officer = world.people["person"], world.people["officer"]
    assert allowed(world, "may_close_account", person) == STAFF
    assert allowed(world, "may_correct_address", person) == OFFICERS
    assert allowed(world, "may_propose_for_account", person) == STAFF
    assert allowed(world, "may_confirm_appointment", person) == STAFF
    assert allowed(world, "may_propose_for_account", officer) == STAFF - {"officer"}
    assert allowed(world, "may_confirm_appointment", officer) == STAFF - {"officer"}
    for two in (officer, world.people["clearing officer"]):
        assert allowed(world, "may_close_account", two) == allowed(world, "may_correct_address", two) == set()


def test_head_proposes_appointments_and_any_staff_while_there_is_none(world):
    person = world.people["person"]
    assert allowed(world, "may_propose_appointment", person) == {"head"}
    assert allowed(world, "may_propose_appointment", world.people["head"]) == set()
    change(world.people["head"], is_active=False)
    world.people["head"].is_active = False
    assert allowed(world, "may_propose_appointment", person) == STAFF - {"head"}
