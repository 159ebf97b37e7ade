"""Digital signatures in a PDF: coverage, validity and certificate.

Does not decide which certificates are trusted, and fetches nothing. The file may be hostile: pyHanko parses it in a
child process with limited time and memory.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from ncm_portal.sandbox import MEGABYTE, ask, limit
from positions.render.inside import TooHard
from positions.render.sandbox import refuse_network

MODULE = "positions.render.signature"
SECONDS, MEGABYTES = 5, 600
TOLD = 20_000  # bytes: maximum output of the child
MOST = 5  # number of signatures checked, from the first
LONGEST = 150  # characters of a name in a certificate
DIGESTS = {"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"}
NAMES = ("common_name", "organization_name", "organizational_unit_name", "country_name")

INTACT = "intact"  # covers the whole file
FOLLOWED = "followed"  # covers the file as signed, with something appended later
BROKEN = "broken"  # its content was changed, or its range is invalid
UNREAD = "unread"  # unsupported or unreadable


class Signature(NamedTuple):
    """One signature: its state, signer, claimed time and certificate."""

    state: str
    subject: str = ""
    issuer: str = ""
    fingerprint: str = ""  # SHA-256 of the certificate (DER)
    since: str = ""  # start of the certificate's validity
    until: str = ""
    signed_at: str = ""  # by the signer's clock; "" if not given


def can_check() -> bool:
    """Return whether pyHanko is installed, which is needed only if papers are signed."""
    return find_spec("pyhanko") is not None


def look_at(path: Path, *, seconds: int = SECONDS, megabytes: int = MEGABYTES) -> list[Signature]:
    """Return the first signatures of the PDF at `path`, oldest first, read in a child process. Raises TooHard."""
    given = (str(path.resolve()), str(seconds), str(megabytes))
    with tempfile.TemporaryDirectory(prefix="ncm-signed-") as folder:
        status, output = ask(MODULE, *given, folder=folder, seconds=2 * seconds, most=TOLD)
    if status:
        raise TooHard
    return [Signature(*each) for each in json.loads(output)]


# --- The child ------------------------------------------------------------------------------------------------------


def read(data: bytes) -> list[Signature]:
    """Read signatures in this process: for trusted files, and for the child."""
    result = _or_default(lambda: sorted(_opened(data), key=lambda each: each[0]), [])
    return [_or_default(partial(_judged, data, each), Signature(UNREAD)) for _revision, each in result[:MOST]]


def _or_default(work: Callable[[], Any], otherwise: Any) -> Any:
    """Return the result of `work`. Hostile files can make the library raise anything; memory errors are kept apart."""
    try:
        return work()
    except MemoryError:
        raise
    except Exception:
        return otherwise


def _opened(data: bytes) -> Iterator[tuple[int, Any]]:
    """Yield each signature with its revision; None for an unreadable one or a time stamp."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import enumerate_sig_fields
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

    reader = PdfFileReader(BytesIO(data), strict=False)
    for name, _value, field in enumerate_sig_fields(reader, filled_status=True):
        embedded: Any = _or_default(partial(EmbeddedPdfSignature, reader, field, name), None)
        if embedded is None or embedded.sig_object_type != "/Sig":
            yield sys.maxsize, None
        else:
            yield embedded.signed_revision, embedded


def _judged(data: bytes, embedded: Any) -> Signature:
    """Return the result for a signature. Raises the library's errors for an unreadable one."""
    certificate = embedded.signer_cert
    content = _from_certificate(certificate, embedded.self_reported_timestamp)
    return content._replace(state=_or_default(partial(_state, data, embedded, certificate), BROKEN))


def _from_certificate(certificate: Any, signed_at: Any) -> Signature:
    return Signature(
        UNREAD,
        _name(certificate.subject),
        _name(certificate.issuer),
        hashlib.sha256(certificate.dump()).hexdigest(),
        certificate.not_valid_before.isoformat(),
        certificate.not_valid_after.isoformat(),
        signed_at.isoformat() if signed_at and signed_at.tzinfo else "",
    )


def _name(name: Any) -> str:
    """Return the subject of a certificate on one line: the person or body, then its organisation."""
    parts = name.native
    result = ", ".join(str(parts[key]) for key in NAMES if parts.get(key)) or name.human_friendly
    from positions.render.self_description import one_line

    return one_line(result, LONGEST)


def _state(data: bytes, embedded: Any, certificate: Any) -> str:
    """Return whether the signature is valid over exactly the required range (ISO 32000-1, 12.8.1)."""
    end = _covered(data, embedded)
    if not end or embedded.md_algorithm not in DIGESTS or not _holds(embedded, certificate):
        return BROKEN
    return INTACT if end == len(data) else FOLLOWED


def _covered(data: bytes, embedded: Any) -> int:
    """Return the end of the range that the signature covers from the start of the file, except itself; 0 if it excludes
    anything else.
    """
    start, length, place, rest = (int(each) for each in embedded.byte_range)
    end = place + rest
    if start or not 0 < length < place < end <= len(data):
        return 0
    gap = data[length:place]
    is_itself = gap[:1] == b"<" and gap[-1:] == b">" and bytes.fromhex(gap[1:-1].decode()) == embedded.pkcs7_content
    return end if is_itself else 0


def _holds(embedded: Any, certificate: Any) -> bool:
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    digest = embedded.compute_digest()
    return all(validate_sig_integrity(embedded.signer_info, certificate, "data", digest))


if __name__ == "__main__":
    limit(int(sys.argv[2]), int(sys.argv[3]), largest_file=MEGABYTE)
    sys.addaudithook(refuse_network)
    sys.stdout.write(json.dumps(read(Path(sys.argv[1]).read_bytes())))
    sys.stdout.flush()
    os._exit(0)
