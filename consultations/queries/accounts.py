"""Accounts and their addresses."""

from consultations.email_addresses import readings
from consultations.models import User


def known_address(typed: str) -> str:
    """Return the address of the account that `typed` means, or its normal form where there is none.

    Asks the database only where the address can be read in several ways. Raises NotAnAddress.
    """
    first, *others = readings(typed)
    if not others:
        return first
    known = set(User.objects.filter(email__in=[first, *others]).values_list("email", flat=True))
    return next((address for address in (first, *others) if address in known), first)
