"""Import and export in the admin: a preview names row, column and reason; nothing is kept before it is confirmed."""

from collections import Counter
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from import_export.admin import ExportMixin, ImportMixin
from import_export.forms import ExportForm

from consultations.imports import FORMATS_IN, FORMATS_OUT, NotReadable, SpreadsheetForm, UploadFolder, problems_of
from consultations.imports.refused_files import enter_refused_files
from consultations.permissions import is_secretariat
from consultations.uploads.disk_space import NoRoom
from consultations.workflow import enter_export

PREVIEW = 50  # rows that a preview shows; all of them are tried


class SpreadsheetExport(ExportMixin):
    """A list that goes out as a spreadsheet, as its filters show it to this person."""

    export_formats = FORMATS_OUT
    export_form_class = ExportForm
    export_template_name = "admin/portal/export.html"
    import_export_change_list_template = "admin/import_export/change_list_import_export.html"

    def has_export_permission(self, request: HttpRequest) -> bool:
        return is_secretariat(request.user)

    def get_export_data(self, file_format: Any, request: HttpRequest, queryset: Any, **kwargs: Any) -> Any:
        """The file; the access log keeps who took it, and nothing goes out where it can't."""
        data = super().get_export_data(file_format, request, queryset, **kwargs)
        form, rows = file_format.get_extension(), queryset.count()
        enter_export(None, by=request.user, list=str(self.opts.verbose_name_plural), form=form, rows=rows)
        return data

    def get_valid_export_item_pks(self, request: HttpRequest) -> Any:
        """Only what the person may see."""
        return self.get_queryset(request).values_list("pk", flat=True)

    def export_action(self, request: HttpRequest) -> HttpResponse:
        """Lead an address with a value that no filter offers back to the list, as the list itself does."""
        try:
            return super().export_action(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(f"{self._page_address('changelist')}?{ERROR_FLAG}=1")

    def _page_address(self, page: str) -> str:
        return reverse("admin:{}_{}_{}".format(*self.get_model_info(), page))


class SpreadsheetAdmin(ImportMixin, SpreadsheetExport):
    """Records that come in and go out as spreadsheets. Our journal keeps what was imported."""

    import_formats = FORMATS_IN
    import_form_class = SpreadsheetForm
    tmp_storage_class = UploadFolder
    skip_admin_log = True
    import_template_name = "admin/portal/import.html"
    import_export_change_list_template = SpreadsheetExport.import_export_change_list_template

    def has_import_permission(self, request: HttpRequest) -> bool:
        return is_secretariat(request.user)

    def add_data_read_fail_error_to_form(self, form: forms.Form, e: Exception) -> None:
        """Say beside the field why the file cannot be read."""
        if not isinstance(e, NotReadable):
            raise e
        form.add_error("import_file", str(e))

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the form; after an upload, a preview with every problem of every row."""
        try:
            page: Any = super().import_action(request, **kwargs)
        except NoRoom as full:
            messages.error(request, str(full))
            return HttpResponseRedirect(self._page_address("import"))
        resource, result = self.resource_classes[0](), page.context_data.get("result")
        columns = [field.column_name for field in resource.get_import_fields() if not field.readonly]
        page.context_data |= {"columns": [(name, name in resource.needed) for name in columns]}
        if result:
            page.context_data |= _preview(result, resource.shown)
        enter_refused_files(request, page.context_data["form"])
        if page.context_data["form"].errors or (result and page.context_data["problems"]):
            page.status_code = 422
        return page

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Keep what was previewed, once: a second confirmation finds nothing to do."""
        try:
            return super().process_import(request, **kwargs)
        except FileNotFoundError:
            words = _("This spreadsheet was imported already, or was uploaded too long ago. Upload it again.")
            messages.warning(request, words)
            return HttpResponseRedirect(self._page_address("import"))

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        """Say what was kept, and what was not although the preview was sound."""
        for problem in problems_of(result)[:10]:
            words = {"row": problem.row, "column": problem.column, "why": problem.why}
            messages.error(request, _("Row %(row)s, not imported: %(column)s %(why)s") % words)
        done = _tally(result)
        messages.success(request, _("Imported: %(new)s new, %(changed)s changed, %(same)s the same.") % done)
        return HttpResponseRedirect(self._page_address("changelist"))


def _tally(result: Any) -> dict[str, int]:
    kinds = Counter(row.import_type for row in result.rows if row.row_values)
    return {"new": kinds["new"], "changed": kinds["update"], "same": kinds["skip"]}


def _preview(result: Any, shown: tuple[str, ...]) -> dict[str, Any]:
    problems, done = problems_of(result), _tally(result)
    rows = [(row, [row.row_values.get(name) or "" for name in shown]) for row in result.rows if row.row_values]
    bad = len({problem.row for problem in problems})
    return {
        "problems": problems[: PREVIEW * 4],
        "problem_count": ngettext("%(count)s row has a problem", "%(count)s rows have a problem", bad) % {"count": bad},
        "tally": [(done["new"], _("new")), (done["changed"], _("to change")), (done["same"], _("the same as here"))],
        "shown": shown,
        "rows": [(row.import_type, cells) for row, cells in rows[:PREVIEW]],
        "more": max(0, len(rows) - PREVIEW),
        "not_read": ", ".join(getattr(result, "not_read", [])),
    }
