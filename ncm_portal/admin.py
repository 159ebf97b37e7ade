"""Admin site: Django's, with the inbox of the person on its index page."""

import sys
from collections.abc import Iterable
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.apps import AdminConfig, SimpleAdminConfig
from django.db.models import Model
from django.db.models.base import ModelBase
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

WITHOUT_PAGES = ("verify_all",)  # commands that import no admin pages, to stay small
OURS = ("consultations", "positions")
ROOMS = [
    (_("Consultations and forums"), ["Consultation", "Forum", "ForumSession", "Delegate", "CheckIn", "Milestone"]),
    (_("Stakeholders"), ["Stakeholder", "Ministry", "User", "MembershipInvitation"]),
    (_("Inputs"), ["Submission", "Point"]),
    (
        _("Position papers"),
        ["PositionPaper", "Edition", "Amendment", "Clearance", "ChainStep", "Disposition", "Reservation", "Decision"],
    ),
    (_("Reference data"), ["Theme", "Provision", "Instrument", "County", "Term", "OutlinePart", "PublicHoliday"]),
    (_("Records"), ["Event", "AccessEntry", "AccessSeal", "OutgoingMail"]),
]


class PortalAdminSite(AdminSite):
    """The secretariat's admin."""

    site_header = _("Secretariat")
    site_title = _("NCM Portal")
    index_title = _("For you")
    site_url = "/"
    enable_nav_sidebar = False

    def register[Row: Model](
        self,
        model_or_iterable: type[Row] | Iterable[type[Row]],
        admin_class: "type[ModelAdmin[Row]] | None" = None,
        **options: Any,
    ) -> None:
        """Register our own models only, without account secrets and internals of libraries."""
        models = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else model_or_iterable
        ours = [model for model in models if model._meta.app_label in OURS]
        if ours:
            super().register(ours, admin_class, **options)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the lists of records in the order of the work instead of alphabetically.

        They are made where a page shows them: Django asks for them on every page, for a sidebar.
        """
        rooms: Any = SimpleLazyObject(lambda: self._rooms(request))
        return super().get_app_list(request, app_label) if app_label else rooms

    def _rooms(self, request: HttpRequest) -> list[Any]:
        result = super().get_app_list(request)
        models = {model["object_name"]: model for app in result for model in app["models"]}
        home = reverse("admin:index")
        return [
            {"name": name, "app_label": "room", "app_url": home, "has_module_perms": True, "models": rows}
            for name, names in ROOMS
            if (rows := [models[each] for each in names if each in models])
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show what waits for the person above the lists of records."""
        from consultations.queries.inbox import in_groups, inbox

        groups = in_groups(inbox(request.user))
        return super().index(request, {**(extra_context or {}), "groups": groups})


class PortalAdminConfig(AdminConfig):
    """Django's admin with the portal's site."""

    default_site = "ncm_portal.admin.PortalAdminSite"

    def ready(self) -> None:
        """Import the admin modules: 35 MB of imports that not every command needs.

        Also registers the check of the database role.
        """
        from ncm_portal import database_roles  # noqa: F401 - importing registers

        if sys.argv[1:2] in ([name] for name in WITHOUT_PAGES):
            SimpleAdminConfig.ready(self)
        else:
            super().ready()
