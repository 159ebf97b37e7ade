"""People, organisations, ministries, counties in the admin."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from consultations import workflow
from consultations.forms import ReasonForm, reason_field
from consultations.imports import OrganisationReader, StakeholderResource
from consultations.models import (
    County,
    Group,
    Mandate,
    Membership,
    MembershipInvitation,
    Ministry,
    Office,
    Stakeholder,
    StakeholderName,
    User,
)
from consultations.permissions import APPOINTERS, is_head, is_secretariat, is_sysadmin, may_propose_appointment
from consultations.queries import suspicion, with_lookalikes
from ncm_portal.workflow import Move, OpenMove, now

from .base import ReadOnlyAdmin, RecordAdmin, RowsInline
from .rows import RowsFormSet
from .spreadsheets import SpreadsheetAdmin


class NamesInline(RowsInline):
    model = StakeholderName
    fields = ["name", "valid_from", "valid_to", "basis", "evidence"]


def _goes_on(row: dict[str, Any]) -> bool:
    return not row["valid_until"] or row["valid_until"] > timezone.localdate(now())


class MembershipFormSet(RowsFormSet):
    """The memberships of an organisation, which must not contradict each other."""

    def clean(self):
        """Say what the database would refuse. What one row says against those on record, its own form finds."""
        super().clean()
        rows = [form.cleaned_data for form in self.forms if form.is_valid() and form.cleaned_data]
        changed = [form.cleaned_data for form in self.forms if form.is_valid() and form.has_changed()]
        if reasons := [words for row in changed if _goes_on(row) for words in workflow.on_both_sides(row["user"])]:
            raise ValidationError(reasons)
        live = [row for row in rows if not row["valid_until"]]
        if sum(row["is_primary"] for row in live) > 1:
            raise ValidationError(_("This organisation already has a primary focal point."))
        if len({(row["user"], row["role"]) for row in live}) < len(live):
            raise ValidationError(_("This person is listed twice in the same role."))


class MembershipsInline(RowsInline):
    model = Membership
    formset = MembershipFormSet
    autocomplete_fields = ["user"]
    fields = ["user", "role", "is_primary", "valid_from", "valid_until", "mandate_letter"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("user", "stakeholder")


class MandatesInline(RowsInline):
    model = Mandate
    autocomplete_fields = ["theme"]
    fields = ["theme", "is_lead", "is_confirmed", "basis", "evidence"]


class OrganisationAdmin(RecordAdmin):
    """Whoever enters a name that is easily taken for another's is told so, and where to look."""

    def links(self, request, record):
        """The desk's page of an organisation says what is odd about its name."""
        if is_secretariat(request.user) and suspicion(record):
            return [(_("Check the name"), reverse("desk_organisation", args=[record.pk]))]
        return []

    def save_model(self, request, obj, form, change):
        """Save, and say when the new name looks like another, or holds characters that are unusual in a name."""
        super().save_model(request, obj, form, change)
        if "name" in form.changed_data or "short_name" in form.changed_data:
            self.warn_of_names(request, [obj])

    def warn_of_names(self, request, organisations):
        """Tell which of `organisations` have names to be checked, and where."""
        for each in (each for each in organisations if suspicion(each)):
            page = reverse("desk_organisation", args=[each.pk])
            words = _(
                'The name “{}” is similar to another name or has unusual characters. <a href="{}">Check the name</a>'
            )
            self.message_user(request, format_html(words, each.name, page), messages.WARNING)


class StakeholderAdmin(SpreadsheetAdmin, OrganisationAdmin):
    resource_classes, reader = [StakeholderResource], OrganisationReader
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

    def keep_rows(self, request, rows):
        """Keep the organisations, and say which of the new names are to be checked."""
        kept = [each.pk for each in workflow.import_stakeholders(rows, by=request.user)]
        organisations = with_lookalikes(Stakeholder.objects.filter(pk__in=kept)).order_by("name")
        odd = [each for each in organisations if each.has_lookalike or each.unusual_characters]
        self.warn_of_names(request, odd[:10])


