"""Accepted and refused files, with real files in the real child process."""

import io

import pikepdf
import pytest
from PIL import Image

from consultations.uploads import Refused, kinds, sandbox
from consultations.uploads.rejections import WORDS as REASONS
from consultations.uploads.rejections import say
from tests import made_files as made

from .test_mails import HOSTILE as HOSTILE_MAILS

SVG = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
LOL = '<!DOCTYPE a [<!ENTITY b "lol"><!ENTITY c "&b;&b;&b;&b;">]>'
DECLARATION = "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>"
MACRO_TYPE = ("wordprocessingml.document.main+xml", "ms-word.document.macroEnabled.main+xml")


def inspected(tmp_path, data: bytes):
    """Return the inspection result of these bytes, and the re-encoded image."""
    path, redrawn = tmp_path / "file.part", tmp_path / "redrawn"
    path.write_bytes(data)
    return sandbox.inspect(path, redrawn), redrawn


@pytest.mark.parametrize(
    ("data", "kind", "text"),
    [
        (made.pdf(), kinds.PDF, made.WORDS),
        (made.word(), kinds.DOCX, made.WORDS),
        (made.sheet(), kinds.XLSX, made.WORDS),
        (made.open_document(), kinds.ODT, made.WORDS),
        (made.picture("PNG"), kinds.PNG, ""),
        (made.picture("JPEG"), kinds.JPEG, ""),
    ],
)
def test_six_file_types_are_accepted(tmp_path, data, kind, text):
    found, _redrawn = inspected(tmp_path, data)
    assert (found.media_type, found.text.strip(), found.is_redrawn) == (kind.media_type, text, not text)


@pytest.mark.parametrize(
    "data",
    [
        made.pdf(OpenAction=made.action("GoTo", D=pikepdf.Array([0, pikepdf.Name.Fit]))),
        made.pdf(OpenAction=pikepdf.Array([0, pikepdf.Name.Fit])),
        made.word_with(relations=made.relation("hyperlink", "https://example.org/")),
        made.open_document('<text:p><text:a xlink:href="https://example.org/">there</text:a></text:p>'),
    ],
)
def test_files_of_common_programs_are_accepted(tmp_path, data):
    assert inspected(tmp_path, data)[0].text.startswith(made.WORDS)


