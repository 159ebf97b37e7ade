"""Mail limits: exact under concurrency, and refused with the time when mail works again."""

from functools import partial

import pytest
import time_machine
from django.core import mail

from consultations import workflow
from consultations.models import MailCount, MailScope, MembershipInvitation, OutgoingMail
from consultations.notifications import recipients
from ncm_portal.workflow import Blocked, now
from tests.factories import (
    change,
    make_delegate,
    make_forum,
    make_head,
    make_member,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_user,
)
from tests.pages import words
from tests.sign_in import sign_in
from tests.threads import at_once

MORNING = "2026-10-13T06:00:00Z"  # nine o'clock in Nairobi
TOMORROW = "Wednesday 14 October 2026, 00:00 EAT (UTC+3)"


def invite(body, by, address="new@example.org"):
    return workflow.invite_officer(body, email=address, role="alternate", by=by)


def refused(act, *args, **kwargs):
    with pytest.raises(Blocked) as refusal:
        act(*args, **kwargs)
    return refusal.value.reasons


# --- Organisations that are not verified ----------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("registered", "The secretariat has not verified your organisation yet. You can invite people after that."),
        ("refused", "The secretariat has not verified this organisation, so it cannot invite anyone."),
        ("suspended", "This organisation is suspended, so it cannot invite anyone."),
    ],
)
def test_unverified_organisation_cannot_invite(state, words):
    body = make_stakeholder(state=state)
    assert refused(invite, body, make_member(body, is_primary=True)) == [words]
    assert not OutgoingMail.objects.exists()
    assert not MembershipInvitation.objects.exists()


@pytest.mark.django_db
def test_secretariat_invites_to_registered_but_not_refused_organisation():
    invite(make_stakeholder(state="registered"), make_secretariat())
    assert OutgoingMail.objects.count() == 1
    for state in ("refused", "suspended"):
        assert refused(invite, make_stakeholder(state=state), make_secretariat())


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["registered", "refused", "suspended"])
def test_contact_address_of_unverified_organisation_gets_no_mail(state):
    body = make_stakeholder(state=state, contact_email="typed@example.org")
    assert recipients.people_of(body) == []
    person = make_delegate(make_forum(), stakeholder=body, state="nominated", email="delegate@example.org")
    workflow.refuse_delegate(person, by=make_secretariat(), reason="No seat.")
    (told,) = workflow.tell_delegates(person.forum, by=make_secretariat(), keys=[f"{person.pk}-refused"])
    assert (told.mail, OutgoingMail.objects.count()) == (None, 0)


@pytest.mark.django_db
def test_verified_organisation_and_known_people_get_mail():
    body = make_stakeholder(contact_email="office@example.org")
    assert [each.address for each in recipients.people_of(body)] == ["office@example.org"]
    confirmed = make_delegate(make_forum(), stakeholder=body, email="delegate@example.org")
    change(confirmed, told="confirmed", told_at=now())
    workflow.suspend(body, by=make_secretariat(), reason="x")
    workflow.cancel_forum(confirmed.forum, by=make_head(), reason="Flood")
    assert "delegate@example.org" in OutgoingMail.objects.values_list("to", flat=True)


# --- Limits ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def few(settings):
    settings.MAIL_LIMITS = {"person": (2, 24), "organisation": (3, 24), "address": (2, 24), "account": (2, 1)}


@pytest.mark.django_db
def test_person_organisation_and_address_limits_state_when_mail_works_again(few):
    body = make_stakeholder()
    first = make_member(body, is_primary=True)
    with time_machine.travel(MORNING, tick=False) as clock:
        invite(body, first, "a@example.org")
        invite(body, first, "b@example.org")
        assert refused(invite, body, first, "c@example.org") == [
            f"You have sent 2 mails, the limit for a day. You can send more from {TOMORROW}."
        ]
        assert set(MailCount.objects.values_list("scope", "number")) == {
            ("address", 1),
            ("organisation", 2),
            ("person", 2),
        }
        change(body.memberships.get(), is_primary=False)
        second = make_member(body, is_primary=True)
        invite(body, second, "c@example.org")
        assert refused(invite, body, second, "d@example.org") == [
            f"Your organisation has sent 3 mails, the limit for a day. It can send more from {TOMORROW}."
        ]
        clock.move_to("2026-10-13T21:00:00Z")
        invite(body, second, "d@example.org")


