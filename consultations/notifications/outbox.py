"""Outbox: a worker sends each message once, on its own or in a daily digest."""

import logging
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from email.utils import formataddr, parseaddr
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from ..bidi import isolated, without_controls
from ..models import Language, MailState, MailStop, Medium, Notices, OutgoingMail, User
from ..queries import working_day_after
from ..queries.inbox import Row, in_groups, inbox
from ..redaction import for_everybody
from ..tokens import stop_token
from . import sms

log = logging.getLogger(__name__)

TRIES = 5
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120)]
KEEP_FAILED = timedelta(days=14)  # how long an officer can retry a failed message
DIGEST_HOUR = 7  # in the portal's time zone, EAT
MOST_LISTED = 30  # rows of what waits in a daily mail; the others are counted


def one_line(text: str) -> str:
    """Return `text` with runs of whitespace replaced by one space."""
    return " ".join(text.split())


def outgoing(to: str, subject: str, body: str) -> OutgoingMail:
    """Return an unsaved outbox row with a one-line subject of limited length."""
    return OutgoingMail(to=to, subject=one_line(subject)[:200], body=body)


def queue(to: str, subject: str, body: str) -> OutgoingMail:
    """Queue a mail. It is sent only if the caller's transaction commits."""
    mail = outgoing(to, subject, body)
    mail.save()
    return mail


# --- One by one ---------------------------------------------------------------------------------------------------


def deliver(limit: int = 50) -> int:
    """Send up to `limit` due messages and return how many were sent.

    Each is sent once with any number of workers: a worker locks the row it sends and others skip it. Failures are
    retried later, five times in all; then the message is marked as failed, with the error.
    """
    sent = 0
    for _turn in range(limit):
        mail = _deliver_next()
        if mail is None:
            break
        sent += mail.state == MailState.SENT
    return sent


def _deliver_next() -> OutgoingMail | None:
    with transaction.atomic():
        due = OutgoingMail.objects.filter(state=MailState.WAITING, in_digest=False, due_at__lte=timezone.now())
        locked = due.select_related("user").select_for_update(skip_locked=True, of=("self",), no_key=True)
        mail = locked.order_by("due_at", "pk").first()
        if mail and mail.is_optional and MailStop.objects.covers(mail.to):
            mail.state, mail.body = MailState.STOPPED, ""
            mail.save()
        elif mail:
            _try_to_send(mail)
            mail.save()
    return mail


def _try_to_send(mail: OutgoingMail) -> None:
    mail.tries += 1
    try:
        if mail.medium == Medium.SMS:
            sms.send(mail.to, mail.body)
        else:
            message(mail).send()
    except Exception as error:  # errors must not stop the queue; the reason is stored
        mail.error = f"{type(error).__name__}: {error}"
        log.warning("Mail %s was not sent, try %s of %s: %s", mail.pk, mail.tries, TRIES, mail.error)
        if mail.tries >= TRIES:
            mail.state = MailState.FAILED
        else:
            mail.due_at = timezone.now() + PAUSES[mail.tries - 1]
    else:
        mail.state, mail.sent_at, mail.error, mail.body = MailState.SENT, timezone.now(), "", ""


def delete_texts() -> int:
    """Delete the texts of messages that failed two weeks ago and were not retried. Return how many."""
    given_up = OutgoingMail.objects.filter(state=MailState.FAILED, due_at__lt=timezone.now() - KEEP_FAILED)
    return given_up.exclude(body="").update(body="")


# --- What travels -------------------------------------------------------------------------------------------------


class Line(NamedTuple):
    """Line of a mail: its text, and the portal page it links to, if any."""

    words: str
    link: str = ""


def message(mail: OutgoingMail) -> EmailMultiAlternatives:
    """Return the mail as text and HTML; its Message-ID never changes, so that servers can detect repeats."""
    host = urlsplit(settings.PORTAL_ADDRESS).hostname
    headers = {
        "Message-ID": f"<outbox-{mail.pk}-{mail.created_at:%Y%m%d%H%M%S%f}@{host}>",
        "Auto-Submitted": "auto-generated",
    }
    if mail.is_optional:
        headers |= stop_headers(mail.to)
    subject, body = without_controls(mail.subject), without_controls(mail.body)
    made = EmailMultiAlternatives(subject, body, from_email=_sender(mail), to=[mail.to], headers=headers)
    made.reply_to = [mail.reply_to] if mail.reply_to else []
    made.attach_alternative(as_html(mail), "text/html")
    return made


def _sender(mail: OutgoingMail) -> str:
    """Return the portal's address, with the name of the office that the mail is from, if it gave one."""
    if not mail.sender:
        return settings.DEFAULT_FROM_EMAIL
    return formataddr((without_controls(mail.sender), parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))


