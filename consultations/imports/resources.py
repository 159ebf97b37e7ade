"""Columns of the exported spreadsheets; organisations and inputs are imported by the same columns."""

from import_export import fields, resources
from import_export.widgets import DateWidget, ForeignKeyWidget

from consultations.models import (
    AccessEntry,
    Audience,
    County,
    Delegate,
    Group,
    Language,
    Provision,
    Stakeholder,
    Submission,
    Theme,
)

from .cells import AddressCell, ChoiceCell, CodesCell, FoundCell, TextCell, YesNoCell


class StakeholderResource(resources.ModelResource):
    """Organisations as a spreadsheet, identified by name. Only verbs change their state."""

    name = fields.Field("name", "name", TextCell())
    short_name = fields.Field("short_name", "short_name", TextCell())
    group = fields.Field("group", "group", ChoiceCell(Group))
    county = fields.Field("county", "county", FoundCell(County, "name"))
    is_ncm_member = fields.Field("is_ncm_member", "is_ncm_member", YesNoCell())
    contact_email = fields.Field("contact_email", "contact_email", AddressCell())
    about = fields.Field("about", "about", TextCell())
    state = fields.Field("get_state_display", "state", readonly=True)

    class Meta:
        model = Stakeholder
        fields = ["name", "short_name", "group", "county", "is_ncm_member", "contact_email", "about", "state"]


class SubmissionResource(resources.ModelResource):
    """Inputs as a spreadsheet: exported columns, and how imported cells are read. A verb creates the rows."""

    reference = fields.Field("reference", "reference", readonly=True)
    organisation = fields.Field("stakeholder", "organisation", ForeignKeyWidget(Stakeholder, "name"))
    theme = fields.Field("theme", "theme", ForeignKeyWidget(Theme, "code"))
    objectives = fields.Field("provisions", "objectives", CodesCell(Provision))
    title = fields.Field("title", "title", TextCell())
    body = fields.Field("body", "body", TextCell())
    proposed_wording = fields.Field("proposed_wording", "proposed_wording", TextCell())
    audience = fields.Field("audience", "audience", ChoiceCell(Audience, Audience.PUBLIC))
    language = fields.Field("language", "language", ChoiceCell(Language, Language.ENGLISH))
    state = fields.Field("get_state_display", "state", readonly=True)
    received = fields.Field("received_on", "received", DateWidget(), readonly=True)
    sent = fields.Field("submitted_at", "sent", readonly=True)
    sha256 = fields.Field("content_sha256", "sha256", readonly=True)

    class Meta:
        model = Submission
        fields = [
            "reference", "organisation", "theme", "objectives", "title", "body", "proposed_wording",
            "audience", "language", "state", "received", "sent", "sha256",
        ]  # fmt: skip


class DelegateResource(resources.ModelResource):
    """List of delegates, for badges and check-in."""

    forum = fields.Field("forum__title", "forum")
    badge = fields.Field("badge_number", "badge")
    organisation = fields.Field("stakeholder__name", "organisation")
    county = fields.Field("county__name", "county")
    group = fields.Field("get_group_display", "group")
    role = fields.Field("get_role_display", "role")
    state = fields.Field("get_state_display", "state")

    class Meta:
        model = Delegate
        fields = ["forum", "badge", "name", "title", "organisation", "group", "county", "role", "state", "email"]
        export_order = fields


class AccessResource(resources.ModelResource):
    """Access log as a spreadsheet."""

    number = fields.Field("pk", "number")
    at = fields.Field("at", "at")
    what = fields.Field("get_what_display", "what")
    by = fields.Field("by_name", "by")
    address = fields.Field("address", "address")
    record = fields.Field("object_label", "record")
    sha256 = fields.Field("sha256", "sha256")
    details = fields.Field("details_as_text", "details")

    class Meta:
        model = AccessEntry
        fields = ["number", "at", "what", "by", "address", "record", "sha256", "details"]
        export_order = fields
