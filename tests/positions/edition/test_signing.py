"""Signed papers: printed bytes do not change, and an invalid signature is refused with a clear message."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ncm_portal.workflow import Blocked
from positions import edition
from positions.edition import files, signing
from positions.render import checks, clean, pdf
from positions.verification import Standing, State, examine
from tests import certificates, paper_factories
from tests.positions.render import editions
from tests.positions.render.conftest import printed_in_process


@pytest.fixture(scope="module")
def printed():
    return printed_in_process(editions.edition(themes=1, paragraphs=8, points=2, participants=2, ministries=1), clean)


@pytest.fixture
def certificate(settings, tmp_path):
    """Set the certificate in the settings."""
    made = certificates.make_certificate(tmp_path)
    certificates.use(settings, made)
    return made


def loaded(certificate):
    from pyhanko.keys import load_cert_from_pemder

    return load_cert_from_pemder(str(certificate.certificate))


def refusal(data):
    with pytest.raises(Blocked) as refused:
        signing.signed(data)
    (reason,) = refused.value.reasons
    return reason


def test_signature_is_appended_and_changed_byte_breaks_it(printed, certificate, tmp_path):
    data = signing.signed(printed)
    assert data.startswith(printed)
    assert (pdf.inspect(data), checks.attached_content(data)) == ([], checks.attached_content(printed))
    assert signing.is_sound(data, loaded(certificate))
    assert not signing.is_sound(data, loaded(certificates.make_certificate(tmp_path, "somebody")))
    assert not signing.is_sound(printed, loaded(certificate))
    assert not signing.is_sound(data + b"\n% more", loaded(certificate))
    place = len(printed) // 2
    altered = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
    assert not signing.is_sound(altered, loaded(certificate))


def test_unreliable_signing_setup_is_refused(printed, certificate, settings, tmp_path, monkeypatch):
    other = certificates.make_certificate(tmp_path, "other")
    certificates.use(settings, certificate._replace(key=other.key))
    assert refusal(printed) == "The signing key does not belong to the certificate."
    certificates.use(settings, certificate._replace(key=tmp_path / "nothing"))
    assert refusal(printed) == "The signing certificate or its key is unreadable."
    since = datetime(2016, 1, 1, tzinfo=UTC)
    certificates.use(settings, certificates.make_certificate(tmp_path, "old", since=since, days=10))
    assert refusal(printed) == "The signing certificate is valid from 2016-01-01 to 2016-01-11 only."
    certificates.use(settings, certificate)
    monkeypatch.setitem(sys.modules, "pyhanko.sign", None)
    assert "pyHanko is not installed" in refusal(printed)


@pytest.mark.django_db
def test_adopted_texts_are_signed_and_authentic_but_not_drafts_or_samples(
    printed, certificate, settings, tmp_path, monkeypatch
):
    settings.MEDIA_ROOT = tmp_path
    whole = paper_factories.make_whole_paper()
    draft = paper_factories.freeze(whole.paper, "0.9", "draft")
    adopted = paper_factories.freeze(whole.paper)
    monkeypatch.setattr(files.pdf, "render_apart", lambda *_arguments, **_limits: printed)
    monkeypatch.setattr(files.pdf, "inspect", lambda _data: [])
    assert Path(edition.render_artefact(draft, "clean.pdf").file.path).read_bytes() == printed
    paper_factories.bring_paper(whole.paper, "published")
    path = Path(edition.render_artefact(adopted, "clean.pdf").file.path)
    assert signing.is_sound(path.read_bytes(), loaded(certificate))
    verdict = examine(path)
    assert verdict.state == State.AUTHENTIC
    assert (verdict.standing, verdict.not_checked) == (Standing.SOUND, "")
    settings.SIGNATURE_CERTIFICATE = ""
    assert not signing.is_signed(adopted)
    certificates.use(settings, certificate)
    assert signing.is_signed(adopted)
    adopted.paper.consultation.is_sample = True
    assert not signing.is_signed(adopted)
