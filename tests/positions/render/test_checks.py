import io

import pikepdf
import pytest
from pikepdf import Dictionary, Name, String

from positions.render.checks import attached_content, inspect
from positions.text.canonical import canonical
from tests.positions.render import akoma, editions
from tests.positions.render.conftest import printed_in_process

ANOTHER = ["The Akoma Ntoso inside (position-paper.akn.xml) is not that of the attached content."]


@pytest.fixture(scope="module")
def short():
    """Print a few pages: a defect is found in a short file as in a long one."""
    return printed_in_process(editions.edition(themes=1, paragraphs=8, points=2, participants=1, ministries=1))


def changed(pdf, change):
    """Return the file with one change applied."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        change(document)
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()


def test_printed_paper_is_valid(printed):
    assert inspect(printed) == []


def test_attachment_is_canonical_content(printed, content):
    assert attached_content(printed) == canonical(content)


def without(*keys):
    def change(document):
        for key in keys:
            del document.Root[key]

    return change


def set_root(key, value):
    def change(document):
        document.Root[key] = document.make_indirect(value)

    return change


def no_title(document):
    del document.docinfo["/Title"]


def no_font(document):
    for thing in document.objects:
        if isinstance(thing, Dictionary) and thing.get("/Type") == "/FontDescriptor":
            for key in ("/FontFile2", "/FontFile3"):
                if key in thing:
                    del thing[key]
            return


def no_attachment(document):
    del document.attachments["position-paper.json"]


def another_attachment(document):
    document.attachments["position-paper.json"] = pikepdf.AttachedFileSpec(
        document, b"{}", filename="position-paper.json"
    )


def with_statement(data):
    def change(document):
        name = "position-paper.akn.xml"
        document.attachments[name] = pikepdf.AttachedFileSpec(document, data, filename=name)

    return change


def claim(key, value):
    def change(document):
        with document.open_metadata(set_pikepdf_as_editor=False) as metadata:
            metadata[key] = value

    return change


def link_that_launches(document):
    document.pages[1].Annots[0]["/A"] = Dictionary(Type=Name.Action, S=Name.Launch, F=String("calc.exe"))


def script_on_a_page(document):
    document.pages[0]["/AA"] = Dictionary(O=Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))


def stream_from_elsewhere(document):
    stream = document.make_stream(b"")
    stream["/F"] = String("http://example.com/x")
    document.Root["/X"] = stream


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        (without("/Lang"), ["No language is set."]),
        (no_title, ["No title is set."]),
        (without("/ViewerPreferences"), ["The title is not shown in the window."]),
        (without("/StructTreeRoot"), ["The file is not tagged."]),
        (without("/MarkInfo"), ["The file is not tagged."]),
        (without("/Outlines"), ["The file has no bookmarks."]),
        (claim("pdfaid:part", "2"), ["The file does not say that it is PDF/A-3a."]),
        (claim("pdfuaid:part", "2"), ["The file does not say that it is PDF/UA-1."]),
        (set_root("/OpenAction", Dictionary(S=Name.GoTo)), ["The file acts when it is opened."]),
        (set_root("/AcroForm", Dictionary()), ["The file contains a form."]),
        (set_root("/AcroForm", Dictionary(Fields=[Dictionary(FT=Name.Sig)])), []),
        (
            set_root("/AcroForm", Dictionary(Fields=[Dictionary(FT=Name.Sig), Dictionary(FT=Name.Tx)])),
            ["The file contains a form."],
        ),
        (
            set_root("/AcroForm", Dictionary(XFA=String("x"), Fields=[Dictionary(FT=Name.Sig)])),
            ["The file contains a form."],
        ),
        (link_that_launches, ["The file contains an action of the kind /Launch."]),
        (
            script_on_a_page,
            [
                "The file acts when something in it is touched.",
                "The file contains JavaScript.",
                "The file contains an action of the kind /JavaScript.",
            ],
        ),
        (stream_from_elsewhere, ["The file draws a part of itself from elsewhere."]),
        (no_attachment, ["The canonical content (position-paper.json) is not attached."]),
        (
            another_attachment,
            [
                "The hash printed in the file is not that of the attached content.",
                "The Akoma Ntoso inside (position-paper.akn.xml) is not that of the attached content.",
            ],
        ),
        (with_statement(akoma.written(editions.edition(themes=1, paragraphs=8))), ANOTHER),
        (with_statement(b"<akomaNtoso/>"), ANOTHER),
        (with_statement(b"not XML"), ANOTHER),
    ],
)
def test_each_defect_is_reported(short, change, problems):
    assert inspect(changed(short, change)) == problems


def test_older_paper_without_akoma_ntoso_is_valid(short):
    def older(document):
        del document.attachments["position-paper.akn.xml"]

    assert inspect(changed(short, older)) == []


def test_font_that_is_not_embedded_is_detected(short):
    (problem,) = inspect(changed(short, no_font))
    assert problem.startswith("The font /")
    assert problem.endswith(" is not embedded.")


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 and nothing else", b"<html></html>"])
def test_other_files_are_reported_as_no_pdf(data):
    assert attached_content(data) is None
    (problem,) = inspect(data)
    assert problem.startswith("This is not a readable PDF")