HOSTILE = {
    "empty": (b"", "empty"),
    "renamed program": (b"MZ" + bytes(500), "another"),
    "renamed program of Linux": (b"\x7fELF" + bytes(500), "another"),
    "SVG with a script": (SVG, "another"),
    "plain text": (b"hello", "unknown"),
    "e-mail where none comes in": (made.mail(), "another"),
    "old Word": (kinds.OLE + bytes(600), "old_office"),
    "plain ZIP": (made.archive({"a.txt": b"hello"}), "another"),
    "zip bomb": (made.bomb(), "too_much"),
    "tags without end": (made.tags_without_end(), "too_hard"),
    "elements inside each other": (made.deep(), "too_hard"),
    "overlapping entries": (made.overlapping(), "two_files"),
    "encrypted entries": (made.encrypted_archive(), "password"),
    "path upwards": (made.word_with({"../../evil.xml": b"<a/>"}), "bad_names"),
    "absolute path": (made.word_with({"/etc/evil.xml": b"<a/>"}), "bad_names"),
    "drive": (made.word_with({"C:evil.xml": b"<a/>"}), "bad_names"),
    "duplicate names": (made.word_with({"WORD/document.xml": b"<a/>"}), "bad_names"),
    "very many entries": (made.archive({f"{n}": b"" for n in range(2001)}), "too_many"),
    "macros": (made.word_with({"word/vbaProject.bin": kinds.OLE}), "macros"),
    "macros by another name": (made.word_with(types=MACRO_TYPE), "macros"),
    "embedded object": (made.word_with({"word/embeddings/oleObject1.bin": kinds.OLE}), "embedded"),
    "program inside": (made.word_with({"word/media/image1.png": b"MZ" + bytes(99)}), "embedded"),
    "template elsewhere": (
        made.word_with(relations=made.relation("attachedTemplate", "http://evil.example")),
        "linked",
    ),
    "picture elsewhere": (made.word_with(relations=made.relation("image", "http://evil.example/a.png")), "linked"),
    "link to a share": (made.word_with(relations=made.relation("hyperlink", r"\\evil\share")), "linked"),
    "DDE": (made.word_with(text=("<w:body>", '<w:body><w:fldSimple w:instr="DDEAUTO c:\\\\cmd"/>')), "linked"),
    "DDE in two pieces": (
        made.word_with(text=("<w:body>", "<w:body><w:instrText>DDE</w:instrText><w:instrText>AUTO c</w:instrText>")),
        "linked",
    ),
    "billion laughs": (made.word_with(text=(DECLARATION, DECLARATION + LOL)), "entities"),
    "workbook of another file": (
        made.archive(made.unpacked(made.sheet()) | {"xl/externalLinks/a.xml": b"<a/>"}),
        "linked",
    ),
    "macros in ODT": (made.open_document(**{"Basic/Standard/evil.xml": b"<a/>"}), "macros"),
    "event in ODT": (made.open_document("<script:event-listener/>"), "macros"),
    "object in ODT": (made.open_document("<draw:object/>"), "embedded"),
    "picture elsewhere in ODT": (made.open_document('<draw:image xlink:href="http://evil.example/"/>'), "linked"),
    "ODT that is a sheet": (
        made.archive({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}),
        "another",
    ),
    "PDF with JavaScript": (made.pdf(OpenAction=made.action("JavaScript", JS="app.alert(1)")), "javascript"),
    "JavaScript by name": (made.pdf(Names=pikepdf.Dictionary(JavaScript=pikepdf.Dictionary())), "javascript"),
    "PDF that launches": (made.pdf(OpenAction=made.action("Launch", F="cmd.exe")), "launch"),
    "PDF that submits": (made.pdf(OpenAction=made.action("SubmitForm", F="http://evil.example")), "action"),
    "PDF that acts on opening": (made.pdf(OpenAction=made.action("Named", N=pikepdf.Name.Print)), "action"),
    "PDF that acts on leaving": (made.pdf(AA=pikepdf.Dictionary(WC=pikepdf.Dictionary())), "action"),
    "file in a PDF": (made.pdf_with_file(), "pdf_files"),
    "XFA": (made.pdf(AcroForm=pikepdf.Dictionary(XFA=pikepdf.Array([]))), "pdf_form"),
    "PDF with a password": (made.locked_pdf(), "password"),
    "PDF not at the beginning": (b"hello\n" + made.pdf(), "two_files"),
    "PDF behind a ZIP's sign": (b"PK\x03\x04" + made.pdf(), "two_files"),
    "PDF with a ZIP behind": (made.pdf() + made.archive({"a": b"b"}), "two_files"),
    "PDF with something behind": (made.pdf() + b"<?php evil(); ?>", "two_files"),
    "PNG with a ZIP behind": (made.picture("PNG") + made.archive({"a": b"b"}), "two_files"),
    "PNG with something behind": (made.picture("PNG") + b"<?php evil(); ?>", "two_files"),
    "JPEG with a ZIP behind": (made.picture("JPEG") + made.archive({"a": b"b"}), "two_files"),
    "JPEG with a page in it": (made.picture("JPEG", comment=b"<script>evil()</script>"), "two_files"),
    "DOCX behind something": (b"MZ" + made.word(), "another"),
    "DOCX with something behind": (made.word() + b"hello", "two_files"),
    "picture of 2,500 million pixels": (made.picture_of(50_000, 50_000), "pixels"),
    "half a PDF": (made.pdf()[:-200], "damaged"),
    "half a DOCX": (made.word()[:-2000], "damaged"),
    "half a JPEG": (made.picture("JPEG", (400, 400))[:-500], "damaged"),
    "half a PNG": (made.picture("PNG", (400, 400))[:-30], "damaged"),
    "PNG without pixels": (made.picture_of(400, 400), "damaged"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_refused_files_have_reason(tmp_path, name):
    data, code = HOSTILE[name]
    with pytest.raises(Refused) as refused:
        inspected(tmp_path, data)
    assert refused.value.code == code
    assert "%(" not in say(refused.value)
    assert list(tmp_path.iterdir()) == [tmp_path / "file.part"]


def test_every_refusal_reason_is_tested():
    """The other reasons come from limits tested elsewhere."""
    met = {code for _data, code in (*HOSTILE.values(), *HOSTILE_MAILS.values())}
    assert met == set(REASONS) - {"too_large", "virus"}


def test_photo_is_re_encoded_without_metadata(tmp_path):
    data = made.photo()
    assert b"Secret Phone" in data
    _found, redrawn = inspected(tmp_path, data)
    assert b"Secret" not in redrawn.read_bytes()
    with Image.open(redrawn) as picture:
        assert (dict(picture.getexif()), picture.size) == ({}, (30, 40))  # upright, as it was held
        assert "comment" not in picture.info


def test_re_encoded_image_keeps_transparency(tmp_path):
    file = io.BytesIO()
    Image.new("P", (4, 4)).save(file, "PNG", transparency=0)
    _found, redrawn = inspected(tmp_path, file.getvalue())
    with Image.open(redrawn) as picture:
        assert picture.convert("RGBA").getpixel((0, 0))[3] == 0


def test_child_out_of_memory_or_time_refuses_file(tmp_path):
    path = tmp_path / "file.part"
    path.write_bytes(made.bomb())
    for limits in ({"megabytes": 60}, {"seconds": 0}):
        with pytest.raises(Refused) as refused:
            sandbox.inspect(path, tmp_path / "redrawn", **limits)
        assert refused.value.code == "too_hard"
