"""Mail texts and recipients."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from consultations.models import MembershipInvitation, OutgoingMail, StakeholderState, User
from consultations.notifications import recipients
from tests import factories

CLOSES = datetime(2017, 10, 13, 14, 0, tzinfo=UTC)
LINK = re.compile(r"\{\{ *(?:link|\w*url|\w*address)\b|\{% *url ")
LAST_YEAR = date(2016, 1, 1)


def posted():
    """Return queued messages, oldest first: address and subject."""
    return list(OutgoingMail.objects.order_by("pk").values_list("to", "subject"))


def text_of(turn=0):
    return OutgoingMail.objects.order_by("pk")[turn].body


def address(path):
    return f"{settings.PORTAL_ADDRESS}{path}"


# --- Who gets it --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_organisation_mail_goes_to_current_focal_points():
    stakeholder = factories.make_stakeholder(contact_email="office@example.org")
    for name, role in (("focal", "focal_point"), ("alternate", "alternate"), ("clearing", "clearing_officer")):
        user = factories.make_user(name=name, email=f"{name}@example.org")
        factories.make_member(stakeholder, role, user=user)
    left = factories.make_user(email="left@example.org")
    factories.make_member(stakeholder, user=left, valid_from=LAST_YEAR, valid_until=date(2016, 12, 31))
    factories.make_member(stakeholder, user=factories.make_user(email="gone@example.org", is_active=False))
    assert recipients.people_of(stakeholder) == [
        recipients.Recipient("focal@example.org", "focal", "en", User.objects.get(name="focal")),
        recipients.Recipient("alternate@example.org", "alternate", "en", User.objects.get(name="alternate")),
    ]


@pytest.mark.django_db
def test_organisation_without_members_gets_mail_at_contact_address():
    stakeholder = factories.make_stakeholder(contact_email="office@example.org")
    factories.make_member(stakeholder, user=factories.make_user(is_active=False))
    assert recipients.people_of(stakeholder) == [recipients.Recipient("office@example.org", "", "en")]
    assert recipients.people_of(factories.make_stakeholder()) == []


@pytest.mark.django_db
def test_recipients_are_unique():
    user = factories.make_user(email="both@example.org", name="Both")
    bodies = [factories.make_stakeholder(), factories.make_stakeholder(contact_email="BOTH@example.org")]
    factories.make_member(bodies[0], user=user)
    factories.make_member(bodies[0], "alternate", user=user)
    assert recipients.people_of(*bodies) == [recipients.Recipient("both@example.org", "Both", "en", user)]


# --- What it says -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_organisation_is_notified_of_verification():
    stakeholder = factories.make_stakeholder("Umoja\nNetwork (sample)", contact_email="office@example.org")
    recipients.organisation_verified(stakeholder)
    stakeholder.state_reason = "We could not find the registration number."
    recipients.organisation_refused(stakeholder)
    assert posted() == [
        ("office@example.org", "Your organisation can now take part"),
        ("office@example.org", "Your organisation was not verified"),
    ]
    assert text_of().startswith("Good day,\n\nThe secretariat has verified Umoja Network (sample).")
    assert address("/my-organisation/") in text_of(0)
    assert "The secretariat's reason:\nWe could not find the registration number.\n" in text_of(1)
    assert address("/organisations/register/") in text_of(1)


def invite(email):
    made = MembershipInvitation(
        stakeholder=factories.make_stakeholder("Umoja Network (sample)"),
        email=email,
        role="alternate",
        token_hash="0" * 64,
        invited_by=factories.make_user(name="Achieng' Otieno"),
        expires_at=CLOSES,
    )
    recipients.membership_invitation(made, "secret")


@pytest.mark.django_db
def test_invitation_mail_has_link_and_expiry():
    invite("new@example.org")
    assert posted() == [("new@example.org", "Invitation to act for an organisation")]
    assert text_of().startswith("Good day,\n\n“Achieng' Otieno” invites you to act for “Umoja Network (sample)”")
    assert "as alternate.\n" in text_of()
    assert "until Friday 13 October 2017, 17:00 EAT (UTC+3)." in text_of()
    assert f"\n{address('/organisations/join/secret/')}\n" in text_of()


@pytest.mark.django_db
def test_invitation_skips_closed_account():
    factories.make_user(name="Halima Abdi", email="halima@example.org")
    factories.make_user(email="gone@example.org", is_active=False)
    for email in ("Halima@example.org", "gone@example.org"):
        invite(email)
    assert [to for to, _subject in posted()] == ["halima@example.org"]
    assert text_of().startswith("Dear Halima Abdi,\n")


@pytest.mark.django_db
def test_deadline_extension_is_mailed_to_verified_organisations(django_assert_max_num_queries):
    consultation = factories.make_consultation(title="The Global Compact", short_title="GCM 2017")
    factories.change(consultation, closes_at=CLOSES, opens_at=CLOSES - timedelta(days=40))
    for turn in range(20):
        body = factories.make_stakeholder()
        factories.make_member(body, user=factories.make_user(email=f"p{turn}@example.org"))
    for state in set(StakeholderState.values) - {StakeholderState.VERIFIED}:
        factories.make_stakeholder(state=state, contact_email=f"{state}@example.org")
    with django_assert_max_num_queries(5):
        recipients.deadline_extended(consultation)
    told = sorted((f"p{turn}@example.org", "GCM 2017: more time for inputs") for turn in range(20))
    assert sorted(posted()) == told
    assert "The new deadline is Friday 13 October 2017, 17:00 EAT (UTC+3)." in text_of()
    assert address("/submit/") in text_of()


@pytest.mark.parametrize("app", ["consultations", "positions"])
def test_mail_has_at_most_one_link(app):
    """Except the portal's own URL in the footer; digests join the links of their notices."""
    mails = list((Path(settings.BASE_DIR) / "templates" / app / "mail").glob("*.txt"))
    texts = {mail.name: mail.read_text("utf-8") for mail in mails}
    assert len(mails) > 5
    assert {name for name, text in texts.items() if len(LINK.findall(text)) > 1 or "://" in text} == set()
