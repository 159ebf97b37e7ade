"""veraPDF accepts the paper and rejects pages with known errors.

Files are checked together, because starting the validator takes most of the time.
"""

import hashlib

import pytest
import weasyprint

from positions.edition.signing import signed
from positions.render import brief, clean, summary
from positions.text.canonical import canonical
from tests import certificates
from tests.positions.render import editions, lengths
from tests.positions.render import test_alignment as annexes
from tests.positions.render import test_delegation as delegations
from tests.positions.render import test_organisation_record as records
from tests.positions.render import test_redline as redlines
from tests.positions.render.conftest import printed_in_process

pytestmark = pytest.mark.vera

PAGE = '<!doctype html><html lang="en"><head><title>A page</title></head><body><h1>One</h1><p>Text</p></body></html>'
FIGURE = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
BAD = {
    "no-title": PAGE.replace("<title>A page</title>", ""),
    "no-language": PAGE.replace(' lang="en"', ""),
    "figure-without-words": PAGE.replace("<p>", f"<p>{FIGURE}"),
    "opacity": PAGE.replace("<p>", '<p style="opacity: .5">'),
    "skipped-heading": PAGE.replace("<p>Text</p>", "<h3>Three</h3>"),
}


@pytest.fixture
def judged(vera, tmp_path):
    """Validate files by name; return each failure once as file name and standard."""

    def judge(files):
        paths = [tmp_path / f"{name}.pdf" for name in files]
        for path, data in zip(paths, files.values(), strict=True):
            path.write_bytes(data)
        first, *more = paths
        return {tuple(line.split()[:2]) for line in vera(first, "ua1,3a", *more)}

    return judge


def nothing_in_its_annexes(kind):
    content = editions.edition(kind=kind, themes=1, paragraphs=8, points=0, participants=0, ministries=0)
    content |= {"forum": None, "reservations": [], "acronyms": [], "objections_resolved": [], "clearance_note": ""}
    content["tallies"]["theme_by_group"] = []
    return content


def vowel_signs_and_invisible_marks():
    content = editions.edition(themes=1, paragraphs=8, points=2, participants=2, ministries=1)
    content["participants"][0]["name"] = "عُمَر بن الخطّاب"
    content["sections"][0]["paragraphs"][0]["text"] = (
        "a\u200bb \u200e\u2060c \u202edef\u202c soft\u00adhyphen non\u2011breaking ≥ → ✓ ɛ ɔ"
    )
    return content


def a_brief():
    """Return a brief of two pages with all its parts, restricted and marked as a sample."""
    parts = dict.fromkeys(
        ("ask", "flexibility", "red_line", "speaking_points"), "- One line.\n- Another.\n\nA paragraph."
    )
    carried = {"verb": "calls for", "text": "Kenya calls for this. " * 30, "lang": "en", "reservations": ["A body"]}
    content = {
        "language": "en", "sample": True, "as_of": "2017-11-28T12:00:00+00:00", "address": "https://portal.example/",
        "paper": {"title": "Position"}, "edition": {"number": "1.0", "status": "Adopted by consensus", "sha256": "0" * 64},
        "milestone": {"title": "Meeting", "place": "Puerto Vallarta", "first": "2017-12-04", "last": "2017-12-06"},
        "version": 1, **parts,
        "paragraphs": [{**carried, "number": number, "objectives": ["2", "5"]} for number in (7, 8, 9, 10, 11)],
    }  # fmt: skip
    return brief.render(content, sha256=hashlib.sha256(canonical(content)).hexdigest(), address="")


def test_editions_of_every_kind_and_length_pass_both_standards(printed, heard, judged, settings, tmp_path):
    assert len(heard.artifacts) > 40
    certificates.use(settings, certificates.make_certificate(tmp_path))
    short = printed_in_process(nothing_in_its_annexes("draft"))
    found = {
        "long": printed,
        "draft": short,
        "signed": signed(short),
        "review": printed_in_process(nothing_in_its_annexes("review")),
        **{language: printed_in_process(lengths.edition(lengths.SHORTEST, language)) for language in ("sw", "mixed")},
        "brief": a_brief(),
        "signs": printed_in_process(vowel_signs_and_invisible_marks()),
        "clean": printed_in_process(vowel_signs_and_invisible_marks(), clean),
        "clean-draft": printed_in_process(nothing_in_its_annexes("draft"), clean),
        "redline": redlines.printed(redlines.compared()),
        "alignment": annexes.printed(annexes.order()),
        "record": records.printed(),
        "delegation": delegations.printed(delegations.made()),
        "summary": printed_in_process(vowel_signs_and_invisible_marks(), summary),
        "summary-draft": printed_in_process(nothing_in_its_annexes("draft"), summary),
    }
    assert judged(found) == set()


def test_validator_rejects_bad_pages(judged):
    """Pages are untagged or have one tagging error; WeasyPrint's own valid page fails the second standard."""
    bad = {name: weasyprint.HTML(string=html).write_pdf(pdf_variant="pdf/ua-1") for name, html in BAD.items()}
    bad["untagged"] = weasyprint.HTML(string=PAGE).write_pdf()
    alone = weasyprint.HTML(string=PAGE).write_pdf(pdf_variant="pdf/ua-1")
    pairs = {(f"{name}.pdf", standard) for name in bad for standard in ("ua1", "3a")}
    assert judged({**bad, "alone": alone}) == {*pairs, ("alone.pdf", "3a")}
