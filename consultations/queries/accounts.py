"""Accounts and their e-mail addresses."""

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
    """Address that is not normalised: its record and column, and its normal form, if any."""

    record: Model
    field: str
    corrected: str | None
    holder: User | None = None  # another account with the normal form

    @property
    def address(self) -> str:
        """Return the stored address."""
        return str(getattr(self.record, self.field))


def address_problems() -> Iterator[AddressProblem]:
    """Return every address that is not normalised, accounts first; closed accounts may keep theirs.

    The database preselects: only rows with unusual characters or A-labels are read.
    """
    for model, field in WITH_ADDRESS:
        odd = ~Q(**{f"{field}__regex": NORMAL}) & ~Q(**{field: ""}) | Q(**{f"{field}__contains": "xn--"})
        rows = model._base_manager.filter(odd).order_by("pk")
        if model is User:
            rows = rows.filter(is_active=True)
        for record in rows.iterator():
            address, normal = getattr(record, field), _form_or_none(getattr(record, field))
            if normal != address:
                yield AddressProblem(record, field, normal, _holder(record, normal))


def _holder(record: Model, normal: str | None) -> User | None:
    if normal is None or not isinstance(record, User):
        return None
    return User.objects.filter(email=normal).exclude(pk=record.pk).first()


def _form_or_none(address: str) -> str | None:
    try:
        return normal_form(address)
    except NotAnAddress:
        return None


def is_unconfirmed(user: User) -> bool:
    """Return whether nobody ever proved to own the account's address: not confirmed and never used to sign in."""
    if user.last_login or user.office or user.memberships.exists():
        return False
    return not EmailAddress.objects.filter(user=user, verified=True).exists()


def known_address(typed: str) -> str:
    """Return the address of the account that `typed` refers to, or its normal form if there is none.

    Queries the database only if the address is ambiguous. Raises NotAnAddress.
    """
    first, *others = readings(typed)
    if not others:
        return first
    known = set(User.objects.filter(email__in=[first, *others]).values_list("email", flat=True))
    return next((address for address in (first, *others) if address in known), first)
