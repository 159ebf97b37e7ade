"""Tables, notes and chart of a position compared with the Compact, for any findings."""

from hypothesis import given
from hypothesis import strategies as st

from positions.models import ReflectionValue
from positions.render import aligned
from positions.render.labels import finding_words

VALUES = [value for value in ReflectionValue.values if value != "struck"]
OBJECTIVES = [f"GCM-{number:02}" for number in range(1, 24)]
PRINCIPLES = [f"GCM-P-{letter}" for letter in "abcdefghij"]


def provision(code: str) -> dict:
    """Every paragraph refers to objective 15, one each to the first eight, and none to the principles."""
    number = int(code[-2:]) if code in OBJECTIVES else 0
    paragraphs = [*range(1, 9)] if number == 15 else [number] * (0 < number < 9)
    framework = "GCM" if number else "GCM-P"
    numeral = f"{number}." if number else f"({code[-1]})"
    words = {"numeral": numeral, "label": f"L{code}", "title": f"T{code}"}
    return {"code": code, "framework": framework, "paragraphs": paragraphs, **words}


def content(found: dict) -> dict:
    """Return the content of an annex with these findings by milestone, paragraph and provision."""
    said = {"reference": "R", "note": "", "reason": "", "at": "2017-11-02T07:00:00+00:00", "earlier": []}
    return {
        "milestones": [{"title": f"Meeting {number}"} for number in range(30)],
        "provisions": [provision(code) for code in [*OBJECTIVES, *PRINCIPLES]],
        "findings": [
            {"milestone": milestone, "paragraph": paragraph, "provision": code, "value": value, **said}
            for (milestone, paragraph, code), value in sorted(found.items())
        ],
    }


found = st.dictionaries(
    st.tuples(st.integers(0, 29), st.integers(1, 8), st.sampled_from([*OBJECTIVES, *PRINCIPLES])),
    st.sampled_from(VALUES),
    max_size=120,
)


@given(found)
def test_every_finding_is_once_in_table_and_notes_and_objectives_in_picture(given_findings):
    made = aligned.laid_out(content(given_findings))
    held = {head: int(head.title.removeprefix("Meeting ")) for head in made.heads}
    letters = {head.letter: number for head, number in held.items()}
    told = [
        ((letters[each.letter], each.number, line.provision["code"]), each.value)
        for line in made.noted
        for each in line.findings
    ]
    assert sorted(told) == sorted(given_findings.items())
    both = [*made.lines, *made.principles]
    assert sorted(
        (held[cell.head], each.number, line.provision["code"])
        for line in both
        for cell in line.cells
        for each in cell.findings
    ) == sorted(given_findings)
    anchors = [each.anchor for line in both for each in line.findings]
    assert len(set(anchors)) == len(anchors) == len(given_findings)
    assert [line.provision["code"] for line in made.lines] == OBJECTIVES
    assert {line.provision["code"] for line in made.principles} == {place[2] for place in given_findings} - {
        *OBJECTIVES
    }


@given(found)
def test_marks_in_picture_do_not_overlap(given_findings):
    few = {place: value for place, value in given_findings.items() if place[0] < 6}
    made = aligned.laid_out(content(few))
    picture = made.picture
    hidden = sum(int(name.text.removeprefix("+")) for name in picture.more)
    assert len(picture.marks) + hidden == sum(place[2] in OBJECTIVES for place in few)
    silent = [line for line in made.lines if line.paragraphs for cell in line.cells if not cell.findings]
    assert len(picture.dots) == len(silent)
    places = [(mark.x, mark.y) for mark in picture.marks]
    assert len(set(places)) == len(places)
    assert all(mark.x + picture.size <= picture.width for mark in picture.marks)
    assert all(mark.y + picture.size <= picture.height for mark in picture.marks)


def test_paragraph_is_followed_over_time():
    made = aligned.laid_out(
        content({(4, 2, "GCM-05"): "contrary", (1, 7, "GCM-05"): "in_part", (1, 2, "GCM-05"): "reflected"})
    )
    (line,) = [line for line in made.lines if line.findings]
    assert [(each.number, each.letter, each.label) for each in line.findings] == [
        (2, "A", "reflected"), (2, "B", "contrary"), (7, "A", "in part"),
    ]  # fmt: skip
    assert [head.title for head in made.heads] == ["Meeting 1", "Meeting 4"]
    assert (made.lines[4].paragraphs, made.lines[14].paragraphs, made.lines[22].paragraphs) == ([5], [*range(1, 9)], [])


def test_finding_labels_equal_choice_labels():
    assert [finding_words(value) for value in ReflectionValue.values] == [
        str(label) for label in ReflectionValue.labels
    ]
