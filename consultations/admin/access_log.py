"""Admin of the access log: read and exported, never changed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from consultations.imports import AccessResource
from consultations.models import AccessEntry, AccessSeal
from consultations.permissions import may_enter_admin

from .base import ReadOnlyAdmin
from .spreadsheets import SpreadsheetExport
from .submissions import of_readable_inputs


@admin.register(AccessEntry)
class AccessEntryAdmin(SpreadsheetExport, ReadOnlyAdmin):
    """List access log entries: those that concern the user's office, and the user's own."""

    resource_classes = [AccessResource]
    list_display = ["at", "what", "who", "object_label", "details_in_short", "address"]
    list_filter = ["what"]
    search_fields = ["object_label", "address", "sha256"]
    list_select_related = ["by"]
    date_hierarchy = "at"
    readonly_fields = ["at", "what", "who", "address", "object_label", "sha256", "details_in_short"]
    fields = [*readonly_fields]

    def has_export_permission(self, request: HttpRequest) -> bool:
        return may_enter_admin(request.user)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return the entries that the user may read; entries about an input only for users who may read that input."""
        entries = super().get_queryset(request).filter(pk__in=AccessEntry.objects.visible_to(request.user).values("pk"))
        return of_readable_inputs(entries, request.user)

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
