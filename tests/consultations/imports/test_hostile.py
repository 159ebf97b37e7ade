"""Broken, huge and hostile spreadsheets are refused quickly, with a message, without leftovers.

Measures CPU time, so that a busy machine gives the same result.
"""

import struct
import zipfile
from datetime import date
from io import BytesIO
from time import process_time

import pytest
from openpyxl import Workbook

from consultations.imports.spreadsheets import read
from consultations.models import Event, Job, Submission
from tests.consultations.imports.sheets import (
    HEAD,
    ROW,
    confirm_inputs,
    errors_listed,
    rewritten,
    saved,
    send,
    sheet,
    states,
    workbook,
)

SOON = 5  # seconds of this process; also where coverage traces each line
SHEET, STYLES, BOOK, PARTS = "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml", "[Content_Types].xml"
GOOD = workbook(HEAD, ROW)
DAMAGED = "This is not an Excel workbook (.xlsx), or it is damaged."
TOO_MUCH = "The workbook contains more than the portal can read at once. Copy its rows into a new one, or split it."
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>'
STRINGS = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


def with_row(number, cells):
    """Return the valid workbook with one extra row, written literally."""
    row = b'<row r="%d">%s</row></sheetData>' % (number, cells)
    return rewritten(GOOD, SHEET, lambda text: text.replace(b"</sheetData>", row))


def billion_laughs(part):
    return rewritten(GOOD, part, lambda text: LAUGHS + text.replace(b"<sheetData>", b"<sheetData>&c;"))


def with_a_letter(letter):
    return rewritten(GOOD, SHEET, lambda text: text.replace(b"Pay on time", f"Pay{letter}".encode()))


def with_false_size():
    """Workbook whose sheet claims a hundredth of its unpacked size."""
    data = rewritten(GOOD, SHEET, lambda text: text + b" " * 50_000_000)
    with zipfile.ZipFile(BytesIO(data)) as package:
        size = package.getinfo(SHEET).file_size
    assert data.count(struct.pack("<I", size)) == 2
    return data.replace(struct.pack("<I", size), struct.pack("<I", size - 50_000_000))


