"""Accounts: addresses, closing, reopening and restoring access.

For office holders and clearing officers these need two people: see the acts.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from allauth.account import app_settings
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.email_addresses import NotAnAddress, is_normal, normal_form
from consultations.models import Membership, Office, Proposal, User
from consultations.notifications import accounts, recipients
from consultations.permissions import (
    ACCOUNT_CLOSERS,
    ADDRESS_CORRECTORS,
    STAFF,
    account_takes_two,
    is_secretariat,
    may_close_account,
    may_correct_address,
)
from consultations.queries import staff
from consultations.queries.accounts import address_problems, is_unconfirmed
from ncm_portal.workflow import Act, Blocked, Words, demand, journal, locked, now, verb

CLOSE, REOPEN = gettext_lazy("Close the account"), gettext_lazy("Open the account again")
CORRECT, RESTORE = gettext_lazy("Correct the address of the account"), gettext_lazy("Restore access to the account")


def address_of(typed: str) -> str:
    """Return the normal form of an address. Raises Blocked if it is invalid."""
    try:
        return normal_form(typed)
    except NotAnAddress as error:
        raise Blocked(str(error)) from error


# --- Closing and opening --------------------------------------------------------------------------------------------


@verb
def close_account(user: User, *, by: User, reason: str) -> User:
    """Close the account of somebody without an office or clearing role; for others see `CLOSE_ACCOUNT`.

    Raises NotAllowed, or Blocked with every reason.
    """
    row = locked(user)
    demand(may_close_account(by, row), who=ACCOUNT_CLOSERS, to=CLOSE)
    _must_be_open(row, reason)
    return _close(row, by, reason)


@verb
def reopen_account(user: User, *, by: User, reason: str) -> User:
    """Reopen an account. Offices, memberships and the password are not restored.

    Raises NotAllowed, or Blocked with every reason.
    """
    row = locked(user)
    demand(may_close_account(by, row), who=ACCOUNT_CLOSERS, to=REOPEN)
    reasons = [] if reason.strip() else [_("Enter a reason. It is kept in the journal.")]
    if row.is_active:
        reasons.append(_("The account is open."))
    if not is_normal(row.email):
        reasons.append(_("Mail to its address cannot be sent. Correct the address first."))
    if reasons:
        raise Blocked(reasons)
    row.is_active = True
    row.save()
    journal("reopen_account", row, by=by, before="closed", after="open", reason=reason)
    accounts.account_changed(row, [recipients.recipient(row)], _effects_of_opening(row), by=by, reason=reason)
    return row


def _must_be_open(person: User, reason: str = "-") -> None:
    reasons = [] if reason.strip() else [_("Enter a reason. It is kept in the journal.")]
    if not person.is_active:
        reasons.append(_("The account is already closed."))
    if reasons:
        raise Blocked(reasons)


def _close(person: User, by: User | None, reason: str, proposed_by: User | None = None) -> User:
    """Close the account: no more sign-ins, and its offices, memberships and sessions end."""
    effects, notified = _effects_of_closing(person), _to_tell(person)
    office, person.office, person.is_active = person.office, Office.NONE, False
    person.set_unusable_password()  # session keys depend on it: all sessions end
    person.save()
    for membership in _memberships(person):
        membership.valid_until, membership.is_primary = max(_today(), membership.valid_from), False
        membership.save()
        data = {"person": person.name, "role": membership.role}
        journal("leave", membership.stakeholder, by=by, reason=reason, data=data)
    person.__dict__.pop("live_memberships", None)
    if office:
        journal("appoint", person, by=by, before=office, after=person.office, reason=reason)
    named = _both(proposed_by, by)
    journal("close_account", person, by=by, before="open", after="closed", reason=reason, data=named)
    accounts.account_changed(person, notified, effects, by=by, reason=reason, proposed_by=proposed_by)
    return person


def _memberships(person: User) -> list[Membership]:
    return list(Membership.objects.not_over().filter(user=person).select_related("stakeholder").order_by("pk"))


def _today() -> Any:
    return timezone.localdate(now())


def _both(proposed_by: User | None, by: User | None) -> dict[str, str]:
    return {"proposed_by": proposed_by.name, "confirmed_by": by.name} if proposed_by and by else {}


def _to_tell(person: User) -> list[recipients.Recipient]:
    """Return whom to notify: the person, and all staff for office holders."""
    known = {each.pk: each for each in staff()} if account_takes_two(person) else {}
    reached = [person] if is_normal(person.email) else []
    return [recipients.recipient(each) for each in (known | {each.pk: each for each in reached}).values()]


# --- Addresses ------------------------------------------------------------------------------------------------------


@verb
def correct_address(user: User, *, address: str, by: User, reason: str) -> User:
    """Change the address of an account without an office or clearing role; see also `CORRECT_ADDRESS`. Its holder
    confirms it at the next sign-in; the old address is notified.

    Raises NotAllowed, or Blocked with every reason.
    """
    row = locked(user)
    demand(may_correct_address(by, row), who=ADDRESS_CORRECTORS, to=CORRECT)
    if not reason.strip():
        raise Blocked(_("Enter a reason. It is kept in the journal."))
    return _correct(row, address_free_for(row, address), by, reason)


def address_free_for(person: User, typed: str) -> str:
    """Return the normal form of an address that is free for the account. Raises Blocked."""
    address = address_of(typed)
    if address == person.email:
        raise Blocked(_("The account already has this address."))
    others = User.objects.filter(email=address).exclude(pk=person.pk)
    confirmed = EmailAddress.objects.filter(email=address, verified=True).exclude(user=person)
    if confirmed.exists() or any(not is_unconfirmed(each) for each in others):
        raise Blocked(_("Another account has this address."))
    return address


def _correct(person: User, address: str, by: User, reason: str, proposed_by: User | None = None) -> User:
    """Change the address. Both addresses are notified, and all staff for office holders."""
    give_up_unconfirmed(address, by=by, keeper=person)
    effects, notified, before = _effects_of_address(person, address), _to_tell(person), person.email
    EmailAddress.objects.filter(user=person).delete()
    person.email = address
    person.save()
    EmailAddress.objects.create(user=person, email=address, primary=True, verified=False)
    data = {"from": _masked(before), "to": _masked(address), **_both(proposed_by, by)}
    journal("correct_address", person, by=by, reason=reason, data=data)
    notified.append(recipients.recipient(person))
    accounts.account_changed(person, notified, effects, by=by, reason=reason, proposed_by=proposed_by)
    return person


def _masked(address: str) -> str:
    """Return the masked address for the journal: the first letter and the domain."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"


