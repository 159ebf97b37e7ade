"""Import of stakeholders in the admin: preview, confirmation and errors by cell."""

import time

import pytest

from consultations.models import County, Event, Stakeholder
from tests.consultations.imports.sheets import BODIES, confirm, messages_on, problems, sheet, upload, workbook
from tests.factories import make_stakeholder

# --- Stakeholders ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [workbook, sheet], ids=["xlsx", "csv"])
def test_import_creates_and_changes_stakeholders(client, officer, make):
    mombasa = County.objects.create(code="001", name="Mombasa", slug="mombasa")
    known = make_stakeholder("Ng’ang’a Foundation", group="media", evidence="R")
    data = make(
        BODIES,
        ["Coast Workers", "CW", "Workers", "mombasa", "yes", "Office@ＥXAMPLE.org.", "Two\nlines"],
        ["Ng’ang’a Foundation", "NF", "civil_society", None, "", "", ""],
    )
    preview = upload(client, "stakeholder", data)
    assert preview.context["tally"] == [(1, "new"), (1, "to change"), (0, "unchanged")]
    assert Stakeholder.objects.count() == 1
    assert messages_on(confirm(client, "stakeholder", preview)) == ["Imported: 1 new, 1 changed, 0 unchanged."]
    made = Stakeholder.objects.get(name="Coast Workers")
    assert (made.short_name, made.group, made.county, made.is_ncm_member) == ("CW", "workers", mombasa, True)
    assert (made.contact_email, made.about, made.state) == ("office@example.org", "Two\nlines", "registered")
    known.refresh_from_db()
    assert (known.group, known.state, known.evidence) == ("civil_society", "verified", "N")
    entry = Event.objects.about(known).get()
    assert (entry.verb, entry.by) == ("import", officer)
    assert entry.data == {"changed": {"short_name": ["", "NF"], "group": ["media", "civil_society"]}}
    again = upload(client, "stakeholder", data)
    assert again.context["tally"] == [(0, "new"), (0, "to change"), (2, "unchanged")]


def test_stakeholder_row_errors_are_listed(client):
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
        (4, "county", "There is no county called “Atlantis”."),
        (4, "is_ncm_member", "“perhaps” is not “yes” or “no”."),
    ]
    assert Stakeholder.objects.count() == 2


def test_imported_state_column_is_ignored(client):
    make_stakeholder("Waiting", state="registered")
    page = upload(client, "stakeholder", workbook(["name", "group", "state"], ["Waiting", "media", "verified"]))
    confirm(client, "stakeholder", page)
    assert Stakeholder.objects.get().state == "registered"


def test_one_error_refuses_the_whole_import(client):
    page = upload(client, "stakeholder", workbook(BODIES, ["Good", "", "media"], ["Bad", "", "club"]))
    assert page.status_code == 422
    assert not Stakeholder.objects.exists()


def test_import_of_1000_stakeholders_is_fast(client):
    rows = [
        [f"Organisation {turn}", "", "civil_society", "", "no", f"office{turn}@example.org", "We help."]
        for turn in range(1_000)
    ]
    began = time.process_time()
    preview = upload(client, "stakeholder", workbook(BODIES, *rows))
    assert preview.context["tally"][0] == (1_000, "new")
    assert (len(preview.context["rows"]), preview.context["more"]) == (50, 950)
    confirm(client, "stakeholder", preview)
    assert Stakeholder.objects.count() == 1_000
    assert time.process_time() - began < 60  # of this process's own time; some 5 s
