"""Spreadsheets through the admin's own pages: previewed, confirmed, kept once; whatever is wrong is named cell by cell."""

import csv
import os
import time
import zipfile
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from tablib import Dataset

from consultations.intake import spreadsheets
from consultations.intake.spreadsheets import LiteralCSV, LiteralXLSX, NotReadable, read
from consultations.models import County, Event, Stakeholder, Submission
from ncm_portal.workflow import now
from tests.factories import (
    make_consultation,
    make_delegate,
    make_forum,
    make_member,
    make_provision,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_theme,
    make_user,
)
from tests.pages import words
from tests.sign_in import sign_in

HEAD = ["organisation", "theme", "objectives", "title", "body", "proposed_wording", "audience", "language"]
ROW = [
    "Coast Network",
    "T1",
    "GCM-02",
    "Pay on time",
    "Wages are paid late.",
    "Wages are paid on time.",
    "public",
    "en",
]


def workbook(*rows):
    """An Excel workbook with these rows."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


def saved(book):
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def sheet(*rows, delimiter=","):
    """A CSV file with these rows."""
    out = StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode()


def rewritten(data, name, change):
    """A workbook with one of its parts changed behind the program's back."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            text = old.read(member)
            new.writestr(member.filename, change(text) if member.filename == name else text)
    return out.getvalue()


@pytest.fixture
def officer(db):
    return make_secretariat(name="The importer")


@pytest.fixture
def client(officer):
    return sign_in(Client(), officer)


@pytest.fixture
def network(db):
    return make_stakeholder("Coast Network")


@pytest.fixture
def consultation(network):
    make_provision("GCM-02", theme=make_theme("T1"))
    make_provision("GCM-05", theme=make_theme("T1"))
    return make_consultation(slug="round-1")


def upload(client, kind, data, name="sheet.xlsx", **choices):
    file = SimpleUploadedFile(name, data)
    return client.post(
        reverse(f"admin:consultations_{kind}_import"), {"import_file": file, "format": "0", "resource": "0", **choices}
    )


def send(client, asked, data, name="inputs.xlsx", **changed):
    choices = {
        "consultation": asked.pk,
        "channel": "letter",
        "received_on": timezone.localdate().isoformat(),
        **changed,
    }
    return upload(client, "submission", data, name, **choices)


