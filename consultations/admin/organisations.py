"""Admin of people, organisations, ministries and counties."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from consultations import workflow
from consultations.forms.accounts import AppointForm
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
from ncm_portal.workflow import Blocked, Move, OpenMove, now

from .base import ReadOnlyAdmin, RecordAdmin, RowsInline
from .by_verbs import added
from .rows import RowsFormSet
from .spreadsheets import SpreadsheetAdmin


class NamesInline(RowsInline):
    help = {
        "name": _("The name that it had, as it signed."),
        "valid_from": _("The first day of this name."),
        "valid_to": _("The last day of this name."),
        "basis": _("The order or the law that changed it."),
    }
    model = StakeholderName
    fields = ["name", "valid_from", "valid_to", "basis", "evidence"]


TWICE = _("This person is listed twice in the same role.")


def _is_current(row: dict[str, Any]) -> bool:
    last = row.get("valid_until")
    return not last or last > timezone.localdate(now())


class MembershipFormSet(RowsFormSet):
    """Formset of the memberships of an organisation, which must not conflict with each other."""

    def clean(self) -> None:
        """Report conflicts between the submitted rows. Each row's own form checks it against stored rows."""
        super().clean()
        rows = [form.cleaned_data for form in self.forms if form.is_valid() and form.cleaned_data]
        changed = [form.cleaned_data for form in self.forms if form.is_valid() and form.has_changed()]
        if reasons := [words for row in changed if _is_current(row) for words in workflow.on_both_sides(row["user"])]:
            raise ValidationError(reasons)
        live = [row for row in rows if not row["valid_until"]]
        if sum(row["is_primary"] for row in live) > 1:
            raise ValidationError(_("This organisation already has a primary focal point."))
        if len({(row["user"], row["role"]) for row in live}) < len(live):
            raise ValidationError(TWICE)


class MembershipsInline(RowsInline):
    help = {
        "user": _("The account of the person."),
        "role": _("A focal point and an alternate write inputs; a clearing officer answers for a ministry."),
        "is_primary": _("One person at a time: mails about the organisation go there first."),
        "valid_from": _("From this day on."),
        "valid_until": _("The first day on which the person no longer does."),
        "mandate_letter": _("The reference of the letter that names the person."),
    }
    model = Membership
    formset = MembershipFormSet
    autocomplete_fields = ["user"]
    fields = ["user", "role", "is_primary", "valid_from", "valid_until", "mandate_letter"]

    def save_by_verbs(self, form: Any, by: User, *, change: bool) -> Iterable[str]:
        """Let a person act for the organisation, and end it, as the desk does. Only the days to come and those of an
        ended membership are saved plainly: nobody begins or stops acting.
        """
        row, facts = form.instance, form.cleaned_data
        is_ending = _is_current(form.initial) and not _is_current(facts)
        if change and {"user", "role"} & set(form.changed_data):
            raise Blocked(str(_("The person and the role of a membership stay. End it and add another.")))
        if change and is_ending:
            ended = workflow.end_membership(row, by=by, day=facts["valid_until"])
            return ("is_primary", *(("valid_until",) if ended.valid_until == facts["valid_until"] else ()))
        if change or is_ending:
            return ()
        if row.stakeholder.memberships.filter(user=row.user, role=row.role, valid_until=None).exists():
            raise Blocked(str(TWICE))
        given = {name: facts[name] for name in ("role", "is_primary", "valid_from")}
        added(form, workflow.add_member(row.user, row.stakeholder, by=by, letter=facts["mandate_letter"], **given))
        return ("user", "stakeholder", "mandate_letter", *given)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("user", "stakeholder")


class MandatesInline(RowsInline):
    help = {
        "theme": _("It clears the paragraphs on this theme."),
        "is_lead": _("It answers first for this theme."),
        "is_confirmed": _("Only confirmed mandates count: the ministry has said so."),
        "basis": _("The law or the order that gives it the theme."),
    }
    model = Mandate
    autocomplete_fields = ["theme"]
    fields = ["theme", "is_lead", "is_confirmed", "basis", "evidence"]


