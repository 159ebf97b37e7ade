"""Mail texts and recipients."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from consultations.models import MembershipInvitation, OutgoingMail, StakeholderState, Submission, User
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


@pytest.fixture
def author():
    return factories.make_user(name="Wanjiku Ng'ang'a", email="wanjiku@example.org")


@pytest.fixture
def submission(author):
    """An input of one organisation, received."""
    stakeholder = factories.make_stakeholder("Umoja & Friends (sample)")
    factories.make_member(stakeholder, user=author, valid_from=LAST_YEAR)
    consultation = factories.make_consultation(title="The Global Compact", short_title="GCM 2017")
    return factories.make_submission(
        consultation, stakeholder, author=author, state="submitted", title='Fair <recruitment> & "more"'
    )


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
def test_receipt_states_content_time_and_hash(submission):
    factories.change(submission, submitted_at=datetime(2017, 10, 6, 11, 30, tzinfo=UTC))
    recipients.receipt(submission)
    reference = submission.reference
    assert posted() == [("wanjiku@example.org", f"We have received your input {reference}")]
    assert text_of() == (
        "Dear Wanjiku Ng'ang'a,\n"
        "\n"
        'We have received your input "Fair <recruitment> & "more"" for Umoja & Friends (sample).\n'
        "\n"
        f"Reference: {reference}\n"
        "Received: Friday 6 October 2017, 14:30 EAT (UTC+3)\n"
        f"SHA-256 of the content: {submission.content_sha256}\n"
        "\n"
        "Keep this message. The reference and the SHA-256 prove what you sent and when.\n"
        "\n"
        "You do not need to do anything now. The secretariat will read the input and write to you.\n"
        f"Your receipt: {address(f'/receipts/{reference}/')}\n"
        "\n"
        "NCM Portal\n"
        f"{settings.PORTAL_ADDRESS}\n"
        "\n"
        "This is an automatic message. Do not reply to it: nobody reads replies.\n"
    )


@pytest.mark.django_db
def test_message_uses_recipient_language(submission, author):
    factories.change(author, language="sw")
    factories.change(submission, submitted_at=datetime(2017, 10, 6, 11, 30, tzinfo=UTC))
    submission.refresh_from_db()
    submission.author = author
    recipients.receipt(submission)
    assert "Ijumaa 6 Oktoba 2017, 14:30 EAT (UTC+3)" in text_of()


@pytest.mark.django_db
def test_mail_about_returned_input_lists_missing_items(submission):
    submission.state_reason = "Which county?\nWhich year?"
    recipients.returned(submission)
    assert posted() == [("wanjiku@example.org", f"Your input {submission.reference} needs to be completed")]
    assert "The secretariat's reason:\nWhich county?\nWhich year?\n" in text_of()
    assert f"Your input: {address(f'/submit/{submission.key}/')}\n" in text_of()


@pytest.mark.django_db
def test_set_aside_mail_has_reason_and_options(submission):
    submission.state_reason = "It is about another matter."
    factories.change(submission.consultation, closes_at=CLOSES, opens_at=CLOSES - timedelta(days=40))
    with time_machine.travel(CLOSES - timedelta(days=1)):
        recipients.set_aside(submission)
    with time_machine.travel(CLOSES + timedelta(days=1)):
        recipients.set_aside(submission)
    assert posted() == [("wanjiku@example.org", f"Your input {submission.reference} was set aside")] * 2
    assert "The secretariat's reason:\nIt is about another matter.\n" in text_of()
    assert "You can send another input until Friday 13 October 2017, 17:00 EAT (UTC+3)." in text_of(0)
    assert "You can send another input" not in text_of(1)
    assert address(f"/my-organisation/inputs/{submission.key}/") in text_of()


@pytest.mark.django_db
def test_mail_about_accepted_input_explains_next_steps(submission):
    recipients.accepted(submission)
    assert posted() == [("wanjiku@example.org", f"Your input {submission.reference} is on file")]
    assert address(f"/my-organisation/inputs/{submission.key}/") in text_of()


@pytest.mark.django_db
@pytest.mark.parametrize("leaving", ["locked out", "no longer of the organisation"])
def test_organisation_is_notified_if_author_left(submission, author, leaving):
    if leaving == "locked out":
        factories.change(author, is_active=False)
    else:
        author.memberships.update(valid_until=timezone.localdate())
    submission = Submission.objects.get(pk=submission.pk)
    factories.make_member(submission.stakeholder, "alternate", user=factories.make_user(email="next@example.org"))
    recipients.accepted(submission)
    assert [to for to, _subject in posted()] == ["next@example.org"]


@pytest.mark.django_db
def test_paper_input_mail_goes_to_organisation_not_typist():
    officer = factories.make_secretariat()
    body = factories.make_stakeholder(contact_email="office@example.org")
    typed = factories.make_submission(stakeholder=body, author=officer, entered_by=officer, channel="letter")
    recipients.accepted(typed)
    assert [to for to, _subject in posted()] == ["office@example.org"]


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
    with django_assert_max_num_queries(3):
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
