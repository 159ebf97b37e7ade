"""Accounts: their addresses, how they end and how somebody comes back in."""

from consultations.email_addresses import NotAnAddress, normal_form
from ncm_portal.workflow import Blocked


def address_of(typed: str) -> str:
    """Return the normal form of an address. Raises Blocked, in plain words, for what is none."""
    try:
        return normal_form(typed)
    except NotAnAddress as error:
        raise Blocked(str(error)) from error
