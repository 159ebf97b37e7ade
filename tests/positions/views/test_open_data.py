"""Export of the inputs list: only what the reader may read, filtered as the list is, and no formulas."""

import csv
import json
from io import BytesIO, StringIO

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.urls import reverse
from openpyxl import load_workbook

from consultations import queries
from consultations.models import Point, Submission
from positions.queries.open_data import CHUNK, TABLE, inputs_as_rows
from positions.views import open_data
from tests import factories
from tests.paper_factories import bring_paper, make_disposition, make_paper, make_paragraph, make_section
from tests.plans import no_large_table_is_read_as_a_whole
from tests.sign_in import sign_in

HEADS = [
    "Reference", "Sent", "State", "Who can read it", "Consultation", "Organisation", "Group", "County", "Theme",
    "Objectives", "Forum", "Language", "Came by", "Title", "Text", "Proposed wording", "Files", "Points", "Answers",
    "Page",
]  # fmt: skip


def export(client, form, **asked):
    return b"".join(client.get(reverse("inputs_export", args=[form], query=asked)))


def inputs_of(client, **asked):
    return json.loads(export(client, "json", **asked))["inputs"]


def table(client, form, **asked):
    """Return the rows of a table without the byte order mark of a CSV file."""
    data = export(client, form, **asked)
    if form == "csv":
        return list(csv.reader(StringIO(data.decode("utf-8-sig"), newline="")))
    cells = load_workbook(BytesIO(data)).active.iter_rows()
    return [["" if cell.value is None else cell.value for cell in row] for row in cells]


@pytest.fixture
def answered():
    """Create a public input with an objective, a file and two points, one of them answered by a published paper."""
    body = factories.make_stakeholder("Umoja (sample)", county=None)
    submission = factories.make_submission(
        stakeholder=body, title="Fair work", body="Open. [[Secret.]]", proposed_wording="The State shall."
    )
    submission.provisions.add(factories.make_provision("GCM-06"))
    factories.make_attachment(submission, name="figures.pdf")
    points = [factories.make_point(submission, text="Fair work."), factories.make_point(submission, text="Fair pay.")]
    factories.make_point(submission, text="Secret.", held_back=True)
    paper = make_paper(submission.consultation)
    paragraph = make_paragraph(make_section(paper, submission.theme), is_secretariat_text=True)
    make_disposition(paper, points[0], "noted", paragraph, answered_at=submission.submitted_at, reason="Heard.")
    bring_paper(paper, "published")
    submission.paper = paper
    return submission


@pytest.mark.django_db
def test_exported_input_has_organisation_state_points_and_answers(client, answered):
    (found,) = inputs_of(client)
    ref = answered.reference
    assert found["organisation"] == {"name": "Umoja (sample)", "group": "civil_society", "county": None}
    said = [found[name] for name in ("reference", "title", "body", "proposed_wording", "state", "objectives")]
    expected = [ref, "Fair work", "Open. [passage held back]", "The State shall.", "accepted", ["GCM-06"]]
    assert said == expected
    assert [file["name"] for file in found["files"]] == ["figures.pdf"]
    assert [(point["reference"], point["text"], point["state"]) for point in found["points"]] == [
        (f"{ref}.1", "Fair work.", "validated"),
        (f"{ref}.2", "Fair pay.", "validated"),
    ]
    assert [
        point["answer"] and (point["answer"]["outcome"], point["answer"]["reason"]) for point in found["points"]
    ] == [
        ("noted", "Heard."),
        None,
    ]
    assert [point["answer"] and point["answer"]["paragraphs"] for point in found["points"]] == [[1], None]


