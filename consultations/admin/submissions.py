"""Admin of inputs, points, the journal and the outbox: records are read and moved by verbs, never edited."""

from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db import connection, models
from django.db.models import BigIntegerField, Case, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Cast
from django.db.models.lookups import IsNull
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
from consultations.queries import points_with_each_word, searchable, with_each_word
from consultations.redaction import for_everybody
from consultations.templatetags.portal import day, spoken

from .base import RowsInline
from .pagination import LongListAdmin
from .spreadsheets import SpreadsheetExport

VALUES_IN_USE = """
    WITH RECURSIVE known (value) AS (
        SELECT min({column}) FROM {table}
        UNION ALL SELECT (SELECT min({column}) FROM {table} WHERE {column} > value) FROM known WHERE value IS NOT NULL
    ) SELECT value FROM known WHERE value IS NOT NULL"""


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
class SubmissionAdmin(SpreadsheetExport, LongListAdmin):
    resource_classes = [SubmissionResource]
    moves, verbs = {verb: move for verb, move in workflow.SUBMISSION_MOVES.items() if verb != "take_in"}, workflow
    list_display = ["reference", "title", "stakeholder", "theme", "audience", "state", "sent", "desk"]
    list_filter = ["consultation", "state", "theme", "audience", "channel", "language", "stakeholder__group"]
    search_fields = ["reference", "title", "body", "stakeholder__name"]
    list_select_related = ["stakeholder", "theme"]
    orders = ("-submitted_at", "reference")
    sortable_by = ["reference", "sent"]
    columns = (
        "key", "reference", "title", "stakeholder__name", "theme__code", "theme__title", "theme__title_sw", "audience",
        "state", "submitted_at",
    )  # fmt: skip
    date_hierarchy = "submitted_at"
    inlines = [FilesInline, PointsInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        """Return the sent inputs that the user may read."""
        rows: Any = super().get_queryset(request)
        return rows.visible_to(request.user).filter(submitted_at__isnull=False)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Submission], search_term: str
    ) -> tuple[QuerySet[Submission], bool]:
        """Search as the desk does; held-back passages are found only by those who may read them all."""
        in_full = is_secretariat(request.user)
        return with_each_word(queryset, searchable(search_term), in_full=in_full), False

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
        desk = RedirectView.as_view(pattern_name="any_import_inputs")
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
class PointAdmin(LongListAdmin):
    moves, verbs = {verb: move for verb, move in workflow.POINT_MOVES.items() if verb == "validate"}, workflow
    list_display = ["reference", "kind", "theme", "stakeholder", "text", "state", "merged_into"]
    list_filter = ["consultation", "state", "kind", "theme"]
    search_fields = ["reference", "text", "stakeholder__name"]
    list_select_related = ["theme", "stakeholder", "merged_into"]
    orders = ("reference",)
    sortable_by = ["reference"]
    columns = (
        "reference", "kind", "theme__code", "theme__title", "theme__title_sw", "stakeholder__name", "text", "state",
        "merged_into__reference",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Point]:
        """Return the points whose source the user may read."""
        rows: Any = super().get_queryset(request)
        return rows.visible_to(request.user)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Point], search_term: str
    ) -> tuple[QuerySet[Point], bool]:
        """Search the words of points in the index of the desk's search."""
        return points_with_each_word(queryset, searchable(search_term)), False


class InWords(admin.AllValuesFieldListFilter):
    """Journal filter that shows verbs and record types by their labels."""

    def __init__(self, field: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(field, *args, **kwargs)
        values: Any = _values_in_use(field)
        self.lookup_choices = values

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Return the choices of the filter with their labels."""
        for choice in super().choices(changelist):
            yield {**choice, "display": _label(str(choice["display"]))}


def _values_in_use(field: Any) -> list[str]:
    """Return the different values of a column that an index begins with, by one look-up for each of them."""
    table, column = connection.ops.quote_name(field.model._meta.db_table), connection.ops.quote_name(field.column)
    with connection.cursor() as cursor:
        cursor.execute(VALUES_IN_USE.format(table=table, column=column))
        return [value for (value,) in cursor.fetchall()]


def _label(value: str) -> str:
    """Return the label of a record type or a verb."""
    kinds = {model._meta.label_lower: model._meta.verbose_name for model in apps.get_models()}
    return capfirst(str(kinds[value])) if value in kinds else spoken(value)


def of_readable_inputs(entries: Any, user: Any) -> Any:
    """Return the `entries` without those about inputs that the user may not read in full.

    The input is looked up for each entry that is shown: among a million, a list of all keys would be made first.
    """
    about = Q(kind=Submission._meta.label_lower)
    key = Case(When(about, then=Cast("object_id", BigIntegerField())))
    in_full = Submission.objects.in_full_for(user).order_by().filter(pk=OuterRef("input_key")).values("pk")[:1]
    return entries.alias(input_key=key).filter(~about | Q(IsNull(Subquery(in_full), False)))


def about_reference(entries: Any, words: str) -> Any:
    """Return those of `entries` that are about the input or point with the reference `words`, or about a point of that
    input; None if nothing has this reference.
    """
    named = words.strip().upper()
    inputs = list(Submission.objects.filter(reference=named).values_list("pk", flat=True)) if named else []
    points = (
        Point.objects.filter(Q(reference=named) | Q(submission__in=inputs)).order_by()
        if named
        else Point.objects.none()
    )
    keys = {Submission: inputs, Point: points.values_list("pk", flat=True)}
    about = [
        Q(kind=model._meta.label_lower, object_id__in=[str(pk) for pk in each]) for model, each in keys.items() if each
    ]
    return entries.filter(reduce(or_, about)) if about else None


@admin.register(Event)
class EventAdmin(LongListAdmin):
    """Read-only admin of the journal. Entries about an input may name drafts and files, so only users who may read the
    input see them.
    """

    exclude = ["commitments"]  # codes; some entries have thousands
    list_display = ["number", "at", "by_name", "what", "object_label", "old_state", "new_state", "reason"]
    list_filter = [("kind", InWords), ("verb", InWords)]
    search_fields = ["object_label", "by_name", "verb"]
    orders = ("-number",)
    sortable_by = ["number"]
    columns = ("number", "at", "by_name", "verb", "object_label", "before", "after", "reason")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        """Return the entries without those about inputs that the user may not read in full."""
        return of_readable_inputs(super().get_queryset(request), request.user)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Event], search_term: str
    ) -> tuple[QuerySet[Event], bool]:
        """Find a reference by the keys of the records that it names, other words one by one."""
        named = about_reference(queryset, search_term)
        return super().get_search_results(request, queryset, search_term) if named is None else (named, False)

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
class OutgoingMailAdmin(LongListAdmin):
    """Admin of outgoing mail: recipient and time. The text is hidden because it may contain a link that signs its
    reader in.
    """

    moves, verbs = {"try_again": workflow.TRY_AGAIN}, workflow
    exclude = ["body"]
    list_display = ["to", "subject", "state", "created_at", "sent_at", "tries", "error"]
    list_filter = ["state", "medium", "in_digest"]
    search_fields = ["to", "subject"]
    columns = ("to", "subject", "state", "created_at", "sent_at", "tries", "error")
