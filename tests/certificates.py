"""Certificates for signature tests, generated on demand and worthless elsewhere."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Files(NamedTuple):
    """Certificate and key as PEM files."""

    certificate: Path
    key: Path


def make_certificate(
    folder: Path, name: str = "secretariat", *, since: datetime = datetime(2015, 1, 1, tzinfo=UTC), days: int = 36_500
) -> Files:
    """Create a self-signed certificate for document signing."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"NCM test {name}")])
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), 7, since, since + timedelta(days))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    files = Files(folder / f"{name}.crt", folder / f"{name}.key")
    files.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    files.key.write_bytes(key.private_bytes(*plain))
    return files


def use(settings, files: Files) -> None:
    """Configure the portal to sign with `files`."""
    settings.SIGNATURE_CERTIFICATE, settings.SIGNATURE_KEY = str(files.certificate), str(files.key)


def sign(data: bytes, files: Files, *, field: str = "Signature", digest: str = "sha256") -> bytes:
    """Return the PDF `data` with an appended signature."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers

    signer = signers.SimpleSigner.load(str(files.key), str(files.certificate))
    metadata = signers.PdfSignatureMetadata(field_name=field, md_algorithm=digest)
    out = BytesIO()
    sign_pdf = signers.PdfSigner(metadata, signer).sign_pdf
    with ThreadPoolExecutor(1) as thread:  # pyHanko begins an event loop, and a test with a browser has one
        thread.submit(sign_pdf, IncrementalPdfFileWriter(BytesIO(data)), output=out).result()
    return out.getvalue()


def fingerprint(files: Files) -> str:
    """The SHA-256 of a certificate."""
    return x509.load_pem_x509_certificate(files.certificate.read_bytes()).fingerprint(hashes.SHA256()).hex()