admin.site.register(Stakeholder, StakeholderAdmin)


@admin.register(Ministry)
class MinistryAdmin(OrganisationAdmin):
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

    def save_formset(self, request, form, formset, change):
        """A mandate that is ticked as confirmed is confirmed by the verb; whatever else was typed is an edit."""
        mark = "is_confirmed"
        ticked = [row for row in formset.forms if mark in row.changed_data and row.cleaned_data[mark]]
        for row in ticked:
            row.instance.is_confirmed = False
            row.changed_data.remove(mark)
        super().save_formset(request, form, formset, change)
        for mandate in (row.instance for row in ticked):
            lead = {"is_lead": mandate.is_lead, "basis": mandate.basis}
            workflow.confirm_mandate(mandate.ministry, mandate.theme, by=request.user, **lead)

    @admin.display(description=_("mandates"))
    def themes_with_mandate(self, ministry: Ministry) -> str:
        """The themes of confirmed mandates; the lead is marked."""
        confirmed = [mandate for mandate in ministry.mandates.all() if mandate.is_confirmed]
        return ", ".join(f"{mandate.theme.code}{'*' if mandate.is_lead else ''}" for mandate in confirmed)

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        """A ministry is a ministry or a state agency, and nothing else."""
        if db_field.name == "group":
            kwargs["choices"] = [(group.value, group.label) for group in (Group.MINISTRY, Group.STATE_AGENCY)]
        return super().formfield_for_choice_field(db_field, request, **kwargs)


class AppointForm(ReasonForm):
    """The office of a person, and why it changes."""

    office = forms.ChoiceField(label=_("Office"), choices=Office.choices, required=False)
    reason = reason_field(_("Enter a reason. It is kept in the journal."))
    field_order = ["office", "reason"]


APPOINT = Move("appoint", _("Appoint to an office"), (), None, APPOINTERS)
SECOND_PERSON = _("Nothing changes until a second person confirms it. We e-mail everyone who can confirm.")


@admin.register(User)
class UserAdmin(RecordAdmin):
    """Accounts. The head proposes who gets an office, a second person confirms it; address and password are each
    person's own."""

    moves, verbs, move_forms = {"appoint": APPOINT}, workflow, {"appoint": AppointForm}
    list_display = ["name", "email", "office", "is_active", "date_joined"]
    list_filter = ["office", "is_active"]
    search_fields = ["name", "email"]
    fields = ["name", "email", "phone", "language", "office", "is_active"]
    readonly_fields = ["office"]

    def has_change_permission(self, request, obj=None):
        """Who holds an office is let in or locked out by the head, or by the technicians; the head by the head."""
        user = request.user
        if obj is None or not obj.office:
            return is_secretariat(user) or is_sysadmin(user)
        return is_head(user) or (is_sysadmin(user) and obj.office != Office.HEAD)

    def get_readonly_fields(self, request, obj=None):
        """Whoever could write another address into an account could take it over; a number asks for text messages. An
        account is closed and corrected at the desk, with its consequences in view."""
        return [*super().get_readonly_fields(request, obj), *(["email", "phone", "is_active"] if obj else [])]

    def links(self, request, record):
        """Where an account is closed, opened, corrected, and let back in by two people."""
        return [(_("Close, correct or restore this account"), reverse("desk_account", args=[record.pk]))]

    def open_moves(self, request, record):
        """An office is no state: it is proposed here, and confirmed by another person."""
        return [OpenMove(APPOINT)] if may_propose_appointment(request.user, record) else []

    def carry_out(self, move, record, request, *, office, reason):
        """Propose the appointment; the first head of all is appointed at once."""
        if workflow.is_first_head(record, office, request.user):
            workflow.appoint(record, office=office, by=request.user, reason=reason)
            return
        workflow.propose(record, act="appoint", by=request.user, reason=reason, values={"office": office})
        self.message_user(request, SECOND_PERSON)


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
