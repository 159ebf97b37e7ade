"""Digital signatures in a PDF: each is reported correctly, and no bytes do harm."""

import time
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from positions.render import signature
from positions.render.inside import TooHard
from positions.render.signature import BROKEN, FOLLOWED, INTACT, MOST, UNREAD, look_at, read
from tests import certificates
from tests.positions.copies import pdf_with


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("signed")


@pytest.fixture(scope="module")
def certificate(folder):
    return certificates.make_certificate(folder, since=datetime(2020, 1, 1, tzinfo=UTC), days=3650)


@pytest.fixture(scope="module")
def signed(certificate):
    return certificates.sign(pdf_with(b"{}"), certificate)


def states(data):
    return [each.state for each in read(data)]


def test_signature_over_whole_file_is_intact_and_has_signer_and_time(signed, certificate):
    (found,) = read(signed)
    assert abs(datetime.fromisoformat(found.signed_at).timestamp() - time.time()) < 600
    assert found._replace(signed_at="") == signature.Signature(
        INTACT,
        "NCM test secretariat",
        "NCM test secretariat",
        certificates.fingerprint(certificate),
        "2020-01-01T00:00:00+00:00",
        "2029-12-29T00:00:00+00:00",
    )
    assert read(pdf_with(b"{}")) == []


def test_appended_or_changed_content_is_detected(signed, folder):
    assert states(signed + b"\n% more") == [FOLLOWED]
    again = certificates.sign(signed, certificates.make_certificate(folder, "other"), field="Other")
    assert [(each.state, each.subject) for each in read(again)] == [
        (FOLLOWED, "NCM test secretariat"),
        (INTACT, "NCM test other"),
    ]
    changed = signed.replace(b"/MediaBox", b"/MediaBux")
    assert (changed != signed, states(changed)) == (True, [BROKEN])


def test_only_signature_bytes_may_be_excluded_from_signed_range(signed):
    (place,) = [at for at in range(len(signed)) if signed.startswith(b"/ByteRange", at)]
    zero, before, after, rest = map(int, signed[place + 12 :].partition(b"]")[0].split())
    content = bytes.fromhex(signed[before + 1 : after - 1].decode())

    def covered(*numbers, data=signed):
        return signature._covered(data, SimpleNamespace(byte_range=numbers, pkcs7_content=content))

    assert covered(zero, before, after, rest) == len(signed)
    assert covered(zero, before, after, rest, data=signed + b"more") == len(signed)
    for numbers in [
        (1, before - 1, after, rest),
        (zero, before - 1, after, rest),
        (zero, before, after + 1, rest - 1),
        (zero, before, after, rest + 1),
        (zero, 0, after, rest),
        (zero, after, before, rest),
    ]:
        assert covered(*numbers) == 0


def test_weak_digest_and_time_stamp_are_no_signatures(certificate, signed):
    assert states(certificates.sign(pdf_with(b"{}"), certificate, digest="sha1")) == [BROKEN]
    assert states(signed.replace(b"/Type /Sig\n", b"/Type /Sug\n")) == [UNREAD]


def test_names_are_shown_in_one_line(folder):
    hostile = certificates.make_certificate(folder, "a\x1b[31m\n\u202e" + "b" * 34)
    (found,) = read(certificates.sign(pdf_with(b"{}"), hostile))
    assert found.subject == "NCM test a??31m ?" + "b" * 34


def test_only_first_of_many_signatures_are_checked(signed, certificate, folder):
    for turn in range(MOST + 2):
        signed = certificates.sign(signed, certificate, field=f"Again{turn}")
    path = folder / "many.pdf"
    path.write_bytes(signed)
    assert [each.state for each in look_at(path)] == [FOLLOWED] * MOST


@settings(max_examples=80, deadline=None)
@given(place=some.floats(0, 1, exclude_max=True), bit=some.integers(0, 7), cut=some.booleans())
def test_flipped_bit_or_truncation_breaks_signature(signed, certificate, place, bit, cut):
    at = int(place * len(signed))
    changed = signed[:at] if cut else signed[:at] + bytes([signed[at] ^ 1 << bit]) + signed[at + 1 :]
    found = read(changed)
    assert {each.state for each in found} <= {FOLLOWED, BROKEN, UNREAD, INTACT}
    if INTACT in [each.state for each in found]:
        # Inside the signature some bytes say nothing: room that was left, letters of numbers that may be small.
        assert signed.index(b"/Contents <3") < at < signed.index(b"/ByteRange")
        assert [each.fingerprint for each in found] == [certificates.fingerprint(certificate)]


def test_child_process_returns_same_result_within_time_limit(signed, folder):
    path = folder / "file.pdf"
    path.write_bytes(signed)
    assert look_at(path) == read(signed)
    path.write_bytes(b"Hello")
    assert look_at(path) == []
    with pytest.raises(TooHard):
        look_at(path, seconds=0)
