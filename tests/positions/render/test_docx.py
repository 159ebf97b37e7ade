"""Word document: opened in a word processor, checked as XML, and imported with changes."""

import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from importlib.metadata import version

import pypdf
import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.text.run import Run
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from positions.imports import word
from positions.render import docx, printable
from positions.render.docx import frame
from positions.render.docx.parts import run
from positions.render.environment import ROOT
from tests.positions.render import editions
from tests.positions.render.test_paper import HOSTILE

AGAIN = """
import sys
from positions.render import docx
from tests.positions.render import editions
content = editions.edition(themes=2, paragraphs=14, points=9, participants=6, ministries=2)
sys.stdout.buffer.write(docx.render(content, sha256=editions.digest(content), address=editions.address(content)))
"""
KISWAHILI = "Kenya inaunga mkono uhamaji salama."


def made(content):
    return docx.render(content, sha256=editions.digest(content), address=editions.address(content))


def opened(data):
    return Document(io.BytesIO(data))


def text_of(element):
    """Return the text of an element with tabs."""
    parts = {"t": lambda each: each.text or "", "tab": lambda each: "\t", "br": lambda each: "\n"}
    wanted = {qn(f"w:{name}"): read for name, read in parts.items()}
    inside = (each for each in element.iter(*wanted) if each.getparent().tag == qn("w:r"))
    return "".join(wanted[each.tag](each) for each in inside)


def styled(document, *styles):
    """Return the paragraphs of the given styles."""
    found = document.element.body.iter(qn("w:pStyle"))
    return [each.getparent().getparent() for each in found if each.get(qn("w:val")) in styles]


@pytest.fixture(scope="module")
def content():
    """Return an adopted edition with one record of each kind and a paragraph in Kiswahili."""
    made = editions.by_paragraph(editions.edition())
    made["sections"][1]["paragraphs"][0] |= {"lang": "sw", "text": f"{KISWAHILI}\n\nNa tena.\nMwisho.", "verb": "mkono"}
    made["explanations"] = [{"organisation": "Ministry of Labour (sample)", "text": "We read it\n\nwidely."}]
    made["likeness"] = {"pairs": 3, "merged": 2, "dismissed": 1}
    made["points"][0]["text"] = "Long. " * 300
    return made


@pytest.fixture(scope="module")
def data(content):
    return made(content)


@pytest.fixture(scope="module")
def document(data):
    return opened(data)


