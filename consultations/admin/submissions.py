"""Admin of inputs, points, the journal and the outbox: records are read and moved by verbs, never edited."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db import models
from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from consultations import workflow
from consultations.imports import SubmissionResource
from consultations.models import Attachment, Event, OutgoingMail, Point, Submission
from consultations.permissions import is_secretariat
from consultations.redaction import for_everybody
from consultations.templatetags.portal import day, spoken

from .base import ReadOnlyAdmin, RowsInline
from .spreadsheets import SpreadsheetExport


class PointsInline(RowsInline):
    model = Point
    fk_name = "submission"
    readonly_fields = ["reference", "kind", "theme", "text", "state"]
    fields = [*readonly_fields]
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Point]:
        points: Any = super().get_queryset(request).select_related("theme")
        return points.visible_to(request.user)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class FilesInline(RowsInline):
    """Read-only list of the files that the user may open."""

    model = Attachment
    fk_name = "submission"
    readonly_fields = ["name", "state", "state_reason"]  # columns that fit a phone without scrolling
    fields = [*readonly_fields]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attachment]:
        files: Any = super().get_queryset(request).select_related("uploaded_by")
        return files.visible_to(request.user)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Submission)
class SubmissionAdmin(SpreadsheetExport, ReadOnlyAdmin):
    resource_classes = [SubmissionResource]
    moves, verbs = {verb: move for verb, move in workflow.SUBMISSION_MOVES.items() if verb != "take_in"}, workflow
    list_display = ["reference", "title", "stakeholder", "theme", "audience", "state", "sent", "desk"]
    list_filter = ["consultation", "state", "theme", "audience", "channel", "language", "stakeholder__group"]
    search_fields = ["reference", "title", "body", "stakeholder__name"]
    list_select_related = ["stakeholder", "theme"]
    date_hierarchy = "submitted_at"
    inlines = [FilesInline, PointsInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        """Return the inputs that the user may read, without the drafts of others."""
        rows: Any = super().get_queryset(request)
        return rows.visible_to(request.user)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """Show the input as the user may read it: only the secretariat and the author see held-back passages."""
        if obj and not Submission.objects.in_full_for(request.user).filter(pk=obj.pk).exists():
            obj.body, obj.proposed_wording = for_everybody(obj.body), for_everybody(obj.proposed_wording)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Search only fields that the user may read."""
        fields = super().get_search_fields(request)
        return [name for name in fields if name != "body" or is_secretariat(request.user)]

    def get_export_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_export_queryset(request)
        return rows.select_related("stakeholder", "theme").prefetch_related("provisions")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Add a link to the import."""
        leads = {"has_import_permission": is_secretariat(request.user)}
        return super().changelist_view(request, {**(extra_context or {}), **leads})

    def get_urls(self) -> list[URLPattern]:
        """Redirect the admin's import to the import at the desk."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_import"
        desk = RedirectView.as_view(pattern_name="import_inputs")
        return [path("import/", self.admin_site.admin_view(desk), name=name), *super().get_urls()]

    @admin.display(description=_("sent"), ordering="submitted_at")
    def sent(self, submission: Submission) -> str:
        """Return the date on which it was sent."""
        return day(submission.submitted_at)

    @admin.display(description=_("desk"))
    def desk(self, submission: Submission) -> str:
        """Link to the desk page of the input."""
        return format_html('<a href="{}">{}</a>', reverse("desk_input", args=[submission.key]), _("Open"))


@admin.register(Point)
class PointAdmin(ReadOnlyAdmin):
    moves, verbs = {verb: move for verb, move in workflow.POINT_MOVES.items() if verb == "validate"}, workflow
    list_display = ["reference", "kind", "theme", "stakeholder", "text", "state", "merged_into"]
    list_filter = ["consultation", "state", "kind", "theme"]
    search_fields = ["reference", "text", "stakeholder__name"]
    list_select_related = ["theme", "stakeholder", "merged_into"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Point]:
        """Return the points whose source the user may read."""
        rows: Any = super().get_queryset(request)
        return rows.visible_to(request.user)


class InWords(admin.AllValuesFieldListFilter):
    """Journal filter that shows verbs and record types by their labels."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Return the choices of the filter with their labels."""
        for choice in super().choices(changelist):
            yield {**choice, "display": _label(str(choice["display"]))}


def _label(value: str) -> str:
    """Return the label of a record type or a verb."""
    kinds = {model._meta.label_lower: model._meta.verbose_name for model in apps.get_models()}
    return capfirst(str(kinds[value])) if value in kinds else spoken(value)


def of_readable_inputs(entries: Any, user: Any) -> Any:
    """Return the `entries` without those about inputs that the user may not read in full."""
    in_full = Submission.objects.in_full_for(user).annotate(key_as_text=Cast("pk", CharField()))
    about = Q(kind=Submission._meta.label_lower)
    return entries.filter(~about | Q(object_id__in=in_full.values("key_as_text")))


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """Read-only admin of the journal. Entries about an input may name drafts and files, so only users who may read the
    input see them.
    """

    exclude = ["commitments"]  # codes; some entries have thousands
    list_display = ["number", "at", "by_name", "what", "object_label", "old_state", "new_state", "reason"]
    list_filter = [("kind", InWords), ("verb", InWords)]
    search_fields = ["object_label", "by_name", "verb"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        """Return the entries without those about inputs that the user may not read in full."""
        return of_readable_inputs(super().get_queryset(request), request.user)

    @admin.display(description=_("what was done"), ordering="verb")
    def what(self, event: Event) -> str:
        """Return the label of the verb."""
        return spoken(event.verb)

    @admin.display(description=_("state before"), ordering="before")
    def old_state(self, event: Event) -> str:
        """Return the label of the old state."""
        return spoken(event.before)

    @admin.display(description=_("state after"), ordering="after")
    def new_state(self, event: Event) -> str:
        """Return the label of the new state."""
        return spoken(event.after)


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyAdmin):
    """Admin of outgoing mail: recipient and time. The text is hidden because it may contain a link that signs its
    reader in.
    """

    moves, verbs = {"try_again": workflow.TRY_AGAIN}, workflow
    exclude = ["body"]
    list_display = ["to", "subject", "state", "created_at", "sent_at", "tries", "error"]
    list_filter = ["state", "medium", "in_digest"]
    list_select_related = ["user"]
    search_fields = ["to", "subject"]
