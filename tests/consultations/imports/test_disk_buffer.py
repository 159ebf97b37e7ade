"""Disk buffer of rows: round trip in any order, without leftovers."""

import gc
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from consultations.imports import disk_buffer, row_validation, workbooks
from consultations.imports.disk_buffer import Spool
from consultations.imports.spreadsheets import NotReadable, NotText, Sheet, kept_lines, read, read_kept, read_sheet
from consultations.models import Job
from tests.consultations.imports.sheets import HEAD, ROW, errors_listed, send, sheet, states, workbook
from tests.factories import make_submission

FULL = "The portal has no disk space left. There is nothing wrong with your file. Try again later, or contact the secretariat."
CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), st.builds(NotText, st.text()),
    st.dates().map(lambda day: datetime(day.year, day.month, day.day)), st.timedeltas(),  # noqa: DTZ001 - as openpyxl
)  # fmt: skip


@given(st.lists(st.lists(CELLS, max_size=4), max_size=8), st.data())
def test_rows_are_read_back_unchanged(rows, data):
    kept = Spool()
    for place, row in enumerate(rows):
        assert kept.append(row) == place
        earlier = data.draw(st.integers(0, place))
        assert kept[earlier] == rows[earlier]
    assert (len(kept), list(kept)) == (len(rows), rows)
    assert [type(cell) for row in kept for cell in row] == [type(cell) for row in rows for cell in row]
    for nowhere in (-1, len(rows)):
        with pytest.raises(IndexError):
            kept[nowhere]


@given(st.lists(st.text(max_size=5), unique=True, max_size=4), st.data())
def test_kept_sheet_equals_the_one_that_was_read(head, data):
    cells = CELLS.filter(lambda cell: not isinstance(cell, NotText | timedelta))
    rows = data.draw(st.lists(st.lists(cells, min_size=len(head), max_size=len(head)), max_size=6))
    read_first = Sheet(head, rows)
    again = read_kept(kept_lines(read_first))
    assert (again.headers, len(again), list(again)) == (head, len(rows), list(read_first))
    assert [[*map(type, again.cells(place + 2).values())] for place in range(len(rows))] == [
        [*map(type, row)] for row in rows
    ]


@pytest.mark.parametrize("cell", [NotText("a formula"), timedelta(1), date(2017, 10, 17)])
def test_sheet_with_other_cells_is_not_kept(cell):
    with pytest.raises(TypeError):
        list(kept_lines(Sheet(["day"], [["first"], [cell]])))


def test_buffer_files_are_unnamed_and_closed(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "not made yet"
    kept = Spool()
    kept.append(["secret" * 10_000])
    file = kept._file
    assert (list(settings.VAR_DIR.iterdir()), file.closed) == ([], False)
    del kept
    gc.collect()
    assert file.closed


def test_buffered_sheet_equals_sheet(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    rows = [
        ["name", None, "day"],
        ["A", "a note", date(2017, 10, 17)],
        [],
        ["", "left out", ""],
        ["=1+1", 5, timedelta(1)],
    ]
    for data in (workbook(*rows), sheet(*rows)):
        whole, found = read(data), read_sheet(data)
        assert (found.headers, [found.cells(place + 2) for place in range(len(found))]) == (whole.headers, whole.dict)
        assert [number for number, _cells in found] == [2, 5]
    with pytest.raises(NotReadable, match="no rows below"):
        read_sheet(sheet(["name"], [""]))


@pytest.mark.parametrize("block", [1, 2, 3, 1_000_000])
def test_element_count_does_not_depend_on_block_size(monkeypatch, block):
    monkeypatch.setattr(workbooks, "BLOCK", block)
    package = workbooks._Package(workbook(HEAD, ROW))
    for part in ("xl/worksheets/sheet1.xml", "xl/styles.xml"):
        before = package.elements
        with package.open(part) as unpacked:
            content = unpacked.read()
        assert before - package.elements == content.count(b"<") - content.count(b"</") > len(ROW)


def test_duplicates_are_found_across_buffer_parts(client, consultation, network, monkeypatch):
    monkeypatch.setattr(row_validation, "TOGETHER", 1)
    here = make_submission(consultation, network, title="Here", body=ROW[4])
    rows = [
        [*ROW, ""],
        [*ROW, ""],
        [*ROW[:4], "Other words.", *ROW[5:], ""],
        [*ROW[:3], "Here", *ROW[4:], here.reference],
        [*ROW[:3], "Once more", *ROW[4:], here.reference],
        [*ROW[:3], "Lost", *ROW[4:], "NCM-1999-0001"],
        [*ROW[:3], "Another", *ROW[4:], ""],
    ]
    page = send(client, consultation, workbook([*HEAD, "reference"], *rows))
    assert states(page) == {"error": 3, "changed": 1, "same": 1, "new": 2}
    assert errors_listed(client, page) == [
        (4, "title", "Row 2 has the same title with a different text."),
        (6, "reference", "Row 5 has the same reference."),
        (7, "reference", "There is no input with this reference here. Leave the cell empty for a new input."),
    ]
    address = reverse("job", args=[page.context["job"].key])
    (same,) = client.get(address, {"show": "same"}).context["rows"].shown
    assert (same.number, same.like, same.cells["title"]) == (3, "row 2", ROW[3])


def full_disk(**_named):
    return Path("/dev/full").open("r+b", buffering=0)


def test_full_disk_is_reported_at_file_field(client, consultation, monkeypatch):
    with monkeypatch.context() as full:
        full.setattr(disk_buffer.tempfile, "TemporaryFile", full_disk)
        page = send(client, consultation, workbook(HEAD, ROW))
    assert (page.status_code, page.context["form"].errors) == (422, {"file": [FULL]})
    assert not Job.objects.exists()
    page = send(client, consultation, workbook(HEAD, ROW))
    with monkeypatch.context() as full:
        full.setattr(disk_buffer.tempfile, "TemporaryFile", full_disk)
        again = client.get(reverse("job", args=[page.context["job"].key]))
    assert (again.status_code, again.context["reasons"]) == (200, [FULL])