@pytest.mark.django_db
def test_mail_limit_uses_normalised_address(few):
    with time_machine.travel(MORNING, tick=False):
        for _turn in range(2):
            body = make_stakeholder()
            invite(body, make_member(body, is_primary=True), "new@example.org")
        words = [f"This address has had the most mail allowed in a day. You can write to it again from {TOMORROW}."]
        assert refused(invite, make_stakeholder(), make_secretariat(), " New@EXAMPLE.org") == words
        invite(make_stakeholder(), make_secretariat(), "other@example.org")


@pytest.mark.django_db
def test_refused_mail_is_not_counted(few):
    body = make_stakeholder()
    person = make_member(body, is_primary=True)
    for _turn in range(5):
        assert refused(workflow.invite_officer, body, email="a@example.org", role="clearing_officer", by=person)
    invite(body, person)
    assert set(MailCount.objects.values_list("number", flat=True)) == {1}


@pytest.mark.django_db
def test_co_signing_counts_towards_daily_limit(few):
    body = make_stakeholder()
    person = make_member(body)
    for _turn in range(2):
        workflow.endorse(make_submission(state="accepted"), body, by=person)
    assert "the limit for a day" in refused(workflow.endorse, make_submission(state="accepted"), body, by=person)[0]


@pytest.mark.django_db(transaction=True)
def test_concurrent_invitations_do_not_exceed_limit(settings):
    settings.MAIL_LIMITS = {**settings.MAIL_LIMITS, "person": (4, 24)}
    body = make_stakeholder()
    person = make_member(body, is_primary=True)

    acts = [partial(invite, body, person, f"new{number}@example.org") for number in range(10)]
    assert [isinstance(each, Blocked) for each in at_once(*acts)].count(True) == 6
    assert OutgoingMail.objects.count() == 4
    assert MailCount.objects.get(scope=MailScope.PERSON).number == 4


@pytest.mark.django_db
def test_mail_count_expires_after_week():
    with time_machine.travel(MORNING, tick=False) as clock:
        invite(make_stakeholder(), make_secretariat())
        clock.move_to("2026-10-19T06:00:00Z")
        assert workflow.clear_mail_counts() == 0
        clock.move_to("2026-10-20T06:00:01Z")
        assert (workflow.clear_mail_counts(), MailCount.objects.count()) == (1, 0)


# --- The account pages ----------------------------------------------------------------------------------------------

SIGN_UP = {"name": "Win at http://evil.example.com", "password1": "correct horse 9", "password2": "correct horse 9"}


@pytest.mark.django_db
def test_mails_per_address_kind_and_hour_are_limited_without_changing_page(client, few, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    person = make_user()
    pages = set()
    with time_machine.travel(MORNING, tick=False) as clock:
        for _turn in range(4):
            pages.add(client.post("/account/password/reset/", {"email": person.email})["Location"])
        assert len(mail.outbox) == 2
        client.post("/account/signup/", {**SIGN_UP, "email": person.email})
        assert len(mail.outbox) == 3  # of another kind: "there is an account already"
        clock.move_to("2026-10-13T07:00:00Z")
        client.post("/account/password/reset/", {"email": person.email})
        assert len(mail.outbox) == 4
    assert len(pages) == 1


@pytest.mark.django_db
def test_adding_addresses_counts_against_person_limit(client, few, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    sign_in(client, make_user())
    with time_machine.travel(MORNING, tick=False):
        for number in range(4):
            page = client.post("/account/email/", {"action_add": "", "email": f"v{number}@example.org"}, follow=True)
            client.post("/account/email/", {"action_remove": "", "email": f"v{number}@example.org"})
    assert [sent.to for sent in mail.outbox] == [["v0@example.org"], ["v1@example.org"]]
    assert f"You have sent 2 mails, the limit for a day. You can send more from {TOMORROW}." in words(page)


@pytest.mark.django_db
def test_password_reset_mails_accounts_only(client):
    client.post("/account/password/reset/", {"email": "stranger@example.org"})
    assert mail.outbox == []
