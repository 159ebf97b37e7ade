"""Admin of the positions app: read-only here, edited at the paper's desk."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from consultations.admin.base import ReadOnlyAdmin, RecordAdmin
from consultations.admin.pagination import LongListAdmin
from consultations.models import Consultation, ConsultationState
from consultations.permissions import is_secretariat
from positions import workflow
from positions.models import (
    Amendment,
    ChainStep,
    Clearance,
    Comment,
    Decision,
    Disposition,
    Edition,
    Lineage,
    PositionPaper,
    Reservation,
)


class SecretariatAdmin(ReadOnlyAdmin):
    """Admin of texts and decisions in progress, for the secretariat but not for system administrators."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_secretariat(request.user)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return is_secretariat(request.user)


PLAIN_MOVES = ("close_review", "fix_clearance_text", "end_silence", "suspend", "resume", "withdraw_paper")


@admin.register(PositionPaper)
class PositionPaperAdmin(SecretariatAdmin):
    moves, verbs = {verb: workflow.PAPER_MOVES[verb] for verb in PLAIN_MOVES}, workflow
    list_display = ["title", "consultation", "state", "published_at", "desk"]
    list_filter = ["state", "consultation"]
    search_fields = ["title", "short_title"]
    list_select_related = ["consultation"]

    @admin.display(description=_("desk"))
    def desk(self, paper: PositionPaper) -> str:
        """Link to the paper's desk."""
        return format_html('<a href="{}">{}</a>', reverse("desk_paper", args=[paper.slug]), _("Open"))


@admin.register(Edition)
class EditionAdmin(SecretariatAdmin):
    list_display = ["paper", "number", "kind", "status", "frozen_at", "sha256"]
    list_filter = ["kind", "paper"]
    search_fields = ["number", "sha256"]
    list_select_related = ["paper"]
    exclude = ["content"]


@admin.register(Clearance)
class ClearanceAdmin(SecretariatAdmin):
    list_display = ["ministry", "paper", "edition", "state", "due_at", "answered_at"]
    list_filter = ["state", "paper"]
    search_fields = ["ministry__name"]
    list_select_related = ["ministry", "paper", "edition__paper"]


@admin.register(Disposition)
class DispositionAdmin(LongListAdmin, SecretariatAdmin):
    list_display = ["point", "outcome", "reason_code", "reason", "decided_by", "decided_at", "answered_at"]
    list_filter = ["outcome", "reason_code", "paper"]
    search_fields = ["point__reference", "reason"]
    list_select_related = ["point", "decided_by"]
    columns = ("point__reference", "outcome", "reason_code", "reason", "decided_by__name", "decided_at", "answered_at")


@admin.register(Amendment)
class AmendmentAdmin(SecretariatAdmin):
    list_display = ["sponsor", "paragraph", "state", "at", "decided_at"]
    list_filter = ["state", "round"]
    list_select_related = ["sponsor", "paragraph__wording"]


@admin.register(Comment)
class CommentAdmin(SecretariatAdmin):
    list_display = ["text", "paragraph", "by", "at", "resolution", "resolved_at"]
    list_filter = ["paragraph__section__paper"]
    search_fields = ["text", "resolution"]
    list_select_related = ["paragraph__wording", "by"]


@admin.register(Lineage)
class LineageAdmin(SecretariatAdmin):
    list_display = ["successor", "kind", "predecessor", "why", "by", "at"]
    list_filter = ["kind", "successor__section__paper"]
    search_fields = ["why"]
    list_select_related = ["successor__wording", "predecessor__wording", "by"]


@admin.register(Reservation)
class ReservationAdmin(SecretariatAdmin):
    list_display = ["stakeholder", "paper", "text", "recorded_at", "withdrawn_at"]
    list_filter = ["paper"]
    list_select_related = ["stakeholder", "paper"]


@admin.register(Decision)
class DecisionAdmin(SecretariatAdmin):
    list_display = ["paper", "forum", "rule", "chair", "at"]
    list_select_related = ["paper", "forum", "chair"]


@admin.register(ChainStep)
class ChainStepAdmin(RecordAdmin):
    list_display = ["consultation", "order", "kind", "institution", "is_asked"]
    list_display_links = ["kind"]
    list_filter = ["consultation", "kind", "is_asked"]
    autocomplete_fields = ["institution"]
    list_select_related = ["consultation", "institution"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether a step can be edited: once its consultation has opened, two officers change it at the desk."""
        opened = obj is not None and obj.consultation.state != ConsultationState.DRAFT
        return super().has_change_permission(request, obj) and not opened

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Offer only consultations that have not opened yet."""
        if db_field.name == "consultation":
            kwargs["queryset"] = Consultation.objects.filter(state=ConsultationState.DRAFT)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