@pytest.fixture(scope="module")
def converted(data, tmp_path_factory):
    """Convert the document to PDF with LibreOffice."""
    folder = tmp_path_factory.mktemp("word")
    (folder / "paper.docx").write_bytes(data)
    program = shutil.which("soffice")
    assert program, "LibreOffice is missing: ncm_portal/local/prepare.sh test installs it"
    command = [program, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", folder, folder / "paper.docx"], check=True, capture_output=True, timeout=120)
    return pypdf.PdfReader(folder / "paper.pdf")


@pytest.fixture(scope="module")
def pages(converted):
    """Return the text of each page."""
    return [each.extract_text() for each in converted.pages]


# --- The template of styles -----------------------------------------------------------------------------------------


def test_template_has_every_used_style_and_no_unneeded_parts(data):
    with zipfile.ZipFile(frame.TEMPLATE) as template, zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = ["_rels/document.xml.rels", "document.xml", "settings.xml", "styles.xml", "theme/theme1.xml"]
        names = (name.removeprefix("word/") for name in template.namelist() if name.startswith("word/"))
        assert sorted(names) == parts
        styles = etree.fromstring(template.read("word/styles.xml")).iter(qn("w:style"))
        known = {each.get(qn("w:styleId")) for each in styles}
        written = [
            etree.fromstring(package.read(name)) for name in package.namelist() if re.match(r"word/\w+\.xml", name)
        ]
    kinds = qn("w:pStyle"), qn("w:rStyle"), qn("w:tblStyle")
    used = {each.get(qn("w:val")) for part in written for each in part.iter(*kinds)}
    assert len(used) > 30
    assert used - known == set()


# --- In a word processor --------------------------------------------------------------------------------------------


def titles(content):
    """Return the headings of the first level in order."""
    sections = [f"{each['number']} {each['heading']}" for each in content["sections"]]
    book = printable.book(content, sha256="0" * 64, address="")
    annexes = [f"Annex {each['number']} {each['title']}" for each in book["contents"] if each["part"] == "annex"]
    return ["Acronyms", "What this position rests on", *sections, *annexes, "How to verify this copy"]


def test_libreoffice_opens_document_with_all_headings(converted, content):
    assert [" ".join(each.title.split()) for each in converted.outline if not isinstance(each, list)] == titles(content)
    assert (converted.trailer["/Root"]["/Lang"], converted.metadata.title) == ("en-GB", printable.title(content))


def test_every_page_has_edition_and_is_marked_not_authentic(pages, content):
    assert len(pages) > 20
    assert [re.findall(r"Page (\d+) of (\d+)", each) for each in pages] == [
        [(str(number), str(len(pages)))] * (number > 1) for number in range(1, len(pages) + 1)
    ]
    assert all("Not authentic: the PDF of this edition is." in each for each in pages)
    assert all("SAMPLE: not a position of the Government of Kenya" in each for each in pages)
    assert all(f"SHA-256 {editions.digest(content)}" in each for each in pages[1:])


def test_every_paragraph_and_reservation_is_in_printed_document(pages, content):
    """Compares the text up to the first page break, because a page may end inside a paragraph."""
    text = "".join("".join(each.split()) for each in pages)
    paragraphs = [each for section in content["sections"] for each in section["paragraphs"]]
    wanted = [f"{each['number']}.{each['text'][:40]}" for each in paragraphs]
    wanted += [each["text"] for each in content["reservations"]]
    assert [each for each in wanted if "".join(each.split()) not in text] == []
    assert text.count("Long.") == 300


def test_table_headings_are_repeated_on_each_page(converted, pages):
    sizes = [each.mediabox for each in converted.pages]
    wide = [text for text, size in zip(pages, sizes, strict=True) if size.width > size.height]
    assert len(wide) > 5
    assert all("What was asked" in each for each in wide)


def test_headings_stay_with_following_text(pages, document):
    heads = {text_of(each).replace("\t", " ") for each in styled(document, "Heading1", "Heading2", "Heading3")}
    last = [each.strip().splitlines()[-1].strip() for each in pages]
    assert [line for line in last if line in heads] == []


# --- What stands in it ----------------------------------------------------------------------------------------------


def test_paragraph_numbers_are_text_not_word_lists(document, content):
    paragraphs = [each for section in content["sections"] for each in section["paragraphs"]]
    first = [(each["number"], each["text"].split("\n\n")[0]) for each in paragraphs]
    assert [text_of(each) for each in styled(document, "Numbered")] == [f"{number}.\t{text}" for number, text in first]
    assert [text_of(each) for each in styled(document, "Continued")] == ["Na tena.\nMwisho."]
    assert list(document.element.body.iter(qn("w:numPr"))) == []


def test_table_of_contents_has_headings_and_paragraphs(document, content):
    headings = [text_of(each) for each in styled(document, "Heading1")]
    assert [" ".join(each.split("\t")) for each in headings] == titles(content)
    entries = [text_of(each).removeprefix("\t") for each in styled(document, "TOC1")]
    ranges = {"2": "paragraphs 3, 4", "4": "paragraphs 7–12", "11": "paragraph 45"}
    assert [each.split("\tparagraph")[0] for each in entries] == headings
    assert {each.split("\t")[0]: each.split("\t")[2] for each in entries if each.split("\t")[0] in ranges} == ranges
    body = document.element.body
    assert Counter(each.get(qn("w:fldCharType")) for each in body.iter(qn("w:fldChar"))) == dict.fromkeys(
        ("begin", "separate", "end"), 1
    )


def test_every_link_has_a_target(document, content):
    starts = list(document.element.body.iter(qn("w:bookmarkStart")))
    names = [each.get(qn("w:name")) for each in starts]
    anchors = {each.get(qn("w:anchor")) for each in document.element.body.iter(qn("w:hyperlink"))} - {None}
    assert anchors - set(names) == set()
    assert {"annex_d", "verify", "point_7"} - anchors == set()
    assert [
        name for name, times in Counter(names).items() if times > 1 or not re.fullmatch(r"[a-z]\w{0,39}", name)
    ] == []
    numbers = [each.get(qn("w:id")) for each in starts]
    assert len(set(numbers)) == len(numbers)
    assert numbers == [each.get(qn("w:id")) for each in document.element.body.iter(qn("w:bookmarkEnd"))]


def test_edited_copy_is_matched_to_paragraphs_of_edition(data, content, tmp_path):
    path = tmp_path / "changed.docx"
    path.write_bytes(data)
    keys = [each["key"].replace("-", "") for section in content["sections"] for each in section["paragraphs"]]
    assert [each["key"] for each in word.read(path)["lines"] if each["key"]] == keys


def test_tables_repeat_headings_and_rows_are_not_split(document, content):
    tables = list(document.element.body.iter(qn("w:tbl")))
    marked = [
        [(row.find(f".//{qn('w:tblHeader')}") is not None) for row in each.iterchildren(qn("w:tr"))] for each in tables
    ]
    assert [(each[0], any(each[1:])) for each in marked] == [(True, False)] * len(tables)
    assert all(cell[-1].tag == qn("w:p") for each in tables for cell in each.iter(qn("w:tc")))
    rows = {text_of(row.find(qn("w:tc"))): row for each in tables[5:12] for row in each.iterchildren(qn("w:tr"))}
    assert (len(rows) - 1, len(tables)) == (len(content["points"]), 14)
    cut = {name for name, row in rows.items() if row.find(f".//{qn('w:cantSplit')}") is None}
    assert cut == {"0001.1"}
    titles = [each.find(f".//{qn('w:tblCaption')}").get(qn("w:val")) for each in tables]
    assert titles[5] == "T1 Drivers of migration: Points by theme, with the paragraphs that answer them and the reason"
    assert [text_of(each) for each in styled(document, "Caption")] == titles[:5] + titles[12:]


def test_withheld_content_is_mentioned_but_not_shown(document, content):
    hidden = [each for each in content["points"] if each["text"] is None]
    told = [text_of(each) for each in document.element.body.iter(qn("w:tc"))]
    assert hidden
    assert told.count("held back at the author’s request") == len(hidden)
    assert told.count("not public") == sum(each["organisation"] is None for each in content["points"])


def test_document_has_sources_reservations_and_record(document):
    sources = [text_of(each) for each in styled(document, "Sources")]
    assert sources[1].startswith("Rests on: 0004.1 ")
    assert sources[3] == "Text of the secretariat · Lines 12–14"
    (first, _second) = (text_of(each) for each in styled(document, "Reservation"))
    assert first == (
        "Reservation. Ministry of Interior (sample): The hour limit depends on resources that are not yet voted."
    )
    small = [text_of(each) for each in styled(document, "Heading2", "Heading3")]
    assert small[-9:] == [
        "Decisions on paragraphs", "Paragraph 5, Adopted", "Paragraph 6, Sent back", "Paragraph 7, Adopted",
        "Explanations of position", "Ministry of Labour (sample)", "Clearances", "Clearance note",
        "Objections resolved", "Ministry of Foreign Affairs (sample), paragraph 31",
    ][-9:]  # fmt: skip
    facts = dict(text_of(each).split("\t") for each in styled(document, "Facts"))
    assert (facts["Quorum"][:34], facts["Votes"].count("Yes")) == ("20 of 24 member institutions were ", 3)


def test_passages_in_another_language_are_marked(document):
    found = {}
    for each in document.element.body.iter(qn("w:lang")):
        found.setdefault(each.get(qn("w:val")), []).append(text_of(each.getparent().getparent()))
    assert found.keys() == {"sw-KE"}
    spoken = set(found["sw-KE"])
    assert {"Kenya inaunga ", "mkono", " uhamaji salama.", "Na tena.", "Visababishi vya uhamaji"} - spoken == set()
    assert {each.get(qn("w:val")) for each in document.styles.element.iter(qn("w:lang"))} == {"en-GB"}


# --- What it says about itself --------------------------------------------------------------------------------------


def test_document_properties_equal_edition(document, content):
    about = document.core_properties
    assert (about.title, about.language, about.version) == (printable.title(content), "en-GB", "1.0")
    assert about.author == about.last_modified_by == "National Coordination Mechanism on Migration, Republic of Kenya"
    assert about.created.isoformat() == about.modified.isoformat() == "2017-10-17T13:40:00+00:00"
    assert (about.identifier, about.comments) == (
        f"sha256:{editions.digest(content)}", "Not authentic: the PDF of this edition is.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "sample", "warnings"),
    [
        ("adopted", False, []),
        ("review", True, ["SAMPLE: not a position of the Government of Kenya", "DRAFT, edition 0.3"]),
    ],
)
def test_draft_and_sample_are_marked_on_cover_pages_and_title(kind, sample, warnings):
    content = editions.edition(kind=kind, sample=sample, themes=1, paragraphs=8, points=0, participants=0, ministries=0)
    content |= {"forum": None, "reservations": [], "acronyms": [], "objections_resolved": [], "clearance_note": ""}
    content["tallies"]["theme_by_group"], content["paper"]["title"] = [], "A title of the edition. " * 20
    document = opened(made(content))
    heads = [[each.text for each in part.header.paragraphs][1:] for part in document.sections]
    assert (heads, [text_of(each) for each in styled(document, "Banner")]) == (
        [[" · ".join(warnings)] * bool(warnings)],
        warnings,
    )
    assert (len(document.core_properties.title), len(styled(document, "LongTitle"))) == (255, 1)
    said_of_nothing = [text_of(each) for each in styled(document, "Quiet")]
    assert said_of_nothing[:4] == [
        "No programme is recorded.", "No participant is recorded.", "No point has been answered yet.",
        "No reservation was made.",
    ]  # fmt: skip


def test_kiswahili_paper_is_in_kiswahili():
    content = editions.edition(themes=1, paragraphs=8, points=2, participants=1, ministries=1) | {"language": "sw"}
    document = opened(made(content))
    assert {each.get(qn("w:val")) for each in document.styles.element.iter(qn("w:lang"))} == {"sw-KE"}
    assert document.core_properties.language == "sw-KE"
    assert "Si nakala halisi: PDF ya toleo hili ndiyo halisi." in document.sections[0].footer.paragraphs[0].text


# --- Bytes ----------------------------------------------------------------------------------------------------------


def test_same_edition_gives_same_bytes():
    content = editions.edition(themes=2, paragraphs=14, points=9, participants=6, ministries=2)
    here = made(content)
    environment = {"PATH": os.defpath, "PYTHONHASHSEED": "7", "TZ": "America/New_York", "LANG": "C"}
    done = subprocess.run([sys.executable, "-c", AGAIN], cwd=ROOT, env=environment, capture_output=True, check=True)
    assert [made(content), done.stdout] == [here] * 2
    with zipfile.ZipFile(io.BytesIO(here)) as package:
        assert {each.date_time for each in package.infolist()} == {(2017, 10, 17, 13, 40, 0)}


def test_renderer_version_names_library():
    assert docx.RENDERER_VERSION.endswith(f"python-docx {version('python-docx')}")


def test_hostile_text_is_printed_literally():
    content = editions.edition(themes=1, paragraphs=8, points=2, participants=1, ministries=1)
    content["sections"][0]["heading"] = content["points"][0]["text"] = content["paper"]["title"] = HOSTILE
    document = opened(made(content))
    places = [*styled(document, "LongTitle"), styled(document, "Heading1")[2]]
    places += [cell for cell in document.element.body.iter(qn("w:tc")) if "alert" in text_of(cell)]
    assert [text_of(each).removeprefix("1\t") for each in places] == [HOSTILE] * 3


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t", exclude_characters="\ufffe\uffff"))
)
def test_text_round_trips_unchanged(words):
    assert Run(run(words, look="Strong", lang="sw"), None).text == words


