"""Secrets in links of mails and letters, and the hashes stored of them.

The secret of a letter of invitation is derived from the invitation whenever a letter is written, so that mail, reminder
and printed letter carry the same one; only its hash is stored.
"""

import hashlib
import re
import uuid

from django.core.signing import BadSignature, Signer
from django.utils.crypto import salted_hmac

from consultations.email_addresses import NotAnAddress, normal_form

# Crockford's base 32: no characters that are confused when typed from paper.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 20  # five bits each: 100 bits
ROOM_LENGTH = 8  # 40 bits: tried out slowly, and only on the days of a forum
MISREAD = str.maketrans("oil", "011", "- ")


def token(key: uuid.UUID, issue: int) -> str:
    """Return the secret of one issue of the link of the invitation with this key: five groups of four,
    "k7mp-2x9q-…".
    """
    return _in_fours("consultations.invitation", f"{key.hex}:{issue}", LENGTH)


def room_code(ticket: uuid.UUID) -> str:
    """Return the code on a badge that opens the text in the room on a phone: two groups of four."""
    return _in_fours("consultations.room", ticket.hex, ROOM_LENGTH)


def _in_fours(salt: str, value: str, length: int) -> str:
    number = int.from_bytes(salted_hmac(salt, value, algorithm="sha256").digest())
    letters = "".join(ALPHABET[number >> 5 * place & 31] for place in range(length))
    return "-".join(letters[start : start + 4] for start in range(0, length, 4))


def as_typed(secret: str) -> str:
    """Return a secret as entered without what differs in typing: cases, hyphens, and O for zero."""
    return secret.lower().translate(MISREAD)


def hashed(secret: str) -> str:
    """Return the SHA-256 of a secret as entered."""
    return hashlib.sha256(as_typed(secret).encode("utf-8", "replace")).hexdigest()


def ticket(key: uuid.UUID, row: uuid.UUID) -> uuid.UUID:
    """Return the badge code for a row of the form of the invitation with this key.

    The same row gives the same code, so that submitting the form twice names nobody twice; the code cannot be derived
    from the row without the secret.
    """
    digest = salted_hmac("consultations.ticket", f"{key.hex}:{row.hex}", algorithm="sha256").digest()
    return uuid.UUID(bytes=digest[:16], version=4)


def address_hash(address: str) -> str:
    """Return the SHA-256 of an e-mail address in its normal form, stored instead of the address."""
    try:
        address = normal_form(address)
    except NotAnAddress:
        address = address.lower()
    return hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()


def stop_token(address: str) -> str:
    """Return the secret of the link that stops mail to `address`. It does not reveal the address."""
    return _signer().sign(address_hash(address))


def hash_in_stop_token(secret: str) -> str | None:
    """Return the address hash in such a link; None for an invalid link."""
    try:
        result = _signer().unsign(secret)
    except BadSignature:
        return None
    return result if re.fullmatch("[0-9a-f]{64}", result) else None


def _signer() -> Signer:
    return Signer(salt="consultations.mail_stop", sep=".")