@verb
def give_up_unconfirmed(address: str, *, by: User | None, keeper: User | None = None) -> int:
    """Release `address` from accounts that claimed it without ever confirming it, for its real owner.

    Such accounts were never used to sign in. Returns how many there were.
    """
    claims = User.objects.select_for_update(no_key=True).filter(email=address)
    rows = [each for each in claims if (keeper is None or each.pk != keeper.pk) and is_unconfirmed(each)]
    for row in rows:
        row.email, row.is_active = _given_up(row), False
        row.save()
        EmailAddress.objects.filter(user=row).delete()
        journal("give_up_address", row, by=by, before="open", after="closed", data={"address": _masked(address)})
    return len(rows)


def _given_up(person: User) -> str:
    """Return the placeholder for a released address: it names the old one but is not an address."""
    return f"{person.email[:230]} #{person.pk}"


@verb
def repair_address(user: User, *, by: User | None = None) -> User:
    """Normalise an account's address. If another account has that address, or there is no normal form, the account is
    closed instead and keeps its address.
    """
    row = locked(user)
    if is_normal(row.email):
        return row
    try:
        normal = normal_form(row.email)
    except NotAnAddress as error:
        return _close(row, by, _("Mail to its address cannot be sent: %(why)s") % {"why": error})
    if holder := User.objects.filter(email=normal).exclude(pk=row.pk).first():
        row.email = _given_up(row)
        return _close(row, by, _("Account %(number)s has the same address.") % {"number": holder.pk})
    journal("repair_address", row, by=by, data={"from": _masked(row.email), "to": _masked(normal)})
    row.email = normal
    row.save()
    return row


