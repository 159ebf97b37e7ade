"""Stakeholders, inputs and delegates as spreadsheets; each row is tried before anything is kept."""

import logging
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _
from import_export import fields, resources
from import_export.instance_loaders import BaseInstanceLoader
from import_export.results import Result, RowResult
from import_export.widgets import DateWidget, ForeignKeyWidget
from tablib import Dataset

from consultations.models import (
    AccessEntry,
    Audience,
    County,
    Delegate,
    Evidence,
    Group,
    Language,
    Provision,
    Stakeholder,
    Submission,
    Theme,
)
from consultations.queries import suspicion
from ncm_portal.workflow import journal

from .cells import AddressCell, ChoiceCell, CodesCell, FoundCell, TextCell, YesNoCell
from .spreadsheets import NotText, is_blank

log = logging.getLogger(__name__)
Cells = dict[str, Any]


class Problem(NamedTuple):
    """What is wrong with one cell, or with a row as a whole (no column)."""

    row: int
    column: str
    value: str
    why: str


def problems_of(result: Result) -> list[Problem]:
    """Every problem of an import, by the number of its row in the sheet."""
    if result.base_errors:
        return [Problem(1, "", "", " ".join(getattr(e.error, "messages", [str(e.error)]))) for e in result.base_errors]
    return [problem for number, row in enumerate(result.rows, 2) for problem in _row_problems(number, row)]


def _row_problems(number: int, row: RowResult) -> Iterator[Problem]:
    if row.errors:
        yield Problem(number, "", "", _("Something went wrong with this row. It was noted for the technicians."))
    for column, reasons in _by_column(row.validation_error).items():
        value = str(row.row_values.get(column) or "")
        yield from (Problem(number, column, value, why) for why in reasons)


def _by_column(error: ValidationError | None) -> dict[str, list[str]]:
    if error is None:
        return {}
    found = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    return {"" if column == NON_FIELD_ERRORS else column: reasons for column, reasons in found.items()}


class SheetResource(resources.ModelResource):
    """A sheet with named columns. An empty row is passed over; every cell of a row is tried, not only the first."""

    needed: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()  # the columns by which a preview names a row

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        """Say at once which columns are missing."""
        missing = [name for name in self.needed if name not in dataset.headers]
        if missing:
            raise ValidationError(_("These columns are missing: %(names)s") % {"names": ", ".join(missing)})

    def after_import(self, dataset: Dataset, result: Result, **kwargs: Any) -> None:
        """Remember the columns that nobody read."""
        known = {field.column_name for field in self.fields.values()}
        result.not_read = [name for name in dataset.headers if name not in known]

    def import_row(self, row: Cells, instance_loader: Any, **kwargs: Any) -> RowResult:
        """Try one row; what is wrong with it is said by the names of its columns."""
        if is_blank(row.values()):
            blank = RowResult()
            blank.import_type, blank.row_values = RowResult.IMPORT_TYPE_SKIP, {}
            return blank
        if no_text := {name: [cell.why] for name, cell in row.items() if isinstance(cell, NotText)}:
            refused = RowResult()
            refused.validation_error, refused.row_values = ValidationError(no_text), row
            refused.import_type = RowResult.IMPORT_TYPE_INVALID
            return refused
        result = super().import_row(row, instance_loader, **kwargs)
        for error in result.errors:
            log.error("row %s of a spreadsheet", error.number, exc_info=error.error)
        if hasattr(result.validation_error, "error_dict"):
            columns = {field.attribute: field.column_name for field in self.fields.values()}
            found = result.validation_error.error_dict
            renamed = {columns.get(name, name): reasons for name, reasons in found.items()}
            result.validation_error = ValidationError(renamed)
        return result


class ByName(BaseInstanceLoader):
    """The one record with the name that stands in the row."""

    def get_instance(self, row: Cells) -> Model | None:
        """Return it, or None for a new one. Raises ValidationError when several have this name."""
        try:
            name = self.resource.fields["name"].clean(row)
        except ValueError:
            return None  # reading the cell again will say why
        found = list(self.resource.get_queryset().filter(name=name)[:2])
        if len(found) > 1:
            raise ValidationError({"name": _("Several are called “%(value)s”.") % {"value": name}})
        return found[0] if found else None


