"""Inputs, points, the journal and the outbox in the admin: read, moved by verbs, never rewritten."""

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from consultations import workflow
from consultations.intake import SubmissionConfirmForm, SubmissionImportForm, SubmissionResource
from consultations.models import Event, OutgoingMail, Point, Submission
from consultations.templatetags.portal import spoken

from .base import ReadOnlyAdmin, RowsInline
from .spreadsheets import SpreadsheetAdmin


class PointsInline(RowsInline):
    model = Point
    fk_name = "submission"
    fields = ["reference", "kind", "theme", "text", "state"]
    readonly_fields = fields
    show_change_link = True

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("theme")

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Submission)
class SubmissionAdmin(SpreadsheetAdmin, ReadOnlyAdmin):
    resource_classes = [SubmissionResource]
    import_form_class = SubmissionImportForm
    confirm_form_class = SubmissionConfirmForm
    moves, verbs = {verb: move for verb, move in workflow.SUBMISSION_MOVES.items() if verb != "take_in"}, workflow
    list_display = ["reference", "title", "stakeholder", "theme", "audience", "state", "sent", "desk"]
    list_filter = ["consultation", "state", "theme", "audience", "channel", "language", "stakeholder__group"]
    search_fields = ["reference", "title", "body", "stakeholder__name"]
    list_select_related = ["stakeholder", "theme"]
    date_hierarchy = "submitted_at"
    inlines = [PointsInline]

    def get_queryset(self, request: HttpRequest):
        """What the person may read, and no drafts of others."""
        return super().get_queryset(request).filter(pk__in=Submission.objects.visible_to(request.user).values("pk"))

    def get_export_queryset(self, request):
        rows = super().get_export_queryset(request)
        return rows.select_related("stakeholder", "theme").prefetch_related("provisions")

    def get_confirm_form_initial(self, request, import_form):
        """The choices of the upload go on to the confirmation."""
        chosen = super().get_confirm_form_initial(request, import_form)
        if import_form:
            data = import_form.cleaned_data
            chosen |= {
                "consultation": data["consultation"].pk,
                "channel": data["channel"],
                "received_on": data["received_on"],
            }
        return chosen

    def get_import_data_kwargs(self, **kwargs):
        """Hand the choices of the form to the rows."""
        form = kwargs.get("form")
        chosen = {name: form.cleaned_data[name] for name in ("consultation", "channel", "received_on")} if form else {}
        return {**super().get_import_data_kwargs(**kwargs), **chosen}

    @admin.display(description=_("sent"), ordering="submitted_at")
    def sent(self, submission: Submission) -> str:
        """The day on which it was sent."""
        return f"{timezone.localtime(submission.submitted_at):%-d %b %Y}" if submission.submitted_at else ""

    @admin.display(description=_("desk"))
    def desk(self, submission: Submission) -> str:
        """A link to the desk's page of the input."""
        return format_html('<a href="{}">{}</a>', reverse("desk_input", args=[submission.key]), _("Open"))


@admin.register(Point)
class PointAdmin(ReadOnlyAdmin):
    moves, verbs = {verb: move for verb, move in workflow.POINT_MOVES.items() if verb == "validate"}, workflow
    list_display = ["reference", "kind", "theme", "stakeholder", "text", "state", "merged_into"]
    list_filter = ["consultation", "state", "kind", "theme"]
    search_fields = ["reference", "text", "stakeholder__name"]
    list_select_related = ["theme", "stakeholder", "merged_into"]

    def get_queryset(self, request: HttpRequest):
        """Points whose source the person may read."""
        return super().get_queryset(request).filter(pk__in=Point.objects.visible_to(request.user).values("pk"))


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """The journal, for reading."""

    list_display = ["number", "at", "by_name", "what", "object_label", "before", "after", "reason"]
    list_filter = ["kind", "verb"]
    search_fields = ["object_label", "by_name", "verb"]

    @admin.display(description=_("what was done"), ordering="verb")
    def what(self, event: Event) -> str:
        """The verb in words."""
        return spoken(event.verb)


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyAdmin):
    """What was sent to whom and when. The text is not shown: it may hold a link that lets its reader in."""

    exclude = ["body"]
    list_display = ["to", "subject", "state", "created_at", "sent_at", "tries", "error"]
    list_filter = ["state"]
    search_fields = ["to", "subject"]
