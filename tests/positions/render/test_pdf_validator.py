"""veraPDF, the reference validator, on the paper; and on pages that must fail, so that its silence means something."""

import pytest
import weasyprint

from tests.positions.render import editions
from tests.positions.render.conftest import printed_in_process

pytestmark = pytest.mark.vera

PAGE = '<!doctype html><html lang="en"><head><title>A page</title></head><body><h1>One</h1><p>Text</p></body></html>'
FIGURE = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
BAD = {
    "no title": (PAGE.replace("<title>A page</title>", ""), "ua1"),
    "no language": (PAGE.replace(' lang="en"', ""), "ua1"),
    "figure without words": (PAGE.replace("<p>", f"<p>{FIGURE}"), "ua1"),
    "opacity": (PAGE.replace("<p>", '<p style="opacity: .5">'), "ua1"),
    "skipped heading": (PAGE.replace("<p>Text</p>", "<h3>Three</h3>"), "ua1"),
}


def saved(tmp_path, data):
    path = tmp_path / "paper.pdf"
    path.write_bytes(data)
    return path


def test_an_edition_of_more_than_forty_pages_passes_both_standards(printed, heard, vera, tmp_path):
    assert len(heard.artifacts) > 40
    assert vera(saved(tmp_path, printed), "ua1,3a") == []


@pytest.mark.parametrize("kind", ["draft", "review"])
def test_a_draft_with_nothing_in_its_annexes_passes(kind, vera, tmp_path):
    content = editions.edition(kind=kind, points=0, participants=0, ministries=0)
    content |= {"forum": None, "reservations": [], "acronyms": [], "objections_resolved": [], "clearance_note": ""}
    content["tallies"]["theme_by_group"] = []
    assert vera(saved(tmp_path, printed_in_process(content)), "ua1,3a") == []


def test_vowel_signs_and_invisible_marks_pass(vera, tmp_path):
    content = editions.edition(themes=1, paragraphs=8, points=2, participants=2, ministries=1)
    content["participants"][0]["name"] = "عُمَر بن الخطّاب"
    content["sections"][0]["paragraphs"][0]["text"] = (
        "a\u200bb \u200e\u2060c \u202edef\u202c soft\u00adhyphen non\u2011breaking ≥ → ✓ ɛ ɔ"
    )
    assert vera(saved(tmp_path, printed_in_process(content)), "ua1,3a") == []


def test_untagged_pages_fail(vera, tmp_path):
    assert vera(saved(tmp_path, weasyprint.HTML(string=PAGE).write_pdf()), "ua1") != []


def test_weasyprint_alone_fails_the_pair_of_standards(printed, vera, tmp_path):
    alone = weasyprint.HTML(string=PAGE).write_pdf(pdf_variant="pdf/ua-1")
    assert vera(saved(tmp_path, alone), "3a") != []


@pytest.mark.parametrize("name", BAD)
def test_bad_pages_fail(name, vera, tmp_path):
    html, flavours = BAD[name]
    assert vera(saved(tmp_path, weasyprint.HTML(string=html).write_pdf(pdf_variant="pdf/ua-1")), flavours) != []
