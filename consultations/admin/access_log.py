"""Admin of the access log: read and exported, never changed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from consultations.imports import AccessResource
from consultations.models import AccessEntry, AccessSeal
from consultations.permissions import may_enter_admin

from .base import ReadOnlyAdmin
from .pagination import LongListAdmin
from .spreadsheets import SpreadsheetExport
from .submissions import about_reference, of_readable_inputs


@admin.register(AccessEntry)
class AccessEntryAdmin(SpreadsheetExport, LongListAdmin):
    """List access log entries: those that concern the user's office, and the user's own."""

    resource_classes = [AccessResource]
    list_display = ["at", "what", "who", "object_label", "details_in_short", "address"]
    list_filter = ["what"]
    search_fields = ["object_label", "address", "sha256"]
    list_select_related = ["by"]
    orders = ("-at",)
    sortable_by = ["at"]
    columns = ("at", "what", "by__name", "visitor", "object_label", "details", "address")
    date_hierarchy = "at"
    readonly_fields = ["at", "what", "who", "address", "object_label", "sha256", "details_in_short"]
    fields = [*readonly_fields]

    def has_export_permission(self, request: HttpRequest) -> bool:
        return may_enter_admin(request.user)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return the entries that the user may read; entries about an input only for users who may read that input."""
        entries: Any = super().get_queryset(request)
        return of_readable_inputs(entries.visible_to(request.user), request.user)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Find a reference by the keys of the records that it names, other words one by one."""
        named = about_reference(queryset, search_term)
        return super().get_search_results(request, queryset, search_term) if named is None else (named, False)

    def get_export_queryset(self, request: HttpRequest) -> Any:
        return super().get_export_queryset(request).select_related("by")

    @admin.display(description=_("by"))
    def who(self, entry: AccessEntry) -> str:
        """Return the person's name, or the name that a visitor entered."""
        return entry.by_name

    @admin.display(description=_("details"))
    def details_in_short(self, entry: AccessEntry) -> str:
        """Return the remaining details of the entry as one line."""
        return entry.details_as_text


@admin.register(AccessSeal)
class AccessSealAdmin(ReadOnlyAdmin):
    list_display = ["last_id", "first_id", "count", "digest", "at"]