@verb
def repair_addresses(*, by: User | None = None) -> int:
    """Repair every address found by `address_problems`, accounts first; return how many."""
    problems = list(address_problems())
    for problem in problems:
        if isinstance(problem.record, User):
            repair_address(problem.record, by=by)
        elif isinstance(problem.record, EmailAddress):
            _repair_confirmed(problem.record, problem.corrected)
        elif problem.corrected:
            type(problem.record)._base_manager.filter(pk=problem.record.pk).update(**{problem.field: problem.corrected})
            journal("repair_address", problem.record, by=by, data={"to": _masked(problem.corrected)})
    return len(problems)


def _repair_confirmed(row: EmailAddress, normal: str | None) -> None:
    """Repair a confirmed address: changed with the account, or deleted if somebody else has it."""
    others = [User.objects.filter(email=normal).exclude(pk=row.user_id), EmailAddress.objects.filter(email=normal)]
    if normal and not any(each.exists() for each in others):
        EmailAddress.objects.filter(pk=row.pk).update(email=normal)
    else:
        row.delete()


# --- What two people do ---------------------------------------------------------------------------------------------


class Sentence(NamedTuple):
    """Translatable sentence with its values, rendered in the reader's language."""

    text: Words
    values: Mapping[str, object]

    def __str__(self) -> str:
        return str(self.text) % self.values


def _in_words(sentences: Iterable[Sentence]) -> list[str]:
    return [str(each) for each in sentences]


def _effects_of_closing(person: User) -> list[Sentence]:
    named = {"name": recipients.typed(person.name)}
    log_in = gettext_lazy(
        "Nobody can sign in to the account of %(name)s any more. Its sessions end and its password is removed."
    )
    office = gettext_lazy("%(name)s is no longer: %(office)s.")
    membership = gettext_lazy("%(name)s no longer acts for %(organisation)s.")
    return [
        Sentence(log_in, named),
        *([Sentence(office, named | {"office": Office(person.office).label})] if person.office else []),
        *(
            Sentence(membership, named | {"organisation": recipients.typed(each.stakeholder.name)})
            for each in _memberships(person)
        ),
        Sentence(gettext_lazy("Everything written so far is kept, with its author's name."), {}),
    ]


def _effects_of_opening(person: User) -> list[Sentence]:
    again = gettext_lazy("%(name)s can sign in again after choosing a new password with “Forgot your password?”.")
    return [
        Sentence(again, {"name": recipients.typed(person.name)}),
        Sentence(gettext_lazy("Offices and memberships that ended are not restored."), {}),
    ]


def _effects_of_address(person: User, address: Words) -> list[Sentence]:
    instead = gettext_lazy("%(name)s signs in with %(address)s instead of %(before)s, and must confirm it first.")
    sentence = gettext_lazy("Both addresses get an e-mail. Links already sent for a new password no longer work.")
    return [
        Sentence(instead, {"name": recipients.typed(person.name), "address": address, "before": person.email}),
        Sentence(sentence, {}),
    ]


def _effects_of_restoring(person: User, address: str) -> list[Sentence]:
    named = {"name": recipients.typed(person.name), "address": address or person.email}
    sentences = (
        gettext_lazy("The second factors of %(name)s are removed, the password no longer works, and all sessions end."),
        gettext_lazy("A link to choose a new password is sent to %(address)s. It works once, within one hour."),
        gettext_lazy("%(name)s must set up a second factor again first."),
        gettext_lazy("Everyone with an office gets an e-mail."),
    )
    return [
        *(_effects_of_address(person, address) if address else []),
        *(Sentence(text, named) for text in sentences),
    ]


