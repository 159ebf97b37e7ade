"""The admin site: stock Django, with a front page that says what waits for the secretariat."""

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class PortalAdminSite(AdminSite):
    """The secretariat's admin."""

    site_header = _("Secretariat")
    site_title = _("NCM Portal")
    index_title = _("What waits")
    site_url = "/"
    enable_nav_sidebar = False

    def index(self, request, extra_context=None):
        """Show what waits before the lists of records."""
        from consultations.queries import waiting as waiting_inputs
        from positions.queries import waiting as waiting_papers

        waiting = [*waiting_inputs(request.user), *waiting_papers(request.user)]
        return super().index(request, {**(extra_context or {}), "waiting": waiting})


class PortalAdminConfig(AdminConfig):
    """Django's admin with the portal's site."""

    default_site = "ncm_portal.admin.PortalAdminSite"
