"""Printed alignment annex: content, reading order, and no meaning by colour or position alone."""

import copy
import json

import pikepdf
import pytest

from positions.render import alignment
from positions.render.aligned import laid_out
from tests.positions.render import editions, reading


def order():
    """Return two past and two future milestones, with findings on two objectives and a principle, one corrected."""

    def provision(code, numeral, paragraphs, framework="GCM"):
        words = {"label": f"Label {numeral.strip('.')}", "title": f"Title of {code}"}
        return {"code": code, "framework": framework, "numeral": numeral, "paragraphs": paragraphs, **words}

    def milestone(title, planned, actual, state):
        return {"title": title, "place": "Nairobi", "planned": planned, "actual": actual, "state": state}

    def finding_row(milestone, provision, paragraph, value, reference, **more):
        said = {"note": "", "reason": "", "at": "2017-12-12T07:00:00+00:00", "earlier": [], **more}
        about = {"milestone": milestone, "provision": provision, "paragraph": paragraph}
        return {**about, "value": value, "reference": reference, **said}

    none = ["", "", ""]
    before = {"value": "reflected", "reference": "Summary, 12", "note": "", "at": "2017-12-12T07:00:00+00:00"}
    return {
        "schema": "ncm-alignment/1", "language": "en", "sample": True,
        "as_of": "2017-12-18T08:00:00+00:00", "entry": 1188, "address": "https://portal.example/papers/x/alignment/",
        "paper": {"title": "The position", "short_title": "Position"},
        "edition": {"number": "1.0", "status": "Adopted by consensus", "sha256": "ab" * 32},
        "milestones": [
            milestone("Meeting in Addis Ababa", none, ["2017-10-26", "2017-10-27", "day"], "held"),
            milestone("Stocktaking", none, ["2017-12-04", "", "day"], "held"),
            milestone("Conference", ["2018-09-01", "", "month"], none, "planned"),
            milestone("Review", ["2022-01-01", "", "year"], none, "moved"),
        ],
        "provisions": [
            *(provision(f"GCM-{number:02}", f"{number}.", [number] * (number < 20)) for number in range(1, 24)),
            provision("GCM-P-h", "(h)", [], "GCM-P"), provision("GCM-P-i", "(i)", [], "GCM-P"),
        ],
        "findings": [
            finding_row(0, "GCM-05", 5, "in_part", "Summary, 7", note="<b>Half</b> of {{ it }}.\nAnd 漢."),
            finding_row(1, "GCM-05", 5, "contrary", "Summary, 13", reason="Read again.", earlier=[before]),
            finding_row(1, "GCM-23", 9, "reflected", "Summary, 20"),
            finding_row(1, "GCM-P-h", 3, "not_reflected", "Summary, 21", note="Children are not named."),
        ],
    }  # fmt: skip


def test_each_paragraph_has_its_journey_over_the_milestones():
    made = laid_out(order())
    journeys = [
        (each.number, [(stop.head.letter, [finding.value for _for, finding in stop.findings]) for stop in each.stops])
        for each in made.journeys
    ]
    assert journeys == [
        (3, [("A", []), ("B", ["not_reflected"])]),
        (5, [("A", ["in_part"]), ("B", ["contrary"])]),
        (9, [("A", []), ("B", ["reflected"])]),
    ]
    assert made.unexamined == [number for number in range(1, 20) if number not in (3, 5, 9)]


def printed(content):
    return alignment.render(content, sha256=editions.digest(content), address=content["address"])


@pytest.fixture(scope="module")
def data():
    return printed(order())


@pytest.fixture(scope="module")
def tree(data):
    return reading.read(data).tree


def rows(table):
    return [[cell.text() for cell in row.all("TH", "TD")] for row in table.all("TR")]


def test_each_paragraph_is_followed_over_time_with_reference(tree):
    _way, objectives, principles = tree.all("Table")
    assert rows(objectives)[1:] == [
        ["5. Title of GCM-05"],
        ["5", "A", "in part", "Summary, 7 <b>Half</b> of {{ it }}. And [U+6F22]."],
        ["5", "B", "contrary", "Summary, 13 Corrected: Read again. Before: reflected. Summary, 12 (12 December 2017)"],
        ["23. Title of GCM-23"],
        ["9", "B", "reflected", "Summary, 20"],
    ]
    assert rows(principles)[1:] == [
        ["(h) Title of GCM-P-h"],
        ["3", "B", "not reflected", "Summary, 21 Children are not named."],
    ]


def test_timeline_shows_planned_and_actual_dates_with_known_precision(tree):
    assert rows(tree.all("Table")[0])[1:] == [
        ["A Meeting in Addis Ababa, Nairobi", "–", "26–27 October 2017", "held"],
        ["B Stocktaking, Nairobi", "–", "4 December 2017", "held"],
        ["Conference, Nairobi", "September 2018", "–", "planned"],
        ["Review, Nairobi", "2022", "–", "moved"],
    ]


def test_heading_has_edition_journal_entry_and_sample_mark(tree):
    said = tree.text()
    assert "SAMPLE: organisations and findings are invented" in said
    assert "Edition 1.0 Adopted by consensus" in said
    assert "ab" * 32 in said.replace(" ", "")
    assert "As of Entry 1188 of the journal, 18 December 2017, 11:00 EAT (UTC+3)" in said
    assert "in the paragraphs in brackets), and nothing was looked at: 1 Label 1 (1); 2 Label 2 (2);" in said
    assert "No paragraph names these objectives: 20 Label 20, 21 Label 21, 22 Label 22" in said


def test_picture_has_alternative_text_and_table_marks_are_artefacts(tree):
    (figure,) = tree.all("Figure")
    assert figure.words.startswith(
        "A row for each of the 23 objectives of the Compact, a column for each milestone (A, Meeting in Addis Ababa; "
        "B, Stocktaking)"
    )


def test_unreleased_findings_show_objectives_of_position_only(tree):
    content = {**order(), "findings": [], "entry": None}
    said = alignment.readable(content)
    assert (said["as_of"], said["objectives"], said["aligned"].heads) == ("18 December 2017, 11:00 EAT (UTC+3)", [], [])
    assert len(said["left"]) == 19
    page = alignment.html(content)
    assert "Nothing was released yet of what the milestones left of this position." in page
    assert "<svg" not in page


def test_kiswahili_annex_marks_english_text():
    page = alignment.html({**order(), "language": "sw"})
    assert page.startswith('<!doctype html>\n<html lang="sw">')
    assert "Kiambatisho cha ulinganisho</h1>" in page
    assert '<th scope="rowgroup" colspan="4" lang="en">5. Title of GCM-05</th>' in page
    assert '<p class="before"><span lang="sw">Imesahihishwa:</span> Read again.</p>' in page


def test_content_is_embedded_and_same_content_gives_same_bytes(data, tmp_path):
    (tmp_path / "annex.pdf").write_bytes(data)
    with pikepdf.open(tmp_path / "annex.pdf") as document:
        assert list(document.attachments) == [alignment.ATTACHMENT]
        assert json.loads(document.attachments[alignment.ATTACHMENT].get_file().read_bytes()) == order()
    assert printed(copy.deepcopy(order())) == data
    with pytest.raises(ValueError, match="not the SHA-256 of this content"):
        alignment.render(order(), sha256="0" * 64, address="https://portal.example/")
