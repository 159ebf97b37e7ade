"""Accounts and their addresses."""

from collections.abc import Iterator
from typing import NamedTuple

from allauth.account.models import EmailAddress
from django.db.models import Model, Q

from consultations.email_addresses import NORMAL, NotAnAddress, normal_form, readings
from consultations.models import Delegate, Invitation, MembershipInvitation, Stakeholder, User

WITH_ADDRESS: list[tuple[type[Model], str]] = [
    (User, "email"),
    (EmailAddress, "email"),
    (MembershipInvitation, "email"),
    (Stakeholder, "contact_email"),
    (Invitation, "email"),
    (Delegate, "email"),
]


class AddressProblem(NamedTuple):
    """An address that is not in its normal form: whose, in which column, and the form that it should have, if any."""

    record: Model
    field: str
    wanted: str | None
    holder: User | None = None  # another account that has the wanted address

    @property
    def address(self) -> str:
        """The address as it stands."""
        return str(getattr(self.record, self.field))


def address_problems() -> Iterator[AddressProblem]:
    """Every address that is not in its normal form, accounts first; accounts that are closed may keep theirs.

    What the database can see is left to it: only rows that are odd or hold an A-label are read.
    """
    for model, field in WITH_ADDRESS:
        odd = ~Q(**{f"{field}__regex": NORMAL}) & ~Q(**{field: ""}) | Q(**{f"{field}__contains": "xn--"})
        rows = model._base_manager.filter(odd).order_by("pk")
        if model is User:
            rows = rows.filter(is_active=True)
        for record in rows.iterator():
            address, wanted = getattr(record, field), _form_or_none(getattr(record, field))
            if wanted != address:
                yield AddressProblem(record, field, wanted, _holder(record, wanted))


def _holder(record: Model, wanted: str | None) -> User | None:
    if wanted is None or not isinstance(record, User):
        return None
    return User.objects.filter(email=wanted).exclude(pk=record.pk).first()


def _form_or_none(address: str) -> str | None:
    try:
        return normal_form(address)
    except NotAnAddress:
        return None


def is_unconfirmed(user: User) -> bool:
    """Whether nobody ever showed that the account's address is theirs: it was claimed, and never logged in with."""
    if user.last_login or user.office or user.memberships.exists():
        return False
    return not EmailAddress.objects.filter(user=user, verified=True).exists()


def known_address(typed: str) -> str:
    """Return the address of the account that `typed` means, or its normal form where there is none.

    Asks the database only where the address can be read in several ways. Raises NotAnAddress.
    """
    first, *others = readings(typed)
    if not others:
        return first
    known = set(User.objects.filter(email__in=[first, *others]).values_list("email", flat=True))
    return next((address for address in (first, *others) if address in known), first)
