"""Import of inputs: preview by row, confirmation, background job, and one mail each."""

import time
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from consultations import jobs
from consultations.imports import Trial, uploads
from consultations.integrity.journal import verdict
from consultations.models import Event, Job, OutgoingMail, Provision, Stakeholder, Submission
from consultations.notifications import recipients
from consultations.uploads.disk_space import NoRoom
from consultations.views import imports as imports_views
from ncm_portal.workflow import now
from tests.access_log import last_refusal
from tests.consultations.imports.sheets import HEAD, ROW, confirm_inputs, errors_listed, send, sheet, states, workbook
from tests.factories import (
    change,
    make_consultation,
    make_member,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_theme,
    make_user,
)
from tests.pages import words
from tests.sign_in import sign_in


def sent(subject):
    """Return the text of the only sent mail whose subject begins like this; the outbox does not keep texts."""
    (message,) = [message for message in mail.outbox if message.subject.startswith(subject)]
    return message.body


def row_with(**cells):
    """Return the example row with other cells."""
    return [cells.get(name, cell) for name, cell in zip(HEAD, ROW, strict=True)]


@pytest.mark.parametrize("make", [workbook, sheet], ids=["xlsx", "csv"])
def test_inputs_are_previewed_then_imported(client, officer, network, consultation, make):
    preview = send(client, consultation, make(HEAD, ROW), "inputs")
    assert states(preview) == {"error": 0, "changed": 0, "same": 0, "new": 1}
    assert not Submission.objects.exists()
    done = confirm_inputs(client, preview)
    assert "1 input was imported." in words(done)
    kept = Submission.objects.get()
    assert (kept.stakeholder, kept.theme.code, kept.title, kept.body) == (network, "T1", ROW[3], ROW[4])
    assert (kept.proposed_wording, kept.audience, kept.language) == (ROW[5], "public", "en")
    assert [provision.code for provision in kept.provisions.all()] == ["GCM-02"]
    assert (kept.state, kept.channel, kept.received_on) == ("submitted", "letter", timezone.localdate())
    assert (kept.reference, kept.content_sha256) == (f"NCM-{now():%Y}-0001", kept.computed_sha256())
    assert (kept.entered_by, kept.author, kept.consultation) == (officer, officer, consultation)
    entry = Event.objects.about(kept).get()
    assert (entry.verb, entry.by, entry.before, entry.after) == ("take_in_many", officer, "draft", "submitted")
    assert entry.data == {"import": str(preview.context["job"].key)}
    assert Job.objects.get(kind="compare").consultation == consultation
    assert verdict().complaint == ""


def test_imported_input_belongs_to_organisation_not_importer(client, officer, consultation):
    confirm_inputs(client, send(client, consultation, workbook(HEAD, ROW)))
    kept = Submission.objects.get()
    client.post(reverse("desk_input_move", args=[kept.key, "accept"]), {"reason": ""})
    page = words(Client().get(reverse("input", args=[kept.reference])))
    assert "Coast Network" in page
    assert officer.name not in page
    assert Submission.objects.visible_to(make_member(kept.stakeholder)).get() == kept


def test_importing_same_spreadsheet_again_changes_nothing(client, consultation):
    data = workbook(HEAD, ROW, row_with(title="Another"))
    confirm_inputs(client, send(client, consultation, data))
    before = list(Submission.objects.order_by("pk").values())
    again = send(client, consultation, data)
    assert states(again) == {"error": 0, "changed": 0, "same": 2, "new": 0}
    assert "0 inputs were imported." in words(confirm_inputs(client, again))
    assert list(Submission.objects.order_by("pk").values()) == before


def test_changed_text_of_known_title_is_shown_not_imported(client, consultation, network):
    confirm_inputs(client, send(client, consultation, workbook(HEAD, ROW)))
    before = Submission.objects.values().get()
    for cells in (
        {"body": "Other words."},
        {"proposed_wording": "Other."},
        {"audience": "members"},
        {"objectives": ""},
    ):
        page = send(client, consultation, workbook(HEAD, row_with(**cells)))
        assert states(page) == {"error": 0, "changed": 1, "same": 0, "new": 0}
        assert (
            f"It is already here as {before['reference']} with a different text or objectives, and will not be changed"
            in words(page)
        )
        confirm_inputs(client, page)
    assert Submission.objects.values().get() == before