def unbounded():
    """Workbook with a compression method of unbounded output."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(GOOD)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_BZIP2) as new:
        for member in old.infolist():
            new.writestr(member.filename, old.read(member))
    return out.getvalue()


def one_text_everywhere():
    """One text of a megabyte referenced by 40,000 cells."""
    part = f'<Override PartName="/xl/theme/theme1.xml" ContentType="{STRINGS.decode()}"/></Types>'.encode()
    text = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>%s</t></si></sst>'
    rows = b"".join(b"<row>%s</row>" % (b'<c t="s"><v>0</v></c>' * 8) for _ in range(4_990)) + b"</sheetData>"
    data = rewritten(GOOD, PARTS, lambda found: found.replace(b"</Types>", part))
    data = rewritten(data, "xl/theme/theme1.xml", lambda _found: text % (b"x" * 1_000_000))
    return rewritten(data, SHEET, lambda found: found.replace(b"</sheetData>", rows))


REFUSED = {
    "a cell in the last row of all": (lambda: with_row(1_048_576, b'<c t="str"><v>x</v></c>'), "The sheet has more than 5,000 rows. Split it."),
    "two rows in one place": (lambda: with_row(2, b'<c t="str"><v>x</v></c>'), DAMAGED),
    "a column that no sheet has": (lambda: with_row(3, b'<c r="ZZZZ3" t="str"><v>x</v></c>'), DAMAGED),
    "a number of a million digits": (lambda: with_row(3, b"<c><v>%s</v></c>" % (b"9" * 1_000_000)), DAMAGED),
    "a text that is not there": (lambda: with_row(3, b'<c t="s"><v>7</v></c>'), DAMAGED),
    "half a million cells": (lambda: with_row(3, b"<c/>" * 500_000), TOO_MUCH),
    "a hundred thousand styles": (lambda: rewritten(GOOD, STYLES, lambda text: text.replace(b"</fonts>", b"<font/>" * 100_000 + b"</fonts>")), TOO_MUCH),
    "a hundred thousand parts": (lambda: rewritten(GOOD, PARTS, lambda text: text.replace(b"</Types>", b'<Default Extension="a" ContentType="b"/>' * 100_000 + b"</Types>")), TOO_MUCH),
    "one text everywhere": (one_text_everywhere, "The sheet contains more text than the portal can read at once. Split it."),
    "words of its own in the sheet": (lambda: billion_laughs(SHEET), DAMAGED),
    "words of its own in the styles": (lambda: billion_laughs(STYLES), DAMAGED),
    "words of its own in the book": (lambda: billion_laughs(BOOK), DAMAGED),
    "words of its own in the list of parts": (lambda: billion_laughs(PARTS), DAMAGED),
    "letters that hide tags": (lambda: rewritten(GOOD, STYLES, lambda text: b'<?xml version="1.0" encoding="UTF-7"?>' + text), DAMAGED),
    "a vertical tab": (lambda: with_a_letter("\x0b"), DAMAGED),
    "no character at all": (lambda: with_a_letter("\ufffe"), DAMAGED),
    "a bomb": (lambda: rewritten(GOOD, SHEET, lambda text: text + b" " * (65 * 1024 * 1024)), "The workbook is too large when unpacked. Split it."),
    "a bomb that lies": (with_false_size, DAMAGED),
    "a bomb without a bound": (unbounded, DAMAGED),
    "a million blank lines": (lambda: sheet(HEAD) + b"\n" * 1_100_000, "The sheet has more than 5,000 rows. Split it."),
    "other headings": (lambda: workbook(["Name", "What we want"], ["Coast Network", "Pay"]), "These columns are missing: organisation, theme, title, body. These columns are not recognised: name, what_we_want"),
    "headings without end": (lambda: workbook([*HEAD[:3], "x" * 30_000], ROW), f"These columns are missing: title, body. These columns are not recognised: {'x' * 100}"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_hostile_files_are_refused_quickly_without_traces(client, consultation, settings, tmp_path, name):
    settings.VAR_DIR = tmp_path
    make, why = REFUSED[name]
    data, before = make(), Event.objects.count()
    began = process_time()
    page = send(client, consultation, data)
    spent = process_time() - began
    assert (page.status_code, page.context["form"].errors) == (422, {"file": [why]})
    assert [kind.objects.count() for kind in (Submission, Job, Event)] == [0, 0, before]
    assert list(tmp_path.rglob("*")) == []
    assert spent < SOON


def test_csv_with_other_encoding_needs_choice(client, consultation):
    page = send(client, consultation, "Café,x\n".encode("cp1252"), encoding="utf-8-sig")
    why = "The file does not have the encoding you chose. Choose another."
    assert (page.status_code, page.context["form"].errors) == (422, {"encoding": [why]})


def test_trailing_blank_rows_are_ignored():
    blank = b"".join(b'<row r="%d"/>' % number for number in range(3, 120_000))
    data = rewritten(GOOD, SHEET, lambda text: text.replace(b"</sheetData>", blank + b"</sheetData>"))
    began = process_time()
    assert len(read(data)) == 1
    assert len(read(with_row(1_048_576, b"<c/>"))) == 1
    assert process_time() - began < SOON


def test_broken_unused_parts_are_ignored():
    data = rewritten(GOOD, "docProps/core.xml", lambda _text: LAUGHS)
    assert read(rewritten(data, "xl/theme/theme1.xml", lambda _text: b"<x")).dict == read(GOOD).dict


def test_formulas_are_not_evaluated():
    first = b'<c r="A3"><f t="shared" si="0" ref="A3:AN9999">%s</f></c>' % (b"A1+" * 2_600 + b"A1")
    data = with_row(3, first + b'<c><f t="shared" si="0"/></c>' * 60_000)
    began = process_time()
    assert {cell.why for cell in read(data)[1]} == {"This cell contains a formula. Replace it with its result as text."}
    assert process_time() - began < SOON


def cells(**changed):
    return [changed.get(name, cell) for name, cell in zip(HEAD, ROW, strict=True)]


def test_cell_errors_name_row_and_column(client, consultation):
    book = Workbook()
    for row in (
        [*HEAD, "received"],
        [*ROW, date(2017, 10, 17)],
        [f"={letter}2" for letter in "ABCDEFGHI"],
        [*cells(title="Joined"), ""],
        [*cells(title="Joined below"), ""],
        [*cells(title="In words", body="x" * 32_000), "17 October 2017"],
        [*cells(title="A number", body="x" * 20_001), 43_025],
        [*cells(title="=1/0"), "17/10/2017"],
        [*cells(organisation="Coast Netwrok", title="Misspelt"), ""],
        [*ROW, ""],
        [*cells(body="Other words."), ""],
    ):
        book.active.append(row)
    book.active.merge_cells("A4:B5")
    long = rewritten(saved(book), SHEET, lambda text: text.replace(b"x" * 32_000, b"x" * 40_000))
    began = process_time()
    page = send(client, consultation, long)
    assert process_time() - began < SOON
    assert states(page) == {"error": 8, "changed": 0, "same": 1, "new": 1}
    no_day = "“%s” is not a date. Enter it as 2017-10-31 or 31/10/2017."
    joined = "This cell is empty. If it is part of a merged cell, unmerge it: each row needs its own value."
    formula = "This cell contains a formula. Replace it with its result as text."
    in_order = ["organisation", "theme", "objectives", "title", "body", "proposed_wording", "audience", "language"]
    assert errors_listed(client, page) == [
        *[(3, column, formula) for column in [*in_order, "received"]],
        (4, "theme", joined),
        (5, "organisation", joined),
        (5, "theme", joined),
        (6, "body", "The text is 40,000 characters long. It must be 20,000 characters or fewer."),
        (6, "received", no_day % "17 October 2017"),
        (7, "body", "The text is 20,001 characters long. It must be 20,000 characters or fewer."),
        (7, "received", no_day % "43025"),
        (8, "title", formula),
        (9, "organisation", "There is no organisation called “Coast Netwrok”."),
        (11, "title", "Row 2 has the same title with a different text."),
    ]


def test_workbook_escape_codes_are_decoded(client, consultation):
    rows = [cells(title="Pay_x000B_"), cells(body="Pay_xfffe_"), cells(body="One_x000D_\ntwo_x0009__x0041_")]
    page = send(client, consultation, workbook(HEAD, *rows))
    hidden = "The text contains characters that cannot be shown (U+%s). Remove them and send it again."
    assert errors_listed(client, page) == [(2, "title", hidden % "000B"), (3, "body", hidden % "FFFE")]
    confirm_inputs(client, page)
    assert Submission.objects.get().body == "One\ntwo\t_x0041_"


def test_undisplayable_characters_are_reported_per_cell(client, consultation):
    rows = [cells(title="Pay\x0b"), cells(body="Pay\ufffe", organisation="Coast\x0b"), cells(theme="T1\x0b")]
    page = send(client, consultation, sheet(HEAD, *rows), "inputs.csv")
    hidden = "The text contains characters that cannot be shown (U+%s). Remove them and send it again."
    assert errors_listed(client, page) == [
        (2, "title", hidden % "000B"),
        (3, "organisation", hidden % "000B"),
        (3, "body", hidden % "FFFE"),
    ]
    assert not Submission.objects.exists()
