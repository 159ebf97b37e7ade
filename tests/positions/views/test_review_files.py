"""Word export and import in review: every change is previewed first, and the ticked ones are proposed."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from positions.models import Amendment
from positions.text.line_numbers import numbered as numbered_lines
from tests.factories import make_member, make_ministry, make_user
from tests.positions.imports.changing import behind, numbered, opened, rewrite, saved
from tests.positions.reviewing import TEXT, make_reviewable
from tests.positions.views.reviewed import OTHER, close, open_review, propose
from tests.positions.views.test_drafting import at, problems
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(db):
    return open_review(make_reviewable())


@pytest.fixture
def member(client, review):
    return sign_in(client, review.member)


def upload(member, review, data, name="changes.docx", **fields):
    return member.post(at("review_import", review), {"file": SimpleUploadedFile(name, data), **fields})


def fields_of(page):
    """Return the fields that the preview form would send unchanged."""
    rows = page.context["rows"]
    sent = {
        "form-TOTAL_FORMS": len(rows.forms),
        "form-INITIAL_FORMS": len(rows.forms),
        "sponsor": page.context["body"].pk,
    }
    for form in rows:
        sent |= {field.html_name: field.value() for field in form if field.value() not in (False, None)}
    return sent


def changed(member, review):
    """Return the downloaded text with a changed paragraph and a new one after it."""
    document = opened(member.get(at("review_docx", review)).content)
    line = numbered(document, 1)
    rewrite(line, "1.\tKenya calls for agreed ", ("ins", "and safe "), "routes.")
    behind(line, ("ins", "Routes change."))
    return saved(document)


def test_file_is_previewed_then_proposed(member, review):
    page = upload(member, review, changed(member, review))
    assert (page.status_code, Amendment.objects.count()) == (200, 0)
    assert [(row["label"], row["paragraph"]["text"]) for row in page.context["table"]] == [
        ("change the text", TEXT),
        ("add a paragraph after it", TEXT),
    ]
    sent = fields_of(page)
    page = member.post(at("review_import", review), sent)
    assert page.status_code == 422
    assert [words for _field, words in page.context["problems"]] == [
        "Paragraph 1: Enter a reason: the drafters and the other members will read it."
    ] * 2
    assert OTHER in page.text
    sent |= {"form-0-reason": "Safety first.", "form-1-reason": "They do."}
    del sent["form-1-take"]
    assert member.post(at("review_import", review), sent).url == at("review", review)
    made = Amendment.objects.get()
    assert (made.text, made.reason, made.operation, made.sponsor) == (OTHER, "Safety first.", "replace", review.body)


def test_preview_marks_what_a_change_removes_and_adds(member, review):
    page = upload(member, review, changed(member, review))
    reworded, added = page.context["table"]
    assert [(span.kind, span.text.strip()) for span in reworded["spans"] if span.kind != "same"] == [
        ("added", "and safe")
    ]
    assert added["spans"] == []
    assert re.search(r"<ins>.*?Added:.*?and safe.*?</ins>", page.text, re.DOTALL)


def test_export_names_the_organisation_in_the_colours_of_the_portal(client, member, review):
    document = opened(member.get(at("review_docx", review)).content)
    assert document.sections[0].header.paragraphs[0].text == f"Changes proposed by {review.body.name}"
    colours = [str(document.styles[f"Heading {level}"].font.color.rgb) for level in (1, 2)]
    assert colours == ["16191D", "0A5C35"]
    desk = sign_in(client, review.drafter)
    assert opened(desk.get(at("review_docx", review)).content).sections[0].header.paragraphs[0].text == ""


def test_refused_rows_are_kept_and_others_proposed(member, review):
    propose(review)
    sent = fields_of(upload(member, review, changed(member, review)))
    sent |= {"form-0-reason": "Safety first.", "form-1-reason": "They do."}
    page = member.post(at("review_import", review), sent)
    assert page.status_code == 422
    assert [row["reasons"] for row in page.context["table"]] == [["Your organisation has already proposed this text."]]
    assert "Safety first.</textarea>" in page.text
    assert list(Amendment.objects.order_by("pk").values_list("operation", flat=True)) == ["replace", "insert"]


def test_table_of_comments_is_read_from_csv(member, review):
    head = "Organisation,Paragraph,Type,Comment,Proposed change"
    sheet = f"{head}\nKE,1,te,Safety first.,{OTHER}\nKE,9,te,None.,Words.\n"
    page = upload(member, review, sheet.encode(), "comments.csv")
    (row,) = page.context["table"]
    assert (row["form"]["text"].value(), row["form"]["reason"].value()) == (OTHER, "KE, te: Safety first.")
    assert [words for words, _why in page.context["left"]] == ["Words."]


def test_row_refers_to_line_of_review_edition(member, review):
    edition = review.paper.rounds.get().edition
    lines = numbered_lines(json.loads(edition.content))
    (line,) = [
        each.number for block in lines for passage in block.passages for each in passage.lines if each.text == TEXT
    ]
    sheet = f"MB/NC,Line number,Type,Comments,Proposed change\nKE,{line},te,Safety first.,{OTHER}\n"
    (row,) = upload(member, review, sheet.encode(), "comments.csv").context["table"]
    assert row["paragraph"]["text"] == TEXT


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.docx", b"", "File: The file is empty."),
        ("paper.pdf", b"%PDF-1.7\n1 0 obj\n", "File: "),
        ("no.csv", b"Name,Colour\na,b\n", "File: The first row must have a column heading for the paragraph"),
        ("none.csv", b"Paragraph,Comment,Proposed change\n,,\n", "File: "),
        ("broken.docx", b"PK\x03\x04word/document.xml", "File: "),
    ],
)
def test_file_without_proposals_is_refused_at_its_field(member, review, name, data, words):
    page = upload(member, review, data, name)
    assert page.status_code == 422
    assert problems(page)[0].startswith(words)


def test_unchanged_text_is_reported(member, review):
    data = member.get(at("review_docx", review)).content
    assert problems(upload(member, review, data)) == [
        "File: This file contains no change. Check that you chose the file that you edited."
    ]


def test_import_is_404_for_others(client, review):
    for who in (make_user(), review.drafter, make_member(make_ministry(state="suspended"))):
        sign_in(client, who)
        assert client.get(at("review_import", review)).status_code == 404
    sign_in(client, review.member)
    other = make_ministry("Ministry of Ports")
    sent = {"form-TOTAL_FORMS": 0, "form-INITIAL_FORMS": 0, "sponsor": other.pk}
    assert client.post(at("review_import", review), sent).status_code == 404
    close(review)
    assert client.get(at("review_import", review)).url == at("review", review)


def test_table_in_unknown_encoding_must_be_sent_as_workbook(member, review):
    table = b"paragraph,proposed change\n1,Kenya calls for agreed routes.\n" + bytes(range(128, 256)) * 3
    page = upload(member, review, table, "comments.csv")
    assert page.status_code == 422
    [said] = problems(page)
    assert said.endswith("cannot read the encoding of this CSV file. Save it as .xlsx and upload it again.")
