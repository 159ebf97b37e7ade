"""Mail: who gets which words, and that each message leaves once."""

import threading
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.utils import timezone

from consultations import emails
from consultations.models import MailState, MembershipInvitation, OutgoingMail, StakeholderState, Submission
from tests import factories

CLOSES = datetime(2017, 10, 13, 14, 0, tzinfo=UTC)
LAST_YEAR = date(2016, 1, 1)


def posted():
    """What waits in the outbox, oldest first: address and subject."""
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


# --- The outbox ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_mail_waits_in_the_outbox():
    queued = emails.queue("a@example.org", "Subject", "Text")
    assert (queued.state, queued.tries, posted()) == (MailState.WAITING, 0, [("a@example.org", "Subject")])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("subject", "kept"),
    [
        ("Hello\nBcc: all@example.org", "Hello Bcc: all@example.org"),
        (" Hello\r\n\tthere ", "Hello there"),
        ("x" * 300, "x" * 200),
    ],
)
def test_a_subject_is_one_line(subject, kept):
    assert emails.queue("a@example.org", subject, "Text").subject == kept


@pytest.mark.django_db(transaction=True)
def test_a_mail_is_gone_when_what_it_tells_of_did_not_happen():
    def tell_and_fail():
        with transaction.atomic():
            emails.queue("a@example.org", "Subject", "Text")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        tell_and_fail()
    assert posted() == []


# --- Sending ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_each_mail_is_sent_once():
    first = emails.queue("a@example.org", "First", "Text of the first: Ng'ang'a, ሰላም")
    emails.queue("b@example.org", "Second", "Text")
    assert (emails.deliver(), emails.deliver()) == (2, 0)
    assert [(sent.to, sent.subject) for sent in mail.outbox] == [
        (["a@example.org"], "First"),
        (["b@example.org"], "Second"),
    ]
    assert mail.outbox[0].body == "Text of the first: Ng'ang'a, ሰላም"
    assert mail.outbox[0].from_email == settings.DEFAULT_FROM_EMAIL
    first.refresh_from_db()
    assert (first.state, first.tries, first.error) == (MailState.SENT, 1, "")
    assert timezone.now() - first.sent_at < timedelta(minutes=1)


@pytest.mark.django_db
def test_a_repeat_would_carry_the_same_identifier():
    queued = emails.queue("a@example.org", "First", "Text")
    identifiers = {emails._message(queued).message()["Message-ID"] for _turn in range(2)}
    assert len(identifiers) == 1


@pytest.mark.django_db
def test_the_limit_holds():
    for turn in range(3):
        emails.queue(f"p{turn}@example.org", "Subject", "Text")
    assert (emails.deliver(limit=2), emails.deliver(limit=2), emails.deliver(limit=2)) == (2, 1, 0)


@pytest.mark.django_db
def test_a_mail_that_fails_is_tried_five_times_with_longer_and_longer_pauses(monkeypatch):
    def refuse(message, *args, **kwargs):
        raise OSError("mailbox unavailable")

    monkeypatch.setattr(EmailMessage, "send", refuse)
    queued = emails.queue("a@example.org", "Subject", "Text")
    tries = []
    with time_machine.travel(queued.due_at, tick=False) as clock:
        for _minute in range(3 * 60):
            assert emails.deliver() == 0
            queued.refresh_from_db()
            tries.append(queued.tries)
            clock.shift(timedelta(minutes=1))
    assert [tries.index(count) for count in (1, 2, 3, 4, 5)] == [0, 1, 6, 36, 156]
    assert (queued.state, queued.tries, queued.sent_at) == (MailState.FAILED, 5, None)
    assert queued.error == "OSError: mailbox unavailable"


@pytest.mark.django_db
def test_one_bad_mail_does_not_hold_up_the_others(monkeypatch):
    send = EmailMessage.send

    def refuse_one(message, *args, **kwargs):
        if message.to == ["bad@example.org"]:
            raise OSError("no such mailbox")
        return send(message)

    monkeypatch.setattr(EmailMessage, "send", refuse_one)
    for to in ("bad@example.org", "good@example.org"):
        emails.queue(to, "Subject", "Text")
    assert emails.deliver() == 1
    assert [sent.to for sent in mail.outbox] == [["good@example.org"]]


