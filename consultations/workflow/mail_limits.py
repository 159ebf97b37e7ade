"""Rate limits of mail: settings.MAIL_LIMITS per person, organisation and receiving address.

A refused verb rolls its count back. Concurrent senders wait for each other's row, so the number is exact; counting
happens before writing to the journal.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from consultations.models import MailCount, MailScope, Stakeholder, User
from consultations.permissions import is_secretariat
from consultations.tokens import address_hash
from ncm_portal.workflow import Blocked, now

KEPT = timedelta(days=7)
ONE_MORE = """
    INSERT INTO consultations_mailcount (scope, key, since, number) VALUES (%s, %s, %s, 1)
    ON CONFLICT (scope, key, since) DO UPDATE SET number = consultations_mailcount.number + 1
    RETURNING number
"""


def count_mail(*, caused_by: Any, stakeholder: Stakeholder, address: str = "") -> None:
    """Count one more mail for `stakeholder`, to `address` if it was entered. Raises Blocked with every limit reached.
    Mail of the secretariat counts at the address only.
    """
    counted = {MailScope.ADDRESS: address_hash(address)} if address else {}
    if not is_secretariat(caused_by):
        counted[MailScope.ORGANISATION] = str(stakeholder.pk)
        if caused_by.pk:  # people who answer by a letter's link have no account
            counted[MailScope.PERSON] = str(caused_by.pk)
    reasons = [reason for scope in sorted(counted) if (reason := _one_more(scope, counted[scope]))]
    if reasons:
        raise Blocked(reasons)


def why_person_waits(person: User) -> str:
    """Count one more mail that `person` causes on the account pages; return why it cannot be sent, empty if it can."""
    return _one_more(MailScope.PERSON, str(person.pk))


def may_write_to_account(address: str, kind: str) -> bool:
    """Count one more mail of one kind from the account pages to `address`, and return whether it is within the limit.
    The requester is not told: that would reveal whether an account exists. The hour is that for which such a link is
    valid.
    """
    return not _one_more(MailScope.ACCOUNT, f"{address_hash(address)[:32]}:{kind.rpartition('/')[2][:31]}")


def count_answer(address: str) -> None:
    """Count one more answer to an enquiry from `address`. Raises Blocked if it had the most mail allowed in a day."""
    if reason := _one_more(MailScope.ADDRESS, address_hash(address)):
        raise Blocked(reason)


def may_send_receipt(address: str) -> bool:
    """Count one more receipt of an enquiry to `address`, which anybody can enter; return whether it is within the
    limit. Counted apart, so that strangers cannot use up what the secretariat may send there.
    """
    return not _one_more(MailScope.ENQUIRY, address_hash(address))


def _one_more(scope: str, key: str) -> str:
    most, hours = settings.MAIL_LIMITS[scope]
    since = _window(hours)
    with connection.cursor() as cursor:
        cursor.execute(ONE_MORE, [scope, key, since])
        (number,) = cursor.fetchone()
    if number <= most:
        return ""
    return _reached(scope) % {"most": most, "moment": _in_words(since + timedelta(hours=hours))}


def _reached(scope: str) -> str:
    if scope == MailScope.PERSON:
        return _("You have sent %(most)s mails, the limit for a day. You can send more from %(moment)s.")
    if scope == MailScope.ORGANISATION:
        return _("Your organisation has sent %(most)s mails, the limit for a day. It can send more from %(moment)s.")
    return _("This address has had the most mail allowed in a day. You can write to it again from %(moment)s.")


def _window(hours: int) -> datetime:
    """Return the start of the hour or day in Nairobi."""
    moment = localtime(now())
    return moment.replace(hour=moment.hour - moment.hour % hours, minute=0, second=0, microsecond=0)


def _in_words(moment: datetime) -> str:
    return f"{date_format(localtime(moment), 'l j F Y, H:i')} EAT (UTC+3)"


def clear_mail_counts() -> int:
    """Delete counts older than a week; return how many rows."""
    return MailCount.objects.filter(since__lt=now() - KEPT).delete()[0]
