import copy

import pytest

from positions.render import printable
from positions.text.line_numbers import numbered
from tests.positions.render import editions

SAMPLE = "SAMPLE: not a position of the Government of Kenya"


def book(content):
    return printable.book(content, sha256=editions.digest(content), address=editions.address(content))


@pytest.mark.parametrize(
    ("kind", "sample", "said"),
    [
        ("adopted", True, [SAMPLE]),
        ("corrected", False, []),
        ("draft", True, [SAMPLE, "DRAFT, edition 0.3"]),
        ("review", False, ["DRAFT, edition 0.3"]),
        ("clearance", False, ["DRAFT, edition 0.3"]),
        ("forum", False, ["DRAFT, edition 0.3"]),
    ],
)
def test_samples_and_drafts_are_marked(kind, sample, said):
    printed = book(editions.edition(kind=kind, sample=sample))
    assert printed["warnings"] == said
    assert [warning for warning in said if warning not in printed["title"]] == []


def test_edition_line_has_date_of_adoption_or_freezing():
    assert book(editions.edition())["edition_line"] == "Edition 1.0, adopted 17 October 2017"
    assert book(editions.edition(kind="draft"))["edition_line"] == "Edition 0.3, frozen 17 October 2017"


def test_cover_has_summary_of_adoption():
    assert dict(book(editions.edition())["facts"]) == {
        "Edition": "Edition 1.0, adopted 17\xa0October\xa02017",
        "Adopted at": "Stakeholder forum on the Global Compact for Migration, Nairobi",
        "Rule applied": "Consensus with reservations",
        "Quorum": "20 of 24 member institutions were present (two thirds are needed), from 9 groups (5 are needed).",
        "In the chair": "Nyambura wa Gĩthĩnji (sample)",
        "Consultation": "Global Compact for Safe, Orderly and Regular Migration, 4\xa0September – 13\xa0October\xa02017",
        "Purpose": "Position of Kenya for the stocktaking meeting and the intergovernmental conference",
        "Rests on": "23 inputs, 77 points, 23 organisations in 9 groups",
    }


def test_table_of_contents_links_to_all_sections():
    printed = book(editions.edition(kind="draft"))
    assert [entry["id"] for entry in printed["contents"]] == [
        *[section["id"] for section in printed["sections"]],
        *[f"annex-{letter}" for letter in "abcdef"],
        "verify",
    ]


def test_empty_front_matter_and_annexes_are_omitted_but_sections_kept():
    content = editions.edition(themes=1, paragraphs=10)
    empty = {"number": "9", "heading": "Empty", "heading_sw": "", "theme": None, "paragraphs": []}
    content["sections"] += [{**empty, "part": part} for part in ("front", "annex", "body")]
    assert [section["heading"] for section in book(content)["sections"]][-1:] == ["Empty"]
    assert [section["part"] for section in book(content)["sections"]].count("body") == 5


def one_paragraph(**values):
    content = editions.edition(themes=1, paragraphs=10, points=4)
    paragraph = content["sections"][0]["paragraphs"][0]
    paragraph.update({"sources": [], "provisions": [], "secretariat_text": False, **values})
    return book(content)["sections"][0]["paragraphs"][0]


def test_each_paragraph_states_its_line_numbers():
    content = editions.edition(themes=1, paragraphs=10)
    said = [each["lines"] for section in book(content)["sections"] for each in section["paragraphs"]]
    counted = [each for block in numbered(content) for each in block.passages if each.paragraph]
    ends = [(each.lines[0].number, each.lines[-1].number) for each in counted]
    assert said == [f"Lines {a}–{b}" if a < b else f"Line {a}" for a, b in ends]
    assert len(said) == 10


def source(point, organisation, relation="rests_on"):
    return {"point": point, "relation": relation, "organisation": organisation}


def test_margin_names_public_sources_and_counts_others():
    sources = [
        source("NCM-2017-0001.1", "A"),
        source("NCM-2017-0002.1", None),
        source("NCM-2017-0099.1", "B", "contrary"),
    ]
    assert one_paragraph(sources=sources)["margin"] == {
        "notes": ["and 1 point that is not public"],
        "sources": [
            {"reference": "0001.1", "place": "point-1", "organisation": "A", "relation": ""},
            {"reference": "0099.1", "place": "", "organisation": "B", "relation": "says the contrary"},
        ],
    }


def test_organisations_with_same_request_are_counted_after_first():
    sources = [{**source(f"NCM-2017-000{number}.1", "A"), "others": number} for number in (0, 1, 3)]
    sources.append({**source("NCM-2017-0005.1", None), "others": 9})
    margin = one_paragraph(sources=sources)["margin"]
    assert [each["organisation"] for each in margin["sources"]] == ["A", "A and 1 other", "A and 3 others"]


def test_supporters_are_named_in_annex_with_outcome():
    content = editions.edition(points=7)
    root, lake, closed, alone = content["points"][:4]
    root |= {"organisation": "Coast", "outcome": "accepted", "paragraphs": [2], "others": 1}
    lake |= {"organisation": "Lake", "outcome": "merged", "paragraphs": [], "into": root["reference"]}
    closed |= {"organisation": None, "outcome": "merged", "paragraphs": []}
    alone |= {"organisation": "Alone", "outcome": "merged", "paragraphs": [], "into": content["points"][4]["reference"]}
    content["points"][4] |= {"outcome": "", "paragraphs": []}
    rows = {row["reference"]: row for theme in book(content)["dispositions"] for row in theme["rows"]}
    told = {each: (rows[each]["organisation"], rows[each]["words"], rows[each]["paragraphs"]) for each in list(rows)}
    assert [told[each] for each in ("0001.1", "0001.2", "0002.1", "0002.2")] == [
        ("Coast and 1 other; joined by Lake (0001.2)", "Accepted", [2]),
        ("Lake", "Merged with 0001.1: Accepted", [2]),
        (None, "Merged", []),
        ("Alone", "Merged with 0003.1", []),
    ]