class StakeholderResource(SheetResource):
    """Organisations as a spreadsheet, told apart by their name. Their state is moved by verbs only."""

    name = fields.Field("name", "name", TextCell())
    short_name = fields.Field("short_name", "short_name", TextCell())
    group = fields.Field("group", "group", ChoiceCell(Group))
    county = fields.Field("county", "county", FoundCell(County, "name"))
    is_ncm_member = fields.Field("is_ncm_member", "is_ncm_member", YesNoCell())
    contact_email = fields.Field("contact_email", "contact_email", AddressCell())
    about = fields.Field("about", "about", TextCell())
    state = fields.Field("get_state_display", "state", readonly=True)

    needed = ("name", "group")
    shown = ("name", "group", "county")

    class Meta:
        model = Stakeholder
        import_id_fields = ["name"]
        instance_loader_class = ByName
        fields = ["name", "short_name", "group", "county", "is_ncm_member", "contact_email", "about", "state"]
        skip_diff = report_skipped = store_row_values = use_transactions = True

    def import_instance(self, instance: Stakeholder, row: Cells, **kwargs: Any) -> None:
        """Read the cells and note what they change."""
        names = [field.attribute for field in self.get_import_fields() if not field.readonly]
        before = {name: getattr(instance, name) for name in names}
        super().import_instance(instance, row, **kwargs)
        after = {name: getattr(instance, name) for name in names}
        instance.changed = {name: [before[name], after[name]] for name in names if before[name] != after[name]}

    def skip_row(self, instance: Stakeholder, original: Any, row: Cells, import_validation_errors: Any = None) -> bool:
        """The same row again changes nothing."""
        return bool(instance.pk and not import_validation_errors and not instance.changed)

    def validate_instance(
        self, instance: Stakeholder, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """Check every cell as the form of one record would."""
        problems = dict(import_validation_errors or {})
        try:
            instance.clean_fields(exclude=[*problems, "county", "parent"])
        except ValidationError as error:
            problems = error.update_error_dict(problems)
        if problems:
            raise ValidationError(problems)

    def before_save_instance(self, instance: Stakeholder, row: Cells, **kwargs: Any) -> None:
        """A fact of the reference data that was changed is the secretariat's own from then on."""
        if instance.pk:
            instance.evidence = Evidence.OWN

    def after_save_instance(self, instance: Stakeholder, row: Cells, **kwargs: Any) -> None:
        """Enter each kept row in the journal, as the work of whoever imports."""
        if not kwargs.get("dry_run"):
            changed = {name: [str(value or "") for value in pair] for name, pair in instance.changed.items()}
            data = {"changed": changed, **(suspicion(instance) if "name" in changed else {})}
            journal("import", instance, by=kwargs["user"], after=instance.state, data=data)


class SubmissionResource(SheetResource):
    """Inputs as a spreadsheet: what goes out, and how the cells of what comes in are read. Rows come in by a verb."""

    reference = fields.Field("reference", "reference", readonly=True)
    organisation = fields.Field("stakeholder", "organisation", ForeignKeyWidget(Stakeholder, "name"))
    theme = fields.Field("theme", "theme", ForeignKeyWidget(Theme, "code"))
    objectives = fields.Field("provisions", "objectives", CodesCell(Provision))
    title = fields.Field("title", "title", TextCell())
    body = fields.Field("body", "body", TextCell())
    proposed_wording = fields.Field("proposed_wording", "proposed_wording", TextCell())
    audience = fields.Field("audience", "audience", ChoiceCell(Audience, Audience.PUBLIC))
    language = fields.Field("language", "language", ChoiceCell(Language, Language.ENGLISH))
    state = fields.Field("get_state_display", "state", readonly=True)
    received = fields.Field("received_on", "received", DateWidget(), readonly=True)
    sent = fields.Field("submitted_at", "sent", readonly=True)
    sha256 = fields.Field("content_sha256", "sha256", readonly=True)

    needed = ("organisation", "theme", "title", "body")

    class Meta:
        model = Submission
        fields = [
            "reference", "organisation", "theme", "objectives", "title", "body", "proposed_wording",
            "audience", "language", "state", "received", "sent", "sha256",
        ]  # fmt: skip


class DelegateResource(resources.ModelResource):
    """The list of delegates, for badges and for the door."""

    forum = fields.Field("forum__title", "forum")
    badge = fields.Field("badge_number", "badge")
    organisation = fields.Field("stakeholder__name", "organisation")
    county = fields.Field("county__name", "county")
    group = fields.Field("get_group_display", "group")
    role = fields.Field("get_role_display", "role")
    state = fields.Field("get_state_display", "state")

    class Meta:
        model = Delegate
        fields = ["forum", "badge", "name", "title", "organisation", "group", "county", "role", "state", "email"]
        export_order = fields


class AccessResource(resources.ModelResource):
    """The access log, for reading elsewhere."""

    number = fields.Field("pk", "number")
    at = fields.Field("at", "at")
    what = fields.Field("get_what_display", "what")
    by = fields.Field("by_name", "by")
    address = fields.Field("address", "address")
    record = fields.Field("object_label", "record")
    sha256 = fields.Field("sha256", "sha256")
    details = fields.Field("details_as_text", "details")

    class Meta:
        model = AccessEntry
        fields = ["number", "at", "what", "by", "address", "record", "sha256", "details"]
        export_order = fields
