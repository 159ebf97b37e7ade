"""The secrets in links of mails and letters, and the hashes that the portal keeps.

That of a letter of invitation is made anew from the invitation whenever a letter is written, so that the mail, the
reminder and the sheet of paper carry the same; what the portal keeps of it is a hash."""

import hashlib
import re
import uuid

from django.core.signing import BadSignature, Signer
from django.utils.crypto import salted_hmac

from consultations.email_addresses import NotAnAddress, normal_form

# Crockford's base 32: nothing in it is taken for something else when it is typed off a sheet of paper.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 20  # five bits each: a hundred bits
MISREAD = str.maketrans("oil", "011", "- ")


def token(key: uuid.UUID, issue: int) -> str:
    """The secret of one issue of the link to the invitation with this key: five groups of four, "k7mp-2x9q-…"."""
    digest = salted_hmac("consultations.invitation", f"{key.hex}:{issue}", algorithm="sha256").digest()
    number = int.from_bytes(digest)
    letters = "".join(ALPHABET[number >> 5 * place & 31] for place in range(LENGTH))
    return "-".join(letters[start : start + 4] for start in range(0, LENGTH, 4))


def hashed(secret: str) -> str:
    """The SHA-256 of a secret as somebody gave it: in capitals, without its hyphens, an O for a nought."""
    return hashlib.sha256(secret.lower().translate(MISREAD).encode("utf-8", "replace")).hexdigest()


def ticket(key: uuid.UUID, row: uuid.UUID) -> uuid.UUID:
    """The code of the badge of whoever stands in a row of the form of the invitation with this key.

    The same row gives the same code, so that a form that is sent twice names nobody twice; who knows the row does not
    know the code.
    """
    digest = salted_hmac("consultations.ticket", f"{key.hex}:{row.hex}", algorithm="sha256").digest()
    return uuid.UUID(bytes=digest[:16], version=4)


def address_hash(address: str) -> str:
    """The SHA-256 of an e-mail address in its normal form: what is kept where the address itself is not."""
    try:
        address = normal_form(address)
    except NotAnAddress:
        address = address.lower()
    return hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()


def stop_token(address: str) -> str:
    """The secret of the link by which whoever reads the mail of `address` stops it. It does not tell the address."""
    return _signer().sign(address_hash(address))


def hash_in_stop_token(secret: str) -> str | None:
    """The hash of the address that such a link is for; None for a link that is none of ours."""
    try:
        found = _signer().unsign(secret)
    except BadSignature:
        return None
    return found if re.fullmatch("[0-9a-f]{64}", found) else None


def _signer() -> Signer:
    return Signer(salt="consultations.mail_stop", sep=".")
