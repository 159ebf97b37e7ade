"""The table, the notes and the picture of a position beside the Compact, from any findings."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from positions import alignment
from positions.models import ReflectionValue

VALUES = [value for value in ReflectionValue.values if value != "struck"]
OBJECTIVES = [SimpleNamespace(pk=n, code=f"GCM-{n:02}", order=n, label=f"L{n}", title=f"T{n}") for n in range(1, 24)]
CONTENT = {
    "sections": [
        {"paragraphs": [{"key": f"k{n}", "number": n, "provisions": [f"GCM-{n:02}", "GCM-15"]} for n in range(1, 9)]}
    ]
}
MEETINGS = [SimpleNamespace(pk=n) for n in range(1, 7)]


class Meeting(SimpleNamespace):
    """A milestone that can stand in a dictionary."""

    def __hash__(self):
        return self.pk


def finding(milestone: int, paragraph: int, objective: int, value: str):
    return SimpleNamespace(
        pk=milestone * 10_000 + objective * 100 + paragraph, milestone=Meeting(pk=milestone), milestone_id=milestone,
        paragraph=SimpleNamespace(key=f"k{paragraph}"), provision_id=objective, value=value, reference="R", note="",
        reason="", get_value_display=lambda: value,
    )  # fmt: skip


found = st.dictionaries(
    st.tuples(st.integers(1, 6), st.integers(1, 8), st.integers(1, 23)), st.sampled_from(VALUES), max_size=120
)


@given(found)
def test_every_finding_stands_once_in_table_notes_and_picture(given_findings):
    rows = [finding(*place, value) for place, value in sorted(given_findings.items())]
    made = alignment.laid_out(CONTENT, OBJECTIVES, rows)
    told = {
        (milestone.pk, each.number, line.objective.order): each.value
        for _letter, milestone, lines in made.notes
        for line, findings in lines
        for each in findings
    }
    assert told == given_findings
    assert [len(line.cells) for line in made.lines] == [len(made.heads)] * 23
    assert dict(made.counts) == {
        value: [sum(v == value for p, v in given_findings.items() if p[0] == m.pk) for _l, m in made.heads]
        for value in VALUES
    }
    hidden = sum(int(name.text.removeprefix("+")) for name in made.picture.more)
    assert len(made.picture.marks) + hidden == len(given_findings)
    silent = [line for line in made.lines if line.paragraphs for cell in line.cells if not cell.findings]
    assert len(made.picture.dots) == len(silent)
    places = [(mark.x, mark.y) for mark in made.picture.marks]
    assert len(set(places)) == len(places)
    assert all(mark.x + made.picture.size <= made.picture.width for mark in made.picture.marks)
    assert all(mark.y + made.picture.size <= made.picture.height for mark in made.picture.marks)


def test_the_table_says_which_paragraphs_speak_to_an_objective():
    made = alignment.laid_out(CONTENT, OBJECTIVES, [finding(1, 9, 1, "reflected")])
    assert (made.lines[4].paragraphs, made.lines[14].paragraphs) == ([5], [*range(1, 9)])
    assert made.lines[22].paragraphs == []
    assert made.lines[0].cells[0].findings == []  # of a paragraph that this edition does not have