def test_input_submitted_by_organisation_is_duplicate(client, consultation, network):
    sent = make_submission(consultation, network, title=ROW[3], body=ROW[4], proposed_wording=ROW[5])
    sent.provisions.add(Provision.objects.get(code="GCM-02"))
    make_submission(consultation, make_stakeholder("Other"), title="Theirs", body="x")
    page = send(client, consultation, workbook(HEAD, ROW, row_with(title="Theirs")))
    assert states(page) == {"error": 0, "changed": 0, "same": 1, "new": 1}
    page = client.get(reverse("job", args=[page.context["job"].key]), {"show": "same"})
    assert f"The same as {sent.reference}" in words(page)


def test_preview_does_not_reveal_drafts(client, consultation, network):
    make_submission(consultation, network, state="draft", title=ROW[3], body="Not sent yet.")
    assert states(send(client, consultation, workbook(HEAD, ROW)))["new"] == 1


def test_exported_row_keeps_reference(client, consultation, network):
    sent = make_submission(consultation, network, title="Old title", body=ROW[4])
    head = [*HEAD, "reference"]
    rows = [[*ROW, sent.reference], [*row_with(title="B"), sent.reference], [*row_with(title="C"), "NCM-1999-0001"]]
    page = send(client, consultation, workbook(head, *rows))
    assert states(page) == {"error": 2, "changed": 1, "same": 0, "new": 0}
    assert errors_listed(client, page) == [
        (3, "reference", "Row 2 has the same reference."),
        (4, "reference", "There is no input with this reference here. Leave the cell empty for a new input."),
    ]


def test_repeated_title_is_duplicate_or_error(client, consultation):
    page = send(client, consultation, workbook(HEAD, ROW, ROW, row_with(body="Other words.")))
    assert states(page) == {"error": 1, "changed": 0, "same": 1, "new": 1}
    assert errors_listed(client, page) == [(4, "title", "Row 2 has the same title with a different text.")]


def test_a_second_confirmation_does_nothing(client, consultation):
    preview = send(client, consultation, workbook(HEAD, ROW))
    confirm_inputs(client, preview)
    again = client.post(reverse("job_confirm", args=[preview.context["job"].key]))
    assert (again.status_code, again.context["reasons"]) == (409, ["This import has already been confirmed."])
    assert jobs.run_next() is None
    assert Submission.objects.count() == 1


def test_preview_stores_only_import_row(client, consultation):
    before = Event.objects.count()
    send(client, consultation, workbook(HEAD, ROW))
    assert (Event.objects.count(), Submission.objects.count(), Job.objects.count()) == (before, 0, 1)


def test_cell_errors_have_reasons(client, consultation):
    for name, state in [("Twice", "verified"), ("twice", "verified"), ("Not yet", "registered")]:
        make_stakeholder(name, state=state)
    make_theme("T5")
    page = send(
        client,
        consultation,
        workbook(
            [*HEAD, "received"],
            [*ROW, ""],
            ["Nobody", "T77", "GCM-99; GCM-02", "A title", "A text", "", "press", "fr", "soon"],
            [],
            ["Coast Network", "", "", "", "  ", "", "", "", "31/12/2999"],
            ["twice", "T5", "", "t" * 201, "b" * 20_001, "w" * 5_001, "", "", ""],
            ["Not yet", "T1", "", "A title", "A [[text", "", "", "", ""],
            ["Not yet", "T1", "", "A title", "A text", "", "", "", "1/1/2017"],
        ),
    )
    assert errors_listed(client, page) == [
        (3, "organisation", "There is no organisation called “Nobody”."),
        (3, "theme", "“T77” is not a theme of this consultation. Its themes are: T1, T2"),
        (3, "objectives", "Unknown: GCM-99"),
        (3, "audience", "“press” is not one of: public, members, secretariat"),
        (3, "language", "“fr” is not one of: en, sw"),
        (3, "received", "“soon” is not a date. Enter it as 2017-10-31 or 31/10/2017."),
        (5, "theme", ("This cell is empty. If it is part of a merged cell, unmerge it: each row needs its own value.")),
        (5, "title", "This cell is empty."),
        (5, "body", "This cell is empty."),
        (5, "received", "The date must be today or in the past."),
        (6, "organisation", "More than one organisation is called “twice”."),
        (6, "theme", "“T5” is not a theme of this consultation. Its themes are: T1, T2"),
        (6, "title", "The text is 201 characters long. It must be 200 characters or fewer."),
        (6, "body", "The text is 20,001 characters long. It must be 20,000 characters or fewer."),
        (6, "proposed_wording", "The text is 5,001 characters long. It must be 5,000 characters or fewer."),
        (7, "body", "[[ and ]] hold a passage back. One of them is missing or is inside another pair."),
        (8, "", "The secretariat has not verified Not yet"),
    ]
    text = page.content.decode()
    assert ('data-label="What is wrong"' in text, 'data-label="What happens"' in text) == (True, False)
    assert text.count("“press”") == 1  # a cell that the sentence quotes is not quoted behind it once more
    confirm_inputs(client, page)
    assert Submission.objects.get().title == ROW[3]


