"""Spreadsheets for tests, and the pages that import them."""

import csv
import zipfile
from io import BytesIO, StringIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
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
    """Return a workbook with one of its parts changed."""
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
    """Upload a spreadsheet of inputs at the desk and follow to its preview."""
    choices = {"consultation": asked.slug, "channel": "letter", "received_on": timezone.localdate().isoformat()}
    file = SimpleUploadedFile(name, data)
    return client.post(reverse("import_inputs", args=[asked.slug]), {**choices, "file": file, **changed}, follow=True)


def confirm_inputs(client, preview):
    """Confirm an import and let the worker run it; return the result page."""
    client.post(reverse("job_confirm", args=[preview.context["job"].key]))
    call_command("work", stdout=StringIO())
    return client.get(reverse("job", args=[preview.context["job"].key]))


def states(page):
    """How many rows of a preview are in each state."""
    return {state: number for state, number, _label in page.context["tally"]}


def errors_listed(client, page):
    """Return the errors of a preview: row, column, reason."""
    shown = client.get(reverse("job", args=[page.context["job"].key]), {"show": "error"})
    return [(row.number, each.column, each.why) for row in shown.context["rows"].shown for each in row.problems]


def confirm(client, kind, preview):
    form = preview.context["confirm_form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: getattr(value, "pk", value) for name, value in data.items()}
    return client.post(reverse(f"admin:consultations_{kind}_process_import"), data, follow=True)


def messages_on(answer):
    return [str(message) for message in answer.context["messages"]]


def problems(page):
    return [(problem.row, problem.column, problem.why) for problem in page.context["problems"]]
