"""The files of the floor: CSV by a server-side cursor, a write-only workbook, and an import in bulk."""

import csv
import io
import tempfile

from django.db.models import F, OuterRef, StringAgg, Subquery, TextField, Value
from django.db.models.functions import Concat
from import_export import fields, resources
from import_export.formats.base_formats import XLSX
from import_export.instance_loaders import CachedInstanceLoader
from import_export.widgets import CachedForeignKeyWidget, ManyToManyWidget
from openpyxl import Workbook

from consultations.models import Attachment, Point, Provision, Stakeholder, Submission, Theme
from positions.models import Disposition

CHUNK = 2_000
HEAD = (
    "Reference", "Sent", "State", "Who can read it", "Consultation", "Organisation", "Group", "County", "Theme",
    "Objectives", "Forum", "Language", "Came by", "Title", "Text", "Proposed wording", "Files", "Points", "Answers", "Page",
)  # fmt: skip


def rows(inputs):
    """Yield the exported columns of `inputs`, newest first: one query, whatever the number of rows."""
    of_it = {"submission": OuterRef("pk")}

    def joined(found, words, order, by="\n", own="submission"):
        found = found.order_by().values(own)
        return Subquery(found.annotate(all=StringAgg(words, delimiter=Value(by), order_by=order)).values("all"))

    through = Submission.provisions.through.objects.filter(**of_it)
    files = Attachment.objects.filter(**of_it, kind="evidence", state="ready")
    points = Point.objects.filter(**of_it, state__in=["validated", "merged"], held_back=False)
    line = Concat(F("reference"), Value(": "), F("text"), output_field=TextField())
    answered = Disposition.objects.filter(point__submission=OuterRef("pk"), paper__state="published")
    yield HEAD
    yield from (
        inputs.order_by("-submitted_at", "-pk")
        .values_list(
            "reference", "submitted_at", "state", "audience", "consultation__slug", "stakeholder__name",
            "stakeholder__group", "stakeholder__county__name", "theme__code",
            joined(through, "provision__code", "provision__order", "; "), "forum__slug", "language", "channel", "title",
            "body", "proposed_wording", joined(files, "name", "uploaded_at"), joined(points, line, "number"),
            joined(answered, "reason", "point__number", own="point__submission"),
            Concat(Value("https://portal.example/inputs/"), F("reference"), Value("/")),
        )
        .iterator(chunk_size=CHUNK)
    )  # fmt: skip


def as_csv(inputs):
    """Yield a CSV file."""
    buffer = io.StringIO(newline="")
    write = csv.writer(buffer).writerow
    for number, row in enumerate(rows(inputs)):
        write(row)
        if number == 1 or buffer.tell() > 65_536:  # begins with the first input
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def as_xlsx(inputs):
    """Yield a workbook."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows(inputs):
        sheet.append([value.replace(tzinfo=None) if hasattr(value, "tzinfo") else value for value in row])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        yield from iter(lambda: file.read(65_536), b"")


class BulkResource(resources.ModelResource):
    """The bulk mode of django-import-export, without comparing each row with what it was, and with every look-up kept.

    Objectives are read, but not stored: its bulk mode stores no many-to-many relation.
    """

    stakeholder = fields.Field("stakeholder", "organisation", CachedForeignKeyWidget(Stakeholder, "name"))
    theme = fields.Field("theme", "theme", CachedForeignKeyWidget(Theme, "code"))
    provisions = fields.Field("provisions", "objectives", ManyToManyWidget(Provision, "; ", "code"))

    class Meta:
        model = Submission
        import_id_fields = ["key"]
        instance_loader_class = CachedInstanceLoader
        use_bulk = skip_diff = True
        fields = [
            "key", "stakeholder", "theme", "provisions", "title", "body", "proposed_wording", "audience", "language",
        ]  # fmt: skip

    def before_save_instance(self, instance, row, **kwargs):
        instance.consultation, instance.author = kwargs["consultation"], kwargs["by"]

    def after_import(self, dataset, result, **kwargs):
        """Leave the sequence of keys alone, which only the owner of the tables may set."""


def import_inputs(data, consultation, by):
    """Take in a workbook as drafts."""
    return BulkResource().import_data(
        XLSX().create_dataset(data), consultation=consultation, by=by, raise_errors=True
    ).totals["new"]  # fmt: skip


WRITERS = {"csv": as_csv, "xlsx": as_xlsx}
