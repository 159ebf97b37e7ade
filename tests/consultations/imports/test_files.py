"""Import files of every type, permissions, and exports."""

import csv
import os
import time
from io import BytesIO, StringIO

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from tablib import Dataset

from consultations.imports import spreadsheets, uploads
from consultations.imports.spreadsheets import LiteralCSV, LiteralXLSX, NotReadable, read
from consultations.jobs import CHORES
from consultations.models import Job, Stakeholder
from ncm_portal.workflow import now
from tests.consultations.imports.sheets import (
    BODIES,
    confirm,
    messages_on,
    problems,
    rewritten,
    saved,
    sheet,
    upload,
    workbook,
)
from tests.factories import (
    make_delegate,
    make_forum,
    make_stakeholder,
    make_submission,
    make_user,
    walk,
)
from tests.pages import words
from tests.sign_in import sign_in

# --- Files of every kind --------------------------------------------------------------------------------------------

SHEET = "xl/worksheets/sheet1.xml"
MANY = [["name", "group"], *[[f"Body {turn}", "media"] for turn in range(5_001)]]


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>'
UNREADABLE = {
    "text": (b"just words", "There are no rows below the column names."),
    "empty": (b"\n\n", "The sheet is empty."),
    "head only": (sheet(["name", "group"]), "There are no rows below the column names."),
    "blank first row": (workbook([], ["name", "group"], ["A", "media"]), "The first row must contain the column names."),
    "same column twice": (workbook(["name", "Name "], ["A", "B"]), "Two columns have the same name."),
    "no workbook": (b"PK\x03\x04 and nothing more", "This is not an Excel workbook (.xlsx), or it is damaged."),
    "other zip": (rewritten(workbook(["a"]), "xl/workbook.xml", lambda text: b"<x/>"), "This is not an Excel workbook (.xlsx), or it is damaged."),
    "broken sheet": (
        rewritten(workbook(["name"], ["A"]), SHEET, lambda text: text[:-40]),
        "This is not an Excel workbook (.xlsx), or it is damaged.",
    ),
    "entities": (
        rewritten(workbook(["name"], ["A"]), SHEET, lambda text: BOMB + text),
        "This is not an Excel workbook (.xlsx), or it is damaged.",
    ),
    "zip bomb": (
        rewritten(workbook(["name"], ["A"]), "xl/theme/theme1.xml", lambda text: text + b" " * (65 * 1024 * 1024)),
        "The workbook is too large when unpacked. Split it.",
    ),
    "old Excel": (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "This is an old Excel file (.xls). Save it as .xlsx and send it again."),
    "picture": (
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        "The file is neither an Excel workbook (.xlsx) nor a CSV file. Save it as one of these.",
    ),
    "many rows": (workbook(*MANY), "The sheet has more than 5,000 rows. Split it."),
    "many rows in CSV": (sheet(*MANY), "The sheet has more than 5,000 rows. Split it."),
    "long field": (sheet(["name", "group"], ["x" * 200_000, "media"]), "The CSV file cannot be read: field larger than field limit (131072)."),
}  # fmt: skip


@pytest.mark.parametrize("name", UNREADABLE)
def test_reason_for_unreadable_file_is_shown_at_field(client, name):
    data, why = UNREADABLE[name]
    page = upload(client, "stakeholder", data, "sheet")
    assert (page.status_code, page.context["form"].errors) == (422, {"import_file": [why]})
    assert not Stakeholder.objects.exists()


def test_file_over_4_mb_is_refused_before_reading(client, monkeypatch):
    monkeypatch.setattr(spreadsheets, "read", lambda data: pytest.fail("it was read"))
    page = upload(client, "stakeholder", b"x" * (4 * 1024 * 1024 + 1))
    why = "The file must be 4 MB or smaller. Split it, or remove pictures from it."
    assert page.context["form"].errors == {"import_file": [why]}
    assert upload(client, "stakeholder", b"").context["form"].errors == {
        "import_file": ["The submitted file is empty."]
    }


def test_missing_columns_are_named(client):
    page = upload(client, "stakeholder", workbook(["title"], ["A"]))
    assert page.status_code == 422
    assert problems(page) == [(1, "", "These columns are missing: name, group")]


def test_ignored_columns_are_listed(client):
    page = upload(client, "stakeholder", workbook(["No.", "Name", "GROUP", "Telephone number"], [1, "A", "media", 7]))
    assert page.context["not_read"] == "no., telephone_number"
    assert "These columns are ignored: no., telephone_number" in words(page)
    confirm(client, "stakeholder", page)
    assert Stakeholder.objects.get().name == "A"


def test_sheet_with_wrong_dimension_is_read_completely():
    data = workbook(["name", "group"], ["A", "media"])
    for claimed in (b'ref="A1:XFD1048576"', b'ref="A1:A1"'):
        false = rewritten(data, SHEET, lambda text, claimed=claimed: text.replace(b'ref="A1:B2"', claimed))
        assert false != data
        assert read(false).dict == [{"name": "A", "group": "media"}]


def test_distant_row_is_not_lost():
    book = Workbook()
    book.active.append(["name", "group"])
    book.active.cell(9_000, 1, "Far down")
    with pytest.raises(NotReadable, match="more than 5,000 rows"):
        read(saved(book))
    book.active.cell(9_000, 1).value = None
    book.active.cell(5_001, 1, "Just within")
    assert read(saved(book))[4_999] == ("Just within", None)


