"""Spreadsheet import and export in the admin, with a preview that lists every problem by row and column."""

from abc import abstractmethod
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from import_export.admin import ExportMixin
from import_export.forms import ExportForm

from consultations.imports import (
    FORMATS_OUT,
    ConfirmImportForm,
    NotReadable,
    RecordsImportForm,
    RowReader,
    RowState,
    Trial,
    UploadFolder,
    enter_refused_files,
    read_sheet,
)
from consultations.imports.row_validation import Problem
from consultations.permissions import SignedInRequest, is_secretariat
from consultations.uploads.disk_space import NoRoom
from consultations.workflow import enter_export

PREVIEW = 50  # rows shown in a preview; all are validated


class SpreadsheetExport(ExportMixin):
    """Export a list, with its filters, as a spreadsheet."""

    export_formats = FORMATS_OUT
    export_form_class = ExportForm
    export_template_name = "admin/portal/export.html"
    import_export_change_list_template = "admin/import_export/change_list_import_export.html"

    def has_export_permission(self, request: HttpRequest) -> bool:
        return is_secretariat(request.user)

    def get_export_data(self, file_format: Any, request: SignedInRequest, queryset: Any, **kwargs: Any) -> Any:
        """Return the exported file and record the export in the access log; fail if it cannot be recorded."""
        data = super().get_export_data(file_format, request, queryset, **kwargs)
        form, rows = file_format.get_extension(), queryset.count()
        enter_export(None, by=request.user, list=str(self.opts.verbose_name_plural), form=form, rows=rows)
        return data

    def get_valid_export_item_pks(self, request: HttpRequest) -> Any:
        """Return only records that the user may read."""
        return self.get_queryset(request).values_list("pk", flat=True)

    def export_action(self, request: HttpRequest) -> HttpResponse:
        """Redirect to the list if the query string contains a value that no filter offers, as the list does."""
        try:
            return super().export_action(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(f"{self._page_address('changelist')}?{ERROR_FLAG}=1")

    def _page_address(self, page: str) -> str:
        return reverse("admin:{}_{}_{}".format(*self.get_model_info(), page))


class SpreadsheetAdmin(SpreadsheetExport):
    """Admin of records that can be imported from and exported to spreadsheets."""

    reader: type[RowReader]

    def has_import_permission(self, request: HttpRequest) -> bool:
        return is_secretariat(request.user)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the import link only to users who may import."""
        more = {"has_import_permission": self.has_import_permission(request)}
        return super().changelist_view(request, {**(extra_context or {}), **more})

    def get_urls(self) -> list[Any]:
        """Add the two import pages."""
        pages = {"import": self.import_action, "process_import": self.process_import}
        named = [
            path(f"{name}/", self.admin_site.admin_view(view), name="{}_{}_{}".format(*self.get_model_info(), name))
            for name, view in pages.items()
        ]
        return [*named, *super().get_urls()]

    def import_action(self, request: HttpRequest) -> HttpResponse:
        """Show the upload form; after an upload, a preview with every problem in every row."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form, context = RecordsImportForm(request.POST or None, request.FILES or None), {}
        if form.is_valid():
            try:
                context = self._preview(form)
            except NoRoom as full:
                messages.error(request, str(full))
                return HttpResponseRedirect(self._page_address("import"))
        enter_refused_files(request, form)
        columns = [(name, name in self.reader.needed) for name in self.reader.columns]
        status = 422 if form.errors or context.get("problems") else 200
        return self._import_page(request, status, form=form, columns=columns, **context)

    def _preview(self, form: RecordsImportForm) -> dict[str, Any]:
        folder = UploadFolder()
        folder.save(form.content)
        confirm = ConfirmImportForm(initial={"import_file_name": folder.name})
        try:
            trial = Trial(form.sheet, self.reader())
        except NotReadable as missing:
            return {"problems": [Problem(1, "", "", str(missing))], "problem_count": _problems(1)}
        tally, shown = trial.tally(), self.reader.shown
        first = trial.whole(trial.verdicts[:PREVIEW])
        return {
            "confirm_form": confirm,
            "problems": trial.problems(PREVIEW * 4),
            "problem_count": _problems(tally["error"]),
            "tally": [
                (tally["new"], _("new")), (tally["changed"], _("to change")), (tally["same"], _("unchanged")),
            ],
            "shown": shown,
            "rows": [(row.state, [row.cells.get(name) or "" for name in shown]) for row in first],
            "more": max(0, len(trial.verdicts) - PREVIEW),
            "not_read": ", ".join(trial.not_read),
        }  # fmt: skip

    def _import_page(self, request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
        context |= self.admin_site.each_context(request) | {"title": _("Import"), "opts": self.opts}
        return TemplateResponse(request, "admin/portal/import.html", context, status=status)

    @method_decorator(require_POST)
    def process_import(self, request: HttpRequest) -> HttpResponse:
        """Save the previewed rows once; confirming a second time has no effect."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = ConfirmImportForm(request.POST)
        name = form.cleaned_data["import_file_name"] if form.is_valid() else ""  # no other name is ever stored
        folder = UploadFolder(name)
        try:
            trial = Trial(read_sheet(folder.read()), self.reader())
        except FileNotFoundError:
            words = _("This spreadsheet has already been imported, or the upload has expired. Upload it again.")
            messages.warning(request, words)
            return HttpResponseRedirect(self._page_address("import"))
        sound = (verdict for verdict in trial.verdicts if verdict.state in (RowState.NEW, RowState.CHANGED))
        self.keep_rows(request, [row.values for row in trial.built(sound)])
        folder.remove()
        for problem in trial.problems(10):  # valid in the preview, but not any more
            messages.error(request, _("Row %(row)s, not imported: %(column)s %(why)s") % problem._asdict())
        messages.success(request, _("Imported: %(new)s new, %(changed)s changed, %(same)s unchanged.") % trial.tally())
        return HttpResponseRedirect(self._page_address("changelist"))

    @abstractmethod
    def keep_rows(self, request: HttpRequest, rows: list[dict[str, Any]]) -> None:
        """Save the valid rows through a verb."""


def _problems(count: int) -> str:
    return ngettext("%(count)s row has a problem", "%(count)s rows have a problem", count) % {"count": count}
