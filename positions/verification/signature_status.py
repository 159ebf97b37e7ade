"""Explain the digital signatures of a file: validity, owner and significance."""

import hashlib
import re
import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy

from consultations.stored_files import NotGenuine, StoredFile, open_genuine, read_genuine
from ncm_portal.workflow import now
from positions.models import Artefact
from positions.render import signature
from positions.render.inside import TooHard
from positions.render.signature import Signature

PEM = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
KNOWN = 256  # files whose signatures a server process caches


class Standing(StrEnum):
    """Value of a signature, lowest first: the worst of a file's signatures decides."""

    BROKEN = "broken"
    FOLLOWED = "followed"
    UNREAD = "unread"
    FOREIGN = "foreign"
    OUT_OF_FORCE = "out of force"
    FORMER = "former"
    SOUND = "sound"


SENTENCES = {
    Standing.BROKEN: gettext_lazy(
        "The signature is not valid: the signed content has changed since, or the "
        "signature does not cover the whole file."
    ),
    Standing.FOLLOWED: gettext_lazy(
        "The signed content is unchanged, but something was added after it later. The addition can change what you see."
    ),
    Standing.UNREAD: gettext_lazy("The signature is damaged, or of a kind that we do not check here."),
    Standing.FOREIGN: gettext_lazy(
        "Nothing in the file has changed since it was signed, but this portal did not "
        "sign it. Anybody can make a certificate with any name in it."
    ),
    Standing.OUT_OF_FORCE: gettext_lazy(
        "Nothing in the file has changed since it was signed with the certificate of "
        "this portal. But the certificate has expired or is not valid yet, and the time "
        "of signing is only what the signature itself claims."
    ),
    Standing.FORMER: gettext_lazy(
        "Nothing in the file has changed since it was signed. The portal signs with another certificate today."
    ),
    Standing.SOUND: gettext_lazy(
        "Nothing in the file has changed since it was signed, and the certificate is the one of this portal."
    ),
}
NOT_OWN = gettext_lazy(
    "The certificate is not the one of this portal. Anybody can make a certificate with any name in it."
)
UNSOUND = {
    signature.BROKEN: Standing.BROKEN,
    signature.FOLLOWED: Standing.FOLLOWED,
    signature.UNREAD: Standing.UNREAD,
}
WORDS = {
    Standing.BROKEN: gettext_lazy("Broken"),
    Standing.FOLLOWED: gettext_lazy("Added to later"),
    Standing.UNREAD: gettext_lazy("Not checked"),
    Standing.FOREIGN: gettext_lazy("Not by this portal"),
    Standing.OUT_OF_FORCE: gettext_lazy("Certificate not valid now"),
    Standing.FORMER: gettext_lazy("Intact"),
    Standing.SOUND: gettext_lazy("Intact"),
}


@dataclass(frozen=True)
class Seal:
    """One signature and its value."""

    standing: Standing
    signature: Signature
    is_own: bool  # by the certificate that the portal uses today

    @property
    def word(self) -> str:
        """Return the verdict on it in a word or two."""
        message = str(WORDS[self.standing])
        return f"{message}, {str(WORDS[Standing.FOREIGN]).lower()}" if self._is_strange else message

    @property
    def is_sound(self) -> bool:
        """Return whether nothing changed since the portal signed."""
        return self.standing in (Standing.SOUND, Standing.FORMER)

    @property
    def sentence(self) -> str:
        """Return the explanation."""
        message = str(SENTENCES[self.standing])
        return f"{message} {NOT_OWN}" if self._is_strange else message

    @property
    def _is_strange(self) -> bool:
        """Return whether it is invalid and its certificate is not the portal's, whatever name it contains."""
        return self.standing in UNSOUND.values() and bool(self.signature.fingerprint) and not self.is_own

    @property
    def is_self_issued(self) -> bool:
        """Return whether the certificate is self-signed."""
        return self.signature.issuer == self.signature.subject

    @property
    def since(self) -> datetime | None:
        """Return the start of the certificate's validity."""
        return _moment(self.signature.since)

    @property
    def until(self) -> datetime | None:
        """Return the end of the certificate's validity."""
        return _moment(self.signature.until)

    @property
    def signed_at(self) -> datetime | None:
        """Return the signing time that the signature claims."""
        return _moment(self.signature.signed_at)


def seals_of(signatures: Iterable[Signature], *, is_ours: bool) -> list[Seal]:
    """Return the value of each of the signatures of a file that `is_ours` by its hash, or is not."""
    own, moment = own_fingerprint(), now()
    return [
        Seal(_standing(each, own=own, is_ours=is_ours, moment=moment), each, each.fingerprint == own)
        for each in signatures
    ]


def seals_of_ours(file: Artefact) -> list[Seal]:
    """Return the value of the signatures of a stored file. Empty if it was altered or cannot be inspected."""
    try:
        open_genuine(file.stored_file).close()
        result = _signatures(file.stored_file)
    except (NotGenuine, TooHard):
        return []
    return seals_of(result, is_ours=True)


@lru_cache(maxsize=KNOWN)
def _signatures(file: StoredFile) -> tuple[Signature, ...]:
    is_signed = b"/ByteRange" in read_genuine(file)
    return tuple(signature.look_at(file.path)) if is_signed and signature.can_check() else ()


def _standing(each_signature: Signature, *, own: str, is_ours: bool, moment: datetime) -> Standing:
    if each_signature.state in UNSOUND:
        return UNSOUND[each_signature.state]
    if each_signature.fingerprint != own:
        return Standing.FORMER if is_ours else Standing.FOREIGN
    signed_at = _moment(each_signature.signed_at)
    # A leaked expired key can sign with any date: only files known by hash need no further check.
    moments = [each for each in (signed_at, None if is_ours else moment) if each]
    in_force = [
        datetime.fromisoformat(each_signature.since) <= each <= datetime.fromisoformat(each_signature.until)
        for each in moments
    ]
    return Standing.SOUND if all(in_force) else Standing.OUT_OF_FORCE


def worst(seals: Sequence[Seal]) -> Standing | None:
    """Return the combined value of the signatures of a file; None without any."""
    order = list(Standing)
    return min((each.standing for each in seals), key=order.index, default=None)


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def own_fingerprint() -> str:
    """Return the SHA-256 of the portal's signing certificate; "" if it has none."""
    if not settings.SIGNATURE_CERTIFICATE:
        return ""
    try:
        data = Path(settings.SIGNATURE_CERTIFICATE).read_bytes()
        pem = PEM.search(data.decode("latin-1"))
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem.group()) if pem else data).hexdigest()
    except (OSError, ValueError):
        return ""
