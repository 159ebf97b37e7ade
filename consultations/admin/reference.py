"""Admin of reference data: themes, provisions, instruments, terms and the outline."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin

from consultations import workflow
from consultations.models import (
    HolidayRule,
    Instrument,
    OutlinePart,
    Provision,
    PublicHoliday,
    Term,
    Theme,
    ThemeProvision,
    User,
)

from .base import RecordAdmin, RowsInline
from .by_verbs import added


class ThemeProvisionsInline(RowsInline):
    model = ThemeProvision
    autocomplete_fields = ["provision"]
    fields = ["provision", "relation", "evidence"]


@admin.register(Theme)
class ThemeAdmin(RecordAdmin):
    list_display = ["order", "code", "title", "title_sw", "evidence"]
    list_display_links = ["title"]
    search_fields = ["code", "title", "title_sw"]
    inlines = [ThemeProvisionsInline]


@admin.register(Provision)
class ProvisionAdmin(RecordAdmin):
    list_display = ["code", "framework", "label", "reference", "evidence"]
    list_filter = ["framework", "evidence"]
    search_fields = ["code", "label", "title"]
    autocomplete_fields = ["targets"]


@admin.register(Instrument)
class InstrumentAdmin(RecordAdmin):
    list_display = ["short_title", "level", "kind", "number", "adopted_on", "status", "evidence"]
    list_filter = ["level", "kind", "evidence"]
    search_fields = ["code", "title", "short_title"]
    autocomplete_fields = ["themes"]


@admin.register(Term)
class TermAdmin(RecordAdmin):
    list_display = ["term", "term_sw", "kind", "evidence"]
    list_filter = ["kind", "evidence"]
    search_fields = ["term", "term_sw", "definition"]


@admin.register(OutlinePart)
class OutlinePartAdmin(RecordAdmin):
    list_display = ["order", "part", "heading", "heading_sw", "length", "evidence"]
    list_display_links = ["heading"]
    list_filter = ["part"]


@admin.register(PublicHoliday)
class PublicHolidayAdmin(RecordAdmin):
    list_display = ["name", "rule", "on", "month", "day", "days_from_easter", "counts", "evidence"]
    list_filter = ["rule", "counts", "evidence"]
    search_fields = ["name", "source"]

    def save_by_verbs(self, form: Any, by: User, *, change: bool) -> Iterable[str]:
        """Add a day by notice, and take it out, as the desk does. Days of the Act have no verb."""
        data = form.cleaned_data
        if data.get("rule") != HolidayRule.ONCE:
            return ()
        if not change and data["counts"]:
            made = workflow.add_holiday(by=by, name=data["name"], on=data["on"], source=data["source"])
            added(form, made)
            return ("name", "on", "source", "rule", "counts")
        if change and form.changed_data == ["counts"] and not data["counts"]:
            workflow.strike_holiday(form.instance, by=by)
            return ("counts",)
        return ()
