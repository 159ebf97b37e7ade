"""News of a consultation, a theme, a paper and of commitments as Atom feeds (RFC 4287), of what everybody may read."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from consultations import queries
from consultations.models import Consultation, Theme
from consultations.views.ratelimit import limited
from positions.queries.papers import official_editions

NEWEST = 30
EVERYBODY = AnonymousUser()


class Item(NamedTuple):
    """Entry of a feed; `mark` tells entries apart that lead to the same page."""

    title: str
    link: str
    at: datetime
    about: str = ""
    mark: str = ""


class _News(ABC, Feed):
    """Feed of items; a subclass says of what, and which."""

    feed_type = Atom1Feed

    def item_title(self, item: Item) -> str:
        return item.title

    def item_description(self, item: Item) -> str:
        return item.about

    def item_link(self, item: Item) -> str:
        return item.link

    def item_guid(self, item: Item) -> str:
        return f"{settings.PORTAL_ADDRESS}{item.link}#{item.mark or f'{item.at:%Y%m%d%H%M%S}'}"

    def item_updateddate(self, item: Item) -> datetime:
        return item.at

    def items(self, obj: Any) -> list[Item]:
        return sorted(self.news_of(obj), key=lambda item: item.at, reverse=True)[:NEWEST]

    @abstractmethod
    def news_of(self, obj: Any) -> Iterable[Item]:
        """Return the items of what the address names, in any order."""


def _inputs(**named: Any) -> list[Item]:
    rows = queries.readable_inputs(EVERYBODY, queries.InputFilters(**named)).order_by("-decided_at", "-pk")
    shown = rows.filter(decided_at__isnull=False).only("reference", "title", "decided_at", "stakeholder__name")
    return [
        Item(f"{row.reference}: {row.title}", reverse("input", args=[row.reference]), at, row.stakeholder.name)
        for row in shown.select_related(None).select_related("stakeholder")[:NEWEST]
        if (at := row.decided_at)
    ]


class _ConsultationNews(_News):
    def get_object(self, request: HttpRequest, slug: str) -> Consultation:
        consultation = next((each for each in queries.public_rounds() if each.slug == slug), None)
        if consultation is None:
            raise Http404
        return consultation

    def title(self, obj: Consultation) -> str:
        return obj.title

    def link(self, obj: Consultation) -> str:
        return reverse("consultation", args=[obj.slug])

    def news_of(self, obj: Consultation) -> Iterable[Item]:
        yield Item(_("The consultation opened"), self.link(obj), obj.opens_at, obj.title)
        for edition in official_editions().filter(paper__consultation=obj):
            yield _edition(edition)
        yield from _inputs(consultation=obj)


class _ThemeNews(_News):
    def get_object(self, request: HttpRequest, code: str) -> Theme:
        return get_object_or_404(Theme.objects.announced(), code=code)

    def title(self, obj: Theme) -> str:
        return str(obj)

    def link(self, obj: Theme) -> str:
        return reverse("theme", args=[obj.code])

    def news_of(self, obj: Theme) -> Iterable[Item]:
        return _inputs(theme=obj)


class _PaperNews(_News):
    def get_object(self, request: HttpRequest, slug: str) -> list[Any]:
        editions = list(official_editions().filter(paper__slug=slug))
        if not editions:
            raise Http404
        return editions

    def title(self, obj: list[Any]) -> str:
        return obj[0].paper.title

    def link(self, obj: list[Any]) -> str:
        return reverse("paper", args=[obj[0].paper.slug])

    def news_of(self, obj: list[Any]) -> Iterable[Item]:
        return map(_edition, obj)


class _CommitmentNews(_News):
    title = gettext_lazy("Commitments")

    def link(self) -> str:
        return reverse("commitments")

    def news_of(self, obj: None) -> Iterable[Item]:
        for row in queries.commitments().order_by("-at")[:NEWEST]:
            who = row.stakeholder.name if row.stakeholder else row.responsible
            narrowed = f"?organisation={row.stakeholder_id}" if row.stakeholder_id else ""
            yield Item(who, self.link() + narrowed, row.at, row.text, str(row.key))


def _edition(edition: Any) -> Item:
    words = _("%(paper)s, edition %(number)s") % {"paper": edition.paper.title, "number": edition.number}
    link = reverse("paper_edition", args=[edition.paper.slug, edition.number])
    return Item(words, link, edition.frozen_at, edition.status)


@login_not_required
@require_safe
@limited("feed")
def consultation_news(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Return what happened in a consultation and its newest inputs. Raises 404 for one that has not opened."""
    return _ConsultationNews()(request, slug=slug)


@login_not_required
@require_safe
@limited("feed")
def theme_news(request: HttpRequest, code: str) -> HttpResponseBase:
    """Return the newest public inputs on a theme."""
    return _ThemeNews()(request, code=code)


@login_not_required
@require_safe
@limited("feed")
def paper_news(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Return the official editions of a paper. Raises 404 for a paper without one."""
    return _PaperNews()(request, slug=slug)


@login_not_required
@require_safe
@limited("feed")
def commitment_news(request: HttpRequest) -> HttpResponseBase:
    """Return the newest public commitments."""
    return _CommitmentNews()(request)