@pytest.mark.django_db
def test_merged_point_names_its_target_to_permitted_readers(client):
    consultation = factories.make_consultation()
    secret = factories.make_point(factories.make_submission(consultation, audience="secretariat"))
    public = factories.make_point(factories.make_submission(consultation))
    both = factories.make_submission(consultation)
    for into in (public, secret):
        factories.make_point(both, state="merged", into=into)
    named = [row["points"] for row in inputs_of(client) if row["reference"] == both.reference]
    assert [[point["merged_into"] for point in points] for points in named] == [[public.reference, None]]
    sign_in(client, factories.make_secretariat())
    named = [row["points"] for row in inputs_of(client) if row["reference"] == both.reference]
    assert [[point["merged_into"] for point in points] for points in named] == [[public.reference, secret.reference]]


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["visitor", "own", "secretariat"])
def test_points_of_named_inputs_are_limited_to_readable_ones(answered, who):
    hidden = factories.make_submission(answered.consultation, audience="secretariat")
    factories.make_point(hidden)
    make = {"visitor": AnonymousUser, "own": lambda: answered.author, "secretariat": factories.make_secretariat}
    seen = Point.objects.visible_to(make[who]()).filter(submission__in=[answered, hidden])
    with no_large_table_is_read_as_a_whole():
        list(seen)
    assert seen.count() == {"visitor": 2, "own": 3, "secretariat": 4}[who]


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["visitor", "own", "stranger", "secretariat"])
def test_points_of_readable_inputs_are_the_visible_ones_without_asking_for_each_input(answered, who):
    factories.make_point(session=factories.make_session(factories.make_forum(answered.consultation)))
    make = {
        "visitor": AnonymousUser, "own": lambda: answered.author, "stranger": factories.make_member,
        "secretariat": factories.make_secretariat,
    }  # fmt: skip
    reader = make[who]()
    of_input = Point.objects.visible_to(reader).filter(submission__in=Submission.objects.visible_to(reader))
    shown = Point.objects.visible_with_input(reader)
    assert set(shown) == set(of_input)
    assert shown.count() == {"visitor": 2, "own": 3, "stranger": 2, "secretariat": 3}[who]


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_table_hides_held_back_passages_and_marks_their_points_for_full_readers(client, answered, form):
    point = answered.points.get(number=1)
    factories.change(point, text="[[A.]] B. ]]")
    factories.change(answered.points.get(number=2), text="[[ C.")  # no pair, across two points either
    ref, heads = answered.reference, HEADS.index
    (_heads, row) = table(client, form)
    assert row[heads("Text")] == "Open. [passage held back]"
    assert row[heads("Points")] == f"{ref}.1: [passage held back] B. ]]\n{ref}.2: [[ C."
    sign_in(client, answered.author)
    (_heads, row) = table(client, form)
    assert row[heads("Text")] == "Open. [[Secret.]]"
    assert row[heads("Points")] == f"{ref}.1: [[A.]] B. ]]\n{ref}.2: [[ C.\n{ref}.3 (held back): Secret."


@pytest.mark.django_db
def test_table_has_the_columns_in_the_order_of_the_query():
    assert tuple(open_data.COLUMNS) == TABLE
    assert [str(column.head) for column in open_data.COLUMNS.values()] == HEADS


@pytest.mark.django_db(transaction=True)
def test_first_inputs_come_before_the_last_are_looked_for(monkeypatch):
    """A cursor that outlives its transaction, as Django's does outside of one, is filled before the first row."""
    monkeypatch.setattr("positions.queries.open_data.CHUNK", 1)
    for _turn in range(3):
        factories.make_submission()
    rows = inputs_as_rows(queries.readable_inputs(AnonymousUser(), queries.InputFilters()), reader=None, mark="")
    next(rows)
    with connection.cursor() as cursor:
        cursor.execute("SELECT is_holdable FROM pg_cursors WHERE name <> ''")
        assert cursor.fetchall() == [(False,)]
    rows.close()
    assert not connection.in_atomic_block


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_table_has_one_row_per_input(client, answered, form):
    heads, row = table(client, form)
    found, ref = dict(zip(heads, row, strict=True)), answered.reference
    assert heads == HEADS
    assert (found["Organisation"], found["State"], found["Text"]) == (
        "Umoja (sample)", "on file", "Open. [passage held back]",
    )  # fmt: skip
    assert found["Points"] == f"{ref}.1: Fair work.\n{ref}.2: Fair pay."
    assert found["Answers"] == f"{ref}.1: noted ({answered.paper.slug}, 1). Heard."
    assert (found["Files"], found["Objectives"]) == ("figures.pdf", "GCM-06")


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["organisation", "secretariat"])
def test_permitted_reader_gets_withheld_passages(client, answered, who):
    sign_in(client, answered.author if who == "organisation" else factories.make_secretariat())
    (found,) = inputs_of(client)
    assert found["body"] == "Open. [[Secret.]]"
    assert [point["text"] for point in found["points"]] == ["Fair work.", "Fair pay.", "Secret."]