def test_mismatched_hash_and_unwritable_characters_are_refused():
    content = editions.edition(themes=1, paragraphs=8)
    with pytest.raises(ValueError, match="not the SHA-256 of this content"):
        docx.render(content, sha256="0" * 64, address=editions.address(content))
    content["paper"]["title"] = "漢"
    assert opened(made(content)).core_properties.title.startswith("漢 –")
    content["paper"]["title"] = "One\x0btwo"
    with pytest.raises(ValueError, match="XML"):
        made(content)


# The order in which Word wants what it finds (ECMA-376 part 1, 17.3.1.26, 17.3.2.28, 17.4.59 and others): it calls a file
# in another order damaged.
ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore pBdr shd tabs spacing ind jc outlineLvl sectPr",
    "rPr": "rStyle rFonts b i color sz szCs u lang",
    "pBdr": "top left bottom right between",
    "tblPr": "tblStyle tblW tblBorders tblLayout tblCellMar tblLook tblCaption",
    "tcPr": "tcW gridSpan tcBorders vAlign",
    "style": "name basedOn next uiPriority qFormat pPr rPr tblPr tblStylePr",
    "tbl": "tblPr tblGrid tr",
    "sectPr": "Reference type pgSz pgMar cols titlePg docGrid",
}


def test_elements_are_in_order_required_by_word(data):
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = [name for name in package.namelist() if re.match(r"word/(document|styles|header|footer)", name)]
        parts = [etree.fromstring(package.read(name)) for name in names]
    wrong = []
    for part in parts:
        for tag, order in ORDER.items():
            for each in part.iter(qn(f"w:{tag}")):
                kids = [re.sub("(header|footer)(?=Reference)", "", kid.tag.rpartition("}")[2]) for kid in each]
                places = [order.split().index(kid) for kid in kids]
                wrong += [each] if places != sorted(places) else []
    assert (len(parts), wrong) == (10, [])
