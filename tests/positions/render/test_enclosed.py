import hashlib
import io

import pikepdf
import pytest

from positions.render import paper, tables
from positions.render.enclosed import enclosures
from positions.render.press import Enclosure, enclosed, press
from tests.positions.render import akoma, editions

NAMES = ["position-paper.akn.xml", "position-paper.dispositions.csv", "position-paper.json"]


@pytest.fixture(scope="module")
def carried(printed):
    """Return the entries of the file's tree of embedded files in order."""
    with pikepdf.open(io.BytesIO(printed)) as document:
        pairs = list(document.Root.Names.EmbeddedFiles.Names)
        associated = {each.objgen for each in document.Root.AF}
        told = []
        for name, file in zip(pairs[::2], pairs[1::2], strict=True):
            stream = file.EF.F
            kind, relation = str(stream.Subtype), str(file.AFRelationship)
            said = (str(name), str(file.UF), kind, relation, str(stream.Params.ModDate), file.objgen in associated)
            told.append((said, stream.read_bytes()))
    return told


def test_paper_embeds_machine_readable_forms(carried):
    moment = "D:20171017134000Z"
    assert [said for said, _data in carried] == [
        (NAMES[0], NAMES[0], "/application/akn+xml", "/Source", moment, True),
        (NAMES[1], NAMES[1], "/text/csv", "/Data", moment, True),
        (NAMES[2], NAMES[2], "/application/json", "/Source", moment, True),
    ]


def test_embedded_files_equal_served_files(carried, content):
    digest = editions.digest(content)
    assert dict(zip(NAMES, (data for _said, data in carried), strict=True)) == {
        NAMES[0]: akoma.written(content),
        NAMES[1]: tables.render(content, table=tables.DISPOSITIONS, sha256=digest),
        NAMES[2]: editions.canonical(content),
    }


@pytest.mark.parametrize(("points", "names"), [(3, NAMES[:2]), (0, NAMES[:1])])
def test_table_of_answers_is_omitted_without_answers(points, names):
    content = editions.edition(themes=1, paragraphs=8, points=points, participants=0, ministries=0)
    named = {"sha256": editions.digest(content), "address": editions.address(content)}
    assert [file.name for file in enclosures(content, **named)] == names
    told = paper.html(content, **named)
    assert [name for name in NAMES if f": {name}." in told] == names


def test_media_type_is_given_explicitly():
    made = enclosed(Enclosure(b"<a/>", "a.csv", "", "application/akn+xml", "Data"), edition_time())
    with made.source as (file, *_rest, media_type):
        assert (file.read(), media_type, made.relationship) == (b"<a/>", "application/akn+xml", "Data")


def edition_time():
    return paper.frozen_at(editions.edition(themes=1, paragraphs=8))


def test_embedded_files_equal_given_bytes():
    page = '<!doctype html><html lang="en"><head><title>A page</title></head><body><p>one</p></body></html>'
    beside = [Enclosure(b"b", "b.csv", "b", "text/csv", "Data"), Enclosure(b"0", "0.csv", "0", "text/csv", "Data")]
    given = {"attachment": b"{}", "name": "a.json", "description": "a", "moment": edition_time()}
    once, again = press(page, **given, beside=beside), press(page, **given, beside=beside[::-1])
    assert hashlib.sha256(once).digest() == hashlib.sha256(again).digest()
    with pikepdf.open(io.BytesIO(once)) as document:
        found = {name: document.attachments[name].get_file().read_bytes() for name in document.attachments}
    assert found == {"0.csv": b"0", "a.json": b"{}", "b.csv": b"b"}
