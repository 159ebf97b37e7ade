"""Spreadsheets for the tests, and the admin's pages that take them in."""

import csv
import zipfile
from io import BytesIO, StringIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

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
BODIES = ["name", "short_name", "group", "county", "is_ncm_member", "contact_email", "about"]


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