def confirm(client, kind, preview):
    form = preview.context["confirm_form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: getattr(value, "pk", value) for name, value in data.items()}
    return client.post(reverse(f"admin:consultations_{kind}_process_import"), data, follow=True)


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def problems(page):
    return [(problem.row, problem.column, problem.why) for problem in page.context["problems"]]


# --- Inputs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [workbook, sheet], ids=["xlsx", "csv"])
def test_inputs_are_previewed_and_then_kept(client, officer, network, consultation, make):
    preview = send(client, consultation, make(HEAD, ROW), "inputs")
    assert preview.status_code == 200
    assert preview.context["tally"] == [(1, "new"), (0, "to change"), (0, "the same as here")]
    assert preview.context["rows"] == [("new", ["Coast Network", "T1", "Pay on time"])]
    assert not Submission.objects.exists()
    answer = confirm(client, "submission", preview)
    assert said(answer) == ["Imported: 1 new, 0 changed, 0 the same."]
    kept = Submission.objects.get()
    assert (kept.stakeholder, kept.theme.code, kept.title, kept.body) == (network, "T1", ROW[3], ROW[4])
    assert (kept.proposed_wording, kept.audience, kept.language) == (ROW[5], "public", "en")
    assert [provision.code for provision in kept.provisions.all()] == ["GCM-02"]
    assert (kept.state, kept.channel, kept.received_on) == ("submitted", "letter", timezone.localdate())
    assert (kept.reference, kept.content_sha256) == (f"NCM-{now():%Y}-0001", kept.computed_sha256())
    assert (kept.entered_by, kept.consultation) == (officer, consultation)
    entry = Event.objects.about(kept).get()
    assert (entry.verb, entry.by, entry.after) == ("take_in", officer, "submitted")


def test_an_input_is_the_organisations_and_not_the_importers(client, officer, consultation):
    confirm(client, "submission", send(client, consultation, workbook(HEAD, ROW)))
    kept = Submission.objects.get()
    client.post(reverse("admin:consultations_submission_move", args=[kept.pk, "accept"]), {"reason": ""})
    page = words(Client().get(reverse("input", args=[kept.reference])))
    assert "Coast Network" in page
    assert officer.name not in page
    assert Submission.objects.visible_to(make_member(kept.stakeholder)).get() == kept


def test_importing_the_same_again_changes_nothing(client, consultation):
    data = workbook(HEAD, ROW)
    confirm(client, "submission", send(client, consultation, data))
    before = Submission.objects.values().get()
    again = send(client, consultation, data)
    assert again.context["tally"] == [(0, "new"), (0, "to change"), (1, "the same as here")]
    assert said(confirm(client, "submission", again)) == ["Imported: 0 new, 0 changed, 1 the same."]
    assert Submission.objects.values().get() == before


def test_a_second_confirmation_does_nothing(client, consultation):
    preview = send(client, consultation, workbook(HEAD, ROW))
    confirm(client, "submission", preview)
    answer = confirm(client, "submission", preview)
    assert said(answer) == ["This spreadsheet was imported already, or was uploaded too long ago. Upload it again."]
    assert Submission.objects.count() == 1


def test_the_preview_writes_nothing_and_locks_nothing(client, consultation):
    before = Event.objects.count()
    send(client, consultation, workbook(HEAD, ROW))
    assert (Event.objects.count(), Submission.objects.count()) == (before, 0)


def test_each_cell_that_is_wrong_is_named_with_its_reason(client, consultation):
    make_stakeholder("Twice")
    make_stakeholder("twice")
    make_stakeholder("Not yet", state="registered")
    page = send(
        client,
        consultation,
        workbook(
            HEAD,
            ROW,
            ["Nobody", "T77", "GCM-99; GCM-02", "A title", "A text", "", "press", "fr"],
            [],
            ["", "", "", "", "", "", "", ""],
            ["Coast Network", "", "", "", "  ", "", "", ""],
            ["twice", "T1", "", "t" * 201, "b" * 20_001, "w" * 5_001, "", ""],
            ["Not yet", "T1", "", "A title", "A text", "", "", ""],
        ),
    )
    assert page.status_code == 422
    assert problems(page) == [
        (3, "organisation", "No stakeholder is called “Nobody”."),
        (3, "theme", "No theme is called “T77”."),
        (3, "audience", "“press” is none of: public, members, secretariat"),
        (3, "language", "“fr” is none of: en, sw"),
        (3, "objectives", "Unknown: GCM-99"),
        (6, "theme", "This cell is empty."),
        (7, "organisation", "Several are called “twice”."),
        (7, "title", "The text has 201 characters; 200 are the limit."),
        (7, "body", "The text has 20,001 characters; 20,000 are the limit."),
        (7, "proposed_wording", "The text has 5,001 characters; 5,000 are the limit."),
        (8, "", "The secretariat has not verified Not yet"),
    ]
    assert page.context["problem_count"] == "4 rows have a problem"
    for word in ("T77", "No theme is called", "4 rows have a problem"):
        assert word in words(page)
    assert "confirm_form" not in page.context
    assert not Submission.objects.exists()


def test_a_row_without_words_says_which(client, consultation):
    page = send(client, consultation, workbook(HEAD, ["Coast Network", "T1", "", "", "", "", "", ""]))
    assert problems(page) == [(2, "", "It has no title yet"), (2, "", "It has no text yet")]


def test_a_40_000_character_cell_and_unreadable_characters_are_named(client, consultation):
    rows = [
        [*ROW[:3], title, body, *ROW[5:]] for title, body in (("a\x0bb", "x"), ("t", "a\ufffeb"), ("t", "x" * 40_000))
    ]
    page = send(client, consultation, sheet(HEAD, *rows), "inputs.csv")
    why = "The text holds characters that cannot be shown (%s). Remove them and send again."
    assert problems(page) == [
        (2, "title", why % "U+000B"),
        (3, "body", why % "U+FFFE"),
        (4, "body", "The text has 40,000 characters; 20,000 are the limit."),
    ]
    page = send(client, consultation, workbook(HEAD, [*ROW[:4], "x" * 32_767, *ROW[5:]]))
    assert problems(page) == [(2, "body", "The text has 32,767 characters; 20,000 are the limit.")]


@pytest.mark.parametrize("state", ["open", "closed"])
def test_the_day_of_the_deadline_is_in_time_and_the_next_is_not(client, consultation, state):
    over = make_consultation(state=state, opens_at=now() - timedelta(days=40), closes_at=now() - timedelta(days=5))
    day = timezone.localdate(over.closes_at)
    page = send(client, over, workbook(HEAD, ROW), received_on=(day + timedelta(days=1)).isoformat())
    assert problems(page) == [(2, "", f"It was not received by {day.day} {day:%B %Y}")]
    in_time = send(client, over, workbook(HEAD, ROW), received_on=day.isoformat())
    confirm(client, "submission", in_time)
    assert Submission.objects.get().received_on == day


@pytest.mark.parametrize(
    ("changed", "field", "error"),
    [
        ({"received_on": "2999-01-01"}, "received_on", "This day lies ahead."),
        ({"received_on": "soon"}, "received_on", "Enter a valid date."),
        ({"consultation": ""}, "consultation", "This field is required."),
        (
            {"consultation": "999999"},
            "consultation",
            "Select a valid choice. That choice is not one of the available choices.",
        ),
        ({"channel": "web"}, "channel", "Select a valid choice. web is not one of the available choices."),
    ],
)
def test_the_choices_are_checked_beside_their_fields(client, consultation, changed, field, error):
    page = send(client, consultation, workbook(HEAD, ROW), **changed)
    assert (page.status_code, page.context["form"].errors) == (422, {field: [error]})
    assert f'id="id_{field}_error"' in page.content.decode()


def test_what_is_no_longer_possible_at_the_confirmation_is_said(client, consultation, network):
    preview = send(client, consultation, workbook(HEAD, ROW))
    Stakeholder.objects.filter(pk=network.pk).update(state="suspended")
    answer = confirm(client, "submission", preview)
    assert said(answer) == [
        "Row 2, not imported:  The secretariat has not verified Coast Network",
        "Imported: 0 new, 0 changed, 0 the same.",
    ]
    assert not Submission.objects.exists()


# --- Stakeholders ---------------------------------------------------------------------------------------------------

BODIES = ["name", "short_name", "group", "county", "is_ncm_member", "contact_email", "about"]


@pytest.mark.parametrize("make", [workbook, sheet], ids=["xlsx", "csv"])
def test_stakeholders_are_entered_and_changed(client, officer, make):
    mombasa = County.objects.create(code="001", name="Mombasa", slug="mombasa")
    known = make_stakeholder("Ng’ang’a Foundation", group="media", evidence="R")
    data = make(
        BODIES,
        ["Coast Workers", "CW", "Workers", "mombasa", "yes", "office@example.org", "Two\nlines"],
        ["Ng’ang’a Foundation", "NF", "civil_society", None, "", "", ""],
    )
    preview = upload(client, "stakeholder", data)
    assert preview.context["tally"] == [(1, "new"), (1, "to change"), (0, "the same as here")]
    assert Stakeholder.objects.count() == 1
    assert said(confirm(client, "stakeholder", preview)) == ["Imported: 1 new, 1 changed, 0 the same."]
    made = Stakeholder.objects.get(name="Coast Workers")
    assert (made.short_name, made.group, made.county, made.is_ncm_member) == ("CW", "workers", mombasa, True)
    assert (made.contact_email, made.about, made.state) == ("office@example.org", "Two\nlines", "registered")
    known.refresh_from_db()
    assert (known.group, known.state, known.evidence) == ("civil_society", "verified", "N")
    entry = Event.objects.about(known).get()
    assert (entry.verb, entry.by) == ("import", officer)
    assert entry.data == {"changed": {"short_name": ["", "NF"], "group": ["media", "civil_society"]}}
    again = upload(client, "stakeholder", data)
    assert again.context["tally"] == [(0, "new"), (0, "to change"), (2, "the same as here")]


def test_what_is_wrong_with_a_stakeholder_is_named(client):
    make_stakeholder("Twice")
    make_stakeholder("Twice")
    page = upload(
        client,
        "stakeholder",
        workbook(
            BODIES,
            ["", "", "media", "", "", "", ""],
            ["A", "", "", "", "", "", ""],
            ["B", "", "club", "Atlantis", "perhaps", "no address", "x" * 2_001],
            ["Twice", "", "media", "", "", "", ""],
            ["n" * 251, "", "media", "", "", "", ""],
        ),
    )
    assert [(row, column) for row, column, _why in problems(page)] == [
        (2, "name"),
        (3, "group"),
        (4, "group"),
        (4, "county"),
        (4, "is_ncm_member"),
        (4, "contact_email"),
        (4, "about"),
        (5, "name"),
        (6, "name"),
    ]
    assert problems(page)[3:5] == [
        (4, "county", "No county is called “Atlantis”."),
        (4, "is_ncm_member", "“perhaps” is neither yes nor no."),
    ]
    assert Stakeholder.objects.count() == 2


def test_a_state_in_the_sheet_is_not_a_decision(client):
    make_stakeholder("Waiting", state="registered")
    page = upload(client, "stakeholder", workbook(["name", "group", "state"], ["Waiting", "media", "verified"]))
    confirm(client, "stakeholder", page)
    assert Stakeholder.objects.get().state == "registered"


def test_one_problem_keeps_everything_out(client):
    page = upload(client, "stakeholder", workbook(BODIES, ["Good", "", "media"], ["Bad", "", "club"]))
    assert page.status_code == 422
    assert not Stakeholder.objects.exists()


def test_a_thousand_stakeholders_come_in_within_reason(client):
    rows = [
        [f"Organisation {turn}", "", "civil_society", "", "no", f"office{turn}@example.org", "We help."]
        for turn in range(1_000)
    ]
    began = time.monotonic()
    preview = upload(client, "stakeholder", workbook(BODIES, *rows))
    assert preview.context["tally"][0] == (1_000, "new")
    assert (len(preview.context["rows"]), preview.context["more"]) == (50, 950)
    confirm(client, "stakeholder", preview)
    assert Stakeholder.objects.count() == 1_000
    assert time.monotonic() - began < 60  # some 5 s on two idle cores


# --- Files of every kind --------------------------------------------------------------------------------------------

SHEET = "xl/worksheets/sheet1.xml"
MANY = [["name", "group"], *[[f"Body {turn}", "media"] for turn in range(5_001)]]


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>'
UNREADABLE = {
    "text": (b"just words", "There is no row below the names of the columns."),
    "empty": (b"\n\n", "The sheet is empty."),
    "head only": (sheet(["name", "group"]), "There is no row below the names of the columns."),
    "blank first row": (workbook([], ["name", "group"], ["A", "media"]), "The first row must hold the names of the columns."),
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
        "The workbook is too large once it is unpacked. Split it.",
    ),
    "old Excel": (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "This is an old Excel file (.xls). Save it as .xlsx and send it again."),
    "picture": (
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        "The file is neither an Excel workbook (.xlsx) nor a CSV file in UTF-8. Save it as one of these.",
    ),
    "many rows": (workbook(*MANY), "The sheet has more than 5,000 rows. Split it."),
    "many rows in CSV": (sheet(*MANY), "The sheet has more than 5,000 rows. Split it."),
    "long field": (sheet(["name", "group"], ["x" * 200_000, "media"]), "The CSV file cannot be read: field larger than field limit (131072)."),
}  # fmt: skip


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_read_is_explained_beside_its_field(client, name):
    data, why = UNREADABLE[name]
    page = upload(client, "stakeholder", data, "sheet")
    assert (page.status_code, page.context["form"].errors) == (422, {"import_file": [why]})
    assert not Stakeholder.objects.exists()


