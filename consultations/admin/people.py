"""People, organisations, ministries, counties in the admin."""

from django.contrib import admin

from consultations import workflow
from consultations.intake import StakeholderResource
from consultations.models import (
    County,
    Group,
    Mandate,
    Membership,
    MembershipInvitation,
    Ministry,
    Stakeholder,
    StakeholderName,
    User,
)
from consultations.permissions import is_secretariat, is_sysadmin

from .base import ReadOnlyAdmin, RecordAdmin, RowsInline
from .spreadsheets import SpreadsheetAdmin


class NamesInline(RowsInline):
    model = StakeholderName
    fields = ["name", "valid_from", "valid_to", "basis", "evidence"]


class MembershipsInline(RowsInline):
    model = Membership
    autocomplete_fields = ["user"]
    fields = ["user", "role", "is_primary", "valid_from", "valid_until", "mandate_letter"]


class MandatesInline(RowsInline):
    model = Mandate
    autocomplete_fields = ["theme"]
    fields = ["theme", "is_lead", "is_confirmed", "basis", "evidence"]


class StakeholderAdmin(SpreadsheetAdmin, RecordAdmin):
    resource_classes = [StakeholderResource]
    moves, verbs = workflow.STAKEHOLDER_MOVES, workflow
    list_display = ["name", "group", "county", "is_ncm_member", "state", "evidence"]
    list_filter = ["state", "group", "is_ncm_member", "is_sample", "county"]
    search_fields = ["name", "short_name", "code", "names__name"]
    autocomplete_fields = ["county", "parent"]
    inlines = [NamesInline, MembershipsInline]
    list_select_related = ["county"]
    fieldsets = [
        (None, {"fields": ["name", ("short_name", "group"), ("state", "state_reason"), "is_ncm_member"]}),
        (None, {"fields": ["county", "parent", "contact_email", "about", "legal_basis"]}),
        (None, {"fields": ["code", "evidence", "source"]}),
    ]


admin.site.register(Stakeholder, StakeholderAdmin)


@admin.register(Ministry)
class MinistryAdmin(RecordAdmin):
    moves, verbs = workflow.STAKEHOLDER_MOVES, workflow
    list_display = ["name", "group", "state", "themes_with_mandate"]
    list_filter = ["state", "mandates__theme", "is_sample"]
    search_fields = ["name", "short_name", "code"]
    inlines = [NamesInline, MandatesInline, MembershipsInline]
    autocomplete_fields = ["parent"]
    fields = [
        "name",
        "short_name",
        "group",
        "state",
        "state_reason",
        "is_ncm_member",
        "parent",
        "contact_email",
        "about",
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("mandates__theme")

    @admin.display(description="mandates")
    def themes_with_mandate(self, ministry: Ministry) -> str:
        """The themes of confirmed mandates; the lead is marked."""
        confirmed = [mandate for mandate in ministry.mandates.all() if mandate.is_confirmed]
        return ", ".join(f"{mandate.theme.code}{'*' if mandate.is_lead else ''}" for mandate in confirmed)

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        """A ministry is a ministry or a state agency, and nothing else."""
        if db_field.name == "group":
            kwargs["choices"] = [(group.value, group.label) for group in (Group.MINISTRY, Group.STATE_AGENCY)]
        return super().formfield_for_choice_field(db_field, request, **kwargs)


@admin.register(User)
class UserAdmin(RecordAdmin):
    """Accounts. Offices are given by the head through the verb; passwords are each person's own."""

    list_display = ["name", "email", "office", "is_active", "date_joined"]
    list_filter = ["office", "is_active"]
    search_fields = ["name", "email"]
    fields = ["name", "email", "phone", "language", "office", "is_active"]
    readonly_fields = ["office"]

    def has_change_permission(self, request, obj=None):
        return is_secretariat(request.user) or is_sysadmin(request.user)


@admin.register(MembershipInvitation)
class MembershipInvitationAdmin(ReadOnlyAdmin):
    list_display = ["email", "stakeholder", "role", "invited_by", "invited_at", "expires_at", "accepted_at"]
    list_filter = ["role"]
    search_fields = ["email", "stakeholder__name"]
    list_select_related = ["stakeholder", "invited_by"]


@admin.register(County)
class CountyAdmin(RecordAdmin):
    list_display = ["code", "name", "headquarters", "former_province", "migration_note"]
    search_fields = ["name", "alternative_spellings", "code"]
