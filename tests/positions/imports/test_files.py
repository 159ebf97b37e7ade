"""A text edited in Word becomes amendments; changes that cannot be matched are reported."""

import zipfile
from io import BytesIO

import pytest

from consultations.uploads import Refused
from positions.imports import matching
from positions.imports.matching import ProposedChange, Target, columns, match_lines, match_table
from positions.imports.sandbox import read_word
from positions.render.review_text import docx
from tests.positions.imports.changing import behind, mark, numbered, opened, rewrite, saved

TEXTS = [
    "Kenya calls for agreed routes.",
    "Kenya urges that crews be paid the fuel of every rescue.",
    "Kenya supports that passengers complain on the boat.",
    "Every landing site has a shelter that is open at night.",
]
TARGETS = [Target(f"00000000-0000-0000-0000-00000000000{n}", n, text) for n, text in enumerate(TEXTS, 1)]
SECTIONS = [{"heading": "Drivers", "paragraphs": [{"key": key, "number": n, "text": text} for key, n, text in TARGETS]}]
CONTENT = {"paper": {"title": "The lakes"}, "language": "en"}


@pytest.fixture
def document():
    return opened(docx(CONTENT, SECTIONS, closes="1 December 2026, 17:00 EAT (UTC+3)"))


def proposed(document):
    found = match_lines(read_word(saved(document))["lines"], TARGETS)
    return [(each.number, each.operation, each.text) for each in found.changes], [
        words for words, _why in found.unmatched
    ]


def test_unchanged_text_proposes_nothing(document):
    assert proposed(document) == ([], [])


def test_tracked_changes_become_amendments(document):
    rewrite(numbered(document, 1), "1.\tKenya calls for ", ("del", "agreed"), ("ins", "agreed and safe"), " routes.")
    rewrite(numbered(document, 2), ("del", f"2.\t{TEXTS[1]}"))
    behind(numbered(document, 3), ("ins", "Complaints are answered within a week."))
    assert proposed(document) == (
        [
            (1, "replace", "Kenya calls for agreed and safe routes."),
            (2, "delete", ""),
            (3, "insert", "Complaints are answered within a week."),
        ],
        [],
    )


def test_split_paragraph_and_inserted_paragraph_are_recognised(document):
    third = numbered(document, 3)
    behind(third, "complain on the boat.")
    rewrite(third, "3.\tKenya supports that passengers ", ("ins", "travel safely."))
    first = numbered(document, 2)
    new = first.insert_paragraph_before()
    rewrite(new, ("ins", "Boats carry a radio."))
    mark(new, "ins")
    assert proposed(document) == (
        [
            (1, "insert", "Boats carry a radio."),
            (3, "split", "Kenya supports that passengers travel safely.\n\ncomplain on the boat."),
        ],
        [],
    )


def test_paragraph_without_key_is_matched_by_number_or_text(document):
    for number in (1, 2):
        line = numbered(document, number)
        for each in [*line._p.xpath("w:bookmarkStart"), *line._p.xpath("w:bookmarkEnd")]:
            line._p.remove(each)
    rewrite(numbered(document, 1), "1.\tKenya calls for agreed ", ("ins", "lawful "), "routes.")
    rewrite(numbered(document, 2), "Kenya urges that crews be paid the fuel of every ", ("ins", "night "), "rescue.")
    assert proposed(document) == (
        [
            (1, "replace", "Kenya calls for agreed lawful routes."),
            (2, "replace", "Kenya urges that crews be paid the fuel of every night rescue."),
        ],
        [],
    )


def changed(words):
    told = {"key": "", "is_new": [False], "is_joined": False, "comments": []}
    return {**told, "before": words, "after": [f"{words} Always."]}


def test_number_of_similarity_searches_is_limited(monkeypatch):
    monkeypatch.setattr(matching, "MOST_LOOKED_FOR", 2)
    lines = [changed(f"In short, {text}") for text in TEXTS[:3]]
    found, left = match_lines(lines, TARGETS)
    assert [each.number for each in found] == [1, 2]
    assert [words for words, _why in left] == ["In short, Kenya supports that passengers complain on the boat. Always."]
    assert [each.number for each in match_lines([changed(text) for text in TEXTS], TARGETS).changes] == [1, 2, 3, 4]


def test_unmatched_changes_are_listed(document):
    mark(numbered(document, 1), "del")
    rewrite(document.paragraphs[1], "Something that was never in this text ", ("ins", "at all."))
    assert proposed(document) == ([], ["Something that was never in this text at all.", TEXTS[0]])


