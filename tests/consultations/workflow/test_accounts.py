"""Accounts: closing, reopening, correcting and restoring; by two people for office holders and clearing officers."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils import timezone

from consultations import workflow
from consultations.models import Event, Membership, OutgoingMail, Proposal, User
from ncm_portal.workflow import Blocked, NotAllowed
from tests.factories import (
    PASSWORD,
    make_head,
    make_member,
    make_ministry,
    make_secretariat,
    make_stakeholder,
    make_user,
)
from tests.sign_in import give_second_factor, sign_in

pytestmark = pytest.mark.django_db
WHY = "It was agreed so."


def refused(function, /, *args, kind=Blocked, **kwargs):
    with pytest.raises(kind) as raised:
        function(*args, **kwargs)
    return raised.value.reasons


def confirmed(user):
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def by_two(person, act, first, second, **values):
    made = workflow.propose(person, act=act, by=first, reason=WHY, values=values)
    workflow.confirm_proposal(made, by=second)
    person.refresh_from_db()
    return made


def mails(subject="An account was changed"):
    return OutgoingMail.objects.filter(subject=subject)


# --- Closing and opening ----------------------------------------------------------------------------------------------


def test_closed_account_cannot_sign_in_and_loses_roles(client):
    body = make_stakeholder("Coast Network")
    person, officer = confirmed(make_member(body, user=make_user(name="Amina"))), make_secretariat(name="Mercy")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    workflow.close_account(person, by=officer, reason=WHY)
    assert client.get(reverse("my_organisation")).status_code == 302
    client.logout()
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    assert not Membership.objects.not_over().filter(user=person).exists()
    entry = Event.objects.about(person).last()
    assert (entry.verb, entry.before, entry.after, entry.by, entry.reason) == (
        "close_account", "open", "closed", officer, WHY,
    )  # fmt: skip
    assert [event.verb for event in Event.objects.about(body)] == ["leave"]
    told = mails().get()
    assert told.to == person.email
    for sentence in ("Amina no longer acts for Coast Network.", "Changed by Mercy.", WHY):
        assert sentence in told.body


def test_reopened_account_has_no_old_sessions_and_no_password(client):
    person, officer = confirmed(make_member()), make_secretariat()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    workflow.close_account(person, by=officer, reason=WHY)
    opened = workflow.reopen_account(person, by=officer, reason="By mistake.")
    assert (opened.is_active, opened.has_usable_password(), opened.live_memberships) == (True, False, [])
    assert client.get(reverse("my_organisation"))["Location"].startswith("/account/login/")
    assert Event.objects.about(person).last().verb == "reopen_account"
    assert refused(workflow.reopen_account, person, by=officer, reason="") == [
        "Enter a reason. It is kept in the journal.",
        "The account is open.",
    ]


@pytest.mark.parametrize("office", ["", "official"])
def test_only_staff_close_accounts_but_not_their_own(office):
    person = make_user()
    for by in (make_user(office), make_member(), person):
        (reason,) = refused(workflow.close_account, person, kind=NotAllowed, by=by, reason=WHY)
        assert "the secretariat or a system administrator" in reason
    for by in (make_secretariat(), make_head(), make_user("sysadmin")):
        assert not workflow.close_account(make_user(), by=by, reason=WHY).is_active


def test_closing_requires_reason_and_open_account():
    person, officer = make_user(), make_secretariat()
    assert refused(workflow.close_account, person, by=officer, reason=" ") == [
        "Enter a reason. It is kept in the journal."
    ]
    workflow.close_account(person, by=officer, reason=WHY)
    assert refused(workflow.close_account, person, by=officer, reason=WHY) == ["The account is already closed."]


def clearing_officer():
    return make_member(make_ministry(), "clearing_officer")


@pytest.mark.parametrize("make", [make_head, make_secretariat, lambda: make_user("official"), clearing_officer])
def test_closing_account_of_office_holder_or_clearing_officer_takes_two(make):
    person, first, second = make(), make_secretariat(), make_user("sysadmin")
    assert refused(workflow.close_account, person, kind=NotAllowed, by=first, reason=WHY)
    assert refused(workflow.correct_address, person, kind=NotAllowed, by=first, reason=WHY, address="a@example.org")
    made = workflow.propose(person, act="close_account", by=first, reason=WHY)
    assert refused(workflow.confirm_proposal, made, kind=NotAllowed, by=first)
    assert refused(workflow.confirm_proposal, made, kind=NotAllowed, by=person)
    workflow.confirm_proposal(made, by=second)
    person.refresh_from_db()
    assert (person.is_active, person.office, person.has_usable_password()) == (False, "", False)
    entry = Event.objects.about(person).last()
    assert (entry.verb, entry.data) == (
        "close_account", {"proposed_by": first.name, "confirmed_by": second.name},
    )  # fmt: skip
    assert {each.to for each in mails()} == {person.email, first.email, second.email}


def test_reopened_account_does_not_regain_office():
    head, officer, technician = make_head(), make_secretariat(), make_user("sysadmin")
    by_two(head, "close_account", officer, technician)
    assert workflow.reopen_account(head, by=officer, reason=WHY).office == ""
    assert [event.verb for event in Event.objects.about(head)] == ["appoint", "close_account", "reopen_account"]


# --- Addresses --------------------------------------------------------------------------------------------------------


def test_corrected_address_is_normalised_mailed_to_both_and_needs_confirmation(client):
    person, officer = confirmed(make_user(email="amina@exmaple.org", name="Amina")), make_secretariat()
    workflow.correct_address(person, address="AMINA@Example.org.", by=officer, reason=WHY)
    person.refresh_from_db()
    assert person.email == "amina@example.org"
    assert list(EmailAddress.objects.filter(user=person).values_list("email", "verified", "primary")) == [
        ("amina@example.org", False, True)
    ]
    assert {each.to for each in mails()} == {"amina@exmaple.org", "amina@example.org"}
    assert Event.objects.about(person).last().data == {"from": "a…@exmaple.org", "to": "a…@example.org"}
    answer = client.post(reverse("account_login"), {"login": "amina@example.org", "password": PASSWORD})
    assert answer["Location"] == reverse("account_email_verification_sent")


def test_confirmed_address_of_other_account_is_refused_and_unconfirmed_one_released():
    person, officer = make_user(email="old@example.org"), make_secretariat()
    confirmed(make_user(email="taken@example.org"))
    squatter = make_user(email="mine@example.org")
    second = confirmed(make_user())
    EmailAddress.objects.create(user=second, email="second@example.org", verified=True)
    give = {"by": officer, "reason": WHY}
    for address in ("Taken@example.org", "second@example.org"):
        assert refused(workflow.correct_address, person, address=address, **give) == [
            "Another account has this address."
        ]
    assert refused(workflow.correct_address, person, address="OLD@example.org", **give) == [
        "The account already has this address."
    ]
    (reason,) = refused(workflow.correct_address, person, address="γ@example.org", **give)
    assert reason.startswith("The part before the @ must only include letters a to z")
    workflow.correct_address(person, address="mine@example.org", **give)
    squatter.refresh_from_db()
    assert (squatter.email, squatter.is_active) == (f"mine@example.org #{squatter.pk}", False)
    assert Event.objects.about(squatter).last().verb == "give_up_address"


def test_system_administrators_and_others_cannot_correct_addresses():
    for by in (make_user("sysadmin"), make_member(), make_user("official")):
        (reason,) = refused(
            workflow.correct_address, make_user(), kind=NotAllowed, address="a@example.org", by=by, reason=WHY
        )
        assert reason.startswith("Only the secretariat")


def test_correcting_address_of_officer_takes_two():
    officer, first, second = confirmed(make_secretariat(email="o@example.org")), make_head(), make_secretariat()
    by_two(officer, "correct_address", first, second, address="New@Example.org")
    assert officer.email == "new@example.org"
    warned = mails("Somebody proposes a change to your account").get()
    assert (warned.to, WHY in warned.body) == ("o@example.org", True)
    assert refused(workflow.propose, officer, act="correct_address", by=first, reason=WHY, values={"address": "x"})
    assert refused(workflow.propose, officer, act="correct_address", by=first, reason=WHY)


def test_confirming_address_takes_it_from_account_that_only_claimed_it(client):
    person, squatter = confirmed(make_user()), make_user(email="wanted@example.org")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    client.post(reverse("account_email"), {"action_add": "", "email": "Wanted@example.org"})
    client.post(re.search(r"https?://[^/\s]+(/account/confirm-email/\S+)", mail.outbox[-1].body)[1])
    client.post(reverse("account_email"), {"action_primary": "", "email": "wanted@example.org"})
    person.refresh_from_db()
    squatter.refresh_from_db()
    assert (person.email, squatter.email, squatter.is_active) == (
        "wanted@example.org", f"wanted@example.org #{squatter.pk}", False,
    )  # fmt: skip


# --- The way back in --------------------------------------------------------------------------------------------------


def link_for(person):
    body = OutgoingMail.objects.get(to=person.email, subject="Your access is restored: choose a new password").body
    return re.search(r"https?://[^/\s]+(/account/password/reset/key/\S+/)", body)[1]


@pytest.mark.parametrize("office", ["head", "sysadmin", "secretariat"])
def test_two_others_restore_access_of_locked_out_office_holder(client, office):
    person = confirmed(make_user(office, name="Ruth"))
    first, second = make_secretariat(), make_user("sysadmin")
    sign_in(client, person)
    made = by_two(person, "restore_access", first, second)
    assert made.lapses_at - made.proposed_at == timedelta(hours=12)
    assert not Authenticator.objects.filter(user=person).exists()
    assert (person.office, person.is_active, person.has_usable_password()) == (office, True, False)
    assert client.get("/admin/").status_code == 302
    assert {each.to for each in mails()} == {first.email, second.email}
    entry = Event.objects.about(person).last()
    assert (entry.verb, entry.data) == ("restore_access", {"proposed_by": first.name, "confirmed_by": second.name})

    new = "another long enough password"
    form = client.get(link_for(person), follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    client.post(reverse("account_login"), {"login": person.email, "password": new})
    assert client.session["_auth_user_id"] == str(person.pk)
    assert client.get("/admin/")["Location"] == reverse("mfa_index")
    assert "no longer valid" in client.get(link_for(person), follow=True).content.decode()


def test_access_of_only_head_is_restored_under_other_address():
    head = confirmed(make_head(email="ruth@old.example.org"))
    by_two(head, "restore_access", make_secretariat(), make_secretariat(), address="RUTH@new.example.org")
    assert head.email == "ruth@new.example.org"
    assert "/account/password/reset/key/" in link_for(head)
    warned = mails("Somebody proposes a change to your account").get()
    assert warned.to == "ruth@old.example.org"


def test_two_system_administrators_cannot_restore_access_alone():
    head, one, two = make_head(), make_user("sysadmin"), make_user("sysadmin")
    officer = make_secretariat()
    made = workflow.propose(head, act="restore_access", by=one, reason=WHY)
    assert refused(workflow.confirm_proposal, made, by=two) == ["One of the two people must be from the secretariat."]
    assert not mails("Your access is restored: choose a new password").exists()
    User.objects.filter(pk=officer.pk).update(is_active=False)
    workflow.confirm_proposal(made, by=two)
    assert link_for(head)


def test_nobody_restores_own_access_and_others_restore_none():
    head, officer = make_head(), make_secretariat()
    for by in (head, make_user(), make_member(), make_user("official")):
        (reason,) = refused(workflow.propose, head, kind=NotAllowed, act="restore_access", by=by, reason=WHY)
        assert "another person with a staff office" in reason
    made = workflow.propose(head, act="restore_access", by=officer, reason=WHY)
    assert refused(workflow.confirm_proposal, made, kind=NotAllowed, by=head)
    with time_machine.travel(timezone.now() + timedelta(hours=13)):
        assert refused(workflow.confirm_proposal, made, by=make_user("sysadmin")) == [
            "Nobody confirmed this in time. Propose it again."
        ]
    head.refresh_from_db()
    assert head.has_usable_password()


def test_closed_account_must_be_reopened_before_access_is_restored():
    person = make_user("official", is_active=False)
    assert refused(workflow.propose, person, act="restore_access", by=make_head(), reason=WHY) == [
        "The account is closed. Open it again first."
    ]


# --- Repairs ----------------------------------------------------------------------------------------------------------


def test_account_without_normal_address_reopens_after_correction():
    person, officer = make_user(is_active=False), make_secretariat()
    User.objects.filter(pk=person.pk).update(email=RawSQL("%s", ["root@[127.0.0.1]"]))
    assert refused(workflow.reopen_account, person, by=officer, reason=WHY) == [
        "Mail to its address cannot be sent. Correct the address first."
    ]
    workflow.correct_address(person, address="root@example.org", by=officer, reason=WHY)
    assert workflow.reopen_account(person, by=officer, reason=WHY).is_active


def test_every_act_shows_consequences_first():
    person = make_member(make_stakeholder("Coast Network"), user=make_user(name="Amina", email="amina@example.org"))
    said = {verb: " ".join(map(str, workflow.effects_of(verb, person))) for verb in (
        "close_account", "reopen_account", "correct_address", "restore_access",
    )}  # fmt: skip
    assert "Amina no longer acts for Coast Network." in said["close_account"]
    assert "choosing a new password" in said["reopen_account"]
    assert "signs in with the new address instead of amina@example.org" in said["correct_address"]
    assert "A link to choose a new password is sent to amina@example.org. It works once" in said["restore_access"]
    assert Proposal.objects.count() == 0
    assert give_second_factor(person)
