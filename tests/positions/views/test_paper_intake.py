"""Printed forms for use without a connection: one for each theme, with a reference and the URL of the page."""

from io import BytesIO

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from docx import Document
from docx.oxml.ns import qn

from tests.factories import make_consultation, make_provision, make_theme
from tests.pdf_text import pages

WORD_2010 = "http://schemas.microsoft.com/office/word/2010/wordml"
pytestmark = pytest.mark.django_db


@pytest.fixture
def consultation():
    made = make_consultation(slug="gcm-2018", title="The Global Compact")
    make_provision("GCM-06", theme=make_theme("T1"))
    return made


def form(kind, theme="T1", **query):
    return Client().get(reverse("printed_form", args=[theme, kind]), query)


def test_word_form_has_headings_lines_and_page_code(consultation):
    answer = form("docx")
    document = Document(BytesIO(answer.content))
    heads = [(each.style.name, each.text) for each in document.paragraphs if each.style.name.startswith("Heading")]
    assert heads[:2] == [("Heading 1", "Form for an input: Theme 1"), ("Heading 2", "1. Who writes")]
    text = "\n".join(each.text for each in document.paragraphs)
    assert "Reference of this form: GCM-2018/T1" in text
    address = f"{settings.PORTAL_ADDRESS}/submit/?consultation=gcm-2018&theme=T1"
    assert address in text
    (picture,) = document.inline_shapes
    assert picture._inline.docPr.get("descr") == f"QR code of the address {address}"
    assert "GCM-06 Label GCM-06" in text
    who, *cells = document.tables
    labels = ["Organisation", "Name of the person who writes", "Telephone or e-mail", "Date"]
    assert [[cell.text for cell in row.cells] for row in who.rows] == [[label, ""] for label in labels]
    assert [[[cell.text for cell in row.cells] for row in table.rows] for table in cells] == [[[""]]] * 3


def test_word_form_has_checkboxes_and_prints_on_a4_in_its_language(consultation):
    for language, spelling in (("en", "en-GB"), ("sw", "sw-KE")):
        reader = Client()
        reader.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        document = Document(BytesIO(reader.get(reverse("printed_form", args=["T1", "docx"])).content))
        boxes = document.element.body.findall(f".//{{{WORD_2010}}}checkbox")
        assert len(boxes) == 4  # three kinds of readers, one objective
        assert {each.get(qn("w:val")) for each in document.styles.element.iter(qn("w:lang"))} == {spelling}
        sheet = document.sections[0]
        assert (round(sheet.page_width.cm, 1), round(sheet.page_height.cm, 1)) == (21.0, 29.7)
        foot = sheet.footer.paragraphs[0]
        assert foot.text == "GCM-2018/T1 · "
        assert [field.get(qn("w:instr")) for field in foot._p.iter(qn("w:fldSimple"))] == ["PAGE"]


def test_pdf_form_has_same_content(consultation, vera, tmp_path):
    answer = form("pdf")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    text = " ".join(pages(answer.content))
    assert "GCM-2018/T1" in text
    path = tmp_path / "form.pdf"
    path.write_bytes(answer.content)
    assert vera(path, "ua1,3a") == []


def test_only_themes_of_consultation_have_a_form(consultation):
    make_theme("T7")
    make_consultation(slug="secret", state="draft")
    assert [form("docx", "T7").status_code, form("exe").status_code, form("docx", round="secret").status_code] == [
        404
    ] * 3