def test_untracked_change_is_detected_and_reported(document):
    rewrite(numbered(document, 1), "1.\tKenya calls for routes.")
    found = match_lines(read_word(saved(document))["lines"], TARGETS).changes
    assert found == [
        ProposedChange(
            TARGETS[0].key, 1, "replace", "Kenya calls for routes.", "",
            "Changed without tracked changes: compare it with the text.",
        )
    ]  # fmt: skip


def test_table_in_document_is_read(document):
    row = document.tables[0].rows[1].cells
    for cell, words in zip(
        row, ["Ministry", "Para 2", "ed", "Clearer.", "Kenya urges that crews be paid."], strict=True
    ):
        cell.text = words
    (table,) = read_word(saved(document))["tables"]
    found = match_table(table, TARGETS)
    assert found.changes == [
        ProposedChange(TARGETS[1].key, 2, "replace", "Kenya urges that crews be paid.", "Ministry, ed: Clearer.")
    ]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (["KE", "1", "ge", "Said twice.", "Delete"], (1, "delete", "", "KE, ge: Said twice.")),
        (["KE", "4", "te", "", "Add a new paragraph: It is lit."], (4, "insert", "It is lit.", "")),
        (["KE", "4", "", "So.", TEXTS[3] + " It is lit."], (4, "replace", TEXTS[3] + " It is lit.", "KE: So.")),
    ],
)
def test_rows_of_standards_table_are_parsed(row, expected):
    head = ["MB/NC", "Paragraph/Figure/Table", "Type of comment", "Comments", "Proposed change"]
    (found,) = match_table([["Comments on the draft"], head, row], TARGETS).changes
    assert (found.number, found.operation, found.text, found.reason) == expected


# The form of the standards bodies as it is sent out, all eight columns.
FORM = [
    "MB/NC", "Line number (e.g. 17)", "Clause/ Subclause (e.g. 3.1)", "Paragraph/ Figure/ Table (e.g. Table 1)",
    "Type of comment", "Comments", "Proposed change", "Observations of the secretariat",
]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "clause", "paragraph", "expected"),
    [
        ("212", "", "", 3),
        ("211-212", "4.1", "", 2),
        ("212", "4.1", "Paragraph 1", 1),  # the paragraph goes before the line
        ("9", "", "", None),
        ("", "4.1", "", None),  # a section is no paragraph
        ("", "", "99", None),
    ],
)
def test_place_in_standards_form_is_found_by_paragraph_or_line(line, clause, paragraph, expected):
    row = ["KE", line, clause, paragraph, "te", "So.", "Delete", ""]
    found, left = match_table([FORM, row], TARGETS, {210: 1, 211: 2, 212: 3})
    assert [each.number for each in found] == ([expected] if expected else [])
    assert len(left) == (not expected)


def test_rows_without_paragraph_or_proposal_are_listed():
    rows = [["Paragraph", "Comment", "Proposed change"], ["99", "Why?", "Words."], ["2", "Good.", ""], ["", "", ""]]
    assert [words for words, _why in match_table(rows, TARGETS).unmatched] == ["Words.", "Good."]
    assert match_table([["Name", "Colour"], ["a", "b"]], TARGETS) is None
    odd = match_table([rows[0], ["1", "So.", "Say it in plainer words please"]], TARGETS).changes[0]
    assert odd.note == "This looks like an instruction. Write the whole paragraph as it should read."


def test_column_headings_are_recognised_in_two_languages():
    assert columns(["Shirika", "Aya", "Aina", "Maoni", "Pendekezo"]) == {
        "who": 0, "paragraph": 1, "kind": 2, "comment": 3, "change": 4,
    }  # fmt: skip


def replaced(data, name, content):
    """Return the same archive with another content of one part."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, content if entry.filename == name else old.read(entry))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'<!DOCTYPE x [<!ENTITY a "aaaa">]><w:document xmlns:w="x">&a;</w:document>', "entities"),
        (b"<w:document", "damaged"),
        (b"<a>" * 200_000, "damaged"),
        (b" " * 120_000_000, "too_much"),
    ],
)
def test_hostile_documents_are_refused_in_child_process(document, content, code):
    with pytest.raises(Refused) as refusal:
        read_word(replaced(saved(document), "word/document.xml", content))
    assert refusal.value.code == code


def test_other_files_are_refused():
    with pytest.raises(Refused) as refusal:
        read_word(b"%PDF-1.7 something")
    assert refusal.value.code == "unknown"
