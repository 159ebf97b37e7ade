"""Nobody can appoint oneself: every way to a role × every role × oneself, a colleague, an outsider.

Roles, offices and ways are read from the models and the admin, so that new ones are tested automatically.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from consultations import workflow
from consultations.admin.spreadsheets import SpreadsheetExport
from consultations.models import (
    STAFF_OFFICES,
    Group,
    Membership,
    MembershipInvitation,
    MembershipRole,
    Office,
    Stakeholder,
    User,
)
from ncm_portal.workflow import Blocked
from tests.factories import make_ministry, make_user
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db

OFFICES = [office for office in Office if office]
ROLES = list(MembershipRole)
WHO = ["oneself", *(f"a colleague: {office}" for office in STAFF_OFFICES), "an official", "an outsider"]


@pytest.fixture
def ministry():
    return make_ministry("Ministry of the sample")


def person_of(who: str, by: User) -> User:
    """Return the person to whom `by` tries to give a role."""
    if who == "oneself":
        return by
    return make_user({"an official": Office.OFFICIAL, "an outsider": Office.NONE}.get(who, who.rpartition(" ")[2]))


def tried(act: Callable[[], Any]) -> str:
    """Return the reason of the refusal, or an empty string on success."""
    try:
        with transaction.atomic():
            act()
    except (Blocked, DatabaseError) as refusal:
        return str(refusal)
    return ""


# --- To act for an organisation -------------------------------------------------------------------------------------


def add(body: Stakeholder, person: User, role: str, by: User) -> str:
    return tried(lambda: workflow.add_member(person, body, role=role, by=by, letter="OP/1"))


def invite(body: Stakeholder, person: User, role: str, by: User) -> str:
    def accepted() -> None:
        _invitation, token = workflow.invite_officer(body, email=person.email, role=role, by=by)
        workflow.join(token, by=person)

    return tried(accepted)


def join_with_an_older_link(body: Stakeholder, person: User, role: str, by: User) -> str:
    """Use an invitation that was sent before the person got the role."""

    def accepted() -> None:
        _invitation, token = workflow.invite_officer(body, email="later@example.org", role=role, by=by)
        MembershipInvitation.objects.update(email=person.email)
        workflow.join(token, by=person)

    return tried(accepted)


def register(body: Stakeholder, person: User, role: str, by: User) -> str:
    fields = {"name": "Herders", "group": Group.CIVIL_SOCIETY, "contact_email": "office@example.org"}
    return tried(lambda: workflow.register_organisation(by=person, **fields))


def write(body: Stakeholder, person: User, role: str, by: User) -> str:
    """Write the row directly into the table without a verb."""
    return tried(lambda: Membership.objects.create(user=person, stakeholder=body, role=role))


def in_the_admin(page: str) -> Callable[..., str]:
    """Add the role through the membership rows of an organisation in the admin."""

    def typed(body: Stakeholder, person: User, role: str, by: User) -> str:
        client, address = sign_in(Client(), by), reverse(f"admin:consultations_{page}_change", args=[body.pk])
        form = client.get(address).context
        values = dict(form["adminform"].form.initial)
        for inline in form["inline_admin_formsets"]:
            values |= {f"{inline.formset.prefix}-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
            if inline.opts.model is Membership:
                first = f"{inline.formset.prefix}-0"
                values |= {f"{inline.formset.prefix}-TOTAL_FORMS": 1}
                values |= {f"{first}-user": person.pk, f"{first}-role": role, f"{first}-valid_from": "2026-01-05"}
        answer = client.post(address, {name: value for name, value in values.items() if value is not None})
        problems = [] if answer.status_code == 302 else answer.context["errors"]
        return " ".join(map(str, problems))

    return typed


DOORS: dict[str, Callable[[Stakeholder, User, str, User], str]] = {
    "add": add,
    "invite": invite,
    "join with an older link": join_with_an_older_link,
    "register": register,
    "admin: stakeholder": in_the_admin("stakeholder"),
    "admin: ministry": in_the_admin("ministry"),
    "database": write,
}
REFUSALS = ("holds an office", "You cannot invite yourself.")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("who", WHO)
def test_officer_gives_ministry_role_to_outsiders_but_not_to_staff(ministry, door, who):
    officer = make_user(Office.SECRETARIAT)
    for role in ROLES:
        person = person_of(who, officer)
        reason = DOORS[door](ministry, person, role, officer)
        may = who in ("an official", "an outsider")
        assert (role, bool(reason), person.memberships.exists()) == (role, not may, may)
        assert may or any(words in reason for words in REFUSALS)
        assert may or ("pgtrigger" in reason) == (door == "database")  # the verbs refuse before the database has to


def test_every_admin_page_with_memberships_is_tested():
    pages = {
        f"admin: {model._meta.model_name}"
        for model, page in admin.site._registry.items()
        if any(inline.model is Membership for inline in page.inlines) or model is Membership
    }
    assert pages == {door for door in DOORS if door.startswith("admin:")}


def test_imports_create_no_people_memberships_or_offices():
    resources = [
        resource
        for page in admin.site._registry.values()
        if isinstance(page, SpreadsheetExport)
        for resource in page.resource_classes
    ]
    assert resources
    written = {(resource._meta.model, name) for resource in resources for name in resource().fields}
    assert {model for model, _name in written} & {User, Membership, MembershipInvitation} == set()
    assert {name for _model, name in written} & {"office", "memberships", "members"} == set()


def test_focal_point_cannot_invite_own_addresses(ministry):
    focal = make_user()
    Membership.objects.create(user=focal, stakeholder=ministry, role="focal_point", is_primary=True)
    focal.emailaddress_set.create(email="focal.private@example.org", verified=False)
    for email in (focal.email, focal.email.upper(), "Focal.Pr\u0131vate@Example.org"):
        reason = tried(lambda email=email: workflow.invite_officer(ministry, email=email, role="alternate", by=focal))
        assert reason == "You cannot invite yourself."
    other = {"email": "new@ministry.example.org", "role": "alternate", "by": focal}
    assert tried(lambda: workflow.invite_officer(ministry, **other)) == ""


def test_forwarded_invitation_link_is_refused_to_its_sender(ministry):
    focal = make_user()
    Membership.objects.create(user=focal, stakeholder=ministry, role="focal_point", is_primary=True)
    _made, token = workflow.invite_officer(ministry, email="new@example.org", role="alternate", by=focal)
    assert tried(lambda: workflow.join(token, by=focal)).startswith("This invitation was sent to another address.")


# --- To hold an office ----------------------------------------------------------------------------------------------


def propose(person: User, office: str, by: User) -> str:
    given = {"act": "appoint", "reason": "So.", "values": {"office": office}}
    return tried(lambda: workflow.propose(person, by=by, **given))


def confirm(person: User, office: str, by: User) -> str:
    """Confirm the head's proposal as `by`."""

    def confirmed() -> None:
        head = User.objects.filter(office=Office.HEAD).exclude(pk=person.pk).first()
        given = {"act": "appoint", "reason": "So.", "values": {"office": office}}
        workflow.confirm_proposal(workflow.propose(person, by=head, **given), by=by)

    return tried(confirmed)