def test_participation_table_equals_explorer_page():
    content = editions.edition(themes=2, paragraphs=10, points=4)
    theme = next(each for each in content["sections"] if each["theme"])
    for each in (row for section in content["sections"] for row in section["paragraphs"]):
        each["sources"] = []
    first, second = theme["paragraphs"][:2]
    first["sources"] = [source("A.1", "Coast"), source("A.2", "Room 2"), source("A.3", None)]
    second["sources"] = [source("A.1", "Coast"), source("B.1", "Lake"), source("C.1", "Union", "contrary")]
    content["organisations"] = {"Coast": "civil_society", "Lake": "civil_society", "Union": "workers"}
    content["groups"] = {"workers": "Workers", "civil_society": "Civil society", "media": "Media"}
    assert book(content)["participation"] == {
        "themes": [theme["theme"]],
        "rows": [
            ("Workers", [1]),
            ("Civil society", [2]),
            ("Said in sessions, or of another group", [1]),
            ("Points that are not public", [1]),
        ],
        "sums": [5],
    }
    first["sources"] = second["sources"] = []
    assert book(content)["participation"] == {}


def test_method_is_noted_only_if_search_was_used():
    content = editions.edition(points=4)
    assert book(content)["method_note"] == ""
    note = book({**content, "likeness": {"pairs": 9, "merged": 4, "dismissed": 5}})["method_note"]
    assert "may say the same (9)" in note
    assert "merged 4 and kept 5 apart" in note


def test_margin_with_hidden_sources_counts_them():
    margin = one_paragraph(sources=[source("NCM-2017-0001.1", None)] * 2)["margin"]
    assert margin == {"notes": ["2 points that are not public"], "sources": []}


def test_long_margin_refers_to_annex():
    margin = one_paragraph(sources=[source(f"NCM-2017-{number:04}.1", "A") for number in range(11)])["margin"]
    assert (len(margin["sources"]), margin["notes"]) == (8, ["and 3 more, see Annex D"])


def test_margin_marks_secretariat_text_and_provisions():
    margin = one_paragraph(secretariat_text=True, provisions=["GCM-08", "SDG-10.7", "GCM-23"])["margin"]
    assert margin["notes"] == ["Text of the secretariat", "GCM objectives 8, 23", "SDG-10.7"]


def test_paragraph_in_other_language_is_marked():
    assert one_paragraph(lang="sw")["lang"] == "sw"
    assert one_paragraph(lang="en")["lang"] == ""


def test_reservations_follow_their_paragraph():
    printed = book(editions.edition())
    found = {
        paragraph["number"]: [reservation["organisation"] for reservation in paragraph["reservations"]]
        for section in printed["sections"]
        for paragraph in section["paragraphs"]
        if paragraph["reservations"]
    }
    assert found == {20: ["Ministry of Interior (sample)"], 33: ["Ministry of Health (sample)"]}


def test_every_point_is_answered_once_under_its_theme():
    content = editions.edition()
    content["points"][5]["theme"] = None
    themes = book(content)["dispositions"]
    assert [theme["name"].split(" ")[0] for theme in themes] == ["T1", "T2", "T3", "T4", "T5", "T6", "T7", "Other"]
    ids = [row["id"] for theme in themes for row in theme["rows"]]
    assert sorted(ids) == sorted(f"point-{number}" for number in range(1, 61))


def test_summary_counts_every_point():
    content = editions.edition()
    assert sum(number for _, number in book(content)["summary"]) == len(content["points"])


def test_participants_are_listed_by_group_with_names_as_typed():
    content = editions.edition(participants=18)
    content["participants"][0]["group"] = "unheard-of"
    groups = book(content)["participants"]
    assert [group["name"] for group in groups][-1] == "unheard-of"
    assert sorted(person["name"] for group in groups for person in group["members"]) == sorted(
        person["name"] for person in content["participants"]
    )


def test_silent_clearances_are_shown_as_silent():
    rows = {row["ministry"]: row for row in book(editions.edition())["clearances"]}
    silent = rows["Ministry of Finance (sample)"]
    assert (silent["stances"], silent["answered"]) == ([0, 0, 0, 0, 0, 0, 13], "No answer")
    assert rows["Ministry of Interior (sample)"]["answered"] == "5 October 2017"


def test_chart_has_alternative_text():
    words = book(editions.edition())["chart"]["words"]
    assert words.startswith(
        "Bar charts: how many inputs each group sent in under each theme. The theme with most inputs is "
    )


def test_edition_before_forum_is_printed_without_one():
    content = editions.edition(kind="draft")
    content |= {"forum": None, "adoption": None}
    printed = book(content)
    assert (printed["programme"], printed["adoption"]) == ([], [])


def test_content_is_not_modified():
    content = editions.edition()
    before = copy.deepcopy(content)
    book(content)
    assert content == before