def test_a_file_of_more_than_4_mb_is_refused_before_it_is_read(client, monkeypatch):
    monkeypatch.setattr(spreadsheets, "read", lambda data: pytest.fail("it was read"))
    page = upload(client, "stakeholder", b"x" * (4 * 1024 * 1024 + 1))
    why = "The file is larger than 4 MB. Split it, or remove pictures from it."
    assert page.context["form"].errors == {"import_file": [why]}
    assert upload(client, "stakeholder", b"").context["form"].errors == {
        "import_file": ["The submitted file is empty."]
    }


def test_missing_columns_are_named(client):
    page = upload(client, "stakeholder", workbook(["title"], ["A"]))
    assert page.status_code == 422
    assert problems(page) == [(1, "", "These columns are missing: name, group")]


def test_columns_that_nobody_reads_are_named(client):
    page = upload(client, "stakeholder", workbook(["No.", "Name", "GROUP", "Telephone number"], [1, "A", "media", 7]))
    assert page.context["not_read"] == "no., telephone_number"
    assert "These columns are not read: no., telephone_number" in words(page)
    confirm(client, "stakeholder", page)
    assert Stakeholder.objects.get().name == "A"


def test_a_sheet_with_a_false_dimension_is_read_to_its_end():
    data = workbook(["name", "group"], ["A", "media"])
    for claimed in (b'ref="A1:XFD1048576"', b'ref="A1:A1"'):
        false = rewritten(data, SHEET, lambda text, claimed=claimed: text.replace(b'ref="A1:B2"', claimed))
        assert false != data
        assert read(false).dict == [{"name": "A", "group": "media"}]