@pytest.mark.django_db
def test_export_contains_what_list_shows_to_reader(client):
    made = {audience: factories.make_submission(audience=audience) for audience in ("public", "members", "secretariat")}
    factories.make_submission(state="submitted")
    factories.make_submission(state="draft")
    member = factories.make_member(factories.make_ministry())
    seen = {}
    for name, reader in (("visitor", None), ("member", member), ("secretariat", factories.make_secretariat())):
        client.logout()
        if reader:
            sign_in(client, reader)
        references = {row["reference"] for row in inputs_of(client)}
        seen[name] = sorted(audience for audience, row in made.items() if row.reference in references), len(references)
    assert seen == {
        "visitor": (["public"], 1),
        "member": (["members", "public"], 2),
        "secretariat": (["members", "public", "secretariat"], 4),
    }


@pytest.mark.django_db
def test_filters_and_search_words_apply_to_export(client):
    theme = factories.make_theme("T2")
    first = factories.make_submission(title="About fishing")
    second = factories.make_submission(theme=theme, title="About farming")
    assert [row["reference"] for row in inputs_of(client, theme="T2")] == [second.reference]
    assert [row["reference"] for row in inputs_of(client, q="fishing")] == [first.reference]
    assert [row["reference"] for row in inputs_of(client)] == [second.reference, first.reference]


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["=1+1", "+254", "-2", "@x", "\t=1", "'=1"])
def test_export_contains_no_formulas(client, words):
    factories.make_submission(title=words)
    place = HEADS.index("Title")
    (_heads, row), (_same, escaped) = table(client, "xlsx"), table(client, "csv")
    assert row[place] == words.replace("\t", "\t")
    book = load_workbook(BytesIO(export(client, "xlsx")))
    assert {cell.data_type for line in book.active.iter_rows() for cell in line} <= {"s", "inlineStr", "n"}
    assert escaped[place] == f"'{words}"


@pytest.mark.django_db
def test_truncated_cell_is_marked_and_other_files_are_complete(client):
    sent = factories.make_submission(title="Much")
    for turn in range(20):
        factories.make_point(sent, text=f"{turn:02} " + "x" * 1_990)
    place = HEADS.index("Points")
    cut, whole = table(client, "xlsx")[1][place], table(client, "csv")[1][place]
    note = " … (cut here: a workbook cell cannot hold more. The CSV and JSON files have the whole text.)"
    assert cut == whole[: 32_767 - len(note)] + note
    assert (len(whole.splitlines()), whole.count("x")) == (20, 20 * 1_990)


@pytest.mark.django_db
def test_empty_list_is_valid_file(client):
    assert inputs_of(client) == []
    assert table(client, "csv") == table(client, "xlsx") == [HEADS]


@pytest.mark.django_db
def test_file_name_describes_export_and_unknown_format_is_404(client):
    answer = client.get(reverse("inputs_export", args=["csv"]))
    assert answer["Content-Disposition"].startswith('attachment; filename="inputs-')
    assert client.get(reverse("inputs_export", args=["pdf"])).status_code == 404


@pytest.mark.django_db
def test_query_count_does_not_depend_on_inputs(client, django_assert_max_num_queries):
    for _turn in range(12):
        factories.make_point(factories.make_submission())
    with django_assert_max_num_queries(16):
        assert len(inputs_of(client)) == 12 < CHUNK