class OrganisationAdmin(RecordAdmin):
    """Admin of organisations, with a warning for names that look like other names."""

    help = {
        "name": _("In full, as it signs. Earlier names are kept below with their dates."),
        "short_name": _("For lists and badges."),
        "group": _("Seats, the quorum and the coverage are counted by it."),
        "is_ncm_member": _("Members count for the quorum, and hear of changed rules."),
        "county": _("Where it has its seat. Leave it empty for a national body."),
        "parent": _("The body that it is part of, such as the ministry of a department."),
        "contact_email": _("Letters go here if nobody acts for it in the portal."),
        "registration_number": _("As on its certificate; typed at registration."),
        "website": _("The secretariat checks it before it verifies the organisation."),
        "phone": _("Of its office. For the secretariat only."),
        "about": _("What it does, in a few sentences. Public."),
        "legal_basis": _("The law or the order that it rests upon."),
        "code": _("The number in spreadsheets, by which an import finds it again."),
    }

    def links(self, request: HttpRequest, record: Any) -> list[tuple[Any, str]]:
        """Link to the desk page of the organisation, which lists problems with its name."""
        if is_secretariat(request.user) and suspicion(record):
            return [(_("Check the name"), reverse("desk_organisation", args=[record.pk]))]
        return []

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, and warn if the new name looks like another one or contains unusual characters."""
        super().save_model(request, obj, form, change)
        if "name" in form.changed_data or "short_name" in form.changed_data:
            self.warn_of_names(request, [obj])

    def warn_of_names(self, request: HttpRequest, organisations: Iterable[Stakeholder]) -> None:
        """Warn about the `organisations` whose names need a check, with links."""
        for each in (each for each in organisations if suspicion(each)):
            page = reverse("desk_organisation", args=[each.pk])
            words = _(
                'The name “{}” is similar to another name or has unusual characters. <a href="{}">Check the name</a>'
            )
            self.message_user(request, format_html(str(words), each.name, page), messages.WARNING)


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
        (
            None,
            {
                "fields": [
                    "county",
                    "parent",
                    "registration_number",
                    "website",
                    "contact_email",
                    "phone",
                    "about",
                    "legal_basis",
                ]
            },
        ),
        (None, {"fields": ["code", "evidence", "source"]}),
    ]

    def keep_rows(self, request: Any, rows: Any) -> None:
        """Save the imported organisations and warn about new names that need a check."""
        kept = [each.pk for each in workflow.import_stakeholders(rows, by=request.user)]
        organisations: QuerySet[Stakeholder, Any] = with_lookalikes(Stakeholder.objects.filter(pk__in=kept)).order_by(
            "name"
        )
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
        "website",
        "contact_email",
        "phone",
        "about",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ministry]:
        return super().get_queryset(request).prefetch_related("mandates__theme")

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Confirm mandates that were ticked as confirmed through the verb; save other changes as edits."""
        mark = "is_confirmed"
        ticked = [row for row in formset.forms if mark in row.changed_data and row.cleaned_data[mark]]
        for row in ticked:
            row.instance.is_confirmed = False
            row.changed_data.remove(mark)
        super().save_formset(request, form, formset, change)
        assert isinstance(request.user, User)  # the admin is behind the log-in
        for mandate in (row.instance for row in ticked):
            lead = {"is_lead": mandate.is_lead, "basis": mandate.basis}
            workflow.confirm_mandate(mandate.ministry, mandate.theme, by=request.user, **lead)

    @admin.display(description=_("mandates"))
    def themes_with_mandate(self, ministry: Ministry) -> str:
        """Return the themes of confirmed mandates, with the lead marked."""
        confirmed = [mandate for mandate in ministry.mandates.all() if mandate.is_confirmed]
        return ", ".join(f"{mandate.theme.code}{'*' if mandate.is_lead else ''}" for mandate in confirmed)

    def formfield_for_choice_field(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Offer only ministries and state agencies as the ministry."""
        if db_field.name == "group":
            kwargs["choices"] = [(group.value, group.label) for group in (Group.MINISTRY, Group.STATE_AGENCY)]
        return super().formfield_for_choice_field(db_field, request, **kwargs)


APPOINT = Move("appoint", _("Appoint to an office"), (), None, APPOINTERS)
SECOND_PERSON = _("Nothing changes until a second person confirms it. We e-mail everyone who can confirm.")


@admin.register(User)
class UserAdmin(RecordAdmin):
    """Admin of accounts. The head proposes appointments and a second person confirms them; people manage their own
    address and password.
    """

    help = {
        "name": _("As colleagues and letters call the person."),
        "email": _("For signing in and for mail. Changed at the desk, where the consequences are shown."),
        "phone": _("International, such as +254 and nine digits. For text messages that the person chose."),
        "language": _("Mails and pages are in this language."),
        "is_active": _("Whether the person can sign in. Closed and opened at the desk."),
    }

    moves, verbs, move_forms = {"appoint": APPOINT}, workflow, {"appoint": AppointForm}
    list_display = ["name", "email", "office", "is_active", "date_joined"]
    list_filter = ["office", "is_active"]
    search_fields = ["name", "email"]
    fields = ["name", "email", "phone", "language", "office", "is_active"]
    readonly_fields = ["office"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the user may enable or disable this account: for office holders the head or a system
        administrator; for the head only the head.
        """
        user = request.user
        if obj is None or not obj.office:
            return is_secretariat(user) or is_sysadmin(user)
        return is_head(user) or (is_sysadmin(user) and obj.office != Office.HEAD)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Make the address and phone number read-only: writing another address into an account would allow taking it
        over. Accounts are closed and corrected at the desk, where the consequences are shown.
        """
        return [*super().get_readonly_fields(request, obj), *(["email", "phone", "is_active"] if obj else [])]

    def links(self, request: HttpRequest, record: Any) -> list[tuple[Any, str]]:
        """Link to the desk page on which an account is closed, reopened, corrected or restored."""
        return [(_("Close, correct or restore this account"), reverse("desk_account", args=[record.pk]))]

    def open_moves(self, request: HttpRequest, record: Any) -> list[OpenMove]:
        """Offer the appointment as a move: an office is not a state, and a second person has to confirm it."""
        return [OpenMove(APPOINT)] if may_propose_appointment(request.user, record) else []

    def carry_out(self, move: Move, record: Any, request: HttpRequest, **values: Any) -> None:
        """Propose the appointment; the very first head is appointed at once."""
        assert isinstance(request.user, User)  # the admin is behind the log-in
        office, reason = values["office"], values["reason"]
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