def test_a_row_far_down_is_not_lost_in_silence():
    book = Workbook()
    book.active.append(["name", "group"])
    book.active.cell(9_000, 1, "Far down")
    with pytest.raises(NotReadable, match="more than 5,000 rows"):
        read(saved(book))
    book.active.cell(9_000, 1).value = None
    book.active.cell(5_001, 1, "Just within")
    assert read(saved(book))[4_999] == ("Just within", None)


def test_a_blank_column_does_not_shift_the_others():
    assert read(workbook(["name", None, "group"], ["A", "a note", "media"])).dict == [{"name": "A", "group": "media"}]
    assert read(sheet(["name", "", "group"], ["A"])).dict == [{"name": "A", "group": None}]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_files_of_any_country_are_read(delimiter):
    data = sheet(["name", "about"], ["Ng’ang’a", 'He said "yes", twice;\nthen left'], delimiter=delimiter)
    for mark in (b"", b"\xef\xbb\xbf"):
        assert read(mark + data).dict == [{"name": "Ng’ang’a", "about": 'He said "yes", twice;\nthen left'}]


def test_what_nobody_confirmed_is_thrown_away_after_a_day(client, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    upload(client, "stakeholder", workbook(BODIES, ["A", "", "media"]))
    (kept,) = (tmp_path / "uploads").iterdir()
    assert oct(kept.stat().st_mode)[-3:] == "600"
    os.utime(kept, (time.time() - 25 * 3600,) * 2)
    upload(client, "stakeholder", workbook(BODIES, ["B", "", "media"]))
    assert not kept.exists()


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "secret-key", "0" * 32])
def test_no_other_file_can_be_named_at_the_confirmation(client, name):
    data = {"import_file_name": name, "original_file_name": "x.csv", "format": "0", "resource": ""}
    answer = client.post(reverse("admin:consultations_stakeholder_process_import"), data, follow=True)
    assert said(answer) == ["This spreadsheet was imported already, or was uploaded too long ago. Upload it again."]


