"""Sitemap of what everybody may read, and the rules for robots."""

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps import views as maps
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from consultations import queries
from consultations.models import Submission, Theme
from consultations.views.ratelimit import limited
from positions.models import Edition
from positions.queries.papers import official_editions

PAGES = (
    "home", "inputs", "coverage_public", "participation", "papers", "commitments", "verify", "roles", "contact",
    "privacy", "accessibility",
)  # fmt: skip
# Behind a log-in, or reached by a link that is meant for one person
NOT_FOR_ROBOTS = ("account", "admin", "answer", "desk", "for-you", "mail", "my-organisation", "organisations", "submit")


class _Pages(Sitemap):
    def items(self) -> tuple[str, ...]:
        return PAGES

    def location(self, item: str) -> str:
        return reverse(item)


class _Consultations(Sitemap):
    def items(self) -> list[str]:
        return [each.slug for each in queries.public_rounds()]

    def location(self, item: str) -> str:
        return reverse("consultation", args=[item])


class _Themes(Sitemap):
    def items(self) -> QuerySet[Theme]:
        return Theme.objects.announced().only("code").order_by("pk")

    def location(self, item: Theme) -> str:
        return reverse("theme", args=[item.code])


class _Forums(Sitemap):
    def items(self) -> list[str]:
        return [forum["slug"] for each in queries.public_rounds() for forum in each.forums_announced]  # type: ignore[attr-defined]

    def location(self, item: str) -> str:
        return reverse("forum", args=[item])


class _Papers(Sitemap):
    """Each paper by its newest official edition."""

    def items(self) -> list[Edition]:
        return list({edition.paper_id: edition for edition in reversed(official_editions())}.values())

    def location(self, item: Edition) -> str:
        return reverse("paper", args=[item.paper.slug])

    def lastmod(self, item: Edition) -> datetime:
        return item.frozen_at


class _Inputs(Sitemap):
    limit = 5000  # a page takes three quarters of a megabyte

    def items(self) -> QuerySet[Submission]:
        inputs = Submission.objects.visible_to(AnonymousUser()).sent()
        return inputs.only("reference", "decided_at").order_by("decided_at", "pk")

    def location(self, item: Submission) -> str:
        return reverse("input", args=[item.reference])

    def lastmod(self, item: Submission) -> datetime | None:
        return item.decided_at


SITEMAPS: dict[str, type[Sitemap] | Sitemap] = {
    "pages": _Pages,
    "consultations": _Consultations,
    "themes": _Themes,
    "forums": _Forums,
    "papers": _Papers,
    "inputs": _Inputs,
}
for each in SITEMAPS.values():
    each.protocol = urlsplit(settings.PORTAL_ADDRESS).scheme


@login_not_required
@require_safe
@limited("feed")
def sitemaps(request: HttpRequest) -> HttpResponseBase:
    """List the sitemaps."""
    return maps.index(request, SITEMAPS, sitemap_url_name="sitemap")


@login_not_required
@require_safe
@limited("feed")
def sitemap(request: HttpRequest, section: str) -> HttpResponseBase:
    """List the public addresses of one kind. Raises 404 for an unknown one."""
    return maps.sitemap(request, SITEMAPS, section=section)


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Return robots.txt (RFC 9309)."""
    rules = [f"Disallow: /{path}/" for path in NOT_FOR_ROBOTS]
    lines = ["User-agent: *", *rules, "", f"Sitemap: {settings.PORTAL_ADDRESS}{reverse('sitemaps')}"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")
