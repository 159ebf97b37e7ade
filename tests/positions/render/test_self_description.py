"""Metadata of other file types is read safely and never trusted."""

import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from positions.render import akoma_ntoso, docx, tables, workbook
from positions.render.self_description import Claim, claim, one_line
from tests.positions.render import editions

CONTENT = editions.edition(themes=1, paragraphs=3, points=2, participants=2, ministries=1)
SHA = editions.digest(CONTENT)
GIVEN = {"sha256": SHA, "address": editions.address(CONTENT)}
FILES = {
    "akn": akoma_ntoso.render(CONTENT, **GIVEN),
    "docx": docx.render(CONTENT, **GIVEN),
    "xlsx": workbook.render(CONTENT, **GIVEN),
    "csv": tables.render(CONTENT, table=tables.DISPOSITIONS, sha256=SHA),
}


@pytest.fixture(scope="module")
def claim_of(tmp_path_factory):
    """Return the metadata found in a file of these bytes."""
    path = tmp_path_factory.mktemp("claims") / "file"

    def of(data):
        path.write_bytes(data)
        return claim(path)

    return of


def zipped(**files):
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in files.items():
            package.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def test_each_form_of_an_edition_names_it(claim_of):
    number = CONTENT["edition"]["number"]
    found = {kind: claim_of(data) for kind, data in FILES.items()}
    assert {kind: (each.kind, each.sha256) for kind, each in found.items()} == {
        "akn": ("akn", SHA),
        "docx": ("docx", SHA),
        "xlsx": ("xlsx", SHA),
        "csv": ("csv", ""),
    }
    assert found["akn"].says.startswith(f"{CONTENT['paper']['short_title']}, /akn/ke/statement/")
    assert found["akn"].says.endswith(f",{number}")
    assert found["docx"].says == found["xlsx"].says != ""
    assert found["csv"].says.startswith(f"Dispositions, {number}")


def test_changed_file_still_describes_itself(claim_of):
    changed = FILES["akn"].replace(b"</akomaNtoso>", b"<!-- more --></akomaNtoso>")
    assert (changed != FILES["akn"], claim_of(changed)) == (True, claim_of(FILES["akn"]))
    assert claim_of(FILES["csv"] + b"another,row").says == claim_of(FILES["csv"]).says


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><body>SHA</body></html>",
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        b"<akomaNtoso xmlns='http://docs.oasis-open.org/legaldocml/ns/akn/3.0'/>",
        b"\xef\xbb\xbfName,Address\r\nA,B\r\n",
        b"\xef\xbb\xbf" + b'"' * 9000,
        b"PK\x03\x04 no package",
        zipped(word__document="<w/>", docProps__core="<x/>"),
        zipped(**{"word__document.xml": "<w/>", "docProps__core.xml": "<no xml"}),
    ],
)
def test_file_without_edition_has_no_claim(claim_of, data):
    assert claim_of(data) is None


def test_archive_is_recognised_by_first_file(claim_of):
    assert claim_of(zipped(**{"bagit.txt": "BagIt-Version: 1.0"})) == Claim("bag")
    assert claim_of(zipped(**{"gcm__bagit.txt": "BagIt-Version: 1.0"})) == Claim("bag")


def test_endless_properties_are_not_read(claim_of):
    core = b"<a>" + b" " * 50_000_000 + b"</a>"
    assert claim_of(zipped(**{"word__document.xml": "<w/>", "docProps__core.xml": core})) is None


@settings(max_examples=40, deadline=None)
@given(
    kind=some.sampled_from(sorted(FILES)), start=some.floats(0, 1), length=some.integers(0, 200), noise=some.binary()
)
def test_any_part_may_be_replaced_without_error(claim_of, kind, start, length, noise):
    data = FILES[kind]
    at = int(start * len(data))
    found = claim_of(data[:at] + noise + data[at + length :])
    assert found is None or (found.kind in {"akn", "docx", "xlsx", "csv", "bag"} and len(found.says) <= 200)


def test_untrusted_text_becomes_one_line():
    assert one_line("a\n<b>\x1b[2J \u202e&c") == "a ?b???2J ?&c"
    assert one_line("x" * 300) == "x" * 199 + "…"
