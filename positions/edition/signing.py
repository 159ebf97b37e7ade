"""Sign published PDFs: PAdES, baseline B-B (ETSI EN 319 142-1), with the certificate from the settings.

Without a certificate nothing is signed, and pyHanko need not be installed.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from ncm_portal.workflow import Blocked, now
from positions.models import FINAL_KINDS, Edition
from positions.render import signature

FIELD = "Signature"


def is_signed(edition: Edition) -> bool:
    """Return whether the PDF files of `edition` are signed: adopted texts other than samples, if a certificate
    is set.
    """
    return bool(settings.SIGNATURE_CERTIFICATE) and edition.kind in FINAL_KINDS and not edition.paper.is_sample


def signed(data: bytes) -> bytes:
    """Return the PDF `data` with an appended signature, which is then verified; its own bytes are not changed.

    Raises Blocked, for the administrator, if it cannot be signed.
    """
    try:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import fields, signers
    except ImportError as error:
        raise Blocked(
            _("A signing certificate is configured, but pyHanko is not installed (requirements-signature.txt).")
        ) from error
    signer = _signer(signers)
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )
    field = fields.SigFieldSpec(FIELD, on_page=0, readable_field_name=_("Signature of the secretariat"))
    written = io.BytesIO()
    pdf_signer = signers.PdfSigner(metadata, signer, new_field_spec=field)
    _in_thread(pdf_signer.sign_pdf, IncrementalPdfFileWriter(io.BytesIO(data)), output=written)
    if not is_sound(written.getvalue(), signer.signing_cert):
        raise Blocked(_("The signing key does not belong to the certificate."))
    return written.getvalue()


def _in_thread(work: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Run `work` in its own thread: pyHanko starts an event loop, and this thread may have one."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(work, *given, **named).result()


def _signer(signers: Any) -> Any:
    """Return the signer from the configured files. Raises Blocked if they are unreadable or the certificate is not
    valid now.
    """
    passphrase = settings.SIGNATURE_PASSPHRASE.encode() or None
    chain = [settings.SIGNATURE_CHAIN] if settings.SIGNATURE_CHAIN else []
    signer = signers.SimpleSigner.load(
        settings.SIGNATURE_KEY, settings.SIGNATURE_CERTIFICATE, ca_chain_files=chain, key_passphrase=passphrase
    )
    if signer is None:
        raise Blocked(_("The signing certificate or its key is unreadable."))
    certificate = signer.signing_cert
    if not certificate.not_valid_before <= now() <= certificate.not_valid_after:
        days = {"first": certificate.not_valid_before.date(), "last": certificate.not_valid_after.date()}
        raise Blocked(_("The signing certificate is valid from %(first)s to %(last)s only.") % days)
    return signer


def is_sound(data: bytes, certificate: Any) -> bool:
    """Return whether the PDF has one valid signature, by `certificate`, over all of its bytes."""
    result = signature.read(data)
    # Trust is for readers to decide; here it is our own.
    own = hashlib.sha256(certificate.dump()).hexdigest()
    return [(each.state, each.fingerprint) for each in result] == [(signature.INTACT, own)]
