"""Spreadsheets in and out: stakeholders and inputs, each row tried before anything is kept."""

import itertools
import uuid
from io import BytesIO

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export import fields, resources
from import_export.formats.base_formats import CSV, XLSX
from import_export.forms import ConfirmImportForm, ImportForm
from import_export.widgets import BooleanWidget, DateWidget, ForeignKeyWidget, ManyToManyWidget, Widget
from tablib import Dataset

from consultations.models import (
    BODY_LIMIT,
    WORDING_LIMIT,
    Audience,
    Channel,
    Consultation,
    County,
    Group,
    Language,
    Provision,
    Stakeholder,
    Submission,
    Theme,
    clean_text,
)
from consultations.workflow import take_in
from ncm_portal.workflow import Blocked, journal

MAX_BYTES = 4 * 1024 * 1024
MAX_ROWS = 5_000
MAX_COLUMNS = 40


class SafeXLSX(XLSX):
    """A workbook's first sheet, whatever size it claims: read up to the portal's own limits and no further."""

    def get_title(self):
        return "xlsx"

    def create_dataset(self, in_stream):
        """Read the first sheet. Raises ValueError in plain words when it is no workbook or too large."""
        import openpyxl

        try:
            book = openpyxl.load_workbook(BytesIO(in_stream), read_only=True, data_only=True)
        except Exception as error:
            raise ValueError(_("This is not an Excel workbook (.xlsx).")) from error
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # the size that the file claims may be false
        read = itertools.islice(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), MAX_ROWS + 2)
        rows = [list(row) for row in read if any(value is not None for value in row)]
        if len(rows) > MAX_ROWS + 1:
            raise ValueError(_("The sheet has more than %(rows)s rows. Split it.") % {"rows": MAX_ROWS})
        headers = [str(value).strip() for value in rows[0] if value is not None] if rows else []
        dataset = Dataset(headers=headers)
        for row in rows[1:]:
            dataset.append((row + [None] * len(headers))[: len(headers)])
        return dataset


FORMATS = [SafeXLSX, CSV]


class BoundedImportForm(ImportForm):
    """The upload of an import: a spreadsheet of bounded size."""

    def clean_import_file(self):
        """Refuse a file that is too large before anything reads it."""
        upload = self.cleaned_data["import_file"]
        if upload.size > MAX_BYTES:
            raise ValidationError(_("The file is larger than 4 MB. Split it, or remove pictures from it."))
        return upload


class SubmissionImportForm(BoundedImportForm):
    """The upload of a spreadsheet of inputs: for which consultation, how and when it came."""

    consultation = forms.ModelChoiceField(label=gettext_lazy("Consultation"), queryset=Consultation.objects.all())
    channel = forms.ChoiceField(
        label=gettext_lazy("How it came"), choices=[choice for choice in Channel.choices if choice[0] != Channel.WEB]
    )
    received_on = forms.DateField(label=gettext_lazy("Received on"), widget=forms.DateInput(attrs={"type": "date"}))


class SubmissionConfirmForm(ConfirmImportForm):
    """Carries the choices of the upload over to the confirmation."""

    consultation = forms.ModelChoiceField(queryset=Consultation.objects.all(), widget=forms.HiddenInput)
    channel = forms.ChoiceField(choices=Channel.choices, widget=forms.HiddenInput)
    received_on = forms.DateField(widget=forms.HiddenInput)


class ChoiceWidget(Widget):
    """A value or a label of a list of choices, in any case of letters."""

    def __init__(self, choices, default=""):
        super().__init__()
        self.choices, self.default = choices, default

    def clean(self, value, row=None, **kwargs):
        """Return the value. Raises ValueError that lists what may stand there."""
        text = str(value or "").strip()
        if not text and self.default:
            return self.default
        for known, label in self.choices.choices:
            if text.lower() in {known.lower(), str(label).lower()}:
                return known
        raise ValueError(
            _("“%(text)s” is none of: %(known)s") % {"text": text, "known": ", ".join(self.choices.values)}
        )


class TextWidget(Widget):
    """Clean text, whatever the spreadsheet holds."""

    def clean(self, value, row=None, **kwargs):
        """Return the text without characters that nobody can read. Raises ValidationError."""
        return clean_text(str(value).strip()) if value is not None else ""


class FoundBy(ForeignKeyWidget):
    """A row of another table that is found by one column, with a plain word when it is not."""

    def clean(self, value, row=None, **kwargs):
        """Return the row or None for an empty cell. Raises ValueError."""
        if value in (None, ""):
            return None
        found = self.get_queryset(value, row).filter(**{f"{self.field}__iexact": str(value).strip()})[:2]
        if len(found) != 1:
            words = {"kind": self.model._meta.verbose_name, "value": value}
            raise ValueError(
                _("No %(kind)s is called “%(value)s”.") % words
                if not found
                else _("Several are called “%(value)s”.") % words
            )
        return found[0]


