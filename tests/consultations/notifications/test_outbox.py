"""Outbox: each message is sent once, alone or in a digest; failures are retried."""

import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMessage
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from consultations.models import Event, MailState, Medium, OutgoingMail
from consultations.notifications import outbox, recipients, submissions
from consultations.workflow import choose_notices, try_again
from ncm_portal.workflow import Blocked, NotAllowed
from tests import factories

EVENING = datetime(2017, 10, 5, 15, 0, tzinfo=UTC)  # 18:00 EAT
SEVEN = datetime(2017, 10, 6, 4, 0, tzinfo=UTC)


def posted():
    """Return queued messages, oldest first: address and subject."""
    return list(OutgoingMail.objects.order_by("pk").values_list("to", "subject"))


# --- The outbox ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_mail_is_queued_in_outbox():
    queued = outbox.queue("a@example.org", "Subject", "Text")
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
    assert outbox.queue("a@example.org", subject, "Text").subject == kept


@pytest.mark.django_db(transaction=True)
def test_mail_is_rolled_back_with_its_transaction():
    def notify_and_fail():
        with transaction.atomic():
            outbox.queue("a@example.org", "Subject", "Text")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        notify_and_fail()
    assert posted() == []


# --- Sending ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_each_mail_is_sent_once():
    first = outbox.queue("a@example.org", "First", "Text of the first: Ng'ang'a, ሰላም")
    outbox.queue("b@example.org", "Second", "Text")
    assert (outbox.deliver(), outbox.deliver()) == (2, 0)
    assert [(sent.to, sent.subject) for sent in mail.outbox] == [
        (["a@example.org"], "First"),
        (["b@example.org"], "Second"),
    ]
    assert mail.outbox[0].body == "Text of the first: Ng'ang'a, ሰላም"
    assert mail.outbox[0].from_email == settings.DEFAULT_FROM_EMAIL
    first.refresh_from_db()
    assert (first.state, first.tries, first.error) == (MailState.SENT, 1, "")
    assert timezone.now() - first.sent_at < timedelta(minutes=1)
    assert set(OutgoingMail.objects.values_list("body", flat=True)) == {""}


@pytest.mark.django_db
def test_sent_mail_text_is_deleted():
    sent = outbox.queue("a@example.org", "Subject", "https://portal.example/let-me-in/")
    with pytest.raises(IntegrityError, match="outgoingmail_no_text"), transaction.atomic():
        factories.change(sent, state=MailState.SENT, sent_at=timezone.now())
    factories.change(sent, state=MailState.SENT, sent_at=timezone.now(), body="")


@pytest.mark.django_db
def test_failed_message_text_is_deleted_after_two_weeks():
    failed = outbox.queue("a@example.org", "Subject", "Text")
    waiting = outbox.queue("b@example.org", "Subject", "Text")
    factories.change(failed, state=MailState.FAILED, tries=5)
    with time_machine.travel(failed.due_at + outbox.KEEP_FAILED, tick=False) as clock:
        assert outbox.delete_texts() == 0
        clock.shift(timedelta(minutes=1))
        assert (outbox.delete_texts(), outbox.delete_texts()) == (1, 0)
    with pytest.raises(Blocked) as refused:
        try_again(failed, by=factories.make_secretariat())
    assert refused.value.reasons == ["Its text was deleted two weeks after it failed. Write to the person again."]
    waiting.refresh_from_db()
    assert waiting.body == "Text"


@pytest.mark.django_db
def test_resent_mail_keeps_message_id():
    queued = outbox.queue("a@example.org", "First", "Text")
    identifiers = {outbox.message(queued).message()["Message-ID"] for _turn in range(2)}
    assert len(identifiers) == 1


@pytest.mark.django_db
def test_sending_stops_at_limit():
    for turn in range(3):
        outbox.queue(f"p{turn}@example.org", "Subject", "Text")
    assert (outbox.deliver(limit=2), outbox.deliver(limit=2), outbox.deliver(limit=2)) == (2, 1, 0)


@pytest.mark.django_db
def test_failing_mail_is_tried_five_times_with_growing_pauses(monkeypatch):
    def refuse(message, *args, **kwargs):
        raise OSError("mailbox unavailable")

    monkeypatch.setattr(EmailMessage, "send", refuse)
    queued = outbox.queue("a@example.org", "Subject", "Text")
    tries = []
    with time_machine.travel(queued.due_at, tick=False) as clock:
        for _minute in range(3 * 60):
            assert outbox.deliver() == 0
            queued.refresh_from_db()
            tries.append(queued.tries)
            clock.shift(timedelta(minutes=1))
    assert [tries.index(count) for count in (1, 2, 3, 4, 5)] == [0, 1, 6, 36, 156]
    assert (queued.state, queued.tries, queued.sent_at) == (MailState.FAILED, 5, None)
    assert queued.error == "OSError: mailbox unavailable"