def test_a_confirmation_without_its_choices_is_sent_back(client, consultation):
    preview = send(client, consultation, workbook(HEAD, ROW))
    name = preview.context["confirm_form"]["import_file_name"].value()
    data = {"import_file_name": name, "original_file_name": "x", "format": "0", "channel": "letter"}
    page = client.post(reverse("admin:consultations_submission_process_import"), data)
    assert "The choices of this import were lost." in words(page)
    assert not Submission.objects.exists()


# --- Who ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["stakeholder", "submission"])
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


def test_stakeholders_go_out_as_they_may_come_in_again(client):
    make_stakeholder("Ng’ang’a Foundation", short_name="NF", group="media", about="One\n\ntwo")
    make_stakeholder("Waiting", state="registered")
    for file_format in (0, 1):
        data = export(client, "stakeholder", file_format)
        assert [row["name"] for row in read(data).dict] == ["Ng’ang’a Foundation", "Waiting"]
        assert [row["state"] for row in read(data).dict] == ["verified", "waiting for verification"]
        page = upload(client, "stakeholder", data)
        assert page.context["tally"] == [(0, "new"), (0, "to change"), (2, "the same as here")]
    only = export(client, "stakeholder", 0, state__exact="registered")
    assert [row["name"] for row in read(only).dict] == ["Waiting"]


def test_inputs_go_out_as_the_person_may_read_them(client, officer, consultation):
    kept = make_submission(consultation, title="Sent", audience="secretariat")
    make_submission(consultation, title="A draft of theirs", state="draft")
    rows = read(export(client, "submission", 0)).dict
    assert [(row["reference"], row["title"], row["sha256"]) for row in rows] == [
        (kept.reference, "Sent", kept.content_sha256)
    ]


def test_delegates_go_out_for_their_badges(client):
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


def test_nothing_that_goes_out_is_a_formula():
    dataset = Dataset(*[[each] for each in FORMULAE], headers=["text"])
    cells = [cell for (cell,) in load_workbook(BytesIO(LiteralXLSX().export_data(dataset))).active.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    text = LiteralCSV().export_data(dataset).decode("utf-8-sig")
    rows = [row[0] for row in csv.reader(StringIO(text, newline=""))][1:]
    assert [row for row in rows if row.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


@given(st.lists(st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"))), min_size=1, max_size=5))
def test_what_goes_out_comes_back_as_it_was(texts):
    rows = [["kept", text] for text in [*texts, *FORMULAE]]
    dataset = Dataset(*rows, headers=["key", "text"])
    for form in (LiteralXLSX, LiteralCSV):
        found = [row["text"] or "" for row in read(form().export_data(dataset)).dict]
        assert found == [text for _key, text in rows]


def test_an_exported_stakeholder_with_a_formula_for_a_name_comes_back(client):
    made = make_stakeholder("=1+1 Movement")
    data = export(client, "stakeholder", 1)
    assert b"'=1+1 Movement" in data
    assert upload(client, "stakeholder", data).context["tally"] == [
        (0, "new"),
        (0, "to change"),
        (1, "the same as here"),
    ]
    assert Stakeholder.objects.get() == made
