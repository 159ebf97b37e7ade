"""Explorer of a frozen text: filters, pages, participation, single paragraphs and their history through the
editions.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from positions.queries import explorer
from positions.queries.explorer import OTHER, Cell, Line
from tests.positions.render import editions

LARGE = editions.edition(paragraphs=60, points=60)
TRAITS = explorer.traits(LARGE)


def source(point, organisation, relation="rests_on"):
    return {"point": point, "organisation": organisation, "relation": relation}


def paragraph(number, *sources, key="", text="", **more):
    plain = {"strength": "", "verb": "", "lang": "en", "provisions": [], "secretariat_text": not sources}
    text = text or f"Text of {number}."
    return {"number": number, "key": key or f"k{number}", "text": text, "sources": list(sources), **plain, **more}


def content(*sections, **more):
    """Return an edition of these sections, each with its theme and paragraphs."""
    held = [{"theme": theme, "heading": "H", "number": "", "paragraphs": rows} for theme, *rows in sections]
    lists = "points participants reservations objections_resolved clearances provisions themes"
    empty: dict = {name: [] for name in lists.split()}
    return {**empty, "sections": held, **more}


@pytest.mark.parametrize(
    ("words", "numbers"),
    [("Éligible people", {1}), ("people ELIGIBLE", {1}), ("people’s", {2}), ("people", {1, 2}), ("absent", set())],
)
def test_paragraphs_contain_all_words_whatever_their_case_and_accents(words, numbers):
    text = content(("T1", paragraph(1, text="Éligible people."), paragraph(2, text="People's rights."), paragraph(3)))
    assert explorer.containing(text, words) == numbers


@pytest.fixture
def small():
    """Return an edition of two themes and an introduction; two bodies were at the forum, one was not, and one point is
    not public.
    """
    return content(
        (None, paragraph(1, source("A.1", "Body"))),
        (
            "T1",
            paragraph(2, source("A.1", "Body"), source("A.2", "Body", "contrary"), strength="urges"),
            paragraph(3, source("A.2", "Body"), source("B.1", "Union"), source("C.1", None), provisions=["GCM-02"]),
        ),
        ("T2", paragraph(4), paragraph(5, source("F.1", "Group 2"), provisions=["SDG-10.7"])),
        participants=[
            {"organisation": "Body", "group": "civil_society"},
            {"organisation": "Body", "group": "media"},
            {"organisation": "Union", "group": "workers"},
        ],
        reservations=[{"paragraph": 3, "organisation": "Union", "text": "It costs."}],
        objections_resolved=[{"paragraph": 2, "organisation": "Ministry"}],
        clearances=[{"ministry": "Ministry", "paragraphs": [2, 5]}],
        points=[
            {"reference": "A.1", "organisation": "Body", "paragraphs": [2], "outcome": "accepted"},
            {"reference": "B.9", "organisation": "Union", "paragraphs": [2, 3], "outcome": "noted"},
            {"reference": "C.1", "organisation": None, "paragraphs": [3], "outcome": "accepted"},
            {"reference": "C.2", "organisation": None, "paragraphs": [2], "outcome": "accepted"},
        ],
        provisions=[{"code": code, "label": code, "title": ""} for code in ("GCM-02", "SDG-10.7", "SDG-5.2")],
        themes=[{"code": "T1", "sdg": ["5.2"]}, {"code": "T2", "sdg": ["10.7", "5.2"]}],
    )


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"theme": "T1"}, [2, 3]),
        ({"theme": OTHER}, [1]),
        ({"group": "civil_society"}, [1, 2, 3]),
        ({"group": OTHER}, [5]),
        ({"organisation": "Union"}, [3]),
        ({"group": "civil_society", "organisation": "Union", "theme": "T1"}, [3]),
        ({"objective": "GCM-02"}, [3]),
        ({"strength": "urges"}, [2]),
        ({"reserved": "yes"}, [3]),
        ({"theme": "T2", "reserved": "yes"}, []),
    ],
)
def test_paragraphs_are_filtered_by_properties(small, wanted, numbers):
    assert explorer.matching(explorer.traits(small), wanted) == numbers


def test_points_are_counted_by_group_and_theme(small):
    assert explorer.participation_by_theme(small, ["civil_society", "workers"]) == [
        Line("T1", [Cell("civil_society", 2, 1), Cell("workers", 1, 1), Cell(OTHER, 0, 0)], Cell("", 3, 2), 1),
        Line("T2", [Cell("civil_society", 0, 0), Cell("workers", 0, 0), Cell(OTHER, 1, 1)], Cell("", 1, 1), 0),
        Line(OTHER, [Cell("civil_society", 1, 1), Cell("workers", 0, 0), Cell(OTHER, 0, 0)], Cell("", 1, 1), 0),
    ]


def test_every_number_links_to_its_paragraphs():
    groups = sorted(set(explorer.groups_of(LARGE).values()))
    known = explorer.groups_of(LARGE)
    every = {each["number"]: each for section in LARGE["sections"] for each in section["paragraphs"]}
    filled = 0
    for line in explorer.participation_by_theme(LARGE, groups):
        for cell in line.cells:
            found = explorer.matching(TRAITS, {"theme": line.theme, "group": cell.group})
            said = [each for number in found for each in every[number]["sources"] if each["organisation"]]
            own = [each for each in said if known.get(each["organisation"], OTHER) == cell.group]
            assert (cell.points, cell.organisations) == (
                len({each["point"] for each in own}),
                len({each["organisation"] for each in own}),
            )
            assert bool(found) == bool(cell.points)
            filled += cell.points
    assert filled > 30


def test_paragraph_page_has_all_data_of_edition(small):
    found = explorer.passage(small, 2)
    assert [(each["point"], each["relation"], each["group"], bool(each["content"])) for each in found.sources] == [
        ("A.1", "rests_on", "civil_society", True),
        ("A.2", "contrary", "civil_society", False),
    ]
    assert [each["reference"] for each in found.answered] == ["B.9"]
    assert (found.hidden, found.hidden_answers, found.offices) == (0, 1, ["Ministry"])
    assert [each["organisation"] for each in found.objections] == ["Ministry"]
    assert [each["code"] for each in found.targets] == ["SDG-5.2"]
    assert (found.before, found.number, found.after, found.section["theme"]) == (1, 2, 3, "T1")
    third, last = explorer.passage(small, 3), explorer.passage(small, 5)
    assert (third.hidden, third.hidden_answers, [each["text"] for each in third.reservations]) == (1, 0, ["It costs."])
    assert [each["code"] for each in last.provisions] == ["SDG-10.7"]
    assert [each["code"] for each in last.targets] == ["SDG-5.2"]
    assert (last.before, last.after, explorer.passage(small, 1).before) == (4, None, None)
    assert explorer.passage(small, 6) is None


# --- Pages ----------------------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(wanted=st.sets(st.sampled_from(sorted(TRAITS))), most=st.integers(0, 30_000))
def test_pages_contain_every_paragraph_once_within_limit(wanted, most):
    pages = explorer.sheets(LARGE, wanted, most)
    sizes = {each["number"]: explorer._size(each) for section in LARGE["sections"] for each in section["paragraphs"]}
    assert [number for page in pages for number in page] == sorted(wanted)
    assert all(pages) or pages == [[]]
    assert [page for page in pages if len(page) > 1 and sum(sizes[number] for number in page) > most] == []


def test_section_starts_new_page_if_it_would_be_cut():
    rows = [paragraph(number, text="x" * 740) for number in range(1, 6)]
    text = content(("T1", *rows[:2]), ("T2", *rows[2:]))
    assert explorer.sheets(text, range(1, 6), 5_000) == [[1, 2, 3, 4, 5]]
    assert explorer.sheets(text, range(1, 6), 4_999) == [[1, 2], [3, 4, 5]]
    assert explorer.sheets(text, range(1, 6), 2_000) == [[1, 2], [3, 4], [5]]


# --- Through the editions -------------------------------------------------------------------------------------------


def steps_in_words(steps):
    words = [
        "".join(f"[{span.kind}: {span.text}]" if span.kind != "same" else span.text for span in step.spans)
        for step in steps
    ]
    return [
        (step.edition, step.number, step.change, step.out_of, text) for step, text in zip(steps, words, strict=True)
    ]


def test_paragraph_history_follows_key():
    first = content((None, paragraph(1, key="a", text="Kenya asks.")))
    second = content((None, paragraph(1, key="new"), paragraph(2, key="a", text="Kenya asks.")))
    third = content((None, paragraph(1, key="new"), paragraph(2, key="a", text="Kenya urges.")))
    text = [("0.1", first), ("0.2", second), ("0.3", third), ("0.4", third), ("0.5", content((None, paragraph(1))))]
    assert steps_in_words(explorer.history(text, "a")) == [
        ("0.1", 1, "first", [], "Kenya asks."),
        ("0.2", 2, "moved", [], ""),
        ("0.3", 2, "changed", [], "Kenya[removed:  asks][added:  urges]."),
        ("0.4", 2, "same", [], ""),
    ]
    assert explorer.history(text, "nowhere") == []


def test_history_compares_merged_paragraph_with_its_sources():
    before = content((None, paragraph(1, key="a", text="One."), paragraph(2, key="b", text="Two.")))
    after = content((None, paragraph(1, key="c", text="One. Three.", came_from=["b", "gone", "a"])))
    assert steps_in_words(explorer.history([("0.1", before), ("0.2", after)], "c")) == [
        ("0.2", 1, "first", [1, 2], "One.[removed:  Two][added:  Three]."),
    ]
