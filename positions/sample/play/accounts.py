"""Accounts and offices of the sample, and sign-in data for visitors of the demo."""

import hashlib
import hmac
import time
from base64 import b32encode
from collections.abc import Iterator
from typing import NamedTuple

from allauth.account.models import EmailAddress
from allauth.mfa import app_settings as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.contrib.auth.hashers import make_password

from consultations.models import Office, User
from consultations.permissions import needs_second_factor
from consultations.workflow import appoint, confirm_proposal, propose
from ncm_portal.workflow import journal, now
from positions import sample

from .agenda import Act, Chapter, Stage

LOG_INS = {
    "Focal point": "rose",
    "Alternate": "wilfred",
    "Rapporteur": "zawadi",
    "Clearing officer": "joseph",
    "Secretariat, drafts": "wanjiru",
    "Secretariat, reads": "hassan",
    "Secretariat, publishes": "mercy",
    "Head of the secretariat": "ruth",
    "Official": "peter",
    "System administrator": "brian",
}


WHY_AN_OFFICE = "Named by the Permanent Secretary for this consultation (sample)."


class LogIn(NamedTuple):
    """Sign-in data of a role for visitors of the demo."""

    role: str
    email: str
    second_factor: bool


# --- Secrets of this machine's demo ---------------------------------------------------------------------------------


def _derived(purpose: str) -> bytes:
    """Return a secret derived from this machine's key: a second run prints the same."""
    return hmac.digest(settings.SECRET_KEY.encode(), f"sample: {purpose}".encode(), hashlib.sha256)


def password() -> str:
    """Return the password of all sample accounts, different on each machine."""
    letters = b32encode(_derived("password")).decode().lower()
    return "-".join(letters[start : start + 4] for start in (0, 4, 8, 12))


class Codes(NamedTuple):
    """Present code of an authenticator, its remaining seconds, and the next code."""

    now: str
    seconds: int
    then: str


def codes(user: User) -> Codes:
    """Return the codes of `user`'s authenticator.

    Raises Authenticator.DoesNotExist if the account has none. Source: RFC 6238 (TOTP).
    """
    secret = decrypt(Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP).data["secret"])
    period, passed = divmod(int(time.time()), mfa.TOTP_PERIOD)
    shown, then = (format_hotp_value(hotp_value(secret, counter)) for counter in (period, period + 1))
    return Codes(shown, mfa.TOTP_PERIOD - passed, then)


def log_ins() -> list[LogIn]:
    """Return one sample account for each role."""
    emails = {row["key"]: row["email"] for row in sample.people()}
    people = {user.email: user for user in User.objects.filter(is_sample=True)}
    return [LogIn(role, emails[key], needs_second_factor(people[emails[key]])) for role, key in LOG_INS.items()]


def password_fits() -> bool:
    """Return whether `password` fits the accounts: not if this database was filled with another secret key."""
    user = User.objects.filter(is_sample=True).first()
    return user is not None and user.check_password(password())


# --- Acts -----------------------------------------------------------------------------------------------------------


def acts(stage: Stage) -> Iterator[Act]:
    """Yield the acts that create accounts; a system administrator appoints the first head, and other offices
    take both.
    """
    yield Act(stage.moment("accounts_opened"), open_accounts, (sample.people(),))
    yield Act(stage.moment("accounts_opened"), fill_offices)
    yield Act(stage.moment("authenticators_set_up"), set_up_authenticators)


def open_accounts(stage: Stage, rows: list[sample.Row], by: User | None = None) -> None:
    """Create accounts with confirmed addresses. Offices are given later, by a verb.

    The first account is that of a system administrator, as by the command `createsuperuser`.
    """
    shared = make_password(password())  # hashed once: secure hashing takes a third of a second per account
    for row in sorted(rows, key=lambda row: row.get("office") != Office.SYSADMIN):
        office = row["office"] if row.get("office") == Office.SYSADMIN else Office.NONE
        user = User(email=row["email"], name=row["name"], office=office, password=shared, is_sample=True)
        user.language, user.date_joined = row.get("language", "en"), now()
        user.save()
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        by = by or user
        journal("enter", user, by=by)
        stage.people[row["key"]] = user


def fill_offices(stage: Stage) -> None:
    """Appoint the first head by the system administrator; the head proposes everybody else, and the system
    administrator confirms it.
    """
    rows = {row["key"]: row["office"] for row in sample.people() if row["office"] not in ("", Office.SYSADMIN)}
    (head,) = [key for key, office in rows.items() if office == Office.HEAD]
    (administrator,) = [row["key"] for row in sample.people() if row["office"] == Office.SYSADMIN]
    stage.people[head] = appoint(stage.person(head), office=Office.HEAD, by=stage.person(administrator))
    for key, office in rows.items():
        if key != head:
            person, chosen = stage.person(key), {"office": office}
            proposal = propose(person, act="appoint", by=stage.person(head), reason=WHY_AN_OFFICE, values=chosen)
            confirm_proposal(proposal, by=stage.person(administrator))
            person.refresh_from_db()


def set_up_authenticators(stage: Stage) -> None:
    """Set up one-time codes for everyone who needs a second factor."""
    for user in map(stage.person, stage.people):
        if needs_second_factor(user):
            TOTP.activate(user, b32encode(_derived(user.email)[:20]).decode())


def tally(stage: Stage) -> str:
    """Return the number of accounts."""
    with_codes = Authenticator.objects.filter(user__in=stage.people.values()).count()
    return f"{len(stage.people)} accounts, {with_codes} with a second factor"


CHAPTER = Chapter("People", acts, tally)