def test_blank_column_does_not_shift_columns():
    assert read(workbook(["name", None, "group"], ["A", "a note", "media"])).dict == [{"name": "A", "group": "media"}]
    assert read(sheet(["name", "", "group"], ["A"])).dict == [{"name": "A", "group": None}]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_dialects_of_other_countries_are_read(delimiter):
    data = sheet(["name", "about"], ["Ng’ang’a", 'He said "yes", twice;\nthen left'], delimiter=delimiter)
    for mark in (b"", b"\xef\xbb\xbf"):
        assert read(mark + data).dict == [{"name": "Ng’ang’a", "about": 'He said "yes", twice;\nthen left'}]


def test_unconfirmed_uploads_are_deleted_after_a_day(client, officer, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    upload(client, "stakeholder", workbook(BODIES, ["A", "", "media"]))
    (kept,) = (tmp_path / "uploads").iterdir()
    rows = kept.with_suffix(".rows")  # as an upload of inputs keeps them
    rows.touch()
    os.utime(rows, (time.time() - 25 * 3600,) * 2)
    assert oct(kept.stat().st_mode)[-3:] == "600"
    os.utime(kept, (time.time() - 25 * 3600,) * 2)
    job = Job.objects.create(kind="import_inputs", state="waiting", by=officer, asked={"file": kept.name})
    upload(client, "stakeholder", workbook(BODIES, ["B", "", "media"]))
    assert (kept.exists(), rows.exists(), uploads.clear_uploads()) == (True, True, 0)
    walk(walk(job, "running"), "failed", ended_at=now())
    assert (uploads.clear_uploads(), kept.exists(), len(list((tmp_path / "uploads").iterdir()))) == (2, False, 1)
    assert uploads.clear_uploads in CHORES


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "secret-key", "0" * 32])
def test_confirmation_cannot_name_another_file(client, name):
    data = {"import_file_name": name, "original_file_name": "x.csv", "format": "0", "resource": ""}
    answer = client.post(reverse("admin:consultations_stakeholder_process_import"), data, follow=True)
    assert messages_on(answer) == [
        "This spreadsheet has already been imported, or the upload has expired. Upload it again."
    ]


# --- Who ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["stakeholder"])
def test_only_the_secretariat_imports_and_exports(db, kind):
    for office, status in (("sysadmin", 403), ("official", 302), ("", 302)):
        client = sign_in(Client(), make_user(office))
        for page in ("import", "export"):
            assert client.get(reverse(f"admin:consultations_{kind}_{page}")).status_code == status
        assert client.post(reverse(f"admin:consultations_{kind}_process_import"), {}).status_code == status


# --- Out ------------------------------------------------------------------------------------------------------------


def export(client, kind, file_format, **query):
    address = reverse(f"admin:consultations_{kind}_export")
    answer = client.post(address, {"format": str(file_format), "resource": "0"}, query_params=query)
    assert answer.status_code == 200
    return answer.content


def test_exported_stakeholders_can_be_imported(client):
    make_stakeholder("Ng’ang’a Foundation", short_name="NF", group="media", about="One\n\ntwo")
    make_stakeholder("Waiting", state="registered")
    for file_format in (0, 1):
        data = export(client, "stakeholder", file_format)
        assert [row["name"] for row in read(data).dict] == ["Ng’ang’a Foundation", "Waiting"]
        assert [row["state"] for row in read(data).dict] == ["verified", "not verified yet"]
        page = upload(client, "stakeholder", data)
        assert page.context["tally"] == [(0, "new"), (0, "to change"), (2, "unchanged")]
    only = export(client, "stakeholder", 0, state__exact="registered")
    assert [row["name"] for row in read(only).dict] == ["Waiting"]


def test_export_contains_readable_text_only(client, officer, consultation):
    kept = make_submission(consultation, title="Sent", audience="secretariat")
    make_submission(consultation, title="A draft of theirs", state="draft")
    rows = read(export(client, "submission", 0)).dict
    assert [(row["reference"], row["title"], row["sha256"]) for row in rows] == [
        (kept.reference, "Sent", kept.content_sha256)
    ]


def test_delegate_export_contains_badge_data(client):
    forum = make_forum()
    make_delegate(forum, make_stakeholder("Coast Network"), name="Wanjirũ", badge_number=7)
    (row,) = read(export(client, "delegate", 0)).dict
    assert (row["badge"], row["name"], row["organisation"], row["state"]) == (
        "7",
        "Wanjirũ",
        "Coast Network",
        "confirmed",
    )


FORMULAE = ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\tTab", "\rReturn", "'=quoted", "'plain", "plain = x"]


def test_exports_contain_no_formulas():
    dataset = Dataset(*[[each] for each in FORMULAE], headers=["text"])
    cells = [cell for (cell,) in load_workbook(BytesIO(LiteralXLSX().export_data(dataset))).active.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    text = LiteralCSV().export_data(dataset).decode("utf-8-sig")
    rows = [row[0] for row in csv.reader(StringIO(text, newline=""))][1:]
    assert [row for row in rows if row.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


@given(st.lists(st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"))), min_size=1, max_size=5))
def test_exports_round_trip(texts):
    rows = [["kept", text] for text in [*texts, *FORMULAE]]
    dataset = Dataset(*rows, headers=["key", "text"])
    for form in (LiteralXLSX, LiteralCSV):
        found = [row["text"] or "" for row in read(form().export_data(dataset)).dict]
        assert found == [text for _key, text in rows]


def test_exported_formula_name_is_reimported(client):
    made = make_stakeholder("=1+1 Movement")
    data = export(client, "stakeholder", 1)
    assert b"'=1+1 Movement" in data
    assert upload(client, "stakeholder", data).context["tally"] == [
        (0, "new"),
        (0, "to change"),
        (1, "unchanged"),
    ]
    assert Stakeholder.objects.get() == made
