"""Status of a digital signature: validity, signer, trust, and the command's exit status."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from positions.management.commands import verify
from positions.render import inside, signature
from positions.render.inside import TooHard
from positions.verification import Standing, State, examine, examining, seals_of_ours, signature_status
from tests import certificates
from tests.pages import words
from tests.positions.copies import make_printed_paper, pdf_with


@pytest.fixture
def certificate(settings, tmp_path):
    """Set the certificate in the settings."""
    made = certificates.make_certificate(tmp_path)
    certificates.use(settings, made)
    return made


@pytest.fixture
def published(settings, tmp_path, certificate, db):
    """Create a paper whose PDF is signed."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return make_printed_paper(printed=False, signed_by=certificate, title="The common position", slug="gcm-2017")


@pytest.fixture
def in_process(monkeypatch):
    """Inspect harmless files without child processes, which are slow to start."""
    monkeypatch.setattr(examining, "look_inside", inside.read)
    monkeypatch.setattr(signature, "look_at", lambda path: signature.read(path.read_bytes()))


@pytest.fixture
def verify_bytes(in_process, tmp_path):
    """Return the state of a file of these bytes, the status of its signatures, and the exit status of the command."""

    def of(data):
        path = tmp_path / "copy.pdf"
        path.write_bytes(data)
        verdict = examine(path)
        return verdict.state, verdict.standing, verify.status(verdict)

    return of


def test_each_signature_has_status_and_exit_status(published, verify_bytes, settings, certificate, tmp_path):
    text = pdf_with(published.edition.content.encode())
    other = certificates.make_certificate(tmp_path, "other")
    again = certificates.sign(published.pdf, other, field="Other")
    assert verify_bytes(published.pdf) == (State.AUTHENTIC, Standing.SOUND, 0)
    assert verify_bytes(text) == (State.ALTERED, None, 1)
    assert verify_bytes(published.pdf.replace(b"/MediaBox", b"/MediaBux")) == (State.ALTERED, Standing.BROKEN, 3)
    assert verify_bytes(again) == (State.ALTERED, Standing.FOLLOWED, 4)
    assert verify_bytes(certificates.sign(text, other)) == (State.ALTERED, Standing.FOREIGN, 5)
    assert verify_bytes(certificates.sign(pdf_with(b"{}"), other)) == (State.UNKNOWN, Standing.FOREIGN, 5)
    assert verify_bytes(certificates.sign(text, certificate)) == (State.SIGNED, Standing.SOUND, 7)
    old = certificates.make_certificate(tmp_path, "old", since=datetime(2016, 1, 1, tzinfo=UTC), days=10)
    certificates.use(settings, old)
    assert verify_bytes(certificates.sign(text, old)) == (State.ALTERED, Standing.OUT_OF_FORCE, 6)
    assert verify_bytes(published.pdf) == (State.AUTHENTIC, Standing.FORMER, 0)
    settings.SIGNATURE_CERTIFICATE = ""
    assert verify_bytes(published.pdf) == (State.AUTHENTIC, Standing.FORMER, 0)