class StakeholderResource(resources.ModelResource):
    """Organisations as a spreadsheet, told apart by their name."""

    name = fields.Field("name", "name", TextWidget())
    short_name = fields.Field("short_name", "short_name", TextWidget())
    group = fields.Field("group", "group", ChoiceWidget(Group))
    county = fields.Field("county", "county", FoundBy(County, "name"))
    is_ncm_member = fields.Field("is_ncm_member", "is_ncm_member", BooleanWidget())
    contact_email = fields.Field("contact_email", "contact_email", TextWidget())
    about = fields.Field("about", "about", TextWidget())
    state = fields.Field("state", "get_state_display", readonly=True)

    class Meta:
        model = Stakeholder
        import_id_fields = ["name"]
        fields = ["name", "short_name", "group", "county", "is_ncm_member", "contact_email", "about", "state"]
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True

    def before_import(self, dataset, **kwargs):
        """Say at once which columns are missing."""
        _demand_columns(dataset, ["name", "group"])

    def after_save_instance(self, instance, row, **kwargs):
        """Enter each kept row in the journal, as the work of whoever imports."""
        if not kwargs.get("dry_run"):
            journal("import", instance, by=kwargs.get("user"), after=instance.state)


class SubmissionResource(resources.ModelResource):
    """Inputs as a spreadsheet: taken in by the verb for inputs that did not come through the browser."""

    reference = fields.Field("reference", "reference", readonly=True)
    organisation = fields.Field("stakeholder", "organisation", FoundBy(Stakeholder, "name"))
    theme = fields.Field("theme", "theme", FoundBy(Theme, "code"))
    objectives = fields.Field("provisions", "objectives", ManyToManyWidget(Provision, ";", "code"))
    title = fields.Field("title", "title", TextWidget())
    body = fields.Field("body", "body", TextWidget())
    proposed_wording = fields.Field("proposed_wording", "proposed_wording", TextWidget())
    audience = fields.Field("audience", "audience", ChoiceWidget(Audience, Audience.PUBLIC))
    language = fields.Field("language", "language", ChoiceWidget(Language, Language.ENGLISH))
    state = fields.Field("state", "state", readonly=True)
    received = fields.Field("received_on", "received", DateWidget(), readonly=True)
    sent = fields.Field("submitted_at", "sent", readonly=True)
    sha256 = fields.Field("content_sha256", "sha256", readonly=True)

    class Meta:
        model = Submission
        import_id_fields = []
        fields = [
            "reference", "organisation", "theme", "objectives", "title", "body", "proposed_wording",
            "audience", "language", "state", "received", "sent", "sha256",
        ]  # fmt: skip
        report_skipped = True
        use_transactions = True

    def before_import(self, dataset, **kwargs):
        """Say at once which columns are missing."""
        _demand_columns(dataset, ["organisation", "theme", "title", "body"])

    def import_instance(self, instance, row, **kwargs):
        """Read the row's cells into an input that is not kept yet. Raises ValidationError with every cell's reason."""
        super().import_instance(instance, row, **kwargs)
        problems = {}
        for name, limit in [("title", 200), ("body", BODY_LIMIT), ("proposed_wording", WORDING_LIMIT)]:
            if len(getattr(instance, name)) > limit:
                problems[name] = _("The text is longer than %(limit)s characters.") % {"limit": limit}
        for name, required in [("organisation", instance.stakeholder_id), ("theme", instance.theme_id)]:
            if not required:
                problems[name] = _("This cell is empty.")
        if problems:
            raise ValidationError(problems)
        instance.key = _row_key(kwargs["consultation"], instance)

    def skip_row(self, instance, original, row, import_validation_errors=None):
        """The same row again changes nothing."""
        return Submission.objects.filter(key=instance.key).exists()

    def save_instance(self, instance, is_create, row, **kwargs):
        """Take the input in by its verb, in the preview too: the preview is rolled back."""
        codes = [code.strip() for code in str(row.get("objectives") or "").split(";") if code.strip()]
        provisions = list(Provision.objects.filter(code__in=codes))
        if len(provisions) != len(set(codes)):
            raise ValidationError({"objectives": _("One of these codes is unknown: %(codes)s") % {"codes": codes}})
        try:
            taken, _new = take_in(
                kwargs["consultation"],
                instance.stakeholder,
                by=kwargs["user"],
                key=instance.key,
                channel=kwargs["channel"],
                received_on=kwargs["received_on"],
                provisions=provisions,
                theme=instance.theme,
                title=instance.title,
                body=instance.body,
                proposed_wording=instance.proposed_wording,
                audience=instance.audience,
                language=instance.language,
            )
        except Blocked as refusal:
            raise ValidationError(refusal.reasons) from refusal
        instance.pk = taken.pk

    def save_m2m(self, instance, row, **kwargs):
        """The verb has set the objectives already."""


def _row_key(consultation: Consultation, row: Submission) -> uuid.UUID:
    """The same organisation saying the same words in the same consultation is one input."""
    said = "\x1f".join([consultation.slug, str(row.stakeholder_id), row.theme.code, row.title, row.body])
    return uuid.uuid5(uuid.NAMESPACE_OID, said)


def _demand_columns(dataset: Dataset, needed: list[str]) -> None:
    missing = [name for name in needed if name not in (dataset.headers or [])]
    if missing:
        raise ValidationError(_("These columns are missing: %(names)s") % {"names": ", ".join(missing)})
