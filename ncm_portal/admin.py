"""Admin site: Django's, in the rail of the desk, with what waits on its index page."""

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
MOST_WAITING = 8  # rows of the inbox on the index page
ROOMS = [  # in the order of the work: heading, what it is about, and the models
    (
        _("Prepare"),
        _("what exists before anybody writes"),
        ["Consultation", "Milestone", "Theme", "OutlinePart", "Provision", "Instrument"],
    ),
    (
        _("Listen"),
        _("who writes, and what they say"),
        ["Stakeholder", "User", "MembershipInvitation", "Submission", "Point"],
    ),
    (_("Meet"), _("the forum"), ["Forum", "ForumSession", "Delegate", "CheckIn"]),
    (_("Write"), _("one paper"), ["PositionPaper", "Edition", "Amendment", "Disposition"]),
    (
        _("Clear and adopt"),
        _("by ministries and the forum"),
        ["Ministry", "Clearance", "ChainStep", "Reservation", "Decision"],
    ),
    (
        _("Keep"),
        _("what was done, and what all of it refers to"),
        ["Event", "AccessEntry", "AccessSeal", "OutgoingMail", "Term", "County", "PublicHoliday"],
    ),
]


class PortalAdminSite(AdminSite):
    """The secretariat's admin."""

    site_header = _("Secretariat")
    site_title = _("NCM Portal")
    index_title = _("Admin")
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
        always = {"app_label": "room", "app_url": reverse("admin:index"), "has_module_perms": True}
        return [
            {**always, "name": name, "about": about, "models": rows}
            for name, about, names in ROOMS
            if (rows := [models[each] for each in names if each in models])
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show the lists of records in the order of the work, with what waits in each, beside the person's inbox."""
        from consultations.queries.inbox import inbox
        from positions.queries.consultations import waiting_in_lists

        waiting, rooms = waiting_in_lists(), self._rooms(request)
        for model in (model for room in rooms for model in room["models"]):
            model["waits"] = waiting.get(model["object_name"])
        context = {"inbox": inbox(request.user)[:MOST_WAITING], "app_list": rooms}
        return super().index(request, {**(extra_context or {}), **context})


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