@pytest.mark.django_db
def test_failing_mail_does_not_block_others(monkeypatch):
    send = EmailMessage.send

    def refuse_one(message, *args, **kwargs):
        if message.to == ["bad@example.org"]:
            raise OSError("no such mailbox")
        return send(message)

    monkeypatch.setattr(EmailMessage, "send", refuse_one)
    for to in ("bad@example.org", "good@example.org"):
        outbox.queue(to, "Subject", "Text")
    assert outbox.deliver() == 1
    assert [sent.to for sent in mail.outbox] == [["good@example.org"]]


@pytest.mark.django_db
def test_mail_sent_after_failure_shows_no_error():
    queued = outbox.queue("a@example.org", "Subject", "Text")
    factories.change(queued, tries=2, error="OSError: down")
    assert outbox.deliver() == 1
    queued.refresh_from_db()
    assert (queued.state, queued.tries, queued.error) == (MailState.SENT, 3, "")


@pytest.mark.django_db(transaction=True)
def test_concurrent_workers_send_each_mail_once(monkeypatch):
    sent, results, together = [], {}, threading.Barrier(2)

    def send_slowly(message, *args, **kwargs):
        time.sleep(0.01)
        sent.append(message.to[0])
        return 1

    def work(name):
        together.wait()
        try:
            results[name] = outbox.deliver(limit=100)
        finally:
            connection.close()

    monkeypatch.setattr(EmailMessage, "send", send_slowly)
    for turn in range(30):
        outbox.queue(f"p{turn}@example.org", "Subject", "Text")
    workers = [threading.Thread(target=work, args=(name,)) for name in "ab"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Counter(sent) == {f"p{turn}@example.org": 1 for turn in range(30)}
    assert sum(results.values()) == 30
    assert min(results.values()) > 0
    assert set(OutgoingMail.objects.values_list("state", "tries")) == {(MailState.SENT, 1)}


# --- HTML ---------------------------------------------------------------------------------------------------------


def html_of(body, **fields):
    return outbox.message(outbox.queue("a@example.org", "Subject", body)).alternatives[0].content


@pytest.mark.django_db
def test_text_and_html_parts_have_same_words():
    link = f"{settings.PORTAL_ADDRESS}/receipts/NCM-1/"
    queued = outbox.queue(
        "a@example.org", "Fair <work>", f"Dear A,\n\nIt's <b>here</b>.\nYour receipt: {link}\n\nNCM\n"
    )
    sent = outbox.message(queued)
    assert [(part.content, part.mimetype) for part in sent.alternatives] == [
        (
            "<!doctype html>\n"
            '<html lang="en">\n'
            '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
            "<title>Fair &lt;work&gt;</title></head>\n"
            "<body>\n"
            "<p>Dear A,</p>\n"
            f'<p>It&#x27;s &lt;b&gt;here&lt;/b&gt;.<br>\n<a href="{link}">Your receipt</a></p>\n'
            "<p>NCM</p>\n"
            "</body>\n"
            "</html>\n",
            "text/html",
        )
    ]
    assert sent.body == queued.body


@pytest.mark.django_db
@pytest.mark.parametrize("line", ["https://elsewhere.example/x", settings.PORTAL_ADDRESS, "See javascript:alert(1)"])
def test_only_portal_urls_become_links(line):
    assert html_of(line).count("<a ") == 0


# --- Once a day ---------------------------------------------------------------------------------------------------


@pytest.fixture
def daily():
    """Person who chose daily mail."""
    return factories.make_user(name="Wanjiku", email="wanjiku@example.org", notices="daily")


def notify(person, times=2, **how):
    for turn in range(times):
        body = factories.make_stakeholder(f"Body {turn}")
        words = {"organisation": body.name, "reason": "", "link": f"{settings.PORTAL_ADDRESS}/{turn}/"}
        recipients.send_all(
            "consultations/mail/organisation_verified.txt", [recipients.recipient(person)], **words, **how
        )


@pytest.mark.parametrize(
    ("at", "hour"),
    [
        (EVENING, SEVEN),
        (SEVEN - timedelta(minutes=1), SEVEN),
        (SEVEN, SEVEN + timedelta(days=1)),
    ],
)
def test_daily_digest_is_sent_at_seven_in_nairobi(at, hour):
    assert outbox.next_digest(at) == hour


@pytest.mark.django_db
def test_daily_digest_is_one_mail(daily):
    with time_machine.travel(EVENING, tick=False) as clock:
        notify(daily)
        assert (outbox.join_digests(), outbox.deliver()) == (0, 0)
        clock.move_to(SEVEN)
        assert (outbox.join_digests(), outbox.deliver()) == (2, 1)
        assert (outbox.join_digests(), outbox.deliver()) == (0, 0)
    assert [(sent.to, sent.subject) for sent in mail.outbox] == [(["wanjiku@example.org"], "NCM Portal: 2 notices")]
    said = mail.outbox[0].body
    assert said.count("Dear Wanjiku,") == said.count("This is an automatic message.") == 1
    assert [
        said.count(f"* Your organisation can now take part\n\nThe secretariat has verified Body {turn}.")
        for turn in (0, 1)
    ] == [1, 1]
    rows = OutgoingMail.objects.order_by("pk").values_list("in_digest", "state", "sent_at", "user", "body")
    assert list(rows) == [(True, "sent", SEVEN, daily.pk, "")] * 2 + [(False, "sent", SEVEN, daily.pk, "")]


@pytest.mark.django_db
def test_closed_account_gets_no_digest(daily):
    with time_machine.travel(EVENING, tick=False) as clock:
        notify(daily)
        factories.change(daily, is_active=False)
        clock.move_to(SEVEN)
        assert (outbox.join_digests(), outbox.deliver()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_concurrent_workers_add_each_notice_to_one_digest():
    people = [factories.make_user(notices="daily") for _turn in range(8)]
    joined, together = {}, threading.Barrier(2)

    def work(name):
        together.wait()
        try:
            joined[name] = outbox.join_digests()
        finally:
            connection.close()

    for person in people:
        notify(person, 3)
    OutgoingMail.objects.update(due_at=timezone.now())
    workers = [threading.Thread(target=work, args=(name,)) for name in "ab"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(joined.values()) == 24
    made = OutgoingMail.objects.filter(in_digest=False)
    assert Counter(made.values_list("user", "subject")) == {(each.pk, "NCM Portal: 3 notices"): 1 for each in people}


# --- As each person chose -----------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("choice", "always", "found"),
    [
        ("at_once", False, [False]),
        ("daily", False, [True]),
        ("none", False, []),
        ("daily", True, [False]),
        ("none", True, [False]),
    ],
)
def test_preferences_apply_to_notices_not_receipts(choice, always, found):
    notify(factories.make_user(notices=choice), 1, always=always)
    assert list(OutgoingMail.objects.values_list("in_digest", flat=True)) == found


@pytest.mark.django_db
@pytest.mark.parametrize("choice", ["at_once", "daily", "none"])
def test_receipt_is_sent_by_mail_and_text_message(choice, settings):
    settings.SMS_SENDER = "consultations.notifications.sms.ConsoleSender"
    author = factories.make_user(notices=choice, phone="+254712345678")
    body = factories.make_stakeholder()
    factories.make_member(body, user=author)
    sent = factories.make_submission(stakeholder=body, author=author, state="submitted")
    submissions.receipt(sent)
    submissions.accepted(sent)
    rows = OutgoingMail.objects.filter(in_digest=False, subject__contains="We have").order_by("pk")
    assert list(rows.values_list("medium", "to", "body"))[1:] == [
        (
            Medium.SMS,
            "+254712345678",
            f"We have received your input {sent.reference}: {recipients.address('receipt', sent.reference)}",
        )
    ]
    assert rows[0].to == author.email
    assert OutgoingMail.objects.filter(medium=Medium.SMS).count() == 1  # and nothing but the receipt by telephone


@pytest.mark.django_db
def test_no_text_messages_without_configured_sender(settings):
    settings.SMS_SENDER = ""
    notify(factories.make_user(phone="+254712345678"), 1, sms=True)
    assert list(OutgoingMail.objects.values_list("medium", flat=True)) == [Medium.MAIL]


@pytest.mark.django_db
def test_console_sender_prints_in_worker(capsys):
    OutgoingMail.objects.create(medium=Medium.SMS, to="+254712345678", subject="Hello", body="Hello: https://x")
    assert outbox.deliver() == 1
    assert (capsys.readouterr().out, mail.outbox) == ("Text message to +254712345678: Hello: https://x\n", [])


@pytest.mark.django_db
def test_failed_text_message_is_retried(settings):
    settings.SMS_SENDER = "consultations.notifications.sms.Nowhere"
    OutgoingMail.objects.create(medium=Medium.SMS, to="+254712345678", subject="Hello", body="Hello")
    assert outbox.deliver() == 0
    row = OutgoingMail.objects.get()
    assert (row.state, row.tries, row.error.partition(":")[0]) == (MailState.WAITING, 1, "ImportError")


# --- Verbs --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_secretariat_retries_failed_message():
    failed = factories.change(outbox.queue("a@example.org", "Subject", "Text"), state="failed", tries=5, error="down")
    officer = factories.make_secretariat()
    again = try_again(failed, by=officer)
    assert (again.state, again.tries) == (MailState.WAITING, 0)
    entry = Event.objects.about(failed).get()
    assert (entry.verb, entry.before, entry.after, entry.by, entry.data) == (
        "try_again", "failed", "waiting", officer, {"error": "down"},
    )  # fmt: skip
    assert outbox.deliver() == 1
    with pytest.raises(Blocked):
        try_again(again, by=officer)
    with pytest.raises(NotAllowed):
        try_again(again, by=factories.make_user("sysadmin"))


@pytest.mark.django_db
def test_phone_number_is_private_and_not_journalled(daily):
    chosen = choose_notices(daily, by=daily, notices="none", phone="+254712345678")
    assert (chosen.notices, chosen.phone) == ("none", "+254712345678")
    entry = Event.objects.about(daily).get()
    assert (entry.verb, entry.data) == ("choose_notices", {"notices": "none", "text_messages": True})
    with pytest.raises(NotAllowed):
        choose_notices(daily, by=factories.make_head(), notices="daily")