def test_certificate_of_same_name_is_reported_even_if_signature_is_invalid(published, in_process, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    namesake = certificates.make_certificate(tmp_path / "elsewhere")
    path = tmp_path / "copy.pdf"

    def sentences(data):
        path.write_bytes(data)
        return [f"{seal.word}: {seal.sentence}" for seal in examine(path).seals]

    followed, broken, not_own = (
        str(text)
        for text in (
            signature_status.SENTENCES[Standing.FOLLOWED],
            signature_status.SENTENCES[Standing.BROKEN],
            signature_status.NOT_OWN,
        )
    )
    forged = certificates.sign(pdf_with(b"{}"), namesake)
    assert sentences(published.pdf + b"\n%") == [f"Added to later: {followed}"]
    assert sentences(forged + b"\n%") == [f"Added to later, not by this portal: {followed} {not_own}"]
    assert sentences(forged.replace(b"/MediaBox", b"/MediaBux")) == [f"Broken, not by this portal: {broken} {not_own}"]


def test_command_prints_signature_in_lines(published, in_process, certificate):
    said = StringIO()
    call_command("verify", published.files["pdf"].file.path, stdout=said)
    lines = said.getvalue().splitlines()
    assert lines[1] == f"Signature: Intact. {signature_status.SENTENCES[Standing.SOUND]}"
    assert lines[2] == "  Signed by NCM test secretariat"
    assert lines[3].startswith("  Signed at 20")
    assert lines[4:7] == [
        "  Certificate issued by itself",
        "  Certificate in force from 01 January 2015 to 08 December 2114",
        f"  Fingerprint of the certificate {certificates.fingerprint(certificate)}",
    ]


def test_later_expiry_of_certificate_keeps_status_of_known_hash():
    found = signature.Signature(
        signature.INTACT, "A", "B", "f" * 64, "2020-01-01T00:00:00+00:00", "2022-01-01T00:00:00+00:00"
    )

    def standing_at(signed_at, now, *, is_ours):
        moments = [datetime(year, 6, 1, tzinfo=UTC) for year in (signed_at, now)]
        asked = {"own": "f" * 64, "is_ours": is_ours, "moment": moments[1]}
        return signature_status._standing(found._replace(signed_at=moments[0].isoformat()), **asked)

    assert standing_at(2021, 2021, is_ours=False) == Standing.SOUND
    assert standing_at(2021, 2026, is_ours=True) == Standing.SOUND
    assert standing_at(2021, 2026, is_ours=False) == Standing.OUT_OF_FORCE
    assert standing_at(2019, 2021, is_ours=True) == Standing.OUT_OF_FORCE


def test_hash_page_shows_signature_of_stored_file(client, published, certificate):
    """The owner of the genuine file learns it without uploading the file."""
    said = words(client.get(f"/verify/{published.files['pdf'].sha256}/"))
    assert "exactly as we published it. Signed by NCM test secretariat : intact Paper The common position" in said
    assert "Digital signature Intact Nothing in the file has changed since it was signed, and the certificate" in said
    assert "Signed by NCM test secretariat Signed at " in said
    assert "Certificate issued by itself Certificate valid from 1 January 2015 to 8 December 2114" in said
    assert certificates.fingerprint(certificate) in said.replace(" ", "")
    assert "Digital signature" not in words(client.get(f"/verify/{published.edition.sha256}/"))
    with Path(published.files["pdf"].file.path).open("ab") as stored:
        stored.write(b"more")
    signature_status._signatures.cache_clear()
    assert seals_of_ours(published.files["pdf"]) == []


def test_file_signed_but_not_published_is_reported_as_such(client, published, certificate):
    other = certificates.sign(pdf_with(b"{}"), certificate)
    said = words(client.post("/verify/", {"file": SimpleUploadedFile("a.pdf", other)}))
    assert "The portal signed this file, but has not published it Signed, not published This portal signed" in said
    assert "Ask the secretariat before you rely on it." in said
    assert "Do not rely on it" not in said


def test_unchecked_signatures_are_reported(published, in_process, monkeypatch, tmp_path):
    path = tmp_path / "copy.pdf"

    def not_checked(data):
        path.write_bytes(data)
        return examine(path).not_checked

    assert not_checked(pdf_with(b"{}")) == ""
    assert not_checked(pdf_with(b"{}", signatures=2)) == (
        "The PDF contains what looks like 2 digital signatures, but no PDF reader would find them."
    )
    with monkeypatch.context() as few:
        few.setattr(signature, "look_at", lambda _path: signature.read(published.pdf))
        assert not_checked(pdf_with(b"{}", signatures=3)) == ("2 more digital signatures were not checked.")
    with monkeypatch.context() as bare:
        bare.setattr(signature, "can_check", lambda: False)
        assert (
            not_checked(published.pdf)
            == "The PDF is signed. We do not check the signature here: a PDF reader shows who signed it."
        )

    def too_hard(_path):
        raise TooHard

    monkeypatch.setattr(signature, "look_at", too_hard)
    assert not_checked(published.pdf) == (
        "The PDF is signed, but checking the signature takes more time or memory than allowed."
    )


def test_configured_certificate_may_be_pem_or_der_or_missing(settings, certificate, tmp_path):
    own = certificates.fingerprint(certificate)
    assert signature_status.own_fingerprint() == own
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    pem = certificate.certificate.read_bytes()
    certificate.certificate.write_bytes(x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER))
    assert signature_status.own_fingerprint() == own
    settings.SIGNATURE_CERTIFICATE = str(tmp_path / "nothing")
    assert signature_status.own_fingerprint() == ""