def at_once(person: User, office: str, by: User) -> str:
    return tried(lambda: workflow.appoint(person, office=office, by=by, reason="So."))


def form_of_the_admin(person: User, office: str, by: User) -> str:
    """Post the account's admin form with a role added to the request."""
    client, address = sign_in(Client(), by), reverse("admin:consultations_user_change", args=[person.pk])
    client.post(address, {"name": person.name, "language": "en", "is_active": "on", "office": office})
    person.refresh_from_db()
    return "" if person.office == office else "It was not written."


def straight(person: User, office: str, by: User) -> str:
    return tried(lambda: User.objects.filter(pk=person.pk).update(office=office))


# Which doors open to whom, for somebody else. To oneself none does.
OPEN = {
    "propose": (propose, {Office.HEAD}),
    "confirm": (confirm, set(STAFF_OFFICES)),  # a second head too
    "at once": (at_once, set()),
    "form of the admin": (form_of_the_admin, set()),
    "database": (straight, set()),
}


@pytest.mark.parametrize("door", OPEN)
@pytest.mark.parametrize("holder", ["", *OFFICES])
@pytest.mark.parametrize("own", [True, False], ids=["oneself", "an outsider"])
def test_office_is_given_by_permitted_people_and_never_to_oneself(door, holder, own):
    act, open_to = OPEN[door]
    make_user(Office.HEAD)
    for office in OFFICES:
        if own and office == holder:
            continue
        by = make_user(holder)
        person = by if own else make_user()
        reason = act(person, office, by)
        assert (office, bool(reason)) == (office, own or holder not in open_to)
        assert door == "database" or "pgtrigger" not in reason
        person.refresh_from_db()
        assert person.office == (office if door == "confirm" and not reason else holder if own else "")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("office", OFFICES)
def test_database_refuses_staff_office_to_ministry_member(ministry, role, office):
    head, officer, person = make_user(Office.HEAD), make_user(Office.SECRETARIAT), make_user()
    Membership.objects.create(user=person, stakeholder=ministry, role=role)
    expected = office in STAFF_OFFICES
    assert bool(confirm(person, office, officer)) == expected
    if expected:
        ended = workflow.end_membership(person.memberships.get(), by=head)
        assert ended.valid_until
        assert confirm(person, office, officer) == ""
