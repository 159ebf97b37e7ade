"""Decisions on paragraphs in the printed record and on the paper's page."""

from django.template.loader import render_to_string

from positions.render.rulings import older_words, rulings
from tests.positions.render import editions

PRINT = {"reservations": [], "adoption": [("Decision", "Adopted")], "clearances": []}


def rows(content):
    return [(row["places"], row["outcome"], row["how"]) for row in rulings(content)]


def test_consecutive_consensus_decisions_are_grouped():
    content = editions.by_paragraph(editions.edition(points=0))
    assert rows(content) == [
        ("1–4", "Adopted", "Consensus"),
        ("5", "Adopted", "Show of hands: 15 yes, 3 no, 2 abstain"),
        ("6", "Sent back", "Consensus"),
        ("6", "Adopted with a reservation", "Consensus"),
        ("7", "Adopted", "Roll call: 3 yes, 0 no, 0 abstain"),
        ("8, 9", "Adopted", "Consensus"),
    ]
    assert [row["is_changed"] for row in rulings(content)] == [False, True, False, False, False, False]
    assert older_words(content) == [(content["clearances"][0]["ministry"], "5")]


def test_new_quorum_count_or_number_starts_a_row():
    content = editions.edition(points=0)
    made = [editions.ruling(1), editions.ruling(2, members_present=19), editions.ruling(3, "left_out")]
    content["adoption"]["paragraphs"] = [*made, editions.ruling(4, number=3)]
    assert rows(content) == [
        ("1", "Adopted", "Consensus"),
        ("2", "Adopted", "Consensus"),
        ("3", "Left out", "Consensus"),
        ("4 (now 3)", "Adopted", "Consensus"),
    ]


def test_text_adopted_as_a_whole_has_no_paragraph_decisions():
    assert (rulings(editions.edition(points=0)), rulings(editions.edition(kind="draft"))) == ([], [])
    assert render_to_string("positions/public_papers/_rulings.html", {"rulings": []}).strip() == ""


def test_record_and_page_show_outcome_of_floor_amendments():
    content = editions.by_paragraph(editions.edition(points=0))
    found = {"rulings": rulings(content), "older_words": older_words(content)}
    printed = render_to_string("print/annex_record.html", {**PRINT, **found})
    assert printed.count("They are the words of the paragraph.") == 1
    assert printed.count("They were not taken.") == 1
    assert "answered on paragraph 5 before the meeting changed its words" in printed
    shown = render_to_string("positions/public_papers/_rulings.html", found)
    assert f"In the wording proposed from the floor by {editions.organisation(1)}." in shown.replace("&#x27;", "'")
    assert "20 member institutions and 9 groups were present" in shown