def test_rejected_rows_are_downloadable(client, consultation):
    page = send(client, consultation, workbook(HEAD, ROW, row_with(theme="T77"), row_with(organisation="=1+1")))
    answer = client.get(reverse("job_left_out", args=[page.context["job"].key]))
    rows = list(load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert rows[0] == (*HEAD, "row", "what is wrong")
    assert [row[-2] for row in rows[1:]] == ["3", "4"]
    assert rows[1][-1] == "theme: “T77” is not a theme of this consultation. Its themes are: T1, T2"


def test_misspelt_organisation_is_suggested_and_needs_confirmation(client, consultation, network):
    other = make_stakeholder("Coastal Networks of Lamu")
    page = send(client, consultation, workbook(HEAD, row_with(organisation="Coast Netwrok"), ROW))
    (field,) = page.context["names_form"]
    assert field.label == "Coast Netwrok"
    assert [value for value, _label in field.field.choices] == ["", str(network.pk), str(other.pk)]
    assert states(page)["error"] == 1
    address = reverse("job_names", args=[page.context["job"].key])
    refused = client.post(address, {"name-0": "999999"}, follow=True)
    assert "Choose one of the suggested names." in words(refused)
    page = client.post(address, {"name-0": str(other.pk)}, follow=True)
    assert states(page) == {"error": 0, "changed": 0, "same": 0, "new": 2}
    confirm_inputs(client, page)
    assert set(Submission.objects.values_list("stakeholder", flat=True)) == {network.pk, other.pk}


def test_outdated_row_is_reported_and_others_imported(client, consultation, network):
    other = make_stakeholder("Other")
    rows = [ROW, row_with(organisation="Nobody"), row_with(organisation="Other"), row_with(title="Another")]
    preview = send(client, consultation, workbook(HEAD, *rows))
    Stakeholder.objects.filter(pk=other.pk).update(state="suspended")
    page = confirm_inputs(client, preview)
    assert [each.stakeholder for each in Submission.objects.all()] == [network] * 2
    assert page.context["tally"][0] == ("error", 1, "wrong")
    assert page.context["refused"] == [[4, "The secretariat has not verified Other"]]
    assert "Row 4: The secretariat has not verified Other" in words(page)
    told = sent("Your import is done: 2 inputs")
    named = "Not imported, although the preview showed no errors:\nRow 4: The secretariat has not verified Other\n"
    assert ("they contain errors: 1\n" in told, named in told) == (True, True)
    answer = client.get(reverse("job_left_out", args=[preview.context["job"].key]))
    assert [row[-2] for row in load_workbook(BytesIO(answer.content)).active.iter_rows(2, values_only=True)] == [
        "3",
        "4",
    ]


def test_refused_rows_beyond_limit_are_counted_only(client, consultation, network, monkeypatch):
    monkeypatch.setattr(imports_views, "SHOWN", 3)
    monkeypatch.setattr(recipients, "NAMED", 2)
    preview = send(client, consultation, workbook(HEAD, *[row_with(title=f"Title {turn}") for turn in range(5)]))
    Stakeholder.objects.filter(pk=network.pk).update(state="suspended")
    text = words(confirm_inputs(client, preview))
    assert [f"Row {row}:" in text for row in range(2, 7)] == [True, True, True, False, False]
    assert "and 2 more" in text
    told = sent("Your import is done: 0 inputs")
    assert ("Row 3:" in told, "Row 4:" in told, "and 3 more" in told) == (True, False, True)
    assert jobs.run_next() is None  # nothing came in, so nothing is compared


def test_verb_refusal_is_reported_per_row(client, consultation, monkeypatch):
    """Something changes between the second validation and the verb's own check: the verb refuses it."""
    make_stakeholder("Other")
    preview = send(client, consultation, workbook(HEAD, ROW, row_with(organisation="Other"), row_with(title="Another")))
    built = Trial.built

    def built_just_before(trial, verdicts):
        for each in built(trial, verdicts):
            if each.row.stakeholder.name == "Other":
                each.row.stakeholder.state = "suspended"
            yield each

    monkeypatch.setattr(Trial, "built", built_just_before)
    page = confirm_inputs(client, preview)
    assert page.context["refused"] == [[3, "The secretariat has not verified Other"]]
    assert (page.context["tally"][0], Submission.objects.count()) == (("error", 0, "wrong"), 2)
    told = sent("Your import is done: 2 inputs")
    assert "Row 3: The secretariat has not verified Other" in told
    _by, verb, _reason, reasons = last_refusal()
    assert (verb, reasons) == ("take_in_many", ["The secretariat has not verified Other"])


def test_importer_and_each_organisation_get_one_mail(client, officer, consultation, network):
    people = [make_member(network), make_member(network)]
    change(people[0], notices="none")  # the references are a receipt, which comes always
    other = make_stakeholder("Other", contact_email="office@example.org")
    rows = [row_with(title=f"Title {turn}") for turn in range(25)]
    confirm_inputs(client, send(client, consultation, workbook(HEAD, *rows, row_with(organisation=other.name))))
    mails = OutgoingMail.objects.order_by("to").values_list("to", "subject")
    assert sorted(mails) == sorted(
        [
            (officer.email, "Your import is done: 26 inputs imported"),
            (people[0].email, "25 inputs of your organisation were imported from a spreadsheet"),
            ("office@example.org", "1 input of your organisation was imported from a spreadsheet"),
        ]
    )
    body = sent("25 inputs")
    assert body.count("NCM-") == 20
    assert "and 5 more" in body


def test_interrupted_import_resumes(client, consultation, monkeypatch):
    monkeypatch.setattr("consultations.imports.submissions.BATCH", 2)
    preview = send(client, consultation, workbook(HEAD, *[row_with(title=f"Title {turn}") for turn in range(5)]))
    job = preview.context["job"]
    client.post(reverse("job_confirm", args=[job.key]))
    beats = iter([False, True, True])
    jobs.run_next(ending=lambda: next(beats))
    assert Submission.objects.count() == 2
    page = client.get(reverse("job", args=[job.key]))
    assert (page.headers["Refresh"], "2 of 5 done" in words(page)) == ("2", True)
    assert "Refresh" not in client.get(reverse("job", args=[job.key]), {"still": ""}).headers
    jobs.run_next()
    job.refresh_from_db()
    assert (job.state, job.done, job.total, Submission.objects.count()) == ("done", 5, 5, 5)
    assert sum(map(len, job.result["taken"].values())) == 5
    assert OutgoingMail.objects.filter(subject__startswith="Your import").count() == 1


def test_deleted_spreadsheet_is_reported(client, consultation):
    preview = send(client, consultation, workbook(HEAD, ROW))
    uploads.UploadFolder(name=preview.context["job"].asked["file"]).remove()
    page = confirm_inputs(client, preview)
    assert "The upload has expired. Upload the spreadsheet again." in words(page)
    assert not Submission.objects.exists()


def test_import_reads_the_rows_kept_at_the_upload(client, consultation, monkeypatch):
    preview = send(client, consultation, workbook(HEAD, ROW, row_with(title="Second")))

    def never(*_given):
        raise AssertionError

    monkeypatch.setattr("consultations.imports.submissions.read_sheet", never)
    confirm_inputs(client, preview)
    assert sorted(Submission.objects.values_list("title", flat=True)) == ["Pay on time", "Second"]


@pytest.mark.parametrize("change_rows", [Path.unlink, lambda path: path.write_bytes(b'["title"]\n["Forged"]\n')])
def test_rows_that_are_not_those_of_the_upload_are_read_again(client, consultation, change_rows):
    preview = send(client, consultation, workbook(HEAD, ROW))
    (rows,) = Path(settings.VAR_DIR, "uploads").glob(f"{preview.context['job'].asked['file']}.rows")
    assert oct(rows.stat().st_mode)[-3:] == "600"
    change_rows(rows)
    confirm_inputs(client, preview)
    assert Submission.objects.get().title == "Pay on time"


def test_upload_is_accepted_without_room_for_its_rows(client, consultation, monkeypatch):
    monkeypatch.setattr(uploads.UploadFolder, "save_rows", Mock(side_effect=NoRoom))
    confirm_inputs(client, send(client, consultation, workbook(HEAD, ROW)))
    assert Submission.objects.get().title == "Pay on time"


def test_sheet_with_a_formula_is_read_again_each_time(client, consultation):
    preview = send(client, consultation, workbook(HEAD, ROW, row_with(title="=1+1")))
    asked = preview.context["job"].asked
    assert "rows_sha256" not in asked
    assert not list(Path(settings.VAR_DIR, "uploads").glob(f"{asked['file']}.rows"))
    assert states(preview) == {"error": 1, "changed": 0, "same": 0, "new": 1}
    confirm_inputs(client, preview)
    assert Submission.objects.get().title == "Pay on time"


def test_kept_rows_are_checked_against_what_changed_since(client, consultation):
    """Organisations, themes and existing inputs are looked up when the import runs, as without kept rows."""
    preview = send(client, consultation, workbook(HEAD, ROW, row_with(theme="T2", title="Second")))
    assert states(preview) == {"error": 0, "changed": 0, "same": 0, "new": 2}
    consultation.themes.remove(make_theme("T2"))
    confirm_inputs(client, preview)
    assert list(Submission.objects.values_list("title", flat=True)) == ["Pay on time"]
    assert "T2" in Job.objects.get(kind="import_inputs").result["refused"][0][1]


@pytest.mark.parametrize(
    ("changed", "field", "error"),
    [
        ({"received_on": "2999-01-01"}, "received_on", "The date must be today or in the past."),
        ({"received_on": "soon"}, "received_on", "Enter a valid date."),
        ({"consultation": ""}, "consultation", "This field is required."),
        ({"channel": "web"}, "channel", "Select a valid choice. web is not one of the available choices."),
    ],
)
def test_invalid_choices_are_refused_at_fields(client, consultation, changed, field, error):
    page = send(client, consultation, workbook(HEAD, ROW), **changed)
    assert (page.status_code, page.context["form"].errors) == (422, {field: [error]})


@pytest.mark.parametrize("state", ["open", "closed"])
def test_inputs_received_on_deadline_day_are_in_time(client, consultation, state):
    over = make_consultation(state=state, opens_at=now() - timedelta(days=40), closes_at=now() - timedelta(days=5))
    day = timezone.localdate(over.closes_at)
    page = send(client, over, workbook(HEAD, ROW), received_on=(day + timedelta(days=1)).isoformat())
    assert errors_listed(client, page)[0][:2] == (2, "")
    confirm_inputs(client, send(client, over, workbook(HEAD, ROW), received_on=day.isoformat()))
    assert Submission.objects.get().received_on == day


def test_encodings_are_detected_or_asked_for(client, consultation):
    make_stakeholder("Café de l’Océan")
    data = sheet(HEAD, row_with(organisation="Café de l’Océan")).decode()
    for encoding in ("cp1252", "mac_roman", "utf-16"):
        assert states(send(client, consultation, data.encode(encoding)))["error"] == 0
    strange = sheet(HEAD, ROW) + bytes(range(128, 256)) * 3
    page = send(client, consultation, strange)
    why = "The encoding of this CSV file was not recognised. Choose it below."
    assert (page.status_code, page.context["form"].errors) == (422, {"encoding": [why]})
    assert send(client, consultation, strange, encoding="mac_roman").status_code == 200


def test_filled_template_is_imported(client, consultation, network):
    answer = client.get(reverse("import_template", args=[consultation.slug]))
    book = load_workbook(BytesIO(answer.content))
    assert book.sheetnames == ["Inputs", "Columns", "Example", "Themes", "Objectives"]
    book["Inputs"].append(["Coast Network", "Theme 1", "GCM-02", "Pay", "Wages.", "", "", "", "31/10/2017"])
    out = BytesIO()
    book.save(out)
    page = send(client, consultation, out.getvalue())
    assert states(page) == {"error": 0, "changed": 0, "same": 0, "new": 1}


def test_only_the_secretariat_imports(db, consultation):
    job = Job.objects.create(kind="import_inputs", consultation=consultation, by=make_secretariat())
    for person in (make_user(), make_user("official"), make_user("sysadmin")):
        client = sign_in(Client(), person)
        pages = [
            reverse("import_inputs", args=[consultation.slug]),
            reverse("import_template", args=[consultation.slug]),
        ]
        pages += [reverse(name, args=[job.key]) for name in ("job", "job_left_out")]
        assert [client.get(page).status_code for page in pages] == [404] * 4
        moves = [reverse(name, args=[job.key]) for name in ("job_names", "job_confirm")]
        assert [client.post(move).status_code for move in moves] == [404] * 2


def test_import_of_5000_rows_reports_37_errors(client, consultation):
    rows = [row_with(title=f"Title {turn}", theme="T77" if turn % 135 == 0 else "T1") for turn in range(4_995)]
    data = workbook(HEAD, *rows)
    began = time.process_time()
    page = send(client, consultation, data)
    spent = time.process_time() - began
    assert states(page) == {"error": 37, "changed": 0, "same": 0, "new": 4_958}
    client.post(reverse("job_confirm", args=[page.context["job"].key]))
    jobs.run_next()
    assert Submission.objects.filter(state="submitted").count() == 4_958
    assert spent < 20  # of this process's own time; some 3 s
