"""Inspection of uploaded files: any bytes get an answer and do no harm."""

import hashlib
import json
import zlib
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from positions.render.inside import Inside, TooHard, look_inside, read
from positions.text.canonical import canonical
from tests.positions.copies import pdf_with, spaced
from tests.positions.render import editions

TEXT = canonical(editions.edition(themes=1, paragraphs=3, points=2, participants=2, ministries=1))
SHA = hashlib.sha256(TEXT).hexdigest()


def inside(folder: Path, data: bytes) -> Inside:
    path = folder / "file"
    path.write_bytes(data)
    return read(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("copies")


def test_pdf_has_text_and_signatures(folder):
    assert inside(folder, pdf_with(TEXT)) == Inside("pdf", SHA)
    assert inside(folder, pdf_with(TEXT, signatures=2)) == Inside("pdf", SHA, signatures=2)
    assert inside(folder, pdf_with(None)) == Inside("pdf")
    assert inside(folder, pdf_with(TEXT, password="secret")) == Inside("pdf")
    assert inside(folder, b"\n\n" + pdf_with(TEXT)).kind == "pdf"


def test_truncated_pdf_is_damaged_but_its_text_is_found(folder):
    whole = pdf_with(TEXT)
    assert inside(folder, whole[:-20]) == Inside("pdf", SHA, is_damaged=True)
    found = [inside(folder, whole[: len(whole) * part // 10]) for part in (1, 5, 9)]
    assert [(each.kind, each.is_damaged) for each in found] == [("pdf", True)] * 3
    assert {each.sha256 for each in found} <= {"", SHA}


def test_json_is_compared_by_content(folder):
    assert inside(folder, TEXT) == inside(folder, spaced(TEXT.decode())) == Inside("json", SHA)
    backwards = dict(reversed(json.loads(TEXT).items()))
    assert inside(folder, json.dumps(backwards).encode("utf-16")) == Inside("json", SHA)
    assert inside(folder, TEXT.replace(b"GCM 2017", b"GCM 2018")).sha256 not in ("", SHA)


def test_json_with_duplicate_keys_is_refused(folder):
    """Some readers would use the first title, and the canonical form has the second."""
    twice = TEXT.replace(b'"short_title":"GCM 2017"', b'"short_title":"Forged","short_title":"GCM 2017"')
    assert twice != TEXT
    assert inside(folder, twice) == Inside("")


@pytest.mark.parametrize(
    "data", [b"", b"Hello", b"\x00\xff", b"[" * 100_000, b'{"a": NaN}', b'{"a": "\\ud800"}', b"1e999"]
)
def test_other_files_have_no_type(folder, data):
    assert inside(folder, data) == Inside("")


WHOLE = pdf_with(TEXT, signatures=1)


@settings(max_examples=60, deadline=None)
@given(start=some.integers(0, len(WHOLE)), length=some.integers(0, 400), noise=some.binary(max_size=60))
def test_pdf_with_any_part_replaced_gets_result(folder, start, length, noise):
    found = inside(folder, b"%PDF-" + (WHOLE[:start] + noise + WHOLE[start + length :])[5:])
    assert found.kind == "pdf"
    assert found.sha256 == "" or len(found.sha256) == 64


def test_child_process_returns_same_result(folder):
    path = folder / "file"
    for data in (pdf_with(TEXT, signatures=1), spaced(TEXT.decode()), b"Hello"):
        path.write_bytes(data)
        assert look_inside(path) == read(path)


def test_endlessly_expanding_pdf_fails_in_child_process_only(folder):
    document, path = pikepdf.new(), folder / "bomb.pdf"
    document.add_blank_page()
    document.attachments["position-paper.json"] = b"{}"
    packed = document.attachments["position-paper.json"].get_file().obj
    packed.write(zlib.compress(bytes(100_000_000), 1), filter=pikepdf.Name.FlateDecode)
    document.save(path)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(TooHard):
        look_inside(path, megabytes=200)


def test_json_needing_too_much_memory_or_time_is_refused(folder):
    path = folder / "file"
    path.write_bytes(b"[" + b"[]," * 4_000_000 + b"0]")
    with pytest.raises(TooHard):
        look_inside(path, megabytes=300)
    with pytest.raises(TooHard):
        look_inside(path, seconds=0)
