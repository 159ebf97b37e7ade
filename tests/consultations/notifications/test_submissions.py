"""Mail about inputs: receipts and decisions, to the author or the organisation."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from consultations.models import OutgoingMail, Submission
from consultations.notifications import submissions
from tests import factories

CLOSES = datetime(2017, 10, 13, 14, 0, tzinfo=UTC)
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


@pytest.mark.django_db
def test_receipt_states_content_time_and_hash(submission):
    factories.change(submission, submitted_at=datetime(2017, 10, 6, 11, 30, tzinfo=UTC))
    submissions.receipt(submission)
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
    submissions.receipt(submission)
    assert "Ijumaa 6 Oktoba 2017, 14:30 EAT (UTC+3)" in text_of()


@pytest.mark.django_db
def test_mail_about_returned_input_lists_missing_items(submission):
    submission.state_reason = "Which county?\nWhich year?"
    submissions.returned(submission)
    assert posted() == [("wanjiku@example.org", f"Your input {submission.reference} needs to be completed")]
    assert "The secretariat's reason:\nWhich county?\nWhich year?\n" in text_of()
    assert f"Your input: {address(f'/submit/{submission.key}/')}\n" in text_of()


@pytest.mark.django_db
def test_set_aside_mail_has_reason_and_options(submission):
    submission.state_reason = "It is about another matter."
    factories.change(submission.consultation, closes_at=CLOSES, opens_at=CLOSES - timedelta(days=40))
    with time_machine.travel(CLOSES - timedelta(days=1)):
        submissions.set_aside(submission)
    with time_machine.travel(CLOSES + timedelta(days=1)):
        submissions.set_aside(submission)
    assert posted() == [("wanjiku@example.org", f"Your input {submission.reference} was set aside")] * 2
    assert "The secretariat's reason:\nIt is about another matter.\n" in text_of()
    assert "You can send another input until Friday 13 October 2017, 17:00 EAT (UTC+3)." in text_of(0)
    assert "You can send another input" not in text_of(1)
    assert address(f"/my-organisation/inputs/{submission.key}/") in text_of()


@pytest.mark.django_db
def test_mail_about_accepted_input_explains_next_steps(submission):
    submissions.accepted(submission)
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
    submissions.accepted(submission)
    assert [to for to, _subject in posted()] == ["next@example.org"]


@pytest.mark.django_db
def test_paper_input_mail_goes_to_organisation_not_typist():
    officer = factories.make_secretariat()
    body = factories.make_stakeholder(contact_email="office@example.org")
    typed = factories.make_submission(stakeholder=body, author=officer, entered_by=officer, channel="letter")
    submissions.accepted(typed)
    assert [to for to, _subject in posted()] == ["office@example.org"]