def stop_link(address: str) -> str:
    """Return the URL at which the recipient at `address` can stop our mail."""
    return settings.PORTAL_ADDRESS + reverse("mail_stop", args=[stop_token(address)])


def stop_headers(address: str) -> dict[str, str]:
    """Return the headers by which mail programs offer to unsubscribe (RFC 2369, RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{stop_link(address)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def as_html(mail: OutgoingMail) -> str:
    """Return the text as HTML: no images, no tracking, links to portal pages only."""
    language = mail.user.language if mail.user else Language.ENGLISH
    context = {"subject": mail.subject, "language": language, "blocks": list(_blocks(mail.body))}
    return isolated(render_to_string("consultations/mail/message.html", context))


def _blocks(body: str) -> Iterator[list[Line]]:
    for block in re.split(r"\n\s*\n", body.strip()):
        yield [_line(line) for line in block.splitlines()]


def _line(line: str) -> Line:
    match = re.fullmatch(rf"(.*?):?\s*({re.escape(settings.PORTAL_ADDRESS)}/\S+)", line)
    return Line(match[1].strip() or match[2], match[2]) if match else Line(line)


# --- Together, once a day -----------------------------------------------------------------------------------------


def next_digest(after: datetime) -> datetime:
    """Return the next time at which daily digests are sent."""
    day = timezone.localtime(after)
    hour = day.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    return hour if hour > day else hour + timedelta(days=1)


def join_digests() -> int:
    """Write the daily mail of each person whose turn it is; return how many notices were joined.

    It holds the person's due notices and, on working days, what waits for them: see `queries.inbox`. Without either
    there is no mail. Each notice goes into one mail with any number of workers: a worker locks the person and others
    skip it.
    """
    joined, listed_on = 0, _day_of_list()
    while (notices := _join_next(listed_on)) is not None:
        joined += notices
    return joined


def _day_of_list() -> date | None:
    """Return today, if lists of what waits are sent by now: on working days from DIGEST_HOUR on."""
    now = timezone.localtime(timezone.now())
    today = now.date()
    is_working_day = working_day_after(today - timedelta(days=1), 1) == today
    return today if now.hour >= DIGEST_HOUR and is_working_day else None


def _join_next(listed_on: date | None) -> int | None:
    waiting = OutgoingMail.objects.filter(in_digest=True, state=MailState.WAITING, due_at__lte=timezone.now())
    due = Q(Exists(waiting.filter(user=OuterRef("pk"))))
    if listed_on:
        due |= Q(notices=Notices.DAILY) & (Q(daily_mail_on=None) | Q(daily_mail_on__lt=listed_on))
    with transaction.atomic():
        people = User.objects.filter(due, is_active=True).order_by("pk")
        person = people.select_for_update(skip_locked=True, no_key=True).first()
        if person is None:
            return None
        notices = list(waiting.filter(user=person).order_by("pk"))
        with translation.override(person.language):
            rows = _rows_for(person, listed_on)
            if notices or rows:
                _digest(person, notices, rows).save()
        gone = OutgoingMail.objects.filter(pk__in=[notice.pk for notice in notices])
        gone.update(state=MailState.SENT, sent_at=timezone.now(), body="")
        User.objects.filter(pk=person.pk).update(daily_mail_on=listed_on or person.daily_mail_on)
    return len(notices)


def _rows_for(person: User, listed_on: date | None) -> list[Row]:
    """Return what waits for a person, if it was not listed today."""
    is_due = listed_on and (person.daily_mail_on is None or person.daily_mail_on < listed_on)
    return inbox(person) if is_due and person.notices == Notices.DAILY else []


def _digest(person: User, notices: list[OutgoingMail], rows: list[Row]) -> OutgoingMail:
    """Return the daily mail. Titles are typed by others: held-back passages and restricted papers are not named."""
    listed = [(label, [_listed(row) for row in members]) for _group, label, members in in_groups(rows[:MOST_LISTED])]
    context = {
        "name": one_line(person.name),
        "portal": settings.PORTAL_ADDRESS,
        "notices": notices,
        "number": len(rows),
        "groups": listed,
        "more": max(0, len(rows) - MOST_LISTED),
        "link": settings.PORTAL_ADDRESS + reverse("for_you"),
        "settings": settings.PORTAL_ADDRESS + reverse("notices"),
    }
    text = render_to_string("consultations/mail/digest.txt", context)
    subject, _end, body = text.strip().partition("\n")
    mail = outgoing(person.email, subject, body.strip() + "\n")
    mail.user = person
    return mail


def _listed(row: Row) -> str:
    words = _("A restricted text is new for you") if row.is_restricted else for_everybody(row.words)
    return ", ".join(filter(None, [words, row.place, row.when]))