@pytest.mark.django_db
def test_a_mail_that_failed_first_and_left_later_shows_no_error():
    queued = emails.queue("a@example.org", "Subject", "Text")
    factories.change(queued, tries=2, error="OSError: down")
    assert emails.deliver() == 1
    queued.refresh_from_db()
    assert (queued.state, queued.tries, queued.error) == (MailState.SENT, 3, "")


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_mail_once(monkeypatch):
    sent, results, together = [], {}, threading.Barrier(2)

    def send_slowly(message, *args, **kwargs):
        time.sleep(0.01)
        sent.append(message.to[0])
        return 1

    def work(name):
        together.wait()
        try:
            results[name] = emails.deliver(limit=100)
        finally:
            connection.close()

    monkeypatch.setattr(EmailMessage, "send", send_slowly)
    for turn in range(30):
        emails.queue(f"p{turn}@example.org", "Subject", "Text")
    workers = [threading.Thread(target=work, args=(name,)) for name in "ab"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Counter(sent) == {f"p{turn}@example.org": 1 for turn in range(30)}
    assert sum(results.values()) == 30
    assert min(results.values()) > 0
    assert set(OutgoingMail.objects.values_list("state", "tries")) == {(MailState.SENT, 1)}


# --- Who gets it --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_organisation_is_reached_through_those_who_speak_for_it_today():
    stakeholder = factories.make_stakeholder(contact_email="office@example.org")
    for name, role in (("focal", "focal_point"), ("alternate", "alternate"), ("clearing", "clearing_officer")):
        user = factories.make_user(name=name, email=f"{name}@example.org")
        factories.make_member(stakeholder, role, user=user)
    left = factories.make_user(email="left@example.org")
    factories.make_member(stakeholder, user=left, valid_from=LAST_YEAR, valid_until=date(2016, 12, 31))
    factories.make_member(stakeholder, user=factories.make_user(email="gone@example.org", is_active=False))
    assert emails.people_of(stakeholder) == [
        emails.Recipient("focal@example.org", "focal", "en"),
        emails.Recipient("alternate@example.org", "alternate", "en"),
    ]


@pytest.mark.django_db
def test_an_organisation_without_people_is_reached_at_its_contact_address():
    stakeholder = factories.make_stakeholder(contact_email="office@example.org")
    factories.make_member(stakeholder, user=factories.make_user(is_active=False))
    assert emails.people_of(stakeholder) == [emails.Recipient("office@example.org", "", "en")]
    assert emails.people_of(factories.make_stakeholder()) == []


@pytest.mark.django_db
def test_nobody_is_written_to_twice():
    user = factories.make_user(email="both@example.org", name="Both")
    bodies = [factories.make_stakeholder(), factories.make_stakeholder(contact_email="BOTH@example.org")]
    factories.make_member(bodies[0], user=user)
    factories.make_member(bodies[0], "alternate", user=user)
    assert emails.people_of(*bodies) == [emails.Recipient("both@example.org", "Both", "en")]


# --- What it says -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_receipt_proves_what_arrived_and_when(submission):
    factories.change(submission, submitted_at=datetime(2017, 10, 6, 11, 30, tzinfo=UTC))
    emails.receipt(submission)
    reference = submission.reference
    assert posted() == [("wanjiku@example.org", f"We have your input {reference}")]
    assert text_of() == (
        "Dear Wanjiku Ng'ang'a,\n"
        "\n"
        'Your input "Fair <recruitment> & "more"" for Umoja & Friends (sample) has arrived.\n'
        "\n"
        f"Reference: {reference}\n"
        "Received: Friday 6 October 2017, 14:30 EAT (UTC+3)\n"
        f"SHA-256 of the content: {submission.content_sha256}\n"
        "\n"
        "Keep this message. The reference and the SHA-256 prove what you sent and when.\n"
        "\n"
        "You need do nothing now. The secretariat reads the input and writes to you again.\n"
        f"Your receipt: {address(f'/receipts/{reference}/')}\n"
        "\n"
        "NCM Portal\n"
        f"{settings.PORTAL_ADDRESS}\n"
        "\n"
        "This message was sent by a machine. Nobody reads answers to it.\n"
    )


@pytest.mark.django_db
def test_a_message_speaks_the_language_of_who_reads_it(submission, author):
    factories.change(author, language="sw")
    factories.change(submission, submitted_at=datetime(2017, 10, 6, 11, 30, tzinfo=UTC))
    submission.refresh_from_db()
    submission.author = author
    emails.receipt(submission)
    assert "Ijumaa 6 Oktoba 2017, 14:30 EAT (UTC+3)" in text_of()


@pytest.mark.django_db
def test_a_returned_input_says_what_is_missing(submission):
    submission.state_reason = "Which county?\nWhich year?"
    emails.returned(submission)
    assert posted() == [("wanjiku@example.org", f"Your input {submission.reference} needs to be completed")]
    assert "The secretariat's reason:\nWhich county?\nWhich year?\n" in text_of()
    assert f"Your input: {address(f'/submit/{submission.key}/')}\n" in text_of()


@pytest.mark.django_db
def test_an_input_that_was_set_aside_says_why_and_what_is_still_open(submission):
    submission.state_reason = "It is about another matter."
    factories.change(submission.consultation, closes_at=CLOSES, opens_at=CLOSES - timedelta(days=40))
    with time_machine.travel(CLOSES - timedelta(days=1)):
        emails.set_aside(submission)
    with time_machine.travel(CLOSES + timedelta(days=1)):
        emails.set_aside(submission)
    assert posted() == [("wanjiku@example.org", f"Your input {submission.reference} was set aside")] * 2
    assert "The secretariat's reason:\nIt is about another matter.\n" in text_of()
    assert "You may send another input until Friday 13 October 2017, 17:00 EAT (UTC+3)." in text_of(0)
    assert "You may send another input" not in text_of(1)
    assert address(f"/my-organisation/inputs/{submission.key}/") in text_of()


@pytest.mark.django_db
def test_an_accepted_input_says_what_happens_now(submission):
    emails.accepted(submission)
    assert posted() == [("wanjiku@example.org", f"Your input {submission.reference} was accepted")]
    assert address(f"/my-organisation/inputs/{submission.key}/") in text_of()


@pytest.mark.django_db
@pytest.mark.parametrize("leaving", ["locked out", "no longer of the organisation"])
def test_where_the_author_has_left_the_organisation_is_told(submission, author, leaving):
    if leaving == "locked out":
        factories.change(author, is_active=False)
    else:
        author.memberships.update(valid_until=timezone.localdate())
    submission = Submission.objects.get(pk=submission.pk)
    factories.make_member(submission.stakeholder, "alternate", user=factories.make_user(email="next@example.org"))
    emails.accepted(submission)
    assert [to for to, _subject in posted()] == ["next@example.org"]


@pytest.mark.django_db
def test_of_a_letter_its_organisation_hears_and_not_who_typed_it():
    officer = factories.make_secretariat()
    body = factories.make_stakeholder(contact_email="office@example.org")
    typed = factories.make_submission(stakeholder=body, author=officer, entered_by=officer, channel="letter")
    emails.accepted(typed)
    assert [to for to, _subject in posted()] == ["office@example.org"]


@pytest.mark.django_db
def test_an_organisation_hears_whether_it_takes_part():
    stakeholder = factories.make_stakeholder("Umoja\nNetwork (sample)", contact_email="office@example.org")
    emails.organisation_verified(stakeholder)
    stakeholder.state_reason = "We could not find the registration number."
    emails.organisation_refused(stakeholder)
    assert posted() == [
        ("office@example.org", "Umoja Network (sample) may now take part"),
        ("office@example.org", "Umoja Network (sample) was not verified"),
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
    emails.membership_invitation(made, "secret")


@pytest.mark.django_db
def test_an_invitation_holds_its_link_and_says_how_long_it_works():
    invite("new@example.org")
    assert posted() == [("new@example.org", "Invitation to act for Umoja Network (sample)")]
    assert text_of().startswith("Good day,\n\nAchieng' Otieno invites you to act for Umoja Network (sample)")
    assert "as alternate.\n" in text_of()
    assert "until Friday 13 October 2017, 17:00 EAT (UTC+3)." in text_of()
    assert f"\n{address('/organisations/join/secret/')}\n" in text_of()


@pytest.mark.django_db
def test_an_invitation_greets_a_known_person_and_spares_one_who_may_not_log_in():
    factories.make_user(name="Halima Abdi", email="halima@example.org")
    factories.make_user(email="gone@example.org", is_active=False)
    for email in ("Halima@example.org", "gone@example.org"):
        invite(email)
    assert [to for to, _subject in posted()] == ["halima@example.org"]
    assert text_of().startswith("Dear Halima Abdi,\n")


@pytest.mark.django_db
def test_every_verified_organisation_hears_of_a_later_deadline(django_assert_max_num_queries):
    consultation = factories.make_consultation(title="The Global Compact", short_title="GCM 2017")
    factories.change(consultation, closes_at=CLOSES, opens_at=CLOSES - timedelta(days=40))
    for turn in range(20):
        body = factories.make_stakeholder()
        factories.make_member(body, user=factories.make_user(email=f"p{turn}@example.org"))
    for state in set(StakeholderState.values) - {StakeholderState.VERIFIED}:
        factories.make_stakeholder(state=state, contact_email=f"{state}@example.org")
    with django_assert_max_num_queries(3):
        emails.deadline_extended(consultation)
    assert posted() == [(f"p{turn}@example.org", "GCM 2017: more time for inputs") for turn in range(20)]
    assert "The new deadline is Friday 13 October 2017, 17:00 EAT (UTC+3)." in text_of()
    assert address("/submit/") in text_of()