def effects_of(verb: str, person: User) -> list[Sentence]:
    """Return the effects of one of these verbs, in sentences."""
    return {
        "close_account": lambda: _effects_of_closing(person),
        "reopen_account": lambda: _effects_of_opening(person),
        "correct_address": lambda: _effects_of_address(person, gettext_lazy("the new address")),
        "restore_access": lambda: _effects_of_restoring(person, ""),
    }[verb]()


def _one_of_the_secretariat(person: User, proposal: Proposal, by: User) -> None:
    """Require somebody of the secretariat among the two people, while the secretariat has active members."""
    others = staff().exclude(office=Office.SYSADMIN).exclude(pk=person.pk)
    if not is_secretariat(by) and not is_secretariat(proposal.proposed_by) and others.exists():
        raise Blocked(_("One of the two people must be from the secretariat."))


def _check_closing(person: User, values: Mapping[str, Any], by: User) -> None:
    _must_be_open(person)


def _carry_out_closing(person: User, values: Mapping[str, Any], by: User, proposal: Proposal) -> None:
    _one_of_the_secretariat(person, proposal, by)
    _close(person, by, proposal.reason, proposal.proposed_by)


def _check_address(person: User, values: Mapping[str, Any], by: User) -> None:
    address_free_for(person, str(values.get("address", "")))


def _carry_out_address(person: User, values: Mapping[str, Any], by: User, proposal: Proposal) -> None:
    _one_of_the_secretariat(person, proposal, by)
    _correct(person, address_free_for(person, values["address"]), by, proposal.reason, proposal.proposed_by)


def _check_restoring(person: User, values: Mapping[str, Any], by: User) -> None:
    if not person.is_active:
        raise Blocked(_("The account is closed. Open it again first."))
    if values.get("address"):
        address_free_for(person, str(values["address"]))


def _carry_out_restoring(person: User, values: Mapping[str, Any], by: User, proposal: Proposal) -> None:
    """Remove the lost credentials, and send a link for a new password. Those notified can object at once."""
    _one_of_the_secretariat(person, proposal, by)
    address, notified = str(values.get("address") or ""), {each.pk: each for each in staff()}
    effects = _effects_of_restoring(person, address)
    if address:
        _correct(person, address_free_for(person, address), by, proposal.reason, proposal.proposed_by)
    Authenticator.objects.filter(user=person).delete()
    person.set_unusable_password()
    person.save()
    data = _both(proposal.proposed_by, by)
    journal("restore_access", person, by=by, reason=proposal.reason, data=data)
    others = [recipients.recipient(each) for each in notified.values() if each.pk != person.pk]
    accounts.account_changed(person, others, effects, by=by, reason=proposal.reason, proposed_by=proposal.proposed_by)
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(person)
    accounts.access_restored(person, user_pk_to_url_str(person), token, by=by, proposed_by=proposal.proposed_by)


def _concerns(person: User) -> User:
    return person


CLOSE_ACCOUNT = Act(
    code="close_account",
    label=CLOSE,
    proposers=STAFF,
    confirmers=STAFF,
    consequences=lambda person, values: _in_words(_effects_of_closing(person)),
    carry_out=_carry_out_closing,
    check=_check_closing,
    concerns=_concerns,
    warns=True,
)
CORRECT_ADDRESS = Act(
    code="correct_address",
    label=CORRECT,
    proposers=STAFF,
    confirmers=STAFF,
    consequences=lambda person, values: _in_words(_effects_of_address(person, str(values.get("address", "")))),
    carry_out=_carry_out_address,
    check=_check_address,
    concerns=_concerns,
    warns=True,
    open_for=timedelta(hours=24),
)
RESTORE_ACCESS = Act(
    code="restore_access",
    label=RESTORE,
    proposers=STAFF,
    confirmers=STAFF,
    consequences=lambda person, values: _in_words(_effects_of_restoring(person, str(values.get("address") or ""))),
    carry_out=_carry_out_restoring,
    check=_check_restoring,
    concerns=_concerns,
    warns=True,
    open_for=timedelta(hours=12),
)
